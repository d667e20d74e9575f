//! Which interfaces a plugin is linked to. Comes in: a decided model. Goes out: for an interface of the host whether some right
//! makes it real, and for any interface the line that keeps it from the plugin.

use ambit_schema::capability::{CapSet, Kind, Member};
use ambit_schema::interface::unversioned;
use ambit_schema::plan::{Effect, GrantLine, RuleLine};

use crate::bind::{BoundClaim, Located, Model, Plugin};
use crate::profile::Interface;
use crate::source::Span;

/// The line that keeps an interface from a plugin.
#[derive(Debug, Clone, Copy)]
pub enum Keeper<'m> {
    /// A deny.
    Deny(&'m Located<GrantLine>),
    /// The host gives it by right, and the plugin has none.
    Right(&'m Located<RuleLine>),
}

impl Keeper<'_> {
    /// Where it stands.
    #[must_use]
    pub fn span(self) -> Span {
        match self {
            Keeper::Deny(deny) => deny.span,
            Keeper::Right(rule) => rule.span,
        }
    }
}

/// What keeps an interface from a plugin, in whatever version. A name that no right could have is kept by any line at all.
pub fn keeper<'m>(model: &'m Model<'_>, plugin: &'m Plugin, interface: &str) -> Option<Keeper<'m>> {
    let name = member(interface);
    let has = |set: &CapSet| name.as_ref().is_none_or(|name| set.contains(name));
    let mut lines = model.lines(plugin, Kind::InterfaceUse).filter(|line| line.line.effect == Effect::Deny);
    if let Some(deny) = lines.find(|deny| has(&deny.line.set)) {
        return Some(Keeper::Deny(deny));
    }
    let mut rules = model.rules.iter().filter(|rule| rule.line.kind == Kind::InterfaceUse);
    let rule = rules.find(|rule| has(&rule.line.set))?;
    (!may_use(plugin, interface)).then_some(Keeper::Right(rule))
}

/// Whether a plugin is linked to an interface of the host.
pub fn links(model: &Model<'_>, plugin: &Plugin, interface: &Interface) -> bool {
    let serves = |kind: &Kind| match kind {
        Kind::InterfaceUse => may_use(plugin, &interface.name.value),
        kind => plugin.has(*kind),
    };
    let serves = interface.kinds.is_empty() || interface.kinds.iter().any(serves);
    serves && keeper(model, plugin, &interface.name.value).is_none()
}

/// The requests of a plugin that are about an interface.
pub fn requests<'p>(plugin: &'p Plugin, interface: &str) -> impl Iterator<Item = &'p BoundClaim> {
    let name = member(interface);
    let has = move |claim: &&BoundClaim| name.as_ref().is_some_and(|name| claim.line.set.contains(name));
    plugin.claims.iter().filter(|claim| claim.line.kind == Kind::InterfaceUse).filter(has)
}

fn may_use(plugin: &Plugin, interface: &str) -> bool {
    let right = plugin.decision(Kind::InterfaceUse).map(|decision| &decision.granted);
    right.zip(member(interface)).is_some_and(|(right, name)| right.contains(&name))
}

fn member(interface: &str) -> Option<Member> {
    Member::parse(Kind::InterfaceUse, unversioned(interface)).ok()
}
