//! What a look at sets of any kind tells: proofs without a search, and without a set being made. Where one is `false`, it proves
//! nothing. Deliberately absent: exact questions; those are beside it.

use super::CapSet;
use crate::set::paths;

macro_rules! in_any_of {
    ($set:expr, $others:expr, $domain:ident) => {
        $set.lies_plainly_in($others.filter_map(|other| match other {
            CapSet::$domain(other) => Some(other),
            _ => None,
        }))
    };
}

impl CapSet {
    /// Whether a look tells that all of it lies in `other`: see [`Set::is_plainly_in`](crate::set::Set::is_plainly_in).
    pub fn is_plainly_in(&self, other: &CapSet) -> bool {
        on_both!(self, other, is_plainly_in, false, plain)
    }

    /// Whether it is one pattern that plainly lies in one of `other`: see [`Set::is_one_of`](crate::set::Set::is_one_of).
    pub fn is_one_of(&self, other: &CapSet) -> bool {
        on_both!(self, other, is_one_of, false, plain)
    }

    /// Whether it plainly has nothing of `other`: see [`Set::is_plainly_apart`](crate::set::Set::is_plainly_apart).
    pub fn is_plainly_apart(&self, other: &CapSet) -> bool {
        on_both!(self, other, is_plainly_apart, true, plain)
    }

    /// Whether each of its terms plainly lies in one of `others`: see [`Set::lies_plainly_in`](crate::set::Set::lies_plainly_in).
    pub fn lies_plainly_in<'s>(&self, others: impl Iterator<Item = &'s CapSet> + Clone) -> bool {
        match self {
            CapSet::Paths(set) => in_any_of!(set, others, Paths),
            CapSet::Names(set) => in_any_of!(set, others, Names),
            CapSet::Endpoints(set) => in_any_of!(set, others, Endpoints),
            CapSet::Numbers(set) => in_any_of!(set, others, Numbers),
            CapSet::Commands(set) => in_any_of!(set, others, Commands),
        }
    }

    /// The pattern of the folder whose whole content the set is, when it is one pattern of one folder.
    pub fn whole_folder(&self) -> Option<&paths::PathPattern> {
        match self {
            CapSet::Paths(set) => set.whole_folder(),
            CapSet::Names(_) | CapSet::Endpoints(_) | CapSet::Numbers(_) | CapSet::Commands(_) => None,
        }
    }
}
