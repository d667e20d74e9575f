//! From a name to what it means, and to all that means it. Comes in: a byte of a text. Goes out: places of the workspace: of a
//! request the lines that decide it, of a line of the grants or the profile the requests that it is about, of a name its
//! declaration and its uses.

use std::collections::BTreeSet;

use ambit_compiler::source::{FileId, Span};
use ambit_schema::plan::Place;
use lsp_types::{DocumentHighlight, DocumentHighlightKind, Location};

use super::grammar::Inside;
use super::spot::{On, Spot, spot};
use super::thing::{self, Said, Thing};
use super::{known, past};
use crate::lsp::view::View;

/// How many places are listed.
const MOST: usize = 1000;

/// Where the thing there is declared, and what decides the right there.
pub(crate) fn definition(view: &View, file: FileId, at: u32) -> Vec<Location> {
    let mut spans = thing::at(view, file, at).map(|(thing, _)| declarations(view, &thing)).unwrap_or_default();
    spans.extend(rights(view, file, at, Way::Definition));
    locations(view, spans)
}

/// Every place that names the thing there, or that has to do with the right there.
pub(crate) fn references(view: &View, file: FileId, at: u32, with_declaration: bool) -> Vec<Location> {
    let mut spans = rights(view, file, at, Way::References);
    if let Some((thing, _)) = thing::at(view, file, at) {
        let named = thing::said(view, &thing).filter(|said| with_declaration || !said.is_declaration);
        // They come in the order in which they are listed: what is past the last that is listed is not looked for.
        spans.extend(named.map(|said| said.span).take(MOST));
    }
    locations(view, spans)
}

/// Every name of the text that means the same.
pub(crate) fn highlight(view: &View, file: FileId, at: u32) -> Vec<DocumentHighlight> {
    let Some((thing, _)) = thing::at(view, file, at) else { return vec![] };
    let lines = view.lines(file);
    let mark = |said: Said| {
        let kind = if said.is_declaration { DocumentHighlightKind::Write } else { DocumentHighlightKind::Read };
        DocumentHighlight { range: lines.range(said.span.start, said.span.end), kind: Some(kind) }
    };
    thing::said_in(view, file, &thing).into_iter().map(mark).collect()
}

/// Where a thing is declared. What the host provides stands for a plugin that is none.
fn declarations(view: &View, thing: &Thing) -> Vec<Span> {
    match thing {
        Thing::Plugin(id) => {
            let plugins: Vec<Span> = known::declared(view, id).into_iter().map(|(_, span)| span).collect();
            if plugins.is_empty() { provided(view, id) } else { plugins }
        }
        Thing::Name(sort, plugin, local) => {
            let all = known::declared(view, plugin).into_iter().flat_map(|(one, _)| one.names.iter());
            let named = all.filter(|(of, name)| of == sort && *name.name == **local);
            named.filter_map(|(_, name)| view.now(name.span)).collect()
        }
        Thing::Point(name) => of_host(&known::host(view).points, name),
        Thing::Event(name) => of_host(&known::host(view).events, name),
        Thing::Interface(name) => of_host(&known::host(view).interfaces, name),
        Thing::Kind(name) => of_host(&known::host(view).kinds, name),
    }
}

fn provided(view: &View, id: &str) -> Vec<Span> {
    let host = known::host(view);
    let provides = host.provides.iter().filter(|(name, ..)| name == id).map(|(_, _, span)| *span);
    provides.chain(of_host(&host.name, id)).collect()
}

fn of_host(all: &[(String, Span)], name: &str) -> Vec<Span> {
    all.iter().filter(|(known, _)| known == name).map(|(_, span)| *span).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Definition,
    References,
}

/// The lines that have to do with the line there: its own lines of grants and profile, or the requests that it gives.
fn rights(view: &View, file: FileId, at: u32, way: Way) -> Vec<Span> {
    let tree = view.tree(file);
    let (Some(role), Some(decided)) = (view.role(file), known::decided(view)) else { return vec![] };
    let spot = spot(role, &tree, at);
    if !matches!((spot.inside, spot.on), (Inside::Targets(_), On::Value) | (Inside::Kinds(_), On::Key)) {
        return vec![];
    }
    let here = decided.known(&places(view, &spot));
    let mut found: BTreeSet<u32> = BTreeSet::new();
    for right in decided.rights().filter(|right| right.lines().iter().any(|line| here.contains(line))) {
        if found.len() < MOST {
            found.extend(right.lines());
        }
    }
    found.extend(decided.against(&here).take(MOST).flatten());
    let others = found.into_iter().filter(|line| way == Way::References || !here.contains(line));
    others.filter_map(|line| past::now(view, decided.place(line))).collect()
}

/// The places of the plan that are at a spot: one target, or all of a key.
fn places(view: &View, spot: &Spot<'_>) -> Vec<Place> {
    let Some(node) = spot.node() else { return vec![] };
    let spans: Vec<Span> = match spot.on {
        On::Key => node.items().map(|item| item.field("target").unwrap_or(item).value_span()).collect(),
        _ => vec![node.string().map_or(node.value_span(), |(_, span)| span)],
    };
    spans.into_iter().filter_map(|span| past::then(view, span)).collect()
}

fn locations(view: &View, mut spans: Vec<Span>) -> Vec<Location> {
    spans.sort();
    spans.dedup();
    spans.truncate(MOST);
    let of_text = |spans: &[Span]| {
        let Some((uri, lines)) = spans.first().and_then(|span| Some((view.uri(span.file)?, view.lines(span.file))))
        else {
            return vec![];
        };
        let at = |span: &Span| Location { uri: uri.clone(), range: lines.range(span.start, span.end) };
        spans.iter().map(at).collect()
    };
    spans.chunk_by(|a, b| a.file == b.file).flat_map(of_text).collect()
}
