//! Every name of a text with what it is one of. Comes in: a tree and what the text is. Goes out: [`Mention`]s, in document order.

use ambit_compiler::source::Span;
use ambit_compiler::syntax::{Node, Shape, Tree};

use super::grammar::{Inside, root};
use super::spot::{is_keyed, within};
use crate::lsp::view::Role;

/// A name, and what it is one of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mention<'t> {
    /// What it is one of.
    pub(crate) inside: Inside,
    /// The name.
    pub(crate) text: &'t str,
    /// Where, quotes included.
    pub(crate) span: Span,
    /// Whether it is a key.
    pub(crate) is_key: bool,
    /// The key that it is a value of.
    pub(crate) field: Option<&'t str>,
    /// The kind of right that it stands under.
    pub(crate) kind: Option<&'t str>,
    /// Whom the line is about that it stands on.
    pub(crate) subject: Option<&'t str>,
    /// The plugin whose manifest it stands in.
    pub(crate) plugin: Option<&'t str>,
    /// The line that it stands on.
    pub(crate) line: Node<'t>,
}

/// What is known on the way to a name.
#[derive(Clone, Copy)]
struct Way<'t> {
    inside: Inside,
    field: Option<&'t str>,
    kind: Option<&'t str>,
    subject: Option<&'t str>,
    plugin: Option<&'t str>,
}

/// Every name of a text.
pub(crate) fn mentions<'t>(role: Role, tree: &'t Tree) -> Vec<Mention<'t>> {
    let mut found = vec![];
    let root_node = tree.root();
    below(
        root_node,
        entered(root_node, Way { inside: root(role), field: None, kind: None, subject: None, plugin: None }),
        &mut found,
    );
    found
}

/// As deep as trees are, which is bounded.
fn below<'t>(node: Node<'t>, way: Way<'t>, found: &mut Vec<Mention<'t>>) {
    // What a line of KDL names first, the fields on it are about.
    let named = matches!(way.inside, Inside::Subjects(_)).then(|| node.items().find_map(Node::string)).flatten();
    let subject = way.subject.or(named.map(|(name, _)| name));
    let keyed = Way { inside: within(way.inside, node), subject, ..way };
    let mut place = 0;
    for child in node.below() {
        if is_keyed(child) {
            field(node, child, entered(node, keyed), found);
            continue;
        }
        item(node, child, way, place, found);
        place += 1;
    }
}

fn field<'t>(line: Node<'t>, child: Node<'t>, way: Way<'t>, found: &mut Vec<Mention<'t>>) {
    let key = child.key().unwrap_or_default();
    let Way { inside, field, kind, subject, plugin } = way;
    found.push(Mention { inside, text: key, span: child.key_span(), is_key: true, field, kind, subject, plugin, line });
    let kind = if matches!(inside, Inside::Kinds(_)) { Some(key) } else { kind };
    let subject = if matches!(inside, Inside::Subjects(_)) { subject.or(Some(key)) } else { subject };
    let way = Way { inside: inside.below(key), field: Some(key), kind, subject, plugin };
    match child.shape() {
        Shape::Scalar(_) => value(line, child, way, found),
        _ => below(child, way, found),
    }
}

fn item<'t>(line: Node<'t>, child: Node<'t>, way: Way<'t>, place: usize, found: &mut Vec<Mention<'t>>) {
    match child.shape() {
        Shape::Scalar(_) if line.shape() == Shape::Node => {
            value(line, child, Way { inside: way.inside.argument(place), ..way }, found);
        }
        Shape::Scalar(_) => value(line, child, way, found),
        _ => {
            let way = Way { inside: way.inside.item(), ..way };
            below(child, entered(child, way), found);
        }
    }
}

fn value<'t>(line: Node<'t>, child: Node<'t>, way: Way<'t>, found: &mut Vec<Mention<'t>>) {
    let Some((text, span)) = child.string() else { return };
    let Way { inside, field, kind, subject, plugin } = way;
    // Beside an id, a name is for people.
    let is_title = inside == Inside::OwnId && child.key() == Some("name") && line.field("id").is_some();
    let inside = if is_title { Inside::Open } else { inside };
    found.push(Mention { inside, text, span, is_key: false, field, kind, subject, plugin, line });
}

/// A manifest says whose it is.
fn entered<'t>(node: Node<'t>, way: Way<'t>) -> Way<'t> {
    if way.inside != Inside::Block("a manifest") {
        return way;
    }
    let id = node.field("id").or_else(|| node.field("name")).and_then(Node::string);
    Way { plugin: id.map(|(id, _)| id).or(way.plugin), ..way }
}
