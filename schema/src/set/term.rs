//! One term of a set: an intersection of patterns minus patterns. Comes in: patterns. Goes out: cheap proofs about
//! two terms, and searches where those are not enough.

use std::fmt::{self, Display};

use super::domain::{Domain, Finding, Fuel, Relation};
use super::query::Query;
use super::sorted::{Rare, Sorted};

/// The members in every pattern of `within` and in no pattern of `except`. `within` is never empty: an
/// intersection of nothing would be everything.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Term<P> {
    pub(super) within: Sorted<P>,
    pub(super) except: Rare<P>,
}

impl<P> Term<P> {
    pub(super) fn one(pattern: P) -> Self {
        Self { within: Sorted::one(pattern), except: Rare::new() }
    }

    /// How many patterns the term has.
    pub(super) fn size(&self) -> usize {
        self.within.len() + self.except.len()
    }

    /// The pattern that is the whole term, when one is.
    pub(super) fn only(&self) -> Option<&P> {
        match (self.within.len(), self.except.is_empty()) {
            (1, true) => self.within.first(),
            _ => None,
        }
    }
}

pub(super) fn contains<D: Domain>(term: &Term<D::Pattern>, member: &D::Member) -> bool {
    term.within.iter().all(|pattern| D::matches(pattern, member))
        && !term.except.iter().any(|pattern| D::matches(pattern, member))
}

/// Looks for a member of `term` that is in no term of `none`.
pub(super) fn find_outside<D: Domain>(
    term: &Term<D::Pattern>,
    none: &[&Term<D::Pattern>],
    fuel: &mut Fuel,
) -> Finding<D::Member> {
    if fuel.is_spent() { Finding::Undecided } else { D::find(&Query::new(&[&[term]], none), fuel) }
}

/// Looks for a member of both terms.
pub(super) fn find_common<D: Domain>(
    a: &Term<D::Pattern>,
    b: &Term<D::Pattern>,
    fuel: &mut Fuel,
) -> Finding<D::Member> {
    if fuel.is_spent() { Finding::Undecided } else { D::find(&Query::new(&[&[a], &[b]], &[]), fuel) }
}

/// A cheap look at whether all of `inner` lies in `outer`; `Unknown` means that only a search can tell.
pub(super) fn covers<D: Domain>(outer: &Term<D::Pattern>, inner: &Term<D::Pattern>) -> Answer {
    if let (Some(a), Some(b)) = (inner.only(), outer.only()) {
        return within_one::<D>(a, b);
    }
    let narrow = outer.within.iter().all(|pattern| is_in::<D>(inner, pattern));
    if narrow && outer.except.iter().all(|pattern| is_clear_of::<D>(inner, pattern)) {
        return Answer::Yes;
    }
    if are_disjoint::<D>(outer, inner) { Answer::Disjoint } else { Answer::Unknown }
}

/// What a cheap look tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// All of it lies there.
    Yes,
    /// Some of it does not lie there.
    Partly,
    /// None of it lies there.
    Disjoint,
    /// Only a search can tell.
    Unknown,
}

/// The same of two patterns.
pub(super) fn within_one<D: Domain>(a: &D::Pattern, b: &D::Pattern) -> Answer {
    match D::compare(a, b) {
        Relation::Equal | Relation::Within => Answer::Yes,
        Relation::Covers => Answer::Partly,
        Relation::Disjoint => Answer::Disjoint,
        Relation::Unknown => match D::lies_in(a, b) {
            Some(true) => Answer::Yes,
            Some(false) => Answer::Partly,
            None => Answer::Unknown,
        },
    }
}

/// A cheap proof that no member is in both.
pub(super) fn are_disjoint<D: Domain>(a: &Term<D::Pattern>, b: &Term<D::Pattern>) -> bool {
    // What a line denies is mostly taken word for word, among much else.
    let takes =
        |a: &Term<D::Pattern>, b: &Term<D::Pattern>| b.only().is_some_and(|b| a.except.binary_search(b).is_ok());
    if takes(a, b) || takes(b, a) {
        return true;
    }
    a.within.iter().any(|pattern| is_clear_of::<D>(b, pattern)) || a.except.iter().any(|pattern| is_in::<D>(b, pattern))
}

/// Whether a member is in both, as far as a cheap look tells.
pub(super) fn meet<D: Domain>(a: &Term<D::Pattern>, b: &Term<D::Pattern>) -> Option<bool> {
    if let Some(meet) = a.only().zip(b.only()).and_then(|(a, b)| meet_plainly::<D>(a, b)) {
        return Some(meet);
    }
    match are_disjoint::<D>(a, b) {
        true => Some(false),
        false => have_common::<D>(a, b).then_some(true),
    }
}

/// The same of two patterns, where comparing them tells.
pub(super) fn meet_plainly<D: Domain>(a: &D::Pattern, b: &D::Pattern) -> Option<bool> {
    match D::compare(a, b) {
        Relation::Equal | Relation::Within | Relation::Covers => Some(true),
        Relation::Disjoint => Some(false),
        Relation::Unknown => None,
    }
}

/// A cheap proof that a member is in both.
fn have_common<D: Domain>(a: &Term<D::Pattern>, b: &Term<D::Pattern>) -> bool {
    let in_both = |pattern: &D::Pattern| {
        D::sample(pattern).is_some_and(|member| contains::<D>(a, &member) && contains::<D>(b, &member))
    };
    a.within.iter().chain(&b.within).any(in_both)
}

/// A cheap proof that all of `term` lies in `pattern`.
pub(super) fn is_in<D: Domain>(term: &Term<D::Pattern>, pattern: &D::Pattern) -> bool {
    term.within.iter().any(|within| lies_in::<D>(within, pattern))
}

/// A cheap proof that none of `term` lies in `pattern`.
pub(super) fn is_clear_of<D: Domain>(term: &Term<D::Pattern>, pattern: &D::Pattern) -> bool {
    term.within.iter().any(|within| D::compare(within, pattern) == Relation::Disjoint)
        || term.except.iter().any(|except| lies_in::<D>(pattern, except))
}

fn lies_in<D: Domain>(a: &D::Pattern, b: &D::Pattern) -> bool {
    match D::compare(a, b) {
        Relation::Unknown => D::lies_in(a, b) == Some(true),
        relation => relation.is_within(),
    }
}

/// Terms that together hold what is in `term` and not in `taken`.
pub(super) fn without<D: Domain>(term: &Term<D::Pattern>, taken: &Term<D::Pattern>) -> Vec<Term<D::Pattern>> {
    if are_disjoint::<D>(term, taken) {
        return vec![term.clone()];
    }
    let outside = taken.within.iter().filter(|pattern| !is_in::<D>(term, pattern)).map(|pattern| term.but(pattern));
    let given_back = taken.except.iter().filter(|pattern| !is_clear_of::<D>(term, pattern));
    outside.chain(given_back.map(|pattern| term.and(&Term::one(pattern.clone())))).collect()
}

/// What is in `term` and in none of `patterns`; nothing when one of them provably covers it.
pub(super) fn without_patterns<D: Domain>(
    term: &Term<D::Pattern>,
    patterns: &[&D::Pattern],
) -> Option<Term<D::Pattern>> {
    let covered = patterns.iter().any(|pattern| is_in::<D>(term, pattern));
    let near = patterns.iter().copied().filter(|pattern| !is_clear_of::<D>(term, pattern));
    (!covered).then(|| term.but_all(near))
}

impl<P: Clone + Ord> Term<P> {
    /// What is in both terms.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self {
            within: self.within.iter().chain(&other.within).cloned().collect(),
            except: self.except.iter().chain(&*other.except).cloned().collect(),
        }
    }

    /// What is in the term and not in `pattern`.
    fn but(&self, pattern: &P) -> Self {
        self.but_all([pattern])
    }

    fn but_all<'a>(&self, patterns: impl IntoIterator<Item = &'a P>) -> Self
    where
        P: 'a,
    {
        let except = self.except.iter().cloned().chain(patterns.into_iter().cloned()).collect();
        Self { within: self.within.clone(), except }
    }
}

/// For people: `a & b except c, d`.
impl<P: Display> Display for Term<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_list(f, "", " & ", &self.within)?;
        write_list(f, " except ", ", ", &self.except)
    }
}

fn write_list<P: Display>(f: &mut fmt::Formatter<'_>, first: &str, next: &str, patterns: &[P]) -> fmt::Result {
    let leads = std::iter::once(first).chain(std::iter::repeat(next));
    patterns.iter().zip(leads).try_for_each(|(pattern, lead)| write!(f, "{lead}{pattern}"))
}
