//! Names to jump to. Comes in: a view, a text or some letters. Goes out: the outline of a text, and plugins, commands, kinds and
//! hook points of the workspace that have these letters in their names, the best first and not too many.

use ambit_compiler::source::{FileId, Span};
use ambit_compiler::syntax::{Node, Shape};
use ambit_schema::plan::NameSort;
use lsp_types::{BaseSymbolInformation, DocumentSymbol, SymbolKind, WorkspaceSymbol};

use super::grammar::{Inside, Line, root};
use super::known;
use super::spot::{is_keyed, within};
use crate::lsp::position::Lines;
use crate::lsp::view::View;

/// How many names of a workspace are listed.
const MOST: usize = 128;

/// How deep an outline goes.
const DEEP: usize = 6;

/// The outline of a text: every block and line with a name.
pub(crate) fn outline(view: &View, file: FileId) -> Vec<DocumentSymbol> {
    let Some(role) = view.role(file) else { return vec![] };
    let tree = view.tree(file);
    below(&view.lines(file), tree.root(), root(role), DEEP)
}

fn below(lines: &Lines<'_>, node: Node<'_>, inside: Inside, deep: usize) -> Vec<DocumentSymbol> {
    if deep == 0 {
        return vec![];
    }
    let keyed = node.below().filter(|child| is_keyed(*child));
    keyed.map(|child| symbol(lines, child, inside, deep)).collect()
}

#[expect(deprecated, reason = "the type has no other constructor that is as plain")]
fn symbol(lines: &Lines<'_>, node: Node<'_>, inside: Inside, deep: usize) -> DocumentSymbol {
    let key = node.key().unwrap_or_default();
    let values: Vec<&str> = node.items().filter_map(Node::string).map(|(text, _)| text).take(3).collect();
    let own = within(inside.below(key), node);
    let mut children = below(lines, node, own, deep - 1);
    // Items of a list that are blocks, such as plugins of a list.
    for item in node.items().filter(|item| !matches!(item.shape(), Shape::Scalar(_))) {
        children.extend(below(lines, item, own.item(), deep - 1));
    }
    let (span, name) = (node.span(), node.key_span());
    DocumentSymbol {
        name: if key.is_empty() { "\"\"".to_owned() } else { key.to_owned() },
        detail: Some(values.join(" ")).filter(|detail| !detail.is_empty()),
        kind: kind(inside, key),
        tags: None,
        deprecated: None,
        range: lines.range(span.start, span.end),
        selection_range: lines.range(name.start, name.end),
        children: Some(children).filter(|children| !children.is_empty()),
    }
}

fn kind(inside: Inside, key: &str) -> SymbolKind {
    match (inside, key) {
        (Inside::Block("a manifest"), "id" | "name") | (Inside::Block("a host profile"), "host") => SymbolKind::Module,
        (Inside::Kinds(Line::Request | Line::Offer | Line::Grant(_) | Line::Never | Line::Flow), _) => SymbolKind::Key,
        (Inside::Names(NameSort::Command | NameSort::Tool), _) => SymbolKind::Function,
        (Inside::Names(_), _) | (Inside::Points, _) => SymbolKind::Event,
        (Inside::Needs | Inside::Engines, _) => SymbolKind::Package,
        (Inside::Quotas(_), _) => SymbolKind::Number,
        (Inside::Subjects(_), _) => SymbolKind::Module,
        (Inside::Interfaces, _) => SymbolKind::Interface,
        _ => SymbolKind::Field,
    }
}

/// A name of the workspace.
struct Name<'v> {
    name: &'v str,
    kind: SymbolKind,
    of: Option<&'v str>,
    span: Span,
}

/// The names of a workspace that hold these letters in this order.
pub(crate) fn search(view: &View, letters: &str) -> Vec<WorkspaceSymbol> {
    let mut best: Vec<(u32, &str, usize, Name<'_>)> = vec![];
    let wanted: Vec<char> = letters.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    for (at, name) in names(view).enumerate() {
        if let Some(score) = score(&wanted, name.name) {
            best.push((score, name.name, at, name));
        }
    }
    best.sort_by(|a, b| (a.0, a.1.len(), a.1, a.2).cmp(&(b.0, b.1.len(), b.1, b.2)));
    let mut found: Vec<WorkspaceSymbol> =
        best.into_iter().take(MOST).filter_map(|(.., name)| listed(view, &name)).collect();
    found.extend(offered(view, &wanted).into_iter().take(MOST - found.len().min(MOST)));
    found
}

/// Plugins, with what they declare.
fn names(view: &View) -> impl Iterator<Item = Name<'_>> {
    view.plugins().flat_map(|(_, one)| {
        let own = Name { name: &one.id.name, kind: SymbolKind::Module, of: None, span: one.id.span };
        let named = one.names.iter().map(|(sort, named)| {
            let kind = match sort {
                NameSort::Command | NameSort::Tool | NameSort::Endpoint => SymbolKind::Function,
                NameSort::Pane | NameSort::Event | NameSort::Prompt => SymbolKind::Event,
            };
            Name { name: &named.name, kind, of: Some(&one.id.name), span: named.span }
        });
        std::iter::once(own).chain(named)
    })
}

fn listed(view: &View, name: &Name<'_>) -> Option<WorkspaceSymbol> {
    symbol_at(view, name.name, name.kind, name.of, view.now(name.span)?)
}

fn symbol_at(view: &View, name: &str, kind: SymbolKind, of: Option<&str>, span: Span) -> Option<WorkspaceSymbol> {
    let base_symbol_information =
        BaseSymbolInformation { name: name.to_owned(), kind, tags: None, container_name: of.map(str::to_owned) };
    Some(WorkspaceSymbol { location: view.location(span)?.into(), data: None, base_symbol_information })
}

/// Hook points, kinds and interfaces of the host.
fn offered(view: &View, wanted: &[char]) -> Vec<WorkspaceSymbol> {
    let host = known::host(view);
    let points = host.points.iter().map(|name| (name, SymbolKind::Event));
    let kinds = host.kinds.iter().map(|name| (name, SymbolKind::Key));
    let interfaces = host.interfaces.iter().map(|name| (name, SymbolKind::Interface));
    let all = points.chain(kinds).chain(interfaces).filter(|((name, _), _)| score(wanted, name).is_some());
    all.filter_map(|((name, span), kind)| symbol_at(view, name, kind, Some("host"), *span)).collect()
}

/// How far letters are from being a name: none for the name itself or its start. `None`: they are not in it in this order.
fn score(wanted: &[char], name: &str) -> Option<u32> {
    let (mut score, mut left, mut before) = (0_u32, wanted.iter().peekable(), None);
    for (at, character) in name.chars().flat_map(char::to_lowercase).enumerate() {
        if left.next_if(|next| **next == character).is_some() {
            let gap = before.map_or(at, |before| at - before - 1);
            score = score.saturating_add(u32::try_from(gap).unwrap_or(u32::MAX));
            before = Some(at);
        }
    }
    left.peek().is_none().then_some(score)
}
