//! Interfaces that are kept from a plugin. Comes in: the lines of the host and the grants about `interface.use`. Goes out: for
//! each line that keeps some from the plugin, which. The compiler lists them, sealing proves the list, and the linker asks it, and what
//! was granted. No set is computed here: whether one name is kept is told exactly, however the lines lie to each other.

use super::{Effect, GrantLine, Place, PluginEntry, RuleLine, SealError};
use crate::capability::{CapSet, Kind, Member, Tier};
use crate::interface::{provision, unversioned};

/// What keeps interfaces from a plugin. It has those of them that it was granted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Withheld {
    /// Which: all that the line is about, by their names, without versions.
    pub set: CapSet,
    /// The line: a deny, or one that offers what this plugin was not given, or not all of it.
    pub place: Place,
}

/// What keeps interfaces from a plugin: each deny; and what the host gives by right, where the plugin has no right to all of it.
/// `lines` are those of the grants about the plugin. Only a tier that links interfaces has any to withhold.
pub fn withheld<'l>(
    tier: Tier,
    rules: impl IntoIterator<Item = &'l RuleLine>,
    lines: impl IntoIterator<Item = &'l GrantLine>,
    granted: Option<&CapSet>,
) -> Vec<Withheld> {
    let all = all(tier, rules, lines);
    all.filter(|(keeper, kept)| !may_be_left_out(*keeper, kept, granted)).map(|(_, kept)| kept).collect()
}

/// What may keep an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeper {
    Deny,
    Rule,
}

/// Every deny of interfaces, then every offer of them.
fn all<'l>(
    tier: Tier,
    rules: impl IntoIterator<Item = &'l RuleLine>,
    lines: impl IntoIterator<Item = &'l GrantLine>,
) -> impl Iterator<Item = (Keeper, Withheld)> {
    let links = tier == Tier::Wasm;
    let is_deny = |line: &&GrantLine| line.kind == Kind::InterfaceUse && line.effect == Effect::Deny;
    let denies = lines.into_iter().filter(is_deny).map(|line| (Keeper::Deny, &line.set, &line.place));
    let rules = rules.into_iter().filter(|line| line.kind == Kind::InterfaceUse);
    let all = denies.chain(rules.map(|line| (Keeper::Rule, &line.set, &line.place))).filter(move |_| links);
    all.map(|(keeper, set, place)| (keeper, Withheld { set: set.clone(), place: place.clone() }))
}

/// Whether the plugin provably has all that is offered.
fn may_be_left_out(keeper: Keeper, kept: &Withheld, granted: Option<&CapSet>) -> bool {
    keeper == Keeper::Rule && granted.is_some_and(|granted| kept.set.is_subset(granted))
}

impl PluginEntry {
    /// What keeps an interface from the plugin, in whatever version. What cannot be the name of one is kept with the others.
    #[must_use]
    pub fn withholds(&self, interface: &str) -> Option<&Withheld> {
        let Ok(name) = Member::parse(Kind::InterfaceUse, unversioned(interface)) else { return self.withheld.first() };
        let is_given = self.granted(Kind::InterfaceUse).is_some_and(|right| right.set.contains(&name));
        self.withheld.iter().find(|withheld| !is_given && withheld.set.contains(&name))
    }

    /// What keeps the plugin from having an import at all. One that the host's author supplies and that the manifest can do
    /// without is there all the same, as a denial.
    #[must_use]
    pub fn forbids(&self, import: &str) -> Option<&Withheld> {
        self.withholds(import).filter(|_| provision(import).is_some() || !self.does_without(import))
    }

    fn does_without(&self, import: &str) -> bool {
        let Ok(name) = Member::parse(Kind::InterfaceUse, unversioned(import)) else { return false };
        let mut claims = self.claims.iter().filter(|line| line.kind == Kind::InterfaceUse && line.optional);
        claims.any(|line| line.set.contains(&name))
    }
}

/// INVARIANT (interfaces): what is withheld is what the lines withhold, but for offers that are given whole, and neither an interface that is linked nor an import is
/// among it.
pub(super) fn check(rules: &[&RuleLine], lines: &[&GrantLine], plugin: &PluginEntry) -> Result<(), SealError> {
    let granted = plugin.granted(Kind::InterfaceUse).map(|right| &right.set);
    let mut said = plugin.withheld.iter().peekable();
    let is_told = |(keeper, kept): (Keeper, Withheld)| {
        said.next_if_eq(&&kept).is_some() || may_be_left_out(keeper, &kept, granted)
    };
    let are_told = all(plugin.tier, rules.iter().copied(), lines.iter().copied()).all(is_told);
    if !are_told || said.next().is_some() {
        return Err(SealError::Order(format!("what is withheld from `{}`", plugin.id)));
    }
    let linked = plugin.interfaces.iter().find(|name| plugin.withholds(name).is_some());
    let mut imports = plugin.artifact.iter().flat_map(|artifact| &artifact.imports);
    match linked.or_else(|| imports.find(|name| plugin.forbids(name).is_some())) {
        Some(name) => Err(SealError::Unfounded(format!("`{}` is linked to `{name}`", plugin.id))),
        None => Ok(()),
    }
}
