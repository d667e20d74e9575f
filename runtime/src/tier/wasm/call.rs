//! What comes of a call: [`Outcome`] or [`CallError`]. Comes in: what the engine reports. Goes out: the one thing that a host
//! author wants to know, as a type: which quota, which right, which trap.

use std::fmt;
use std::time::Duration;

use wasmtime::component::ResourceTableError;
use wasmtime::{PoolConcurrencyLimitError, Trap};

use super::limits::QuotaHit;
use super::state::PluginState;
use crate::door::Denied;
use crate::door::stdio::Output;
use crate::door::traffic::FileChange;
use ambit_schema::limits::Quota;

/// What a finished command left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub exit: Exit,
    /// What it answered, for plugins that stay loaded: they return their output.
    pub answer: Option<String>,
    /// What it wrote to standard output.
    pub stdout: Output,
    /// What it wrote to standard error.
    pub stderr: Output,
    /// What it used.
    pub usage: Usage,
    /// The files that it made, changed and removed, in the order of their paths; those of its temporary folder are left out.
    pub changes: Vec<FileChange>,
    /// Whether there were more of those than are kept.
    pub more_changes: bool,
    /// Quotas that ran out, and that the plugin lived with: memory, output and handles are refused, not fatal.
    pub exceeded: Vec<QuotaHit>,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// With success.
    Success,
    /// With a failure of its own. A program for WASI p1 says with which status. WASI p2 passes on no number: there, every failure is
    /// status 1.
    Failure {
        /// The status for whoever wants a number.
        status: u8,
        /// The plugin's own words, from those that return them.
        reason: Option<String>,
    },
}

/// What a call used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// CPU time of the calling thread.
    pub cpu: Duration,
    /// Time from start to end.
    pub wall: Duration,
    /// The most memory at one time, in bytes, over all instances of the plugin.
    pub peak_memory: u64,
    /// Bytes that it read from files.
    pub file_read: u64,
    /// Bytes that it wrote to files.
    pub file_written: u64,
    /// Bytes that came in over its connections until the call was over, those of HTTP and TLS themselves included.
    pub net_received: u64,
    /// Bytes that went out over them.
    pub net_sent: u64,
    /// How often it called the host: each function of WASI, and each question of other interfaces to the [`Gate`](crate::Gate).
    pub host_calls: u64,
}

/// Why a call did not come to its end. After any of these but [`Export`](CallError::Export), [`Argument`](CallError::Argument) and the
/// quota `concurrency` the instance is gone; the next call gets a fresh one, when the plugin's recovery allows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// A quota ran out, and ended the call or made the plugin end itself.
    Quota {
        /// Which.
        hit: QuotaHit,
        /// What the plugin did when it was refused more, if that is what ended it.
        trap: Option<String>,
    },
    /// The plugin called what it has no right to, and what has no answer without one.
    Denied(Denied),
    /// The plugin broke: it reached what it says is unreachable, left its memory, used up its stack.
    Trap(String),
    /// The host runs as many instances as it was made for; see [`HostBuilder::instances`](crate::HostBuilder::instances).
    Full,
    /// A plugin that should stay loaded ended itself with this status.
    Exited(u8),
    /// There is no such export, or not of that type.
    Export(String),
    /// An argument is not what the export takes.
    Argument(String),
    /// It failed before, and rests for so long.
    Resting(Duration),
    /// It failed more often than its plan allows; see [`Plugin::enable`](super::Plugin::enable) and
    /// [`PluginEntry::fallback`](ambit_schema::plan::PluginEntry::fallback).
    Disabled,
    /// `init` answered with an error: the plugin's own words.
    Init(String),
}

/// How doors end a call. Travels through the engine as an error.
#[derive(Debug, Clone)]
pub(crate) enum Stop {
    Quota(QuotaHit),
    Denied(Denied),
    Exit(u8),
    Misuse(&'static str),
}

impl CallError {
    /// Reads what the engine reports. `state` knows which quotas were refused on the way.
    pub(super) fn read(error: &wasmtime::Error, state: &mut PluginState) -> Self {
        let refused = state.peek_exceeded();
        if let Some(stop) = error.downcast_ref::<Stop>() {
            return match stop {
                Stop::Quota(hit) => {
                    state.gate.exceeded(hit, "run");
                    CallError::Quota { hit: hit.clone(), trap: None }
                }
                Stop::Denied(denied) => CallError::Denied(denied.clone()),
                Stop::Exit(status) => CallError::Exited(*status),
                Stop::Misuse(what) => CallError::Trap((*what).to_owned()),
            };
        }
        if is_handle_limit(error) {
            let hit = state.quota(Quota::Handles);
            state.gate.exceeded(&hit, "keep a handle");
            return CallError::Quota { hit, trap: None };
        }
        if error.is::<PoolConcurrencyLimitError>() {
            return CallError::Full;
        }
        if is_copy_limit(error) {
            let hit = state.quota(Quota::Memory);
            state.gate.exceeded(&hit, "pass to the host");
            return CallError::Quota { hit, trap: None };
        }
        let what = told(error);
        match refused.into_iter().next() {
            Some(hit) => CallError::Quota { hit, trap: Some(what) },
            None => CallError::Trap(what),
        }
    }
}

/// Whether the plugin holds, or lends, more than it may. For handles of its own making the engine has no public type, only words.
fn is_handle_limit(error: &wasmtime::Error) -> bool {
    matches!(error.downcast_ref(), Some(ResourceTableError::Full))
        || error.root_cause().to_string().ends_with("store handle limit exceeded")
}

/// Whether the plugin had the host copy more at once than it may have itself. The engine has no public type for it, only words.
fn is_copy_limit(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().ends_with("fuel allocated for hostcalls has been exhausted")
}

/// The cause, in the engine's words; the stack of the guest is of use to its author only, and stays out.
fn told(error: &wasmtime::Error) -> String {
    match error.downcast_ref::<Trap>() {
        Some(trap) => trap.to_string(),
        None => error.root_cause().to_string(),
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Quota { hit, trap: None } => write!(f, "the quota {hit} is used up"),
            CallError::Quota { hit, trap: Some(trap) } => {
                write!(f, "the quota {hit} is used up, and the plugin did not take that well: {trap}")
            }
            CallError::Denied(denied) => denied.fmt(f),
            CallError::Trap(what) => write!(f, "the plugin broke: {what}"),
            CallError::Full => write!(f, "the host has no room for another running plugin"),
            CallError::Exited(status) => write!(f, "the plugin ended itself with status {status}"),
            CallError::Export(name) => write!(f, "the plugin has no export {name}"),
            CallError::Argument(what) => f.write_str(what),
            CallError::Resting(rest) => write!(f, "the plugin failed, and rests for {} ms", rest.as_millis()),
            CallError::Disabled => write!(f, "the plugin failed too often, and is disabled"),
            CallError::Init(reason) => {
                write!(f, "the plugin does not start: {}", crate::door::printable(reason))
            }
        }
    }
}

impl std::error::Error for CallError {}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Quota(hit) => write!(f, "the quota {hit} is used up"),
            Stop::Denied(denied) => denied.fmt(f),
            Stop::Exit(status) => write!(f, "exit with status {status}"),
            Stop::Misuse(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Stop {}
