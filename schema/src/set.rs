//! Sets of things that rights are about, and their algebra. Comes in: patterns that people write. Goes out: sets
//! that can be joined, cut and compared exactly, each answer with a witness that a person can check.
//!
//! A [`Set`] is a union of terms; a term is an intersection of patterns minus patterns. Which patterns and members
//! there are is the [`Domain`]'s affair: [`Names`], [`Paths`],
//! [`Endpoints`], [`Commands`] and [`Ranges`]. Absent on purpose:
//! solvers, randomness, clocks, and any operation that could make a set larger than what was written.

mod ask;
mod domain;
mod error;
mod glob;
mod normal;
mod query;
mod sorted;
mod term;

pub mod commands;
pub mod endpoints;
pub mod names;
pub mod paths;
pub mod ranges;

pub use commands::Commands;
pub use domain::{Domain, Finding, Fuel, Meet, Relation};
pub use endpoints::Endpoints;
pub use error::{PatternError, PatternErrorKind};
pub use names::Names;
pub use paths::Paths;
pub use query::{Query, Truth};
pub use ranges::Ranges;
pub use sorted::Sorted;

use std::fmt;

use term::Term;

/// The most terms a set may have. An operation whose exact result has more gives a set that is
/// [too complex](Set::is_too_complex).
pub const MAX_TERMS: usize = 2048;

/// The members of one domain that a right covers.
///
/// [`Set::contains`] is always exact. Questions about whole sets are exact unless the patterns are hostile: then
/// work stops at a fixed bound, and `is_subset`, `is_disjoint` and `is_empty` answer `false`, so that nothing is
/// granted, called harmless or dropped without proof.
///
/// A set is kept in a normal form that does not depend on the order in which patterns came: patterns that others cover
/// are dropped, intersections become one pattern where one says it exactly. Sets of more than some hundred patterns, or
/// of hostile ones, may keep what could have been dropped; that changes their length and never their members.
///
/// Equality is that of the normal form. Equal sets have equal members; sets with equal members can differ when
/// their patterns do ([`Set::has_same_members`] compares members).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Set<D: Domain> {
    terms: Sorted<Term<D::Pattern>>,
    extent: Extent,
}

/// Whether a set's terms say what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Extent {
    Known,
    TooComplex,
}

impl<D: Domain> Set<D> {
    /// The set without members.
    pub fn empty() -> Self {
        Self { terms: Sorted::new(), extent: Extent::Known }
    }

    /// The set of all members.
    pub fn everything() -> Self {
        Self::one(D::everything())
    }

    /// What one pattern covers.
    pub fn one(pattern: D::Pattern) -> Self {
        Self { terms: Sorted::one(Term::one(pattern)), extent: Extent::Known }
    }

    /// What any of `patterns` covers. No patterns cover nothing.
    pub fn from_patterns(patterns: impl IntoIterator<Item = D::Pattern>) -> Self {
        Self::reduced(patterns.into_iter().map(Term::one).collect(), &mut Fuel::for_tidying())
    }

    /// The union of terms, each an intersection of patterns and the patterns that are taken from it. A term without
    /// patterns to intersect covers nothing, never everything.
    pub fn from_terms<P: IntoIterator<Item = D::Pattern>>(terms: impl IntoIterator<Item = (P, P)>) -> Self {
        let term = |(within, except): (P, P)| {
            let (within, except) = (within.into_iter().collect(), except.into_iter().collect());
            Term { within, except }
        };
        Self::tidied(terms.into_iter().map(term), &mut Fuel::for_tidying())
    }

    /// The union of the same terms, as they are: not in the normal form, where they were not. For sets that were written, and are to be
    /// the same when they are read.
    pub(crate) fn of_terms<P: IntoIterator<Item = D::Pattern>>(terms: impl IntoIterator<Item = (P, P)>) -> Self {
        let term = |(within, except): (P, P)| Term {
            within: within.into_iter().collect(),
            except: except.into_iter().collect(),
        };
        let terms: Sorted<_> = terms.into_iter().map(term).filter(|term| !term.within.is_empty()).collect();
        if terms.len() > MAX_TERMS { Self::too_complex() } else { Self { terms, extent: Extent::Known } }
    }

    /// The terms in order, each as the patterns it intersects and the patterns it takes from them.
    ///
    /// A set that is too complex has none; [`Set::is_too_complex`] comes first where terms are stored.
    pub fn terms(&self) -> impl Iterator<Item = (&[D::Pattern], &[D::Pattern])> {
        self.terms.iter().map(|term| (&*term.within, &*term.except))
    }

    /// Sets of one term each that together are this one, in order. A set that is too complex is one part.
    pub fn parts(&self) -> impl Iterator<Item = Self> + '_ {
        let whole = self.is_too_complex().then(Self::too_complex);
        let one = |term: &Term<D::Pattern>| Self { terms: Sorted::one(term.clone()), extent: Extent::Known };
        self.terms.iter().map(one).chain(whole)
    }

    /// Whether an operation gave more than [`MAX_TERMS`] terms. Such a set contains nothing, yet is not empty, and
    /// neither lies in another set nor covers one; what is computed from it is too complex as well. So a request, a
    /// grant and what is left of a grant after a denial are refused. Subtract denials: asking a denial by
    /// [`Set::contains`] would let everything pass.
    pub fn is_too_complex(&self) -> bool {
        self.extent == Extent::TooComplex
    }

    /// The pattern that is the whole set, when one is.
    fn only(&self) -> Option<&D::Pattern> {
        if let [term] = &*self.terms { term.only() } else { None }
    }

    fn too_complex() -> Self {
        Self { terms: Sorted::new(), extent: Extent::TooComplex }
    }

    /// The set of any terms.
    fn tidied(terms: impl IntoIterator<Item = Term<D::Pattern>>, fuel: &mut Fuel) -> Self {
        let mut tidy = Vec::new();
        for term in terms {
            tidy.extend(normal::tidy::<D>(term, fuel));
            if tidy.len() > 2 * MAX_TERMS {
                tidy.sort_unstable();
                tidy.dedup();
                if tidy.len() > MAX_TERMS {
                    return Self::too_complex();
                }
            }
        }
        Self::reduced(tidy.into_iter().collect(), fuel)
    }

    /// The set of tidy terms.
    fn reduced(terms: Sorted<Term<D::Pattern>>, fuel: &mut Fuel) -> Self {
        if terms.len() > MAX_TERMS {
            return Self::too_complex();
        }
        Self { terms: normal::reduce::<D>(terms, fuel), extent: Extent::Known }
    }
}

/// Operations. Each is exact: a member is in the result exactly when the operation's meaning says so.
impl<D: Domain> Set<D> {
    /// What is in `self`, in `other` or in both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.is_too_complex() || other.is_too_complex() {
            return Self::too_complex();
        }
        match (self.terms.is_empty(), other.terms.is_empty()) {
            (true, _) => other.clone(),
            (_, true) => self.clone(),
            _ if self == other => self.clone(),
            _ => {
                let terms = self.terms.iter().chain(&other.terms).cloned().collect();
                Self::reduced(terms, &mut Fuel::for_tidying())
            }
        }
    }

    /// What is in any of `sets`, put in its normal form once.
    #[must_use]
    pub fn union_all<'s>(sets: impl IntoIterator<Item = &'s Self>) -> Self
    where
        D: 's,
    {
        let mut sets = sets.into_iter();
        let Some(first) = sets.next() else { return Self::empty() };
        let Some(second) = sets.next() else { return first.clone() };
        let mut terms = Vec::new();
        for set in [first, second].into_iter().chain(sets) {
            if set.is_too_complex() {
                return Self::too_complex();
            }
            terms.extend(set.terms.iter().cloned());
        }
        Self::reduced(terms.into_iter().collect(), &mut Fuel::for_tidying())
    }

    /// What is in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        if self.is_too_complex() || other.is_too_complex() {
            return Self::too_complex();
        }
        if let (Some(a), Some(b)) = (self.only(), other.only()) {
            match normal::quick_common::<D>(a, b) {
                Meet::Empty => return Self::empty(),
                Meet::One(both) => return Self::one(both),
                Meet::Unknown => {}
            }
        }
        if let Some(inner) = self.plainly_in(other).or_else(|| other.plainly_in(self)) {
            return inner.clone();
        }
        if let Some(inner) = self.within_pattern(other).or_else(|| other.within_pattern(self)) {
            return inner.clone();
        }
        let pairs = self.terms.iter().flat_map(|a| other.terms.iter().map(move |b| (a, b)));
        let terms = pairs.filter(|(a, b)| !term::are_disjoint::<D>(a, b)).map(|(a, b)| a.and(b));
        Self::tidied(terms, &mut Fuel::for_tidying())
    }

    /// This set, where it is one pattern that lies in one of `other`.
    fn plainly_in(&self, other: &Self) -> Option<&Self> {
        let own = self.only()?;
        if let Some(pattern) = other.only() {
            return D::compare(own, pattern).is_within().then_some(self);
        }
        let mut patterns = other.terms.iter().filter_map(Term::only);
        patterns.any(|pattern| D::compare(own, pattern).is_within()).then_some(self)
    }

    /// This set, where `other` is one pattern that plainly covers each of its terms, whatever those leave out.
    fn within_pattern(&self, other: &Self) -> Option<&Self> {
        let pattern = other.only()?;
        let lies = |term: &Term<D::Pattern>| term.within.iter().any(|own| D::compare(own, pattern).is_within());
        self.terms.iter().all(lies).then_some(self)
    }

    /// Whether this is one term that has a member: simplified, it is within the same patterns.
    fn is_one_term(&self) -> bool {
        matches!(&*self.terms, [term] if normal::has_sample::<D>(term))
    }

    /// Whether this is one term that leaves something out, simplified too. `false` proves nothing.
    fn is_one_with_exception(&self) -> bool {
        let is_taken = |except| normal::is_taken_alone::<D>(&self.terms, 0, except);
        self.is_one_term() && self.terms.first().and_then(|term| term.except.first()).is_some_and(is_taken)
    }

    /// What is in `self` and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        if self.is_too_complex() || other.is_too_complex() {
            return Self::too_complex();
        }
        // Mostly nothing is taken.
        if other.terms.is_empty() {
            return self.clone();
        }
        let fuel = &mut Fuel::for_tidying();
        let (plain, composed): (Vec<_>, Vec<_>) = other.terms.iter().partition(|term| term.only().is_some());
        let plain: Vec<_> = plain.into_iter().filter_map(Term::only).collect();
        let mut rest = self.without_patterns(&plain, fuel);
        for taken in composed {
            rest = rest.without(taken, fuel);
        }
        rest
    }

    fn without_patterns(&self, patterns: &[&D::Pattern], fuel: &mut Fuel) -> Self {
        let is_clear = |term| patterns.iter().all(|pattern| term::is_clear_of::<D>(term, pattern));
        if self.terms.iter().all(is_clear) {
            return self.clone();
        }
        Self::tidied(self.terms.iter().filter_map(|term| term::without_patterns::<D>(term, patterns)), fuel)
    }

    fn without(self, taken: &Term<D::Pattern>, fuel: &mut Fuel) -> Self {
        if self.is_too_complex() || self.terms.iter().all(|term| term::are_disjoint::<D>(term, taken)) {
            return self;
        }
        Self::tidied(self.terms.iter().flat_map(|term| term::without::<D>(term, taken)), fuel)
    }

    /// The same members in fewer terms and exceptions: drops terms that the others cover together, and exceptions
    /// that another term gives back. Dearer than the other operations; meant for sets that people read.
    #[must_use]
    pub fn simplify(&self) -> Self {
        if self.only().is_some() || normal::is_apart::<D>(&self.terms) {
            return self.clone();
        }
        let fuel = &mut Fuel::for_tidying();
        let mut terms: Vec<_> = self.terms.iter().cloned().collect();
        normal::restore::<D>(&mut terms, fuel);
        normal::drop_covered::<D>(&mut terms, fuel);
        Self { terms: normal::reduce::<D>(terms.into_iter().collect(), fuel), extent: self.extent }
    }
}

/// For people: terms with commas, intersections with `&`, exceptions with `except`.
impl<D: Domain> fmt::Display for Set<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_too_complex() {
            return f.write_str("more than can be decided");
        }
        match self.terms.len() {
            0 => f.write_str("nothing"),
            1 => self.terms.iter().try_for_each(|term| write!(f, "{term}")),
            _ => self.write_union(f),
        }
    }
}

impl<D: Domain> Set<D> {
    fn write_union(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, term) in self.terms.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            match term.except.is_empty() {
                true => write!(f, "{comma}{term}")?,
                false => write!(f, "{comma}({term})")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
