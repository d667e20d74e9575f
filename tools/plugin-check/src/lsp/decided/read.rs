//! From a plan to what is kept of it. Comes in: a draft. Goes out: a [`Decided`], in numbers wherever a text would be said again.

use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::plan::{Draft, Effect, GrantLine, NameIndex, Place, PluginEntry};
use ambit_schema::set::names::Name;

use super::{Decided, Member, NameLine, RightLine, Taken, covers};

/// How many denies that take something are kept.
const MOST: usize = 1 << 19;

impl Decided {
    /// What is kept of a draft.
    pub(crate) fn read(draft: &Draft) -> Self {
        let places = places(draft);
        let stages = stages(draft);
        let mut by_id: Vec<u32> = (0..number(draft.plugins.len())).collect();
        by_id.sort_by_key(|at| draft.plugins[*at as usize].id.as_str());
        let member = |plugin: &PluginEntry| Member {
            id: plugin.id.clone(),
            version: plugin.version.clone(),
            place: plugin.place.clone(),
            stage: stages.get(plugin.id.as_str()).copied().unwrap_or_default(),
            sha256: sha256(plugin).map(Into::into),
        };
        let mut read = Decided {
            host: (draft.host.name.clone(), draft.host.version.clone()),
            rules: draft.rules.clone(),
            publishers: draft.publishers.clone(),
            plugins: draft.plugins.iter().map(member).collect(),
            stages: number(draft.stages.len()),
            names: vec![],
            hooks: BTreeMap::new(),
            linked: BTreeMap::new(),
            imports: imports(draft),
            lines: vec![],
            rights: vec![],
            why: vec![],
            waits: vec![],
            taken: vec![],
            places,
            by_id,
            remembered: std::sync::Mutex::default(),
        };
        read.name(draft);
        read.draw(draft);
        read
    }

    fn name(&mut self, draft: &Draft) {
        let at = |id: &str| self.by_id.binary_search_by(|at| self.plugins[*at as usize].id.as_str().cmp(id)).ok();
        let at = |id: &str| at(id).map(|at| self.by_id[at]);
        let line = |entry: &ambit_schema::plan::NameEntry| {
            Some(NameLine {
                sort: entry.sort,
                name: entry.name.as_str().into(),
                local: entry.local.clone(),
                plugin: at(entry.plugin.as_str())?,
                alias: entry.alias.as_ref().map(|alias| alias.as_str().into()),
                summary: entry.summary.as_deref().map(Into::into),
            })
        };
        let names = draft.names.iter().filter_map(line).collect();
        let mut hooks: BTreeMap<Box<str>, Vec<(u32, i64)>> = BTreeMap::new();
        for hook in &draft.hooks {
            let Some(plugin) = at(hook.plugin.as_str()) else { continue };
            hooks.entry(hook.point.as_str().into()).or_default().push((plugin, hook.priority));
        }
        (self.names, self.hooks) = (names, hooks);
    }

    /// Which lines have to do with which.
    fn draw(&mut self, draft: &Draft) {
        let mut lines: Vec<_> =
            draft.grants.iter().filter_map(|line| Some((self.number(&line.place)?, line.effect, line.kind))).collect();
        // A line about a folder that each plugin has for itself is a line for each of them.
        lines.dedup();
        let denies = Denies::new(draft);
        for (at, plugin) in draft.plugins.iter().enumerate() {
            self.rights_of(number(at), plugin);
            let waits = plugin.pending.iter().filter_map(|pending| Some((number(at), self.number(&pending.place)?)));
            self.waits.extend(waits.collect::<Vec<_>>());
            for name in &plugin.interfaces {
                self.linked.entry(name.as_str().into()).or_default().push(number(at));
            }
            if self.taken.len() < MOST {
                self.taken.extend(denies.against(self, number(at), plugin));
            }
        }
        self.lines = lines;
        self.rights.shrink_to_fit();
        self.why.shrink_to_fit();
        self.taken.shrink_to_fit();
    }

    fn rights_of(&mut self, plugin: u32, entry: &PluginEntry) {
        for right in &entry.granted {
            let (start, mut ends) = (number(self.why.len()), [0; 4]);
            let parts = [&right.why.claims, &right.why.grants, &right.why.rules, &right.why.accepts];
            for (part, end) in parts.into_iter().zip(&mut ends) {
                let numbers: Vec<u32> = part.iter().filter_map(|place| self.number(place)).collect();
                self.why.extend(numbers);
                *end = number(self.why.len());
            }
            self.rights.push(RightLine { plugin, kind: right.kind, start, ends });
        }
    }
}

/// The denies, found by the plugins that they name.
struct Denies<'d> {
    lines: Vec<&'d GrantLine>,
    index: NameIndex,
}

impl<'d> Denies<'d> {
    fn new(draft: &'d Draft) -> Self {
        let lines: Vec<&GrantLine> = draft.grants.iter().filter(|line| line.effect == Effect::Deny).collect();
        let index = NameIndex::new(lines.iter().map(|line| &line.plugins));
        Denies { lines, index }
    }

    fn against(&self, read: &Decided, at: u32, plugin: &PluginEntry) -> Vec<Taken> {
        let Ok(name) = plugin.id.as_str().parse::<Name>() else { return vec![] };
        let mut taken = vec![];
        for line in self.index.having(&name).into_iter().map(|at| self.lines[at]) {
            let of_kind = plugin.claims.iter().filter(|claim| claim.kind == line.kind);
            let met = of_kind.filter(|claim| !claim.set.is_disjoint(&line.set));
            taken.extend(met.filter_map(|claim| {
                let (deny, claim) = (read.number(&line.place)?, read.number(&claim.place)?);
                Some(Taken { deny, claim, plugin: at, covers: covers(line, plugin, sha256(plugin)) })
            }));
        }
        taken
    }
}

fn sha256(plugin: &PluginEntry) -> Option<&str> {
    plugin.artifact.as_ref()?.sha256.as_deref()
}

/// Every place that has to do with another.
fn places(draft: &Draft) -> Vec<Place> {
    let mut places: Vec<Place> = draft.grants.iter().map(|line| line.place.clone()).collect();
    places.extend(draft.rules.iter().map(|line| line.place.clone()));
    places.extend(draft.plugins.iter().flat_map(|plugin| &plugin.claims).map(|claim| claim.place.clone()));
    // Of answers there are no lines among these.
    let whys = draft.plugins.iter().flat_map(|plugin| &plugin.granted).map(|right| &right.why);
    places.extend(whys.flat_map(|why| why.grants.iter().chain(&why.accepts)).cloned());
    places.sort_unstable();
    places.dedup();
    places.shrink_to_fit();
    places
}

fn stages(draft: &Draft) -> BTreeMap<&str, u32> {
    let stages = draft.stages.iter().enumerate();
    stages.flat_map(|(at, stage)| stage.iter().map(move |id| (id.as_str(), number(at)))).collect()
}

fn imports(draft: &Draft) -> BTreeSet<Box<str>> {
    let all = draft.plugins.iter().flat_map(|plugin| plugin.artifact.iter().flat_map(|file| &file.imports));
    let open = all.filter(|import| import.contains(':') && !import.starts_with("wasi:"));
    open.map(|import| import.as_str().into()).collect()
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
