//! Load order: each plugin after everything it depends on, and by id where that leaves a choice. A circle is reported with
//! its whole path.

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::bind::Model;
use crate::diag::{Code, Diagnostic, Sink};

/// The plugins' indices in load order, or nothing where there is a circle.
pub(super) fn resolve(model: &Model<'_>, depends: &[Vec<usize>], sink: &mut Sink) -> Option<Vec<usize>> {
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
    circles.is_empty().then(|| by_level(depends, components.iter().flatten().map(|node| node.index())))
}

/// Plugins by how many steps they stand above those that depend on nothing, then by id. Dependencies come in first.
fn by_level(depends: &[Vec<usize>], order: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut levels = vec![0_usize; depends.len()];
    let mut all: Vec<usize> = order.collect();
    for at in &all {
        levels[*at] = depends[*at].iter().map(|other| levels[*other] + 1).max().unwrap_or(0);
    }
    all.sort_by_key(|at| (levels[*at], *at));
    all
}

fn report(model: &Model<'_>, depends: &[Vec<usize>], circle: &[NodeIndex], sink: &mut Sink) {
    let members: Vec<usize> = circle.iter().map(|node| node.index()).collect();
    let path = shortest_circle(depends, &members);
    let id = |at: &usize| format!("`{}`", model.plugins[*at].id());
    let shown: Vec<String> = path.iter().chain(path.first()).map(id).collect();
    let first = &model.plugins[path[0]];
    let message = format!("plugins depend on each other in a circle: {}", shown.join(" → "));
    let mut found = Diagnostic::new(Code::DependencyCycle, first.span(), message);
    for at in path.iter().skip(1) {
        found = found.because(model.plugins[*at].span(), "in the circle");
    }
    sink.add(found.help("let one of them do without the other, or move what both need into a third"));
}

/// The shortest circle through the first plugin of a strongly connected component, found breadth first.
fn shortest_circle(depends: &[Vec<usize>], members: &[usize]) -> Vec<usize> {
    let start = members.iter().copied().min().unwrap_or_default();
    let mut came_from = vec![None; depends.len()];
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        if depends[at].contains(&start) {
            let mut path: Vec<usize> = std::iter::successors(Some(at), |at| came_from[*at]).collect();
            path.reverse();
            return path;
        }
        for next in depends[at].iter().copied().filter(|next| members.contains(next)) {
            if next != start && came_from[next].is_none() {
                came_from[next] = Some(at);
                queue.push_back(next);
            }
        }
    }
    vec![start]
}

fn index(at: usize) -> NodeIndex {
    NodeIndex::new(at)
}
