//! Properties that stand on one node twice. KDL lets the last one win; here that would hide what the first one says, so it
//! is a finding. Comes in: a finished tree. Deliberately absent: child nodes, which may repeat; their block decides.

use crate::diag::{Fix, Sink};
use crate::syntax::tree::{Node, Role, Tree};

/// Reports each property that its node already has. Depth is bounded by [`crate::syntax::MAX_DEPTH`].
pub(in crate::syntax) fn check(tree: &Tree, sink: &mut Sink) {
    below(tree.root(), sink);
}

fn below(node: Node<'_>, sink: &mut Sink) {
    let mut seen: Vec<Node<'_>> = Vec::new();
    for child in node.below() {
        if child.role() != Role::Property {
            below(child, sink);
            continue;
        }
        match seen.iter().find(|first| first.key() == child.key()) {
            Some(first) => {
                let key = child.key().unwrap_or_default();
                let found = crate::syntax::duplicate(key, child.key_span(), first.key_span());
                sink.add(if child.equals(*first) {
                    found.fix_with(Fix::safe("remove the second").remove(child.span()))
                } else {
                    found
                });
            }
            // A node of a policy has a handful; a text with more than that is not one, and is not searched for ever.
            None if seen.len() < MOST => seen.push(child),
            None => {}
        }
    }
}

/// How many different properties of one node are remembered.
const MOST: usize = 64;
