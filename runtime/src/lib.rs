//! The runtime of Ambit. Comes in: a sealed plan, which says everything that each plugin may do. Goes out: plugins that run, and
//! do exactly that.

pub mod door;
pub mod host;
pub mod tier;

pub use door::stdio::Output;
pub use door::{AuditEvent, AuditLog, AuditSink, Denied, Gate, Help, Reason, Subject, Verdict};
pub use host::{Host, HostBuilder, HostError, Interface, LoadError, MAX_ARTIFACT};
pub use tier::wasm::{CallError, Exit, Outcome, Plugin, PluginState, QuotaHit, TypedCall, Usage};
