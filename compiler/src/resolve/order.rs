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
    let levels = levels(depends);
    if levels.is_none() {
        circles(depends).iter().for_each(|circle| report(model, depends, circle, sink));
    }
    levels.map(|levels| stages(&levels))
}

/// How many steps each plugin stands above those that depend on nothing. Nothing, where some depend on each other in a circle.
fn levels(depends: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut levels: Vec<Option<usize>> = vec![None; depends.len()];
    let mut is_entered = vec![false; depends.len()];
    let mut above: Vec<(usize, usize)> = vec![];
    for start in 0..depends.len() {
        above.push((start, 0));
        // Whoever is entered waits for what it depends on, of which so many have a level.
        while let Some((at, done)) = above.pop().filter(|(at, _)| levels[*at].is_none()) {
            is_entered[at] = true;
            let done = done + depends[at][done..].iter().take_while(|other| levels[**other].is_some()).count();
            match depends[at].get(done) {
                Some(other) if is_entered[*other] => return None,
                Some(other) => above.extend([(at, done), (*other, 0)]),
                None => {
                    levels[at] =
                        depends[at].iter().map(|other| levels[*other].map_or(0, |level| level + 1)).max().or(Some(0))
                }
            }
        }
    }
    levels.into_iter().collect()
}

/// Those who depend on each other in circles.
fn circles(depends: &[Vec<usize>]) -> Vec<Vec<NodeIndex>> {
    let edges = depends.iter().enumerate().flat_map(|(from, to)| to.iter().map(move |to| (index(from), index(*to))));
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(depends.len(), 0);
    for _ in depends {
        graph.add_node(());
    }
    graph.extend_with_edges(edges);
    let mut components = tarjan_scc(&graph);
    components.retain(|component| component.len() > 1 || graph.contains_edge(component[0], component[0]));
    components
}

/// Plugins by their levels, then by id.
fn stages(levels: &[usize]) -> Vec<Vec<usize>> {
    let mut stages = vec![vec![]; levels.iter().max().map_or(0, |highest| highest + 1)];
    levels.iter().enumerate().for_each(|(at, level)| stages[*level].push(at));
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

#[cfg(test)]
mod tests {
    use super::{circles, levels};

    #[test]
    fn levels_are_there_where_no_circle_is() {
        const MANY: usize = 4;
        let (mut with, mut without) = (0, 0);
        for graph in 0..1_u32 << (MANY * MANY) {
            let depends = |from: usize| (0..MANY).filter(|to| graph >> (from * MANY + to) & 1 == 1).collect();
            let depends: Vec<Vec<usize>> = (0..MANY).map(depends).collect();
            let levels = levels(&depends);
            assert_eq!(levels.is_none(), !circles(&depends).is_empty(), "{depends:?}");
            for (at, level) in levels.iter().flatten().enumerate() {
                let least = depends[at].iter().map(|other| levels.as_ref().unwrap()[*other] + 1).max();
                assert_eq!(*level, least.unwrap_or(0), "{depends:?}");
            }
            *if levels.is_some() { &mut without } else { &mut with } += 1;
        }
        // As many as there are directed graphs of four without a circle.
        assert_eq!((without, with), (543, 65_536 - 543));
    }
}
