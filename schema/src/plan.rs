//! The plan: everything that may happen, and why. Comes in: a [`Draft`]. Goes out: a [`Plan`], by one door, [`Draft::seal`],
//! which proves that every right has a claim, a grant and a rule. Deliberately absent: how it is written; see `wire`.

use std::collections::BTreeMap;
use std::sync::Arc;

use semver::Version;

use crate::capability::{CapSet, Kind, Member, Tier};
use crate::limits::Quota;
use crate::name::{LocalName, PluginId, PointName};
use crate::set::paths::Path;
use crate::set::{Names, Set, Sorted};

mod attached;
mod compat;
mod endpoint;
mod kinds;
mod layer;
mod mount;
mod name_index;
mod parameter;
mod recovery;
mod seal;
mod sort;
mod subject;
mod withheld;

pub use attached::{MAX_ATTACHED, Slot, Takes, schema};
pub use compat::Compat;
pub use endpoint::{Auth, Condition, Conditions, Rate};
pub use kinds::KindEntry;
pub use layer::{CONSENT_LAYER, HOST_LAYER, LAYERS, OWN_LAYER, layer_order};
pub use mount::{Extent, Mount};
pub use name_index::{NameIndex, NameWalk};
pub use parameter::{ArgumentError, MAX_PARAMETERS, Otherwise, Parameter, ParameterType, arguments};
pub use recovery::{Growth, MAX_RESTARTS, MAX_WINDOW, Recovery};
pub use seal::SealError;
pub use sort::NameSort;
pub use subject::{Identity, PublisherLine, Publishers, Vouched, Who, WhoError, digest};
pub use withheld::{Withheld, withheld};

/// A sealed plan. Holding one proves that [`Draft::seal`] accepted its content: each right lies within a claim, a grant and a
/// rule, or is what the tier gives with that and a line accepts, and no deny touches it. It does not prove who wrote the grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    draft: Draft,
    /// Where each plugin stands in the draft, by id.
    by_id: Vec<usize>,
}

/// What a plan says, before it is sealed. Lists are in the order stated; sealing refuses any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The application that plugins run in.
    pub host: HostEntry,
    /// Every text that the plan was made from, by path.
    pub sources: Vec<SourceEntry>,
    /// The kinds of right that the host has of its own, by key.
    pub kinds: Vec<KindEntry>,
    /// What the host offers, by kind, then place.
    pub rules: Vec<RuleLine>,
    /// What the user decided, by layer from the lowest, then place.
    pub grants: Vec<GrantLine>,
    /// What nobody may end up with, by layer from the lowest, then place; the profile's come first.
    pub nevers: Vec<NeverLine>,
    /// Who publishes what, by layer from the lowest, then place; the profile's come first.
    pub publishers: Vec<PublisherLine>,
    /// The plugins, in load order.
    pub plugins: Vec<PluginEntry>,
    /// The same ids by stage: what is in one needs only what is in earlier ones, so that all of a stage can load at once.
    pub stages: Vec<Vec<PluginId>>,
    /// Commands, tools, endpoints, panes, events and prompts, by sort and name.
    pub names: Vec<NameEntry>,
    /// Hooks, by point, then in the order they run.
    pub hooks: Vec<HookEntry>,
    /// What plugins may have together: the host's first, then by name of the group.
    pub budgets: Vec<BudgetEntry>,
}

/// A line of a text, as people find it.
#[derive(Debug, Clone, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The text's path, as the compilation was given it. All places in one text share it.
    pub path: Arc<str>,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

impl PartialEq for Place {
    /// Numbers differ sooner than texts.
    fn eq(&self, other: &Self) -> bool {
        (self.line, self.column) == (other.line, other.column) && self.path == other.path
    }
}

/// The application that plugins run in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostEntry {
    /// Its name.
    pub name: PluginId,
    /// Its version.
    pub version: Version,
    /// Where the profile says so.
    pub place: Place,
}

/// A text that the plan was made from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceEntry {
    /// As the compilation was given it.
    pub path: String,
    /// SHA-256, in hexadecimal.
    pub sha256: String,
}

/// One line of the host profile that offers something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleLine {
    /// What kind.
    pub kind: Kind,
    /// How much of it can be granted at all.
    pub set: CapSet,
    /// Where.
    pub place: Place,
    /// The user's own text.
    pub text: String,
}

/// What a line of the grants does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Gives.
    Allow,
    /// Takes, whatever any layer gives.
    Deny,
    /// Gives nothing until someone is asked and says yes.
    Ask,
    /// Says yes to what a tier gives beyond what all lines together give, where it cannot hold exactly that.
    Accept,
    /// Gives what lines ask about: somebody was asked, and said yes.
    Consent,
    /// Somebody was asked, and said no for good: no yes gives it, and nobody is asked about it again.
    Decline,
}

impl Effect {
    /// Every effect.
    pub const ALL: &[Effect] =
        &[Effect::Allow, Effect::Deny, Effect::Ask, Effect::Accept, Effect::Consent, Effect::Decline];

    /// Whether what it covers counts as allowed; a yes does only where lines ask.
    #[must_use]
    pub fn allows(self) -> bool {
        matches!(self, Effect::Allow | Effect::Consent)
    }

    /// Whether it is an answer of somebody who was asked, and not a line that somebody wrote.
    #[must_use]
    pub fn is_answer(self) -> bool {
        matches!(self, Effect::Consent | Effect::Decline)
    }
}

/// One line of the grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantLine {
    /// The layer's name.
    pub layer: String,
    /// What it does.
    pub effect: Effect,
    /// For which plugins, by id.
    pub plugins: Set<Names>,
    /// For which of those.
    pub who: Who,
    /// What kind.
    pub kind: Kind,
    /// What it covers.
    pub set: CapSet,
    /// The user's reason, of what is accepted.
    pub reason: Option<String>,
    /// Where.
    pub place: Place,
    /// The user's own text.
    pub text: String,
}

/// What no plugin of a kind may end up with. It takes nothing away: where it does not hold, there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeverLine {
    /// The layer that says it; `host` for the profile.
    pub layer: String,
    /// For which plugins, by id.
    pub plugins: Set<Names>,
    /// For which of those.
    pub who: Who,
    /// No plugin may have something of every one of these.
    pub parts: Vec<(Kind, CapSet)>,
    /// Where.
    pub place: Place,
    /// The user's own text.
    pub text: String,
}

/// What a plugin gets once someone consents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// What kind.
    pub kind: Kind,
    /// How much of it.
    pub set: CapSet,
    /// The line that asks.
    pub place: Place,
}

/// A plugin and everything it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginEntry {
    /// Its id.
    pub id: PluginId,
    /// Its version.
    pub version: Version,
    /// Where it runs.
    pub tier: Tier,
    /// Where its manifest says who it is.
    pub place: Place,
    /// Who publishes it, by a statement of the profile or the grants.
    pub publisher: Option<Vouched>,
    /// How far its publisher is trusted, by the same.
    pub trust: Option<Vouched>,
    /// What runs. `None`: the manifest names nothing that can, and no runtime will try.
    pub artifact: Option<Artifact>,
    /// The plugins it needs, by id.
    pub depends: Vec<PluginId>,
    /// What it asked for, by kind, then place.
    pub claims: Vec<ClaimLine>,
    /// What it may do, by kind.
    pub granted: Vec<Granted>,
    /// What waits for consent, by kind, then the line that asks.
    pub pending: Vec<Pending>,
    /// The folders it sees, by guest path.
    pub mounts: Vec<Mount>,
    /// Imports that may be linked because the host profile names them and a right for them is granted, by name.
    pub interfaces: Vec<String>,
    /// Imports that are linked to newer versions, by name.
    pub compat: Vec<Compat>,
    /// Interfaces that it is not linked to, but for those that it was granted: by denies in the order of the grants, then by rules.
    pub withheld: Vec<Withheld>,
    /// All quotas, in the order of their table.
    pub quotas: Vec<QuotaEntry>,
    /// The configuration that its `init` gets, as JSON text.
    pub config: Option<String>,
    /// Whether it takes a new configuration while it runs.
    pub hot_reload: bool,
    /// What becomes of it when its calls fail. `None`: it is started again whenever it is called.
    pub recovery: Option<Recovery>,
}

/// The file that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// `./…` below the plan's base folder, or absolute. For a process, the program as the manifest names it.
    pub path: String,
    /// SHA-256 in hexadecimal. `None`: the file was not there when the plan was made, and no runtime will load it.
    pub sha256: Option<String>,
    /// What it imports, by name; optional ones that are not granted are linked to a denial.
    pub imports: Vec<String>,
}

/// One line of a manifest that asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimLine {
    /// What kind.
    pub kind: Kind,
    /// What it covers.
    pub set: CapSet,
    /// Whether the plugin works without it.
    pub optional: bool,
    /// The author's reason.
    pub reason: Option<String>,
    /// Where.
    pub place: Place,
    /// The author's own text.
    pub text: String,
}

/// A right with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// What kind.
    pub kind: Kind,
    /// What it covers.
    pub set: CapSet,
    /// Which lines gave it.
    pub why: Why,
}

/// The lines that gave a right: at least one of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// Of the manifest.
    pub claims: Sorted<Place>,
    /// Of the grants, or of what people answered when they were asked.
    pub grants: Sorted<Place>,
    /// Of the profile.
    pub rules: Sorted<Place>,
    /// Of the grants, that accept what the tier gives beyond what the others say. None where it gives no more.
    pub accepts: Sorted<Place>,
}

/// A limit and the line that decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaEntry {
    /// Which.
    pub quota: Quota,
    /// How much, in the quota's unit.
    pub value: u64,
    /// The line whose number it is. `None`: the built-in default.
    pub place: Option<Place>,
}

/// What some plugins may have together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetEntry {
    /// The group's name. `None`: the host as a whole.
    pub group: Option<LocalName>,
    /// Which plugins count.
    pub plugins: Set<Names>,
    /// How much of each quota, in the order of their table.
    pub limits: Vec<QuotaEntry>,
}

/// A name that a plugin answers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameEntry {
    /// What it is for.
    pub sort: NameSort,
    /// The whole name, as in `text-tool:count`.
    pub name: String,
    /// Whose.
    pub plugin: PluginId,
    /// The name inside the plugin.
    pub local: LocalName,
    /// A short name that nobody else claims.
    pub alias: Option<LocalName>,
    /// One line for people.
    pub summary: Option<String>,
    /// What a command or tool is called with. Empty: it does not say, and takes any arguments.
    pub parameters: Vec<Parameter>,
    /// What the host does before an endpoint answers; nothing for every other sort.
    pub conditions: Conditions,
    /// Texts that belong to it: schemas, or what a prompt says.
    pub attached: BTreeMap<Slot, String>,
    /// Where the manifest declares it.
    pub place: Place,
}

/// A plugin on a hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookEntry {
    /// The hook point.
    pub point: PointName,
    /// Whose.
    pub plugin: PluginId,
    /// Higher runs earlier.
    pub priority: i64,
    /// Whether the host goes on without waiting for it.
    pub detached: bool,
    /// How long the host waits for it, in milliseconds. `None`: as long as a call may take.
    pub timeout: Option<u64>,
    /// How often the host tries again when it fails.
    pub retries: u8,
    /// Plugins that run after it on this point, by id; they need not be there.
    pub before: Vec<PluginId>,
    /// Plugins that run before it on this point, by id; they need not be there.
    pub after: Vec<PluginId>,
    /// Where the manifest declares it.
    pub place: Place,
}

impl Plan {
    /// The content.
    #[must_use]
    pub fn content(&self) -> &Draft {
        &self.draft
    }

    /// The kind of right with this key: a built-in one, or one of the host's own.
    #[must_use]
    pub fn kind(&self, key: &str) -> Option<Kind> {
        self.draft.known_kinds().find(key)
    }

    /// The plugin with this id.
    #[must_use]
    pub fn plugin(&self, id: &str) -> Option<&PluginEntry> {
        let at = self.by_id.binary_search_by(|at| self.draft.plugins[*at].id.as_str().cmp(id)).ok()?;
        self.draft.plugins.get(self.by_id[at])
    }
}

impl PluginEntry {
    /// The right of this kind.
    #[must_use]
    pub fn granted(&self, kind: Kind) -> Option<&Granted> {
        self.granted.iter().find(|granted| granted.kind == kind)
    }

    /// THE decision: whether this plugin may do `kind` to `member`. Every tier asks this and nothing else.
    #[must_use]
    pub fn allows(&self, kind: Kind, member: &Member) -> bool {
        self.granted(kind).is_some_and(|granted| granted.set.covers(kind, member))
    }

    /// Whether this plugin may do `kind` to something below a folder; no, where that could not be worked out.
    #[must_use]
    pub fn allows_below(&self, kind: Kind, folder: &Path) -> bool {
        let below = Mount::whole(folder).difference(&CapSet::only(&Member::Path(folder.clone())));
        self.granted(kind).is_some_and(|granted| granted.set.intersect(&below).witness(kind).is_some())
    }

    /// How much of a quota it has, in the quota's unit. `None`: it has no such limit.
    #[must_use]
    pub fn quota(&self, quota: Quota) -> Option<u64> {
        self.quotas.iter().find(|entry| entry.quota == quota).map(|entry| entry.value)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}
