//! A plan drawn: plugins in the stages in which they load, and who moves whom. Comes in: a plan. Goes out: a list for people, a
//! graph for Graphviz, or a picture of its own (`svg`). The same plan is always drawn the same; past a bound the rest is counted.

use std::collections::BTreeMap;

use ambit_compiler::flow::{Graph, Way};
use ambit_schema::plan::{Plan, PluginEntry};

use crate::render::visible;

mod svg;

/// How many plugins and edges are drawn.
const MAX_DRAWN: usize = 500;
const MAX_EDGES: usize = 3000;

/// What is drawn.
#[derive(Debug)]
pub struct Picture<'p> {
    title: String,
    /// The plugins that are drawn, in load order.
    plugins: Vec<&'p PluginEntry>,
    /// The stage of each, from 0.
    stages: Vec<usize>,
    /// Who moves whom, by their places among the plugins.
    edges: Vec<(usize, Way, usize)>,
    left_out: (usize, usize),
}

impl<'p> Picture<'p> {
    /// The picture of a plan, with its edges of some ways.
    #[must_use]
    pub fn new(plan: &'p Plan, ways: &[Way]) -> Self {
        let content = plan.content();
        let graph = Graph::of_plan(plan);
        let plugins: Vec<&PluginEntry> = content.plugins.iter().take(MAX_DRAWN).collect();
        let stages = content.stages.iter().enumerate();
        let stages: BTreeMap<&str, usize> =
            stages.flat_map(|(stage, ids)| ids.iter().map(move |id| (id.as_str(), stage))).collect();
        let all = (0..plugins.len()).flat_map(|from| graph.edges(from).map(move |(way, to)| (from, way, to)));
        let mut all = all.filter(|(_, way, to)| ways.contains(way) && *to < plugins.len());
        let mut edges: Vec<_> = all.by_ref().take(MAX_EDGES).collect();
        edges.sort_unstable();
        Picture {
            title: format!("{} {}", content.host.name, content.host.version),
            stages: plugins.iter().map(|plugin| stages.get(plugin.id.as_str()).copied().unwrap_or(0)).collect(),
            left_out: (content.plugins.len() - plugins.len(), all.count() + graph.left_out()),
            plugins,
            edges,
        }
    }

    /// A list for people: each stage, each plugin in it, whom it moves.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}: {}\n", self.title, count(self.plugins.len() + self.left_out.0, "plugin"));
        for stage in 0..self.stage_count() {
            text.push_str(&format!("\nstage {}\n", stage + 1));
            for at in self.in_stage(stage) {
                text.push_str(&format!("  {} {}\n", self.plugins[at].id, about(self.plugins[at])));
                for (_, way, to) in self.edges.iter().filter(|(from, ..)| *from == at) {
                    text.push_str(&format!("    {} {}\n", way.phrase(), self.plugins[*to].id));
                }
            }
        }
        self.left().into_iter().for_each(|left| text.push_str(&format!("\n{left}\n")));
        text
    }

    /// A graph for Graphviz.
    #[must_use]
    pub fn dot(&self) -> String {
        let mut text = format!("digraph {} {{\n", quoted(&self.title));
        text.push_str("    rankdir=RL\n    node [shape=box style=rounded fontname=\"sans-serif\"]\n");
        text.push_str("    edge [fontname=\"sans-serif\" fontsize=10]\n");
        for stage in 0..self.stage_count() {
            text.push_str(&format!("    subgraph cluster_{} {{\n        label=\"stage {0}\"\n", stage + 1));
            for at in self.in_stage(stage) {
                let id = self.plugins[at].id.as_str();
                let label = quoted(&format!("{id}\n{}", about(self.plugins[at])));
                text.push_str(&format!("        {} [label={label}]\n", quoted(id)));
            }
            text.push_str("    }\n");
        }
        for (from, way, to) in &self.edges {
            let (from, to) = (quoted(self.plugins[*from].id.as_str()), quoted(self.plugins[*to].id.as_str()));
            text.push_str(&format!("    {from} -> {to} [style={} label=\"{}\"]\n", style(*way), way.key()));
        }
        self.left().into_iter().for_each(|left| text.push_str(&format!("    label={}\n", quoted(&left))));
        text.push_str("}\n");
        text
    }

    /// A picture.
    #[must_use]
    pub fn svg(&self) -> String {
        svg::draw(self)
    }

    fn stage_count(&self) -> usize {
        self.stages.iter().max().map_or(0, |last| last + 1)
    }

    fn in_stage(&self, stage: usize) -> impl Iterator<Item = usize> {
        self.stages.iter().enumerate().filter(move |(_, of)| **of == stage).map(|(at, _)| at)
    }

    /// What is not drawn, in words.
    fn left(&self) -> Option<String> {
        let (plugins, edges) = self.left_out;
        let said = format!("{} and {} are not drawn", count(plugins, "plugin"), count(edges, "edge"));
        (plugins + edges > 0).then_some(said)
    }
}

/// Version and tier.
fn about(plugin: &PluginEntry) -> String {
    visible(&format!("{} {}", plugin.version, plugin.tier))
}

fn style(way: Way) -> &'static str {
    match way {
        Way::Dependency => "solid",
        Way::Message => "dashed",
        Way::Event => "dotted",
        Way::Tool => "bold",
    }
}

fn count(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A text as Graphviz quotes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for line in text.split('\n').enumerate() {
        quoted.push_str(if line.0 == 0 { "" } else { "\\n" });
        quoted.push_str(&visible(line.1).replace('\\', "\\\\").replace('"', "\\\""));
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn quotes_end_where_the_text_ends() {
        assert_eq!(quoted("a\"b\\c\n\u{1b}]d"), r#""a\"b\\c\n\\u{1b}]d""#);
    }
}
