//! The quotas of one plugin while it runs. Comes in: growth of memory and tables, ticks, handles. Goes out: a refusal that the
//! guest can handle, or [`Stop::Quota`]; each leaves a [`QuotaHit`] that names the line whose number it was.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ambit_schema::limits::Quota;
use ambit_schema::plan::{Place, PluginEntry};
use nix::time::{ClockId, clock_gettime};
use wasmtime::ResourceLimiter;

use super::call::Stop;
use super::engine::Clock;
use super::rates::{Rates, worth_of_cpu};

/// What one element of a table costs the host, in bytes.
const TABLE_ELEMENT: usize = size_of::<usize>();

/// A quota that is used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaHit {
    /// Which.
    pub quota: Quota,
    /// How much the plugin has, in the quota's unit.
    pub limit: u64,
    /// The line whose number it is. `None`: the built-in default, unless it was narrowed.
    pub place: Option<Place>,
    /// Whether it is the number of this execution alone, which is less than the plan's.
    pub narrowed: bool,
}

impl QuotaHit {
    pub(crate) fn of(entry: &PluginEntry, quota: Quota) -> Self {
        let line = entry.quotas.iter().find(|line| line.quota == quota);
        let place = line.and_then(|line| line.place.clone());
        // Without a limit, nothing reaches it.
        QuotaHit { quota, limit: entry.quota(quota).unwrap_or(u64::MAX), place, narrowed: false }
    }
}

impl fmt::Display for QuotaHit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of {}", self.quota.key(), self.quota.unit().show(self.limit))?;
        match &self.place {
            _ if self.narrowed => write!(f, " (of this execution)"),
            Some(place) => write!(f, " (set at {place})"),
            None => write!(f, " (the default)"),
        }
    }
}

/// Memory of all instances of one plugin together: linear memories and tables, in bytes.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    used: AtomicU64,
    peak: AtomicU64,
}

impl Meter {
    fn take(&self, bytes: u64, limit: u64) -> bool {
        let more = |used: u64| used.checked_add(bytes).filter(|sum| *sum <= limit);
        match self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more) {
            Ok(before) => {
                self.peak.fetch_max(before + bytes, Ordering::Relaxed);
                true
            }
            Err(_) => false,
        }
    }

    /// The most that was in use since this was last asked.
    pub(crate) fn take_peak(&self) -> u64 {
        self.peak.swap(self.used.load(Ordering::Relaxed), Ordering::Relaxed)
    }
}

/// The memory of one instance. What it took is given back when it goes.
#[derive(Debug)]
pub(crate) struct Memory {
    meter: Arc<Meter>,
    limit: u64,
    taken: u64,
    refused: bool,
}

impl Memory {
    pub(crate) fn new(meter: Arc<Meter>, limit: u64) -> Self {
        Memory { meter, limit, taken: 0, refused: false }
    }

    /// From now on. What is in use stays, and nothing more is given while that is more.
    pub(crate) fn set_limit(&mut self, limit: u64) {
        self.limit = limit;
    }

    /// Whether growth was refused since this was last asked.
    pub(crate) fn was_refused(&mut self) -> bool {
        std::mem::take(&mut self.refused)
    }

    fn grow(&mut self, current: usize, desired: usize, unit: usize) -> bool {
        let bytes = desired.saturating_sub(current).saturating_mul(unit) as u64;
        let fits = self.meter.take(bytes, self.limit);
        if fits {
            self.taken += bytes;
        } else {
            self.refused = true;
        }
        fits
    }

    fn give_back(&mut self, bytes: u64) {
        self.taken -= bytes;
        self.meter.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.give_back(self.taken);
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        // What the memory's own type forbids fails by itself, and must not be counted.
        Ok(maximum.is_some_and(|maximum| desired > maximum) || self.grow(current, desired, 1))
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(maximum.is_some_and(|maximum| desired > maximum) || self.grow(current, desired, TABLE_ELEMENT))
    }

    /// The engine's own bound on a table or memory is part of the same quota for whoever looks from outside.
    fn table_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.refused = true;
        Ok(())
    }
}

/// The time of one call.
#[derive(Debug)]
pub(crate) struct CallClock {
    clock: Arc<Clock>,
    wall: QuotaHit,
    cpu: QuotaHit,
    /// When the call began, as the host's clock counts.
    began: Duration,
    /// What the thread had used when this was first measured in this call.
    cpu_began: Option<Duration>,
    /// The plugin's part of a processor, when it has less than one.
    share: Option<Share>,
}

/// A part of a processor.
#[derive(Debug)]
struct Share {
    hit: QuotaHit,
    rates: Arc<Rates>,
    /// What the thread had used when that was last noted.
    noted: Duration,
}

impl Share {
    /// Notes what was used since the last time. Returns how long to wait before more is.
    fn note(&mut self) -> Duration {
        let now = cpu_of_thread();
        let used = now.saturating_sub(std::mem::replace(&mut self.noted, now));
        self.rates.cpu.note(worth_of_cpu(used, self.hit.limit))
    }
}

impl CallClock {
    pub(crate) fn new(clock: Arc<Clock>, wall: QuotaHit, cpu: QuotaHit) -> Self {
        CallClock { clock, wall, cpu, began: Duration::ZERO, cpu_began: None, share: None }
    }

    /// From the next call on.
    pub(crate) fn set_limits(&mut self, wall: QuotaHit, cpu: QuotaHit) {
        (self.wall, self.cpu) = (wall, cpu);
    }

    /// From the next call on. One thread never takes more than a whole processor.
    pub(crate) fn set_share(&mut self, hit: QuotaHit, rates: &Arc<Rates>) {
        let less_than_one = hit.limit < 100;
        self.share = less_than_one.then(|| Share { hit, rates: Arc::clone(rates), noted: cpu_of_thread() });
    }

    /// Starts a call. Costs no system call: CPU time is measured from the first tick, at most a tick after the start.
    pub(crate) fn begin(&mut self) {
        self.began = self.clock.wake();
        self.cpu_began = None;
        self.take_turn();
    }

    /// Starts a call whose use is reported to the millisecond.
    pub(crate) fn begin_measured(&mut self) {
        self.clock.wake();
        self.began = self.clock.now();
        self.cpu_began = Some(cpu_of_thread());
        self.take_turn();
    }

    /// Waits until the plugin's part of a processor lets it run, if it has a part only.
    #[inline]
    fn take_turn(&mut self) {
        if let Some(share) = &mut self.share {
            let wait = share.rates.cpu.wait();
            share.noted = cpu_of_thread();
            // Where that takes too long, the first tick tells.
            let _ = self.pause(wait);
        }
    }

    /// Waits.
    ///
    /// # Errors
    /// It would take longer than the call may.
    pub(crate) fn pause(&self, wait: Duration) -> Result<(), Stop> {
        if wait.is_zero() {
            return Ok(());
        }
        std::thread::sleep(wait.min(self.wall_left()));
        self.clock.wake();
        if self.wall_left().is_zero() { Err(self.out_of_time()) } else { Ok(()) }
    }

    /// Ends a call: what it used since the last tick counts, too.
    #[inline]
    pub(crate) fn end(&mut self) {
        if let Some(share) = &mut self.share {
            share.note();
        }
    }

    /// Called at every tick in which the plugin ran. Waits where the plugin was faster than its part of a processor; then its quota is
    /// returned.
    ///
    /// # Errors
    /// The quota that is used up.
    pub(crate) fn tick(&mut self) -> Result<Option<QuotaHit>, Stop> {
        self.clock.wake();
        if self.wall_used() >= Duration::from_millis(self.wall.limit) {
            return Err(Stop::Quota(self.wall.clone()));
        }
        let now = cpu_of_thread();
        let used = now.saturating_sub(*self.cpu_began.get_or_insert(now));
        if used >= Duration::from_millis(self.cpu.limit) {
            return Err(Stop::Quota(self.cpu.clone()));
        }
        let Some(wait) = self.share.as_mut().map(Share::note).filter(|wait| !wait.is_zero()) else { return Ok(None) };
        self.pause(wait)?;
        Ok(self.share.as_ref().map(|share| share.hit.clone()))
    }

    /// Called when the plugin runs again after a wait.
    pub(crate) fn resume(&self) {
        self.clock.wake();
    }

    pub(crate) fn wall_used(&self) -> Duration {
        self.clock.now().saturating_sub(self.began)
    }

    /// How much of the call is left.
    pub(crate) fn wall_left(&self) -> Duration {
        self.deadline().saturating_duration_since(Instant::now())
    }

    pub(crate) fn cpu_used(&self) -> Duration {
        self.cpu_began.map_or(Duration::ZERO, |began| cpu_of_thread().saturating_sub(began))
    }

    /// Since the host was made.
    pub(crate) fn since_start(&self) -> Duration {
        self.clock.now()
    }

    /// When the call must be over.
    pub(crate) fn deadline(&self) -> Instant {
        let far = Duration::from_secs(365 * 24 * 3600);
        self.clock.origin() + self.began + Duration::from_millis(self.wall.limit).min(far)
    }

    pub(crate) fn out_of_time(&self) -> Stop {
        Stop::Quota(self.wall.clone())
    }
}

pub(crate) fn cpu_of_thread() -> Duration {
    // Where there is no such clock, a call that asks it is over.
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::MAX, Duration::from)
}
