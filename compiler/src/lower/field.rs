//! Tables of fields: what a block knows, how it is read, and what references say of it. Comes in: a [`Node`] and a table.
//! Goes out: a model, filled; or the [`Block`] that describes the table.

use super::{repeated, unknown_field};
use crate::diag::Sink;
use crate::syntax::Node;

/// One field that a kind of block knows.
pub struct Field<T> {
    /// How it is written.
    pub key: &'static str,
    /// How often it may stand there.
    pub times: Times,
    /// What it takes and what that means, in one line of Markdown: for references and editors.
    pub says: &'static str,
    /// Reads it into the block's model.
    pub read: fn(&mut T, Node<'_>, &mut Sink),
}

/// A table of fields: key, how often, what it says, and how it is read.
macro_rules! fields {
    ($($key:literal $times:ident $says:literal $read:expr;)*) => {
        &[$($crate::lower::Field { key: $key, times: $crate::lower::Times::$times, says: $says, read: $read },)*]
    };
}

pub(crate) use fields;

/// How often a field may stand in its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// At most once.
    Once,
    /// Any number of times.
    Many,
}

/// Reads every field of `node` by `table`. What the table does not know is an error with the nearest name that it does.
pub fn read_fields<T>(node: Node<'_>, block: &str, table: &[Field<T>], into: &mut T, sink: &mut Sink) {
    // The last of each field, in the order of the table.
    let mut seen: Vec<Option<Node<'_>>> = vec![None; table.len()];
    for child in node.fields() {
        let key = child.key().unwrap_or_default();
        let Some(at) = table.iter().position(|field| field.key == key) else {
            unknown_field(child, block, table.iter().map(|field| field.key), sink);
            continue;
        };
        let field = &table[at];
        let first = seen[at].replace(child).filter(|_| field.times == Times::Once);
        match first {
            Some(first) => repeated(child, first, sink),
            None => (field.read)(into, child, sink),
        }
    }
}

/// A block of a text, as references and editors show it.
#[derive(Debug, Clone)]
pub struct Block {
    /// What it is called in messages, as in `a hook`.
    pub name: &'static str,
    /// Its fields, in the order of the table.
    pub fields: Vec<Known>,
}

/// A field that a block knows.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// How it is written.
    pub key: &'static str,
    /// How often it may stand there.
    pub times: Times,
    /// What it takes and what that means, in one line of Markdown.
    pub says: &'static str,
}

impl Block {
    /// A block with the fields of a table.
    pub(crate) fn of<T>(name: &'static str, table: &[Field<T>]) -> Self {
        let known = |field: &Field<T>| Known { key: field.key, times: field.times, says: field.says };
        Block { name, fields: table.iter().map(known).collect() }
    }
}
