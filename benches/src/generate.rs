//! Workspaces of any size, always the same ones: manifests of about 1 KB with requests, commands, hooks and dependencies.

use ambit_compiler::binary::NoArtifacts;
use ambit_compiler::source::Sources;
use ambit_compiler::{Compilation, Inputs, compile_on};
use ambit_schema::cores::Cores;

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

/// How many plugins one file of the grants is about: a file has a limit.
const PLUGINS_PER_FILE: usize = 4_000;

/// The grants: a line for every request of every plugin, and a deny for all. A file has some thousand plugins.
#[must_use]
pub fn grants(plugins: usize) -> Vec<(String, String)> {
    let mut files = vec![];
    for first in (0..plugins.max(1)).step_by(PLUGINS_PER_FILE) {
        let name = if first == 0 { "grants.kdl".to_owned() } else { format!("grants-{:03}.kdl", files.len()) };
        let common = if first == 0 { COMMON } else { "" };
        let lines = (first..plugins.min(first + PLUGINS_PER_FILE)).map(|at| {
            format!(
                "allow \"plugin-{at:06}\" {{ fs.read \"${{workspace}}/area-{at}/\"; fs.write \"${{plugin.data}}/\" }}\n"
            )
        });
        files.push((name, format!("layer \"user\"\n{common}{}", lines.collect::<String>())));
    }
    files
}

/// What is granted to all plugins at once.
const COMMON: &str = r#"deny "*" { fs.read "~/.ssh/" }
allow "plugin-*" {
    net.connect "https://api.example.com"
    env.read "LANG" "LC_*"
    event.publish "note.**"
    event.subscribe "note.**"
}
"#;

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

/// The texts of a workspace.
pub struct Workspace {
    /// The host profile.
    pub host: (String, String),
    /// The grants.
    pub grants: Vec<(String, String)>,
    /// The manifests.
    pub manifests: Vec<(String, String)>,
}

impl Workspace {
    /// A workspace of plugins in all three syntaxes.
    #[must_use]
    pub fn mixed(plugins: usize) -> Self {
        let manifests = (0..plugins).map(|at| {
            let (name, text) = mixed(at);
            (format!("plugins/{at:06}/{name}"), text)
        });
        let host = ("host.kdl".to_owned(), HOST.to_owned());
        Workspace { host, grants: grants(plugins), manifests: manifests.collect() }
    }

    /// All texts with their paths.
    pub fn texts(&self) -> impl Iterator<Item = &(String, String)> {
        std::iter::once(&self.host).chain(&self.grants).chain(&self.manifests)
    }

    /// How many bytes there are.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.texts().map(|(_, text)| text.len()).sum()
    }

    /// Reads and compiles it, from text to sealed plan.
    #[must_use]
    pub fn compiled(&self, cores: Cores) -> Compilation {
        let mut sources = Sources::default();
        let mut add = |(path, text): &(String, String)| sources.add(path.clone(), text.as_bytes());
        let profile = Some(add(&self.host));
        let grants = self.grants.iter().map(&mut add).collect();
        let manifests = self.manifests.iter().map(&mut add).collect();
        compile_on(&Inputs { profile, grants, manifests, ..Inputs::new(sources, &NoArtifacts) }, cores)
    }
}
