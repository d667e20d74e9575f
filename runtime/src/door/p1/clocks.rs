//! The clocks of WASI p1. Comes in: the number of a clock. Goes out: what `wasi:clocks` says, in nanoseconds. There are no clocks of
//! processor time.

use wasmtime_wasi::p2::bindings::clocks::wall_clock::Datetime;
use wasmtime_wasi::p2::bindings::clocks::{monotonic_clock, wall_clock};

use super::Answer;
use super::errno::Errno;
use super::memory::Call;

/// How many nanoseconds a second has.
const SECOND: u64 = 1_000_000_000;

/// A clock that there is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    Wall,
    Monotonic,
}

impl Clock {
    /// The clock of a number. `None`: one of processor time.
    pub(super) fn of(number: u32) -> Answer<Option<Self>> {
        match number {
            0 => Ok(Some(Clock::Wall)),
            1 => Ok(Some(Clock::Monotonic)),
            2 | 3 => Ok(None),
            _ => Err(Errno::Inval.into()),
        }
    }
}

impl Call<'_> {
    pub(super) fn clock_res_get(&mut self, clock: u32, to: u32) -> Answer {
        let resolution = match Clock::of(clock)?.ok_or(Errno::Badf)? {
            Clock::Wall => nanoseconds(wall_clock::Host::resolution(self.state)?)?,
            Clock::Monotonic => monotonic_clock::Host::resolution(self.state)?,
        };
        self.put_u64(to, resolution)
    }

    pub(super) fn clock_time_get(&mut self, clock: u32, to: u32) -> Answer {
        let now = match Clock::of(clock)?.ok_or(Errno::Badf)? {
            Clock::Wall => nanoseconds(wall_clock::Host::now(self.state)?)?,
            Clock::Monotonic => monotonic_clock::Host::now(self.state)?,
        };
        self.put_u64(to, now)
    }
}

/// A time as WASI p1 has it.
pub(super) fn nanoseconds(time: Datetime) -> Answer<u64> {
    let seconds = time.seconds.checked_mul(SECOND);
    let whole = seconds.and_then(|seconds| seconds.checked_add(time.nanoseconds.into()));
    Ok(whole.ok_or(Errno::Overflow)?)
}

/// The same the other way round.
pub(super) fn datetime(nanoseconds: u64) -> Datetime {
    let rest = u32::try_from(nanoseconds % SECOND).unwrap_or_default();
    Datetime { seconds: nanoseconds / SECOND, nanoseconds: rest }
}
