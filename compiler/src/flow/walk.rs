//! Ways through the graph, breadth first: the first way to anyone is a shortest one, and always the same.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

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
    order: Vec<usize>,
    /// In the same order, how the walk came to each.
    came: Vec<Came>,
    /// Where in that order each party stands, counted from one, once somebody asks for a way.
    places: OnceCell<Vec<usize>>,
    /// A bit for each place, whether they are found.
    bits: Vec<u64>,
    is_backwards: bool,
    /// How many edges were looked at.
    pub work: usize,
    /// Whether the bound on work was hit, so that someone may be missing.
    pub is_cut: bool,
}

/// By which edge a walk came to somebody.
#[derive(Debug, Clone, Copy)]
struct Came {
    way: Way,
    /// Who stands at the other end.
    other: usize,
    /// Where they stand in the order of the walk. `None`: it started from them.
    before: Option<usize>,
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

    /// Where in the order somebody stands.
    fn place(&self, found: usize) -> Option<usize> {
        let places = self.places.get_or_init(|| {
            let mut places = vec![0; self.bits.len() * 64];
            self.order.iter().enumerate().for_each(|(place, at)| places[*at] = place + 1);
            places
        });
        places.get(found)?.checked_sub(1)
    }

    /// A shortest way between where the walk started and someone it found, in the direction of its edges. Empty for others.
    #[must_use]
    pub fn way(&self, found: usize) -> Vec<Step> {
        let mut way = vec![];
        let mut place = self.place(found);
        while let Some((at, came)) = place.and_then(|place| self.order.get(place).zip(self.came.get(place))) {
            let (from, to) = if self.is_backwards { (*at, came.other) } else { (came.other, *at) };
            way.push(Step { from, way: came.way, to });
            place = came.before;
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
        let starts: BTreeSet<usize> = starts.iter().copied().collect();
        let bits = vec![0; self.hubs.len().div_ceil(64)];
        let mut found = Reached {
            order: vec![],
            came: vec![],
            places: OnceCell::new(),
            bits,
            is_backwards: self.is_backwards,
            work: 0,
            is_cut: false,
        };
        let mut passed = BTreeMap::new();
        let mut goes_on = starts.iter().all(|start| self.goes_on(*start, None, room, &mut passed, &mut found));
        // Who is found waits behind those who were found before.
        let mut place = 0;
        while let Some(at) = found.order.get(place).copied().filter(|_| goes_on) {
            goes_on = starts.contains(&at) || self.goes_on(at, Some(place), room, &mut passed, &mut found);
            place += 1;
        }
        found
    }

    /// Finds everyone whom `at` leads to, who stands at `before` in the order. Whether there is more to be found.
    fn goes_on(
        &self,
        at: usize,
        before: Option<usize>,
        room: usize,
        passed: &mut BTreeMap<usize, Option<usize>>,
        found: &mut Reached,
    ) -> bool {
        // Everyone is found: what is left of a dense graph are only further ways to them.
        if found.order.len() == self.hubs.len() {
            return false;
        }
        for hub in self.hubs[at].iter().copied() {
            let way = self.graph.hubs[hub].way;
            if !self.ways.contains(&way) {
                continue;
            }
            let ends = self.beyond(hub, at, passed);
            found.expect(ends.len().min(room - found.work));
            for next in ends.iter().copied().filter(|next| *next != at) {
                found.work += 1;
                if found.work > room {
                    found.is_cut = true;
                    return false;
                }
                found.add(next, Came { way, other: at, before });
            }
        }
        true
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
}

impl Reached {
    /// Makes room for so many at once, as far as there are so many who are not found.
    fn expect(&mut self, count: usize) {
        let most = (self.bits.len() * 64).saturating_sub(self.order.len());
        self.order.reserve(count.min(most));
        self.came.reserve(count.min(most));
    }

    /// Keeps how the walk came to someone for the first time.
    fn add(&mut self, next: usize, came: Came) {
        if !self.has(next) {
            self.bits[next / 64] |= 1 << (next % 64);
            self.order.push(next);
            self.came.push(came);
        }
    }
}
