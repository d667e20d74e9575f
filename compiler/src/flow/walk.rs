//! Ways through the graph, breadth first: the first way to anyone is a shortest one, and always the same.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Graph, Way};

/// One edge of a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// From whom.
    pub from: usize,
    /// How.
    pub way: Way,
    /// To whom.
    pub to: usize,
}

/// Everyone that a walk found.
#[derive(Debug)]
pub struct Reached {
    starts: BTreeSet<usize>,
    /// For everyone the edge by which the walk came, by their place once the walk is over.
    steps: Vec<(usize, Step)>,
    order: Vec<usize>,
    /// A bit for each place, whether they are found.
    bits: Vec<u64>,
    is_backwards: bool,
    /// How many edges were looked at.
    pub work: usize,
    /// Whether the bound on work was hit, so that someone may be missing.
    pub is_cut: bool,
}

impl Reached {
    /// Those who were found, nearest first; one that the walk started from is among them only when a way leads back to it.
    #[must_use]
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Whether someone was found.
    #[must_use]
    pub fn has(&self, at: usize) -> bool {
        self.bits.get(at / 64).is_some_and(|bits| bits >> (at % 64) & 1 == 1)
    }

    fn step(&self, at: usize) -> Option<Step> {
        let place = self.steps.binary_search_by_key(&at, |(found, _)| *found).ok()?;
        self.steps.get(place).map(|(_, step)| *step)
    }

    /// A shortest way between where the walk started and someone it found, in the direction of its edges. Empty for others.
    #[must_use]
    pub fn way(&self, found: usize) -> Vec<Step> {
        let mut way = vec![];
        let mut at = found;
        while let Some(step) = self.step(at) {
            way.push(step);
            at = if self.is_backwards { step.to } else { step.from };
            if self.starts.contains(&at) {
                break;
            }
        }
        if !self.is_backwards {
            way.reverse();
        }
        way
    }
}

/// Whom any of `from` reaches in some of the ways, with at most `room` of work.
#[must_use]
pub fn reached(graph: &Graph<'_>, from: &[usize], ways: &[Way], room: usize) -> Reached {
    let ends = |hub: usize| graph.hubs[hub].to.as_slice();
    Walk { graph, ways, hubs: &graph.from, ends, is_backwards: false }.run(from, room)
}

/// Who reaches any of `to`.
#[must_use]
pub fn reaching(graph: &Graph<'_>, to: &[usize], ways: &[Way], room: usize) -> Reached {
    let mut senders: Vec<Vec<usize>> = vec![vec![]; graph.hubs.len()];
    for (from, hubs) in graph.from.iter().enumerate() {
        hubs.iter().for_each(|hub| senders[*hub].push(from));
    }
    let mut hubs: Vec<Vec<usize>> = vec![vec![]; graph.from.len()];
    for (at, hub) in graph.hubs.iter().enumerate() {
        hub.to.iter().for_each(|to| hubs[*to].push(at));
    }
    let ends = |hub: usize| senders[hub].as_slice();
    Walk { graph, ways, hubs: &hubs, ends, is_backwards: true }.run(to, room)
}

/// The graph, in one of its two directions.
struct Walk<'w, 'p, E> {
    graph: &'w Graph<'p>,
    ways: &'w [Way],
    /// The hubs of each party.
    hubs: &'w [Vec<usize>],
    /// Whom each hub leads to, in order.
    ends: E,
    is_backwards: bool,
}

impl<'w, E: Fn(usize) -> &'w [usize]> Walk<'w, '_, E> {
    fn run(&self, starts: &[usize], room: usize) -> Reached {
        let mut found = self.walked(starts, room);
        found.steps.sort_unstable_by_key(|(at, _)| *at);
        found
    }

    fn walked(&self, starts: &[usize], room: usize) -> Reached {
        let starts: BTreeSet<usize> = starts.iter().copied().collect();
        let mut queue: VecDeque<usize> = starts.iter().copied().collect();
        let (is_backwards, bits) = (self.is_backwards, vec![0; self.hubs.len().div_ceil(64)]);
        let mut found = Reached { starts, steps: vec![], order: vec![], bits, is_backwards, work: 0, is_cut: false };
        let mut passed = BTreeMap::new();
        while let Some(at) = queue.pop_front() {
            // Everyone is found: what is left of a dense graph are only further ways to them.
            if found.order.len() == self.hubs.len() {
                break;
            }
            for hub in self.hubs[at].iter().copied().filter(|hub| self.ways.contains(&self.graph.hubs[*hub].way)) {
                for next in self.beyond(hub, at, &mut passed).iter().copied().filter(|next| *next != at) {
                    found.work += 1;
                    if found.work > room {
                        found.is_cut = true;
                        return found;
                    }
                    if found.add(next, self.step(hub, at, next)) {
                        queue.push_back(next);
                    }
                }
            }
        }
        found
    }

    /// Whom a hub leads to, when it is passed for the first time. Whoever passes it first does not move itself, so the second
    /// time it leads to them; then to nobody.
    fn beyond(&self, hub: usize, at: usize, passed: &mut BTreeMap<usize, Option<usize>>) -> &'w [usize] {
        let ends = (self.ends)(hub);
        match passed.get(&hub).copied() {
            None => {
                passed.insert(hub, Some(at));
                ends
            }
            Some(first) => {
                passed.insert(hub, None);
                let place = first.and_then(|first| ends.binary_search(&first).ok());
                place.map_or(&[], |place| &ends[place..=place])
            }
        }
    }

    fn step(&self, hub: usize, at: usize, next: usize) -> Step {
        let (from, to) = if self.is_backwards { (next, at) } else { (at, next) };
        Step { from, way: self.graph.hubs[hub].way, to }
    }
}

impl Reached {
    /// Whether someone is found for the first time, and the walk goes on from there.
    fn add(&mut self, next: usize, step: Step) -> bool {
        if self.has(next) {
            return false;
        }
        self.bits[next / 64] |= 1 << (next % 64);
        self.steps.push((next, step));
        self.order.push(next);
        !self.starts.contains(&next)
    }
}
