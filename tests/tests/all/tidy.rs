//! The house keeps its own rules: who looks at whom, how files are called and how long they are, and that nothing is left
//! lying about.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ambit_tests::house;

use crate::snapshot;

/// Which rooms of a crate a room may name, in the order in which data passes them. A room may always name itself.
type Street = &'static [(&'static str, &'static [&'static str])];

const COMPILER: Street = &[
    ("source", &[]),
    ("diag", &["source"]),
    ("syntax", &["source", "diag"]),
    ("fix", &["source", "diag", "syntax"]),
    ("lower", &["source", "diag", "syntax"]),
    ("manifest", &["source", "diag", "syntax", "lower"]),
    ("grant", &["source", "diag", "syntax", "lower"]),
    ("profile", &["source", "diag", "syntax", "lower", "manifest", "grant"]),
    ("index", &["source", "diag", "syntax", "lower", "manifest"]),
    ("consent", &["source", "diag", "syntax", "lower"]),
    ("select", &["source", "diag", "lower", "manifest", "grant", "profile", "index"]),
    ("binary", &[]),
    ("bind", &["source", "diag", "lower", "manifest", "grant", "profile", "consent"]),
    ("decide", &["source", "grant", "profile", "bind"]),
    ("ask", &["consent", "bind"]),
    ("flow", &[]),
    ("artifact", &["diag", "lower", "manifest", "profile", "binary", "bind"]),
    (
        "check",
        &[
            "source", "diag", "lower", "manifest", "grant", "profile", "index", "binary", "bind", "decide", "artifact",
            "flow",
        ],
    ),
    // Syntax: a plugin's configuration is a file that has to be JSON.
    (
        "resolve",
        &["source", "diag", "syntax", "lower", "manifest", "grant", "profile", "binary", "bind", "decide", "artifact"],
    ),
    (
        "focus",
        &[
            "source", "diag", "syntax", "fix", "manifest", "grant", "profile", "index", "bind", "decide", "check",
            "resolve",
        ],
    ),
    ("observe", &["source", "diag", "syntax", "fix", "lower", "manifest", "grant", "profile", "bind", "explain"]),
    ("explain", &["flow"]),
    ("diff", &["flow"]),
    ("lock", &["source", "diag", "syntax", "manifest", "binary"]),
    ("reference", &["lower", "manifest", "grant", "profile", "index"]),
];

const SCHEMA: Street = &[
    ("cores", &[]),
    ("value_schema", &[]),
    ("name", &[]),
    ("set", &["name"]),
    ("capability", &["name", "set"]),
    // Tiers: which of them enforces which quota.
    ("limits", &["capability"]),
    ("advice", &["capability", "set"]),
    ("sensitive", &["capability", "set"]),
    ("interface", &["capability"]),
    ("plan", &["value_schema", "cores", "name", "limits", "set", "capability", "interface"]),
    ("recording", &["name", "set", "capability", "plan"]),
    ("wire", &["cores", "name", "limits", "set", "capability", "plan", "recording"]),
];

#[test]
fn rooms_look_only_up_the_street() {
    let mut failures = vec![];
    for (krate, street) in [("compiler", COMPILER), ("schema", SCHEMA)] {
        let sources = house::at(krate).join("src");
        let mut seen = BTreeSet::new();
        for file in house::files(&sources) {
            let below = file.strip_prefix(&sources).unwrap().to_string_lossy().replace(".rs", "");
            let room = below.split('/').next().unwrap().to_owned();
            if room == "lib" {
                continue;
            }
            let Some((_, allowed)) = street.iter().find(|(known, _)| *known == room) else {
                failures.push(format!("{krate}: no line in the table for the room `{room}`"));
                continue;
            };
            let named = rooms_named(&house::read(&file));
            let wrong = named.iter().filter(|named| **named != room && !allowed.contains(&named.as_str()));
            failures.extend(wrong.map(|named| format!("{}: looks at `{named}`", house::shown(&file))));
            seen.insert(room);
        }
        let gone = street.iter().filter(|(room, _)| !seen.contains(*room));
        failures.extend(gone.map(|(room, _)| format!("{krate}: the table has `{room}`, and the crate does not")));
    }
    snapshot::all(&failures);
}

/// What stands behind each `crate::`.
fn rooms_named(text: &str) -> BTreeSet<String> {
    let word = |rest: &str| rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>();
    text.split("crate::").skip(1).map(word).filter(|word| !word.is_empty()).collect()
}

/// Who is built from whom: without the edges for tests.
#[test]
fn compiler_and_runtime_do_not_know_each_other() {
    let depends = dependencies();
    assert!(depends["ambit-runtime"].contains("wasmtime"), "the runtime is built from wasmtime");
    assert!(depends["plugin-check"].contains("ambit-compiler"), "plugin-check is built from the compiler");
    for (package, never) in [
        ("ambit-schema", &["ambit-compiler", "ambit-runtime", "wasmtime", "tokio"][..]),
        ("ambit-compiler", &["ambit-runtime", "wasmtime", "tokio"]),
        ("ambit-consent", &["ambit-runtime", "plugin-check", "wasmtime", "tokio"]),
        ("ambit-runtime", &["ambit-compiler", "ambit-consent", "plugin-check"]),
        ("plugin-check", &["ambit-runtime", "ambit-consent", "wasmtime", "tokio"]),
    ] {
        for other in never {
            assert!(!depends[package].contains(*other), "{package} is built from {other}");
        }
    }
}

/// The platform that this is built for: the packages of others need not have been fetched.
fn host() -> String {
    let said = std::process::Command::new("rustc").arg("-vV").output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    said.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

/// Everything that each of our packages is built from, by name.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(house::at("Cargo.toml"))
        .other_options(["--offline", "--locked", "--filter-platform", &host()].map(str::to_owned))
        .exec()
        .unwrap();
    let nodes: BTreeMap<_, _> = metadata.resolve.as_ref().unwrap().nodes.iter().map(|node| (&node.id, node)).collect();
    let name = |id| metadata[id].name.to_string();
    let built_from = |id| {
        let (mut all, mut open) = (BTreeSet::new(), vec![id]);
        while let Some(id) = open.pop() {
            let normal = nodes[id].deps.iter().filter(|edge| {
                edge.dep_kinds.iter().any(|kind| kind.kind != cargo_metadata::DependencyKind::Development)
            });
            open.extend(normal.map(|edge| &edge.pkg).filter(|id| all.insert(*id)));
        }
        all.into_iter().map(name).collect()
    };
    metadata.workspace_members.iter().map(|id| (name(id), built_from(id))).collect()
}

/// Everything that people or machines of this house wrote, as paths.
fn everything() -> Vec<PathBuf> {
    house::files(&house::root()).into_iter().filter(|path| !house::shown(path).starts_with('.')).collect()
}

#[test]
fn files_are_called_as_the_house_calls_them() {
    let mut failures = vec![];
    for path in everything() {
        let shown = house::shown(&path);
        if shown.len() > 100 {
            failures.push(format!("{shown}: longer than 100 characters"));
        }
        if shown.ends_with("/mod.rs") {
            failures.push(format!("{shown}: name the file after the module"));
        }
        let plain =
            |part: &str| part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
        let name = shown.rsplit('/').next().unwrap();
        let folders = shown.strip_suffix(name).unwrap().split('/').filter(|part| !part.is_empty());
        if !(plain(name) || conventional(name)) || !folders.into_iter().all(plain) {
            failures.push(format!("{shown}: other characters than a-z, 0-9, `.`, `_` and `-`"));
        }
    }
    snapshot::all(&failures);
}

/// Names that the world writes with capitals: `README.md`, `LICENSE-MIT`, `Cargo.toml`; and the pages of the rules.
fn conventional(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    let capitals = stem.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"-_".contains(&b));
    capitals && (name.ends_with(".md") || !name.contains('.'))
        || ["Cargo.toml", "Cargo.lock", "Containerfile"].contains(&name)
}

#[test]
fn sources_are_short_and_say_what_they_are() {
    const MOST: usize = 400;
    let mut failures = vec![];
    for path in everything().iter().filter(|path| path.extension().is_some_and(|end| end == "rs")) {
        let (shown, text) = (house::shown(path), house::read(path));
        let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
        if lines > MOST {
            failures.push(format!("{shown}: {lines} lines, and at most {MOST} can be read at once"));
        }
        let is_test_module = shown.contains("/src/") && shown.contains("/tests/");
        if !text.starts_with("//!") && !is_test_module {
            failures.push(format!("{shown}: starts without a paragraph that says what it is for"));
        }
    }
    snapshot::all(&failures);
}

/// The house speaks of itself, not of how or where it was built. Put together here, so that this file has none of them.
#[test]
fn nothing_is_left_lying_about() {
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
        concat!("/wo", "rk/"),
        concat!("shared", "/corpora"),
        concat!("/ro", "ot/"),
        concat!("crates", ".io"),
        concat!("npmjs", ".org"),
        concat!("pypi", ".org"),
        concat!("ghcr", ".io"),
        concat!("clau", "de"),
        concat!("anthro", "pic"),
        concat!("as an ", "ai"),
    ];
    let mut failures = vec![];
    for path in everything().iter().filter(|path| !is_foreign(path)) {
        let text = house::read_lossy(path);
        for (line, text) in (1..).zip(text.lines()) {
            let found =
                words.iter().filter(|word| text.contains(*word) || lower(word) && text.to_lowercase().contains(*word));
            failures.extend(found.map(|word| format!("{}:{line}: `{word}`", house::shown(path))));
        }
    }
    snapshot::all(&failures);
}

fn lower(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_lowercase() || c == ' ')
}

/// Files that tools write, and guests as they were compiled.
fn is_foreign(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    ["Cargo.lock", "package-lock.json"].contains(&&*name) || name.ends_with(".wasm")
}

/// What the tests look for is found where it stands: a rule that finds nothing anywhere may be blind.
#[test]
fn the_tidy_rules_can_see() {
    assert_eq!(
        rooms_named("use crate::diag::Sink; crate::lower::text()"),
        BTreeSet::from(["diag".into(), "lower".into()])
    );
    assert!(
        conventional("README.md")
            && conventional("LICENSE-MIT")
            && conventional("M001.md")
            && conventional("Cargo.toml")
    );
    assert!(!conventional("Readme.md") && !conventional("MyFile.rs") && !conventional("MAKE.rs"));
    assert!(everything().len() > 300, "the walk reaches the house");
    assert!(everything().iter().any(|path| path.ends_with("tests/tests/all/tidy.rs")), "and this file");
}
