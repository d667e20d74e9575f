//! THE decision, once for each plugin and kind: granted = claim ∩ rule ∩ allow ∖ deny; where the tier cannot hold that and a
//! user accepts what it gives instead, that. Comes in: a bound model. Goes out: a [`Decision`] for each, which every check and
//! every part of `resolve` reads. Nothing else computes what a plugin may do.

use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::capability::{CapSet, Kind, Tier, enforcement};
use ambit_schema::plan::{Effect, GrantLine, NameIndex};

use crate::bind::{BoundClaim, Decision, Located, Model, Plugin};

mod hook;
mod interface;

pub use hook::{attaches, by_right, detached};
pub use interface::{Keeper, keeper, links, requests};

/// Decides for every plugin of the model.
pub fn decide(model: &mut Model<'_>) {
    let (lines, limits) = (lines(model), limits(model));
    let offers = offers(model.rules.iter().map(|rule| (rule.line.kind, &rule.line.set)));
    let (grants, cores) = (&model.grants, model.cores);
    let given = lines.into_iter().zip(limits);
    model.plugins.iter_mut().zip(given).for_each(|(plugin, given)| (plugin.lines, plugin.limits) = given);
    cores.stretches_mut(&mut model.plugins, |plugins| {
        for plugin in plugins {
            plugin.decisions = about(plugin.tier(), &plugin.claims, &plugin.lines, grants, &offers);
        }
    });
}

/// The lines about each plugin, in order, without asking every line about every plugin.
fn lines(model: &Model<'_>) -> Vec<Vec<usize>> {
    let index = NameIndex::new(model.grants.iter().map(|grant| &grant.line.plugins));
    let about = |plugin: &Plugin| {
        let Some(name) = plugin.name() else { return vec![] };
        let is_about = |line: &GrantLine| {
            let covers = || model.publishers.covers(&line.who, &plugin.identity, line.effect.gives());
            covers()
        };
        index.having(&name).into_iter().filter(|at| is_about(&model.grants[*at].line)).collect()
    };
    model.plugins.iter().map(about).collect()
}

/// The quotas about each plugin, by layer.
fn limits(model: &Model<'_>) -> Vec<Vec<(usize, usize)>> {
    let places = model.layers.iter().enumerate();
    let places = places.flat_map(|(at, layer)| (0..layer.quotas.len()).map(move |line| (at, line)));
    let places: Vec<(usize, usize)> = places.collect();
    let subject = |(layer, line): (usize, usize)| &model.layers[layer].quotas[line].subject;
    let index = NameIndex::new(places.iter().map(|place| &subject(*place).ids));
    let about = |plugin: &Plugin| {
        let Some(name) = plugin.name() else { return vec![] };
        let is_about = |place: &(usize, usize)| {
            let subject = subject(*place);
            model.publishers.covers(&subject.who, &plugin.identity, false)
        };
        index.having(&name).into_iter().map(|at| places[at]).filter(is_about).collect()
    };
    model.plugins.iter().map(about).collect()
}

/// What the host offers, by kind.
fn offers<'r>(rules: impl Iterator<Item = (Kind, &'r CapSet)>) -> BTreeMap<Kind, CapSet> {
    let mut offers = BTreeMap::new();
    for (kind, set) in rules {
        let offered = offers.entry(kind).or_insert_with(|| CapSet::empty(kind));
        *offered = offered.union(set);
    }
    offers
}

/// The decisions about a plugin, one for each kind that it asks for.
fn about(
    tier: Tier,
    claims: &[BoundClaim],
    lines: &[usize],
    grants: &[Located<GrantLine>],
    offers: &BTreeMap<Kind, CapSet>,
) -> Vec<Decision> {
    let kinds: BTreeSet<Kind> = claims.iter().map(|claim| claim.line.kind).collect();
    let lines: Vec<&GrantLine> = lines.iter().map(|at| &grants[*at].line).collect();
    kinds.into_iter().map(|kind| one((kind, tier), claims, &lines, offers)).collect()
}

fn one(
    (kind, tier): (Kind, Tier),
    claims: &[BoundClaim],
    lines: &[&GrantLine],
    offers: &BTreeMap<Kind, CapSet>,
) -> Decision {
    let claimed = union(kind, claims.iter().filter(|claim| claim.line.kind == kind).map(|claim| &claim.line.set));
    let of = |effect| lines.iter().filter(move |line| line.kind == kind && line.effect == effect).map(|line| &line.set);
    let offered = offers.get(&kind).cloned().unwrap_or_else(|| CapSet::empty(kind));
    let allowed = union(kind, of(Effect::Allow));
    let denied = union(kind, of(Effect::Deny));
    let possible = claimed.intersect(&offered);
    let exact = possible.intersect(&allowed).difference(&denied).simplify();
    let accepts = || union(kind, of(Effect::Accept));
    let widened = match of(Effect::Accept).next() {
        Some(_) => enforcement(kind, tier).widened(&exact, &accepts(), &offered, &denied),
        None => None,
    };
    let (granted, exact) = match widened {
        Some(widened) => (widened, Some(exact)),
        None => (exact, None),
    };
    let open = match of(Effect::Ask).next() {
        // What the tier gives with the rest is there without being asked about.
        Some(_) if exact.is_some() => possible.difference(&allowed).difference(&denied).difference(&granted),
        Some(_) => possible.difference(&allowed).difference(&denied),
        None => CapSet::empty(kind),
    };
    Decision { kind, offered, allowed, granted, exact, open }
}

fn union<'s>(kind: Kind, mut sets: impl Iterator<Item = &'s CapSet>) -> CapSet {
    let first = sets.next().cloned().unwrap_or_else(|| CapSet::empty(kind));
    sets.fold(first, |all, set| all.union(set))
}
