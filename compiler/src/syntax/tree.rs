//! The one shape that KDL, YAML and JSON become. Comes in: calls to [`Builder`], in document order. Goes out: [`Tree`], a
//! flat list of items with a span on every key and value, read through [`Node`]. Deliberately absent: what any of it means.
//!
//! | KDL | YAML, JSON | item |
//! |---|---|---|
//! | node `a 1 x=2 { b }` | member `a: …` | keyed, with a scalar or items of its own |
//! | argument `1` | list item | no key |
//! | property `x=2` | member `x: 2` | keyed |
//! | child node `b` | member `b: …` | keyed |

mod builder;

use std::ops::Range;
use std::sync::Arc;

use crate::source::{FileId, Span};
pub use builder::Builder;

/// A parsed text. Never partial in a dangerous way: what could not be parsed is a diagnostic *and* leaves no item. Two are the same
/// where texts, items and all their places are.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    file: FileId,
    source: Arc<str>,
    decoded: String,
    items: Vec<Item>,
    /// KDL's `(type)` before a node or value, by the item it stands before. Rare, so not part of every item.
    annotations: Vec<(u32, Text, Range<u32>)>,
}

/// A reader's view of one item.
#[derive(Debug, Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree,
    at: usize,
}

/// What an item is in the text it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The document itself: always the first item, never keyed.
    Root,
    /// A KDL node.
    Node,
    /// A KDL argument, or an item of a list.
    Argument,
    /// A KDL property.
    Property,
    /// A member of a YAML or JSON map.
    Member,
}

/// What an item holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// A KDL node: arguments, properties and children are items below it.
    Node,
    /// A YAML or JSON map: members are items below it.
    Map,
    /// A YAML or JSON list: arguments are items below it.
    List,
    /// One value.
    Scalar(Scalar),
}

/// One value. Numbers keep their spelling, because `1e3`, `0x10` and `10` are decided by the field that reads them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar {
    /// `#null`, `null`, or a YAML member without a value.
    Null,
    /// `#true`, `true`.
    Bool(bool),
    /// A number; the text is its spelling.
    Number(Text),
    /// A string; the text is its decoded value.
    String(Text),
}

/// Text that is a stretch of the source, or that had to be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// Bytes `start..end` of the source.
    Source(u32, u32),
    /// Bytes `start..end` of the tree's decoded texts.
    Decoded(u32, u32),
}

/// Small, because a tree is read often and every text becomes one: places are offsets, and where key and value stand
/// together follows from where each stands.
#[derive(Debug, Clone, PartialEq)]
struct Item {
    role: Role,
    shape: Shape,
    key: Option<Text>,
    key_place: Range<u32>,
    /// The value alone: for a scalar its token, for the rest from the first to the last byte.
    value_place: Range<u32>,
    /// One past the last item below this one.
    end: u32,
}

impl Tree {
    /// The text this was parsed from.
    #[must_use]
    pub fn file(&self) -> FileId {
        self.file
    }

    /// The document.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        Node { tree: self, at: 0 }
    }

    /// How many items there are, the root included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is nothing below the root.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.len() <= 1
    }

    /// Whether every text of it stands in the source as it is.
    pub(super) fn is_as_written(&self) -> bool {
        self.decoded.is_empty()
    }

    #[inline]
    fn span(&self, place: &Range<u32>) -> Span {
        Span { file: self.file, start: place.start, end: place.end }
    }

    /// A text of which only the bytes are asked.
    #[inline]
    fn bytes(&self, text: Text) -> &[u8] {
        match text {
            Text::Source(start, end) => &self.source.as_bytes()[start as usize..end as usize],
            Text::Decoded(start, end) => &self.decoded.as_bytes()[start as usize..end as usize],
        }
    }

    #[inline]
    fn text(&self, text: Text) -> &str {
        match text {
            Text::Source(start, end) => &self.source[start as usize..end as usize],
            Text::Decoded(start, end) => &self.decoded[start as usize..end as usize],
        }
    }
}

impl<'t> Node<'t> {
    /// The text it came from.
    pub(crate) fn source(self) -> &'t str {
        &self.tree.source
    }

    /// What this is in the text it came from.
    #[must_use]
    #[inline]
    pub fn role(self) -> Role {
        self.item().role
    }

    /// What this holds.
    #[must_use]
    #[inline]
    pub fn shape(self) -> Shape {
        self.item().shape
    }

    /// The key as written after decoding; `None` for the root, arguments and list items.
    #[must_use]
    #[inline]
    pub fn key(self) -> Option<&'t str> {
        self.item().key.map(|text| self.tree.text(text))
    }

    /// Where the key stands; the whole item when it has none.
    #[must_use]
    #[inline]
    pub fn key_span(self) -> Span {
        let item = self.item();
        self.tree.span(if item.key.is_some() { &item.key_place } else { &item.value_place })
    }

    /// KDL's type annotation and where it stands.
    #[must_use]
    pub fn annotation(self) -> Option<(&'t str, Span)> {
        let all = &self.tree.annotations;
        let (_, text, place) =
            all.get(all.binary_search_by_key(&u32::try_from(self.at).unwrap_or(u32::MAX), |(at, _, _)| *at).ok()?)?;
        Some((self.tree.text(*text), self.tree.span(place)))
    }

    /// Where the value stands, without the key.
    #[must_use]
    #[inline]
    pub fn value_span(self) -> Span {
        self.tree.span(&self.item().value_place)
    }

    /// Key and value together.
    #[must_use]
    pub fn span(self) -> Span {
        self.key_span().to(self.value_span())
    }

    /// Every item directly below, in document order.
    #[inline]
    pub fn below(self) -> impl Iterator<Item = Node<'t>> {
        let tree = self.tree;
        let end = self.item().end as usize;
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            let here = (at < end).then_some(Node { tree, at })?;
            at = here.item().end as usize;
            Some(here)
        })
    }

    /// The keyed items directly below: KDL properties and children, map members. A child named `-` is a list item.
    #[inline]
    pub fn fields(self) -> impl Iterator<Item = Node<'t>> {
        self.below().filter(|node| !node.is_item())
    }

    /// The items of a list however it was written: KDL arguments and children named `-`, items of a list, or the one
    /// scalar itself.
    #[inline]
    pub fn items(self) -> impl Iterator<Item = Node<'t>> {
        let alone = matches!(self.shape(), Shape::Scalar(_)).then_some(self);
        alone.into_iter().chain(self.below().filter(|node| node.is_item()))
    }

    /// The one value this stands for, where nothing stands beside it: what most fields are, told without a look for anything else.
    #[inline]
    fn alone(self) -> Option<(Scalar, Span)> {
        let item = self.item();
        match item.shape {
            Shape::Scalar(scalar) => Some((scalar, self.tree.span(&item.value_place))),
            Shape::Node if item.end as usize == self.at + 2 => {
                let only = self.tree.items.get(self.at + 1).filter(|only| only.role == Role::Argument)?;
                let Shape::Scalar(scalar) = only.shape else { return None };
                Some((scalar, self.tree.span(&only.value_place)))
            }
            _ => None,
        }
    }

    /// The same, if it is a string.
    #[inline]
    pub(crate) fn lone_string(self) -> Option<(&'t str, Span)> {
        self.lone_text().map(|(text, span)| (self.tree.text(text), span))
    }

    /// Where that string is kept.
    #[inline]
    pub(crate) fn lone_text(self) -> Option<(Text, Span)> {
        match self.alone()? {
            (Scalar::String(text), span) => Some((text, span)),
            _ => None,
        }
    }

    /// The one value this stands for: its own scalar, or a KDL node's only argument.
    #[must_use]
    pub fn scalar(self) -> Option<(Scalar, Span)> {
        self.alone().or_else(|| self.only_scalar())
    }

    fn only_scalar(self) -> Option<(Scalar, Span)> {
        if let Shape::Scalar(scalar) = self.shape() {
            return Some((scalar, self.value_span()));
        }
        let mut items = (self.shape() == Shape::Node).then(|| self.items())?;
        let only = items.next()?;
        if items.next().is_some() || only.is_dash() { None } else { only.scalar() }
    }

    /// The string this stands for.
    #[must_use]
    pub fn string(self) -> Option<(&'t str, Span)> {
        match self.scalar()? {
            (Scalar::String(text), span) => Some((self.tree.text(text), span)),
            _ => None,
        }
    }

    /// A number's spelling.
    #[must_use]
    pub fn number(self) -> Option<(&'t str, Span)> {
        match self.scalar()? {
            (Scalar::Number(text), span) => Some((self.tree.text(text), span)),
            _ => None,
        }
    }

    /// Whether this and `other` stand for one and the same value.
    #[must_use]
    pub fn equals(self, other: Node<'_>) -> bool {
        let own = self.scalar().filter(|_| self.fields().next().is_none());
        match (own, other.scalar().filter(|_| other.fields().next().is_none())) {
            (Some((Scalar::String(a), _)), Some((Scalar::String(b), _)))
            | (Some((Scalar::Number(a), _)), Some((Scalar::Number(b), _))) => self.tree.text(a) == other.tree.text(b),
            (Some((Scalar::Bool(a), _)), Some((Scalar::Bool(b), _))) => a == b,
            _ => false,
        }
    }

    /// The first field with this key.
    #[must_use]
    pub fn field(self, key: &str) -> Option<Node<'t>> {
        // What has no key has not this one.
        self.below().find(|item| item.is_keyed(key))
    }

    /// Whether this and `other`, of the same tree, are one item.
    pub(crate) fn is(self, other: Node<'_>) -> bool {
        self.at == other.at
    }

    /// Whether it is an item of a list, and no field.
    #[inline]
    pub(crate) fn is_item(self) -> bool {
        self.role() == Role::Argument || self.is_dash()
    }

    #[inline]
    fn is_dash(self) -> bool {
        self.role() == Role::Node && self.is_keyed("-")
    }

    /// Whether its key is this one. Most differ in length, which is told without a look at the text.
    #[inline]
    pub(crate) fn is_keyed(self, key: &str) -> bool {
        self.item().key.is_some_and(|text| text.len() == key.len() && self.tree.bytes(text) == key.as_bytes())
    }

    #[inline]
    fn item(self) -> &'t Item {
        &self.tree.items[self.at]
    }
}

impl Text {
    fn len(self) -> usize {
        let (Text::Source(start, end) | Text::Decoded(start, end)) = self;
        (end - start) as usize
    }
}
