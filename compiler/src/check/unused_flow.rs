//! `unused-flow`: a line of a flow that nothing goes through: whoever it is through has nothing of the kind, or whoever it is
//! from has no way there. It promises nothing now, and would admit what comes later.

use std::collections::{BTreeMap, BTreeSet};

use super::party;
use crate::bind::{Flow, Model, Plugin};
use crate::diag::{Code, Diagnostic, Fix, Sink};
use crate::flow::{Graph, MAX_STEPS, Party, Reached, Way, reaching};
use crate::manifest::Scope;
use crate::source::Span;

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    if model.flows.is_empty() {
        return;
    }
    // A line about a folder of each plugin is a flow for each of them.
    let mut lines: BTreeMap<(Span, Span), Vec<&Flow<'_>>> = BTreeMap::new();
    for flow in model.flows.iter().filter(|flow| !flow.from.is_empty() && !flow.through.is_empty()) {
        lines.entry((flow.line.target.span, flow.line.through.written.span)).or_default().push(flow);
    }
    let graph = Graph::new(model.plugins.iter().map(|plugin| needing(model, plugin)).collect());
    let mut ways = Ways { graph: &graph, known: BTreeMap::new(), room: MAX_STEPS };
    for flows in lines.values() {
        if let Some(found) = finding(model, flows, &mut ways) {
            sink.add(found);
        }
    }
}

/// A plugin with what it depends on: its commands and tools may be called.
fn needing<'m>(model: &Model<'_>, plugin: &'m Plugin) -> Party<'m> {
    let needed = plugin.manifest.dependencies.iter().filter(|line| line.scope != Scope::Dev);
    let place = |id: &str| model.plugins.binary_search_by(|other| other.id().cmp(id)).ok();
    Party { depends: needed.filter_map(|line| place(line.id.said().as_str())).collect(), ..party(plugin) }
}

/// Who reaches some plugins, looked for once.
struct Ways<'w, 'p> {
    graph: &'w Graph<'p>,
    known: BTreeMap<Vec<usize>, Reached>,
    room: usize,
}

impl Ways<'_, '_> {
    /// Whether any of `from` moves any of `to` that is another; true where the bound on work was hit.
    fn lead(&mut self, from: &BTreeSet<usize>, to: Vec<usize>) -> bool {
        if !self.known.contains_key(&to) && self.room > 0 {
            let found = reaching(self.graph, &to, Way::ALL, self.room);
            self.room = self.room.saturating_sub(found.work + self.graph.size());
            self.known.insert(to.clone(), found);
        }
        // Those of `to` who reach another of them are found as well.
        let is_met = |found: &Reached| match from.len() < found.order().len() {
            true => from.iter().any(|at| found.has(*at)),
            false => found.order().iter().any(|at| from.contains(at)),
        };
        self.known.get(&to).is_none_or(|found| found.is_cut || is_met(found))
    }
}

fn finding(model: &Model<'_>, flows: &[&Flow<'_>], ways: &mut Ways<'_, '_>) -> Option<Diagnostic> {
    let line = flows.first()?.line;
    let (from, through) = (&line.from.written.value, &line.through.written.value);
    let holds = |at: &usize| model.plugins[*at].has(line.kind);
    let holders: Vec<usize> = flows.iter().flat_map(|flow| flow.through.iter().copied()).filter(holds).collect();
    let why = if holders.is_empty() {
        format!("`{through}` has no `{}` that anyone could reach through it", line.kind)
    } else {
        if ways.lead(&flows.first()?.from, holders) {
            return None;
        }
        format!("nothing leads from `{from}` to `{through}`: no message, event, tool or dependency")
    };
    let message = format!("no right is reached by this flow from `{from}` through `{through}`");
    let found = Diagnostic::new(Code::UnusedFlow, line.target.span, message).note(why);
    let found = found.help("remove the line, or correct the names in it");
    Some(found.fix_with(Fix::risky("remove it").remove(line.target.span)))
}
