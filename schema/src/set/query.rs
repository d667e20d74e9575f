//! A question to a domain. Comes in: terms of sets. Goes out: the patterns they mention and the truth of the
//! question, given the truth of each pattern. A search over several patterns at once needs nothing else, so no
//! domain ever expands a boolean expression.

use std::collections::BTreeMap;

use super::term::Term;

/// "Is there a member in every one of these unions of terms, and in none of those terms?"
#[derive(Debug)]
pub struct Query<'a, P> {
    patterns: Vec<&'a P>,
    all: Vec<Vec<Clause>>,
    none: Vec<Clause>,
}

/// What is known about a pattern, or about a whole question, at one point of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It does not hold, whatever follows.
    No,
    /// What follows decides.
    Unknown,
    /// It holds, whatever follows.
    Yes,
}

impl Truth {
    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// A term whose patterns are replaced by their places in the query.
#[derive(Debug)]
struct Clause {
    within: Vec<usize>,
    except: Vec<usize>,
}

impl<'a, P: Ord> Query<'a, P> {
    /// The question for a member that is in some term of each union in `all` and in no term of `none`.
    pub(super) fn new(all: &[&[&'a Term<P>]], none: &[&'a Term<P>]) -> Self {
        let mut places = Places::default();
        let all = all.iter().map(|union| places.clauses(union)).collect();
        let none = places.clauses(none);
        Self { patterns: places.patterns, all, none }
    }

    /// The different patterns that the question mentions.
    pub fn patterns(&self) -> &[&'a P] {
        &self.patterns
    }

    /// Whether the question is answered, given what is known about each pattern, in the order of
    /// [`Query::patterns`]. With only `Yes` and `No` given, it is never `Unknown`.
    pub fn verdict(&self, truths: &[Truth]) -> Truth {
        let all = self.all.iter().map(|union| any(union, truths)).min().unwrap_or(Truth::Yes);
        all.min(any(&self.none, truths).not())
    }
}

fn any(union: &[Clause], truths: &[Truth]) -> Truth {
    let mut best = Truth::No;
    for clause in union {
        best = best.max(clause.truth(truths));
        if best == Truth::Yes {
            break;
        }
    }
    best
}

impl Clause {
    fn truth(&self, truths: &[Truth]) -> Truth {
        let of = |place: &usize| truths.get(*place).copied().unwrap_or(Truth::Unknown);
        let within = self.within.iter().map(of).min().unwrap_or(Truth::Yes);
        let except = self.except.iter().map(of).max().unwrap_or(Truth::No);
        within.min(except.not())
    }
}

/// Gives every different pattern one place.
struct Places<'a, P> {
    patterns: Vec<&'a P>,
    known: BTreeMap<&'a P, usize>,
}

impl<P> Default for Places<'_, P> {
    fn default() -> Self {
        Self { patterns: Vec::new(), known: BTreeMap::new() }
    }
}

impl<'a, P: Ord> Places<'a, P> {
    fn clauses(&mut self, terms: &[&'a Term<P>]) -> Vec<Clause> {
        terms.iter().map(|term| self.clause(term)).collect()
    }

    fn clause(&mut self, term: &'a Term<P>) -> Clause {
        Clause {
            within: term.within.iter().map(|pattern| self.place(pattern)).collect(),
            except: term.except.iter().map(|pattern| self.place(pattern)).collect(),
        }
    }

    fn place(&mut self, pattern: &'a P) -> usize {
        let next = self.patterns.len();
        let place = *self.known.entry(pattern).or_insert(next);
        if place == next {
            self.patterns.push(pattern);
        }
        place
    }
}
