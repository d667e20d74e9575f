//! Capabilities are added. Comes in: lines that a text lacks. Goes out: edits that put them where the text has such lines, as
//! it writes them. Deliberately absent: how each syntax writes them; see `kdl` and `data`.

use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::capability::Kind;

use super::page::Page;
use super::{data, kdl};
use crate::diag::{Add, Block, Edit};
use crate::syntax::{Syntax, Tree};

/// What is to stand in one block: kinds with their targets.
pub(super) type Lines = BTreeMap<Kind, BTreeSet<String>>;

/// The edits that add these lines together. `None` where the text has a place for one that cannot take it.
pub(super) fn edits(page: &Page<'_>, adds: &[&Add]) -> Option<Vec<Edit>> {
    let mut blocks: BTreeMap<&Block, Lines> = BTreeMap::new();
    for add in adds {
        blocks.entry(&add.block).or_default().entry(add.kind).or_default().insert(add.target.clone());
    }
    match page.syntax {
        Syntax::Kdl => kdl::add(page, &blocks),
        Syntax::Yaml | Syntax::Json => data::add(page, &blocks),
    }
}

/// The edit that puts lines in the place of a member.
pub(super) fn instead(page: &Page<'_>, at: usize, lines: &[(Kind, Vec<String>)]) -> Option<Edit> {
    let range = page.range(at);
    let parent = page.items[at].parent;
    let is_new = |kind: &Kind| {
        let below = page.items[parent].below.iter().map(|other| page.items[*other].node.key());
        below.into_iter().all(|key| key != Some(kind.key()))
    };
    if lines.is_empty() || page.has_comment(&[at], range.clone()) || !lines.iter().all(|(kind, _)| is_new(kind)) {
        return None;
    }
    page.items[at].node.key()?;
    page.items[parent].node.key().filter(|key| matches!(*key, "capabilities" | "permissions"))?;
    let indent = page.indent(range.start);
    let joint = match (page.syntax, indent) {
        (Syntax::Kdl, None) => "; ".to_owned(),
        (Syntax::Kdl, Some(indent)) => format!("{}{indent}", page.newline()),
        (_, Some(indent)) if page.is_flow(parent) => format!(",{}{indent}", page.newline()),
        _ if page.is_flow(parent) => ", ".to_owned(),
        (_, Some(indent)) => format!("{}{indent}", page.newline()),
        (_, None) if lines.len() == 1 => String::new(),
        _ => return None,
    };
    let line = |(kind, targets): &(Kind, Vec<String>)| match page.syntax {
        Syntax::Kdl => kdl::line(*kind, targets.iter()),
        syntax => data::member(syntax, *kind, targets.iter()),
    };
    Some(Edit { span: page.span(range), text: lines.iter().map(line).collect::<Vec<_>>().join(&joint) })
}

/// Whether a tree has anything at all.
pub(super) fn is_editable(tree: &Tree) -> bool {
    !tree.is_empty()
}
