//! Proofs about sets that were computed from others. Comes in: a set, and the lines that it came of. Goes out: yes, or no proof. What
//! a computation saw at a glance is looked for in the same way first: a search through all at once may have no end.

use crate::capability::{CapSet, Kind};

/// Proof that all of a set lies in some others together.
pub(super) fn lies_in<'s>(set: &CapSet, kind: Kind, others: impl Iterator<Item = &'s CapSet> + Clone) -> bool {
    set.lies_plainly_in(others.clone()) || set.parts().iter().all(|part| part.lies_plainly_in(others.clone())) || {
        let all = CapSet::union_near(kind, others, set);
        set.is_subset(&all) || set.difference(&all).is_empty()
    }
}

/// Proof that a set has nothing of another one: none is found, all at once or part by part; or to take the other away leaves the set as
/// it is, word for word; or what both have is nothing.
pub(super) fn are_apart(set: &CapSet, other: &CapSet) -> bool {
    set.is_disjoint(other)
        || set.difference(other) == *set
        || set.parts().iter().all(|part| other.parts().iter().all(|other| part.is_disjoint(other)))
        || set.intersect(other).is_empty()
}
