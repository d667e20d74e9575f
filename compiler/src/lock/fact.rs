//! The facts of a lock, each with what it is about. Comes in: plans. Goes out: one fact for each line, in the order of the lines.

use std::collections::BTreeMap;

use ambit_schema::interface::{unversioned, version};
use ambit_schema::plan::{Plan, PluginEntry};
use ambit_schema::wire;

use super::Plans;
use crate::manifest::Environment;

/// What a line is about. No two lines are about one thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// The application.
    Host,
    /// The plan for an environment; `None` is the default.
    Plan(Option<Environment>),
    /// A text, by path.
    Text(String),
    /// A plugin, by id.
    Plugin(String, Part),
}

/// What of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// That it is there.
    Itself,
    /// The file that runs.
    Artifact,
    /// An interface that it imports, by name without version.
    Interface {
        /// Its name.
        name: String,
        /// The version that it imports, where that is not the one it is linked to.
        asked: Option<String>,
    },
}

/// What a line says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fact {
    /// The name of the host; the path of an artifact. Empty for everything else.
    pub(super) name: String,
    /// A version, or a hash. `None`: there is none.
    pub(super) value: Option<String>,
}

/// The facts of plans of one host. The first is the default one.
pub(super) fn facts(plans: &Plans<'_>) -> BTreeMap<Key, Fact> {
    let mut facts = BTreeMap::new();
    let mut default = None;
    for (environment, plan) in plans {
        let hash = wire::hash(plan);
        match &default {
            None => facts.extend(resolved(plan)),
            Some(default) if *default == hash => continue,
            Some(_) => {}
        }
        default = default.or_else(|| Some(hash.clone()));
        facts.insert(Key::Plan(*environment), Fact::of(Some(hash)));
    }
    facts
}

/// Everything but the hash of the plan.
pub(super) fn resolved(plan: &Plan) -> BTreeMap<Key, Fact> {
    let content = plan.content();
    let host = Fact { name: content.host.name.to_string(), value: Some(content.host.version.to_string()) };
    let mut facts = BTreeMap::from([(Key::Host, host)]);
    facts.extend(content.sources.iter().map(|text| (Key::Text(text.path.clone()), Fact::of(Some(hash(&text.sha256))))));
    content.plugins.iter().for_each(|plugin| add(plugin, &mut facts));
    facts
}

fn add(plugin: &PluginEntry, facts: &mut BTreeMap<Key, Fact>) {
    let mut add = |part, fact| facts.insert(Key::Plugin(plugin.id.to_string(), part), fact);
    add(Part::Itself, Fact::of(Some(plugin.version.to_string())));
    let Some(artifact) = &plugin.artifact else { return };
    add(Part::Artifact, Fact { name: artifact.path.clone(), value: artifact.sha256.as_deref().map(hash) });
    // What a tier has of its own has the version that the artifact asks for: its hash says that.
    for import in &artifact.imports {
        let Some(linked) = plugin.linked(import) else { continue };
        let (asked, given) = (version(import), version(linked));
        let asked = asked.filter(|asked| Some(asked) != given.as_ref()).map(|asked| asked.to_string());
        let name = unversioned(linked).to_owned();
        add(Part::Interface { name, asked }, Fact::of(given.map(|given| given.to_string())));
    }
}

fn hash(hex: &str) -> String {
    format!("sha256:{hex}")
}

impl Fact {
    pub(super) fn of(value: Option<String>) -> Self {
        Fact { name: String::new(), value }
    }
}
