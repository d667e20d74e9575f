// How the server is started, and which files it is asked about. Comes in: what the settings say. Goes out: plain data, without an editor,
// so that tests start the server exactly as the extension does.

/** What is started: a program and its arguments, which speaks over its standard streams. */
export interface Started {
  command: string;
  args: string[];
}

/** The server that a setting names; an empty setting is no name. */
export function server(path: string | undefined): Started {
  const command = path?.trim() ? path.trim() : "plugin-check";
  return { command, args: ["lsp"] };
}

/** A file that the server is asked about. */
export interface Selected {
  scheme: "file";
  pattern: string;
}

/** Texts that are called as ours are. */
export const selector: Selected[] = [
  { scheme: "file", pattern: "**/{host,index}.kdl" },
  { scheme: "file", pattern: "**/ambit.lock" },
  { scheme: "file", pattern: "**/plugin.{kdl,yaml,yml,json}" },
  { scheme: "file", pattern: "**/{grants,grants.*}.{kdl,yaml,yml,json}" },
];

/** What a user reads when the server cannot be started. */
export function unstarted(command: string, why: unknown): string {
  const reason = why instanceof Error ? why.message : String(why);
  return `Ambit: cannot start \`${command} lsp\`: ${reason}. Install plugin-check, or name it in the setting ambit.server.path.`;
}
