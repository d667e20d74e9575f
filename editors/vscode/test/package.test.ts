// What the package promises: files that are there, a problem matcher that reads what the tool writes, schemas by file name.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { server } from "../src/server";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const contributes = manifest.contributes;
const tool = server(process.env.PLUGIN_CHECK).command;

test("everything that is named is packed", () => {
  const listed = execFileSync("node", ["node_modules/@vscode/vsce/vsce", "ls", "--no-dependencies"], { encoding: "utf8" });
  const packed = listed.split("\n").map((line) => line.trim());
  const named = [
    manifest.main,
    ...contributes.languages.map((one: { configuration: string }) => one.configuration),
    ...contributes.grammars.map((one: { path: string }) => one.path),
    ...contributes.jsonValidation.map((one: { url: string }) => one.url),
    ...contributes.yamlValidation.map((one: { url: string }) => one.url),
  ].map((path: string) => path.replace("./", ""));
  for (const path of named) {
    assert.ok(existsSync(path) && packed.includes(path), `${path}: ${packed}`);
  }
  assert.ok(!packed.some((path) => path.includes("node_modules") || path.includes("test")), `${packed}`);
});

test("schemas are those of the compiler", () => {
  for (const { url } of [...contributes.jsonValidation, ...contributes.yamlValidation]) {
    const of = url.replace("./target/schemas/", "").replace(".schema.json", "");
    const made = spawnSync(tool, ["schema", of], { encoding: "utf8" });
    assert.equal(readFileSync(url, "utf8"), made.stdout, url);
  }
});

test("the problem matcher reads what the tool writes", () => {
  const folder = mkdtempSync(join(tmpdir(), "ambit-"));
  writeFileSync(join(folder, "plugin.kdl"), 'id "a"\nversion "1"\nlicence "MIT"\n');
  const run = spawnSync(tool, ["--format", "short", "plugin.kdl"], { cwd: folder, encoding: "utf8" });
  const { pattern } = contributes.problemMatchers[0];
  const lines = run.stdout.trim().split("\n");
  const found = lines.map((line) => new RegExp(pattern.regexp).exec(line));
  assert.ok(lines.length >= 2 && found.every((one) => one), run.stdout);
  const version = found.find((one) => one?.[pattern.code] === "M005");
  assert.deepEqual(
    [version?.[pattern.file], version?.[pattern.line], version?.[pattern.column], version?.[pattern.severity]],
    ["plugin.kdl", "2", "9", "error"],
  );
  assert.match(version?.[pattern.message] ?? "", /^`1` is not a version/);
});
