//! What becomes of a plugin whose calls fail: how often it is started again, after which pause, and who stands in once it is not.
//! Deliberately absent: clocks; the runtime counts failures and holds the plugin to this.

use std::collections::BTreeMap;

use super::{Draft, Place, PluginEntry, SealError};
use crate::name::PluginId;

/// How often a plugin can be started again within one window, at most.
pub const MAX_RESTARTS: u32 = 100;
/// The longest window, in milliseconds: a day.
pub const MAX_WINDOW: u64 = 86_400_000;

/// What becomes of a plugin whose calls fail. Counted for as long as it stays loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// How often it is started again within a window; one failure more, and it is disabled. At most [`MAX_RESTARTS`].
    pub restarts: u32,
    /// How long a failure counts, in milliseconds: 1 to [`MAX_WINDOW`].
    pub window: u64,
    /// How long it rests after the first failure in a window, in milliseconds: at most the window.
    pub pause: u64,
    /// How the pause grows with each further failure in the window.
    pub growth: Growth,
    /// The plugin that is meant to be called in its place once it is disabled; whoever calls it does so with its own rights.
    pub fallback: Option<PluginId>,
    /// The line that decided.
    pub place: Place,
}

/// How a pause grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Growth {
    /// By the first pause each time.
    Linear,
    /// It doubles.
    Exponential,
}

impl Growth {
    /// Both.
    pub const ALL: [Growth; 2] = [Growth::Linear, Growth::Exponential];

    /// Its word in manifests and plans.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Growth::Linear => "linear",
            Growth::Exponential => "exponential",
        }
    }

    /// The growth with this word.
    #[must_use]
    pub fn find(key: &str) -> Option<Growth> {
        Self::ALL.into_iter().find(|growth| growth.key() == key)
    }
}

impl Recovery {
    /// How long the plugin rests after this many failures in one window, in milliseconds: never longer than the window.
    #[must_use]
    pub fn pause_after(&self, failures: u32) -> u64 {
        let times = match self.growth {
            Growth::Linear => u64::from(failures),
            Growth::Exponential => 1_u64.checked_shl(failures.saturating_sub(1)).unwrap_or(u64::MAX),
        };
        self.pause.saturating_mul(times).min(self.window)
    }
}

/// INVARIANT (recovery): every number is within its bounds.
pub(super) fn check(plugin: &PluginEntry) -> Result<(), SealError> {
    let in_bounds = |recovery: &Recovery| {
        (1..=MAX_WINDOW).contains(&recovery.window)
            && recovery.restarts <= MAX_RESTARTS
            && recovery.pause <= recovery.window
    };
    match plugin.recovery.as_ref().is_none_or(in_bounds) {
        true => Ok(()),
        false => Err(SealError::TooMany(format!("the numbers of the recovery of `{}`", plugin.id))),
    }
}

/// INVARIANT (fallback): whoever stands in is there, and nobody stands in for them.
pub(super) fn check_fallbacks(draft: &Draft) -> Result<(), SealError> {
    if draft.plugins.iter().all(|plugin| plugin.fallback().is_none()) {
        return Ok(());
    }
    let steps_aside: BTreeMap<&PluginId, bool> =
        draft.plugins.iter().map(|plugin| (&plugin.id, plugin.fallback().is_some())).collect();
    let lost = |plugin: &&PluginEntry| plugin.fallback().is_some_and(|id| steps_aside.get(id) != Some(&false));
    match draft.plugins.iter().find(lost) {
        Some(plugin) => Err(SealError::Dangling(format!("the fallback of `{}`", plugin.id))),
        None => Ok(()),
    }
}

impl PluginEntry {
    /// The plugin that is meant to be called in this one's place once it is disabled. Nobody stands in for that one.
    #[must_use]
    pub fn fallback(&self) -> Option<&PluginId> {
        self.recovery.as_ref()?.fallback.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::{Growth, Recovery};
    use crate::plan::Place;

    #[test]
    fn pauses_grow_and_end_at_the_window() {
        let of = |growth| {
            let place = Place { path: "plugin.kdl".into(), line: 1, column: 1 };
            Recovery { restarts: 9, window: 1_000, pause: 100, growth, fallback: None, place }
        };
        let pauses = |growth| [1, 2, 3, 5, 64, 65, u32::MAX].map(|failures| of(growth).pause_after(failures));
        assert_eq!(pauses(Growth::Linear), [100, 200, 300, 500, 1_000, 1_000, 1_000]);
        assert_eq!(pauses(Growth::Exponential), [100, 200, 400, 1_000, 1_000, 1_000, 1_000]);
    }
}
