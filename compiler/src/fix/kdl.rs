//! Capabilities in KDL. Comes in: blocks and what they lack. Goes out: a line for each kind, last in its block, or a block at
//! the end of the text.

use std::collections::BTreeMap;

use ambit_schema::advice::quoted;
use ambit_schema::capability::Kind;

use super::add::Lines;
use super::page::{Page, is_blank};
use crate::diag::{Block, Edit};
use crate::syntax::{Node, Role};

pub(super) fn add(page: &Page<'_>, blocks: &BTreeMap<&Block, Lines>) -> Option<Vec<Edit>> {
    let known = page.blocks(known);
    let (mut edits, mut new) = (vec![], String::new());
    for (block, lines) in blocks {
        let lines: Vec<String> = lines.iter().map(|(kind, targets)| line(*kind, targets.iter())).collect();
        match known.get(*block) {
            Some(at) => edits.push(into(page, *at, &lines)),
            None => new.push_str(&whole(page, block, &lines)),
        }
    }
    if !new.is_empty() {
        let end = page.text.len();
        let gap = if page.text.is_empty() || page.text.ends_with('\n') { "" } else { page.newline() };
        edits.push(Edit { span: page.span(end..end), text: format!("{gap}{new}") });
    }
    Some(edits)
}

/// `fs.read "./a" "./b"`.
pub(super) fn line<'t>(kind: Kind, targets: impl Iterator<Item = &'t String>) -> String {
    let targets = targets.map(|target| format!(" {}", quoted(target)));
    format!("{kind}{}", targets.collect::<String>())
}

/// The blocks with something in them that a text has: `capabilities`, and `allow` and `accept` of one plugin. The last of each
/// counts.
fn known(page: &Page<'_>) -> BTreeMap<Block, usize> {
    let mut known = BTreeMap::new();
    let with_block = |at: &usize| page.items[*at].below.iter().any(|below| is_node(page.items[*below].node));
    for at in page.items[0].below.iter().filter(|at| with_block(at)) {
        let node = page.items[*at].node;
        let mut items = node.items();
        match (node.key(), items.next().and_then(Node::string), items.next()) {
            (Some("capabilities"), None, None) => drop(known.insert(Block::Capabilities, *at)),
            (Some(word), Some((plugin, _)), None) => known.extend(Block::of(word, plugin).map(|block| (block, *at))),
            (Some(word), None, None) => {
                let plugins = page.items[*at].below.iter().filter(|below| with_block(below));
                let named = |below: &usize| Some((Block::of(word, page.items[*below].node.key()?)?, *below));
                known.extend(plugins.filter_map(named));
            }
            _ => {}
        }
    }
    known
}

fn is_node(node: Node<'_>) -> bool {
    node.role() == Role::Node
}

/// Last in a block: before its `}` where that stands on a line of its own, else behind the last node.
fn into(page: &Page<'_>, at: usize, lines: &[String]) -> Edit {
    let brace = page.range(at).end - 1;
    let last = page.items[at].below.iter().copied().rfind(|below| is_node(page.items[*below].node));
    let last = last.map_or(0..brace, |last| page.range(last));
    if is_blank(page.before(brace)) && page.before(brace).len() < brace {
        let own = format!("{}{}", page.before(brace), page.unit());
        let indent = page.indent(last.start).unwrap_or(&own);
        let start = brace - page.before(brace).len();
        let text = lines.iter().map(|line| format!("{indent}{line}{}", page.newline())).collect();
        return Edit { span: page.span(start..start), text };
    }
    let text = format!("; {}", lines.join("; "));
    Edit { span: page.span(last.end..last.end), text }
}

fn whole(page: &Page<'_>, block: &Block, lines: &[String]) -> String {
    let head = match block.plugin() {
        None => block.word().to_owned(),
        Some(plugin) => format!("{} {}", block.word(), quoted(plugin)),
    };
    let (newline, unit) = (page.newline(), page.unit());
    let lines: String = lines.iter().map(|line| format!("{unit}{line}{newline}")).collect();
    format!("{newline}{head} {{{newline}{lines}}}{newline}")
}
