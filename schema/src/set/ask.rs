//! Questions to sets. Comes in: sets. Goes out: yes or no with proof, and witnesses. Where the work bound is hit the
//! answer is the one that grants nothing.

use std::fmt;

use super::domain::{Domain, Finding, Fuel};
use super::term::{self, Answer, Term};
use super::{Set, normal};

impl<D: Domain> Set<D> {
    /// Whether `member` is in the set.
    pub fn contains(&self, member: &D::Member) -> bool {
        self.terms.iter().any(|term| term::contains::<D>(term, member))
    }

    /// Whether the set provably has no member.
    pub fn is_empty(&self) -> bool {
        // One pattern always has a member, and most terms are one.
        if self.terms.first().is_some_and(|term| term.only().is_some()) {
            return false;
        }
        let fuel = &mut Fuel::for_decision();
        !self.is_too_complex() && self.terms.iter().all(|term| normal::is_hollow::<D>(term, fuel))
    }

    /// Whether every member is provably one of `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        if let Some((inner, outer)) = self.only().zip(other.only()) {
            match term::within_one::<D>(inner, outer) {
                Answer::Yes => return true,
                Answer::Partly | Answer::Disjoint => return false,
                Answer::Unknown => {}
            }
        }
        if self.is_too_complex() || other.is_too_complex() {
            return !self.is_too_complex() && self.terms.is_empty();
        }
        let fuel = &mut Fuel::for_decision();
        self.terms.iter().all(|term| other.covers(term, fuel))
    }

    /// Whether every term of `other` is one of this set's, word for word: then every member is one of this set. `false` proves
    /// nothing.
    pub fn has_terms_of(&self, other: &Self) -> bool {
        !other.is_too_complex() && other.terms.iter().all(|term| self.terms.contains(term))
    }

    /// Whether each term of this set lies in a term of one of `others`, as far as a look tells, and they are few: a proof without
    /// a search. `false` proves nothing.
    pub fn lies_plainly_in<'s>(&self, others: impl Iterator<Item = &'s Self> + Clone) -> bool
    where
        D: 's,
    {
        const MOST: usize = 1024;
        // A right is mostly what some line says, word for word; of one pattern that is told as quickly below.
        if self.terms.len() > 1 && others.clone().any(|other| other == self) {
            return true;
        }
        let room = MOST.checked_div(self.terms.len()).unwrap_or_default();
        !self.is_too_complex() && self.terms.iter().all(|inner| plainly_has::<D>(others.clone(), inner, room))
    }

    /// Whether a look tells that all of this set lies in one other: the two are the same, or each pattern lies in a pattern of
    /// the other, and they are few. `false` proves nothing.
    pub fn is_plainly_in(&self, other: &Self) -> bool {
        const FEW: usize = 16;
        if let Some((inner, outer)) = self.only().zip(other.only()) {
            return D::compare(inner, outer).is_within();
        }
        let lies = |inner| other.terms.iter().filter_map(Term::only).any(|outer| D::compare(inner, outer).is_within());
        let each_lies = || self.terms.iter().all(|term| term.only().is_some_and(lies));
        // What has no term may be too complex.
        !self.terms.is_empty() && (self.terms.len() * other.terms.len() <= FEW && each_lies() || self == other)
    }

    /// Whether a pattern is a term of both sets. Every pattern has a member, so they have that in common.
    fn shares_pattern(&self, other: &Self) -> bool {
        other.terms.iter().any(|term| term.only().is_some() && self.terms.contains(term))
    }

    /// Whether this set is one pattern, and one pattern of `other` plainly covers it: then it is what both have in common.
    pub fn is_one_of(&self, other: &Self) -> bool {
        self.plainly_in(other).is_some()
    }

    /// Whether a look tells that nothing is in both sets: then taking the one from the other leaves that as it is.
    pub fn is_plainly_apart(&self, other: &Self) -> bool {
        let are_apart = |a| other.terms.iter().all(|b| term::are_disjoint::<D>(a, b));
        !self.is_too_complex() && !other.is_too_complex() && self.terms.iter().all(are_apart)
    }

    /// Proof that all of `inner` is in the set. One term that holds only part of it is no proof; several are tried
    /// together.
    fn covers(&self, inner: &Term<D::Pattern>, fuel: &mut Fuel) -> bool {
        match self.near(inner) {
            Near::Covered => true,
            Near::Apart => false,
            Near::Terms(near) if self.plainly_lacks(inner, &near) => false,
            Near::Terms(near) => term::find_outside::<D>(inner, &near, fuel).is_empty(),
        }
    }

    /// Proof that not all of `inner` is in the set: something that one of these terms leaves out is in no other.
    fn plainly_lacks(&self, inner: &Term<D::Pattern>, near: &[&Term<D::Pattern>]) -> bool {
        let left_out = near.iter().filter_map(|term| D::sample(term.except.first()?));
        { left_out }.any(|member| term::contains::<D>(inner, &member) && !self.contains(&member))
    }

    /// The terms that a search about `inner` has to look at.
    fn near(&self, inner: &Term<D::Pattern>) -> Near<'_, D::Pattern> {
        let (mut near, mut open) = (Vec::new(), false);
        for outer in &self.terms {
            match term::covers::<D>(outer, inner) {
                Answer::Yes => return Near::Covered,
                Answer::Disjoint => continue,
                Answer::Partly => {}
                Answer::Unknown => open = true,
            }
            near.push(outer);
        }
        if open || near.len() > 1 { Near::Terms(near) } else { Near::Apart }
    }

    /// Whether the two sets provably have no member in common.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        if let Some(meet) = self.only().zip(other.only()).and_then(|(a, b)| term::meet_plainly::<D>(a, b)) {
            return !meet;
        }
        if self.is_too_complex() || other.is_too_complex() || self.shares_pattern(other) {
            return false;
        }
        let fuel = &mut Fuel::for_decision();
        let mut pairs = self.terms.iter().flat_map(|a| other.terms.iter().map(move |b| (a, b)));
        pairs.all(|(a, b)| match term::meet::<D>(a, b) {
            Some(meet) => !meet,
            None => term::find_common::<D>(a, b, fuel).is_empty(),
        })
    }

    /// Whether both sets provably have the same members.
    pub fn has_same_members(&self, other: &Self) -> bool {
        !self.is_too_complex() && (self == other || self.is_subset(other) && other.is_subset(self))
    }

    /// A member, always the same one: the shortest that the domain finds in any term, then the smallest. `None` when
    /// there is none or the work bound was hit; [`Set::find`] tells which.
    pub fn witness(&self) -> Option<D::Member> {
        self.find().member()
    }

    /// A member of `self` that is not in `other`, chosen like [`Set::witness`].
    pub fn witness_outside(&self, other: &Self) -> Option<D::Member> {
        self.find_outside(other).member()
    }

    /// A member that a look tells, not always the shortest. `None` proves nothing.
    pub fn sample(&self) -> Option<D::Member> {
        let of_term = |term: &Term<D::Pattern>| {
            term.within.iter().filter_map(D::sample).find(|member| term::contains::<D>(term, member))
        };
        self.terms.iter().find_map(of_term)
    }

    /// Looks for a member.
    pub fn find(&self) -> Finding<D::Member> {
        self.find_outside(&Self::empty())
    }

    /// Looks for a member of `self` that is not in `other`.
    pub fn find_outside(&self, other: &Self) -> Finding<D::Member> {
        if self.is_too_complex() || (other.is_too_complex() && !self.terms.is_empty()) {
            return Finding::Undecided;
        }
        let fuel = &mut Fuel::for_decision();
        let found = self.terms.iter().map(|term| other.find_beyond(term, fuel));
        found.min_by_key(rank).unwrap_or(Finding::Empty)
    }

    /// A member of `inner` that is not in `self`.
    fn find_beyond(&self, inner: &Term<D::Pattern>, fuel: &mut Fuel) -> Finding<D::Member> {
        if self.terms.iter().any(|outer| term::covers::<D>(outer, inner) == Answer::Yes) {
            return Finding::Empty;
        }
        let near: Vec<_> = self.terms.iter().filter(|outer| !term::are_disjoint::<D>(outer, inner)).collect();
        term::find_outside::<D>(inner, &near, fuel)
    }
}

/// Whether a term of one of `sets` plainly covers `inner`, of the first so many that are looked at.
fn plainly_has<'s, D: Domain + 's>(
    sets: impl Iterator<Item = &'s Set<D>>,
    inner: &Term<D::Pattern>,
    mut room: usize,
) -> bool {
    for outer in sets.flat_map(|set| set.terms.iter()) {
        if room == 0 {
            return false;
        }
        if term::covers::<D>(outer, inner) == Answer::Yes {
            return true;
        }
        room -= 1;
    }
    false
}

/// How a term lies to a set.
enum Near<'a, P> {
    /// One term of the set covers it.
    Covered,
    /// At most one term touches it, and provably does not cover it.
    Apart,
    /// These may cover it together.
    Terms(Vec<&'a Term<P>>),
}

/// Found before undecided before empty; among the found, the shortest text and then the smallest member.
fn rank<M: Clone + Ord + fmt::Display>(finding: &Finding<M>) -> (u8, usize, Option<M>) {
    match finding {
        Finding::Found(member) => (0, member.to_string().chars().count(), Some(member.clone())),
        Finding::Undecided => (1, 0, None),
        Finding::Empty => (2, 0, None),
    }
}
