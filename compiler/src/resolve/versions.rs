//! Dependencies become edges. Comes in: one version of each plugin, chosen by `select`, which has told what does not fit. Goes
//! out: for each plugin the plugins that it depends on, as indices of the model. Packages that the host provides are no plugins
//! and leave no edge.

use ambit_schema::name::Finder;

use crate::bind::{Model, Plugin};
use crate::manifest::{Dependency, Scope};

pub(super) fn resolve(model: &Model<'_>) -> Vec<Vec<usize>> {
    let finder = Finder::new(model.plugins.iter().map(|plugin| plugin.manifest.id.said()));
    model.cores.map(&model.plugins, |plugin| edges(model, &finder, plugin))
}

fn edges(model: &Model<'_>, finder: &Finder, plugin: &Plugin) -> Vec<usize> {
    let edge = |line: &Dependency| {
        let at = finder.find(line.id.said(), |at| model.plugins[at].manifest.id.said())?;
        line.range.said().contains(model.plugins[at].manifest.version.said()).then_some(at)
    };
    let planned = plugin.manifest.dependencies.iter().filter(|line| line.scope != Scope::Dev);
    let mut edges: Vec<usize> = planned.filter_map(edge).collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}
