//! Which fixes are made at once. Comes in: findings with their fixes. Goes out: a [`Choice`] of fixes that do not touch each
//! other, in the order of the findings; what is left waits for another round.

use std::collections::BTreeMap;

use super::{on_page, together};
use crate::diag::{Add, Change, Diagnostic, Edit, Safety};
use crate::source::{FileId, Sources, Span};

/// Fixes that are made at once.
#[derive(Debug, Default)]
pub struct Choice {
    /// The findings that they are of, by place in the list.
    pub findings: Vec<usize>,
    /// All their edits, by text.
    pub edits: BTreeMap<FileId, Vec<Edit>>,
}

/// Chooses fixes up to `most` unsafe ones included or not, the first finding first. `may` says which findings count.
#[must_use]
pub fn choose(sources: &Sources, found: &[Diagnostic], most: Safety, may: impl Fn(&Diagnostic) -> bool) -> Choice {
    let mut taken: BTreeMap<FileId, Taken> = BTreeMap::new();
    let mut choice = Choice::default();
    let mut batches: BTreeMap<FileId, Batch<'_>> = BTreeMap::new();
    for (at, finding) in found.iter().enumerate().filter(|(_, finding)| may(finding)) {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.safety <= most && !fix.edits.is_empty()) else {
            continue;
        };
        let sort = Sort::of(&fix.changes);
        let is_free = |edit: &Edit| taken.get(&edit.span.file).is_none_or(|taken| taken.is_free(sort, edit.span));
        if !fix.edits.iter().all(is_free) {
            continue;
        }
        for edit in &fix.edits {
            taken.entry(edit.span.file).or_default().take(sort, edit.span);
            if sort == Sort::Text {
                choice.edits.entry(edit.span.file).or_default().push(edit.clone());
            }
        }
        for change in &fix.changes {
            match change {
                Change::Remove(span) if sort == Sort::Remove => {
                    batches.entry(span.file).or_default().removed.push(*span)
                }
                Change::Add(add) if sort == Sort::Add => batches.entry(add.file).or_default().added.push(add),
                _ => {}
            }
        }
        choice.findings.push(at);
    }
    for (file, batch) in batches {
        let edits = on_page(sources, file, |page| together(page, &batch.removed, &batch.added)).flatten();
        choice.edits.entry(file).or_default().extend(edits.unwrap_or_default());
    }
    choice.edits.values_mut().for_each(disjoint);
    choice
}

/// Removals and additions of one text, which are made together.
#[derive(Default)]
struct Batch<'b> {
    removed: Vec<Span>,
    added: Vec<&'b Add>,
}

/// What may touch what: removals each other, additions each other, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Text,
    Remove,
    Add,
}

impl Sort {
    /// A fix that does several things at once is made as it stands.
    fn of(changes: &[Change]) -> Self {
        match changes {
            [Change::Remove(_), rest @ ..] if rest.iter().all(|one| matches!(one, Change::Remove(_))) => Sort::Remove,
            [Change::Add(_), rest @ ..] if rest.iter().all(|one| matches!(one, Change::Add(_))) => Sort::Add,
            _ => Sort::Text,
        }
    }
}

/// What of one text is taken: stretches that are apart, by their start.
#[derive(Debug, Default)]
struct Taken {
    text: Stretches,
    removed: Stretches,
    added: Stretches,
}

impl Taken {
    fn is_free(&self, sort: Sort, span: Span) -> bool {
        (sort == Sort::Remove || self.removed.is_free(span))
            && (sort == Sort::Add || self.added.is_free(span))
            && self.text.is_free(span)
    }

    fn take(&mut self, sort: Sort, span: Span) {
        match sort {
            Sort::Text => self.text.take(span),
            Sort::Remove => self.removed.take(span),
            Sort::Add => self.added.take(span),
        }
    }
}

#[derive(Debug, Default)]
struct Stretches(BTreeMap<u32, u32>);

impl Stretches {
    /// Whether nothing taken shares a byte with the span; one that is empty may touch nothing either.
    fn is_free(&self, span: Span) -> bool {
        let before = self.0.range(..=span.end).next_back();
        before.is_none_or(|(start, end)| {
            let apart = *end < span.start || *start > span.end;
            let beside = (*end == span.start || *start == span.end) && start != end && span.start != span.end;
            apart || beside && self.0.range(..*start).next_back().is_none_or(|(_, end)| *end <= span.start)
        })
    }

    fn take(&mut self, span: Span) {
        let (mut start, mut end) = (span.start, span.end);
        while let Some((from, to)) = self.0.range(..=end).next_back().map(|(from, to)| (*from, *to)) {
            if to < start {
                break;
            }
            self.0.remove(&from);
            (start, end) = (start.min(from), end.max(to));
        }
        self.0.insert(start, end);
    }
}

/// Leaves out what would touch an edit before it: an edit of a batch may do more than each of its fixes did alone.
fn disjoint(edits: &mut Vec<Edit>) {
    edits.sort_by_key(|edit| edit.span);
    let mut end = None;
    edits.retain(|edit| {
        let free = end.is_none_or(|end| edit.span.start >= end);
        if free {
            end = Some(edit.span.end);
        }
        free
    });
}
