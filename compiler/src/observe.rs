//! What plugins did, held against what they ask for. Comes in: a plan, the texts that it was made from, and what was observed
//! under it. Goes out: the narrowest requests and grants that still cover that, at a level that is stated, as edits; or the
//! findings `unused-when-observed` and `broader-than-observed`. Deliberately absent: any request that is made broader, and what
//! was never seen: doors that tell of a kind have to have been there.

use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::capability::{CapSet, Enforcement, Kind};
use ambit_schema::name::PluginId;
use ambit_schema::plan::{Plan, PluginEntry};
use ambit_schema::recording::{Observed, Operation, Outcome, Target};

use crate::diag::{Change, Edit};
use crate::fix;
use crate::profile::Folders;
use crate::source::{FileId, Sources, Span};

mod finding;
mod line;
mod more;
mod request;
mod seen;
mod texts;
mod written;

pub use finding::{Found, findings};
pub use more::{More, Needs};
use seen::Seen;

/// A plan and the texts that it was made from.
#[derive(Clone, Copy)]
pub struct Policy<'p> {
    /// The plan.
    pub plan: &'p Plan,
    /// All texts.
    pub sources: &'p Sources,
    /// Which of them are manifests.
    pub manifests: &'p [FileId],
    /// Which of them are grants.
    pub grants: &'p [FileId],
    /// What templates stand for.
    pub folders: &'p Folders,
}

/// What one thing that was used stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Itself.
    Exact,
    /// A path: the folder that holds it with all that is in it, or the path itself where it is known to be a folder (it was
    /// listed, something in it was used, or the plugin sees it as a folder of its own). What lies in a folder that the plugin
    /// makes or removes: the folder around that one. Anything else: itself, for an endpoint with its scheme, host and port.
    Folder,
    /// The requests that cover it, as they stand.
    Request,
}

impl Level {
    /// Every level, the narrowest first.
    pub const ALL: &[Level] = &[Level::Exact, Level::Folder, Level::Request];

    /// Its word.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Level::Exact => "exact",
            Level::Folder => "folder",
            Level::Request => "request",
        }
    }

    /// Whether a tier holds what was worked out of this level: of folders, whole ones, so that a plugin goes on seeing them.
    fn is_held(self, held: Enforcement, set: &CapSet) -> bool {
        if self == Level::Folder { held.is_plain(set) } else { held.holds(set) }
    }
}

/// What is proposed.
#[derive(Debug)]
pub struct Suggestion {
    /// For each plugin that was observed, by id.
    pub plugins: Vec<PluginSuggestion>,
    /// The edits that narrow. `None`: the texts have no place for them together.
    pub edits: Option<BTreeMap<FileId, Vec<Edit>>>,
    /// What is added for what was denied.
    additions: Vec<Change>,
}

impl Suggestion {
    /// The edits that add what was denied and is proposed, to texts that are narrowed already. `None`: they have no place for it.
    #[must_use]
    pub fn added(&self, narrowed: &Sources) -> Option<BTreeMap<FileId, Vec<Edit>>> {
        fix::all(narrowed, &self.additions)
    }
}

/// What is proposed for one plugin.
#[derive(Debug)]
pub struct PluginSuggestion {
    /// Which.
    pub plugin: PluginId,
    /// How many runs were observed, and how many of them were stopped before their end.
    pub runs: usize,
    /// See `runs`.
    pub stopped: usize,
    /// Its requests, in the order of the text.
    pub requests: Vec<Item>,
    /// The lines of the grants that allow it something, by place.
    pub lines: Vec<Item>,
    /// What it was denied as not granted, where that was asked for.
    pub more: Vec<More>,
}

/// A request, or a line of the grants.
#[derive(Debug, Clone)]
pub struct Item {
    /// Where its target stands.
    pub span: Span,
    /// What kinds it is about.
    pub kinds: Vec<Kind>,
    /// Its target, as written. `None`: it does not say.
    pub target: Option<String>,
    /// Whether the plugin works without it.
    pub optional: bool,
    /// What becomes of it.
    pub fate: Fate,
    /// What it covers afterwards, by kind.
    after: Vec<(Kind, CapSet)>,
    change: Option<Change>,
}

/// What becomes of a request or a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It was used, and is as narrow as the level is.
    Kept,
    /// It was used, and becomes these.
    Narrowed(Vec<String>),
    /// Nothing of it was used: it goes.
    Unused,
    /// It stays as it is.
    Left(Left),
}

/// Why something stays that may be more than what was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// No door that tells of its kind was there.
    Unseen,
    /// Nothing of it is granted, so nothing of it can have been used.
    Ungranted,
    /// The tier gives more than is asked for, and a line accepts that.
    Accepted,
    /// The tier cannot hold it as narrowly as the level is. This level would do.
    Tier(Option<Level>),
    /// It does not say what it is about.
    Coarse,
    /// It stands for several requests at once.
    Combined,
    /// A name of it was looked up, and nothing of that name was connected to.
    LookedUp,
    /// What was used of it takes more patterns than anyone would read.
    TooMany(usize),
    /// Its text has no place for the edit. These would have to be written.
    Unwritable(Vec<String>),
    /// It is for other plugins too.
    Others,
}

/// What was allowed when it was observed and would not be under another plan, at most `most` of it.
#[must_use]
pub fn lost<'o>(plan: &Plan, observed: &'o [Observed], most: usize) -> Vec<(&'o PluginId, &'o Operation)> {
    let allowed = observed.iter().flat_map(|one| one.operations.iter().map(move |operation| (&one.plugin, operation)));
    let allowed = allowed.filter(|(_, operation)| operation.outcome == Outcome::Allowed);
    let holds = |(id, operation): &(&PluginId, &Operation)| {
        plan.plugin(id.as_str()).is_some_and(|plugin| covers(plugin, operation.kind, &operation.target))
    };
    allowed.filter(|one| !holds(one)).take(most).collect()
}

fn covers(plugin: &PluginEntry, kind: Kind, target: &Target) -> bool {
    match target {
        Target::Member(member) => plugin.allows(kind, member),
        Target::Name(every) => plugin.granted(kind).is_some_and(|granted| !granted.set.intersect(every).is_empty()),
    }
}

/// Proposes. `with_denied`: also what was denied because nothing grants it.
#[must_use]
pub fn suggest(policy: Policy<'_>, observed: &[Observed], level: Level, with_denied: bool) -> Suggestion {
    let (mut plugins, mut changes, mut additions) = (vec![], BTreeSet::new(), BTreeSet::new());
    for (plugin, seen) in by_plugin(policy.plan, observed) {
        let more = if with_denied { more::proposed(policy, plugin, &seen, level) } else { vec![] };
        let requests = request::items(policy, plugin, &seen, level, &more);
        let lines = line::items(policy, plugin, &seen, &requests, &more);
        changes.extend(requests.iter().chain(&lines).filter_map(|item| item.change.clone()));
        additions.extend(more.iter().flat_map(|more| more.changes.iter().cloned()));
        let (id, runs, stopped) = (plugin.id.clone(), seen.runs, seen.stopped);
        plugins.push(PluginSuggestion { plugin: id, runs, stopped, requests, lines, more });
    }
    let changes: Vec<Change> = changes.into_iter().collect();
    let edits = fix::all(policy.sources, &changes);
    Suggestion { plugins, edits, additions: additions.into_iter().collect() }
}

/// The plugins that were observed, by id, each with all that was seen of it.
fn by_plugin<'p>(plan: &'p Plan, observed: &[Observed]) -> Vec<(&'p PluginEntry, Seen)> {
    let ids: BTreeSet<&PluginId> = observed.iter().map(|one| &one.plugin).collect();
    let plugins = ids.into_iter().filter_map(|id| plan.plugin(id.as_str()));
    plugins.map(|plugin| (plugin, Seen::new(plugin, observed.iter().filter(|one| one.plugin == plugin.id)))).collect()
}

/// Drops an edit that the text does not take, and says so.
fn settled(sources: &Sources, mut item: Item, before: &[(Kind, CapSet)]) -> Item {
    if item.change.as_ref().is_some_and(|change| !fix::takes(sources, change)) {
        let would = match item.fate {
            Fate::Narrowed(targets) => targets,
            _ => vec![],
        };
        item.fate = Fate::Left(Left::Unwritable(would));
        (item.change, item.after) = (None, before.to_vec());
    }
    item
}
