//! What our Markdown names is there: links, paths in code, and a page for each rule; and its commands run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ambit_compiler::diag::Code;
use ambit_tests::house;

use crate::snapshot;

fn documents() -> Vec<PathBuf> {
    let all = house::files(&house::root()).into_iter();
    all.filter(|path| path.extension().is_some_and(|end| end == "md") && !house::shown(path).starts_with('.')).collect()
}

#[test]
fn links_lead_somewhere() {
    let mut failures = vec![];
    for document in documents() {
        for (line, link) in links(&house::read(&document)) {
            let target = link.split('#').next().unwrap_or_default();
            if !target.is_empty()
                && !target.contains("://")
                && !target.starts_with("mailto:")
                && !beside(&document, target).exists()
            {
                failures.push(format!("{}:{line}: the link `{link}` leads nowhere", house::shown(&document)));
            }
        }
    }
    snapshot::all(&failures);
}

#[test]
fn paths_that_are_named_are_there() {
    let rooms: BTreeSet<String> = house::folders(&house::root()).iter().map(|path| house::shown(path)).collect();
    let mut failures = vec![];
    for document in documents() {
        for (line, path) in paths(&house::read(&document)) {
            let first = path.split('/').next().unwrap_or_default();
            let named = rooms.contains(first) && !path.contains(['*', '<', '…', '{', '$', '[']);
            if named && !house::at(&path).exists() && !beside(&document, &path).exists() {
                failures.push(format!("{}:{line}: there is no `{path}`", house::shown(&document)));
            }
        }
    }
    snapshot::all(&failures);
}

#[test]
fn every_rule_has_its_page_and_every_page_its_rule() {
    let pages = house::files(&house::at("docs/rules"));
    let pages: BTreeSet<String> =
        pages.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    let mut expected: BTreeSet<String> = Code::ALL.iter().map(|code| format!("{}.md", code.id())).collect();
    expected.insert("README.md".into());
    assert_eq!(pages, expected);
    for code in Code::ALL {
        let text = house::read(&house::at("docs/rules").join(format!("{}.md", code.id())));
        let title = format!("# {} {}", code.id(), code.name());
        assert_eq!(text.lines().next(), Some(title.as_str()), "the title of the page");
    }
}

/// Commands that are not run here, because they are whole builds, or run all that is here. Each has to be named somewhere.
const KNOWN: [&str; 6] = [
    "cargo build --workspace",
    "cargo test --workspace",
    "cargo bench -p ambit-benches",
    "cargo build --profile dist -p plugin-check",
    ".ci/run",
    "examples/text-tool/tour.sh",
];

/// The commands that people copy do what is said of them.
#[test]
#[cfg_attr(not(feature = "run"), ignore = "some of them build the engine")]
fn commands_run() {
    let texts = ["README.md", "CONTRIBUTING.md"].map(house::at).into_iter();
    let texts = texts
        .chain(house::files(&house::at("docs")).into_iter().filter(|path| path.parent() == Some(&house::at("docs"))));
    let texts = texts.filter(|path| path.extension().is_some_and(|end| end == "md"));
    let (mut failures, mut known, mut ran) = (vec![], BTreeSet::new(), 0);
    for document in texts {
        for (line, command) in commands(&house::read(&document)) {
            let wrong = if let Some(tool) = tool(&command) {
                ran += 1;
                differs(&command, &run(&tool))
            } else {
                (!KNOWN.contains(&command.as_str())).then(|| "is on no list".to_owned())
            };
            failures.extend(wrong.map(|wrong| format!("{}:{line}: `{command}` {wrong}", house::shown(&document))));
            known.insert(command);
        }
    }
    failures.extend(KNOWN.iter().filter(|one| !known.contains(**one)).map(|one| format!("`{one}` is named nowhere")));
    snapshot::all(&failures);
    assert!(ran >= 6, "the README runs both tools");
    let wrong = "cargo run -q -p ambit -- run nowhere text-tool count";
    assert!(differs(wrong, &run(&tool(wrong).unwrap())).is_some(), "a command that fails is seen");
    let gone = KNOWN.iter().filter(|one| one.contains('/') && !house::at(one).is_file()).collect::<Vec<_>>();
    assert!(gone.is_empty(), "{gone:?}");
}

/// The arguments of cargo, where a command is one of our tools.
fn tool(command: &str) -> Option<Vec<&str>> {
    let ours = ["cargo run -q -p plugin-check -- ", "cargo run -q -p ambit -- "];
    let is_ours = ours.iter().any(|start| command.starts_with(start));
    is_ours.then(|| command.split_whitespace().skip(1).collect())
}

/// Runs cargo as whoever copies the command does, with what is compiled already.
fn run(words: &[&str]) -> Output {
    let here = std::env::current_exe().unwrap();
    // …/PROFILE/deps/all-…
    let target = here.ancestors().nth(3).unwrap();
    let cache = tempfile::tempdir().unwrap();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(words).current_dir(house::root()).stdin(Stdio::null());
    // What cargo tells a test of its package would make build scripts run again that listen to those names.
    let told = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    std::env::vars().map(|(name, _)| name).filter(|name| told(name)).for_each(|name| {
        cargo.env_remove(name);
    });
    cargo.env("CARGO_TARGET_DIR", target).env("CARGO_NET_OFFLINE", "true");
    cargo.env("XDG_CACHE_HOME", cache.path()).env("XDG_DATA_HOME", cache.path()).output().unwrap()
}

/// What a command came to that it should not have: all succeed, but for a question whose answer is no.
fn differs(command: &str, output: &Output) -> Option<String> {
    let asks = command.contains(" why ") || command.contains(" why-not ");
    let denied = asks && output.stdout.starts_with(b"denied: ");
    let expected = i32::from(denied);
    let said = String::from_utf8_lossy(&output.stderr);
    (output.status.code() != Some(expected)).then(|| format!("exits with {}, not {expected}: {said}", output.status))
}

/// The commands of the blocks that are for a shell, with their lines and without what is said of them.
fn commands(text: &str) -> Vec<(usize, String)> {
    let mut block = None;
    let mut found = vec![];
    for (line, text) in (1..).zip(text.lines()) {
        if let Some(info) = text.trim_start().strip_prefix("```") {
            block = if block.is_some() { None } else { Some(info) };
            continue;
        }
        let command = match block {
            Some("sh") => Some(text),
            Some("console") => text.strip_prefix("$ "),
            _ => None,
        };
        let command = command.map(|command| command.split(" # ").next().unwrap_or_default().trim());
        found.extend(command.filter(|command| !command.is_empty()).map(|command| (line, command.to_owned())));
    }
    found
}

fn beside(document: &Path, target: &str) -> PathBuf {
    document.parent().unwrap_or(document).join(target)
}

/// What stands in `](…)`, outside of code blocks, with its line.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = vec![];
    for (line, text) in prose(text) {
        let ends = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        found.extend(ends.map(|(link, _)| (line, link.to_owned())));
    }
    found
}

/// What stands between backticks in one word and has a `/`, with its line.
fn paths(text: &str) -> Vec<(usize, String)> {
    let mut found = vec![];
    for (line, text) in prose(text) {
        let code = text.split('`').skip(1).step_by(2).filter(|code| code.contains('/'));
        found.extend(code.filter(|code| !code.contains(' ')).map(|code| (line, code.to_owned())));
    }
    found
}

/// The lines that are in no code block.
fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let mut lines = vec![];
    for (line, text) in (1..).zip(text.lines()) {
        if text.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            lines.push((line, text));
        }
    }
    lines
}

#[test]
fn the_readers_of_markdown_can_read() {
    let text = "See [a](b.md) and `x/y`.\n```\n[c](d.md) `z/z`\n```\n[e](f.md#g)";
    assert_eq!(links(text), [(1, "b.md".into()), (5, "f.md#g".into())]);
    assert_eq!(paths(text), [(1, "x/y".into())]);
    let text = "```sh\na b  # c\n```\n$ no\n```console\n$ d # e\nsaid\n```\n```kdl\nf\n```";
    assert_eq!(commands(text), [(2, "a b".into()), (6, "d".into())]);
}
