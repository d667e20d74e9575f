//! Which plugin of the old plan is which of the new. By id; and one that is gone and one that is new are the same where the
//! same file runs, and no other plugin runs it: then it was renamed. Anything less is no proof, and is only remarked.

use std::collections::BTreeMap;

use ambit_schema::name::PluginId;
use ambit_schema::plan::{Draft, PluginEntry};

/// Where a plugin is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate<'p> {
    /// In both plans.
    Kept {
        /// As it was.
        old: &'p PluginEntry,
        /// As it is.
        new: &'p PluginEntry,
    },
    /// In both, under two ids, and with one file.
    Renamed {
        /// As it was.
        old: &'p PluginEntry,
        /// As it is.
        new: &'p PluginEntry,
    },
    /// In the new plan alone.
    Added {
        /// As it is.
        new: &'p PluginEntry,
        /// One that is gone, with the same publisher and the same rights. Perhaps it is the same; all of it counts as new.
        like: Option<&'p PluginId>,
    },
    /// In the old plan alone.
    Removed {
        /// As it was.
        old: &'p PluginEntry,
    },
}

impl<'p> Fate<'p> {
    /// Its entry in the old plan.
    #[must_use]
    pub fn was(self) -> Option<&'p PluginEntry> {
        match self {
            Fate::Kept { old, .. } | Fate::Renamed { old, .. } | Fate::Removed { old } => Some(old),
            Fate::Added { .. } => None,
        }
    }

    /// Its entry in the new plan.
    #[must_use]
    pub fn is(self) -> Option<&'p PluginEntry> {
        match self {
            Fate::Kept { new, .. } | Fate::Renamed { new, .. } | Fate::Added { new, .. } => Some(new),
            Fate::Removed { .. } => None,
        }
    }

    /// Its entry in the new plan, or in the old where it is gone.
    #[must_use]
    pub fn entry(self) -> &'p PluginEntry {
        match self {
            Fate::Kept { new, .. } | Fate::Renamed { new, .. } | Fate::Added { new, .. } => new,
            Fate::Removed { old } => old,
        }
    }

    /// Its word.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Fate::Kept { .. } => "kept",
            Fate::Renamed { .. } => "renamed",
            Fate::Added { .. } => "added",
            Fate::Removed { .. } => "removed",
        }
    }
}

/// All plugins of two plans: those of the new one in load order, then those that are gone.
pub(super) struct Pairs<'p> {
    pub(super) fates: Vec<Fate<'p>>,
    /// By id in the old plan, and by id in the new.
    pub(super) old: BTreeMap<&'p str, usize>,
    pub(super) new: BTreeMap<&'p str, usize>,
}

impl<'p> Pairs<'p> {
    pub(super) fn new(old: &'p Draft, new: &'p Draft) -> Self {
        let by_id = |draft: &'p Draft| -> BTreeMap<&'p str, &'p PluginEntry> {
            draft.plugins.iter().map(|plugin| (plugin.id.as_str(), plugin)).collect()
        };
        let (were, are) = (by_id(old), by_id(new));
        let gone: Vec<&PluginEntry> = old.plugins.iter().filter(|one| !are.contains_key(one.id.as_str())).collect();
        let come: Vec<&PluginEntry> = new.plugins.iter().filter(|one| !were.contains_key(one.id.as_str())).collect();
        let renamed = renamed(old, new, &gone, &come);
        let fate = |new: &'p PluginEntry| match (were.get(new.id.as_str()), renamed.get(new.id.as_str())) {
            (Some(old), _) => Fate::Kept { old, new },
            (None, Some(old)) => Fate::Renamed { old, new },
            (None, None) => Fate::Added { new, like: like(&gone, &come, &renamed, new) },
        };
        let mut fates: Vec<Fate<'p>> = new.plugins.iter().map(fate).collect();
        let is_renamed = |one: &&PluginEntry| renamed.values().any(|old| old.id == one.id);
        fates.extend(gone.iter().copied().filter(|one| !is_renamed(one)).map(|old| Fate::Removed { old }));
        let place = |entry: fn(Fate<'p>) -> Option<&'p PluginEntry>| {
            let ids = fates.iter().enumerate().filter_map(|(at, fate)| Some((entry(*fate)?.id.as_str(), at)));
            ids.collect::<BTreeMap<&'p str, usize>>()
        };
        let (old, new) = (place(Fate::was), place(Fate::is));
        Pairs { fates, old, new }
    }

    /// How a plugin of the old plan is called in the new one, and the other way round; itself where it has one name.
    pub(super) fn is_same(&self, old: &PluginId, new: &PluginId) -> bool {
        self.old.get(old.as_str()).is_some_and(|at| self.new.get(new.as_str()) == Some(at))
    }
}

fn file(plugin: &PluginEntry) -> Option<&str> {
    plugin.artifact.as_ref()?.sha256.as_deref()
}

/// The plugins that are gone by the new id of what runs their file. A file that several plugins run tells nothing.
fn renamed<'p>(
    old: &'p Draft,
    new: &'p Draft,
    gone: &[&'p PluginEntry],
    come: &[&'p PluginEntry],
) -> BTreeMap<&'p str, &'p PluginEntry> {
    if gone.is_empty() || come.is_empty() {
        return BTreeMap::new();
    }
    let counts = |draft: &'p Draft| {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        draft.plugins.iter().filter_map(file).for_each(|file| *counts.entry(file).or_default() += 1);
        counts
    };
    let (before, after) = (counts(old), counts(new));
    let by_file: BTreeMap<&str, &PluginEntry> = gone.iter().filter_map(|one| Some((file(one)?, *one))).collect();
    let alone = |file: &&str| before.get(*file) == Some(&1) && after.get(*file) == Some(&1);
    come.iter().filter_map(|one| Some((one.id.as_str(), *by_file.get(file(one).filter(alone)?)?))).collect()
}

/// One that is gone and could be the same: the only one with its publisher and exactly its rights.
fn like<'p>(
    gone: &[&'p PluginEntry],
    come: &[&'p PluginEntry],
    renamed: &BTreeMap<&str, &PluginEntry>,
    new: &PluginEntry,
) -> Option<&'p PluginId> {
    let publisher = |one: &PluginEntry| one.publisher.as_ref().map(|it| it.name.clone());
    let wanted = publisher(new)?;
    let rights =
        |one: &PluginEntry| one.granted.iter().map(|right| (right.kind, right.set.clone())).collect::<Vec<_>>();
    let is_like = |one: &&&PluginEntry| publisher(one).as_ref() == Some(&wanted) && rights(one) == rights(new);
    if new.granted.is_empty() || come.iter().filter(is_like).count() != 1 {
        return None;
    }
    let free = gone.iter().filter(|one| !renamed.values().any(|old| old.id == one.id));
    let mut found = free.filter(is_like);
    found.next().filter(|_| found.next().is_none()).map(|one| &one.id)
}
