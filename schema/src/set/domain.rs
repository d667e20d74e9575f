//! What the algebra asks of a kind of thing. Comes in: patterns that people write. Goes out: exact answers about
//! them, or `Undecided` when the work bound is hit. Absent on purpose: sets; a domain only knows its patterns.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use super::error::PatternError;
use super::query::Query;

/// A kind of thing that rights are about: names, paths, endpoints or numbers.
///
/// A domain has *members*, the concrete things, and *patterns*, which people write and which each cover some
/// members. All functions are pure and deterministic.
pub trait Domain: Clone + Ord + Debug {
    /// What a person writes; every pattern covers at least one member. `Display` gives the canonical text, which
    /// parses to an equal pattern.
    type Pattern: Clone + Ord + Debug + Display + FromStr<Err = PatternError>;
    /// One concrete thing. `Display` gives the text that [`Domain::parse_member`] reads.
    type Member: Clone + Ord + Debug + Display;

    /// The pattern that covers every member.
    fn everything() -> Self::Pattern;

    /// The pattern that covers `member` and nothing else.
    fn exact(member: &Self::Member) -> Self::Pattern;

    /// Reads one member.
    ///
    /// # Errors
    /// The text is not a member of this domain; the error says where and why.
    fn parse_member(text: &str) -> Result<Self::Member, PatternError>;

    /// Whether `pattern` covers `member`. Exact, without a work bound.
    fn matches(pattern: &Self::Pattern, member: &Self::Member) -> bool;

    /// Looks for a member that satisfies `query`, within `fuel`. `Empty` is a proof that there is none.
    fn find(query: &Query<'_, Self::Pattern>, fuel: &mut Fuel) -> Finding<Self::Member>;

    /// How two patterns lie to each other, as far as that is cheap to tell. Anything but
    /// [`Relation::Unknown`] is a proof.
    fn compare(a: &Self::Pattern, b: &Self::Pattern) -> Relation {
        if a == b { Relation::Equal } else { Relation::Unknown }
    }

    /// Whether all of `a` lies in `b`, when [`Domain::compare`] cannot tell but something short of a search can:
    /// `Some` is a proof either way.
    fn lies_in(_a: &Self::Pattern, _b: &Self::Pattern) -> Option<bool> {
        None
    }

    /// Some member that the pattern covers, when one is cheap to name.
    fn sample(_pattern: &Self::Pattern) -> Option<Self::Member> {
        None
    }

    /// Whether the pattern covers one member at most, as far as a look tells: two such patterns have nothing in common.
    fn is_single(_pattern: &Self::Pattern) -> bool {
        false
    }

    /// What two patterns have in common, where one pattern says it exactly.
    fn meet(_a: &Self::Pattern, _b: &Self::Pattern) -> Meet<Self::Pattern> {
        Meet::Unknown
    }

    /// The one pattern that covers exactly what `a` or `b` cover, where there is one. Only asked of
    /// neighbours in pattern order.
    fn join(_a: &Self::Pattern, _b: &Self::Pattern) -> Option<Self::Pattern> {
        None
    }

    /// Patterns that cover exactly what `a` covers and `b` does not, where patterns can say it.
    fn carve(_a: &Self::Pattern, _b: &Self::Pattern) -> Option<Vec<Self::Pattern>> {
        None
    }
}

/// The answer to "is there such a member?".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding<M> {
    /// Proof that there is none.
    Empty,
    /// This one. The same question always gets the same member.
    Found(M),
    /// The work bound was hit first. Callers decide so that authority does not widen.
    Undecided,
}

impl<M> Finding<M> {
    /// The member, when there is one.
    pub fn member(self) -> Option<M> {
        match self {
            Self::Found(member) => Some(member),
            Self::Empty | Self::Undecided => None,
        }
    }

    /// Whether there provably is none.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// The same finding about another form of the member.
    pub fn map<N>(self, form: impl FnOnce(M) -> N) -> Finding<N> {
        match self {
            Self::Empty => Finding::Empty,
            Self::Found(member) => Finding::Found(form(member)),
            Self::Undecided => Finding::Undecided,
        }
    }
}

/// How the members of a pattern `a` lie to those of a pattern `b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// They are the same members.
    Equal,
    /// Every member of `a` is one of `b`, and `b` has more.
    Within,
    /// Every member of `b` is one of `a`, and `a` has more.
    Covers,
    /// No member is in both.
    Disjoint,
    /// Only a search can tell.
    Unknown,
}

impl Relation {
    /// Proof that `a` lies within `b`.
    pub fn is_within(self) -> bool {
        matches!(self, Self::Equal | Self::Within)
    }
}

/// What two patterns have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meet<P> {
    /// Nothing.
    Empty,
    /// Exactly what this pattern covers.
    One(P),
    /// One pattern does not say it, or it is not cheap to tell.
    Unknown,
}

impl<P> Meet<P> {
    /// The same meeting of another form of the patterns.
    pub fn map<Q>(self, form: impl FnOnce(P) -> Q) -> Meet<Q> {
        match self {
            Self::Empty => Meet::Empty,
            Self::One(pattern) => Meet::One(form(pattern)),
            Self::Unknown => Meet::Unknown,
        }
    }
}

/// A bound on work, counted in steps and not in time so that answers do not depend on the machine. One step is
/// about ten nanoseconds.
#[derive(Debug)]
pub struct Fuel {
    left: u32,
}

impl Fuel {
    /// Fuel for one question that a person waits for.
    pub fn for_decision() -> Self {
        Self { left: 1_000_000 }
    }

    /// Fuel for bringing a set into its normal form, where giving up only costs brevity.
    pub(super) fn for_tidying() -> Self {
        Self { left: 500_000 }
    }

    /// Whether nothing is left.
    pub fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// Takes `steps`; `false` when there are not so many left, and then for good.
    pub fn burn(&mut self, steps: usize) -> bool {
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        let enough = steps <= self.left;
        self.left = if enough { self.left - steps } else { 0 };
        enough
    }
}
