// Builds the extension and its tests into `target`, and copies there the schemas that the tables of the compiler make.
import { build } from "esbuild";
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";

await rm("target", { recursive: true, force: true });
await mkdir("target/schemas", { recursive: true });
for (const name of ["manifest", "grants"]) {
  await copyFile(`../../docs/${name}.schema.json`, `target/schemas/${name}.schema.json`);
}

const common = { bundle: true, platform: "node", target: "node18", logLevel: "warning" };
await build({
  ...common,
  entryPoints: ["src/extension.ts"],
  outfile: "target/extension.js",
  format: "cjs",
  external: ["vscode"],
  minify: true,
});
const tests = (await readdir("test")).filter((name) => name.endsWith(".test.ts"));
await build({
  ...common,
  entryPoints: tests.map((name) => `test/${name}`),
  outdir: "target/test",
  format: "cjs",
  external: ["vscode", "vscode-oniguruma"],
});
