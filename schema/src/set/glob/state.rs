//! Joint states of several globs. Comes in: leaves of a question. Goes out: states as runs of numbers, cheap to make,
//! to copy and to compare, and what each leaf says of them.
//!
//! A state has, for each leaf in order, the number of its positions and the positions. A glob that accepts whatever
//! follows has one position, `SURE`, so that all such states are one.

use super::super::query::Truth;
use super::Glob;
use super::machine::{Letter, Positions};

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

impl<'a> Leaf<'a> {
    pub(super) fn glob(&self) -> Option<&'a Glob> {
        match self {
            Self::Glob(glob) => Some(glob),
            Self::Never | Self::Always => None,
        }
    }
}

const SURE: u16 = u16::MAX;

/// The leaves, and room for what is computed about one state.
pub(super) struct States<'a> {
    leaves: &'a [Leaf<'a>],
    positions: Positions,
    truths: Vec<Truth>,
}

impl<'a> States<'a> {
    pub(super) fn new(leaves: &'a [Leaf<'a>]) -> Self {
        Self { leaves, positions: Positions::new(), truths: Vec::with_capacity(leaves.len()) }
    }

    pub(super) fn start(&self) -> Vec<u16> {
        let mut state = Vec::new();
        for leaf in self.leaves {
            match leaf {
                Leaf::Glob(glob) => push(glob, &glob.machine().start(), &mut state),
                Leaf::Never | Leaf::Always => state.push(0),
            }
        }
        state
    }

    /// The state after `letter`.
    pub(super) fn step(&mut self, state: &[u16], letter: Letter, next: &mut Vec<u16>) {
        next.clear();
        for (leaf, from) in self.leaves.iter().zip(Split(state)) {
            match leaf {
                Leaf::Glob(_) if from == [SURE] => next.extend([1, SURE]),
                Leaf::Glob(glob) if !from.is_empty() => {
                    glob.machine().step(from, letter, &mut self.positions);
                    push(glob, &self.positions, next);
                }
                _ => next.push(0),
            }
        }
    }

    /// The truth of each leaf if the text ends here.
    pub(super) fn truths(&mut self, state: &[u16]) -> &[Truth] {
        self.judge(state, |glob, positions| Truth::from(glob.machine().accepts(positions)))
    }

    /// What is known of each leaf, whatever follows.
    pub(super) fn outlook(&mut self, state: &[u16]) -> &[Truth] {
        self.judge(state, |_, positions| if positions.is_empty() { Truth::No } else { Truth::Unknown })
    }

    fn judge(&mut self, state: &[u16], open: impl Fn(&Glob, &[u16]) -> Truth) -> &[Truth] {
        self.truths.clear();
        self.truths.extend(self.leaves.iter().zip(Split(state)).map(|(leaf, positions)| match leaf {
            Leaf::Never => Truth::No,
            Leaf::Always => Truth::Yes,
            Leaf::Glob(_) if positions == [SURE] => Truth::Yes,
            Leaf::Glob(glob) => open(glob, positions),
        }));
        &self.truths
    }

    /// The characters that some glob tells from others here, sorted.
    pub(super) fn chars(&self, state: &[u16]) -> Vec<char> {
        let mut chars = Vec::new();
        for (leaf, positions) in self.leaves.iter().zip(Split(state)) {
            if let (Leaf::Glob(glob), true) = (leaf, positions != [SURE]) {
                glob.machine().chars(positions, &mut chars);
            }
        }
        chars.sort_unstable();
        chars.dedup();
        chars
    }

    /// The letters that one of the `needed` globs waits for, when it waits for no others.
    pub(super) fn only_letters(&self, state: &[u16], needed: &[Option<&Glob>]) -> Option<Vec<Letter>> {
        let mut here = needed.iter().zip(Split(state)).filter(|(_, positions)| *positions != [SURE]);
        here.find_map(|(glob, positions)| glob.as_ref()?.machine().only_letters(positions))
    }
}

/// Appends the positions of one glob to a state.
fn push(glob: &Glob, positions: &[u16], state: &mut Vec<u16>) {
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
