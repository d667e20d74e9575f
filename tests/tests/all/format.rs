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
