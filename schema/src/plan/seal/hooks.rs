//! Hooks of a draft. INVARIANT (hook order): on each point higher priorities run first, and nobody runs against a `before` or an
//! `after` of somebody who stands there.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::SealError;
use crate::name::PluginId;
use crate::plan::{Draft, HookEntry};

/// Checks every point.
pub(super) fn check(draft: &Draft) -> Result<(), SealError> {
    if !draft.hooks.is_sorted_by_key(|hook| (&hook.point, Reverse(hook.priority))) {
        return Err(SealError::Order("hooks".into()));
    }
    draft.hooks.chunk_by(|a, b| a.point == b.point).try_for_each(point)
}

fn point(hooks: &[HookEntry]) -> Result<(), SealError> {
    let places: BTreeMap<&PluginId, usize> = hooks.iter().enumerate().map(|(at, hook)| (&hook.plugin, at)).collect();
    let there = |id: &PluginId| places.get(id).copied();
    let fits = |(at, hook): (usize, &HookEntry)| {
        there(&hook.plugin) == Some(at)
            && hook.before.iter().filter_map(there).all(|other| other >= at)
            && hook.after.iter().filter_map(there).all(|other| other <= at)
    };
    match hooks.iter().enumerate().find(|hook| !fits(*hook)) {
        Some((_, hook)) => Err(SealError::Order(format!("the hook of `{}` on `{}`", hook.plugin, hook.point))),
        None => Ok(()),
    }
}
