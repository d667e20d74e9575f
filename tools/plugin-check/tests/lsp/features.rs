//! Features as a client asks for them: every request there is, over the pipe.

#![expect(clippy::unwrap_used, reason = "a folder that cannot be written fails its test")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::Client;

const MANIFEST: &str = "plugins/text-tool/plugin.kdl";

/// The folder of a case, to write in.
fn stage() -> tempfile::TempDir {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/lsp/hints/workbench");
    let folder = tempfile::tempdir().unwrap();
    for path in ["host.kdl", "grants.kdl", "grants.system.kdl", MANIFEST, "plugins/reader/plugin.yaml"] {
        let to = folder.path().join(path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from.join(path), to).unwrap();
    }
    folder
}

fn meet(folder: &Path, abilities: Value) -> Client {
    let mut client = Client::start(folder);
    client.greet(abilities);
    client.settle();
    client.open(MANIFEST, None);
    client.settle();
    client
}

/// What a method says of the place of a text in the manifest.
fn at(client: &mut Client, method: &str, text: &str, more: &Value) -> Value {
    let whole = fs::read_to_string(client.root.join(MANIFEST)).unwrap();
    let before = &whole[..whole.find(text).unwrap() + 1];
    let (line, character) = (before.matches('\n').count(), before.len() - before.rfind('\n').map_or(0, |at| at + 1));
    let mut params = json!({
        "textDocument": { "uri": client.uri(MANIFEST) },
        "position": { "line": line, "character": character },
    });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.ask(method, params)
}

/// What a method says of the manifest.
fn of(client: &mut Client, method: &str, more: &Value) -> Value {
    let mut params = json!({ "textDocument": { "uri": client.uri(MANIFEST) } });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.ask(method, params)["result"].clone()
}

#[test]
fn places_are_asked_about() {
    let folder = stage();
    let mut client = meet(folder.path(), json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } }));
    let none = json!({});
    let hover = at(&mut client, "textDocument/hover", "./out/", &none);
    assert!(hover["result"]["contents"]["value"].as_str().unwrap().contains("**Granted in part**"), "{hover}");
    let words = at(&mut client, "textDocument/completion", "./out/", &none);
    assert_eq!(words["result"]["items"][0]["label"], "./out/", "{words}");
    let lines = at(&mut client, "textDocument/definition", "./out/", &none);
    assert!(lines["result"].as_array().unwrap().len() > 2, "{lines}");
    let context = json!({ "context": { "includeDeclaration": true } });
    let uses = at(&mut client, "textDocument/references", "text-tool", &context);
    assert!(uses["result"].as_array().unwrap().len() > 3, "{uses}");
    let marks = at(&mut client, "textDocument/documentHighlight", "text-tool", &none);
    assert_eq!(marks["result"].as_array().unwrap().len(), 1, "{marks}");
    let name = at(&mut client, "textDocument/prepareRename", "text-tool", &none);
    assert_eq!(name["result"]["placeholder"], "text-tool", "{name}");
    let edits = at(&mut client, "textDocument/rename", "text-tool", &json!({ "newName": "kit" }));
    assert_eq!(edits["result"]["documentChanges"].as_array().unwrap().len(), 3, "{edits}");
    let taken = at(&mut client, "textDocument/rename", "text-tool", &json!({ "newName": "reader" }));
    assert_eq!(taken["error"]["message"], "there is a plugin `reader` already");
    let typed = json!({ "ch": "\n", "options": { "tabSize": 4, "insertSpaces": true } });
    let closed = at(&mut client, "textDocument/onTypeFormatting", "commands", &typed);
    assert_eq!(closed["result"], json!([]));
    assert_eq!(client.leave(), 0);
}

#[test]
fn texts_are_asked_about() {
    let folder = stage();
    let mut client = meet(folder.path(), json!({}));
    let range = json!({ "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } } });
    let options = json!({ "options": { "tabSize": 4, "insertSpaces": true } });
    let positions = json!({ "positions": [{ "line": 0, "character": 4 }, { "line": 999, "character": 0 }] });
    assert_eq!(of(&mut client, "textDocument/documentSymbol", &json!({}))[0]["name"], "id");
    assert_eq!(of(&mut client, "textDocument/foldingRange", &json!({}))[0]["startLine"], 3);
    assert_eq!(of(&mut client, "textDocument/selectionRange", &positions).as_array().unwrap().len(), 2);
    assert_eq!(of(&mut client, "textDocument/formatting", &options), json!([]));
    let colours = of(&mut client, "textDocument/semanticTokens/full", &json!({}))["data"].as_array().unwrap().len();
    let some = of(&mut client, "textDocument/semanticTokens/range", &range)["data"].as_array().unwrap().len();
    assert!(colours > 20 && colours == some, "{colours} {some}");
    let hints = of(&mut client, "textDocument/inlayHint", &range);
    assert!(hints.to_string().contains("is 8 MiB"), "{hints}");
    let found = client.ask("workspace/symbol", json!({ "query": "cnt" }));
    assert_eq!(found["result"][0]["name"], "count", "{found}");
    let elsewhere = json!({ "textDocument": { "uri": "file:///nowhere/plugin.kdl" } });
    assert_eq!(client.ask("textDocument/foldingRange", elsewhere), json!({ "result": null }));
    assert_eq!(client.leave(), 0);
}

/// A workspace without errors.
const SMALL: [(&str, &str); 4] = [
    (
        "host.kdl",
        "host \"a\"\nversion \"1.0.0\"\ntiers \"wasm\"\ncapabilities { fs.read \"./in/\"; clock.read \"wall\" }\n",
    ),
    ("grants.kdl", "allow \"text-tool\" { fs.read \"./in/\" }\n"),
    (
        MANIFEST,
        "id \"text-tool\"\nversion \"1.0.0\"\ncapabilities {\n    fs.read \"./in/\"\n    clock.read \"wall\" optional=#true\n}\n",
    ),
    ("plugins/reader/plugin.yaml", "id: reader\nversion: 1.0.0\n"),
];

#[test]
fn lenses_compare_with_what_is_committed() {
    let folder = stage();
    for (path, text) in SMALL {
        fs::write(folder.path().join(path), text).unwrap();
    }
    fs::remove_file(folder.path().join("grants.system.kdl")).unwrap();
    let git = |words: &[&str]| {
        let mut git = Command::new("git");
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").current_dir(folder.path());
        assert!(git.args(words).status().unwrap().success(), "{words:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "first"]);
    let mut client = meet(folder.path(), json!({ "workspace": { "codeLens": { "refreshSupport": true } } }));
    let compared = |client: &mut Client| {
        let lenses = of(client, "textDocument/codeLens", &json!({}));
        assert_eq!(lenses.as_array().unwrap().len(), 2, "{lenses}");
        client.ask("codeLens/resolve", lenses[1].clone())["result"]["command"]["title"].as_str().unwrap().to_owned()
    };
    assert_eq!(compared(&mut client), "as in HEAD");
    client.open("grants.kdl", Some("allow \"text-tool\" { fs.read \"./in/\"; clock.read \"wall\" }\n"));
    client.settle();
    assert_eq!(compared(&mut client), "since HEAD: wider: can now read the clock `wall`");
    assert!(client.wanted.iter().any(|wanted| wanted == "workspace/codeLens/refresh"), "{:?}", client.wanted);
    assert_eq!(client.leave(), 0);
}
