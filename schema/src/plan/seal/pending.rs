//! What waits for consent. INVARIANT (pending): it is asked for, offered, asked about by the line that is named, not denied or declined,
//! and not there already.

use super::{SealError, proof, unfounded};
use crate::capability::CapSet;
use crate::plan::{Draft, Effect, GrantLine, Pending, PluginEntry};

/// Checks all that waits for a plugin. `about` are the lines of the grants about it.
pub(super) fn check(draft: &Draft, about: &[&GrantLine], plugin: &PluginEntry) -> Result<(), SealError> {
    if plugin.pending.is_empty() {
        return Ok(());
    }
    if !plugin.pending.is_sorted_by_key(|waits| (waits.kind, &waits.place)) {
        return Err(SealError::Order(format!("what waits for consent of `{}`", plugin.id)));
    }
    plugin.pending.iter().try_for_each(|waits| one(draft, about, plugin, waits))
}

fn one(draft: &Draft, about: &[&GrantLine], plugin: &PluginEntry, waits: &Pending) -> Result<(), SealError> {
    let kind = waits.kind;
    let claims = plugin.claims.iter().filter(|line| line.kind == kind).map(|line| &line.set);
    let rules = draft.rules.iter().filter(|line| line.kind == kind).map(|line| &line.set);
    let asks = about.iter().filter(|line| line.effect == Effect::Ask && line.place == waits.place);
    let asks = asks.filter(|line| line.kind == kind).map(|line| &line.set);
    let bars = |line: &GrantLine| matches!(line.effect, Effect::Deny | Effect::Decline);
    let denies = about.iter().filter(|line| bars(line) && line.kind == kind);
    let has = plugin.granted(kind).map(|right| &right.set);
    if let Some(other) = denies.map(|line| &line.set).chain(has).find(|other| !proof::are_apart(&waits.set, other)) {
        return Err(unfounded(plugin, kind, &waits.set.intersect(other)));
    }
    let outside = |lines: &[&CapSet]| {
        let lines = || lines.iter().copied();
        let lies = proof::lies_in(&waits.set, kind, lines());
        (!lies).then(|| waits.set.difference(&CapSet::union_near(kind, lines(), &waits.set)))
    };
    let lines: [Vec<&CapSet>; 3] = [claims.collect(), rules.collect(), asks.collect()];
    match lines.iter().find_map(|lines| outside(lines)) {
        Some(outside) => Err(unfounded(plugin, kind, &outside)),
        None if waits.set.is_empty() => Err(unfounded(plugin, kind, &waits.set)),
        None => Ok(()),
    }
}
