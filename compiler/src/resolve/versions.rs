//! Dependencies become edges. Comes in: one version of each plugin, chosen by `select`, which has told what does not fit. Goes
//! out: for each plugin the plugins that it depends on, as indices of the model. Packages that the host provides are no plugins
//! and leave no edge.

use crate::bind::{Model, Plugin};
use crate::manifest::{Dependency, Scope};

pub(super) fn resolve(model: &Model<'_>) -> Vec<Vec<usize>> {
    model.cores.map(&model.plugins, |plugin| edges(model, plugin))
}

fn edges(model: &Model<'_>, plugin: &Plugin) -> Vec<usize> {
    let edge = |line: &Dependency| {
        let at = model.plugins.binary_search_by(|other| other.manifest.id.said().cmp(line.id.said())).ok()?;
        line.range.said().contains(model.plugins[at].manifest.version.said()).then_some(at)
    };
    let planned = plugin.manifest.dependencies.iter().filter(|line| line.scope != Scope::Dev);
    let mut edges: Vec<usize> = planned.filter_map(edge).collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}
