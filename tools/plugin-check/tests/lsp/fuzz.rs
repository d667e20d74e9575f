//! Random edits of every text of a workspace: whatever was typed on the way, what is found in the end is what a fresh start finds.
//! `AMBIT_EDITS=100000 cargo test -p plugin-check --test lsp random` makes as many as are named.

#![expect(clippy::unwrap_used, reason = "a workspace that cannot be written fails its test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::Client;

const TEXTS: &[(&str, &str)] = &[
    (
        "host.kdl",
        "host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\nkinds {\n    page.read \"names\"\n}\ncapabilities {\n    env.read \"**\"\n    fs.read \"./\"\n    \
         event.publish \"**\"\n    event.subscribe \"**\"\n}\nhooks \"saved\"\n",
    ),
    (
        "grants.kdl",
        "layer \"user\"\nallow \"*\" {\n    event.publish \"**\"\n    event.subscribe \"**\"\n}\nallow \"reader\" {\n    env.read \"LANG\"\n}\n\
         deny \"writer\" {\n    fs.read \"./secret/\"\n}\n",
    ),
    (
        "a/plugin.kdl",
        "id \"reader\"\nversion \"1.0.0\"\ncommands {\n    show \"Shows 𝄞 what is there\"\n}\ncapabilities {\n    env.read \"LANG\" why=\"messages\"\n}\n",
    ),
    (
        "b/plugin.yaml",
        "id: writer\nversion: 1.2.0\ndependencies:\n  reader: ^1.0.0\ncapabilities:\n  fs.read:\n    - target: ./in/\n      why: grüße stehen dort\nhooks:\n  saved: {}\n",
    ),
    (
        "c/plugin.json",
        "{\n  \"id\": \"sender\",\n  \"version\": \"0.1.0\",\n  \"dependencies\": { \"writer\": \"^1.0.0\" },\n  \"capabilities\": { \"event.publish\": \"note.**\" }\n}\n",
    ),
];

/// What is typed: what texts are made of, and what they should not have in them.
const PIECES: &[&str] = &[
    "\"",
    "{",
    "}",
    "\n",
    " ",
    "\r\n",
    "id",
    "version",
    "\"1.0.0\"",
    "reader",
    "writer",
    "allow \"reader\" { env.read \"HOME\" }\n",
    "deny \"*\" { env.read \"**\" }\n",
    "capabilities {\n",
    "env.read \"PATH\"\n",
    "//",
    "/*",
    "*/",
    ":",
    "-",
    "  ",
    ",",
    "[",
    "]",
    "𝄞",
    "ß",
    "\u{202e}",
    "\t",
    "fs.read",
    "^9.0.0",
    "title \"x\"\n",
    "title: x\n",
    "\"title\": \"x\",",
    "&a",
    "|",
    "\\",
    "#true",
];

/// Numbers that look random, the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }
}

#[test]
fn random_edits_end_as_a_fresh_start_begins() {
    let edits = std::env::var("AMBIT_EDITS").map_or(2_000, |edits| edits.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &originals());
    let mut client = Client::start(folder.path());
    client.greet(json!({}));
    let mut texts = originals();
    texts.iter().for_each(|(path, text)| client.open(path, Some(text)));
    let (mut dice, mut version) = (Dice(edits as u64), 1);
    for round in 1..=4 {
        for _ in 0..edits / 4 {
            version += 1;
            edit(&mut client, &mut texts, &mut dice, version);
            if dice.below(40) == 0 {
                client.settle();
            }
        }
        mend(&mut client, &mut texts, &mut version);
        let fresh = tempfile::tempdir().unwrap();
        write(fresh.path(), &texts);
        assert_eq!(found(&client), afresh(fresh.path()), "round {round} of {texts:#?}");
    }
    assert_eq!(client.leave(), 0);
}

fn originals() -> BTreeMap<String, String> {
    TEXTS.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn write(folder: &Path, texts: &BTreeMap<String, String>) {
    for (path, text) in texts {
        fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
        fs::write(folder.join(path), text).unwrap();
    }
}

/// What a server finds that has never seen anything else.
fn afresh(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let mut client = Client::start(folder);
    client.greet(json!({}));
    client.settle();
    let found = found(&client);
    assert_eq!(client.leave(), 0);
    found
}

/// What is found, without the folder that it is found in.
fn found(client: &Client) -> BTreeMap<String, Vec<String>> {
    let root = client.uri("");
    let shown = |found: &Value| found.to_string().replace(&root, "ROOT");
    let of = |told: &Value| told["diagnostics"].as_array().unwrap().iter().map(shown).collect::<Vec<_>>();
    let all = client.told.iter().map(|(path, told)| (path.clone(), of(told)));
    all.filter(|(_, found)| !found.is_empty()).collect()
}

/// Replaces a stretch of a text with something.
fn edit(client: &mut Client, texts: &mut BTreeMap<String, String>, dice: &mut Dice, version: i32) {
    let path = TEXTS[dice.below(TEXTS.len())].0;
    let (_, original) = TEXTS.iter().find(|(known, _)| *known == path).unwrap();
    let text = texts.get_mut(path).unwrap();
    if dice.below(12) == 0 {
        *text = (*original).to_owned();
        return change(client, path, version, json!({ "text": text }));
    }
    let start = text.floor_char_boundary(dice.below(text.len() + 1));
    let longest = [0, 0, 1, 4, 30][dice.below(5)];
    let end = text.ceil_char_boundary((start + dice.below(longest + 1)).min(text.len()));
    let piece = PIECES[dice.below(PIECES.len())];
    let range = json!({ "start": place(text, start), "end": place(text, end) });
    text.replace_range(start..end, piece);
    change(client, path, version, json!({ "range": range, "text": piece }));
}

fn change(client: &mut Client, path: &str, version: i32, change: Value) {
    let document = json!({ "uri": client.uri(path), "version": version });
    client.send("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
}

/// Where a byte is, in units of two bytes; lines end at LF, CR LF or CR. Counted as naively as can be.
fn place(text: &str, at: usize) -> Value {
    let before = &text[..at];
    // The place between CR and LF is in neither line: what is typed there is said to be typed at the end of the line.
    let ended = before.replace("\r\n", "\n");
    let line =
        ended.matches(['\n', '\r']).count() - usize::from(before.ends_with('\r') && text[at..].starts_with('\n'));
    let last = before.trim_end_matches('\r').rsplit(['\n', '\r']).next().unwrap_or_default();
    let last = if before.ends_with('\r') && !text[at..].starts_with('\n') { "" } else { last };
    json!({ "line": line, "character": last.encode_utf16().count() })
}

/// Texts that cannot be read are as they were: those keep their last meaning, which a fresh start does not know.
fn mend(client: &mut Client, texts: &mut BTreeMap<String, String>, version: &mut i32) {
    client.settle();
    for (path, text) in originals() {
        if client.codes(&path).iter().any(|code| code.starts_with('S')) {
            *version += 1;
            change(client, &path, *version, json!({ "text": text }));
            texts.insert(path, text);
        }
    }
    client.settle();
}
