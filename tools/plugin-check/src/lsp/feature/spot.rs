//! What stands at a place of a text. Comes in: a tree, what the text is, and a byte. Goes out: a [`Spot`]: the way there, and
//! what the key or value under the cursor is. Deliberately absent: other texts.

use ambit_compiler::source::Span;
use ambit_compiler::syntax::{Node, Role as Part, Shape, Tree};

use super::grammar::{Inside, root};
use crate::lsp::view::Role;

/// A place of a text.
#[derive(Debug, Clone)]
pub(crate) struct Spot<'t> {
    /// What the text is.
    pub(crate) role: Role,
    /// What the thing there is one of: of a key what stands in its block, of a value what the value is.
    pub(crate) inside: Inside,
    /// What is there.
    pub(crate) on: On,
    /// The keyed items and values on the way, the outermost first, up to the one that is there.
    pub(crate) way: Vec<Node<'t>>,
    /// The names of whoever the lines on the way are about, with their places.
    pub(crate) subjects: Vec<(&'t str, Span)>,
}

/// What the cursor is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// The key of the last item of the way.
    Key,
    /// The value of the last item of the way.
    Value,
    /// Neither: between the items of a block.
    Gap,
}

/// What is at a byte.
pub(crate) fn spot(role: Role, tree: &Tree, at: u32) -> Spot<'_> {
    let mut spot = Spot { role, inside: root(role), on: On::Gap, way: vec![], subjects: vec![] };
    let mut here = tree.root();
    while let Some((place, child)) = child(here, at) {
        enter(&mut spot, here, child);
        spot.way.push(child);
        if is_keyed(child) && holds(child.key_span(), at) {
            spot.on = On::Key;
            return spot;
        }
        spot.inside = if is_keyed(child) {
            below(&mut spot, child)
        } else {
            match child.shape() {
                Shape::Scalar(_) if here.shape() == Shape::Node => spot.inside.argument(place),
                Shape::Scalar(_) => spot.inside,
                _ => spot.inside.item(),
            }
        };
        if matches!(child.shape(), Shape::Scalar(_)) {
            spot.on = On::Value;
            return spot;
        }
        here = child;
    }
    spot
}

/// Goes into what a key has.
fn below<'t>(spot: &mut Spot<'t>, child: Node<'t>) -> Inside {
    let key = child.key().unwrap_or_default();
    if matches!(spot.inside, Inside::Subjects(_)) {
        spot.subjects.push((key, child.key_span()));
    }
    spot.inside.below(key)
}

/// A line of KDL that names whom it is about: what is keyed on it is said of them.
fn enter<'t>(spot: &mut Spot<'t>, here: Node<'t>, child: Node<'t>) {
    if here.shape() != Shape::Node || !is_keyed(child) {
        return;
    }
    if matches!(spot.inside, Inside::Subjects(_)) {
        spot.subjects.extend(here.items().filter_map(Node::string));
    }
    spot.inside = within(spot.inside, here);
}

/// What the fields on a line of KDL are about, once it has named whom: what [`enter`] comes to.
pub(crate) fn within(mut inside: Inside, line: Node<'_>) -> Inside {
    if line.shape() != Shape::Node {
        return inside;
    }
    for _ in line.items() {
        inside = match inside {
            Inside::Subjects(word) => word.inside(),
            Inside::Blocks(block) => return Inside::Block(block),
            Inside::Points => return Inside::Block("a hook"),
            other => return other,
        };
    }
    inside
}

/// The item that holds a byte, with its place among the items that have no key. Of two that meet there it is the second.
fn child(here: Node<'_>, at: u32) -> Option<(usize, Node<'_>)> {
    let (mut found, mut place) = (None, 0);
    for child in here.below() {
        if child.span().start > at {
            break;
        }
        if holds(child.span(), at) {
            found = Some((place, child));
        }
        place += usize::from(!is_keyed(child));
    }
    found
}

/// Whether a node has a key that says something.
pub(crate) fn is_keyed(node: Node<'_>) -> bool {
    node.role() != Part::Argument && node.key().is_some_and(|key| !(node.role() == Part::Node && key == "-"))
}

/// Whether a byte is in a stretch, or right behind it, where a cursor stands that has just written it.
pub(crate) fn holds(span: Span, at: u32) -> bool {
    span.start <= at && at <= span.end
}

impl<'t> Spot<'t> {
    /// The item that is there.
    pub(crate) fn node(&self) -> Option<Node<'t>> {
        self.way.last().copied().filter(|_| self.on != On::Gap)
    }

    /// The text that is there, and its place.
    pub(crate) fn text(&self) -> Option<(&'t str, Span)> {
        let node = self.node()?;
        match self.on {
            On::Key => Some((node.key()?, node.key_span())),
            On::Value => node.string().or_else(|| node.number()),
            On::Gap => None,
        }
    }

    /// The keys on the way, the outermost first.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'t str> {
        self.way.iter().filter(|node| is_keyed(**node)).filter_map(|node| node.key())
    }
}
