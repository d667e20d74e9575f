//! Values of KDL, and the names of nodes. Comes in: the reader at their first byte. Goes out: what they are, with the reader behind them;
//! or nothing where they are not of the common forms. Deliberately absent: what may follow them.

use std::ops::Range;

use super::Reader;
use crate::source::Span;
use crate::syntax::kdl::table::{CLASS, Class};
use crate::syntax::scan;
use crate::syntax::tree::{Builder, Role, Scalar, Text};

impl Reader<'_> {
    pub(super) fn value(&mut self) -> Option<Scalar> {
        match self.class() {
            Class::Digit => self.number(),
            Class::Sign if self.bytes.get(self.at + 1).is_some_and(u8::is_ascii_digit) => self.number(),
            Class::Hash => self.keyword(),
            _ => self.string().map(|text| Scalar::String(Builder::stretch(text.start, text.end))),
        }
    }

    /// A string on one line, or an identifier.
    pub(super) fn string(&mut self) -> Option<Range<usize>> {
        match self.class() {
            Class::Quote => self.quoted(),
            Class::Word => self.identifier(),
            _ => None,
        }
    }

    fn quoted(&mut self) -> Option<Range<usize>> {
        let start = self.at + 1;
        let (end, b'"') = scan::find::<b'"', b'\\'>(self.bytes, start)? else { return None };
        // Three of them begin lines of text.
        if end == start && self.bytes.get(end + 1) == Some(&b'"') {
            return None;
        }
        self.at = end + 1;
        Some(start..end)
    }

    fn identifier(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let word = self.word();
        let is_keyword = matches!(word, b"true" | b"false" | b"null" | b"inf" | b"nan");
        (!is_keyword).then_some(start..self.at)
    }

    fn keyword(&mut self) -> Option<Scalar> {
        self.at += 1;
        match self.word() {
            b"true" => Some(Scalar::Bool(true)),
            b"false" => Some(Scalar::Bool(false)),
            b"null" => Some(Scalar::Null),
            _ => None,
        }
    }

    /// A sign or a digit, and digits alone behind it.
    fn number(&mut self) -> Option<Scalar> {
        let start = self.at;
        let word = self.word();
        let is_whole = word[1..].iter().all(u8::is_ascii_digit);
        is_whole.then(|| Scalar::Number(Builder::stretch(start, self.at)))
    }

    /// A run of characters of identifiers. What stops it outside ASCII may go on with it: nothing that is read here follows then.
    fn word(&mut self) -> &[u8] {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| !CLASS[usize::from(*byte)].in_word()).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    pub(super) fn item(
        &mut self,
        value: Scalar,
        start: usize,
        (role, key): (Role, Option<(Text, Span)>),
    ) -> Option<()> {
        if self.tree.mark() >= self.most {
            return None;
        }
        self.tree.scalar(role, value, key, self.span(start));
        Some(())
    }
}
