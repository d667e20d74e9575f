//! Texts laid out: every text that there is, in every syntax, and a few whose layout is shown.

use std::path::{Path, PathBuf};

use ambit_compiler::syntax::Syntax;
use ambit_tests::case::cases;
use ambit_tests::house;
use plugin_check::format::{Left, format};
use plugin_check::lex::tokens;

use crate::snapshot;

/// What is laid out twice is what is laid out once, and nothing that people wrote is gone.
#[test]
fn every_text_has_one_layout() {
    let (mut failures, mut laid) = (vec![], 0);
    let mut all = texts(&house::root());
    all.extend(std::env::var_os("AMBIT_CORPORA").iter().flat_map(|folder| texts(Path::new(folder))));
    for (path, syntax, text) in &all {
        match format(*syntax, text) {
            Ok(once) => {
                laid += 1;
                if format(*syntax, &once).as_ref() != Ok(&once) {
                    failures.push(format!("{}: twice is not once", path.display()));
                }
                if comments(*syntax, text) != comments(*syntax, &once) {
                    failures.push(format!("{}: a comment is lost", path.display()));
                }
            }
            Err(Left::Unsure) => failures.push(format!("{}: is not the same text", path.display())),
            Err(Left::Broken) => {}
        }
    }
    assert!(laid > 500, "{laid} texts");
    snapshot::all(&failures);
}

/// Texts with a few characters more or less, as they are while somebody writes.
#[test]
fn texts_that_are_being_written_have_one_layout_or_none() {
    let marks = [
        "{", "}", "\"", "#", "\\", "/-", "//", "/*", "*/", ";", "\n", "\r\n", " ", "\t", "[", "]", ":", ",", "- ", "é",
        "|",
    ];
    let mut seed = 7_u64;
    let mut next = |most: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % most.max(1)
    };
    let (mut failures, mut laid) = (vec![], 0);
    let mut all = texts(&house::at("fixtures/lsp"));
    all.extend(texts(&house::at("fixtures/format")));
    all.extend(texts(&house::at("examples")));
    for (path, syntax, text) in &all {
        for _ in 0..40 {
            let mut text = text.clone();
            for _ in 0..=next(2) {
                let (start, length) = (text.floor_char_boundary(next(text.len())), next(4));
                let end = text.ceil_char_boundary((start + length).min(text.len()));
                text.replace_range(start..end, if next(3) == 0 { "" } else { marks[next(marks.len())] });
            }
            let joined: String = tokens(*syntax, &text).into_iter().map(|token| text[token.place].to_owned()).collect();
            assert_eq!(joined, text);
            let Ok(once) = format(*syntax, &text) else { continue };
            laid += 1;
            if format(*syntax, &once).as_ref() != Ok(&once) || comments(*syntax, &text) != comments(*syntax, &once) {
                failures.push(format!("{}: {text:?}", path.display()));
            }
        }
    }
    assert!(laid > 100, "{laid} texts");
    snapshot::all(&failures);
}

/// Our own examples are laid out as we say that texts are.
#[test]
fn the_examples_are_laid_out() {
    let mut failures = vec![];
    for (path, syntax, text) in texts(&house::at("examples")) {
        if format(syntax, &text).as_ref() != Ok(&text) {
            failures.push(format!("{}: `plugin-check fmt` would change it", house::shown(&path)));
        }
    }
    snapshot::all(&failures);
}

#[test]
fn layouts_are_shown() {
    let mut failures = vec![];
    for folder in cases("format") {
        for (path, syntax, text) in texts(&folder) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let laid = format(syntax, &text).unwrap_or_else(|left| format!("left alone: {left}\n"));
            failures.extend(snapshot::check(&folder, &name, &laid));
        }
    }
    snapshot::all(&failures);
}

/// The texts of a syntax that we read, below a folder.
fn texts(folder: &Path) -> Vec<(PathBuf, Syntax, String)> {
    let ours = |path: PathBuf| {
        let syntax = Syntax::of(&path.to_string_lossy())?;
        let text = std::fs::read_to_string(&path).ok().filter(|text| text.len() < 1 << 18)?;
        Some((path, syntax, text))
    };
    house::files(folder).into_iter().filter_map(ours).collect()
}

fn comments(syntax: Syntax, text: &str) -> Vec<String> {
    let found = tokens(syntax, text).into_iter().filter(|token| token.kind.is_comment());
    found.map(|token| text[token.place].trim_end().to_owned()).collect()
}
