//! What the host offers, and what the last compilation decided. Comes in: a view. Goes out: names with their places now, and the
//! plan, or what it would have said. Deliberately absent: deciding anything.

use ambit_compiler::diag::Sink;
use ambit_compiler::profile::{self, Profile};
use ambit_compiler::source::Span;
use ambit_compiler::syntax;
use ambit_schema::capability::{Kind, Kinds};

use crate::lsp::decided::{Decided, Entry};
use crate::lsp::declared::Declared;
use crate::lsp::view::View;

/// The names that a host profile has, each with its place.
#[derive(Debug, Default)]
pub(crate) struct Host {
    /// Its own name.
    pub(crate) name: Vec<(String, Span)>,
    /// Its kinds of right.
    pub(crate) kinds: Vec<(String, Span)>,
    /// Its hook points.
    pub(crate) points: Vec<(String, Span)>,
    /// Its events.
    pub(crate) events: Vec<(String, Span)>,
    /// The imports that it serves.
    pub(crate) interfaces: Vec<(String, Span)>,
    /// What it provides, with versions.
    pub(crate) provides: Vec<(String, String, Span)>,
    /// The templates of its folders.
    pub(crate) folders: Vec<String>,
    /// What it offers: kinds and targets.
    pub(crate) offers: Vec<(Kind, String, Span)>,
}

/// What the host offers; of a profile that cannot be read, what it offered when it could.
pub(crate) fn host(view: &View) -> Host {
    lowered(view).map(|profile| named(view, &profile)).unwrap_or_default()
}

/// Every kind that a text may name.
pub(crate) fn kinds(view: &View) -> Kinds {
    lowered(view).map_or_else(Kinds::default, |profile| Kinds::new(profile.kinds.iter().map(|kind| kind.value)))
}

fn lowered(view: &View) -> Option<Profile> {
    let file = view.profile()?;
    let sink = &mut Sink::default();
    let tree = match view.is_broken(file) {
        true => syntax::parse(&view.good_sources(), file, sink),
        false => return lower(&view.tree(file), sink),
    };
    lower(&tree, sink)
}

fn lower(tree: &syntax::Tree, sink: &mut Sink) -> Option<Profile> {
    let own = profile::kinds(tree, sink);
    profile::lower(tree, own, sink)
}

fn named(view: &View, profile: &Profile) -> Host {
    let now = |name: &str, span: Span| Some((name.to_owned(), view.now(span)?));
    let interfaces = profile.interfaces.iter().filter_map(|one| now(&one.name.value, one.name.span));
    let provides = profile
        .provides
        .iter()
        .filter_map(|(name, version)| Some((name.clone(), version.value.to_string(), view.now(version.span)?)));
    let offer = |offer: &profile::Offer| Some((offer.kind, offer.target.value.clone(), view.now(offer.target.span)?));
    Host {
        name: now(profile.name.value.as_str(), profile.name.span).into_iter().collect(),
        kinds: profile.kinds.iter().filter_map(|kind| now(kind.value.key(), kind.span)).collect(),
        points: profile.hooks.iter().filter_map(|point| now(point.value.as_str(), point.span)).collect(),
        events: events(view, profile),
        interfaces: interfaces.collect(),
        provides: provides.collect(),
        folders: profile.folders.names().map(str::to_owned).collect(),
        offers: profile.offers.iter().filter_map(offer).collect(),
    }
}

/// Events are patterns; their names are as they are written.
fn events(view: &View, profile: &Profile) -> Vec<(String, Span)> {
    let spans = profile.events.iter().filter_map(|event| view.now(event.span));
    let written = |span: Span| {
        let text = view.text(span.file).get(span.range())?;
        Some((text.trim_matches(['"', '\'']).to_owned(), span))
    };
    spans.filter_map(written).collect()
}

/// What the last plan says; where something forbade it, what it would have said.
pub(crate) fn decided(view: &View) -> Option<&Decided> {
    view.whole()?.decided()
}

/// What was decided about a plugin.
pub(crate) fn entry<'v>(view: &'v View, id: &str) -> Option<Entry<'v>> {
    view.whole()?.entry(view, id)
}

/// The plugin of a manifest that a byte belongs to: the last that says its id before it, or the first.
pub(crate) fn plugin(view: &View, file: ambit_compiler::source::FileId, at: u32) -> Option<&Declared> {
    let all = view.declared(file);
    let before = all.iter().filter(|one| view.now(one.id.span).is_some_and(|span| span.start <= at));
    before.max_by_key(|one| one.id.span).or(all.first())
}

/// The plugins with this id, each with where it says so now.
pub(crate) fn declared<'v>(view: &'v View, id: &str) -> Vec<(&'v Declared, Span)> {
    let of = |one: &'v Declared| Some((one, view.now(one.id.span)?));
    view.plugins().filter(|(_, one)| &*one.id.name == id).filter_map(|(_, one)| of(one)).collect()
}
