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
    let mut last = 0;
    for child in node.fields() {
        let key = child.key().unwrap_or_default();
        let Some(at) = position(table, last, key) else {
            unknown_field(child, block, table.iter().map(|field| field.key), sink);
            continue;
        };
        last = at;
        let field = &table[at];
        let first = seen[at].replace(child).filter(|_| field.times == Times::Once);
        match first {
            Some(first) => repeated(child, first, sink),
            None => (field.read)(into, child, sink),
        }
    }
}

/// Where a field stands in its table. Most texts say things in about the order of the table, so the search begins with the last found.
fn position<T>(table: &[Field<T>], last: usize, key: &str) -> Option<usize> {
    let (before, rest) = table.split_at(last);
    let first = key.bytes().next();
    let is_it =
        |field: &Field<T>| field.key.len() == key.len() && field.key.bytes().next() == first && field.key == key;
    rest.iter().position(is_it).map(|at| last + at).or_else(|| before.iter().position(is_it))
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
