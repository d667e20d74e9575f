//! THE decision, once for each plugin and kind: granted = claim ∩ rule ∩ allow ∖ deny. Comes in: a bound model. Goes out:
//! a [`Decision`] for each, which every check and every part of `resolve` reads. Nothing else computes what a plugin may do.

use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::{Effect, GrantLine};
use ambit_schema::set::{Names, Set};

use crate::bind::{BoundClaim, Decision, Located, Model, Plugin};

/// Decides for every plugin of the model.
pub fn decide(model: &mut Model<'_>) {
    let index = Index::new(&model.grants);
    let offers = offers(model.rules.iter().map(|rule| (rule.line.kind, &rule.line.set)));
    let grants = &model.grants;
    model.cores.stretches_mut(&mut model.plugins, |plugins| {
        for plugin in plugins {
            plugin.lines = index.lines_for(plugin);
            plugin.decisions = about(&plugin.claims, &plugin.lines, grants, &offers);
        }
    });
}

/// Which lines of the grants are about which plugin, without asking every line for every plugin.
struct Index<'g> {
    by_id: BTreeMap<String, Vec<usize>>,
    /// Each pattern once, with its lines: a block of the grants has one pattern and many lines.
    patterns: BTreeMap<&'g Set<Names>, Vec<usize>>,
}

impl<'g> Index<'g> {
    /// Sorts lines by the one id they are for, or as patterns.
    fn new(grants: &'g [Located<GrantLine>]) -> Self {
        let mut index = Index { by_id: BTreeMap::new(), patterns: BTreeMap::new() };
        for (at, grant) in grants.iter().enumerate() {
            match grant.line.plugins.as_member() {
                Some(id) => index.by_id.entry(id.text().to_owned()).or_default().push(at),
                None => index.patterns.entry(&grant.line.plugins).or_default().push(at),
            }
        }
        index
    }

    /// The lines about a plugin, in order.
    fn lines_for(&self, plugin: &Plugin) -> Vec<usize> {
        let mut lines = self.by_id.get(plugin.id()).cloned().unwrap_or_default();
        if let Some(name) = plugin.name() {
            self.patterns.iter().filter(|(ids, _)| ids.contains(&name)).for_each(|(_, more)| lines.extend(more));
        }
        lines.sort_unstable();
        lines
    }
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
    claims: &[BoundClaim],
    lines: &[usize],
    grants: &[Located<GrantLine>],
    offers: &BTreeMap<Kind, CapSet>,
) -> Vec<Decision> {
    let kinds: BTreeSet<Kind> = claims.iter().map(|claim| claim.line.kind).collect();
    let lines: Vec<&GrantLine> = lines.iter().map(|at| &grants[*at].line).collect();
    kinds.into_iter().map(|kind| one(kind, claims, &lines, offers)).collect()
}

fn one(kind: Kind, claims: &[BoundClaim], lines: &[&GrantLine], offers: &BTreeMap<Kind, CapSet>) -> Decision {
    let claimed = union(kind, claims.iter().filter(|claim| claim.line.kind == kind).map(|claim| &claim.line.set));
    let of = |effect| lines.iter().filter(move |line| line.kind == kind && line.effect == effect).map(|line| &line.set);
    let offered = offers.get(&kind).cloned().unwrap_or_else(|| CapSet::empty(kind));
    let allowed = union(kind, of(Effect::Allow));
    let denied = union(kind, of(Effect::Deny));
    let granted = claimed.intersect(&offered).intersect(&allowed).difference(&denied).simplify();
    Decision { kind, offered, allowed, granted }
}

fn union<'s>(kind: Kind, mut sets: impl Iterator<Item = &'s CapSet>) -> CapSet {
    let first = sets.next().cloned().unwrap_or_else(|| CapSet::empty(kind));
    sets.fold(first, |all, set| all.union(set))
}
