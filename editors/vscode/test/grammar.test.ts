// The grammar, on texts: every token with the scope that colours it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadWASM, OnigScanner, OnigString } from "vscode-oniguruma";
import { type IGrammar, INITIAL, parseRawGrammar, Registry } from "vscode-textmate";

async function grammar(): Promise<IGrammar> {
  await loadWASM(readFileSync("node_modules/vscode-oniguruma/release/onig.wasm").buffer as ArrayBuffer).catch(() => {});
  const path = "syntaxes/kdl.tmlanguage.json";
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns: string[]) => new OnigScanner(patterns),
      createOnigString: (text: string) => new OnigString(text),
    }),
    loadGrammar: async () => parseRawGrammar(readFileSync(path, "utf8"), path),
  });
  const loaded = await registry.loadGrammar("source.kdl");
  assert.ok(loaded);
  return loaded;
}

/** Every stretch that has a scope of its own, with the innermost one; what stands side by side in one scope is one stretch. */
async function coloured(text: string): Promise<[string, string][]> {
  const rules = await grammar();
  const found: [string, string][] = [];
  let state = INITIAL;
  for (const line of text.split("\n")) {
    const { tokens, ruleStack } = rules.tokenizeLine(line, state);
    let before = "";
    for (const token of tokens) {
      const scope = (token.scopes.at(-1) ?? "").replace(/\.kdl$/, "");
      const part = line.slice(token.startIndex, token.endIndex);
      const last = found.at(-1);
      if (last && scope === before) {
        last[0] += part;
      } else if (part.trim() && scope !== "source" && scope !== "meta.block") {
        found.push([part, scope]);
      }
      // Blanks at the start of a line belong to nothing that was found.
      before = before || part.trim() ? scope : "";
    }
    state = ruleStack;
  }
  return found.map(([part, scope]) => [part.trim(), scope]);
}

test("nodes, arguments and properties", async () => {
  assert.deepEqual(await coloured('fs.read "./in/" as="/in" optional=#true 0x1F -1.5e3 word; b'), [
    ["fs.read", "entity.name.tag"],
    ['"./in/"', "string.quoted.double"],
    ["as", "entity.other.attribute-name"],
    ["=", "keyword.operator.assignment"],
    ['"/in"', "string.quoted.double"],
    ["optional", "entity.other.attribute-name"],
    ["=", "keyword.operator.assignment"],
    ["#true", "constant.language.boolean"],
    ["0x1F", "constant.numeric.hex"],
    ["-1.5e3", "constant.numeric.decimal"],
    ["word", "string.unquoted"],
    [";", "punctuation.terminator"],
    ["b", "entity.name.tag"],
  ]);
});

test("blocks nest, and each line is a node of its own", async () => {
  assert.deepEqual(await coloured('allow "a" {\n    "fs.read" "./" \\\n        "./b"\n    c { d }\n}\ne'), [
    ["allow", "entity.name.tag"],
    ['"a"', "string.quoted.double"],
    ["{", "punctuation.section.block.begin"],
    ['"fs.read"', "string.quoted.double"],
    ['"./"', "string.quoted.double"],
    ["\\", "punctuation.separator.continuation"],
    ['"./b"', "string.quoted.double"],
    ["c", "entity.name.tag"],
    ["{", "punctuation.section.block.begin"],
    ["d", "entity.name.tag"],
    ["}", "punctuation.section.block.end"],
    ["}", "punctuation.section.block.end"],
    ["e", "entity.name.tag"],
  ]);
});

test("texts of every form, with their escapes", async () => {
  assert.deepEqual(await coloured('a "x\\n\\q" #"raw " \\n"# """\n  // no comment\n  """ (u8)1'), [
    ["a", "entity.name.tag"],
    ['"x', "string.quoted.double"],
    ["\\n", "constant.character.escape"],
    ["\\q", "invalid.illegal.escape"],
    ['"', "string.quoted.double"],
    ['#"raw " \\n"#', "string.quoted.double.raw"],
    ['"""', "string.quoted.triple"],
    ["// no comment", "string.quoted.triple"],
    ['"""', "string.quoted.triple"],
    ["(", "punctuation.definition.type.begin"],
    ["u8", "storage.type"],
    [")", "punctuation.definition.type.end"],
    ["1", "constant.numeric.decimal"],
  ]);
});

test("comments nest, and those to the tool stand out", async () => {
  assert.deepEqual(await coloured("/* a /* b */ c */ d\n// e\n// ambit: allow G003 because f\n/-g 1"), [
    ["/* a /* b */ c */", "comment.block"],
    ["d", "entity.name.tag"],
    ["//", "punctuation.definition.comment"],
    ["e", "comment.line.double-slash"],
    ["//", "punctuation.definition.comment"],
    ["ambit:", "keyword.other.ambit"],
    ["allow", "keyword.other.ambit"],
    ["G003 because f", "comment.line.double-slash"],
    ["/-", "comment.block.slashdash"],
    ["g", "entity.name.tag"],
    ["1", "constant.numeric.decimal"],
  ]);
});

test("every KDL text of the examples ends outside of strings and comments", async () => {
  const rules = await grammar();
  for (const path of ["host.kdl", "grants.kdl", "plugins/text-tool/plugin.kdl"]) {
    let state = INITIAL;
    const text = readFileSync(`../../examples/text-tool/${path}`, "utf8");
    for (const line of text.split("\n")) {
      state = rules.tokenizeLine(line, state).ruleStack;
    }
    const last = rules.tokenizeLine("z", state).tokens.at(-1);
    assert.deepEqual(last?.scopes, ["source.kdl", "entity.name.tag.kdl"], path);
  }
});
