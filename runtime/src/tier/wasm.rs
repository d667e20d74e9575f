//! The wasm tier: a plugin that is loaded, and its calls. Comes in: a component, a linker, and the plugin's entry in the plan.
//! Goes out: outcomes. Commands for WASI get a fresh instance for each run; plugins that stay loaded keep one, and get a new
//! one after anything went wrong, because an instance that was stopped half-way is no longer what its author wrote.

use std::sync::Arc;

use ambit_schema::limits::Quota;
use ambit_schema::plan::PluginEntry;
use wasmtime::component::{
    Component, ComponentExportIndex, ComponentNamedList, Instance, InstancePre, Lift, Linker, Lower, TypedFunc,
};
use wasmtime::{Store, UpdateDeadline};

pub(crate) mod cache;
pub(crate) mod call;
mod component;
pub(crate) mod engine;
pub(crate) mod limits;
pub(crate) mod linker;
pub(crate) mod load;
pub(crate) mod state;
mod values;

pub use call::{CallError, Exit, Outcome, Usage};
pub use limits::QuotaHit;
pub use state::PluginState;

use self::call::Stop;
use self::limits::{CallClock, Memory, Meter};
use crate::door::fs::{Files, OpenMount};
use crate::door::net::{Network, Resolved};
use crate::door::stdio::Captured;
use crate::door::{Gate, SameAlways};
use crate::host::Inner;

/// A plugin that is loaded: checked against the plan, compiled, linked, and its folders opened. It belongs to one thread at a
/// time; calls block that thread, and must not be made from inside an asynchronous task.
pub struct Plugin {
    host: Arc<Inner>,
    entry: Arc<PluginEntry>,
    pre: InstancePre<PluginState>,
    exports: Exports,
    gate: Gate,
    mounts: Arc<[OpenMount]>,
    resolved: Resolved,
    library: wasmtime_wasi::WasiCtx,
    meter: Arc<Meter>,
    /// The plugin's temporary folder, which goes with it.
    _temp: Option<tempfile::TempDir>,
    live: Option<Live>,
    /// Counts instances, so that what was found in one is not used in another.
    generation: u64,
    executions: u64,
}

/// What a component exports that hosts call by themselves.
pub(crate) struct Exports {
    init: Option<ComponentExportIndex>,
    shutdown: Option<ComponentExportIndex>,
    contract: Option<ComponentExportIndex>,
    program: Option<ComponentExportIndex>,
}

/// An instance and what the host keeps beside it.
struct Live {
    store: Store<PluginState>,
    instance: Instance,
}

/// An export found once, to be called many times with arguments of Rust types.
pub struct TypedCall<P, R> {
    export: String,
    function: TypedFunc<P, R>,
    generation: u64,
}

impl Exports {
    fn find(component: &Component) -> Self {
        let inside = |interface: &str, function: &str| {
            let interface = component.get_export_index(None, interface)?;
            component.get_export_index(Some(&interface), function)
        };
        Exports {
            init: inside("ambit:plugin/lifecycle@0.1.0", "init"),
            shutdown: inside("ambit:plugin/lifecycle@0.1.0", "shutdown"),
            contract: inside("ambit:plugin/commands@0.1.0", "run"),
            program: inside("wasi:cli/run@0.2.0", "run"),
        }
    }
}

impl Plugin {
    /// What the plan says of it.
    #[must_use]
    pub fn entry(&self) -> &PluginEntry {
        &self.entry
    }

    /// Runs the command `name`, as the manifest spells it. A plugin of the contract gets the name and the arguments; a program
    /// for WASI is run with its id, the name and the arguments; else an export of plain numbers of that name is called.
    ///
    /// # Errors
    /// Whatever kept the command from its end. A failure of the command's own is an [`Outcome`].
    pub fn command(&mut self, name: &str, args: &[&str]) -> Result<Outcome, CallError> {
        if let Some(contract) = self.exports.contract {
            return self.run_contract(contract, name, args);
        }
        if self.exports.program.is_some() {
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
        let program = self.exports.program.ok_or_else(|| CallError::Export("`wasi:cli/run`".into()))?;
        let mut store = self.store(argv);
        self.begin(&mut store, CallClock::begin_measured);
        let ended = self.instantiate(&mut store).and_then(|instance| {
            let run = instance.get_typed_func::<(), (Result<(), ()>,)>(&mut store, program)?;
            run.call(&mut store, ())
        });
        let status = match ended {
            Ok((result,)) => u8::from(result.is_err()),
            Err(error) => match error.downcast_ref() {
                Some(Stop::Exit(status)) => *status,
                _ => return Err(CallError::read(&error, store.data_mut())),
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
        let mut live = self.take_live()?;
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
            Err(error) => Err(CallError::read(&error, live.store.data_mut())),
        }
    }

    /// Finds an export, to be called with Rust types. Tuples are the parameters; a result is a tuple of one.
    ///
    /// # Errors
    /// [`CallError::Export`] when it is not there or of another type, and whatever kept the plugin from starting.
    pub fn typed<P, R>(&mut self, export: &str) -> Result<TypedCall<P, R>, CallError>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let mut live = self.take_live()?;
        let found = values::find(&mut live.store, live.instance, export)
            .and_then(|function| function.typed::<P, R>(&live.store).ok())
            .ok_or_else(|| CallError::Export(format!("`{export}` of this type")));
        self.live = Some(live);
        Ok(TypedCall { export: export.to_owned(), function: found?, generation: self.generation })
    }

    /// Calls an export that was found before: the fast way, which measures and allocates nothing.
    ///
    /// # Errors
    /// Whatever kept the call from its end.
    pub fn call<P, R>(&mut self, call: &mut TypedCall<P, R>, params: P) -> Result<R, CallError>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        if call.generation != self.generation || self.live.is_none() {
            *call = self.typed(&call.export.clone())?;
        }
        let Some(live) = self.live.as_mut() else {
            return Err(CallError::Export(format!("`{}`", call.export)));
        };
        self.executions += 1;
        start(&mut live.store, self.executions, CallClock::begin);
        let result = call.function.call(&mut live.store, params);
        result.map_err(|error| match self.live.take() {
            Some(mut live) => CallError::read(&error, live.store.data_mut()),
            None => CallError::Trap(error.to_string()),
        })
    }

    /// Ends the plugin's life: calls `shutdown`, if it is running and has one.
    ///
    /// # Errors
    /// Whatever kept `shutdown` from its end; the plugin is gone all the same.
    pub fn shutdown(mut self) -> Result<(), CallError> {
        let (Some(mut live), Some(shutdown)) = (self.live.take(), self.exports.shutdown) else {
            return Ok(());
        };
        self.begin(&mut live.store, CallClock::begin);
        let ended = live
            .instance
            .get_typed_func::<(), ()>(&mut live.store, shutdown)
            .and_then(|shutdown| shutdown.call(&mut live.store, ()));
        ended.map_err(|error| CallError::read(&error, live.store.data_mut()))
    }

    fn run_contract(
        &mut self,
        run: ComponentExportIndex,
        name: &str,
        args: &[&str],
    ) -> Result<Outcome, CallError> {
        let mut live = self.take_live()?;
        self.begin(&mut live.store, CallClock::begin_measured);
        let ended = live
            .instance
            .get_typed_func::<(&str, &[&str]), (Result<String, String>,)>(&mut live.store, run)
            .and_then(|run| run.call(&mut live.store, (name, args)));
        let said = match ended {
            Ok((said,)) => said,
            Err(error) => return Err(CallError::read(&error, live.store.data_mut())),
        };
        let text = said.as_ref().unwrap_or_else(|reason| reason);
        if !live.store.data().output.spend(text.len()) {
            let hit = QuotaHit::of(&self.entry, Quota::Output);
            live.store.data_mut().gate.exceeded(&hit, "answer");
            self.live = Some(live);
            return Err(CallError::Quota { hit, trap: None });
        }
        Ok(match said {
            Ok(answer) => self.finish(live, Exit::Success, Some(answer)),
            Err(reason) => self.finish(live, Exit::Failure { status: 1, reason: Some(reason) }, None),
        })
    }

    /// Puts the instance back for the next call.
    fn finish(&mut self, mut live: Live, exit: Exit, answer: Option<String>) -> Outcome {
        let outcome = self.outcome(live.store.data_mut(), exit, answer);
        self.live = Some(live);
        outcome
    }

    fn outcome(&self, state: &mut PluginState, exit: Exit, answer: Option<String>) -> Outcome {
        let (stdout, stderr) = state.output.take();
        let usage = Usage {
            cpu: state.clock.cpu_used(),
            wall: state.clock.wall_used(),
            peak_memory: self.meter.take_peak(),
        };
        Outcome { exit, answer, stdout, stderr, usage, exceeded: state.take_exceeded() }
    }

    /// The running instance, or a fresh one that had its `init`.
    fn take_live(&mut self) -> Result<Live, CallError> {
        if let Some(live) = self.live.take() {
            return Ok(live);
        }
        self.generation += 1;
        let mut store = self.store(&[]);
        self.begin(&mut store, CallClock::begin);
        let started = self.instantiate(&mut store).and_then(|instance| {
            let said = self.init(&mut store, instance)?;
            Ok((instance, said))
        });
        match started {
            Ok((instance, Ok(()))) => Ok(Live { store, instance }),
            Ok((_, Err(reason))) => Err(CallError::Init(reason)),
            Err(error) => Err(CallError::read(&error, store.data_mut())),
        }
    }

    fn init(&self, store: &mut Store<PluginState>, instance: Instance) -> wasmtime::Result<Result<(), String>> {
        let Some(init) = self.exports.init else {
            return Ok(Ok(()));
        };
        let init = instance.get_typed_func::<(&str,), (Result<(), String>,)>(&mut *store, init)?;
        let (said,) = init.call(store, (self.entry.config.as_deref().unwrap_or("{}"),))?;
        Ok(said)
    }

    fn instantiate(&self, store: &mut Store<PluginState>) -> wasmtime::Result<Instance> {
        self.pre.instantiate(store)
    }

    fn begin(&mut self, store: &mut Store<PluginState>, begin: fn(&mut CallClock)) {
        self.executions += 1;
        start(store, self.executions, begin);
    }

    fn store(&mut self, argv: &[&str]) -> Store<PluginState> {
        let quota = |quota| self.entry.quota(quota);
        let mut table = wasmtime::component::ResourceTable::new();
        table.set_max_capacity(PluginState::table_capacity(quota(Quota::Handles)));
        let network =
            Network { sockets: self.library.sockets().clone(), resolved: self.resolved.clone(), lookups: Default::default() };
        let state = PluginState {
            gate: self.gate.clone(),
            table,
            arguments: argv.iter().map(|arg| (*arg).to_owned()).collect(),
            environment: Arc::clone(&self.host.environment),
            files: Files::new(self.library.filesystem().clone(), Arc::clone(&self.mounts)),
            network,
            output: Captured::default(),
            same_always: SameAlways::default(),
            memory: Memory::new(Arc::clone(&self.meter), quota(Quota::Memory)),
            clock: CallClock::new(Arc::clone(self.host.ticker.clock()), &self.entry),
            exceeded: Vec::new(),
        };
        let mut store = Store::new(&self.host.engine, state);
        store.limiter(|state| &mut state.memory);
        store.epoch_deadline_callback(|mut store| {
            store.data_mut().clock.tick()?;
            Ok(UpdateDeadline::Continue(1))
        });
        store.set_hostcall_fuel(hostcall_fuel(quota(Quota::Memory)));
        store
    }
}

/// Starts a call: new deadlines, new quotas for what is counted by the call.
fn start(store: &mut Store<PluginState>, execution: u64, begin: fn(&mut CallClock)) {
    let state = store.data_mut();
    state.gate.next_execution(execution);
    state.output.reset(state.gate.entry().quota(Quota::Output));
    begin(&mut state.clock);
    store.set_epoch_deadline(1);
}

/// How much one host call may make the host copy, in bytes: never more than the plugin itself may have.
fn hostcall_fuel(memory: u64) -> usize {
    usize::try_from(memory.clamp(128 << 10, 128 << 20)).unwrap_or(128 << 10)
}
