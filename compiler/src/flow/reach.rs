//! Whom everyone reaches, at once. Comes in: a graph. Goes out: a [`Reach`], which tells for each party the set of those that
//! it can move, by any number of steps. Parties that move each other in a circle reach the same, and are worked out together.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::NodeIndex;

use super::{Graph, Way};

/// More parties than this are not worked out: what everyone reaches grows with their square.
const MAX_PARTIES: usize = 16_384;

/// Whom each party of a graph reaches.
#[derive(Debug)]
pub struct Reach {
    /// The component of each party.
    of: Vec<usize>,
    /// What each component reaches.
    sets: Vec<Parties>,
}

/// A set of parties, by their places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parties(Vec<u64>);

impl Parties {
    /// Nobody, of so many.
    #[must_use]
    pub fn none(count: usize) -> Self {
        Parties(vec![0; count.div_ceil(64)])
    }

    /// Adds a party.
    pub fn insert(&mut self, at: usize) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    /// Takes a party out.
    pub fn remove(&mut self, at: usize) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word &= !(1 << (at % 64));
        }
    }

    /// Whether a party is in it.
    #[must_use]
    pub fn has(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The parties in it, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        let bits = |(at, word): (usize, &u64)| {
            let word = *word;
            (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| at * 64 + bit)
        };
        self.0.iter().enumerate().filter(|(_, word)| **word != 0).flat_map(bits)
    }

    /// Those who are not in `other`.
    #[must_use]
    pub fn without(&self, other: &Parties) -> Parties {
        let other = other.0.iter().copied().chain(std::iter::repeat(0));
        Parties(self.0.iter().zip(other).map(|(word, other)| word & !other).collect())
    }

    fn add_all(&mut self, other: &Parties) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }
}

impl Reach {
    /// Whom everyone reaches. `None`: there are too many to work it out.
    #[must_use]
    pub fn new(graph: &Graph<'_>) -> Option<Self> {
        let (count, hubs) = (graph.parties.len(), graph.hubs.len());
        if count > MAX_PARTIES {
            return None;
        }
        let components = kosaraju_scc(&graph.drawn(Way::ALL));
        let mut of = vec![0; count + hubs];
        for (at, members) in components.iter().enumerate() {
            members.iter().for_each(|node| of[node.index()] = at);
        }
        // A component comes after all those that it leads to.
        let mut sets: Vec<Parties> = Vec::with_capacity(components.len());
        for (at, members) in components.iter().enumerate() {
            sets.push(one(graph, &of, &sets, at, members));
        }
        of.truncate(count);
        Some(Reach { of, sets })
    }

    /// Whom a party reaches; itself only where a way leads back to it.
    #[must_use]
    pub fn from(&self, at: usize) -> &Parties {
        &self.sets[self.of[at]]
    }
}

fn one(graph: &Graph<'_>, of: &[usize], sets: &[Parties], at: usize, members: &[NodeIndex<usize>]) -> Parties {
    let count = graph.parties.len();
    let mut reached = Parties::none(count);
    let mut add = |to: usize| {
        if to < count {
            reached.insert(to);
        }
        if let Some(beyond) = sets.get(of[to]) {
            reached.add_all(beyond);
        }
    };
    for node in members.iter().map(|node| node.index()) {
        match node.checked_sub(count) {
            None => graph.from[node].iter().map(|hub| count + hub).filter(|to| of[*to] != at).for_each(&mut add),
            Some(hub) => graph.hubs[hub].to.iter().copied().filter(|to| of[*to] != at).for_each(&mut add),
        }
    }
    if members.len() > 1 {
        members.iter().map(|node| node.index()).filter(|node| *node < count).for_each(|node| reached.insert(node));
    }
    reached
}
