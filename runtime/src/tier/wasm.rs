//! The wasm tier: a plugin that is loaded, and its calls. Comes in: linked code and the plugin's entry in the plan.
//! Goes out: outcomes. Commands for WASI get a fresh instance for each run; plugins that stay loaded keep one, and get a new
//! one after anything went wrong, because an instance that was stopped half-way is no longer what its author wrote.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use ambit_schema::limits::Quota;
use ambit_schema::plan::{PluginEntry, Takes};
use wasmtime::component::ComponentExportIndex;

mod base;
pub(crate) mod cache;
pub(crate) mod call;
mod code;
mod code_memory;
pub(crate) mod compiler;
mod component;
pub(crate) mod engine;
mod found;
mod hear;
mod instance;
pub(crate) mod limits;
pub(crate) mod linker;
pub(crate) mod load;
mod module;
pub(crate) mod program;
pub(crate) mod rates;
mod recovery;
mod remains;
mod serve;
pub(crate) mod state;
mod values;

pub use crate::door::stdio::Output;
pub use crate::door::traffic::{Change, FileChange};
pub use call::{CallError, Exit, Outcome, Usage};
pub use found::{DynamicCall, TypedCall};
pub use limits::QuotaHit;
pub use recovery::Health;
pub use state::PluginState;

pub(crate) use self::component::Unfit;

use self::call::Stop;
use self::code::Linked;
use self::instance::{Exports, Live};
use self::limits::{CallClock, Meter};
use self::rates::Rates;
use self::recovery::Failures;
use self::remains::Remains;
use crate::door::Gate;
use crate::door::fs::Disk;
use crate::door::fs::OpenMount;
use crate::door::net::Resolved;
use crate::door::serve::Endpoints;
use crate::execution::Context;
use crate::host::Inner;

/// A plugin that is loaded: checked against the plan, compiled, linked, and its folders opened. It belongs to one thread at a
/// time; calls block that thread, and must not be made from inside an asynchronous task.
pub struct Plugin {
    host: Arc<Inner>,
    entry: Arc<PluginEntry>,
    linked: Linked,
    exports: Exports,
    gate: Gate,
    mounts: Arc<[OpenMount]>,
    resolved: Resolved,
    library: wasmtime_wasi::WasiCtx,
    meter: Arc<Meter>,
    disk: Arc<Disk>,
    rates: Arc<Rates>,
    /// Whether its plan says how many calls may run at one time.
    is_counted: bool,
    /// The plugin's temporary folder, which goes with it.
    _temp: Option<tempfile::TempDir>,
    live: Option<Live>,
    /// Which instance it is, so that what was found in one is not used in another.
    generation: u64,
    /// Where the plan loads it among the others.
    order: usize,
    executions: u64,
    /// The requests that it answers, and what each wants of the host.
    endpoints: Endpoints,
    /// What its commands are called with, by name; those that do not say take anything.
    takes: BTreeMap<String, Takes>,
    failures: Failures,
    /// What the last call that failed left behind.
    left: Remains,
    /// The execution that it is in, and what of its quotas is less there.
    context: Option<Arc<Context>>,
    narrowed: BTreeMap<Quota, u64>,
}

impl Plugin {
    /// What the plan says of it.
    #[must_use]
    pub fn entry(&self) -> &PluginEntry {
        &self.entry
    }

    /// Runs the command or tool `name`, as the manifest spells it. Where it declares parameters or a schema, the arguments are held
    /// to them before anything runs, and defaults stand for those left out; where a command and a tool have one name and both say
    /// something, to what the command says. A plugin of the contract gets the name and the arguments; a program for WASI is run with its id, the name and
    /// the arguments; else an export of plain numbers of that name is called.
    ///
    /// # Errors
    /// [`CallError::Argument`], and whatever kept the command from its end. A failure of the command's own is an [`Outcome`].
    pub fn command(&mut self, name: &str, args: &[&str]) -> Result<Outcome, CallError> {
        let whole = self.takes.get(name).map(|takes| takes.hold(args)).transpose();
        match whole.map_err(|error| CallError::Argument(format!("`{name}` was not called: {error}")))? {
            Some(whole) => self.checked(name, &whole.iter().map(String::as_str).collect::<Vec<_>>()),
            None => self.checked(name, args),
        }
    }

    fn checked(&mut self, name: &str, args: &[&str]) -> Result<Outcome, CallError> {
        if let Some(contract) = self.exports.contract {
            return self.run_contract(contract, name, args);
        }
        if self.linked.is_runnable() {
            let id = self.entry.id.to_string();
            let argv: Vec<&str> = [id.as_str(), name].into_iter().chain(args.iter().copied()).collect();
            return self.run(&argv);
        }
        self.call_export(name, args)
    }

    /// Runs a program for WASI in a fresh instance. `argv` is all of its arguments, its own name first.
    ///
    /// # Errors
    /// [`CallError::Export`] when it is no program, and whatever kept it from its end.
    pub fn run(&mut self, argv: &[&str]) -> Result<Outcome, CallError> {
        if !self.linked.is_runnable() {
            return Err(CallError::Export("`wasi:cli/run`".into()));
        }
        self.failures.may_start(Instant::now())?;
        let _running = self.running()?;
        let mut store = self.store(argv);
        self.begin(&mut store, CallClock::begin_measured);
        let status = match self.linked.run(&mut store) {
            Ok(failed) => u8::from(failed),
            Err(error) => match error.downcast_ref() {
                Some(Stop::Exit(status)) => *status,
                _ => return Err(self.failed(&error, store.data_mut())),
            },
        };
        let exit = if status == 0 { Exit::Success } else { Exit::Failure { status, reason: None } };
        Ok(self.outcome(store.data_mut(), exit, None))
    }

    /// Calls an export by name with arguments as text: numbers, `true` and `false`, single characters, strings. An export of
    /// an interface is named as in `acme:tools/math#add`.
    ///
    /// # Errors
    /// [`CallError::Export`], [`CallError::Argument`], and whatever kept the call from its end.
    pub fn call_export(&mut self, name: &str, args: &[&str]) -> Result<Outcome, CallError> {
        let _running = self.running()?;
        let mut live = self.take_live(name)?;
        let called = values::prepare(&mut live.store, live.instance, name, args);
        let (function, params, mut results) = match called {
            Ok(prepared) => prepared,
            Err(error) => {
                self.live = Some(live);
                return Err(error);
            }
        };
        self.begin(&mut live.store, CallClock::begin_measured);
        match function.call(&mut live.store, &params, &mut results) {
            Ok(()) => {
                let (exit, answer) = values::answer(&results);
                Ok(self.finish(live, exit, answer))
            }
            Err(error) => Err(self.failed(&error, live.store.data_mut())),
        }
    }

    /// What the last call that ended with an error had written to standard output and standard error, once: the message of a
    /// panic, for example.
    pub fn take_unfinished(&mut self) -> (Output, Output) {
        (std::mem::take(&mut self.left.stdout), std::mem::take(&mut self.left.stderr))
    }

    /// What the last call that ended with an error left behind, once.
    pub(crate) fn take_left(&mut self) -> Remains {
        std::mem::take(&mut self.left)
    }

    /// How many calls there were.
    pub(crate) fn executions(&self) -> u64 {
        self.executions
    }

    /// Whether a call would start it, by what its plan says of recovery.
    #[must_use]
    pub fn health(&self) -> Health {
        self.failures.health(Instant::now())
    }

    /// Forgets every failure, so that a plugin that rests or is disabled starts with the next call. For whoever has mended
    /// what was wrong.
    pub fn enable(&mut self) {
        self.failures.forget();
    }

    /// Counts what a plugin failed by. That the host is full is not its fault.
    fn note(&mut self, error: &CallError) {
        if *error != CallError::Full {
            self.failures.note(Instant::now());
        }
    }

    /// Ends the plugin's life: calls `shutdown`, if it is running and has one. A plugin that is just dropped hears nothing.
    ///
    /// # Errors
    /// Whatever kept `shutdown` from its end; the plugin is gone all the same.
    pub fn shutdown(mut self) -> Result<(), CallError> {
        let (Some(mut live), Some(shutdown)) = (self.live.take(), self.exports.shutdown) else {
            return Ok(());
        };
        let _running = self.running()?;
        self.begin(&mut live.store, CallClock::begin);
        let ended = live
            .instance
            .get_typed_func::<(), ()>(&mut live.store, shutdown)
            .and_then(|shutdown| shutdown.call(&mut live.store, ()));
        ended.map_err(|error| self.failed(&error, live.store.data_mut()))
    }

    fn run_contract(&mut self, run: ComponentExportIndex, name: &str, args: &[&str]) -> Result<Outcome, CallError> {
        let _running = self.running()?;
        let mut live = self.take_live(name)?;
        self.begin(&mut live.store, CallClock::begin_measured);
        let ended = live
            .instance
            .get_typed_func::<(&str, &[&str]), (Result<String, String>,)>(&mut live.store, run)
            .and_then(|run| run.call(&mut live.store, (name, args)));
        let said = match ended {
            Ok((said,)) => said,
            Err(error) => return Err(self.failed(&error, live.store.data_mut())),
        };
        let text = said.as_ref().unwrap_or_else(|reason| reason);
        let hit = live.store.data().quota(Quota::Output);
        if text.len() as u64 > hit.limit {
            let state = live.store.data_mut();
            state.gate.exceeded(&hit, "answer");
            self.left = Remains::take(state, &self.meter);
            self.live = Some(live);
            return Err(CallError::Quota { hit, trap: None });
        }
        Ok(match said {
            Ok(answer) => self.finish(live, Exit::Success, Some(answer)),
            Err(reason) => self.finish(live, Exit::Failure { status: 1, reason: Some(reason) }, None),
        })
    }

    /// Keeps what a failed call had written, and says why it failed.
    fn failed(&mut self, error: &wasmtime::Error, state: &mut PluginState) -> CallError {
        let error = CallError::read(error, state);
        self.left = Remains::take(state, &self.meter);
        self.note(&error);
        error
    }

    /// Puts the instance back for the next call.
    fn finish(&mut self, mut live: Live, exit: Exit, answer: Option<String>) -> Outcome {
        let outcome = self.outcome(live.store.data_mut(), exit, answer);
        self.live = Some(live);
        outcome
    }

    fn outcome(&self, state: &mut PluginState, exit: Exit, answer: Option<String>) -> Outcome {
        let Remains { stdout, stderr, usage, changes, more_changes, exceeded } = Remains::take(state, &self.meter);
        Outcome { exit, answer, stdout, stderr, usage, changes, more_changes, exceeded }
    }
}
