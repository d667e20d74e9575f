//! The decision itself: granted = claim ∩ rule ∩ allow ∖ deny, by kind, with the lines that gave it. Everything else that
//! needs to know what a plugin may do asks here.

use std::collections::BTreeSet;

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::{Effect, GrantLine, Granted, Place, Why};

use crate::bind::{BoundClaim, Model, Plugin};

/// Every right of a plugin, by kind.
pub fn resolve(model: &Model<'_>, plugin: &Plugin) -> Vec<Granted> {
    let rights = kinds_claimed(plugin).into_iter().map(|kind| right(model, plugin, kind));
    rights.filter(|right| !right.set.is_empty()).collect()
}

/// What a plugin may do of one kind.
pub fn granted_set(model: &Model<'_>, plugin: &Plugin, kind: Kind) -> CapSet {
    let claimed = union(kind, claims(plugin, kind).map(|claim| &claim.line.set));
    let allowed = allowed(model, plugin, kind);
    let denied = union(kind, lines(model, plugin, kind, Effect::Deny).map(|line| &line.set));
    claimed.intersect(&offered(model, kind)).intersect(&allowed).difference(&denied).simplify()
}

/// The kinds that a plugin asks for.
pub fn kinds_claimed(plugin: &Plugin) -> BTreeSet<Kind> {
    plugin.claims.iter().map(|claim| claim.line.kind).collect()
}

/// What the host offers of a kind.
pub fn offered(model: &Model<'_>, kind: Kind) -> CapSet {
    union(kind, model.rules.iter().filter(|rule| rule.line.kind == kind).map(|rule| &rule.line.set))
}

/// What the grants allow a plugin of a kind, denies left aside.
pub fn allowed(model: &Model<'_>, plugin: &Plugin, kind: Kind) -> CapSet {
    union(kind, lines(model, plugin, kind, Effect::Allow).map(|line| &line.set))
}

/// A claim's target as its author wrote it: what a grant that covers it would say.
pub fn target_text(model: &Model<'_>, claim: &BoundClaim) -> String {
    let written = model.sources.slice(claim.span);
    let plain = written.trim_matches(['"', '\'']);
    if CapSet::parse(claim.line.kind, plain).is_ok_and(|set| set == claim.line.set) || plain.contains("${") || plain.starts_with('~') {
        return plain.to_owned();
    }
    claim.line.set.show(claim.line.kind)
}

fn right(model: &Model<'_>, plugin: &Plugin, kind: Kind) -> Granted {
    let set = granted_set(model, plugin, kind);
    let touches = |other: &CapSet| !set.intersect(other).is_empty();
    let claims = claims(plugin, kind).filter(|claim| touches(&claim.line.set)).map(|claim| claim.line.place.clone());
    let grants = lines(model, plugin, kind, Effect::Allow).filter(|line| touches(&line.set)).map(|line| line.place.clone());
    let rules = model.rules.iter().filter(|rule| rule.line.kind == kind && touches(&rule.line.set));
    let rules = rules.map(|rule| rule.line.place.clone());
    let why = Why { claims: distinct(claims), grants: distinct(grants), rules: distinct(rules) };
    Granted { kind, set, why }
}

fn claims(plugin: &Plugin, kind: Kind) -> impl Iterator<Item = &BoundClaim> {
    plugin.claims.iter().filter(move |claim| claim.line.kind == kind)
}

fn lines<'m>(model: &'m Model<'_>, plugin: &Plugin, kind: Kind, effect: Effect) -> impl Iterator<Item = &'m GrantLine> {
    let name = plugin.name();
    let about = move |line: &&GrantLine| {
        line.effect == effect && line.kind == kind && name.as_ref().is_some_and(|name| line.plugins.contains(name))
    };
    model.grants.iter().map(|grant| &grant.line).filter(about)
}

fn union<'s>(kind: Kind, sets: impl Iterator<Item = &'s CapSet>) -> CapSet {
    sets.fold(CapSet::empty(kind), |all, set| all.union(set))
}

fn distinct(places: impl Iterator<Item = Place>) -> Vec<Place> {
    places.collect::<BTreeSet<_>>().into_iter().collect()
}
