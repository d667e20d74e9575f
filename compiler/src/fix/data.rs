//! Capabilities in YAML and JSON. Comes in: blocks and what they lack. Goes out: a text in the list of its kind, or a member
//! with a list, or the whole block, between brackets or on lines as its neighbours are.

use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::capability::Kind;

use super::add::Lines;
use super::page::Page;
use super::word::{plain, quoted};
use crate::diag::{Block, Edit};
use crate::syntax::{Shape, Syntax};

pub(super) fn add(page: &Page<'_>, blocks: &BTreeMap<&Block, Lines>) -> Option<Vec<Edit>> {
    // Blocks of one word stand beside each other, and their plugins below it.
    let mut wanted: Vec<Wanted> = vec![];
    for (block, lines) in blocks {
        let inner = match block.plugin() {
            None => kinds(lines),
            Some(plugin) => vec![Wanted::Members(plugin.to_owned(), kinds(lines))],
        };
        match wanted.last_mut() {
            Some(Wanted::Members(word, members)) if word == block.word() => members.extend(inner),
            _ => wanted.push(Wanted::Members(block.word().to_owned(), inner)),
        }
    }
    let mut edits = vec![];
    members(page, 0, &wanted, &mut edits)?;
    Some(edits)
}

/// `"fs.read": ["./a"]`.
pub(super) fn member<'t>(syntax: Syntax, kind: Kind, targets: impl Iterator<Item = &'t String>) -> String {
    let targets: Vec<String> = targets.map(|target| quoted(syntax, target)).collect();
    format!("{}: [{}]", plain(syntax, kind.key()), targets.join(", "))
}

/// A member that a map is to have.
enum Wanted {
    Members(String, Vec<Wanted>),
    Targets(Kind, BTreeSet<String>),
}

impl Wanted {
    fn key(&self) -> &str {
        match self {
            Wanted::Members(key, _) => key,
            Wanted::Targets(kind, _) => kind.key(),
        }
    }
}

fn kinds(lines: &Lines) -> Vec<Wanted> {
    lines.iter().map(|(kind, targets)| Wanted::Targets(*kind, targets.clone())).collect()
}

/// What a map lacks goes behind its last member; what it has is looked into.
fn members(page: &Page<'_>, map: usize, wanted: &[Wanted], edits: &mut Vec<Edit>) -> Option<()> {
    let mut new = vec![];
    for one in wanted {
        match (page.member(map, one.key()), one) {
            (None, _) => new.push(one),
            (Some(at), Wanted::Members(_, inner)) if page.items[at].node.shape() == Shape::Map => {
                members(page, at, inner, edits)?;
            }
            (Some(at), Wanted::Targets(_, targets)) => items(page, at, targets, edits)?,
            (Some(_), Wanted::Members(..)) => return None,
        }
    }
    if !new.is_empty() {
        edits.push(last_in(page, map, |indent| new.iter().map(|one| written(page, one, indent)).collect())?);
    }
    Some(())
}

/// A list gets more texts; one text becomes a list.
fn items(page: &Page<'_>, member: usize, targets: &BTreeSet<String>, edits: &mut Vec<Edit>) -> Option<()> {
    let node = page.items[member].node;
    let texts = || targets.iter().map(|target| quoted(page.syntax, target)).collect::<Vec<_>>();
    match node.shape() {
        Shape::List => {
            let dash = if page.is_flow(member) { "" } else { "- " };
            let texts = |_: Option<&str>| texts().into_iter().map(|text| format!("{dash}{text}")).collect();
            edits.push(last_in(page, member, texts)?);
        }
        Shape::Scalar(_) if node.string().is_some() && !page.slice(node.value_span().range()).contains('\n') => {
            let (start, end) = (node.value_span().start as usize, node.value_span().end as usize);
            edits.push(Edit { span: page.span(start..start), text: "[".to_owned() });
            edits.push(Edit { span: page.span(end..end), text: format!(", {}]", texts().join(", ")) });
        }
        _ => return None,
    }
    Some(())
}

/// Behind the last item of a map or list. `new` are the items, given the indentation of lines where each has its own.
fn last_in(page: &Page<'_>, inside: usize, new: impl Fn(Option<&str>) -> Vec<String>) -> Option<Edit> {
    let Some(last) = page.items[inside].below.last() else { return only_in(page, inside, &new(None)) };
    let last = page.range(*last);
    let before = page.before(last.start).trim_start_matches('\u{FEFF}');
    let indent = &before[..before.len() - before.trim_start_matches([' ', '\t']).len()];
    let newline = page.newline();
    if page.is_flow(inside) {
        let on_lines = before == indent;
        let joint = if on_lines { format!(",{newline}{indent}") } else { ", ".to_owned() };
        let text = new(on_lines.then_some(indent)).into_iter().map(|one| format!("{joint}{one}")).collect();
        return Some(Edit { span: page.span(last.end..last.end), text });
    }
    if !matches!(before.trim_start_matches(' '), "") && before.trim() != "-" {
        return None;
    }
    let end = last.end + page.behind(last.end).len();
    let text = new(Some(indent)).into_iter().map(|one| format!("{newline}{indent}{one}")).collect();
    Some(Edit { span: page.span(end..end), text })
}

/// Between brackets with nothing between them.
fn only_in(page: &Page<'_>, inside: usize, new: &[String]) -> Option<Edit> {
    let range = page.items[inside].node.value_span().range();
    let is_empty = inside != 0 && matches!(page.slice(range.clone()), "{}" | "[]");
    let at = range.start + 1;
    is_empty.then(|| Edit { span: page.span(at..at), text: new.join(", ") })
}

/// A member as it is written; on lines of its own where `indent` says how far those stand.
fn written(page: &Page<'_>, one: &Wanted, indent: Option<&str>) -> String {
    let syntax = page.syntax;
    let inner = match one {
        Wanted::Targets(kind, targets) => return member(syntax, *kind, targets.iter()),
        Wanted::Members(_, inner) => inner,
    };
    let key = plain(syntax, one.key());
    let Some(indent) = indent else {
        let inner: Vec<String> = inner.iter().map(|one| written(page, one, None)).collect();
        return format!("{key}: {{{}}}", inner.join(", "));
    };
    let (below, newline) = (format!("{indent}{}", page.unit()), page.newline());
    let inner: Vec<String> =
        inner.iter().map(|one| format!("{newline}{below}{}", written(page, one, Some(&below)))).collect();
    match syntax {
        Syntax::Json => format!("{key}: {{{}{newline}{indent}}}", inner.join(",")),
        _ => format!("{key}:{}", inner.concat()),
    }
}
