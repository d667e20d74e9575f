//! What was proved of a right of one plugin holds of the same right of another, where the same lines are about both: plugins of one
//! host have much the same. Comes in: rights with the lines of their kind. Goes out: whether it was proved before. Deliberately
//! absent: the proof, and claims, which each plugin has of its own.

use std::collections::BTreeMap;

use crate::capability::{Kind, Tier};
use crate::plan::{GrantLine, Granted};

/// How many rights of a kind are remembered. What many plugins have in common comes up early.
const MOST_KNOWN: usize = 8;

/// How often it is looked for among them while it is not there once: some kinds are of another thing in each plugin.
const MOST_MISSES: usize = 4 * MOST_KNOWN;

/// What was proved, by kind.
#[derive(Default)]
pub(super) struct Proved<'p>(BTreeMap<Kind, Remembered<'p>>);

#[derive(Default)]
struct Remembered<'p> {
    known: Vec<Known<'p>>,
    /// How often nothing was found, until something was.
    misses: usize,
    was_found: bool,
}

/// A right, with all that its proof depends on beside its claims and the rules, which are the same for all.
struct Known<'p> {
    tier: Tier,
    right: &'p Granted,
    about: Vec<&'p GrantLine>,
}

impl<'p> Proved<'p> {
    /// Whether the same was proved before. What lines accept depends on claims, and is proved each time.
    pub(super) fn has(&mut self, tier: Tier, right: &Granted, about: &[&GrantLine]) -> bool {
        let remembered = self.0.entry(right.kind).or_default();
        if !right.why.accepts.is_empty() || !remembered.was_found && remembered.misses >= MOST_MISSES {
            return false;
        }
        let is_found = remembered.known.iter().any(|known| known.is(tier, right, about));
        remembered.was_found |= is_found;
        remembered.misses += usize::from(!is_found);
        is_found
    }

    /// Remembers a proof, where there is room.
    pub(super) fn add(&mut self, tier: Tier, right: &'p Granted, about: &[&'p GrantLine]) {
        let Remembered { known, misses, was_found } = self.0.entry(right.kind).or_default();
        if right.why.accepts.is_empty() && known.len() < MOST_KNOWN && (*was_found || *misses <= MOST_MISSES) {
            known.push(Known { tier, right, about: about.to_vec() });
        }
    }
}

impl Known<'_> {
    fn is(&self, tier: Tier, right: &Granted, about: &[&GrantLine]) -> bool {
        let is_same = |(a, b): (&&GrantLine, &&GrantLine)| std::ptr::eq(*a, *b);
        self.about.len() == about.len()
            && self.about.iter().zip(about).all(is_same)
            && self.tier == tier
            && self.right.set == right.set
            && self.right.why.grants == right.why.grants
            && self.right.why.rules == right.why.rules
    }
}
