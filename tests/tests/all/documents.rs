//! What our Markdown names is there: links, paths in code, and a page for each rule.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

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
}
