//! What was denied as not granted, proposed. Comes in: denials. Goes out: for each the lines that would allow it, where only
//! the manifest and the grants say no; otherwise who else does. This is more authority, and never part of a narrowing.

use ambit_schema::capability::{CapSet, Kind, Member, enforcement};
use ambit_schema::plan::{OWN_LAYER, PluginEntry, layer_order};

use super::seen::Seen;
use super::{Level, Policy, texts, written};
use crate::diag::{Add, Block, Change};
use crate::explain::{self, Doing, Owner};
use crate::source::FileId;

/// How many proposals there are at most.
const MOST: usize = 64;

/// Something that was denied, and what would allow it.
#[derive(Debug, Clone)]
pub struct More {
    /// What kind.
    pub kind: Kind,
    /// What was attempted, as people write it.
    pub denied: Vec<String>,
    /// What would be asked for and allowed.
    pub target: String,
    /// What it takes.
    pub needs: Needs,
    pub(super) set: CapSet,
    pub(super) changes: Vec<Change>,
}

/// What it takes to allow something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needs {
    /// A request, a grant, or both: proposed.
    Lines {
        /// Whether the manifest has to ask for it.
        request: bool,
        /// Whether the grants have to allow it.
        grant: bool,
    },
    /// The host profile does not offer it.
    Offer,
    /// A line denies it, whatever another allows.
    Deny,
    /// The tier cannot hold it as narrowly as the level is. This level would do.
    Level(Option<Level>),
    /// It would take a whole machine, or all that lies beside a host profile.
    Everything,
    /// There is no file of grants, or no text that says it.
    Unwritable,
}

/// What was denied, by kind and what it stands for.
pub(super) fn proposed(policy: Policy<'_>, plugin: &PluginEntry, seen: &Seen, level: Level) -> Vec<More> {
    let mut denied: Vec<(Kind, CapSet, &Member)> =
        seen.denied().map(|(kind, member)| (kind, seen.around(kind, member, level), member)).collect();
    denied.sort();
    let manifest = texts::manifest_of(policy, plugin);
    let grants = own_layer(policy);
    let one = |group: &[(Kind, CapSet, &Member)]| {
        let (kind, set, _) = group.first()?.clone();
        let denied: Vec<String> = group.iter().map(|(_, _, member)| member.show(kind)).collect();
        let target = written::patterns(kind, &set).and_then(|patterns| patterns.into_iter().next());
        let target = target.unwrap_or_else(|| set.show(kind));
        let needs = needs(policy, plugin, kind, (&set, &denied), level);
        let mut more = More { kind, denied, target, needs, set, changes: vec![] };
        if let Needs::Lines { request, grant } = more.needs {
            match changes(
                policy,
                plugin,
                &more,
                (manifest.filter(|_| request), request),
                (grants.filter(|_| grant), grant),
            ) {
                Some(changes) => more.changes = changes,
                None => more.needs = Needs::Unwritable,
            }
        }
        Some(more)
    };
    denied.chunk_by(|a, b| (a.0, &a.1) == (b.0, &b.1)).take(MOST).filter_map(one).collect()
}

fn needs(
    policy: Policy<'_>,
    plugin: &PluginEntry,
    kind: Kind,
    (set, denied): (&CapSet, &[String]),
    level: Level,
) -> Needs {
    if let CapSet::Paths(paths) = set
        && paths.as_subtrees().is_some_and(|folders| folders.iter().any(|folder| folder.parent().is_none()))
    {
        return Needs::Everything;
    }
    if !level.is_held(enforcement(kind, plugin.tier), set) {
        let would = matches!(set, CapSet::Paths(_)) && level != Level::Folder;
        return Needs::Level(would.then_some(Level::Folder));
    }
    // Where a folder would be given, all of it has to be free to give.
    let folder = set.whole_folders().and_then(|folders| folders.first().map(|folder| format!("{folder}/")));
    let (mut request, mut grant) = (false, false);
    for target in folder.as_ref().map_or(denied, std::slice::from_ref) {
        let answer = explain::why(policy.plan, plugin, kind, target).ok();
        let Some(change) = answer.and_then(|answer| answer.change) else { return Needs::Unwritable };
        for edit in &change.edits {
            match (edit.owner, &edit.doing) {
                (_, Doing::Remove(..)) => return Needs::Deny,
                (Owner::Profile, _) => return Needs::Offer,
                (Owner::Manifest, _) => request = true,
                (Owner::Grants, _) => grant = true,
            }
        }
        if change.barred.is_some() {
            return Needs::Level(None);
        }
    }
    Needs::Lines { request, grant }
}

fn changes(
    policy: Policy<'_>,
    plugin: &PluginEntry,
    more: &More,
    (manifest, request): (Option<FileId>, bool),
    (grants, grant): (Option<FileId>, bool),
) -> Option<Vec<Change>> {
    let target = written::word(policy.folders, plugin.id.as_str(), more.kind, "", &more.target)?;
    let add = |file: FileId, block: Block| Change::Add(Add { file, block, kind: more.kind, target: target.clone() });
    let mut changes = vec![];
    if request {
        changes.push(add(manifest?, Block::Capabilities));
    }
    if grant {
        changes.push(add(grants?, Block::Allow(plugin.id.to_string())));
    }
    Some(changes)
}

/// The layer that the user writes.
fn own_layer(policy: Policy<'_>) -> Option<FileId> {
    let mut layers = texts::layers(policy);
    layers.sort_by(|a, b| layer_order(&a.layer).cmp(&layer_order(&b.layer)));
    let own = layers.iter().rfind(|layer| layer.layer == OWN_LAYER).or(layers.last());
    own.map(|layer| layer.file)
}
