//! The search over several globs at once. Comes in: globs and what is asked of them. Goes out: the shortest text that
//! satisfies the question, or proof that there is none. States are made as they are reached, breadth first.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::super::domain::{Finding, Fuel};
use super::super::query::Truth;
use super::Glob;
use super::machine::{Letter, Positions};
use super::universe::{self, Progress, Universe};

/// What a pattern of the question is in this search.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Leaf<'a> {
    /// It covers nothing here.
    Never,
    /// It covers everything here.
    Always,
    /// It covers what the glob covers.
    Glob(&'a Glob),
}

/// Looks for a text for which `verdict`, given the truth of each leaf, says yes.
///
/// The text found is the shortest; of those, the first in the order of its characters, where a character that no
/// pattern names stands at the place of the one that is shown for it.
pub(in super::super) fn search(
    leaves: &[Leaf<'_>],
    universe: Universe,
    verdict: &dyn Fn(&[Truth]) -> Truth,
    fuel: &mut Fuel,
) -> Finding<String> {
    let mut search = Search { leaves, universe, verdict, nodes: Vec::new(), seen: BTreeSet::new() };
    search.run(fuel)
}

struct Search<'a> {
    leaves: &'a [Leaf<'a>],
    universe: Universe,
    verdict: &'a dyn Fn(&[Truth]) -> Truth,
    nodes: Vec<Node>,
    seen: BTreeSet<(Progress, Rc<[u16]>)>,
}

/// A state that was reached, and how.
struct Node {
    parent: usize,
    letter: Letter,
    depth: usize,
    progress: Progress,
    state: Rc<[u16]>,
}

/// Stands for the positions of a glob that accepts whatever follows.
const SURE: u16 = u16::MAX;

impl Search<'_> {
    fn run(&mut self, fuel: &mut Fuel) -> Finding<String> {
        let root = Node { parent: 0, letter: Letter::End, depth: 0, progress: Progress::Start, state: self.start() };
        if self.is_answer(&root) {
            return Finding::Found(String::new());
        }
        self.nodes.push(root);
        let mut at = 0;
        while at < self.nodes.len() {
            match self.expand(at, fuel) {
                Step::Found(last) => return Finding::Found(self.text(last)),
                Step::OutOfFuel => return Finding::Undecided,
                Step::Done => at += 1,
            }
        }
        Finding::Empty
    }

    /// Reaches all states that follow one.
    fn expand(&mut self, at: usize, fuel: &mut Fuel) -> Step {
        let Node { depth, progress, ref state, .. } = self.nodes[at];
        if depth > self.universe.max_chars() {
            return Step::Done;
        }
        let state = Rc::clone(state);
        for letter in self.letters(&state) {
            if !fuel.burn(state.len() + 4) {
                return Step::OutOfFuel;
            }
            let Some(progress) = self.universe.step(progress, letter) else { continue };
            let state = self.step(&state, letter);
            let node = Node { parent: at, letter, depth: depth + 1, progress, state };
            if self.is_answer(&node) {
                self.nodes.push(node);
                return Step::Found(self.nodes.len() - 1);
            }
            self.keep(node);
        }
        Step::Done
    }

    /// Remembers a state that is new and from which the question can still come true.
    fn keep(&mut self, node: Node) {
        if (self.verdict)(&self.outlook(&node.state)) == Truth::No {
            return;
        }
        if self.seen.insert((node.progress, Rc::clone(&node.state))) {
            self.nodes.push(node);
        }
    }

    /// The letters that lead to different states: the end, each character that a pattern waits for, and one other.
    fn letters(&self, state: &[u16]) -> Vec<Letter> {
        let mut chars = Vec::new();
        for (leaf, positions) in self.leaves.iter().zip(Split(state)) {
            if let (Leaf::Glob(glob), false) = (leaf, positions.first() == Some(&SURE)) {
                glob.machine().letters(positions, &mut chars);
            }
        }
        chars.sort_unstable();
        chars.dedup();
        if let Some(fresh) = universe::fresh(&chars) {
            chars.push(fresh);
            chars.sort_unstable();
        }
        std::iter::once(Letter::End).chain(chars.into_iter().map(Letter::Char)).collect()
    }

    fn start(&self) -> Rc<[u16]> {
        let mut state = Vec::new();
        for leaf in self.leaves {
            match leaf {
                Leaf::Glob(glob) => push_positions(glob, &glob.machine().start(), &mut state),
                Leaf::Never | Leaf::Always => state.push(0),
            }
        }
        state.into()
    }

    fn step(&self, state: &[u16], letter: Letter) -> Rc<[u16]> {
        let mut next = Vec::with_capacity(state.len());
        let mut positions = Positions::new();
        for (leaf, from) in self.leaves.iter().zip(Split(state)) {
            match leaf {
                Leaf::Glob(_) if from.first() == Some(&SURE) => next.extend([1, SURE]),
                Leaf::Glob(glob) => {
                    glob.machine().step(from, letter, &mut positions);
                    push_positions(glob, &positions, &mut next);
                }
                Leaf::Never | Leaf::Always => next.push(0),
            }
        }
        next.into()
    }

    /// Whether the text up to here is a member and satisfies the question.
    fn is_answer(&self, node: &Node) -> bool {
        self.universe.accepts(node.progress) && (self.verdict)(&self.truths(&node.state)) == Truth::Yes
    }

    /// The truth of each leaf if the text ends here.
    fn truths(&self, state: &[u16]) -> Vec<Truth> {
        self.judge(state, |glob, positions| Truth::from(glob.machine().accepts(positions)))
    }

    /// What is known of each leaf, whatever follows.
    fn outlook(&self, state: &[u16]) -> Vec<Truth> {
        self.judge(state, |_, positions| if positions.is_empty() { Truth::No } else { Truth::Unknown })
    }

    fn judge(&self, state: &[u16], open: impl Fn(&Glob, &[u16]) -> Truth) -> Vec<Truth> {
        let judge = |(leaf, positions): (&Leaf<'_>, &[u16])| match leaf {
            Leaf::Never => Truth::No,
            Leaf::Always => Truth::Yes,
            Leaf::Glob(_) if positions.first() == Some(&SURE) => Truth::Yes,
            Leaf::Glob(glob) => open(glob, positions),
        };
        self.leaves.iter().zip(Split(state)).map(judge).collect()
    }

    /// The text that leads to a node, without the end of its last segment.
    fn text(&self, mut at: usize) -> String {
        let mut letters = Vec::new();
        while at != 0 {
            letters.push(self.nodes[at].letter);
            at = self.nodes[at].parent;
        }
        let as_char = |letter: &Letter| match letter {
            Letter::Char(c) => *c,
            Letter::End => self.universe.separator(),
        };
        letters.iter().skip(1).rev().map(as_char).collect()
    }
}

enum Step {
    Found(usize),
    OutOfFuel,
    Done,
}

/// Appends the positions of one glob to a state: their number, then each.
fn push_positions(glob: &Glob, positions: &[u16], state: &mut Vec<u16>) {
    if glob.machine().is_sure(positions) {
        state.extend([1, SURE]);
        return;
    }
    state.push(u16::try_from(positions.len()).unwrap_or(u16::MAX));
    state.extend_from_slice(positions);
}

/// The positions of one leaf after the other.
struct Split<'a>(&'a [u16]);

impl<'a> Iterator for Split<'a> {
    type Item = &'a [u16];

    fn next(&mut self) -> Option<&'a [u16]> {
        let (count, rest) = self.0.split_first()?;
        let (positions, rest) = rest.split_at_checked(usize::from(*count))?;
        self.0 = rest;
        Some(positions)
    }
}
