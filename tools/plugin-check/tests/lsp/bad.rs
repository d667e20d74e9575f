//! Clients that do what no client should: the server answers with errors, goes on, and ends as the protocol says.

#![expect(clippy::unwrap_used, reason = "a folder that cannot be written fails its test")]

use serde_json::json;

use crate::Client;

const HOST: &str = "host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\n";
const PLUGIN: &str = "id \"a\"\nversion \"1\"\n";

/// A folder with a host and a plugin with a mistake.
fn stage() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("host.kdl"), HOST).unwrap();
    std::fs::create_dir(folder.path().join("a")).unwrap();
    std::fs::write(folder.path().join("a/plugin.kdl"), PLUGIN).unwrap();
    folder
}

#[test]
fn who_says_goodbye_leaves_0_and_who_does_not_leaves_1() {
    let folder = stage();
    for greeted in [false, true] {
        let mut client = Client::start(folder.path());
        if greeted {
            client.greet(json!({}));
            client.settle();
            assert_eq!(client.codes("a/plugin.kdl"), ["M014", "M005"]);
            assert_eq!(client.leave(), 0);
            client = Client::start(folder.path());
            client.greet(json!({}));
        }
        assert_eq!(client.die(), 1);
        let mut client = Client::start(folder.path());
        client.send("exit", json!(null));
        assert_eq!(client.ended(), 1);
    }
}

#[test]
fn what_is_on_the_screen_counts_until_it_is_closed() {
    let folder = stage();
    let mut client = Client::start(folder.path());
    client.greet(json!({}));
    client.settle();
    client.open("a/plugin.kdl", Some("id \"a\"\nversion \"1.0.0\"\n"));
    client.settle();
    assert_eq!(client.codes("a/plugin.kdl"), ["M014"]);
    let place =
        json!({ "textDocument": { "uri": client.uri("a/plugin.kdl") }, "position": { "line": 0, "character": 4 } });
    let hover = client.ask("textDocument/hover", place);
    assert!(hover["result"]["contents"]["value"].as_str().unwrap().contains("M014"), "{hover}");
    client.send("textDocument/didClose", json!({ "textDocument": { "uri": client.uri("a/plugin.kdl") } }));
    client.settle();
    assert_eq!(client.codes("a/plugin.kdl"), ["M014", "M005"]);
    assert_eq!(client.leave(), 0);
}
