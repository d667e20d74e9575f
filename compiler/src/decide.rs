//! THE decision, once for each plugin and kind: granted = claim ∩ rule ∩ allow ∖ deny; where the tier cannot hold that and a
//! user accepts what it gives instead, that. Comes in: a bound model. Goes out: a [`Decision`] for each, which every check and
//! every part of `resolve` reads. Nothing else computes what a plugin may do.

use std::collections::BTreeMap;
use std::sync::Arc;

use ambit_schema::capability::{CapSet, Kind, Tier};
use ambit_schema::plan::{GrantLine, NameIndex, NameWalk, Publishers, RuleLine, Who};

use crate::bind::{BoundClaim, Decision, Located, Model, Plugin, next_of_kind};
use crate::grant::Grants;
use given::given;

mod given;
mod hook;
mod interface;
mod one;

pub(crate) use given::giving;
pub use hook::{attaches, by_right, detached};
pub use interface::{Keeper, keeper, links, requests};

/// Decides for every plugin of the model.
pub fn decide(model: &mut Model<'_>) {
    let Model { rules, grants, layers, publishers, plugins, cores, .. } = model;
    let offers = offers(rules);
    let (lines, limits) = (Lines::new(grants, publishers), Limits::new(layers, publishers));
    cores.stretches_mut(plugins, |plugins| {
        let mut decider = Decider { grants, offers: &offers, known: BTreeMap::new() };
        let mut near = lines.index.walk();
        for plugin in plugins {
            (plugin.lines, plugin.limits) = (lines.about(&mut near, plugin), limits.about(plugin));
            plugin.decisions = decider.about(plugin.tier(), &plugin.claims, &plugin.lines);
        }
    });
}

/// The lines about each plugin, found without asking every line about every plugin.
struct Lines<'d> {
    grants: &'d [Located<GrantLine>],
    publishers: &'d Publishers,
    /// The lines by kind, then by their places.
    by_kind: Vec<usize>,
    /// Whom they are about, in the same order.
    index: NameIndex,
}

impl<'d> Lines<'d> {
    fn new(grants: &'d [Located<GrantLine>], publishers: &'d Publishers) -> Self {
        let mut by_kind: Vec<usize> = (0..grants.len()).collect();
        by_kind.sort_by_key(|at| grants[*at].line.kind);
        let index = NameIndex::new(by_kind.iter().map(|at| &grants[*at].line.plugins));
        Lines { grants, publishers, by_kind, index }
    }

    /// By kind, then by their places.
    fn about(&self, near: &mut NameWalk<'_>, plugin: &Plugin) -> Vec<usize> {
        let Some(name) = plugin.name() else { return vec![] };
        let is_about = |at: &usize| {
            let line = &self.grants[*at].line;
            // Most lines are about whoever has the id.
            matches!(line.who, Who::Anyone) || self.publishers.covers(&line.who, &plugin.identity, line.effect.gives())
        };
        let near = near.having(name);
        let mut lines = Vec::with_capacity(near.len());
        lines.extend(near.iter().map(|at| self.by_kind[*at]).filter(is_about));
        lines
    }
}

/// The quotas about each plugin.
struct Limits<'d> {
    layers: &'d [Grants],
    publishers: &'d Publishers,
    /// Each line by its layer and its place there.
    places: Vec<(usize, usize)>,
    index: NameIndex,
}

impl<'d> Limits<'d> {
    fn new(layers: &'d [Grants], publishers: &'d Publishers) -> Self {
        let places = layers.iter().enumerate();
        let places = places.flat_map(|(at, layer)| (0..layer.quotas.len()).map(move |line| (at, line)));
        let places: Vec<(usize, usize)> = places.collect();
        let index = NameIndex::new(places.iter().map(|(layer, line)| &layers[*layer].quotas[*line].subject.ids));
        Limits { layers, publishers, places, index }
    }

    /// By layer.
    fn about(&self, plugin: &Plugin) -> Vec<(usize, usize)> {
        if self.places.is_empty() {
            return vec![];
        }
        let Some(name) = plugin.name() else { return vec![] };
        let is_about = |(layer, line): &(usize, usize)| {
            self.publishers.covers(&self.layers[*layer].quotas[*line].subject.who, &plugin.identity, false)
        };
        self.index.having(name).into_iter().map(|at| self.places[at]).filter(is_about).collect()
    }
}

/// What the host offers of each kind, and the lines that say so.
type Offers<'r> = BTreeMap<Kind, (Arc<CapSet>, &'r [Located<RuleLine>])>;

/// Rules are by kind.
fn offers(rules: &[Located<RuleLine>]) -> Offers<'_> {
    let offer =
        |rules: &'_ [Located<RuleLine>]| CapSet::union_all(rules[0].line.kind, rules.iter().map(|rule| &rule.line.set));
    let of_kinds = rules.chunk_by(|a, b| a.line.kind == b.line.kind);
    of_kinds.map(|rules| (rules[0].line.kind, (Arc::new(offer(rules)), rules))).collect()
}

/// How many different decisions of one kind are remembered. What many plugins have in common comes up early.
const MOST_KNOWN: usize = 8;

/// How often it is looked for among them while it is not there once: some kinds are of another thing in each plugin.
const MOST_MISSES: usize = 4 * MOST_KNOWN;

/// What was decided of one kind.
#[derive(Default)]
struct Remembered {
    known: Vec<Known>,
    /// How often nothing was found, until something was.
    misses: usize,
    was_found: bool,
}

/// What was decided, with all that it depends on beside the kind: the tier, the lines about it, and what is claimed.
struct Known {
    tier: Tier,
    lines: Vec<usize>,
    claims: Vec<CapSet>,
    decision: Decision,
}

/// Decides for some plugins.
struct Decider<'d> {
    grants: &'d [Located<GrantLine>],
    offers: &'d Offers<'d>,
    /// What was decided before: plugins of one host ask for much the same.
    known: BTreeMap<Kind, Remembered>,
}

impl Decider<'_> {
    /// The decisions about a plugin, one for each kind that it asks for. Claims and lines are in the order of their kinds.
    fn about(&mut self, tier: Tier, claims: &[BoundClaim], lines: &[usize]) -> Vec<Decision> {
        let kinds = || claims.chunk_by(|a, b| a.line.kind == b.line.kind);
        let mut decisions = Vec::with_capacity(kinds().count());
        let mut rest = lines;
        decisions.extend(kinds().map(|claims| {
            let kind = claims[0].line.kind;
            let lines = next_of_kind(&mut rest, kind, |at| self.grants[*at].line.kind);
            self.of_kind(kind, tier, claims, lines)
        }));
        decisions
    }

    fn of_kind(&mut self, kind: Kind, tier: Tier, claims: &[BoundClaim], lines: &[usize]) -> Decision {
        let sets = || claims.iter().map(|claim| &claim.line.set);
        let is_it = |known: &&Known| known.tier == tier && lines == known.lines && sets().eq(known.claims.iter());
        let before = self.known.entry(kind).or_default();
        let is_looked_for = before.was_found || before.misses < MOST_MISSES;
        if let Some(known) = before.known.iter().filter(|_| is_looked_for).find(is_it) {
            before.was_found = true;
            return known.decision.clone();
        }
        before.misses += 1;
        let has_room = before.known.len() < MOST_KNOWN;
        let offer = self.offers.get(&kind);
        let rules = offer.map_or(&[][..], |(_, rules)| rules);
        let offered = |near: &CapSet| match offer {
            Some((all, _)) if !all.is_too_complex() => Arc::clone(all),
            _ => Arc::new(CapSet::union_near(kind, rules.iter().map(|rule| &rule.line.set), near)),
        };
        let about = lines.iter().map(|at| &self.grants[*at].line);
        let decision = one::decide(tier, (kind, offered), about.clone(), CapSet::union_all(kind, sets()));
        let decision = Decision { given: given(&decision, rules, about), ..decision };
        if has_room {
            let known =
                Known { tier, lines: lines.to_vec(), claims: sets().cloned().collect(), decision: decision.clone() };
            self.known.entry(kind).or_default().known.push(known);
        }
        decision
    }
}
