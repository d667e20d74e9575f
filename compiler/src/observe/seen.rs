//! What was seen of one plugin, all its runs together. Comes in: observations. Goes out: what was used of each kind, and what a
//! thing that was used stands for at a [`Level`].

use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::capability::{CapSet, Enforcement, Kind, Member, enforcement, is_of_hosts};
use ambit_schema::plan::PluginEntry;
use ambit_schema::recording::{Ended, Observed, Outcome, Refusal, Target};
use ambit_schema::set::Set;
use ambit_schema::set::paths::{Path, PathPattern};

use super::Level;

/// The operation that only folders have.
const LIST: &str = "list";

/// All runs of a plugin.
pub(super) struct Seen {
    /// How many.
    pub(super) runs: usize,
    /// How many were stopped before their end.
    pub(super) stopped: usize,
    /// What was used.
    used: BTreeMap<Kind, BTreeSet<Member>>,
    /// The names that were looked up.
    names: BTreeMap<Kind, BTreeSet<CapSet>>,
    /// What was denied because nothing grants it.
    denied: BTreeMap<Kind, BTreeSet<Member>>,
    /// The kinds that some door told of.
    told: BTreeSet<Kind>,
    /// The paths that were used, as text.
    paths: BTreeSet<String>,
    /// Those that are known to be folders.
    folders: BTreeSet<String>,
    /// The folders that the plugin made or removed.
    made: BTreeSet<String>,
}

impl Seen {
    pub(super) fn new<'o>(plugin: &PluginEntry, observed: impl Iterator<Item = &'o Observed>) -> Self {
        let mounts = plugin.mounts.iter().filter_map(|mount| Path::parse(&mount.folder).ok());
        let mut seen = Seen {
            runs: 0,
            stopped: 0,
            used: BTreeMap::new(),
            names: BTreeMap::new(),
            denied: BTreeMap::new(),
            told: BTreeSet::new(),
            paths: BTreeSet::new(),
            folders: mounts.map(|folder| folder.text()).collect(),
            made: BTreeSet::new(),
        };
        for one in observed {
            seen.runs += 1;
            seen.stopped += usize::from(one.ended == Ended::Stopped);
            for operation in &one.operations {
                seen.told.insert(operation.kind);
                match (operation.outcome, &operation.target) {
                    (Outcome::Allowed, Target::Member(member)) => {
                        seen.note(operation.kind, member, &operation.operation);
                    }
                    (Outcome::Allowed, Target::Name(every)) => {
                        seen.names.entry(operation.kind).or_default().insert(every.clone());
                    }
                    (Outcome::Denied(Refusal::NotGranted), Target::Member(member)) => {
                        seen.denied.entry(operation.kind).or_default().insert(member.clone());
                    }
                    _ => {}
                }
            }
        }
        seen
    }

    fn note(&mut self, kind: Kind, member: &Member, operation: &str) {
        if let Member::Path(path) = member {
            let text = path.text();
            if operation == LIST {
                self.folders.insert(text.clone());
            }
            if kind == Kind::FsMkdir {
                self.made.insert(text.clone());
            }
            self.paths.insert(text);
        }
        self.used.entry(kind).or_default().insert(member.clone());
    }

    /// What was used of a kind.
    pub(super) fn used(&self, kind: Kind) -> impl Iterator<Item = &Member> {
        self.used.get(&kind).into_iter().flatten()
    }

    /// The names that were looked up for a kind.
    pub(super) fn names(&self, kind: Kind) -> impl Iterator<Item = &CapSet> {
        self.names.get(&kind).into_iter().flatten()
    }

    /// What was denied because nothing grants it.
    pub(super) fn denied(&self) -> impl Iterator<Item = (Kind, &Member)> {
        self.denied.iter().flat_map(|(kind, members)| members.iter().map(move |member| (*kind, member)))
    }

    /// Whether not being seen means not being used: a door tells of every use.
    pub(super) fn tells(&self, plugin: &PluginEntry, kind: Kind) -> bool {
        // What a plugin gets by being called or linked passes no door when it does.
        let is_passive = matches!(kind, Kind::HookAttach | Kind::InterfaceUse | Kind::HttpServe | Kind::EventSubscribe);
        let tells = match enforcement(kind, plugin.tier) {
            // Only a host that serves the kind has a door for it.
            Enforcement::Exact | Enforcement::ByHost if is_of_hosts(kind) => self.told.contains(&kind),
            Enforcement::Exact
            | Enforcement::Paths
            | Enforcement::Streams
            | Enforcement::Addresses
            | Enforcement::ByHost => true,
            Enforcement::Refused(_) => false,
        };
        tells && !is_passive
    }

    /// What a thing stands for; of [`Level::Request`], itself.
    pub(super) fn around(&self, kind: Kind, member: &Member, level: Level) -> CapSet {
        match (level, member) {
            (Level::Folder, Member::Path(path)) if kind != Kind::HttpServe => match self.folder(&path.text()) {
                Some(folder) => CapSet::Paths(Set::one(PathPattern::subtree(&folder))),
                None => CapSet::taken(kind, member),
            },
            _ => CapSet::taken(kind, member),
        }
    }

    /// The folder that a path stands for.
    fn folder(&self, path: &str) -> Option<Path> {
        let is_folder = self.folders.contains(path) || self.has_below(path);
        let itself = || Path::parse(path).ok();
        match above(path).chain([path]).find(|above| self.made.contains(*above)) {
            Some(made) => Path::parse(made).ok()?.parent(),
            None if is_folder => itself(),
            None => itself()?.parent().or_else(itself),
        }
    }

    fn has_below(&self, path: &str) -> bool {
        let start = if path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
        let mut from = self.paths.range(start.clone()..);
        from.find(|next| **next != start).is_some_and(|next| next.starts_with(&start))
    }
}

/// The folders that a path lies in, the outermost first.
fn above(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.match_indices('/').map(|(at, _)| at.max(1)).filter(|at| *at < path.len());
    ends.map(|at| &path[..at])
}
