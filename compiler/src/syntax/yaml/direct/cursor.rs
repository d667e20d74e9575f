//! Where reading has come to. Comes in: a text of certain characters. Goes out: its lines that say something, and what stands at
//! the cursor. Deliberately absent: what any of it is part of.

use memchr::memchr;

use super::Inside;

pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
    /// Where the line starts.
    line: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Cursor { text, at: 0, line: 0 }
    }

    /// Goes to what the first line that says something says, and tells its column. A line that starts the document is passed over.
    pub(super) fn first_line(&mut self) -> Option<usize> {
        let column = self.next_line()?;
        let is_start = column == 0 && self.rest().starts_with("---");
        if !is_start {
            return Some(column);
        }
        self.advance(3);
        if self.ends_line() { self.next_line() } else { None }
    }

    /// From the start of a line, goes to what the next line that says something says, and tells its column.
    pub(super) fn next_line(&mut self) -> Option<usize> {
        loop {
            self.line = self.at;
            self.skip_spaces();
            match self.byte()? {
                b'#' => self.leave_line(),
                _ if self.skip_break() => {}
                _ => return Some(self.column()),
            }
        }
    }

    /// Whether the line starts or ends a document.
    pub(super) fn is_boundary(&self) -> bool {
        self.at == self.line && (self.rest().starts_with("---") || self.rest().starts_with("..."))
    }

    /// What starts at the cursor, if it is a collection.
    pub(super) fn starts(&self) -> Inside {
        let is_item = self.byte() == Some(b'-') && matches!(self.peek(1), None | Some(b' ' | b'\n' | b'\r'));
        if is_item { Inside::Items } else { Inside::Members }
    }

    /// Where the item starts whose dash is at the cursor, if it is on the same line.
    pub(super) fn behind_dash(&self) -> Option<usize> {
        let mut ahead = Cursor { at: self.at + 1, ..*self };
        (!ahead.ends_line()).then_some(ahead.at)
    }

    /// Whether nothing but blanks and a comment follow on the line. Goes to the next line if so, and behind the blanks if not.
    pub(super) fn ends_line(&mut self) -> bool {
        let before = self.at;
        self.skip_spaces();
        match self.byte() {
            None => true,
            Some(b'#') if self.at > before => {
                self.leave_line();
                true
            }
            Some(_) => self.skip_break(),
        }
    }

    /// Goes to the next line if nothing more stands on this one.
    pub(super) fn skip_break(&mut self) -> bool {
        let length = match self.byte() {
            Some(b'\n') => 1,
            Some(b'\r') => 2,
            _ => return false,
        };
        self.at += length;
        true
    }

    pub(super) fn leave_line(&mut self) {
        let rest = &self.bytes()[self.at..];
        self.at += memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
    }

    pub(super) fn skip_spaces(&mut self) {
        while self.byte() == Some(b' ') {
            self.at += 1;
        }
    }

    pub(super) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// In bytes: only blanks and dashes stand before whatever has a column.
    pub(super) fn column(&self) -> usize {
        self.at - self.line
    }

    pub(super) fn byte(&self) -> Option<u8> {
        self.peek(0)
    }

    pub(super) fn peek(&self, further: usize) -> Option<u8> {
        self.bytes().get(self.at + further).copied()
    }

    pub(super) fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    /// A stretch of the text, if it lies on the boundaries of characters.
    pub(super) fn slice(&self, start: usize, end: usize) -> Option<&'t str> {
        self.text.get(start..end)
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }
}
