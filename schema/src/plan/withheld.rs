//! Interfaces that are kept from a plugin. Comes in: the lines of the host and the grants about `interface.use`. Goes out: for
//! each line that keeps some from the plugin, which. The compiler lists them, sealing proves the list, and the linker asks it.

use super::{Effect, GrantLine, Place, PluginEntry, RuleLine, SealError};
use crate::capability::{CapSet, Kind, Member, Tier};
use crate::interface::{provision, unversioned};

/// Interfaces that a plugin is not linked to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Withheld {
    /// Their names, without versions.
    pub set: CapSet,
    /// The line that keeps them from it: a deny, or one that offers what this plugin was not given.
    pub place: Place,
}

/// What is withheld from a plugin: what a deny is about; and what the host gives by right, where the plugin has no right to it.
/// `lines` are those of the grants about the plugin. Only a tier that links interfaces has any to withhold.
pub fn withheld<'l>(
    tier: Tier,
    rules: impl IntoIterator<Item = &'l RuleLine>,
    lines: impl IntoIterator<Item = &'l GrantLine>,
    granted: Option<&CapSet>,
) -> Vec<Withheld> {
    if tier != Tier::Wasm {
        return vec![];
    }
    let denies = lines.into_iter().filter(|line| line.kind == Kind::InterfaceUse && line.effect == Effect::Deny);
    let denied = denies.map(|line| Withheld { set: line.set.clone(), place: line.place.clone() });
    let rules = rules.into_iter().filter(|line| line.kind == Kind::InterfaceUse);
    let left = rules.map(|line| Withheld {
        set: granted.map_or_else(|| line.set.clone(), |granted| line.set.difference(granted).simplify()),
        place: line.place.clone(),
    });
    denied.chain(left.filter(|left| !left.set.is_empty())).collect()
}

impl Withheld {
    /// Whether it has this interface, in whatever version. What cannot be the name of one is kept back with the others.
    #[must_use]
    pub fn has(&self, interface: &str) -> bool {
        Member::parse(Kind::InterfaceUse, unversioned(interface)).map_or(true, |name| self.set.contains(&name))
    }
}

impl PluginEntry {
    /// What keeps an interface from the plugin.
    #[must_use]
    pub fn withholds(&self, interface: &str) -> Option<&Withheld> {
        self.withheld.iter().find(|withheld| withheld.has(interface))
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

/// INVARIANT (interfaces): what is withheld is what the lines withhold, and neither an interface that is linked nor an import is
/// among it.
pub(super) fn check(rules: &[&RuleLine], lines: &[&GrantLine], plugin: &PluginEntry) -> Result<(), SealError> {
    let granted = plugin.granted(Kind::InterfaceUse).map(|right| &right.set);
    if withheld(plugin.tier, rules.iter().copied(), lines.iter().copied(), granted) != plugin.withheld {
        return Err(SealError::Order(format!("what is withheld from `{}`", plugin.id)));
    }
    let linked = plugin.interfaces.iter().find(|name| plugin.withholds(name).is_some());
    let mut imports = plugin.artifact.iter().flat_map(|artifact| &artifact.imports);
    match linked.or_else(|| imports.find(|name| plugin.forbids(name).is_some())) {
        Some(name) => Err(SealError::Unfounded(format!("`{}` is linked to `{name}`", plugin.id))),
        None => Ok(()),
    }
}
