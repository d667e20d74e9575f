//! Whether two trees say the same. Comes in: two trees. Goes out: yes or no; where things stand does not count.

use ambit_compiler::syntax::{Node, Scalar, Shape, Tree};

/// Whether two trees differ in nothing but places.
pub(super) fn trees(one: &Tree, other: &Tree) -> bool {
    nodes(one.root(), other.root())
}

/// As deep as trees are, which is bounded.
fn nodes(one: Node<'_>, other: Node<'_>) -> bool {
    let heads = one.role() == other.role()
        && one.key() == other.key()
        && one.annotation().map(|(text, _)| text) == other.annotation().map(|(text, _)| text)
        && values(one, other);
    heads && {
        let (mut below, mut others) = (one.below(), other.below());
        loop {
            match (below.next(), others.next()) {
                (Some(a), Some(b)) if nodes(a, b) => {}
                (None, None) => break true,
                _ => break false,
            }
        }
    }
}

fn values(one: Node<'_>, other: Node<'_>) -> bool {
    match (one.shape(), other.shape()) {
        (Shape::Scalar(a), Shape::Scalar(b)) => match (a, b) {
            (Scalar::String(_), Scalar::String(_)) => text(one.string()) == text(other.string()),
            (Scalar::Number(_), Scalar::Number(_)) => text(one.number()) == text(other.number()),
            (a, b) => a == b,
        },
        (a, b) => a == b,
    }
}

fn text<S>(found: Option<(&str, S)>) -> Option<&str> {
    found.map(|(text, _)| text)
}
