//! What an edit does to places. Comes in: a text before and after, and what pointed into it. Goes out: the same, where it stands
//! now; what the edit went through is gone. Deliberately absent: remembering edits, because two texts tell what was edited.

use std::collections::BTreeMap;
use std::sync::Arc;

use ambit_compiler::diag::{Diagnostic, Edit, Label};
use ambit_compiler::source::{FileId, Span};

/// One stretch of a text that became another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    /// Its first byte.
    start: usize,
    /// One past its last byte before.
    end: usize,
    /// One past its last byte after.
    now: usize,
}

impl Change {
    /// The shortest stretch outside of which two texts are the same.
    pub(crate) fn between(before: &str, after: &str) -> Change {
        let (a, b) = (before.as_bytes(), after.as_bytes());
        let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
        let most = a.len().min(b.len()) - start;
        let same = a.iter().rev().zip(b.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
        Change { start, end: a.len() - same, now: b.len() - same }
    }

    /// Where a stretch stands now. An edit at its edge leaves it what it is; one inside of it, or over its edge, does not.
    pub(crate) fn moved(self, span: Span) -> Option<Span> {
        let range = span.range();
        // An empty stretch at the start of what became another: nobody can tell on which side of it.
        let is_torn = range.is_empty() && range.start == self.start && self.start < self.end;
        if range.end <= self.start && !is_torn {
            return Some(span);
        }
        if range.start < self.end {
            return None;
        }
        let shift = |at: usize| at - self.end + self.now;
        Some(Span::new(span.file, shift(range.start), shift(range.end)))
    }
}

/// Where a stretch of a text stands in a later one.
pub(crate) fn moved(before: &str, after: &str, span: Span) -> Option<Span> {
    Change::between(before, after).moved(span)
}

/// Where a finding stands after an edit of a text. One whose own place was edited is gone; so are a fix and a reason.
fn finding(found: &Diagnostic, file: FileId, change: Change) -> Option<Diagnostic> {
    let at = |span: Span| if span.file == file { change.moved(span) } else { Some(span) };
    let label = |label: &Label| Some(Label { span: at(label.span)?, text: label.text.clone() });
    let edit = |edit: &Edit| Some(Edit { span: at(edit.span)?, text: edit.text.clone() });
    let primary = label(&found.primary)?;
    let secondary = found.secondary.iter().filter_map(label).collect();
    let fix = found.fix.clone().and_then(|mut fix| {
        fix.edits = fix.edits.iter().map(edit).collect::<Option<_>>()?;
        Some(fix)
    });
    Some(Diagnostic { primary, secondary, fix, ..found.clone() })
}

/// Whether a finding points into a text at all.
fn touches(found: &Diagnostic, file: FileId) -> bool {
    let labels = std::iter::once(&found.primary).chain(&found.secondary).map(|label| label.span);
    let edits = found.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
    labels.chain(edits).any(|span| span.file == file)
}

/// Moves whatever points into a text.
pub(super) fn move_all(found: &mut BTreeMap<FileId, Arc<[Diagnostic]>>, file: FileId, change: Change) {
    for all in found.values_mut() {
        if all.iter().any(|one| touches(one, file)) {
            *all = all.iter().filter_map(|one| finding(one, file, change)).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use ambit_compiler::source::Sources;

    use super::*;

    /// Where `part` of the text before is in the text after.
    fn now(before: &str, after: &str, part: &str) -> Option<String> {
        let file = Sources::default().add("a.kdl", before.as_bytes());
        let start = before.find(part)?;
        let span = moved(before, after, Span::new(file, start, start + part.len()))?;
        after.get(span.range()).map(str::to_owned)
    }

    #[test]
    fn what_was_not_edited_is_found_again() {
        let before = "one two three";
        for (after, part) in [
            ("one two three", "two"),
            ("zero one two three", "one"),
            ("one two three four", "three"),
            ("one 2 three", "one"),
            ("one 2 three", "three"),
            ("one two, three", "two"),
            ("one two xthree", "three"),
        ] {
            assert_eq!(now(before, after, part).as_deref(), Some(part), "{after}");
        }
    }

    #[test]
    fn what_was_edited_is_gone() {
        for after in ["one tXwo three", "one three", "", "one to three"] {
            assert_eq!(now("one two three", after, "two"), None, "{after}");
        }
    }

    #[test]
    fn nothing_moves_out_of_its_text() {
        for (before, after) in [("aaaa", "aa"), ("", "a"), ("a", ""), ("ab\nab", "ab"), ("xyx", "x")] {
            let change = Change::between(before, after);
            let file = Sources::default().add("a.kdl", before.as_bytes());
            for start in 0..=before.len() {
                for end in start..=before.len() {
                    let Some(span) = change.moved(Span::new(file, start, end)) else { continue };
                    assert!(after.get(span.range()).is_some(), "{before} {after} {start} {end}");
                    assert_eq!(&after[span.range()], &before[start..end]);
                }
            }
        }
    }
}
