//! On which hook points a plugin stands. Comes in: a decided model. Goes out: whether a plugin is called at a point, and the deny
//! that keeps it away. Where the host offers no `hook.attach`, its list of points is all there is to it, but for denies.

use ambit_schema::capability::{Kind, Member};
use ambit_schema::name::PointName;
use ambit_schema::plan::{Effect, GrantLine};

use crate::bind::{Located, Model, Plugin};

/// Whether standing on hook points takes a right.
pub fn by_right(model: &Model<'_>) -> bool {
    // Rules are by kind.
    model.rules.binary_search_by_key(&Kind::HookAttach, |rule| rule.line.kind).is_ok()
}

/// Whether a plugin that wants to stand on a point does.
pub fn attaches(model: &Model<'_>, plugin: &Plugin, point: &PointName) -> bool {
    if !by_right(model) && denies(model, plugin).next().is_none() {
        return true;
    }
    let Some(name) = member(point) else { return false };
    let granted = || plugin.decision(Kind::HookAttach).is_some_and(|decision| decision.granted.contains(&name));
    denies(model, plugin).all(|deny| !deny.line.set.contains(&name)) && (!by_right(model) || granted())
}

/// The deny that keeps a plugin from a point.
pub fn detached<'m>(model: &'m Model<'_>, plugin: &'m Plugin, point: &PointName) -> Option<&'m Located<GrantLine>> {
    let mut denies = denies(model, plugin).peekable();
    denies.peek()?;
    let name = member(point)?;
    denies.find(|deny| deny.line.set.contains(&name))
}

fn denies<'m>(model: &'m Model<'_>, plugin: &'m Plugin) -> impl Iterator<Item = &'m Located<GrantLine>> {
    model.lines(plugin, Kind::HookAttach).filter(|line| line.line.effect == Effect::Deny)
}

fn member(point: &PointName) -> Option<Member> {
    Member::parse(Kind::HookAttach, point.as_str()).ok()
}
