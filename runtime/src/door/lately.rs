//! What a plugin was allowed lately. Comes in: each yes of its gate. Goes out: the same yes again without deciding again, since a plan
//! does not change; and how often each was said again since it was told of, which is one event for all of them. Deliberately absent:
//! refusals, each of which is told at once.

use std::sync::Arc;

use ambit_schema::capability::Kind;

/// How many answers are remembered: a plugin works on a few things at a time.
const KEPT: usize = 8;
/// The longest target that is, in bytes.
const LONGEST: usize = 1_024;

/// The answers that were yes, the latest of them.
#[derive(Clone, Default)]
pub(super) struct Lately {
    kept: Vec<Yes>,
    /// The next to give way.
    oldest: usize,
    /// Whether something was said again that was not told.
    pending: bool,
}

/// A question that was answered with yes.
#[derive(Clone)]
pub(super) struct Yes {
    pub(super) kind: Kind,
    pub(super) target: Arc<str>,
    pub(super) operation: &'static str,
    /// Whether it was told of in this call, so that repetitions may be counted.
    told: bool,
    /// How often it was said again since.
    again: u64,
}

impl Yes {
    #[inline]
    fn is_about(&self, kind: Kind, target: &str) -> bool {
        self.kind == kind && *self.target == *target
    }

    #[inline]
    fn is_for(&self, operation: &'static str) -> bool {
        std::ptr::eq(self.operation, operation) || self.operation == operation
    }
}

impl Lately {
    /// Counts a question that was told of in this call. False if it was not: then it is to be decided and told of.
    #[inline]
    pub(super) fn count(&mut self, kind: Kind, target: &str, operation: &'static str) -> bool {
        let same = |yes: &&mut Yes| yes.told && yes.is_for(operation) && yes.is_about(kind, target);
        let Some(yes) = self.kept.iter_mut().find(same) else { return false };
        yes.again += 1;
        self.pending = true;
        true
    }

    /// The target, if something was allowed about it lately.
    pub(super) fn find(&self, kind: Kind, target: &str) -> Option<Arc<str>> {
        self.kept.iter().find(|yes| yes.is_about(kind, target)).map(|yes| Arc::clone(&yes.target))
    }

    /// Remembers a question that is allowed, and whether it was told of. What gives way to it and is not told whole is returned.
    pub(super) fn keep(
        &mut self,
        kind: Kind,
        target: &Arc<str>,
        operation: &'static str,
        told: bool,
    ) -> Option<(Yes, u64)> {
        if let Some(yes) = self.kept.iter_mut().find(|yes| yes.is_for(operation) && yes.is_about(kind, target)) {
            yes.told |= told;
            return None;
        }
        if target.len() > LONGEST {
            return None;
        }
        let yes = Yes { kind, target: Arc::clone(target), operation, told, again: 0 };
        let at = self.oldest;
        self.oldest = (at + 1) % KEPT;
        let Some(oldest) = self.kept.get_mut(at) else {
            self.kept.push(yes);
            return None;
        };
        let gone = std::mem::replace(oldest, yes);
        let again = gone.again;
        (again > 0).then_some((gone, again))
    }

    /// Whether there is something to tell.
    #[inline]
    pub(super) fn is_pending(&self) -> bool {
        self.pending
    }

    /// What was said again since it was told of, and how often, in the order in which it was first asked. Then it is told.
    pub(super) fn take(&mut self) -> Vec<(Yes, u64)> {
        self.pending = false;
        let oldest = self.oldest.min(self.kept.len());
        let (late, early) = self.kept.split_at_mut(oldest);
        let in_order = early.iter_mut().chain(late).filter(|yes| yes.again > 0);
        in_order.map(|yes| (yes.clone(), std::mem::take(&mut yes.again))).collect()
    }

    /// A new call tells of everything again.
    #[inline]
    pub(super) fn new_call(&mut self) {
        self.kept.iter_mut().for_each(|yes| yes.told = false);
    }

    /// The answers without what is to be told of them: for another gate, which tells each at once.
    pub(super) fn answers(&self) -> Lately {
        let mut answers = self.clone();
        answers.kept.iter_mut().for_each(|yes| (yes.told, yes.again) = (false, 0));
        answers.pending = false;
        answers
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ambit_schema::capability::Kind;

    use super::{KEPT, LONGEST, Lately};

    /// The latest are found, whatever their number, and nothing is found that was not kept or is of another kind.
    #[test]
    fn the_latest_answers_are_remembered() {
        let mut lately = Lately::default();
        for n in 0..3 * KEPT {
            let target: Arc<str> = format!("./{n}").into();
            assert!(lately.keep(Kind::FsRead, &target, "open", true).is_none());
            let first = (n + 1).saturating_sub(KEPT);
            for kept in 0..=n {
                let found = lately.find(Kind::FsRead, &format!("./{kept}"));
                assert_eq!(found.is_some(), kept >= first, "{kept} after {n}");
            }
            assert!(lately.find(Kind::FsWrite, &target).is_none());
        }
        let long: Arc<str> = "x".repeat(LONGEST + 1).into();
        lately.keep(Kind::FsRead, &long, "open", true);
        assert!(lately.find(Kind::FsRead, &long).is_none());
    }

    /// What is counted comes out once, in the order of the first questions, and with what gives way.
    #[test]
    fn nothing_that_is_counted_is_lost() {
        let mut lately = Lately::default();
        let targets: Vec<Arc<str>> = (0..=KEPT).map(|n| format!("./{n}").into()).collect();
        for target in &targets[..KEPT] {
            assert!(!lately.count(Kind::FsRead, target, "open"));
            lately.keep(Kind::FsRead, target, "open", true);
            assert!(lately.count(Kind::FsRead, target, "open"));
            assert!(!lately.count(Kind::FsRead, target, "stat"));
        }
        let gone = lately.keep(Kind::FsRead, &targets[KEPT], "open", true).map(|(yes, again)| (yes.target, again));
        assert_eq!(gone, Some((Arc::clone(&targets[0]), 1)));
        assert!(lately.is_pending());
        let told: Vec<_> = lately.take().into_iter().map(|(yes, again)| (yes.target, again)).collect();
        assert_eq!(told, targets[1..KEPT].iter().map(|target| (Arc::clone(target), 1)).collect::<Vec<_>>());
        assert!(!lately.is_pending() && lately.take().is_empty());
        lately.new_call();
        assert!(!lately.count(Kind::FsRead, &targets[1], "open"));
    }
}
