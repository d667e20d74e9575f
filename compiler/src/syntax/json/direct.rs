//! JSON without a mistake, straight from the bytes. Comes in: a text. Goes out: the tree that its tokens would become, with the same
//! places; or nothing, wherever the text is not what RFC 8259 says, has a key twice or exceeds a limit. Deliberately absent:
//! diagnostics; a text that is one scalar.

mod text;

use std::sync::Arc;

use super::inside::Inside;
use crate::source::{FileId, Span};
use crate::syntax::keys::Keys;
use crate::syntax::near::{LONGEST, near_span};
use crate::syntax::tree::{Builder, Role, Scalar, Text, Tree};
use crate::syntax::{MAX_DEPTH, MAX_ITEMS};
use text::Written;

/// A key before its value.
type Key = Option<(Text, Span)>;

struct Reader<'t> {
    file: FileId,
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tree: Builder,
    keys: Keys<'t>,
}

/// Reads a text, or nothing.
pub(super) fn read(file: FileId, text: &Arc<str>) -> Option<Tree> {
    let start = text.bytes().position(|byte| !is_blank(byte)).filter(|_| text.len() <= LONGEST)?;
    let inside = Inside::opened_by(text.as_bytes()[start])?;
    let tree = Builder::new(file, text.clone(), inside.shape());
    let mut reader = Reader { file, text, bytes: text.as_bytes(), at: start, tree, keys: Keys::new() };
    reader.container(inside)?;
    reader.skip_blanks();
    (reader.at == text.len()).then(|| reader.tree.finish())
}

impl Reader<'_> {
    /// From the bracket that opens to behind the one that closes.
    fn container(&mut self, inside: Inside) -> Option<()> {
        let keys = self.keys.len();
        let close = inside.close();
        self.at += 1;
        self.skip_blanks();
        if self.byte()? != close {
            self.contents(inside, close)?;
        }
        self.at += 1;
        self.keys.close(keys)
    }

    fn contents(&mut self, inside: Inside, close: u8) -> Option<()> {
        loop {
            let key = if inside == Inside::Members { Some(self.key()?) } else { None };
            self.value(key)?;
            self.skip_blanks();
            match self.byte()? {
                b',' => self.at += 1,
                byte => return (byte == close).then_some(()),
            }
            self.skip_blanks();
        }
    }

    /// A key and its `:`. One with an escape is compared by its tokens.
    fn key(&mut self) -> Option<(Text, Span)> {
        let start = self.at;
        let Written { text, has_escapes: false } = self.string()? else { return None };
        self.keys.add(text);
        let key = (Builder::stretch(start + 1, self.at - 1), self.span(start));
        self.skip_blanks();
        self.pass(b':')?;
        self.skip_blanks();
        Some(key)
    }

    /// Calls itself for each level, of which there are at most [`MAX_DEPTH`].
    fn value(&mut self, key: Key) -> Option<()> {
        if self.tree.mark() >= MAX_ITEMS {
            return None;
        }
        let role = if key.is_some() { Role::Member } else { Role::Argument };
        let start = self.at;
        let first = self.byte()?;
        if let Some(inside) = Inside::opened_by(first) {
            return self.nested(role, inside, key);
        }
        let scalar = match first {
            b'"' => Scalar::String(self.quoted()?),
            b't' => self.word("true", Scalar::Bool(true))?,
            b'f' => self.word("false", Scalar::Bool(false))?,
            b'n' => self.word("null", Scalar::Null)?,
            _ => self.number()?,
        };
        self.tree.scalar(role, scalar, key, self.span(start));
        Some(())
    }

    fn nested(&mut self, role: Role, inside: Inside, key: Key) -> Option<()> {
        if self.tree.depth() >= MAX_DEPTH {
            return None;
        }
        let at = self.at;
        self.tree.open(role, inside.shape(), key, near_span(self.file, at, at + 1));
        self.container(inside)?;
        self.tree.close(self.span(self.at - 1));
        Some(())
    }

    fn word(&mut self, word: &str, scalar: Scalar) -> Option<Scalar> {
        let is_word = self.bytes[self.at..].starts_with(word.as_bytes());
        self.at += word.len();
        is_word.then_some(scalar)
    }

    fn pass(&mut self, byte: u8) -> Option<()> {
        let is_there = self.byte()? == byte;
        self.at += 1;
        is_there.then_some(())
    }

    fn skip_blanks(&mut self) {
        while self.byte().is_some_and(is_blank) {
            self.at += 1;
        }
    }

    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// From `start` to where reading has come to.
    fn span(&self, start: usize) -> Span {
        near_span(self.file, start, self.at)
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
