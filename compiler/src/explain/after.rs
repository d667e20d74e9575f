//! What every plugin would have after a change. Comes in: the lines that are added and the lines that go. Goes out: the sets
//! that `decide` would give, computed in the same way: claim ∩ rule ∩ allow ∖ deny, or what the tier gives instead.

use std::collections::BTreeSet;

use ambit_schema::capability::{CapSet, Kind, enforcement};
use ambit_schema::name::PluginId;
use ambit_schema::plan::{Effect, GrantLine, Identity, Place, Plan, PluginEntry, Publishers};
use ambit_schema::set::names::Name;

use super::change::Wanted;

/// The lines of the grants that are about a plugin and a kind.
pub(super) fn about<'p>(plan: &'p Plan, plugin: &PluginEntry, kind: Kind) -> Vec<&'p GrantLine> {
    let name = Name::parse(plugin.id.as_str()).ok();
    let (publishers, identity) = (Publishers::new(plan.content().publishers.clone()), Identity::of(plugin));
    let about = |line: &&GrantLine| {
        line.kind == kind
            && name.as_ref().is_some_and(|name| line.plugins.contains(name))
            && publishers.covers(&line.who, &identity, line.effect.gives())
    };
    plan.content().grants.iter().filter(about).collect()
}

/// What people said yes to, and to no part of it no, of what these lines ask about.
pub(super) fn agreed(kind: Kind, lines: &[&GrantLine], near: &CapSet) -> CapSet {
    let of = |effect| {
        let sets = lines.iter().filter(move |line| line.effect == effect).map(|line| &line.set);
        CapSet::union_near(kind, sets, near)
    };
    of(Effect::Consent).difference(&of(Effect::Decline)).intersect(&of(Effect::Ask))
}

/// A change.
pub(super) struct After<'w, 'p> {
    pub(super) wanted: &'w Wanted<'p>,
    /// Whether the manifest, the profile and the grants get what is wanted.
    pub(super) claims: bool,
    pub(super) rules: bool,
    pub(super) allows: bool,
    /// The denies that go.
    pub(super) gone: BTreeSet<&'p Place>,
}

impl<'p> After<'_, 'p> {
    /// What a plugin would have of the kind.
    pub(super) fn granted(&self, plugin: &PluginEntry) -> CapSet {
        let lines = about(self.wanted.plan, plugin, self.wanted.kind);
        let is_it = plugin.id == self.wanted.plugin.id;
        let of = |effect| lines.iter().filter(move |line| line.effect == effect);
        let claims = plugin.claims.iter().filter(|line| line.kind == self.wanted.kind).map(|line| &line.set);
        let everything = CapSet::everything(self.wanted.kind);
        let claimed = self.union((claims, is_it && self.claims), &everything);
        let near = if of(Effect::Accept).next().is_some() { &everything } else { &claimed };
        let allowed = self.union((of(Effect::Allow).map(|line| &line.set), is_it && self.allows), near);
        let allowed = allowed.union(&agreed(self.wanted.kind, &lines, near));
        let stays = of(Effect::Deny).filter(|line| !self.gone.contains(&line.place));
        let denied = self.union((stays.map(|line| &line.set), false), near);
        let offered = self.offered(near);
        let exact = claimed.intersect(&offered).intersect(&allowed).difference(&denied).simplify();
        let accepted = self.union((of(Effect::Accept).map(|line| &line.set), false), near);
        let held = enforcement(self.wanted.kind, plugin.tier);
        held.widened(&exact, &accepted, &offered, &denied).unwrap_or(exact)
    }

    /// The other plugins that would get something.
    pub(super) fn others(&self) -> Vec<PluginId> {
        let widened = self.widened();
        if widened.is_empty() {
            return vec![];
        }
        let kind = self.wanted.kind;
        let more = |plugin: &&PluginEntry| {
            let asks = plugin.claims.iter().any(|line| line.kind == kind && !line.set.is_disjoint(&widened));
            let nothing = CapSet::empty(kind);
            let before = plugin.granted(kind).map_or(&nothing, |right| &right.set);
            asks && !self.granted(plugin).is_subset(before)
        };
        let others = self.wanted.plan.content().plugins.iter().filter(|other| other.id != self.wanted.plugin.id);
        let mut others: Vec<PluginId> = others.filter(more).map(|plugin| plugin.id.clone()).collect();
        others.sort();
        others
    }

    /// What the profile would offer, or a deny would no longer take, whoever asks.
    fn widened(&self) -> CapSet {
        let gone = self.wanted.plan.content().grants.iter().filter(|line| self.gone.contains(&line.place));
        self.union((gone.map(|line| &line.set), self.rules), &CapSet::everything(self.wanted.kind))
    }

    fn offered(&self, near: &CapSet) -> CapSet {
        let rules = self.wanted.plan.content().rules.iter().filter(|line| line.kind == self.wanted.kind);
        self.union((rules.map(|line| &line.set), self.rules), near)
    }

    /// What these sets cover near something, and where it is so what is wanted.
    fn union<'s>(
        &'s self,
        (sets, and_wanted): (impl Iterator<Item = &'s CapSet> + Clone, bool),
        near: &CapSet,
    ) -> CapSet {
        let wanted = and_wanted.then_some(&self.wanted.set);
        CapSet::union_near(self.wanted.kind, wanted.into_iter().chain(sets), near)
    }
}
