//! Texts of several lines behind `|` or `>`. Comes in: the cursor at the sign. Goes out: a string in the tree, and the cursor at the
//! line that is no part of it; or nothing. Deliberately absent: stated indentation, line ends that are kept at the end, lines of blanks,
//! folded lines that start with one.

use super::cursor::Cursor;
use super::{Key, Reader};
use crate::syntax::tree::{Builder, Scalar};

/// What becomes of the ends of lines inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Breaks {
    Kept,
    Folded,
}

/// What the next line is to a text.
enum Next {
    Line,
    /// The text has ended, and something else starts here.
    End(usize),
}

impl Reader<'_> {
    pub(super) fn lines(&mut self, key: Key) -> Option<()> {
        let parent = self.open.last()?.column;
        let (breaks, is_stripped) = self.cursor.header()?;
        let column = self.cursor.indentation();
        let start = self.cursor.at() + column;
        let mut text = String::new();
        if column <= parent || !self.cursor.says(start) {
            return None;
        }
        let end = loop {
            text.push_str(self.cursor.content(column)?);
            let blank = self.cursor.skip_empty();
            match self.cursor.goes_on(column, breaks)? {
                Next::Line => breaks.join(&mut text, blank),
                Next::End(at) => break at,
            }
        };
        if !is_stripped {
            text.push('\n');
        }
        self.add_text(key, &text, (start, end))
    }

    /// Adds a text. It is a stretch of the source if that is the text, line ends and all.
    fn add_text(&mut self, key: Key, text: &str, (start, end): (usize, usize)) -> Option<()> {
        let role = self.role(&key)?;
        let written = self.cursor.slice(start, end)?;
        self.end = start + written.trim_end_matches([' ', '\n', '\r']).len();
        let value = if written == text { Builder::stretch(start, end) } else { self.tree.decoded(text) };
        self.tree.scalar(role, Scalar::String(value), key, self.span(start, self.end));
        Some(())
    }
}

impl Breaks {
    /// Goes to a next line, with so many empty ones before it.
    fn join(self, text: &mut String, empty: usize) {
        match self {
            Breaks::Folded if empty == 0 => text.push(' '),
            Breaks::Folded => text.extend(std::iter::repeat_n('\n', empty)),
            Breaks::Kept => text.extend(std::iter::repeat_n('\n', empty + 1)),
        }
    }
}

impl<'t> Cursor<'t> {
    /// What the sign says of line ends: those inside, and whether the last one goes.
    fn header(&mut self) -> Option<(Breaks, bool)> {
        let breaks = if self.byte() == Some(b'>') { Breaks::Folded } else { Breaks::Kept };
        self.advance(1);
        let is_stripped = self.byte() == Some(b'-');
        self.advance(usize::from(is_stripped));
        self.skip_break().then_some((breaks, is_stripped))
    }

    /// How many blanks follow.
    fn indentation(&self) -> usize {
        self.bytes()[self.at()..].iter().take_while(|byte| **byte == b' ').count()
    }

    /// Whether a line goes on at `at`.
    fn says(&self, at: usize) -> bool {
        !matches!(self.bytes().get(at), None | Some(b'\n' | b'\r'))
    }

    /// What a line has from its column on. Goes to the next line.
    fn content(&mut self, column: usize) -> Option<&'t str> {
        let start = self.at() + column;
        self.leave_line();
        self.slice(start, self.at()).map(|line| line.strip_suffix('\n').unwrap_or(line)).map(without_return)
    }

    fn skip_empty(&mut self) -> usize {
        let mut empty = 0;
        while self.skip_break() {
            empty += 1;
        }
        empty
    }

    /// What the line at the cursor is; nothing if it is all blanks, or blanks change what it means.
    fn goes_on(&self, column: usize, breaks: Breaks) -> Option<Next> {
        let indentation = self.indentation();
        let start = self.at() + indentation;
        match self.says(start) {
            false if indentation > 0 => None,
            true if indentation >= column => (breaks == Breaks::Kept || indentation == column).then_some(Next::Line),
            _ => Some(Next::End(start)),
        }
    }
}

/// A carriage return stands only before a line feed.
fn without_return(line: &str) -> &str {
    line.strip_suffix('\r').unwrap_or(line)
}
