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
    let mut last = 0;
    let find = |child: Node<'_>| {
        last = position(table, last, child.key().unwrap_or_default())?;
        Some(last)
    };
    read_found(node, (block, table), into, find, sink);
}

/// Where fields stood in their table, one after another, in the text that was read before.
#[derive(Debug, Default)]
pub(crate) struct Order(Vec<usize>);

/// The same, of one text after another: most say the same in the same order, so each field is first looked for where it was before.
pub(crate) fn read_fields_again<T>(
    node: Node<'_>,
    (block, table): (&str, &[Field<T>]),
    (into, order): (&mut T, &mut Order),
    sink: &mut Sink,
) {
    let (mut last, mut count) = (0, 0);
    let find = |child: Node<'_>| {
        let before = order.0.get(count).copied();
        let same = before.filter(|at| table.get(*at).is_some_and(|field| child.is_keyed(field.key)));
        last = same.or_else(|| position(table, last, child.key().unwrap_or_default()))?;
        match order.0.get_mut(count) {
            Some(place) => *place = last,
            None => order.0.push(last),
        }
        count += 1;
        Some(last)
    };
    read_found(node, (block, table), into, find, sink);
}

/// The same, where `find` tells the place of a field in the table.
fn read_found<'t, T>(
    node: Node<'t>,
    (block, table): (&str, &[Field<T>]),
    into: &mut T,
    mut find: impl FnMut(Node<'t>) -> Option<usize>,
    sink: &mut Sink,
) {
    // Of each field, by its place in the table, whether it was there.
    let mut seen = 0_u64;
    for child in node.fields() {
        let Some(at) = find(child) else {
            unknown_field(child, block, table.iter().map(|field| field.key), sink);
            continue;
        };
        let field = &table[at];
        // Where a place has no bit of its own, a closer look tells.
        let bit = if at < u64::BITS as usize { 1 << at } else { 0 };
        let may_be_again = bit == 0 || seen & bit != 0;
        let first = if may_be_again && field.times == Times::Once { before(node, child) } else { None };
        seen |= bit;
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

#[cfg(test)]
mod tests {
    use super::{Field, Order, read_fields, read_fields_again};
    use crate::diag::Sink;
    use crate::lower::word;
    use crate::source::Sources;
    use crate::syntax;

    const TABLE: &[Field<Vec<String>>] = fields! {
        "a" Once "" |to, node, sink| to.extend(word(node, sink).map(|it| format!("a {}", it.value)));
        "b" Many "" |to, node, sink| to.extend(word(node, sink).map(|it| format!("b {}", it.value)));
        "c" Once "" |to, node, sink| to.extend(word(node, sink).map(|it| format!("c {}", it.value)));
    };

    #[test]
    fn fields_say_the_same_whatever_stood_in_the_text_before() {
        let mut order = Order::default();
        let texts = [
            "a v1; b v2; c v3",
            "c v1; a v2",
            "a v1; b v2; b v3; c v4; a v5",
            "x v1; b v2; d v3; c v4; c v5; c v6",
            "b v1",
            "a v1; b v2; c v3",
        ];
        for text in texts {
            let mut sources = Sources::default();
            let file = sources.add("a.kdl", text);
            let tree = syntax::parse(&sources, file, &mut Sink::default());
            let (mut one, mut other) = ((vec![], Sink::default()), (vec![], Sink::default()));
            read_fields(tree.root(), "a text", TABLE, &mut one.0, &mut one.1);
            read_fields_again(tree.root(), ("a text", TABLE), (&mut other.0, &mut order), &mut other.1);
            assert_eq!(one.0, other.0, "{text}");
            assert_eq!(format!("{:?}", one.1.finish()), format!("{:?}", other.1.finish()), "{text}");
        }
    }

    #[test]
    fn what_stands_again_is_left_out_and_named_with_the_one_before() {
        let mut sources = Sources::default();
        let file = sources.add("a.kdl", "b v1; a v2; b v3; a v4; a v5");
        let (mut read, mut sink) = (vec![], Sink::default());
        read_fields(syntax::parse(&sources, file, &mut sink).root(), "a text", TABLE, &mut read, &mut sink);
        assert_eq!(read, ["b v1", "a v2", "b v3"]);
        let again = |found: &crate::diag::Diagnostic| {
            (found.primary.span.start, found.secondary.first().map(|first| first.span.start))
        };
        assert_eq!(sink.finish().iter().map(again).collect::<Vec<_>>(), [(18, Some(6)), (24, Some(18))]);
    }
}
