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

#[test]
fn what_is_no_message_is_answered_and_the_server_goes_on() {
    let folder = stage();
    let mut client = Client::start(folder.path());
    client.raw(b"hello\r\n");
    client.raw(b"Content-Length: 1\r\n\r\n{");
    client.raw(b"Content-Length: 2\r\n\r\n[]");
    assert_eq!(client.ask("textDocument/hover", json!({}))["error"]["code"], -32002);
    assert_eq!(client.ask("initialize", json!([1]))["error"]["code"], -32602);
    client.greet(json!({}));
    client.raw(b"Content-Length: 9\r\n\r\n\xFF\xFE{}[]\"\"x");
    client.raw(b"Content-Length: 99999999999999999999999\r\n\r\n");
    assert_eq!(client.ask("no/such", json!({}))["error"]["code"], -32601);
    client.settle();
    assert_eq!(client.nameless, [-32700, -32700, -32600, -32700, -32700, -32700]);
    assert_eq!(client.codes("a/plugin.kdl"), ["M014", "M005"]);
    assert_eq!(client.leave(), 0);
}

#[test]
fn after_a_shutdown_nothing_is_answered_but_that() {
    let folder = stage();
    let mut client = Client::start(folder.path());
    client.greet(json!({}));
    assert_eq!(client.ask("shutdown", json!(null)), json!({ "result": null }));
    assert_eq!(client.ask("textDocument/hover", json!({}))["error"]["code"], -32600);
    client.send("exit", json!(null));
    assert_eq!(client.ended(), 0);
}

#[test]
fn every_request_is_answered_once_taken_back_or_not() {
    let folder = stage();
    let mut client = Client::start(folder.path());
    client.greet(json!({}));
    client.open("a/plugin.kdl", None);
    let uri = client.uri("a/plugin.kdl");
    let place = json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 0 } });
    let begun: Vec<i64> = (0..200).map(|_| client.begin("textDocument/hover", place.clone())).collect();
    begun.iter().rev().for_each(|id| client.send("$/cancelRequest", json!({ "id": id })));
    for id in begun {
        let answer = client.answer(&json!(id));
        assert!(answer.get("result").is_some() || answer["error"]["code"] == -32800, "{answer}");
    }
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_document_of_ten_mebibytes_is_told_to_be_too_large_and_costs_nothing_else() {
    let folder = stage();
    let mut client = Client::start(folder.path());
    client.greet(json!({}));
    let large = "id \"a\"\n".repeat((10 << 20) / 7);
    client.open("a/plugin.kdl", Some(&large));
    client.settle();
    // What it means for the others stays what it was.
    assert_eq!(client.codes("a/plugin.kdl"), ["S004", "M014"]);
    let change = json!({ "text": "id \"a\"\nversion \"1.0.0\"\n" });
    let document = json!({ "uri": client.uri("a/plugin.kdl"), "version": 2 });
    client.send("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
    client.settle();
    assert_eq!(client.codes("a/plugin.kdl"), ["M014"]);
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_thousand_opens_and_closes_leave_what_was_there() {
    let folder = stage();
    let mut client = Client::start(folder.path());
    client.greet(json!({}));
    for at in 0..1_000 {
        let path = if at % 2 == 0 { "a/plugin.kdl".to_owned() } else { format!("new-{at}/plugin.kdl") };
        client.open(&path, Some("id \"a\""));
        client.send("textDocument/didClose", json!({ "textDocument": { "uri": client.uri(&path) } }));
    }
    client.settle();
    let left: Vec<&String> =
        client.told.iter().filter(|(_, told)| told["diagnostics"] != json!([])).map(|(path, _)| path).collect();
    assert_eq!(left, ["a/plugin.kdl"]);
    assert_eq!(client.codes("a/plugin.kdl"), ["M014", "M005"]);
    assert_eq!(client.leave(), 0);
}
