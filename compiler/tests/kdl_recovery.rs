//! What the KDL front end says about broken texts, and what it still reads of them. Comes in: the folders of
//! `fixtures/syntax/kdl`. Each `input.kdl` is printed with its diagnostics beneath the lines they are about, then as the
//! tree that is left; `expected.txt` holds that. With `AMBIT_BLESS` set, it is written instead of compared.

#![expect(clippy::disallowed_methods, reason = "tests read and write their fixtures")]
#![expect(clippy::panic, clippy::unwrap_used, reason = "a failed test may panic")]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use ambit_compiler::diag::Diagnostic;
use ambit_compiler::source::Span;
use case::Case;

#[path = "kdl/case.rs"]
mod case;
#[path = "kdl/print.rs"]
mod print;
#[path = "kdl/text.rs"]
mod text;

#[test]
fn every_fixture() {
    let mut wrong = Vec::new();
    for folder in folders() {
        let text = std::fs::read_to_string(folder.join("input.kdl")).unwrap();
        let printed = show(&case::parse(&text));
        let expected = folder.join("expected.txt");
        if std::env::var_os("AMBIT_BLESS").is_some() {
            std::fs::write(&expected, &printed).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != printed {
            wrong.push(format!("{} is now\n{printed}", expected.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn folders() -> Vec<PathBuf> {
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/syntax/kdl");
    let mut folders: Vec<_> = std::fs::read_dir(room).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(!folders.is_empty());
    folders
}

fn show(case: &Case) -> String {
    let mut out = String::new();
    let (_, source) = case.sources.iter().next().unwrap();
    for line in 1..=case.sources.position(case.tree.root().span()).line.max(last_line(case)) {
        writeln!(out, "{line:>3} | {}", visible(source.line(line))).unwrap();
        for found in case.found.iter().filter(|found| line_of(case, found.primary.span) == line) {
            show_diagnostic(case, found, &mut out);
        }
    }
    write!(out, "\n{}", print::canonical(&case.tree)).unwrap();
    out
}

fn show_diagnostic(case: &Case, found: &Diagnostic, out: &mut String) {
    let start = case.sources.position(found.primary.span);
    let before = case.sources.get(found.primary.span.file).line(start.line);
    let before: String = before.chars().take(start.column as usize - 1).collect();
    let marked = case.sources.slice(found.primary.span).lines().next().unwrap_or_default();
    let marks = "^".repeat(visible(marked).chars().count().max(1));
    let space = " ".repeat(visible(&before).chars().count());
    writeln!(out, "    | {space}{marks} {}: {}", found.code.id(), found.message).unwrap();
    for label in &found.secondary {
        let place = case.sources.position(label.span);
        let text = case.sources.slice(label.span);
        writeln!(out, "    | {space}  at {}:{} `{text}`: {}", place.line, place.column, label.text).unwrap();
    }
    if let Some(help) = &found.help {
        writeln!(out, "    | {space}  help: {help}").unwrap();
    }
    for fix in found.fix.iter().flat_map(|fix| &fix.edits) {
        writeln!(out, "    | {space}  fix: {:?} becomes {:?}", case.sources.slice(fix.span), fix.text).unwrap();
    }
}

fn line_of(case: &Case, span: Span) -> u32 {
    case.sources.position(span).line
}

fn last_line(case: &Case) -> u32 {
    let (file, source) = case.sources.iter().next().unwrap();
    let end = source.text().len();
    let last = line_of(case, Span::new(file, end, end));
    let said = case.found.iter().any(|found| line_of(case, found.primary.span) == last);
    if source.line(last).is_empty() && !said { last - 1 } else { last }
}

/// Hidden characters by their code points.
fn visible(text: &str) -> String {
    let marks = ['\u{200E}', '\u{200F}', '\u{202E}', '\u{2066}', '\u{FEFF}'];
    let hidden = |character: char| character.is_control() || marks.contains(&character);
    text.chars().map(|c| if hidden(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}
