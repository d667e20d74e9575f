//! Load order, in stages: each plugin in the first stage that is after everything it depends on, and by id within one. A
//! circle is reported with its whole path, at the lines that make it.

use std::collections::{BTreeMap, VecDeque};

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::bind::Model;
use crate::diag::{Code, Diagnostic, Sink};
use crate::manifest::{Dependency, Scope};

/// How many plugins of a circle are shown; a circle can have all there are.
const MAX_SHOWN: usize = 32;

/// The plugins' indices by stage, or nothing where there is a circle.
pub(super) fn resolve(model: &Model<'_>, depends: &[Vec<usize>], sink: &mut Sink) -> Option<Vec<Vec<usize>>> {
    let edges = depends.iter().enumerate().flat_map(|(from, to)| to.iter().map(move |to| (index(from), index(*to))));
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(depends.len(), 0);
    for _ in depends {
        graph.add_node(());
    }
    graph.extend_with_edges(edges);
    // Components come out dependencies first.
    let components = tarjan_scc(&graph);
    let circular = |component: &&Vec<NodeIndex>| component.len() > 1 || graph.contains_edge(component[0], component[0]);
    let circles: Vec<_> = components.iter().filter(circular).collect();
    circles.iter().for_each(|circle| report(model, depends, circle, sink));
    circles.is_empty().then(|| stages(depends, components.iter().flatten().map(|node| node.index())))
}

/// Plugins by how many steps they stand above those that depend on nothing, then by id. Dependencies come in first.
fn stages(depends: &[Vec<usize>], order: impl Iterator<Item = usize>) -> Vec<Vec<usize>> {
    let mut levels = vec![0_usize; depends.len()];
    let mut stages: Vec<Vec<usize>> = vec![];
    for at in order {
        levels[at] = depends[at].iter().map(|other| levels[*other] + 1).max().unwrap_or(0);
        if stages.len() == levels[at] {
            stages.push(vec![]);
        }
        stages[levels[at]].push(at);
    }
    stages.iter_mut().for_each(|stage| stage.sort_unstable());
    stages
}

fn report(model: &Model<'_>, depends: &[Vec<usize>], circle: &[NodeIndex], sink: &mut Sink) {
    let path = shortest_circle(depends, circle);
    let id = |at: usize| model.plugins[at].id();
    let mut shown: Vec<String> = path.iter().take(MAX_SHOWN).map(|at| format!("`{}`", id(*at))).collect();
    if path.len() > MAX_SHOWN {
        shown.push(format!("{} more", path.len() - MAX_SHOWN));
    }
    let message = format!(
        "plugins depend on each other in a circle: {} → `{}`",
        shown.join(" → "),
        path.first().map_or("", |at| id(*at))
    );
    let edges = path.iter().zip(path.iter().cycle().skip(1)).take(MAX_SHOWN);
    let mut edges = edges.filter_map(|(from, to)| {
        let span = line(model, *from, *to)?.id.span();
        Some((span, format!("`{}` needs `{}`", id(*from), id(*to))))
    });
    let Some((span, text)) = edges.next() else { return };
    let found = Diagnostic::new(Code::DependencyCycle, span, message).label(text);
    let found = edges.fold(found, |found, (span, text)| found.because(span, text));
    sink.add(found.help("let one of them do without the other, or move what both need into a third"));
}

/// The line by which one plugin depends on another.
fn line<'m>(model: &'m Model<'_>, from: usize, to: usize) -> Option<&'m Dependency> {
    let lines = model.plugins[from].manifest.dependencies.iter();
    let id = model.plugins[to].manifest.id.said();
    lines.filter(|line| line.scope != Scope::Dev).find(|line| line.id.said() == id)
}

/// The shortest circle through the first plugin of a strongly connected component, found breadth first.
fn shortest_circle(depends: &[Vec<usize>], circle: &[NodeIndex]) -> Vec<usize> {
    let mut came_from: BTreeMap<usize, Option<usize>> = circle.iter().map(|node| (node.index(), None)).collect();
    let Some(start) = came_from.keys().next().copied() else { return vec![] };
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        if depends[at].binary_search(&start).is_ok() {
            let mut path: Vec<usize> =
                std::iter::successors(Some(at), |at| came_from.get(at).copied().flatten()).collect();
            path.reverse();
            return path;
        }
        for next in depends[at].iter().copied().filter(|next| *next != start) {
            if let Some(from @ None) = came_from.get_mut(&next) {
                *from = Some(at);
                queue.push_back(next);
            }
        }
    }
    vec![start]
}

fn index(at: usize) -> NodeIndex {
    NodeIndex::new(at)
}
