//! Plugins that can move each other in a circle: each strongly connected component of the graph once, with its smallest circle.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::NodeIndex;

use super::{Graph, Step, Way, walk};

/// How many members of a component are tried as the start of a circle.
const MAX_STARTS: usize = 64;

/// A component with a circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle {
    /// The smallest circle that was found, from its first plugin back to it.
    pub way: Vec<Step>,
    /// Everyone who stands in some circle with them.
    pub members: Vec<usize>,
}

/// The circles of some ways, by their first member. `room` bounds the work of looking for small ones.
#[must_use]
pub fn circles(graph: &Graph<'_>, ways: &[Way], mut room: usize) -> Vec<Circle> {
    let mut found = vec![];
    let mut components = components(graph, ways);
    components.sort();
    for members in components {
        let mut best: Option<Vec<Step>> = None;
        for start in members.iter().take(MAX_STARTS) {
            let reached = walk::reached(graph, &[*start], ways, room);
            room = room.saturating_sub(reached.work);
            let way = reached.way(*start);
            let is_better = best.as_ref().is_none_or(|best| way.len() < best.len());
            if !way.is_empty() && is_better {
                best = Some(way);
            }
            if best.as_ref().is_some_and(|best| best.len() == 2) {
                break;
            }
        }
        found.extend(best.map(|way| Circle { way, members }));
    }
    found
}

/// Groups of at least two parties, each in order. A party that moves itself is no group.
fn components(graph: &Graph<'_>, ways: &[Way]) -> Vec<Vec<usize>> {
    let count = graph.parties.len();
    let whole = graph.drawn(ways);
    let parties = |component: Vec<NodeIndex<usize>>| {
        let mut members: Vec<usize> = component.iter().map(|node| node.index()).filter(|at| *at < count).collect();
        members.sort_unstable();
        members
    };
    kosaraju_scc(&whole).into_iter().map(parties).filter(|members| members.len() > 1).collect()
}
