//! Hooks of a draft. INVARIANT (hook order): on each point higher priorities run first, and nobody runs against a `before` or an
//! `after` of somebody who stands there. INVARIANT (hook rights): nobody stands where a deny keeps it from, nor, where the host
//! gives points by right, without that right.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Lines, SealError};
use crate::capability::{Kind, Member};
use crate::name::PluginId;
use crate::plan::{Draft, Effect, GrantLine, HookEntry, PluginEntry};

/// Checks every point.
pub(super) fn check(draft: &Draft) -> Result<(), SealError> {
    if !draft.hooks.is_sorted_by_key(|hook| (&hook.point, Reverse(hook.priority))) {
        return Err(SealError::Order("hooks".into()));
    }
    draft.hooks.chunk_by(|a, b| a.point == b.point).try_for_each(point)
}

/// Checks who stands there.
pub(super) fn check_rights(draft: &Draft, lines: &Lines<'_>) -> Result<(), SealError> {
    let by_right = draft.rules.iter().any(|line| line.kind == Kind::HookAttach);
    if !by_right && !draft.grants.iter().any(|line| line.kind == Kind::HookAttach) {
        return Ok(());
    }
    let plugins: BTreeMap<&PluginId, &PluginEntry> = draft.plugins.iter().map(|plugin| (&plugin.id, plugin)).collect();
    let mut hooks: BTreeMap<&PluginId, Vec<&HookEntry>> = BTreeMap::new();
    draft.hooks.iter().for_each(|hook| hooks.entry(&hook.plugin).or_default().push(hook));
    let mut finder = lines.finder();
    let of = |(id, hooks): (&PluginId, Vec<&HookEntry>)| match plugins.get(id) {
        Some(plugin) => stands(plugin, by_right, finder.about(plugin), &hooks),
        None => Ok(()),
    };
    hooks.into_iter().try_for_each(of)
}

fn stands(plugin: &PluginEntry, by_right: bool, about: &[&GrantLine], hooks: &[&HookEntry]) -> Result<(), SealError> {
    let kind = Kind::HookAttach;
    let denies = || about.iter().filter(|line| line.kind == kind && line.effect == Effect::Deny);
    for point in hooks.iter().map(|hook| hook.point.as_str()) {
        let may = |name| (!by_right || plugin.allows(kind, &name)) && !denies().any(|line| line.set.contains(&name));
        if !Member::parse(kind, point).is_ok_and(may) {
            return Err(SealError::Unfounded(format!("`{}` may `{kind}` `{point}`", plugin.id)));
        }
    }
    Ok(())
}

fn point(hooks: &[HookEntry]) -> Result<(), SealError> {
    let places: BTreeMap<&PluginId, usize> = hooks.iter().enumerate().map(|(at, hook)| (&hook.plugin, at)).collect();
    let there = |id: &PluginId| places.get(id).copied();
    let is_each_once = places.len() == hooks.len();
    let fits = |(at, hook): (usize, &HookEntry)| {
        (is_each_once || there(&hook.plugin) == Some(at))
            && hook.before.iter().filter_map(there).all(|other| other >= at)
            && hook.after.iter().filter_map(there).all(|other| other <= at)
    };
    match hooks.iter().enumerate().find(|hook| !fits(*hook)) {
        Some((_, hook)) => Err(SealError::Order(format!("the hook of `{}` on `{}`", hook.plugin, hook.point))),
        None => Ok(()),
    }
}
