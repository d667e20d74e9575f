//! The door to the clocks: `wasi:clocks`. With `clock.read "wall"` and `"monotonic"` they are the machine's; without, they stand
//! still. Waiting works either way, up to the quota of the call, and tells the time only to those who can read it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ambit_schema::capability::Kind;
use tokio::time::Instant;
use wasmtime::component::Resource;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::bindings::clocks::{monotonic_clock, wall_clock};
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

use crate::tier::wasm::state::PluginState;

/// What clocks say that they count in, standing still or not: nanoseconds.
const RESOLUTION: u32 = 1;

impl wall_clock::Host for PluginState {
    fn now(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        let real = self.gate.ask_or_stand_in(Kind::ClockRead, "wall", "read");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = if real { now } else { Duration::ZERO };
        Ok(wall_clock::Datetime { seconds: now.as_secs(), nanoseconds: now.subsec_nanos() })
    }

    fn resolution(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        Ok(wall_clock::Datetime { seconds: 0, nanoseconds: RESOLUTION })
    }
}

impl monotonic_clock::Host for PluginState {
    fn now(&mut self) -> wasmtime::Result<monotonic_clock::Instant> {
        let real = self.gate.ask_or_stand_in(Kind::ClockRead, "monotonic", "read");
        Ok(if real { nanoseconds(self.clock.since_start()) } else { 0 })
    }

    fn resolution(&mut self) -> wasmtime::Result<monotonic_clock::Duration> {
        Ok(u64::from(RESOLUTION))
    }

    fn subscribe_instant(&mut self, when: monotonic_clock::Instant) -> wasmtime::Result<Resource<DynPollable>> {
        let now = monotonic_clock::Host::now(self)?;
        self.wake_after(Duration::from_nanos(when.saturating_sub(now)))
    }

    fn subscribe_duration(&mut self, length: monotonic_clock::Duration) -> wasmtime::Result<Resource<DynPollable>> {
        self.wake_after(Duration::from_nanos(length))
    }
}

impl PluginState {
    fn wake_after(&mut self, length: Duration) -> wasmtime::Result<Resource<DynPollable>> {
        let timer = self.table.push(Timer { at: Instant::now().checked_add(length), yielded: !length.is_zero() })?;
        subscribe(&mut self.table, timer)
    }
}

/// A point in time to wait for; `None` lies further off than clocks reach.
struct Timer {
    at: Option<Instant>,
    /// Whether others had their turn. A guest that polls with a timeout of nothing must not starve what it polls for.
    yielded: bool,
}

#[async_trait]
impl Pollable for Timer {
    async fn ready(&mut self) {
        if !std::mem::replace(&mut self.yielded, true) {
            tokio::task::yield_now().await;
        }
        match self.at {
            Some(at) => tokio::time::sleep_until(at).await,
            None => std::future::pending().await,
        }
    }
}

fn nanoseconds(length: Duration) -> u64 {
    u64::try_from(length.as_nanos()).unwrap_or(u64::MAX)
}
