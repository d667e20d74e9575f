//! The runtime of Ambit. Comes in: a sealed plan, which says everything that each plugin may do. Goes out: plugins that run, and
//! do exactly that. Deliberately absent: manifests, grants and everything else that a plan was made from.
//!
//! ```no_run
//! use std::sync::Arc;
//! use ambit_runtime::{AuditLog, Exit, Host};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let plan = ambit_schema::wire::decode(&std::fs::read("workbench/plan.json")?)?;
//! let log = Arc::new(AuditLog::default());
//! let host = Host::builder("workbench").audit(Arc::<AuditLog>::clone(&log)).build()?;
//! let mut plugin = host.load_file(&plan, "text-tool")?;
//! let outcome = plugin.command("count", &["/in"])?;
//! print!("{}", outcome.stdout);
//! assert_eq!(outcome.exit, Exit::Success);
//! for event in log.take() {
//!     eprintln!("{event}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A [`Host`] is made once. [`Host::load`] takes a plugin of the plan and the bytes of its artifact; the hash, the imports and
//! the folders are checked before anything is compiled, and none of its code runs. Then there are four ways to call it:
//! [`Plugin::command`] by name, [`Plugin::run`] for programs, [`Plugin::serve`] with an HTTP request, and [`Plugin::call`] with Rust
//! types, which is the fast one.
//!
//! Whatever a plugin attempts passes one of the [`door`]s, which asks the plugin's [`Gate`], which asks the plan. Each answer
//! is an [`AuditEvent`]; a refusal carries the line of the grants that would allow it. A [`Recorder`] keeps them as a recording,
//! from which `plugin-check suggest` proposes the narrowest manifest.
//!
//! | right | door | without it |
//! |---|---|---|
//! | `fs.read`, `fs.write`, `fs.mkdir` | `wasi:filesystem`, in the mounts of the plan | permission denied, for every path |
//! | `fs.temp` | `/tmp`, a folder that goes with the plugin | permission denied |
//! | `net.connect` of `tcp://…` and every scheme but the next two | `wasi:sockets`, TCP and name lookup | access denied |
//! | `net.listen` | `wasi:sockets`, TCP: each address that is bound, listened on or accepted at | access denied |
//! | `env.read` | `wasi:cli/environment` | the variable is not there |
//! | `clock.read` | `wasi:clocks` | clocks stand still |
//! | `random.read` | `wasi:random` | the same numbers at every start |
//! | `net.connect` of `http://…` and `https://…` | `wasi:http`, each request asked for | request denied; with none of them, and no `http.serve`, as those below |
//! | `http.serve` | [`Plugin::serve`], over `wasi:http/incoming-handler` of the plugin | [`Unserved::Denied`], and the plugin is not called |
//! | `storage.read`, `storage.write` | `wasi:keyvalue/store`, `atomics` and `batch`, over the store of [`HostBuilder::storage`] | access denied; with neither, as the next |
//! | `event.publish`, `event.subscribe`, `message.send` | `ambit:host/events` and `ambit:host/messages`, delivered by [`Host::deliver`] | access denied; with none, as the next |
//! | `db.read`, `db.write`, `db.execute` | `ambit:host/database`, over the database of [`HostBuilder::database`] | access denied; with none, as the next |
//! | `model.use` | `ambit:host/models`, over the models of [`HostBuilder::models`] | as the next |
//! | those of the host's own interfaces | [`HostBuilder::interface`] | the call ends with [`CallError::Denied`] |
//!
//! | quota | when it is used up |
//! |---|---|
//! | `memory` | growth is refused; [`Outcome::exceeded`] says so, or [`CallError::Quota`] when that broke the plugin |
//! | `cpu`, `wall` | the call ends with [`CallError::Quota`], computing or waiting |
//! | `output` | writing is refused, and so is an answer that is longer |
//! | `message-size` | an event or a message is not taken, and the plugin told |
//! | `storage` | a key is not set, and the plugin told |
//! | `file-size` | writing and growing are refused, as of a file that is too large; [`Outcome::exceeded`] says so |
//! | `disk` | the same, and so is every new name, as of a disk that is full |
//! | `handles` | opening, connecting and accepting are refused; handles of other sorts end the call |
//!
//! A call that ends by an error takes the instance with it. Where the plan says nothing of `recovery`, the next call gets a
//! fresh one; where it does, the plugin rests after a failure ([`CallError::Resting`]), and once it fails more often than it may be
//! started again it is [`CallError::Disabled`]. [`Plugin::health`] says which.
//!
//! A name that is granted leads to no address inside this machine or its links, unless that address is granted itself: where
//! a name leads is nobody's promise. (By `tcp`, the name `localhost` does lead to this machine.) Deliberately absent: UDP, redirects
//! and proxies.

pub mod door;
pub mod execution;
pub mod host;
pub mod tier;

#[cfg(feature = "sqlite")]
pub use door::database::SqliteDatabase;
pub use door::database::{Bounds, Database, DatabaseAnswer, DatabaseError, DatabaseRequest, DatabaseValue, Tables};
pub use door::mail::{Message, To};
pub use door::models::{ModelError, ModelRequest, Models};
pub use door::serve::{Caller, Served, Unserved, Visit};
pub use door::storage::{FileStore, MemoryStore, Store, StoreChange, StoreError};
pub use door::{AuditEvent, AuditLog, AuditSink, Denied, Gate, Help, Reason, Recorder, Subject, Verdict};
pub use execution::{Context, Report, execution_interface};
pub use host::{Delivery, Host, HostBuilder, HostError, Interface, LoadError, Undelivered};
pub use tier::wasm::compiler::{CompileLimit, Compiler, serve_compiler};
pub use tier::wasm::{
    CallError, Change, DynamicCall, Exit, FileChange, Health, Outcome, Output, Plugin, PluginState, QuotaHit,
    TypedCall, Usage,
};

/// The engine, for host authors who write interfaces of their own: its types are those of [`Interface`].
pub use wasmtime;
