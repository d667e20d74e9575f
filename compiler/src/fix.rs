//! Findings get their edits, and texts their fixes. Comes in: what rules want changed, and texts. Goes out: edits in the
//! syntax of each text ([`settle`]), a choice of fixes that do not touch each other ([`choose`]), and texts with edits made
//! ([`apply`]). Deliberately absent: files, and asking whether a fix was any good.

use std::collections::BTreeMap;

use crate::diag::{Add, Change, Diagnostic, Edit, Fix, Sink};
use crate::source::{FileId, Sources, Span};
use crate::syntax::{self, Syntax};

mod add;
mod choose;
mod data;
mod kdl;
mod narrow;
mod page;
mod remove;
pub mod word;

pub use choose::{Choice, choose};
use page::Page;

/// Makes edits of what rules want changed. A fix that the text has no place for is dropped.
pub fn settle(sources: &Sources, found: &mut [Diagnostic]) {
    let mut asked: BTreeMap<FileId, Vec<(usize, usize)>> = BTreeMap::new();
    for (at, fix) in fixes(found) {
        for (which, change) in fix.changes.iter().enumerate() {
            asked.entry(file_of(change)).or_default().push((at, which));
        }
    }
    let mut made: BTreeMap<usize, Option<Vec<Edit>>> = BTreeMap::new();
    for (file, asked) in asked {
        let changes: Vec<&Change> =
            asked.iter().filter_map(|(at, which)| found[*at].fix.as_ref()?.changes.get(*which)).collect();
        let edits = on_page(sources, file, |page| changes.iter().map(|change| edits(page, change)).collect());
        let edits = edits.unwrap_or_else(|| vec![None; asked.len()]);
        for ((at, _), edits) in asked.into_iter().zip(edits) {
            let all = made.entry(at).or_insert_with(|| Some(vec![]));
            *all = all.take().zip(edits).map(|(all, more)| [all, more].concat());
        }
    }
    for (at, edits) in made {
        let fix = &mut found[at].fix;
        match edits {
            Some(edits) => fix.iter_mut().for_each(|fix| fix.edits.extend(edits.iter().cloned())),
            None => *fix = None,
        }
    }
}

/// Whether the text has a place for a change.
pub(crate) fn takes(sources: &Sources, change: &Change) -> bool {
    on_page(sources, file_of(change), |page| edits(page, change)).flatten().is_some()
}

/// The edits that make all of these changes together, by text. `None` where they cannot be made together.
pub(crate) fn all(sources: &Sources, changes: &[Change]) -> Option<BTreeMap<FileId, Vec<Edit>>> {
    let mut by_file: BTreeMap<FileId, Vec<&Change>> = BTreeMap::new();
    changes.iter().for_each(|change| by_file.entry(file_of(change)).or_default().push(change));
    let made = |(file, changes): (FileId, Vec<&Change>)| {
        let mut edits = on_page(sources, file, |page| at_once(page, &changes)).flatten()?;
        edits.sort_by_key(|edit| edit.span);
        let apart = edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start);
        apart.then_some((file, edits))
    };
    by_file.into_iter().map(made).collect()
}

fn at_once(page: &Page<'_>, changes: &[&Change]) -> Option<Vec<Edit>> {
    let (mut removed, mut added, mut made) = (vec![], vec![], vec![]);
    for change in changes {
        match change {
            Change::Remove(span) => removed.push(*span),
            Change::Add(add) => added.push(add),
            other => made.extend(edits(page, other)?),
        }
    }
    made.extend(together(page, &removed, &added)?);
    Some(made)
}

/// A text with edits made: sorted, none over another. An edit that lies outside of the text changes nothing.
#[must_use]
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let (mut done, mut at) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        let range = edit.span.range();
        if let Some(before) = text.get(at..range.start).filter(|_| text.is_char_boundary(range.end)) {
            done.push_str(before);
            done.push_str(&edit.text);
            at = range.end;
        }
    }
    done.push_str(text.get(at..).unwrap_or_default());
    done
}

fn fixes(found: &[Diagnostic]) -> impl Iterator<Item = (usize, &Fix)> {
    found.iter().enumerate().filter_map(|(at, found)| Some((at, found.fix.as_ref()?)))
}

fn file_of(change: &Change) -> FileId {
    match change {
        Change::Word(span, _) | Change::Remove(span) | Change::Instead(span, _) => span.file,
        Change::Add(add) => add.file,
        Change::Narrow(narrow) => narrow.target.file,
    }
}

/// Asks something of a text, parsed once more: trees are not kept, because most texts need no fix.
fn on_page<T>(sources: &Sources, file: FileId, ask: impl FnOnce(&Page<'_>) -> T) -> Option<T> {
    let source = sources.get(file);
    let syntax = Syntax::of(source.path())?;
    let tree = syntax::parse(sources, file, &mut Sink::default());
    add::is_editable(&tree).then(|| ask(&Page::new(source, syntax, &tree)))
}

fn edits(page: &Page<'_>, change: &Change) -> Option<Vec<Edit>> {
    match change {
        Change::Word(span, word) => {
            let text = word::like(page.syntax, page.slice(span.range()), word);
            Some(vec![Edit { span: *span, text }])
        }
        Change::Remove(span) => remove::edits(page, &[page.whole(*span)?]),
        Change::Add(add) => add::edits(page, &[add]),
        Change::Instead(span, lines) => {
            let at = page.find(*span)?;
            Some(vec![add::instead(page, at, lines)?])
        }
        Change::Narrow(narrow) => narrow::edits(page, narrow),
    }
}

/// Removals and additions of a text, made together: what each would do alone is not what all of them do.
fn together(page: &Page<'_>, removed: &[Span], added: &[&Add]) -> Option<Vec<Edit>> {
    let removed: Option<Vec<usize>> = removed.iter().map(|span| page.whole(*span)).collect();
    let removed = removed?;
    let mut edits = if removed.is_empty() { vec![] } else { remove::edits(page, &removed)? };
    edits.extend(if added.is_empty() { vec![] } else { add::edits(page, added)? });
    Some(edits)
}
