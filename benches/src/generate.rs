//! Workspaces of any size, always the same ones: manifests of about 1 KB with requests, commands, hooks and dependencies.

use ambit_compiler::binary::NoArtifacts;
use ambit_compiler::source::Sources;
use ambit_compiler::{Compilation, Inputs, compile};

/// The host of all generated plugins.
pub const HOST: &str = r#"
host "bench"
version "1.4.0"
tiers "wasm"
folders { home "/home/user"; workspace "./workspace"; plugin.data "./data/${plugin.id}" }
capabilities {
    fs.read "${workspace}/" "~/.config/"
    fs.write "${plugin.data}/"
    net.connect "https://**.example.com"
    env.read "**"
    event.publish "note.**"
    event.subscribe "note.**"
}
hooks "note.saved" "note.removed"
quotas { memory default="16 MiB" ceiling="64 MiB" }
"#;

/// The grants: a line for every request of every plugin, and a deny for all.
#[must_use]
pub fn grants(plugins: usize) -> String {
    let mut text = String::from("layer \"user\"\ndeny \"*\" { fs.read \"~/.ssh/\" }\n");
    text.push_str(
        "allow \"plugin-*\" {\n    net.connect \"https://api.example.com\"\n    env.read \"LANG\" \"LC_*\"\n",
    );
    text.push_str("    event.publish \"note.**\"\n    event.subscribe \"note.**\"\n}\n");
    for at in 0..plugins.min(4_000) {
        text.push_str(&format!(
            "allow \"plugin-{at:06}\" {{ fs.read \"${{workspace}}/area-{at}/\"; fs.write \"${{plugin.data}}/\" }}\n"
        ));
    }
    text
}

/// The manifest of one plugin, in KDL.
#[must_use]
pub fn manifest(at: usize) -> String {
    let needs = if at == 0 { String::new() } else { format!("    plugin-{:06} \"^1.0.0\"\n", at / 2) };
    format!(
        r#"// Plugin {at} of a generated workspace.
id "plugin-{at:06}"
title "Plugin number {at}"
version "1.{minor}.0"
description "Keeps notes of area {at} beside the project and publishes what changed"
authors "A. Author <author-{at}@example.com>" "B. Author <b@example.com>"
license "MIT OR Apache-2.0"
keywords "notes" "text" "area-{at}"
engines {{
    bench "^1.2"
}}
dependencies {{
{needs}}}
commands {{
    add-{at} "Adds a note to area {at}"
    list-{at} "Lists the notes of area {at}"
}}
hooks {{
    note.saved priority={priority}
}}
capabilities {{
    fs.read "${{workspace}}/area-{at}/" why="the notes of the area are kept there"
    fs.write "${{plugin.data}}/" why="the index is kept there"
    net.connect "https://api.example.com" why="notes are synchronised" optional=#true
    env.read "LANG" "LC_ALL"
    event.publish "note.area-{at}.changed"
    event.subscribe "note.**"
}}
quotas {{
    memory "24 MiB"
    wall "2 s"
}}
"#,
        minor = at % 7,
        priority = at,
    )
}

/// The same manifest in YAML.
#[must_use]
pub fn manifest_yaml(at: usize) -> String {
    let needs = if at == 0 { String::new() } else { format!("dependencies:\n  plugin-{:06}: \"^1.0.0\"\n", at / 2) };
    format!(
        r#"# Plugin {at} of a generated workspace.
id: plugin-{at:06}
title: Plugin number {at}
version: "1.{minor}.0"
description: Keeps notes of area {at} beside the project and publishes what changed
authors:
  - "A. Author <author-{at}@example.com>"
  - "B. Author <b@example.com>"
license: MIT OR Apache-2.0
keywords: [notes, text, area-{at}]
engines:
  bench: "^1.2"
{needs}commands:
  add-{at}: Adds a note to area {at}
  list-{at}: Lists the notes of area {at}
hooks:
  note.saved:
    priority: {at}
capabilities:
  fs.read:
    - target: "${{workspace}}/area-{at}/"
      why: the notes of the area are kept there
  fs.write:
    - target: "${{plugin.data}}/"
      why: the index is kept there
  net.connect:
    - target: "https://api.example.com"
      why: notes are synchronised
      optional: true
  env.read: [LANG, LC_ALL]
  event.publish: note.area-{at}.changed
  event.subscribe: "note.**"
quotas:
  memory: 24 MiB
  wall: 2 s
"#,
        minor = at % 7,
    )
}

/// The same manifest in JSON.
#[must_use]
pub fn manifest_json(at: usize) -> String {
    let needs = if at == 0 {
        String::new()
    } else {
        format!("  \"dependencies\": {{ \"plugin-{:06}\": \"^1.0.0\" }},\n", at / 2)
    };
    format!(
        r#"{{
  "id": "plugin-{at:06}",
  "title": "Plugin number {at}",
  "version": "1.{minor}.0",
  "description": "Keeps notes of area {at} beside the project and publishes what changed",
  "authors": ["A. Author <author-{at}@example.com>", "B. Author <b@example.com>"],
  "license": "MIT OR Apache-2.0",
  "keywords": ["notes", "text", "area-{at}"],
  "engines": {{ "bench": "^1.2" }},
{needs}  "commands": {{
    "add-{at}": "Adds a note to area {at}",
    "list-{at}": "Lists the notes of area {at}"
  }},
  "hooks": {{ "note.saved": {{ "priority": {at} }} }},
  "capabilities": {{
    "fs.read": [{{ "target": "${{workspace}}/area-{at}/", "why": "the notes of the area are kept there" }}],
    "fs.write": [{{ "target": "${{plugin.data}}/", "why": "the index is kept there" }}],
    "net.connect": [
      {{ "target": "https://api.example.com", "why": "notes are synchronised", "optional": true }}
    ],
    "env.read": ["LANG", "LC_ALL"],
    "event.publish": "note.area-{at}.changed",
    "event.subscribe": "note.**"
  }},
  "quotas": {{ "memory": "24 MiB", "wall": "2 s" }}
}}
"#,
        minor = at % 7,
    )
}

/// The manifest of one plugin of a mixed workspace, with its file's name: half KDL, a quarter each YAML and JSON.
#[must_use]
pub fn mixed(at: usize) -> (&'static str, String) {
    match at % 4 {
        1 => ("plugin.yaml", manifest_yaml(at)),
        3 => ("plugin.json", manifest_json(at)),
        _ => ("plugin.kdl", manifest(at)),
    }
}

/// All texts of a mixed workspace.
#[must_use]
pub fn mixed_workspace(plugins: usize) -> Vec<(String, String)> {
    let mut texts = vec![("host.kdl".to_owned(), HOST.to_owned()), ("grants.kdl".to_owned(), grants(plugins))];
    texts.extend((0..plugins).map(|at| {
        let (name, text) = mixed(at);
        (format!("plugins/{at:06}/{name}"), text)
    }));
    texts
}

/// All texts of a workspace.
#[must_use]
pub fn workspace(plugins: usize) -> Vec<(String, String)> {
    let mut texts = vec![("host.kdl".to_owned(), HOST.to_owned()), ("grants.kdl".to_owned(), grants(plugins))];
    texts.extend((0..plugins).map(|at| (format!("plugins/{at:06}/plugin.kdl"), manifest(at))));
    texts
}

/// Reads and compiles a workspace, from text to sealed plan.
#[must_use]
pub fn compiled(texts: &[(String, String)]) -> Compilation {
    let mut sources = Sources::default();
    let ids: Vec<_> = texts.iter().map(|(path, text)| sources.add(path.clone(), text.clone().into_bytes())).collect();
    let (profile, grants, manifests) = (Some(ids[0]), vec![ids[1]], ids[2..].to_vec());
    compile(&Inputs { sources, profile, grants, manifests, artifacts: &NoArtifacts })
}
