//! What a case says of itself. In KDL and YAML a comment line below the line it is about: `//^ M001 unknown-field`, `#^ M001`.
//! For other files a line of `expected.txt`: `path:line CODE`, `path:line:column CODE` or `path:from-to CODE`. Every finding has to be said, and
//! everything said has to be found; findings that nearly every case has are left aside where a case does not speak of them.

use std::collections::BTreeSet;
use std::path::Path;

use ambit_compiler::diag::{Code, Diagnostic};

use crate::case::Case;
use crate::house;

/// Said in hardly any case and found in nearly all: plugins without an artifact, folders without a profile.
const AMBIENT: [Code; 2] = [Code::NoArtifact, Code::NoProfile];

/// A finding by place. A column of 0 is any column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// The text's path in its workspace.
    pub path: String,
    /// From 1.
    pub line: u32,
    /// From 1; 0 where the case does not say.
    pub column: u32,
    /// Which rule.
    pub code: Code,
}

/// What differs between what a case says and what was found, a line each; nothing when they agree.
#[must_use]
pub fn differences(case: &Case) -> Vec<String> {
    let said = said(case);
    let found = found(case);
    let same = |a: &Expected, b: &Expected| {
        a.path == b.path && a.line == b.line && a.code == b.code && (a.column == 0 || a.column == b.column)
    };
    let missing = said.iter().filter(|said| !found.iter().any(|found| same(said, found)));
    let extra = found.iter().filter(|found| !said.iter().any(|said| same(said, found)));
    let show = |what: &str, one: &Expected| {
        let Expected { path, line, column, code } = one;
        format!("{}: {what} {path}:{line}:{column} {} {}", case.name(), code.id(), code.name())
    };
    missing.map(|one| show("said and not found", one)).chain(extra.map(|one| show("found and not said", one))).collect()
}

/// Everything that a case says.
#[must_use]
pub fn said(case: &Case) -> BTreeSet<Expected> {
    let mut said = BTreeSet::new();
    for (_, source) in case.workspace.sources.iter() {
        if source.bytes().len() <= ambit_compiler::syntax::MAX_BYTES {
            said.extend(inline(source.path(), source.text()));
        }
    }
    said.extend(listed(&case.folder));
    said
}

/// The findings that a case is about.
#[must_use]
pub fn about(case: &Case) -> Vec<Diagnostic> {
    let said = said(case);
    let spoken_of = |code: Code| !AMBIENT.contains(&code) || said.iter().any(|said| said.code == code);
    case.compiled.diagnostics.iter().filter(|found| spoken_of(found.code)).cloned().collect()
}

fn found(case: &Case) -> BTreeSet<Expected> {
    let sources = &case.workspace.sources;
    about(case)
        .iter()
        .map(|found| {
            let position = sources.position(found.primary.span);
            let path = sources.get(found.primary.span.file).path().to_owned();
            Expected { path, line: position.line, column: position.column, code: found.code }
        })
        .collect()
}

/// Expectations are about the last line above them that is none.
fn inline(path: &str, text: &str) -> Vec<Expected> {
    let (mut about, mut said) = (1, vec![]);
    for (line, text) in (1..).zip(text.lines()) {
        match text.trim_start().strip_prefix("//^").or_else(|| text.trim_start().strip_prefix("#^")) {
            Some(codes) => said.extend(codes.split_whitespace().filter_map(code).map(|code| Expected {
                path: path.to_owned(),
                line: about,
                column: 0,
                code,
            })),
            None => about = line,
        }
    }
    said
}

/// Codes count; their names beside them are for people.
fn code(word: &str) -> Option<Code> {
    Code::find(word).filter(|code| code.id() == word)
}

fn listed(folder: &Path) -> Vec<Expected> {
    let list = folder.join("expected.txt");
    if !list.is_file() {
        return vec![];
    }
    let text = house::read(&list);
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .flat_map(|line| parse(line).unwrap_or_else(|| panic!("{}: `{line}` is no expectation", list.display())))
        .collect()
}

fn parse(line: &str) -> Option<Vec<Expected>> {
    let (place, codes) = line.split_once(' ')?;
    let code = code(codes.split_whitespace().next()?)?;
    let mut numbers = place.split(':');
    let path = numbers.next()?.to_owned();
    let lines = numbers.next()?;
    let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
    let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
    let column = numbers.next().map_or(Some(0), |column| column.parse().ok())?;
    Some((first..=last).map(|line| Expected { path: path.clone(), line, column, code }).collect())
}
