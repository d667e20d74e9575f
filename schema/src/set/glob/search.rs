//! The search over several globs at once. Comes in: globs and what is asked of them. Goes out: the shortest text that
//! satisfies the question, or proof that there is none. States are made as they are reached, breadth first.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::super::domain::{Finding, Fuel};
use super::super::query::Truth;
use super::Glob;
use super::machine::Letter;
use super::state::{Leaf, States};
use super::universe::{self, Progress, Universe};

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
    let needed = needed(leaves, verdict);
    let heads = needed.iter().flatten().map(|glob| glob.machine().head());
    let head = heads.max_by_key(Vec::len).unwrap_or_default();
    let states = States::new(leaves);
    Search { states, needed, head, universe, verdict, nodes: Vec::new(), seen: BTreeSet::new() }.run(fuel)
}

/// The globs without which the question cannot come true.
fn needed<'a>(leaves: &[Leaf<'a>], verdict: &dyn Fn(&[Truth]) -> Truth) -> Vec<Option<&'a Glob>> {
    let mut truths = vec![Truth::Unknown; leaves.len()];
    let mut needed = Vec::with_capacity(leaves.len());
    for (place, leaf) in leaves.iter().enumerate() {
        truths[place] = Truth::No;
        let is_needed = verdict(&truths) == Truth::No;
        truths[place] = Truth::Unknown;
        needed.push(leaf.glob().filter(|_| is_needed));
    }
    needed
}

struct Search<'a> {
    states: States<'a>,
    needed: Vec<Option<&'a Glob>>,
    /// What every answer begins with; the search starts after it.
    head: Vec<Letter>,
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

enum Step {
    Found(usize),
    OutOfFuel,
    Done,
}

impl Search<'_> {
    fn run(&mut self, fuel: &mut Fuel) -> Finding<String> {
        let Some(root) = self.root() else { return Finding::Empty };
        if self.is_answer(root.progress, &root.state) {
            return Finding::Found(self.text(0));
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

    /// The state after the head; nothing when no member begins so.
    fn root(&mut self) -> Option<Node> {
        let (mut state, mut next) = (self.states.start(), Vec::new());
        let mut progress = Progress::Start;
        for letter in self.head.iter().copied() {
            progress = self.universe.step(progress, letter)?;
            self.states.step(&state, letter, &mut next);
            std::mem::swap(&mut state, &mut next);
        }
        Some(Node { parent: 0, letter: Letter::End, depth: self.head.len(), progress, state: state.into() })
    }

    /// Reaches all states that follow one.
    fn expand(&mut self, at: usize, fuel: &mut Fuel) -> Step {
        let Node { depth, progress, ref state, .. } = self.nodes[at];
        if depth > self.universe.max_chars() {
            return Step::Done;
        }
        let state = Rc::clone(state);
        let mut next = Vec::with_capacity(state.len() + 4);
        for letter in self.letters(&state) {
            if !fuel.burn(state.len() + 4) {
                return Step::OutOfFuel;
            }
            let Some(progress) = self.universe.step(progress, letter) else { continue };
            self.states.step(&state, letter, &mut next);
            let is_answer = self.is_answer(progress, &next);
            if is_answer || self.is_new_hope(progress, &next) {
                self.nodes.push(Node { parent: at, letter, depth: depth + 1, progress, state: next.as_slice().into() });
            }
            if is_answer {
                return Step::Found(self.nodes.len() - 1);
            }
        }
        Step::Done
    }

    /// Whether a state is new and the question can still come true from it.
    fn is_new_hope(&mut self, progress: Progress, state: &[u16]) -> bool {
        (self.verdict)(self.states.outlook(state)) != Truth::No && self.seen.insert((progress, state.into()))
    }

    /// Whether the text up to here is a member and satisfies the question.
    fn is_answer(&mut self, progress: Progress, state: &[u16]) -> bool {
        self.universe.accepts(progress) && (self.verdict)(self.states.truths(state)) == Truth::Yes
    }

    /// The letters that lead to different states: the end, each character that a pattern waits for, and one other;
    /// fewer when a pattern that is needed waits for them and for no others.
    fn letters(&self, state: &[u16]) -> Vec<Letter> {
        if let Some(letters) = self.states.only_letters(state, &self.needed) {
            return letters;
        }
        let mut chars = self.states.chars(state);
        if let Some(fresh) = universe::fresh(&chars) {
            chars.push(fresh);
            chars.sort_unstable();
        }
        std::iter::once(Letter::End).chain(chars.into_iter().map(Letter::Char)).collect()
    }

    /// The text that leads to a node, without the end of its last segment.
    fn text(&self, mut at: usize) -> String {
        let mut letters = Vec::new();
        while at != 0 {
            letters.push(self.nodes[at].letter);
            at = self.nodes[at].parent;
        }
        let separator = self.universe.separator();
        let text = self.head.iter().chain(letters.iter().rev()).map(|letter| letter.as_char(separator));
        let last = self.head.len() + letters.len();
        text.take(last.saturating_sub(1)).collect()
    }
}
