//! Who may do something: to one thing, or to anything that a pattern covers; and who reaches them. Comes in: a plan and a
//! question. Goes out: plugins, each with one thing that it may do it to, and ways to them. Whoever reaches a plugin has none of
//! its rights, and may be able to have it use them.

use ambit_schema::capability::{CapSet, CapTextError, DomainKind, Kind, Member};
use ambit_schema::plan::{Plan, PluginEntry};

use crate::flow::{Graph, MAX_STEPS, Way, reaching};

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// One thing.
    One(Member),
    /// Anything that a pattern covers.
    Any(CapSet),
}

/// A plugin that may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder<'p> {
    /// Which.
    pub plugin: &'p PluginEntry,
    /// One thing of a pattern that it may do it to, as people write it. `None`: the one thing that was asked about.
    pub witness: Option<String>,
}

/// A plugin that may not, and that moves one that may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through<'p> {
    /// Which.
    pub plugin: &'p PluginEntry,
    /// A shortest way: how it moves whom, how that one moves whom; the last is one that may.
    pub way: Vec<(Way, &'p PluginEntry)>,
}

impl Asked {
    /// Reads what is asked about: one thing where the text names one and `any` is not set, else a pattern. For endpoints a
    /// place alone, such as `10.0.0.0/8`, is that place under every scheme and port.
    ///
    /// # Errors
    /// The text is neither.
    pub fn parse(kind: Kind, text: &str, any: bool) -> Result<Asked, CapTextError> {
        let one = Member::parse(kind, text);
        match one {
            Ok(member) if !any => Ok(Asked::One(member)),
            one => {
                CapSet::parse(kind, text).or_else(|error| bare_place(kind, text).ok_or(error)).map(Asked::Any).map_err(
                    // What is wrong with a thing says more than what is wrong with a pattern.
                    |error| one.err().unwrap_or(error),
                )
            }
        }
    }
}

fn bare_place(kind: Kind, text: &str) -> Option<CapSet> {
    let is_bare = kind.domain() == DomainKind::Endpoints && !text.contains("://");
    is_bare.then(|| CapSet::parse(kind, &format!("*://{text}:*")).ok()).flatten()
}

/// The plugins that may do `kind` to what is asked about, in load order.
#[must_use]
pub fn who_can<'p>(plan: &'p Plan, kind: Kind, asked: &Asked) -> Vec<Holder<'p>> {
    plan.content().plugins.iter().filter_map(|plugin| holder(plugin, kind, asked)).collect()
}

fn holder<'p>(plugin: &'p PluginEntry, kind: Kind, asked: &Asked) -> Option<Holder<'p>> {
    let held = &plugin.granted(kind)?.set;
    match asked {
        Asked::One(member) => held.covers(kind, member).then_some(Holder { plugin, witness: None }),
        Asked::Any(pattern) => {
            let both = held.intersect(pattern);
            let witness = (!both.is_empty()).then(|| both.example(kind));
            witness.map(|witness| Holder { plugin, witness: Some(witness) })
        }
    }
}

/// Those who reach one of the holders by messages, events, tools and dependencies and are none themselves, in load order; and whether
/// there may be more, past the bounds of the graph.
#[must_use]
pub fn through<'p>(plan: &'p Plan, holders: &[Holder<'p>]) -> (Vec<Through<'p>>, bool) {
    let graph = Graph::of_plan(plan);
    let plugins = &plan.content().plugins;
    let is_holder: Vec<bool> = {
        let ids: std::collections::BTreeSet<&str> = holders.iter().map(|holder| holder.plugin.id.as_str()).collect();
        plugins.iter().map(|plugin| ids.contains(plugin.id.as_str())).collect()
    };
    let to: Vec<usize> = (0..plugins.len()).filter(|at| is_holder[*at]).collect();
    let found = reaching(&graph, &to, Way::ALL, MAX_STEPS);
    let others = (0..plugins.len()).filter(|at| found.has(*at) && !is_holder[*at]);
    let way = |at: usize| found.way(at).into_iter().map(|step| (step.way, &plugins[step.to])).collect();
    let through = others.map(|at| Through { plugin: &plugins[at], way: way(at) }).collect();
    (through, found.is_cut || graph.left_out() > 0)
}
