//! What a call leaves behind beside its answer, however it ended. Comes in: the state of an instance after a call. Goes out: what
//! it wrote, what it used, which files it changed.

use super::call::{Outcome, Usage};
use super::limits::{Meter, QuotaHit};
use super::state::PluginState;
use crate::door::stdio::Output;
use crate::door::traffic::FileChange;

/// What a call left behind.
#[derive(Debug, Default)]
pub(crate) struct Remains {
    pub(crate) stdout: Output,
    pub(crate) stderr: Output,
    pub(crate) usage: Usage,
    pub(crate) changes: Vec<FileChange>,
    pub(crate) more_changes: bool,
    pub(crate) exceeded: Vec<QuotaHit>,
}

impl Remains {
    /// Takes it from an instance.
    pub(super) fn take(state: &mut PluginState, meter: &Meter) -> Self {
        state.end_call();
        let (stdout, stderr) = state.output.take();
        let counted = state.traffic.take();
        let usage = Usage {
            cpu: state.clock.cpu_used(),
            wall: state.clock.wall_used(),
            peak_memory: meter.take_peak(),
            file_read: counted.file_read,
            file_written: counted.file_written,
            net_received: counted.net_received,
            net_sent: counted.net_sent,
            host_calls: counted.host_calls,
        };
        let (changes, more_changes) = (counted.changes, counted.more_changes);
        Remains { stdout, stderr, usage, changes, more_changes, exceeded: state.take_exceeded() }
    }
}

impl From<Outcome> for Remains {
    fn from(outcome: Outcome) -> Self {
        let Outcome { stdout, stderr, usage, changes, more_changes, exceeded, .. } = outcome;
        Remains { stdout, stderr, usage, changes, more_changes, exceeded }
    }
}
