// The server, started exactly as the extension starts it: a mistake is told before the text is saved, and its fix is offered.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import {
  type CodeAction,
  CodeActionRequest,
  createProtocolConnection,
  type Diagnostic,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  ShutdownRequest,
} from "vscode-languageserver-protocol/node";
import { server } from "../src/server";

const TEXT = 'id "demo"\nversion "1"\nlicense "MIT"\n';

test("a mistake is told, and its fix is offered", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "ambit-"));
  const path = join(folder, "plugin.kdl");
  writeFileSync(path, 'id "demo"\nversion "1.0.0"\nlicense "MIT"\n');
  const { command, args } = server(process.env.PLUGIN_CHECK);
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const connection = createProtocolConnection(child.stdout, child.stdin);
  const uri = pathToFileURL(path).toString();
  const told = new Promise<Diagnostic[]>((resolve) => {
    connection.onNotification(PublishDiagnosticsNotification.type, (said) => {
      if (said.uri === uri && said.diagnostics.some((one) => one.code === "M005")) {
        resolve(said.diagnostics);
      }
    });
  });
  connection.listen();

  const root = pathToFileURL(folder).toString();
  const answer = await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: root,
    workspaceFolders: [{ uri: root, name: "demo" }],
    capabilities: {
      textDocument: {
        publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true },
        codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix"] } } },
      },
    },
  });
  await connection.sendNotification(InitializedNotification.type, {});
  await connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: "kdl", version: 1, text: TEXT },
  });

  const [found] = (await Promise.race([told, ended.then((code) => Promise.reject(new Error(`it ended with ${code}`)))]))
    .filter((one) => one.code === "M005");
  assert.deepEqual(found?.range, { start: { line: 1, character: 8 }, end: { line: 1, character: 11 } });
  assert.equal(found?.source, "plugin-check");
  assert.ok(answer.capabilities.hoverProvider, "it has hovers");
  const actions = await connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri },
    range: found.range,
    context: { diagnostics: [found] },
  });
  const fix = (actions ?? []).find((one): one is CodeAction => one.title === "write `1.0.0`");
  const edits = Object.values(fix?.edit?.changes ?? {}).flat();
  const changed = (fix?.edit?.documentChanges ?? []).flatMap((change) => ("edits" in change ? change.edits : []));
  const [edit] = [...edits, ...changed];
  assert.deepEqual(edit, { range: found.range, newText: '"1.0.0"' });

  await connection.sendRequest(ShutdownRequest.type);
  await connection.sendNotification(ExitNotification.type);
  assert.equal(await ended, 0);
});
