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
    // Of each field, by its place in the table, whether it was there.
    let mut seen = 0_u64;
    let mut last = 0;
    for child in node.fields() {
        let key = child.key().unwrap_or_default();
        let Some(at) = position(table, last, key) else {
            unknown_field(child, block, table.iter().map(|field| field.key), sink);
            continue;
        };
        last = at;
        let field = &table[at];
        // Where a place has no bit of its own, a closer look tells.
        let may_be_again = at >= u64::BITS as usize || seen & 1 << at != 0;
        let first = if may_be_again && field.times == Times::Once { before(node, child) } else { None };
        seen |= 1_u64.checked_shl(u32::try_from(at).unwrap_or(u32::MAX)).unwrap_or_default();
        match first {
            Some(first) => repeated(child, first, sink),
            None => (field.read)(into, child, sink),
        }
    }
}

/// The last field before one that has the same key.
fn before<'t>(node: Node<'t>, child: Node<'t>) -> Option<Node<'t>> {
    let key = child.key()?;
    node.fields().take_while(|field| !field.is(child)).filter(|field| field.is_keyed(key)).last()
}

/// Where a field stands in its table. Most texts say things in about the order of the table, so those are looked at first that are near
/// the one that was found last.
fn position<T>(table: &[Field<T>], last: usize, key: &str) -> Option<usize> {
    let first = key.bytes().next();
    let is_at = |at: usize| {
        let known = table.get(at).map(|field| field.key)?;
        (known.len() == key.len() && known.bytes().next() == first && known == key).then_some(at)
    };
    (0..table.len()).find_map(|further| is_at(last + further).or_else(|| is_at(last.wrapping_sub(further))))
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
