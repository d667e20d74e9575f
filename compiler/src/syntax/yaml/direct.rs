//! The common part of YAML, straight from the bytes. Comes in: a text. Goes out: the tree that the library's events would become,
//! with the same places; or nothing, wherever it is not certain that there is one and that it is this one. Read so: maps, lists,
//! scalars that take one line, brackets that close on their line, texts behind `|` and `>`, comments, blank lines. Deliberately absent:
//! diagnostics, and therefore mistakes; other scalars of several lines, tags, anchors, aliases, directives, documents behind the first, tabs.

mod block;
mod certain;
mod cursor;
mod escape;
mod flow;
mod scalar;
mod text;

use std::sync::Arc;

use memchr::memchr;

use super::schema;
use crate::source::{FileId, Span};
use crate::syntax::keys::Keys;
use crate::syntax::near::{LONGEST, near_span};
use crate::syntax::tree::{Builder, Role, Scalar, Shape, Text, Tree};
use crate::syntax::{MAX_DEPTH, MAX_ITEMS};
use block::{Collection, Waits};
use cursor::Cursor;
use scalar::{Style, Written};

/// How many bytes of a key are read so. The library takes 1,024 characters before the `:`.
const LONGEST_KEY: usize = 1_000;

/// What a collection holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Members,
    Items,
}

/// A key before its value.
type Key = Option<(Text, Span)>;

struct Reader<'t> {
    file: FileId,
    cursor: Cursor<'t>,
    tree: Builder,
    /// The block collections that are open, the root first.
    open: Vec<Collection>,
    /// What the next line may be the value of.
    waits: Waits,
    keys: Keys<'t>,
    /// Where the last thing read ended.
    end: usize,
}

/// Reads a text, or nothing. Whoever knows that it is plain says so: what is uncertain then is a tab alone.
pub(super) fn read(file: FileId, is_plain: bool, text: &Arc<str>) -> Option<Tree> {
    // What is plain may have tabs.
    let is_certain = if is_plain { memchr(b'\t', text.as_bytes()).is_none() } else { certain::is_certain(text) };
    if !is_certain || text.len() > LONGEST {
        return None;
    }
    let mut cursor = Cursor::new(text);
    let column = cursor.first_line()?;
    let inside = cursor.starts();
    let tree = Builder::new(file, text.clone(), inside.shape());
    let mut open = Vec::with_capacity(8);
    open.push(Collection { column, inside, keys: 0 });
    let mut reader = Reader { file, cursor, tree, open, waits: Waits::Nothing, keys: Keys::new(), end: 0 };
    reader.document(column)?;
    Some(reader.tree.finish())
}

impl Inside {
    fn shape(self) -> Shape {
        if self == Inside::Members { Shape::Map } else { Shape::List }
    }
}

impl<'t> Reader<'t> {
    /// Opens a collection below the root.
    fn begin(&mut self, inside: Inside, key: Key, start: Span) -> Option<()> {
        if self.tree.depth() >= MAX_DEPTH {
            return None;
        }
        self.tree.open(self.role(&key)?, inside.shape(), key, start);
        Some(())
    }

    fn scalar(&mut self, key: Key, written: &Written<'t>) -> Option<()> {
        let role = self.role(&key)?;
        let text = self.text(written)?;
        let scalar =
            if written.style == Style::Plain { schema::plain(written.text, text) } else { Scalar::String(text) };
        self.end = written.end;
        self.tree.scalar(role, scalar, key, self.span(written.start, written.end));
        Some(())
    }

    /// What the next item is to its parent, where there may be another.
    fn role(&self, key: &Key) -> Option<Role> {
        let role = if key.is_some() { Role::Member } else { Role::Argument };
        (self.tree.mark() < MAX_ITEMS).then_some(role)
    }

    /// Notes a key. What merges maps is none, and the text of one is as it is written.
    fn key(&mut self, written: &Written<'t>) -> Option<Key> {
        let is_merge = written.style == Style::Plain && written.text == "<<";
        if is_merge || written.has_escapes() || written.end - written.start > LONGEST_KEY {
            return None;
        }
        self.end = written.end;
        self.keys.add(written.text);
        Some(Some((self.text(written)?, self.span(written.start, written.end))))
    }

    #[inline]
    fn text(&mut self, written: &Written<'t>) -> Option<Text> {
        if written.has_escapes() {
            return Some(self.tree.decoded(&escape::decoded(written.style, written.text)?));
        }
        let quote = usize::from(written.style != Style::Plain);
        Some(Builder::stretch(written.start + quote, written.end - quote))
    }

    fn span(&self, start: usize, end: usize) -> Span {
        near_span(self.file, start, end)
    }
}
