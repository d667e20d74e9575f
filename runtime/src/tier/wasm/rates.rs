//! What is counted over all that a host loaded of one plugin: calls that run at one time, and rates, so much in each second of time
//! that passes. Comes in: what was used. Goes out: how long to wait before anything more is used. Deliberately absent: waiting.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use ambit_schema::limits::Quota;
use ambit_schema::name::PluginId;
use ambit_schema::plan::PluginEntry;

/// The quotas that are counted over all that is loaded of a plugin.
const SHARED: [Quota; 4] = [Quota::Bandwidth, Quota::Concurrency, Quota::CpuShare, Quota::OutputRate];

/// What a rate gives in this time may be used at once.
const BURST: Duration = Duration::from_millis(100);
/// Longer than anything waits.
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// The counts of one plugin.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    running: AtomicU64,
    /// CPU time.
    pub(crate) cpu: Pace,
    /// Bytes over connections.
    pub(crate) wire: Pace,
    /// Bytes to standard output and standard error.
    pub(crate) output: Pace,
}

impl Rates {
    /// Room for one more call, if fewer than `most` run.
    pub(crate) fn run(self: &Arc<Self>, most: u64) -> Option<Running> {
        let one_more = |running: u64| (running < most).then_some(running + 1);
        self.running.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok()?;
        Some(Running(Arc::clone(self)))
    }
}

/// The counts of every plugin of a host that has a quota of them.
#[derive(Debug, Default)]
pub(crate) struct AllRates(Mutex<BTreeMap<PluginId, Weak<Rates>>>);

impl AllRates {
    /// The counts of a plugin: the same for all that is loaded of it at one time. Without such a quota, counts of its own.
    pub(crate) fn of(&self, entry: &PluginEntry) -> Arc<Rates> {
        if SHARED.into_iter().all(|quota| entry.quota(quota).is_none()) {
            return Arc::default();
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rates) = all.get(&entry.id).and_then(Weak::upgrade) {
            return rates;
        }
        // Of those that are gone nothing stays, and looking for them costs a step for each that came.
        if all.len().is_power_of_two() {
            all.retain(|_, rates| rates.strong_count() > 0);
        }
        let rates = Arc::<Rates>::default();
        all.insert(entry.id.clone(), Arc::downgrade(&rates));
        rates
    }
}

/// A call that runs, until this is dropped.
#[derive(Debug)]
pub(crate) struct Running(Arc<Rates>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One rate: until when everything that was used would have taken, had it been used evenly.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<Option<Instant>>);

impl Pace {
    /// Notes what was used, by the time in which the rate gives it. Returns how long to wait before more is used.
    pub(crate) fn note(&self, worth: Duration) -> Duration {
        let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let earliest = now.checked_sub(BURST).unwrap_or(now);
        let even = until.map_or(earliest, |until| until.max(earliest)) + worth.min(FAR);
        *until = Some(even);
        even.saturating_duration_since(now)
    }

    /// How long to wait before anything is used.
    pub(crate) fn wait(&self) -> Duration {
        let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
    }
}

/// In what time a part of a processor, in percent, gives so much CPU time.
pub(crate) fn worth_of_cpu(used: Duration, percent: u64) -> Duration {
    worth(used.as_nanos().saturating_mul(100), percent)
}

/// In what time so many bytes each second come to so many.
pub(crate) fn worth_of_bytes(bytes: u64, each_second: u64) -> Duration {
    worth(u128::from(bytes) * 1_000_000_000, each_second)
}

fn worth(nanos: u128, rate: u64) -> Duration {
    u64::try_from(nanos / u128::from(rate.max(1))).map_or(FAR, Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::{BURST, FAR, Pace, Rates, worth_of_bytes, worth_of_cpu};

    #[test]
    fn no_more_calls_run_than_may() {
        let rates = Arc::new(Rates::default());
        let running: Vec<_> = (0..3).map(|_| rates.run(2)).collect();
        assert!(running[0].is_some() && running[1].is_some() && running[2].is_none());
        drop(running);
        assert!(rates.run(1).is_some() && rates.run(0).is_none());
    }

    /// A little at once is free; the rest is waited for, whatever the parts it is used in.
    #[test]
    fn what_is_used_is_waited_for() {
        for parts in [1_u32, 7, 100] {
            let pace = Pace::default();
            let all = Duration::from_secs(10);
            let waits: Vec<Duration> = (0..parts).map(|_| pace.note(all / parts)).collect();
            let last = *waits.last().unwrap();
            assert!(waits.is_sorted() && last <= all - BURST && last > all - BURST * 10, "{parts}: {last:?}");
            assert!(pace.wait() <= last && pace.wait() > last / 2);
        }
        assert_eq!(Pace::default().note(BURST / 2), Duration::ZERO);
        assert_eq!(Pace::default().wait(), Duration::ZERO);
        assert!(Pace::default().note(Duration::MAX) <= FAR);
    }

    #[test]
    fn a_part_of_a_processor_takes_longer() {
        assert_eq!(worth_of_cpu(Duration::from_millis(5), 25), Duration::from_millis(20));
        assert_eq!(worth_of_cpu(Duration::from_millis(5), 200), Duration::from_micros(2_500));
        assert_eq!(worth_of_cpu(Duration::MAX, 1), FAR);
        assert_eq!(worth_of_bytes(1 << 20, 2 << 20), Duration::from_millis(500));
        assert_eq!(worth_of_bytes(u64::MAX, 0), FAR);
    }
}
