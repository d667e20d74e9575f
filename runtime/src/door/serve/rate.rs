//! How often an endpoint answers. Comes in: the moments of requests. Goes out: whether one more would be too many for any stretch of the
//! limit's length. Deliberately absent: the moments themselves; sixty-four parts of a window are counted.

use std::collections::VecDeque;
use std::time::Instant;

use ambit_schema::plan::Rate;

/// In how many parts a window is counted.
const PARTS: u128 = 64;

/// Counts requests. In no stretch as long as the window are more than the limit; of one that is a sixty-fourth longer there may be
/// fewer than there could.
#[derive(Debug)]
pub(super) struct Meter {
    rate: Rate,
    origin: Instant,
    /// The parts in which there were requests, and how many.
    counted: VecDeque<(u128, u64)>,
}

impl Meter {
    pub(super) fn new(rate: Rate) -> Self {
        Meter { rate, origin: Instant::now(), counted: VecDeque::new() }
    }

    /// Whether there is no room for one more.
    pub(super) fn is_full(&mut self, now: Instant) -> bool {
        let part = self.part(now);
        // This part has begun and that of the same place in the last window is not over: both count.
        while self.counted.front().is_some_and(|(counted, _)| counted + PARTS < part) {
            self.counted.pop_front();
        }
        self.counted.iter().map(|(_, times)| times).sum::<u64>() >= self.rate.requests
    }

    pub(super) fn count(&mut self, now: Instant) {
        let part = self.part(now);
        match self.counted.back_mut() {
            Some((last, times)) if *last == part => *times += 1,
            _ => self.counted.push_back((part, 1)),
        }
    }

    fn part(&self, now: Instant) -> u128 {
        let length = (u128::from(self.rate.window) * 1_000_000).div_ceil(PARTS).max(1);
        now.saturating_duration_since(self.origin).as_nanos() / length
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ambit_schema::plan::Rate;

    use super::Meter;

    /// Lets through what it may of requests at these milliseconds.
    fn passed(rate: Rate, moments: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let mut meter = Meter::new(rate);
        let origin = meter.origin;
        let mut pass = |millis: &u64| {
            let now = origin + Duration::from_millis(*millis);
            let free = !meter.is_full(now);
            if free {
                meter.count(now);
            }
            free
        };
        moments.into_iter().filter(|millis| pass(millis)).collect()
    }

    #[test]
    fn no_stretch_of_the_window_has_more() {
        for (requests, window) in [(1, 1), (3, 1_000), (10, 640), (7, 77)] {
            for step in [1, 3, 50] {
                let passed = passed(Rate { requests, window }, (0..5_000).step_by(step));
                assert!(passed.len() as u64 >= requests, "{requests} in {window}");
                for (at, first) in passed.iter().enumerate() {
                    let in_window = passed[at..].iter().take_while(|moment| **moment < first + window).count();
                    assert!(in_window as u64 <= requests, "{requests} in {window}: {in_window} from {first}");
                }
            }
        }
    }

    #[test]
    fn there_is_room_again_after_a_window() {
        assert_eq!(passed(Rate { requests: 2, window: 640 }, [0, 1, 2, 600, 660, 661, 662]), [0, 1, 660, 661]);
    }

    #[test]
    fn it_keeps_no_more_than_its_parts() {
        let mut meter = Meter::new(Rate { requests: u64::MAX, window: 640 });
        let origin = meter.origin;
        for millis in 0..100_000 {
            let now = origin + Duration::from_millis(millis);
            assert!(!meter.is_full(now));
            meter.count(now);
        }
        assert!(meter.counted.len() <= 65, "{}", meter.counted.len());
    }
}
