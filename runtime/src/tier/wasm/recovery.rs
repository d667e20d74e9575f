//! What becomes of a plugin whose calls fail. Comes in: its recovery in the plan, failures, and the time. Goes out: whether it may
//! be started. Deliberately absent: any memory of it once the plugin is dropped; whoever loads it again begins anew.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use ambit_schema::plan::Recovery;

use super::call::CallError;

/// Whether a call would start a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It would.
    Ready,
    /// Not for so long.
    Resting(Duration),
    /// Not until the host says so.
    Disabled,
}

/// The failures of one plugin that still count.
pub(super) struct Failures {
    recovery: Option<Recovery>,
    /// The latest, oldest first: never more than may be started again, and one.
    times: VecDeque<Instant>,
    rests_until: Option<Instant>,
    disabled: bool,
}

impl Failures {
    pub(super) fn new(recovery: Option<Recovery>) -> Self {
        Failures { recovery, times: VecDeque::new(), rests_until: None, disabled: false }
    }

    pub(super) fn forget(&mut self) {
        *self = Failures::new(self.recovery.take());
    }

    /// Counts one, and decides what follows from it.
    pub(super) fn note(&mut self, now: Instant) {
        let Some(recovery) = &self.recovery else { return };
        let window = Duration::from_millis(recovery.window);
        while self.times.front().is_some_and(|time| now.duration_since(*time) >= window) {
            self.times.pop_front();
        }
        self.times.push_back(now);
        let failures = u32::try_from(self.times.len()).unwrap_or(u32::MAX);
        // Only the host takes that back, not a call that was still running then and fails when the window is over.
        self.disabled |= failures > recovery.restarts;
        self.rests_until = now.checked_add(Duration::from_millis(recovery.pause_after(failures)));
    }

    pub(super) fn health(&self, now: Instant) -> Health {
        let rest = self.rests_until.map(|until| until.saturating_duration_since(now)).unwrap_or_default();
        match (self.disabled, rest.is_zero()) {
            (true, _) => Health::Disabled,
            (false, true) => Health::Ready,
            (false, false) => Health::Resting(rest),
        }
    }

    /// INVARIANT (recovery): every instance is made after this was asked.
    pub(super) fn may_start(&self, now: Instant) -> Result<(), CallError> {
        match self.health(now) {
            Health::Ready => Ok(()),
            Health::Resting(rest) => Err(CallError::Resting(rest)),
            Health::Disabled => Err(CallError::Disabled),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use ambit_schema::plan::{Growth, Place, Recovery};

    use super::{Failures, Health};

    fn failures() -> Failures {
        let place = Place { path: "plugin.kdl".into(), line: 1, column: 1 };
        let (restarts, window, pause) = (2, 1_000, 100);
        Failures::new(Some(Recovery { restarts, window, pause, growth: Growth::Linear, fallback: None, place }))
    }

    #[test]
    fn failures_bring_rests_and_then_the_end() {
        let (mut failures, start) = (failures(), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(failures.health(at(0)), Health::Ready);
        failures.note(at(0));
        assert_eq!(failures.health(at(40)), Health::Resting(Duration::from_millis(60)));
        assert_eq!(failures.health(at(100)), Health::Ready);
        failures.note(at(100));
        assert_eq!(failures.health(at(100)), Health::Resting(Duration::from_millis(200)));
        failures.note(at(300));
        assert_eq!(failures.health(at(90_000)), Health::Disabled);
        failures.note(at(90_000));
        assert_eq!(failures.health(at(99_000)), Health::Disabled);
        failures.forget();
        assert_eq!(failures.health(at(300)), Health::Ready);
    }

    #[test]
    fn what_lies_before_the_window_counts_no_more() {
        let (mut failures, start) = (failures(), Instant::now());
        for n in 0..50_u64 {
            let now = start + Duration::from_millis(n * 600);
            failures.note(now);
            assert_ne!(failures.health(now), Health::Disabled);
            assert!(failures.times.len() <= 2);
        }
    }

    #[test]
    fn without_recovery_it_is_always_started() {
        let (mut failures, now) = (Failures::new(None), Instant::now());
        (0..1_000).for_each(|_| failures.note(now));
        assert_eq!(failures.health(now), Health::Ready);
    }
}
