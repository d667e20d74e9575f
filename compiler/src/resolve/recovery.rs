//! What becomes of plugins whose calls fail: what the manifest wants, held to what the host profile allows: no more restarts in
//! no shorter a window, after no shorter a rest. Goes out: nothing where neither says anything.

use std::collections::BTreeSet;

use ambit_schema::limits::Unit;
use ambit_schema::name::{LocalName, PluginId};
use ambit_schema::plan::{Growth, NameSort, Recovery};

use crate::bind::{Model, Plugin, spot};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{NearNames, Spanned};
use crate::manifest::{Claim, RecoveryClaim};
use crate::profile::Profile;
use crate::source::Span;

/// What holds where nobody says otherwise.
const RESTARTS: u32 = 3;
const WINDOW: u64 = 600_000;
const PAUSE: u64 = 100;

pub(super) fn resolve(profile: &Profile, model: &Model<'_>, plugin: &Plugin, sink: &mut Sink) -> Option<Recovery> {
    let (asked, bounds) = (plugin.manifest.recovery.as_deref(), profile.recovery.as_ref());
    let decided = asked.or(bounds)?;
    let mut recovery = Recovery {
        restarts: if decided.disable.is_some() { 0 } else { said(decided.restarts.as_ref(), RESTARTS) },
        window: said(decided.window.as_ref(), WINDOW),
        pause: said(decided.pause.as_ref(), PAUSE),
        growth: decided.growth.unwrap_or(Growth::Exponential),
        fallback: decided.fallback.as_ref().map(|id| id.said().clone()),
        place: spot(model.sources, decided.place),
    };
    if let (Some(asked), Some(bounds)) = (asked, bounds) {
        held(&mut recovery, plugin, asked, bounds, sink);
    }
    recovery.pause = recovery.pause.min(recovery.window);
    Some(recovery)
}

fn said<T: Copy>(claim: Option<&Claim<T>>, otherwise: T) -> T {
    claim.map_or(otherwise, |claim| *claim.said())
}

/// Cuts to the host's bounds, and tells who asked for more.
fn held(to: &mut Recovery, plugin: &Plugin, asked: &RecoveryClaim, bounds: &RecoveryClaim, sink: &mut Sink) {
    let place = |claim: Option<Span>| claim.unwrap_or(bounds.place);
    let (most, longest, least) = (
        Spanned::new(said(bounds.restarts.as_ref(), RESTARTS), place(bounds.restarts.as_ref().map(Claim::span))),
        Spanned::new(said(bounds.window.as_ref(), WINDOW), place(bounds.window.as_ref().map(Claim::span))),
        Spanned::new(said(bounds.pause.as_ref(), PAUSE), place(bounds.pause.as_ref().map(Claim::span))),
    );
    let show = |value: u64| Unit::Milliseconds.show(value);
    if to.restarts > most.value {
        let (wanted, given) = (to.restarts.to_string(), most.value.to_string());
        cut(plugin, "maxRetries", asked.restarts.as_ref().map(Claim::span), (wanted, given), most.span, sink);
    }
    if to.window < longest.value {
        let texts = (show(to.window), show(longest.value));
        cut(plugin, "window", asked.window.as_ref().map(Claim::span), texts, longest.span, sink);
    }
    if to.pause < least.value && to.restarts > 0 {
        let texts = (show(to.pause), show(least.value));
        cut(plugin, "backoff", asked.pause.as_ref().map(Claim::span), texts, least.span, sink);
    }
    to.restarts = to.restarts.min(most.value);
    to.window = to.window.max(longest.value);
    to.pause = to.pause.max(least.value);
}

/// Only what the manifest says itself is worth telling.
fn cut(plugin: &Plugin, what: &str, asked: Option<Span>, texts: (String, String), by: Span, sink: &mut Sink) {
    let Some(asked) = asked else { return };
    let (wanted, given) = texts;
    let message = format!("`{}` wants a `{what}` of {wanted}, and gets {given}", plugin.id());
    let found = Diagnostic::new(Code::AboveCeiling, asked, message).because(by, "decided here, by the host");
    sink.add(found.help(format!("write `{given}`, or change what the host profile allows")));
}

/// Who stands in is there, has what the other has, and needs nobody in their place.
pub(super) fn fallbacks(model: &Model<'_>, sink: &mut Sink) {
    let mut known = NearNames::new(model.plugins.iter().map(Plugin::id));
    for plugin in &model.plugins {
        let Some(fallback) = named(plugin) else { continue };
        match model.plugin(fallback.said().as_str()) {
            Some(other) => stands_in(plugin, other, fallback.span(), sink),
            None => sink.add(nobody(&mut known, plugin, fallback)),
        }
    }
}

fn named(plugin: &Plugin) -> Option<&Claim<PluginId>> {
    plugin.manifest.recovery.as_ref()?.fallback.as_ref()
}

fn nobody(known: &mut NearNames<'_>, plugin: &Plugin, fallback: &Claim<PluginId>) -> Diagnostic {
    let id = fallback.said().as_str();
    let message = format!("`{id}`, which is to stand in for `{}`, is not there", plugin.id());
    let found = Diagnostic::new(Code::BadFallback, fallback.span(), message);
    known.did_you_mean_but(plugin.id(), found, fallback.span(), id)
}

fn stands_in(plugin: &Plugin, other: &Plugin, span: Span, sink: &mut Sink) {
    if plugin.id() == other.id() {
        let found = Diagnostic::new(Code::BadFallback, span, format!("`{}` cannot stand in for itself", plugin.id()));
        return sink.add(found.help("name another plugin, or nobody"));
    }
    let Some(next) = named(other) else { return lacks(plugin, other, span, sink) };
    let message = format!("`{}` cannot stand in for `{}`: it has a fallback of its own", other.id(), plugin.id());
    let found = Diagnostic::new(Code::BadFallback, span, message).because(next.span(), "here");
    sink.add(found.help("name a plugin without a fallback of its own"));
}

fn lacks(plugin: &Plugin, other: &Plugin, span: Span, sink: &mut Sink) {
    let has = called(other);
    let Some((sort, name)) = called(plugin).into_iter().find(|name| !has.contains(name)) else { return };
    let message = format!("`{}` cannot stand in for `{}`: it has no {} `{name}`", other.id(), plugin.id(), sort.word());
    let found = Diagnostic::new(Code::BadFallback, span, message);
    let found = found.because(other.span(), "the one that is to stand in");
    sink.add(found.help(format!("give it the {} `{name}`, or name another plugin", sort.word())));
}

/// The commands and tools of a plugin.
fn called(plugin: &Plugin) -> BTreeSet<(NameSort, &LocalName)> {
    let names = plugin.manifest.names.iter();
    let called = names.filter(|name| matches!(name.sort, NameSort::Command | NameSort::Tool));
    called.map(|name| (name.sort, name.local.said())).collect()
}
