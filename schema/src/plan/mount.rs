//! The folders that a plugin sees. Comes in: a folder of the machine, and rights. Goes out: what the plugin calls it, and how
//! much of it each right covers. Deliberately absent: what holds of mounts together; see `seal`.

use crate::capability::{CapSet, Kind};
use crate::set::paths::{Path, PathPattern};
use crate::set::{Domain, Paths, Relation, Set};

/// A folder as a plugin sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mount {
    /// The path that the plugin uses.
    pub guest: String,
    /// The folder of the machine: absolute, or `./…` relative to the plan's base folder.
    pub folder: String,
    /// How much of it `fs.read` covers.
    pub read: Extent,
    /// How much of it `fs.write` covers.
    pub write: Extent,
    /// How much of it `fs.mkdir` covers.
    pub mkdir: Extent,
}

/// How much of a folder a right covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Extent {
    /// Nothing in it, but for folders in it that have mounts of their own.
    #[default]
    Nothing,
    /// Some of it: each path is asked about, and no link is followed.
    Part,
    /// All of it.
    Whole,
}

impl Extent {
    /// How much of a folder a set covers, beside what lies in folders that have mounts of their own.
    #[must_use]
    pub fn of(set: Option<&CapSet>, folder: &CapSet, inner: impl FnOnce() -> CapSet) -> Self {
        match set {
            None => Extent::Nothing,
            Some(set) if folder.is_subset(set) => Extent::Whole,
            Some(set) if folder.is_disjoint(set) || folder.intersect(set).is_subset(&inner()) => Extent::Nothing,
            Some(_) => Extent::Part,
        }
    }

    /// How much of one whole folder another covers, where a look tells and it is all or nothing.
    #[must_use]
    pub fn of_folder(folder: &PathPattern, set: &PathPattern) -> Option<Self> {
        match Paths::compare(folder, set) {
            Relation::Equal | Relation::Within => Some(Extent::Whole),
            Relation::Disjoint => Some(Extent::Nothing),
            Relation::Covers | Relation::Unknown => None,
        }
    }

    /// Whether the right covers anything in the folder.
    #[must_use]
    pub fn is_some(self) -> bool {
        self != Extent::Nothing
    }
}

impl Mount {
    /// The kinds of right that mounts have, in the order of their fields.
    pub const KINDS: [Kind; 3] = [Kind::FsRead, Kind::FsWrite, Kind::FsMkdir];

    /// How much of it a right of one of these kinds covers; nothing for another kind.
    #[must_use]
    pub fn extent(&self, kind: Kind) -> Extent {
        match kind {
            Kind::FsRead => self.read,
            Kind::FsWrite => self.write,
            Kind::FsMkdir => self.mkdir,
            _ => Extent::Nothing,
        }
    }

    /// All of a folder, as a set.
    #[must_use]
    pub fn whole(folder: &Path) -> CapSet {
        CapSet::Paths(Set::one(PathPattern::subtree(folder)))
    }

    /// How a plugin would see another folder in this one; `None` where the other does not lie in it.
    #[must_use]
    pub fn guest_of(&self, folder: &str) -> Option<String> {
        let below = folder.trim_end_matches('/').strip_prefix(self.folder.trim_end_matches('/'))?.strip_prefix('/')?;
        Some(match self.guest.trim_end_matches('/') {
            "." => below.to_owned(),
            guest => format!("{guest}/{below}"),
        })
    }
}
