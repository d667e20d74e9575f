//! The automaton of one glob. Comes in: letters. Goes out: the positions it can be at. Positions that a later
//! wildcard makes pointless are dropped, so the sets stay small and few even for hostile patterns.

use super::parse::{Piece, Segment};

/// A letter of a text: a character, or the end of a segment. The last segment ends as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Letter {
    End,
    Char(char),
}

impl Letter {
    /// How it is written.
    pub(super) fn as_char(self, separator: char) -> char {
        match self {
            Self::End => separator,
            Self::Char(c) => c,
        }
    }
}

/// What stands at a position of the pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Literal(char),
    Any,
    Many,
    End,
    /// `**`, between segments.
    Rest,
    /// `**`, inside a segment that it covers. Always follows `Rest`.
    Within,
}

/// The automaton of one glob. A position is an index into the tokens; the position after the last accepts.
#[derive(Debug)]
pub(super) struct Machine {
    tokens: Vec<Token>,
    /// For each token, the number of the segment it belongs to.
    segment: Vec<u16>,
    /// How many tokens before the first wildcard.
    head: usize,
    /// How many tokens after the last wildcard.
    tail: usize,
}

/// Positions, ascending.
pub(super) type Positions = Vec<u16>;

impl Machine {
    pub(super) fn new(segments: &[Segment]) -> Self {
        let (mut tokens, mut segment) = (Vec::new(), Vec::new());
        for (number, part) in segments.iter().enumerate() {
            push_tokens(part, &mut tokens);
            segment.resize(tokens.len(), u16::try_from(number).unwrap_or(u16::MAX));
        }
        let head = tokens.iter().take_while(|token| token.is_fixed()).count();
        let tail = tokens.iter().rev().take_while(|token| token.is_fixed()).count();
        Self { tokens, segment, head, tail }
    }

    /// Whether the machine accepts a text of segments.
    pub(super) fn runs(&self, text: &str, separator: char) -> bool {
        let last = (!text.is_empty()).then_some(Letter::End);
        let letters = text.chars().map(|c| if c == separator { Letter::End } else { Letter::Char(c) });
        self.accepts_letters(letters.chain(last))
    }

    /// Whether the machine accepts a text that is one segment.
    pub(super) fn runs_segment(&self, text: &str) -> bool {
        self.accepts_letters(text.chars().map(Letter::Char).chain([Letter::End]))
    }

    pub(super) fn accepts_letters(&self, letters: impl Iterator<Item = Letter>) -> bool {
        let (mut here, mut next) = (self.start(), Positions::new());
        for letter in letters {
            self.step(&here, letter, &mut next);
            if next.is_empty() {
                return false;
            }
            std::mem::swap(&mut here, &mut next);
        }
        self.accepts(&here)
    }

    pub(super) fn start(&self) -> Positions {
        let mut positions = Positions::new();
        self.reach(0, &mut positions);
        positions
    }

    /// Whether a text may end here.
    pub(super) fn accepts(&self, positions: &[u16]) -> bool {
        positions.last().is_some_and(|last| usize::from(*last) == self.tokens.len())
    }

    /// Whether every text that can follow is accepted: a final `**` is reached.
    pub(super) fn is_sure(&self, positions: &[u16]) -> bool {
        let end = self.tokens.len();
        let is_last = |at: &u16| match self.tokens.get(usize::from(*at)) {
            Some(Token::Rest) => usize::from(*at) + 2 == end,
            Some(Token::Within) => usize::from(*at) + 1 == end,
            _ => false,
        };
        positions.iter().any(is_last)
    }

    /// The positions after `letter`.
    pub(super) fn step(&self, from: &[u16], letter: Letter, to: &mut Positions) {
        to.clear();
        for at in from.iter().map(|at| usize::from(*at)) {
            if let Some(next) = self.next(at, letter) {
                self.reach(next, to);
            }
        }
        if to.len() > 1 {
            to.sort_unstable();
            to.dedup();
            self.prune(to);
        }
    }

    fn next(&self, at: usize, letter: Letter) -> Option<usize> {
        match (self.tokens.get(at)?, letter) {
            (Token::Literal(c), Letter::Char(read)) if *c == read => Some(at + 1),
            (Token::Any, Letter::Char(_)) | (Token::End, Letter::End) => Some(at + 1),
            (Token::Many | Token::Within, Letter::Char(_)) => Some(at),
            (Token::Rest, Letter::Char(_)) => Some(at + 1),
            (Token::Within, Letter::End) => Some(at - 1),
            _ => None,
        }
    }

    /// The positions that remain at one of `kinds`, with those they lead to without a letter.
    pub(super) fn stay(&self, from: &[u16], kinds: &[Token], to: &mut Positions) {
        to.clear();
        for at in from.iter().filter(|at| self.token(**at).is_some_and(|token| kinds.contains(&token))) {
            self.reach(usize::from(*at), to);
        }
        to.sort_unstable();
        to.dedup();
    }

    pub(super) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Adds a position and those it leads to without a letter.
    fn reach(&self, mut at: usize, to: &mut Positions) {
        loop {
            to.push(u16::try_from(at).unwrap_or(u16::MAX));
            match self.tokens.get(at) {
                Some(Token::Many) => at += 1,
                Some(Token::Rest) => at += 2,
                _ => return,
            }
        }
    }

    /// Drops positions that add no text. Whatever an earlier position accepts, a `**` that was reached since accepts
    /// as well; so does a `*` for the earlier positions of its own segment.
    fn prune(&self, positions: &mut Positions) {
        let is_rest = |at: &u16| matches!(self.token(*at), Some(Token::Rest | Token::Within));
        if let Some(last) = positions.iter().rposition(is_rest) {
            positions.drain(..last);
        }
        let (mut star, mut kept) = (None, positions.len());
        for place in (0..positions.len()).rev() {
            let at = positions[place];
            let segment = self.segment.get(usize::from(at));
            if star.is_some() && star == segment {
                continue;
            }
            if self.token(at) == Some(Token::Many) {
                star = segment;
            }
            kept -= 1;
            positions[kept] = at;
        }
        positions.drain(..kept);
    }

    fn token(&self, at: u16) -> Option<Token> {
        self.tokens.get(usize::from(at)).copied()
    }

    /// What every accepted text begins with.
    pub(super) fn head(&self) -> Vec<Letter> {
        let letters = self.tokens.iter().map_while(|token| match token {
            Token::Literal(c) => Some(Letter::Char(*c)),
            Token::End => Some(Letter::End),
            _ => None,
        });
        letters.collect()
    }

    /// The characters that some of these positions tell from others.
    pub(super) fn chars(&self, positions: &[u16], to: &mut Vec<char>) {
        for at in positions {
            if let Some(Token::Literal(c)) = self.token(*at) {
                to.push(c);
            }
        }
    }

    /// The letters that lead on from these positions, sorted, unless a wildcard takes any.
    pub(super) fn only_letters(&self, positions: &[u16]) -> Option<Vec<Letter>> {
        let tokens = positions.iter().filter_map(|at| self.token(*at));
        let letters = tokens.map(|token| match token {
            Token::Literal(c) => Some(Letter::Char(c)),
            Token::End => Some(Letter::End),
            Token::Any | Token::Many | Token::Rest | Token::Within => None,
        });
        let mut letters = letters.collect::<Option<Vec<_>>>()?;
        letters.sort_unstable();
        letters.dedup();
        Some(letters)
    }

    /// Proof that no text is accepted by both: their fixed beginnings or their fixed ends differ.
    pub(super) fn clashes(&self, other: &Self) -> bool {
        let (head, tail) = (self.head.min(other.head), self.tail.min(other.tail));
        let last = |machine: &Self| machine.tokens.len() - tail;
        self.tokens[..head] != other.tokens[..head] || self.tokens[last(self)..] != other.tokens[last(other)..]
    }
}

impl Token {
    fn is_fixed(self) -> bool {
        matches!(self, Self::Literal(_) | Self::End)
    }
}

fn push_tokens(segment: &Segment, tokens: &mut Vec<Token>) {
    match segment {
        Segment::Rest => tokens.extend([Token::Rest, Token::Within]),
        Segment::One(pieces) => {
            tokens.extend(pieces.iter().map(|piece| match piece {
                Piece::Literal(c) => Token::Literal(*c),
                Piece::Any => Token::Any,
                Piece::Many => Token::Many,
            }));
            tokens.push(Token::End);
        }
    }
}
