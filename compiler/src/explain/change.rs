//! The smallest change that would allow what is denied. Comes in: a plan and the question. Goes out: a [`Change`]: edits with
//! the text and the place of each, and everything else that would be given with them. Computed with the algebra in which the
//! plan itself was decided, never guessed. Deliberately absent: making the change; every edit has an owner, and is theirs.

use ambit_schema::advice::exact_pattern;
use ambit_schema::capability::{CapSet, Kind, Member, Tier, enforcement};
use ambit_schema::name::PluginId;
use ambit_schema::plan::{Effect, GrantLine, Plan, PluginEntry};

use super::after::After;
use super::place;

/// What would have to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// All that is needed, in the order manifest, profile, grants: without any one of them it stays denied.
    pub edits: Vec<Edit>,
    /// Why the edits are not enough: no text changes what a tier can hold.
    pub barred: Option<Barred>,
    /// What the plugin would get that it has not, as people write it. It holds what was asked about and, where whole folders are
    /// accepted, or a deny goes, more.
    pub gives: String,
    /// Other plugins that would get something too, because a deny or an offer is about them as well.
    pub others: Vec<PluginId>,
}

/// Whose text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The plugin's author.
    Manifest,
    /// The host's author.
    Profile,
    /// The user.
    Grants,
}

/// One edit of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Whose text it is.
    pub owner: Owner,
    /// The text's path, as the plan has it.
    pub path: String,
    /// What is done there.
    pub doing: Doing,
    /// The text that is added, or the line that what is removed stands in.
    pub text: String,
}

/// What is done to a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doing {
    /// Added as a line of its own below this line, from 1.
    AddBelow(u32),
    /// Added at the end of the file, which is made where it is not there.
    AddAtEnd,
    /// Added to the field or block of this name; the line, from 1, is in it or near it.
    AddTo(String, u32),
    /// The pattern at this line and column, both from 1, is removed. With the last pattern of a line goes the line, with the
    /// last line of a block the block.
    Remove(u32, u32),
}

/// Why a tier cannot hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Barred {
    /// Where the plugin runs.
    pub tier: Tier,
    /// What is missing.
    pub why: String,
}

impl Change {
    /// How many edits it takes.
    #[must_use]
    pub fn total(&self) -> usize {
        self.edits.len()
    }
}

/// The question, in sets.
pub(super) struct Wanted<'p> {
    pub(super) plan: &'p Plan,
    pub(super) plugin: &'p PluginEntry,
    pub(super) kind: Kind,
    /// The smallest set that the tier can hold and that has the thing in it.
    pub(super) set: CapSet,
    /// That set as a quoted pattern.
    pub(super) pattern: String,
}

/// The smallest change. `None` for a name of a thing that no pattern can name.
pub(super) fn smallest(plan: &Plan, plugin: &PluginEntry, kind: Kind, target: &str, member: &Member) -> Option<Change> {
    let pattern = exact_pattern(plugin.tier, kind, target, member);
    let set = CapSet::parse(kind, &pattern).ok()?;
    let pattern = ambit_schema::advice::quoted(&pattern);
    let wanted = Wanted { plan, plugin, kind, set, pattern };
    let claims = wanted.lacks(plugin.claims.iter().filter(|line| line.kind == kind).map(|line| &line.set));
    let rules = wanted.lacks(plan.content().rules.iter().filter(|line| line.kind == kind).map(|line| &line.set));
    let lines = super::after::about(plan, plugin, kind);
    let agreed = super::after::agreed(kind, &lines, &wanted.set);
    let allows = lines.iter().filter(|line| line.effect == Effect::Allow).map(|line| &line.set);
    let allows = wanted.lacks(allows.chain([&agreed]));
    let denies = lines.iter().filter(|line| line.effect == Effect::Deny && !line.set.is_disjoint(&wanted.set));
    let denies: Vec<&GrantLine> = denies.copied().collect();

    let mut edits = vec![];
    edits.extend(claims.then(|| place::in_manifest(&wanted)));
    edits.extend(rules.then(|| place::in_profile(&wanted)));
    edits.extend(denies.iter().map(|line| place::out_of_grants(line)));
    edits.extend(allows.then(|| place::in_grants(&wanted)));
    let after = After { wanted: &wanted, rules, allows, claims, gone: denies.iter().map(|line| &line.place).collect() };
    let granted = after.granted(plugin);
    let before = plugin.granted(kind).map_or_else(|| CapSet::empty(kind), |right| right.set.clone());
    let gives = granted.difference(&before).simplify().show(kind);
    Some(Change { edits, barred: barred(&wanted, &granted), gives, others: after.others() })
}

impl Wanted<'_> {
    /// Whether these sets together leave out a part of what is wanted.
    fn lacks<'s>(&self, sets: impl Iterator<Item = &'s CapSet> + Clone) -> bool {
        let all = CapSet::union_near(self.kind, sets, &self.set);
        !self.set.is_subset(&all)
    }
}

/// Whether the tier can hold what the plugin would then have.
fn barred(wanted: &Wanted<'_>, granted: &CapSet) -> Option<Barred> {
    let tier = wanted.plugin.tier;
    let held = enforcement(wanted.kind, tier);
    (!held.holds(granted)).then(|| Barred { tier, why: held.shortfall(tier) })
}
