//! What a plugin was allowed lately. Comes in: each yes of its gate. Goes out: the same yes again without deciding again, since a plan
//! does not change; and how often the last one was said again, which is one event for all of them. Deliberately absent: refusals,
//! each of which is told at once.

use std::sync::Arc;

use ambit_schema::capability::Kind;

/// How many answers are remembered: a plugin works on a few things at a time.
const KEPT: usize = 8;
/// The longest target that is, in bytes.
const LONGEST: usize = 1_024;

/// The answers that were yes, the latest of them.
#[derive(Clone, Default)]
pub(super) struct Lately {
    kept: Vec<(Kind, Arc<str>)>,
    /// The next to give way.
    oldest: usize,
}

/// Where an answer is kept, until the next one is.
#[derive(Clone, Copy)]
pub(super) enum Kept {
    At(usize),
    TooLong,
}

impl Lately {
    /// Where the target stands, if it was allowed lately.
    #[inline]
    pub(super) fn find(&self, kind: Kind, target: &str) -> Option<Kept> {
        self.kept.iter().position(|(other, text)| *other == kind && **text == *target).map(Kept::At)
    }

    /// Remembers a target that is allowed. Another gives way to it.
    pub(super) fn keep(&mut self, kind: Kind, target: &str) -> Kept {
        if target.len() > LONGEST {
            return Kept::TooLong;
        }
        let (at, entry) = (self.oldest, (kind, target.into()));
        match self.kept.get_mut(at) {
            Some(oldest) => *oldest = entry,
            None => self.kept.push(entry),
        }
        self.oldest = (at + 1) % KEPT;
        Kept::At(at)
    }

    /// What stands there.
    #[inline]
    pub(super) fn at(&self, at: usize) -> Option<&(Kind, Arc<str>)> {
        self.kept.get(at)
    }
}

/// The yes that was told last, by where it is kept, and how often it was said again since.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) at: usize,
    pub(super) operation: &'static str,
    pub(super) again: u64,
}

impl Run {
    /// Whether this is asked once more.
    #[inline]
    pub(super) fn is(&self, lately: &Lately, kind: Kind, target: &str, operation: &str) -> bool {
        let same = |(other, text): &(Kind, Arc<str>)| *other == kind && **text == *target;
        self.operation == operation && lately.at(self.at).is_some_and(same)
    }
}

#[cfg(test)]
mod tests {
    use ambit_schema::capability::Kind;

    use super::{KEPT, Kept, LONGEST, Lately};

    /// The latest are found, whatever their number, and nothing is found that was not kept or is of another kind.
    #[test]
    fn the_latest_answers_are_remembered() {
        let mut lately = Lately::default();
        for n in 0..3 * KEPT {
            let Kept::At(at) = lately.keep(Kind::FsRead, &format!("./{n}")) else { unreachable!("it is short") };
            assert_eq!(lately.at(at).map(|(_, text)| &**text), Some(&*format!("./{n}")));
            let first = (n + 1).saturating_sub(KEPT);
            for kept in 0..=n {
                let found = lately.find(Kind::FsRead, &format!("./{kept}"));
                assert_eq!(found.is_some(), kept >= first, "{kept} after {n}");
            }
            assert!(lately.find(Kind::FsWrite, &format!("./{n}")).is_none());
        }
        let long = "x".repeat(LONGEST + 1);
        assert!(matches!(lately.keep(Kind::FsRead, &long), Kept::TooLong));
        assert!(lately.find(Kind::FsRead, &long).is_none());
    }
}
