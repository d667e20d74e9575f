//! What an application offers. Comes in: a tree. Goes out: a [`Profile`]. Trusted more than a manifest and checked as
//! strictly: the host's author makes typing mistakes too.

use std::collections::BTreeMap;

use ambit_schema::capability::{Kind, OwnKind, Tier};
use ambit_schema::interface::{Fit, fit, version};
use ambit_schema::limits::Quota;
use ambit_schema::name::{LocalName, PluginId, PointName};
use ambit_schema::plan::Condition;
use ambit_schema::set::{Names, Set};
use semver::Version;

use crate::grant::Statements;
use crate::lower::{Block, Spanned};
use crate::manifest::{BOUNDS, RecoveryClaim};
use crate::source::{FileId, Span};

mod budget;
mod folders;
mod kinds;
mod lower;

pub use budget::Budget;
pub use folders::{FolderError, Folders};
pub use kinds::kinds;
pub use lower::lower;

/// The blocks of a profile, for references: the outermost first.
pub(crate) fn blocks() -> Vec<Block> {
    vec![
        Block::of("a host profile", lower::FIELDS),
        Block::of("a kind", kinds::FIELDS),
        Block::of("`recovery`", BOUNDS),
    ]
}

/// What an application offers.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The text it stands in.
    pub file: FileId,
    /// Its name.
    pub name: Spanned<PluginId>,
    /// Its version.
    pub version: Spanned<Version>,
    /// Engines and packages that it provides, by name.
    pub provides: BTreeMap<String, Spanned<Version>>,
    /// The kinds of right that it has of its own, by key.
    pub kinds: Vec<Spanned<&'static OwnKind>>,
    /// The tiers it accepts.
    pub tiers: Vec<Spanned<Tier>>,
    /// The folders that templates stand for.
    pub folders: Folders,
    /// What can be granted at all, a pattern each.
    pub offers: Vec<Offer>,
    /// Who publishes what, and what nobody may end up with.
    pub statements: Statements,
    /// How versions are chosen.
    pub resolution: Resolution,
    /// Imports of its own, with the kinds of right that they serve.
    pub interfaces: Vec<Interface>,
    /// What it does before endpoints answer, and the line that says so.
    pub endpoints: Option<Spanned<Vec<Condition>>>,
    /// The events that it publishes itself. None: it does not say.
    pub events: Vec<Spanned<Set<Names>>>,
    /// The hook points it has.
    pub hooks: Vec<Spanned<PointName>>,
    /// Short names that no plugin may have.
    pub reserved: Vec<Spanned<LocalName>>,
    /// Defaults and ceilings of quotas.
    pub quotas: BTreeMap<Quota, QuotaRule>,
    /// What plugins may have together.
    pub budgets: Vec<Budget>,
    /// What plugins are held to when their calls fail.
    pub recovery: Option<RecoveryClaim>,
}

/// How versions are chosen where there are several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resolution {
    /// Not at all: one version of each plugin is there, and fits.
    #[default]
    Strict,
    /// The highest that fit together.
    Latest,
    /// The grants pin one wherever more than one fits.
    Manual,
}

impl Resolution {
    /// Every way.
    pub const ALL: [Resolution; 3] = [Resolution::Strict, Resolution::Latest, Resolution::Manual];

    /// The word in profiles.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Resolution::Strict => "strict",
            Resolution::Latest => "latest",
            Resolution::Manual => "manual",
        }
    }
}

/// A pattern of something that can be granted.
#[derive(Debug, Clone)]
pub struct Offer {
    /// What kind.
    pub kind: Kind,
    /// The pattern, as written.
    pub target: Spanned<String>,
}

/// An import that the host's author supplies.
#[derive(Debug, Clone)]
pub struct Interface {
    /// Its name, as in `promptline:tools/registry`.
    pub name: Spanned<String>,
    /// It is linked for plugins that have a right of one of these kinds.
    pub kinds: Vec<Kind>,
}

/// What a host says of one quota.
#[derive(Debug, Clone, Default)]
pub struct QuotaRule {
    /// What a plugin has that asks for nothing.
    pub default: Option<Spanned<u64>>,
    /// What a plugin can have at most.
    pub ceiling: Option<Spanned<u64>>,
}

impl Profile {
    /// The interface that an import is linked to: the one of its version, else one for every version, else the newest of a
    /// version that has all that the import's had.
    #[must_use]
    pub fn interface(&self, import: &str) -> Option<&Interface> {
        let of = |fits: Fit| self.interfaces.iter().filter(move |one| fit(import, &one.name.value) == Some(fits));
        let exact = self.interfaces.iter().find(|one| one.name.value == import);
        exact.or_else(|| of(Fit::Same).next()).or_else(|| of(Fit::Older).max_by_key(|one| version(&one.name.value)))
    }

    /// Where the profile says who it is.
    #[must_use]
    pub fn place(&self) -> Span {
        self.name.span
    }
}
