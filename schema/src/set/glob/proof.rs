//! Proofs about two globs without a search. Comes in: two machines. Goes out: that one accepts all texts of the other,
//! or a text that it does not accept; most pairs that people write are decided here.

use super::machine::{Letter, Machine, Positions, Token};
use super::universe;

impl Machine {
    /// Whether every text that `other` accepts is accepted here: `Some` is a proof either way.
    ///
    /// `max_chars` is the length of the longest text there is.
    pub(super) fn covers(&self, other: &Self, max_chars: usize) -> Option<bool> {
        let fresh = universe::fresh(&self.literals())?;
        if self.simulates(other, fresh) {
            return Some(true);
        }
        let sample = other.sample(fresh);
        let is_text = sample.len() <= max_chars + 1;
        (is_text && !self.accepts_letters(sample.into_iter())).then_some(false)
    }

    /// Reads the other pattern as if it were a text. A wildcard of that text leads on only where it leads on whatever
    /// it stands for: to a `*` or `**` that takes all of it, or past any one character.
    fn simulates(&self, other: &Self, fresh: char) -> bool {
        let (mut here, mut next) = (self.start(), Positions::new());
        for token in other.tokens() {
            if self.is_sure(&here) {
                return true;
            }
            match token {
                Token::Literal(c) => self.step(&here, Letter::Char(*c), &mut next),
                Token::Any => self.step(&here, Letter::Char(fresh), &mut next),
                Token::End => self.step(&here, Letter::End, &mut next),
                Token::Many => self.stay(&here, &[Token::Many, Token::Within], &mut next),
                Token::Rest => self.stay(&here, &[Token::Rest], &mut next),
                Token::Within => continue,
            }
            if next.is_empty() {
                return false;
            }
            std::mem::swap(&mut here, &mut next);
        }
        self.accepts(&here)
    }

    /// A text that is accepted: `fresh` for each wildcard, and as a segment for each `**`.
    pub(super) fn sample(&self, fresh: char) -> Vec<Letter> {
        let letters = self.tokens().iter().map(|token| match token {
            Token::Literal(c) => Letter::Char(*c),
            Token::Any | Token::Many | Token::Rest => Letter::Char(fresh),
            Token::End | Token::Within => Letter::End,
        });
        letters.collect()
    }

    /// All characters that the pattern names, sorted.
    fn literals(&self) -> Vec<char> {
        let literals = self.tokens().iter().filter_map(|token| match token {
            Token::Literal(c) => Some(*c),
            _ => None,
        });
        let mut literals: Vec<char> = literals.collect();
        literals.sort_unstable();
        literals
    }
}
