//! What plugins are meant to reach through others, as sets. Comes in: a model that knows its plugins. Goes out: its flows. A
//! line about a folder that each plugin has for itself is a line of its own for each plugin that it is through.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Binder, Flow, Model, Plugin};
use crate::diag::Sink;
use crate::grant::{FlowLine, Subject};
use crate::profile::Folders;

/// The places of the plugins that each subject names, by how it is written.
type Known<'m> = BTreeMap<&'m str, Arc<BTreeSet<usize>>>;

/// Binds every flow of the layers.
pub fn flows(model: &mut Model<'_>, folders: &Folders, sink: &mut Sink) {
    let mut binder = Binder::new(model.sources, folders, sink);
    let mut known = Known::new();
    let lines = model.layers.iter().flat_map(|layer| &layer.flows);
    model.flows = lines.flat_map(|line| binder.flow(line, model, &mut known)).collect();
}

impl Binder<'_> {
    fn flow<'m>(&mut self, line: &'m FlowLine, model: &Model<'m>, known: &mut Known<'m>) -> Vec<Flow<'m>> {
        let (from, through) = (named(&line.from, model, known), named(&line.through, model, known));
        if !self.folders.is_of_each(&line.target.value) {
            let set = self.set(line.kind, &line.target, "");
            return set.map(|set| Flow { line, from, through, set }).into_iter().collect();
        }
        let mut flows = vec![];
        for at in through.iter().copied() {
            let Some(set) = self.set(line.kind, &line.target, model.plugins[at].id()) else { break };
            flows.push(Flow { line, from: Arc::clone(&from), through: Arc::new(BTreeSet::from([at])), set });
        }
        flows
    }
}

fn named<'m>(subject: &'m Subject, model: &Model<'_>, known: &mut Known<'m>) -> Arc<BTreeSet<usize>> {
    let places = || match subject.ids.as_member() {
        Some(id) => model.plugins.binary_search_by(|plugin| plugin.id().cmp(id.text())).into_iter().collect(),
        None => {
            let is_named = |plugin: &Plugin| plugin.name().is_some_and(|name| subject.ids.contains(name));
            let covers = |plugin: &Plugin| model.publishers.covers(&subject.who, &plugin.identity, true);
            let plugins = model.plugins.iter().enumerate();
            plugins.filter(|(_, plugin)| is_named(plugin) && covers(plugin)).map(|(at, _)| at).collect()
        }
    };
    Arc::clone(known.entry(&subject.written.value).or_insert_with(|| Arc::new(places())))
}
