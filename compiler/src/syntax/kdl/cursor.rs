//! A place in a text, and how to move over what means nothing. Comes in: the text. Goes out: [`Cursor`], which stands
//! before the next byte that means something, and says when a comment or a continued line is broken. Deliberately
//! absent: the tree and the sink.

use super::table::{self, CLASS, Class, Wide};
use super::wrong::{Kind, Wrong};

/// A place in a text. `at` never passes the end and, between calls, stands on a character boundary.
#[derive(Debug)]
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) at: usize,
    /// The value of the last string that had to be decoded.
    pub(super) decoded: String,
    /// What earlier searches did not find in the rest of the text, so that no search is made twice.
    pub(super) missing: Missing,
}

/// Closing marks that are known not to come any more.
#[derive(Debug, Default)]
pub(super) struct Missing {
    pub(super) quotes: bool,
    pub(super) raw_quotes: bool,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let at = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        Cursor { text, bytes: text.as_bytes(), at, decoded: String::new(), missing: Missing::default() }
    }

    /// The bytes that are left.
    pub(super) fn rest(&self) -> &'t [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The class of the next byte.
    #[inline]
    pub(super) fn class(&self) -> Class {
        self.bytes.get(self.at).map_or(Class::End, |byte| CLASS[usize::from(*byte)])
    }

    /// The byte `ahead` of the next one; NUL past the end.
    #[inline]
    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Whether the rest begins with `mark`.
    pub(super) fn starts_with(&self, mark: &[u8]) -> bool {
        self.rest().starts_with(mark)
    }

    /// Whether nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Moves to the first byte that `stop` holds for, or to the end.
    #[inline]
    pub(super) fn skip_to(&mut self, stop: impl Fn(u8) -> bool) {
        let rest = self.rest();
        self.at += rest.iter().position(|byte| stop(*byte)).unwrap_or(rest.len());
    }

    /// How long the newline here is; 0 when there is none.
    #[inline]
    pub(super) fn newline(&self) -> usize {
        table::newline(self.rest())
    }

    /// Skips what may stand between the parts of a node: spaces, `/* */`, continued lines. Whether anything was there.
    #[inline]
    pub(super) fn node_space(&mut self) -> Result<bool, Wrong> {
        let start = self.at;
        loop {
            self.spaces();
            match self.class() {
                Class::Slash if self.peek(1) == b'*' => self.block_comment()?,
                Class::Backslash => self.continuation()?,
                _ => return Ok(self.at > start),
            }
        }
    }

    /// Skips what may stand between nodes: all of [`Cursor::node_space`], newlines and `//`.
    pub(super) fn line_space(&mut self) -> Result<(), Wrong> {
        loop {
            self.skip_to(|byte| !matches!(CLASS[usize::from(byte)], Class::Space | Class::Newline));
            match self.class() {
                Class::Slash if self.peek(1) == b'*' => self.block_comment()?,
                Class::Slash if self.peek(1) == b'/' => self.skip_line(),
                Class::Backslash => self.continuation()?,
                Class::Wide => match table::wide(self.rest()) {
                    Wide::Space(length) | Wide::Newline(length) => self.at += length,
                    Wide::Text(_) => return Ok(()),
                },
                _ => return Ok(()),
            }
        }
    }

    /// Skips spaces.
    #[inline]
    pub(super) fn spaces(&mut self) {
        loop {
            self.skip_to(|byte| CLASS[usize::from(byte)] != Class::Space);
            match self.class() {
                Class::Wide => match table::space(self.rest()) {
                    0 => return,
                    length => self.at += length,
                },
                _ => return,
            }
        }
    }

    /// Skips spaces and newlines: what a whitespace escape covers.
    pub(super) fn blanks(&mut self) {
        loop {
            match table::space(self.rest()).max(self.newline()) {
                0 => return,
                length => self.at += length,
            }
        }
    }

    /// Moves to the next newline, or to the end.
    pub(super) fn skip_line(&mut self) {
        loop {
            self.skip_to(|byte| matches!(CLASS[usize::from(byte)], Class::Newline | Class::Wide));
            match self.class() {
                Class::Wide => match table::wide(self.rest()) {
                    Wide::Text(length) | Wide::Space(length) => self.at += length,
                    Wide::Newline(_) => return,
                },
                _ => return,
            }
        }
    }

    /// Skips a comment from `/*` to its own `*/`; comments nest.
    fn block_comment(&mut self) -> Result<(), Wrong> {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => depth += 1,
                (b'*', b'/') => depth -= 1,
                _ if self.is_done() => return Err(Wrong::new(Kind::OpenComment, start..start + 2)),
                _ => {
                    self.at += 1;
                    self.skip_to(|byte| matches!(byte, b'*' | b'/'));
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// Skips `\`, what may follow it on its line, and the end of that line (section "Line Continuation").
    fn continuation(&mut self) -> Result<(), Wrong> {
        let start = self.at;
        self.at += 1;
        self.spaces();
        while self.starts_with(b"/*") {
            self.block_comment()?;
            self.spaces();
        }
        if self.starts_with(b"//") {
            self.skip_line();
        }
        match self.newline() {
            0 if !self.is_done() => Err(Wrong::new(Kind::Continuation, start..start + 1)),
            length => {
                self.at += length;
                Ok(())
            }
        }
    }
}
