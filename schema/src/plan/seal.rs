//! The one door to a [`Plan`]. Comes in: a [`Draft`], made by the compiler or read from bytes. Goes out: a plan, or the
//! first thing that is not as a plan must be. Both ways pass here, so a plan edited by hand is held to the same proof.

mod budget;
mod hooks;
mod ids;
mod mounts;
mod pending;
mod proof;
mod proved;
mod rights;
mod sets;

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::fmt;

use super::{
    CONSENT_LAYER, Draft, Effect, GrantLine, Identity, NameEntry, NameIndex, NameSort, NameWalk, NeverLine, Place,
    Plan, PluginEntry, Publishers, RuleLine, Who, attached, compat, endpoint, kinds, layer_order, parameter, recovery,
    withheld,
};
use ids::Ids;
use proved::Proved;

use crate::capability::{CapSet, Kind, Kinds};
use crate::cores::Cores;
use crate::limits::{Quota, keeping};
use crate::name::PluginId;
use crate::set::names::Name;

/// Why a draft is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealError {
    /// A list is not in its order, or has one thing twice; the text names the list and the thing.
    Order(String),
    /// Something refers to what is not there.
    Dangling(String),
    /// A right that no claim, grant or rule gives; the text names the plugin, the kind and a witness.
    Unfounded(String),
    /// Something that the plan itself says must never be.
    Broken(String),
    /// A plugin's publisher or trust that no statement gives, or that two give.
    Unvouched(String),
    /// A right or a quota that the plugin's tier cannot hold.
    Unenforceable(String),
    /// Plugins have more together than a budget gives; the text names it and shows the sum.
    OverCommitted(String),
    /// A quota is missing, or is there and the tier does not enforce it.
    NoQuota(String),
    /// More of something than a plan may have.
    TooMany(String),
    /// Neither that lines give a right nor that they do not was found within the bounds of a search.
    Unproved {
        /// Whose.
        plugin: PluginId,
        /// What kind of right.
        kind: Kind,
        /// The first request for it.
        place: Place,
    },
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SealError::Order(what) => write!(f, "{what} is out of order or there twice"),
            SealError::Dangling(what) => write!(f, "{what} refers to what the plan does not have"),
            SealError::Unfounded(what) => write!(f, "{what} without a claim, a grant and a rule that give it"),
            SealError::Broken(what) => write!(f, "{what}, which must never be"),
            SealError::Unvouched(what) => write!(f, "{what} is not what the statements about publishers say"),
            SealError::Unenforceable(what) => write!(f, "{what}, which its tier cannot enforce"),
            SealError::OverCommitted(what) => write!(f, "{what}, which is more than the budget"),
            SealError::NoQuota(what) => write!(f, "{what} is missing, or nothing enforces it"),
            SealError::TooMany(what) => write!(f, "{what} are more than a plan may have"),
            SealError::Unproved { plugin, kind, place } => {
                write!(f, "`{plugin}` asks for `{kind}` at {place}, and what lines give it of that could not be proved")
            }
        }
    }
}

impl std::error::Error for SealError {}

impl Draft {
    /// Proves the invariants of a plan.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn seal(self) -> Result<Plan, SealError> {
        self.seal_on(Cores::ONE)
    }

    /// The same on several cores. What is found first does not depend on how many.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn seal_on(self, cores: Cores) -> Result<Plan, SealError> {
        cores.within(|| self.sealed(cores))
    }

    fn sealed(self, cores: Cores) -> Result<Plan, SealError> {
        let of_lists = || {
            check_order(&self)?;
            sets::check(&self)?;
            Ok(Lines::new(&self))
        };
        let (lists, references) = cores.both(of_lists, || check_references(&self));
        let (lines, ids) = (lists?, references?);
        let names = || {
            kinds::check(&self)?;
            let names = |names: &[NameEntry]| names.iter().try_for_each(check_name);
            cores.stretches(&self.names, names).into_iter().collect::<Result<(), SealError>>()?;
            recovery::check_fallbacks(&self)
        };
        let all = |plugins: &[PluginEntry]| {
            let (mut finder, mut proved) = (lines.finder(), Proved::default());
            plugins.iter().try_for_each(|plugin| check_one(&mut finder, &mut proved, plugin))
        };
        let plugins = || cores.stretches(&self.plugins, all).into_iter().collect::<Result<(), SealError>>();
        let (names, plugins) = cores.both(names, plugins);
        names.and(plugins)?;
        hooks::check_rights(&self, &lines)?;
        budget::check(&self)?;
        let by_id = ids.into_places();
        Ok(Plan { draft: self, by_id })
    }
}

/// Proves what stands beside a name.
fn check_name(entry: &NameEntry) -> Result<(), SealError> {
    endpoint::check(entry)?;
    parameter::check(entry)?;
    attached::check(entry)
}

/// Proves what a plugin has.
fn check_one<'p, 'd: 'p>(
    finder: &mut Finder<'_, 'd>,
    proved: &mut Proved<'p>,
    plugin: &'p PluginEntry,
) -> Result<(), SealError> {
    let lines = finder.lines;
    kinds::check_plugin(&lines.kinds, plugin)?;
    recovery::check(plugin)?;
    check_own_order(plugin)?;
    check_quotas(plugin)?;
    check_identity(&lines.publishers, plugin)?;
    let about = finder.about(plugin);
    rights::check(proved, &lines.rules, about, plugin)?;
    compat::check(plugin)?;
    withheld::check(of_kind(&lines.rules, Kind::InterfaceUse, |line| line.kind), about, plugin)?;
    check_nevers(lines, plugin)?;
    pending::check(lines.draft, about, plugin)?;
    mounts::check(plugin)
}

fn check_order(draft: &Draft) -> Result<(), SealError> {
    strictly_sorted(format_args!("sources"), draft.sources.iter().map(|source| source.path.as_str()))?;
    strictly_sorted(format_args!("names"), draft.names.iter().map(|entry| NameKey(entry.sort, &entry.name)))?;
    check_layers("grants", draft.grants.iter().map(|line| line.layer.as_str()))?;
    check_answers(draft)?;
    check_layers("nevers", draft.nevers.iter().map(|line| line.layer.as_str()))?;
    check_layers("publishers", draft.publishers.iter().map(|line| line.layer.as_str()))?;
    hooks::check(draft)
}

fn check_own_order(plugin: &PluginEntry) -> Result<(), SealError> {
    strictly_sorted(format_args!("rights of `{}`", plugin.id), plugin.granted.iter().map(|right| right.kind))?;
    let mounts = plugin.mounts.iter().map(|mount| mount.guest.as_str());
    strictly_sorted(format_args!("mounts of `{}`", plugin.id), mounts)
}

fn check_layers<'l>(list: &str, layers: impl Iterator<Item = &'l str>) -> Result<(), SealError> {
    let sorted = layers.map(layer_order).is_sorted();
    if sorted { Ok(()) } else { Err(SealError::Order(format!("a layer of {list}"))) }
}

/// INVARIANT (answers): what people answered stands in a layer of its own, in which nothing else does, and a yes is for the one
/// file that they were asked about.
fn check_answers(draft: &Draft) -> Result<(), SealError> {
    let is_right = |line: &GrantLine| {
        line.effect.is_answer() == (line.layer == CONSENT_LAYER)
            && (line.effect != Effect::Consent || matches!(line.who, Who::Digest(_)))
    };
    match draft.grants.iter().find(|line| !is_right(line)) {
        Some(line) => Err(SealError::Dangling(format!("the answer at {}", line.place))),
        None => Ok(()),
    }
}

pub(super) fn strictly_sorted<K: Ord + fmt::Display>(
    list: fmt::Arguments<'_>,
    mut keys: impl Iterator<Item = K>,
) -> Result<(), SealError> {
    let Some(mut before) = keys.next() else { return Ok(()) };
    for key in keys {
        if before >= key {
            return Err(SealError::Order(format!("`{key}` in {list}")));
        }
        before = key;
    }
    Ok(())
}

/// What names are sorted by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct NameKey<'d>(NameSort, &'d str);

impl fmt::Display for NameKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.0, self.1)
    }
}

/// INVARIANT (load order): each plugin stands after everything it depends on.
fn check_references(draft: &Draft) -> Result<Ids<'_>, SealError> {
    let ids = Ids::new(draft);
    let twice = ids.first_twice();
    let mut stages: Vec<usize> = Vec::with_capacity(draft.plugins.len());
    for (at, plugin) in draft.plugins.iter().enumerate() {
        stages.push(0);
        for id in &plugin.depends {
            let Some(other) = ids.place(id).filter(|other| *other < at) else {
                return Err(SealError::Dangling(format!("plugin `{}` with its dependency `{id}`", plugin.id)));
            };
            stages[at] = stages[at].max(stages[other] + 1);
        }
        if twice == Some(at) {
            return Err(SealError::Order(format!("plugin `{}`", plugin.id)));
        }
    }
    let mut after = 0;
    // Names are sorted by plugin, so that the next one is mostly the same or the one after it.
    let mut is_there = |id: &PluginId| {
        let found = (after..after + 2).find(|rank| ids.is(id, *rank)).or_else(|| ids.rank(id));
        after = found.unwrap_or(after);
        found.is_some()
    };
    let mut owners = draft.names.iter().map(|entry| &entry.plugin).chain(draft.hooks.iter().map(|hook| &hook.plugin));
    match owners.find(|id| !is_there(id)) {
        Some(id) => Err(SealError::Dangling(format!("a name or hook of `{id}`"))),
        None => check_stages(draft, &stages).map(|()| ids),
    }
}

/// INVARIANT (stages): stages are the load order cut in parts, and each plugin stands in the first that is after everything it
/// depends on: these, in load order.
fn check_stages(draft: &Draft, first: &[usize]) -> Result<(), SealError> {
    let mut plugins = draft.plugins.iter().zip(first);
    for (stage, id) in (0..).zip(&draft.stages).flat_map(|(stage, ids)| ids.iter().map(move |id| (stage, id))) {
        if !plugins.next().is_some_and(|(plugin, first)| plugin.id == *id && *first == stage) {
            return Err(SealError::Order(format!("plugin `{id}` in stages")));
        }
    }
    match (plugins.next(), draft.stages.iter().any(Vec::is_empty)) {
        (None, false) => Ok(()),
        (Some((left, _)), _) => Err(SealError::Order(format!("stage of `{}`", left.id))),
        (None, true) => Err(SealError::Order("an empty stage".into())),
    }
}

/// INVARIANT (quotas): a plugin has every quota that its tier enforces and that has a default, none that its tier does not
/// enforce, and each with a number that is enforced.
fn check_quotas(plugin: &PluginEntry) -> Result<(), SealError> {
    let mut entries = plugin.quotas.iter().map(|entry| entry.quota).peekable();
    for quota in Quota::of(plugin.tier) {
        let has = entries.next_if_eq(&quota).is_some();
        if !has && quota.default_in(plugin.tier).is_some() {
            return Err(SealError::NoQuota(format!("`{}` of `{}`", quota.key(), plugin.id)));
        }
    }
    if entries.next().is_some() {
        return Err(SealError::NoQuota(format!("a quota of `{}`", plugin.id)));
    }
    match plugin.quotas.iter().find(|entry| !keeping(entry.quota, plugin.tier).gives(entry.value)) {
        Some(entry) => Err(SealError::Unenforceable(format!(
            "`{}` has `{}` of {}",
            plugin.id,
            entry.quota.key(),
            entry.quota.unit().show(entry.value)
        ))),
        None => Ok(()),
    }
}

/// INVARIANT (identity): a plugin's publisher and trust are what the one statement about it says. It may claim nothing itself.
fn check_identity(publishers: &Publishers, plugin: &PluginEntry) -> Result<(), SealError> {
    if publishers.lines().is_empty() && plugin.publisher.is_none() && plugin.trust.is_none() {
        return Ok(());
    }
    let said = Identity::of(plugin);
    let name = Name::of(&plugin.id);
    let about = publishers.about(&name, said.digest.as_deref());
    let names: BTreeSet<_> = about.iter().map(|at| &publishers.lines()[*at].name).collect();
    match publishers.identity(&name, said.digest.as_deref()) == said && names.len() < 2 {
        true => Ok(()),
        false => Err(SealError::Unvouched(format!("the publisher of `{}`", plugin.id))),
    }
}

/// INVARIANT (never): no plugin has something of every part of an assertion about it.
fn check_nevers(lines: &Lines<'_>, plugin: &PluginEntry) -> Result<(), SealError> {
    for line in lines.nevers(plugin) {
        let has = |part: &(Kind, CapSet)| plugin.granted(part.0).is_some_and(|right| !right.set.is_disjoint(&part.1));
        if line.parts.iter().all(has) {
            return Err(SealError::Broken(format!("`{}` may do what {} forbids", plugin.id, line.place)));
        }
    }
    Ok(())
}

/// The lines of the grants, found by the plugin that they are about.
struct Lines<'d> {
    draft: &'d Draft,
    kinds: Kinds,
    /// The rules, by kind.
    rules: Vec<&'d RuleLine>,
    /// The lines of the grants, by kind.
    by_kind: Vec<&'d GrantLine>,
    /// Whom those are about, in the same order.
    grants: NameIndex,
    nevers: NameIndex,
    publishers: Publishers,
}

impl<'d> Lines<'d> {
    fn new(draft: &'d Draft) -> Self {
        let mut rules: Vec<&RuleLine> = draft.rules.iter().collect();
        rules.sort_by_key(|line| line.kind);
        let mut by_kind: Vec<&GrantLine> = draft.grants.iter().collect();
        by_kind.sort_by_key(|line| line.kind);
        Lines {
            draft,
            kinds: draft.known_kinds(),
            rules,
            grants: NameIndex::new(by_kind.iter().map(|line| &line.plugins)),
            by_kind,
            nevers: NameIndex::new(draft.nevers.iter().map(|line| &line.plugins)),
            publishers: Publishers::new(draft.publishers.clone()),
        }
    }

    /// For asking about many plugins.
    fn finder(&self) -> Finder<'_, 'd> {
        Finder { lines: self, near: self.grants.walk(), about: vec![] }
    }

    fn nevers(&self, plugin: &PluginEntry) -> Vec<&'d NeverLine> {
        if self.draft.nevers.is_empty() {
            return vec![];
        }
        let identity = Identity::of(plugin);
        let near = self.nevers.having(&Name::of(&plugin.id)).into_iter().map(|at| &self.draft.nevers[at]);
        let covers = |line: &NeverLine| self.publishers.covers(&line.who, &identity, false);
        near.filter(|line| covers(line)).collect()
    }
}

/// Finds the lines about one plugin after another.
struct Finder<'l, 'd> {
    lines: &'l Lines<'d>,
    near: NameWalk<'l>,
    /// What was found last.
    about: Vec<&'d GrantLine>,
}

impl<'d> Finder<'_, 'd> {
    /// The lines about a plugin, by kind.
    fn about(&mut self, plugin: &PluginEntry) -> &[&'d GrantLine] {
        let Lines { by_kind, publishers, .. } = self.lines;
        // Most lines are about whoever has the id.
        let identity = LazyCell::new(|| Identity::of(plugin));
        let covers = |line: &GrantLine| {
            matches!(line.who, Who::Anyone) || publishers.covers(&line.who, &identity, line.effect.gives())
        };
        let near = self.near.having(&Name::of(&plugin.id)).iter().map(|at| by_kind[*at]);
        self.about.clear();
        self.about.extend(near.filter(|line| covers(line)));
        &self.about
    }
}

/// What is of a kind, of a list in the order of kinds.
fn of_kind<T>(list: &[T], kind: Kind, of: impl Fn(&T) -> Kind) -> &[T] {
    let start = list.iter().position(|one| of(one) == kind).unwrap_or(list.len());
    let rest = &list[start..];
    let end = rest.iter().position(|one| of(one) != kind).unwrap_or(rest.len());
    &rest[..end]
}

impl SealError {
    /// The same, and by which lines it is not given.
    fn of(self, lines: &str) -> Self {
        match self {
            SealError::Unfounded(what) => SealError::Unfounded(format!("{lines}: {what}")),
            other => other,
        }
    }
}

fn unfounded(plugin: &PluginEntry, kind: Kind, set: &CapSet) -> SealError {
    let found = |witness: &str| SealError::Unfounded(format!("`{}` may `{kind}` `{witness}`", plugin.id));
    match set.witness(kind) {
        Some(witness) => found(&witness),
        None if set.is_empty() => found(""),
        None => {
            let claim = plugin.claims.iter().find(|line| line.kind == kind);
            let place = claim.map_or(&plugin.place, |line| &line.place).clone();
            SealError::Unproved { plugin: plugin.id.clone(), kind, place }
        }
    }
}
