//! Members of a map that stand on a line of their own. Comes in: the places of two keys that are one. Goes out: the line of the
//! second, where both lines say the same and nothing below belongs to either. Deliberately absent: values of several lines.

use crate::source::Span;

/// How many bytes of a line, and how many blank lines below it, are looked at.
const MOST: usize = 256;

/// The whole line of the second member, with its end.
pub(super) fn again(text: &str, first: Span, again: Span) -> Option<Span> {
    let (one, other) = (Line::of(text, first)?, Line::of(text, again)?);
    let is_same = one.said == other.said && one.is_whole() && other.is_whole();
    let place = |at: usize| u32::try_from(at).ok();
    Some(Span { start: place(other.start)?, end: place(other.end)?, ..again }).filter(|_| is_same)
}

struct Line<'t> {
    start: usize,
    /// Behind its end.
    end: usize,
    indent: &'t str,
    /// Without blanks around.
    said: &'t str,
    below: &'t str,
}

impl<'t> Line<'t> {
    /// The line of a key, where nothing but blanks stands before it.
    fn of(text: &'t str, key: Span) -> Option<Self> {
        let at = key.start as usize;
        let start = at - text.get(..at)?.bytes().rev().take(MOST).take_while(|byte| *byte == b' ').count();
        let is_first = start == 0 || text.as_bytes().get(start - 1) == Some(&b'\n');
        let length = text.get(at..)?.bytes().take(MOST).position(|byte| byte == b'\n').map(|length| length + 1);
        let end = length.map_or(text.len(), |length| at + length);
        let (indent, said, below) = (text.get(start..at)?, text.get(at..end)?.trim(), text.get(end..)?);
        (is_first && end - at <= MOST).then_some(Line { start, end, indent, said, below })
    }

    /// Whether the value is one plain word or quoted text, and the next line that says anything is none of it.
    fn is_whole(&self) -> bool {
        let Some((_, value)) = self.said.split_once(": ") else { return false };
        let value = value.trim();
        let is_plain = value.chars().all(|c| c.is_alphanumeric() || "-_./^~@+".contains(c)) && !value.starts_with('-');
        let mark = value.chars().next().filter(|mark| matches!(mark, '"' | '\''));
        let inner = mark.and_then(|mark| value.strip_prefix(mark)?.strip_suffix(mark));
        let is_quoted = inner.is_some_and(|inner| !inner.contains(['"', '\'', '\\', '#']));
        let mut near = self.below.lines().take(MOST);
        let next = near.find(|line| !line.trim().is_empty());
        let is_ended = next.is_some() || self.below.len() < MOST;
        let deeper =
            next.and_then(|next| next.strip_prefix(self.indent)).is_some_and(|rest| rest.starts_with([' ', '\t']));
        !value.is_empty() && (is_plain || is_quoted) && is_ended && !deeper
    }
}

#[cfg(test)]
mod tests {
    use super::again;
    use crate::source::{Sources, Span};

    fn line(text: &str) -> Option<&str> {
        let file = Sources::default().add("a.yaml", Vec::new());
        let at = |at: usize| Span::new(file, at, at + 1);
        let found = again(text, at(text.find('k').unwrap()), at(text.rfind('k').unwrap()))?;
        Some(&text[found.range()])
    }

    #[test]
    fn only_a_line_that_says_the_same_alone_is_one() {
        assert_eq!(line("k: a\nk: a\nz: 1\n"), Some("k: a\n"));
        assert_eq!(line("m:\n  k: \"a b\"\n\n  k: \"a b\""), Some("  k: \"a b\""));
        assert_eq!(line("k: a\nk: b\n"), None);
        assert_eq!(line("k: a\n  b\nk: a\n"), None);
        assert_eq!(line("k: a\nk: a\n  b\n"), None);
        assert_eq!(line("k:\n  - a\nk:\n  - b\n"), None);
        assert_eq!(line("k: |\nk: |\n"), None);
        assert_eq!(line("k: [a\nk: [a\n"), None);
        assert_eq!(line("- k: a\n  k: a\n"), None);
        assert_eq!(line("{k: a, k: a}"), None);
        assert_eq!(line("k: -\nk: -\n"), None);
    }
}
