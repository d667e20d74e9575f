// The extension: starts the server when one of its texts is there, and stops it. Everything else is the server's.
import { commands, type ExtensionContext, window, workspace } from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";
import { selector, server, unstarted } from "./server";

let client: LanguageClient | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(
    commands.registerCommand("ambit.restart", restart),
    workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("ambit.server")) {
        await restart();
      }
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
  client = undefined;
}

async function restart(): Promise<void> {
  await deactivate();
  await start();
}

async function start(): Promise<void> {
  const run: ServerOptions = server(workspace.getConfiguration("ambit").get<string>("server.path"));
  // Which files it wants to be told of when others change them, the server says itself.
  const options: LanguageClientOptions = { documentSelector: selector };
  client = new LanguageClient("ambit", "Ambit", run, options);
  try {
    await client.start();
  } catch (why) {
    client = undefined;
    void window.showErrorMessage(unstarted(run.command, why));
  }
}
