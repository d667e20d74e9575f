//! Instances: made from the plan alone, started with the plugin's configuration, and bounded before their first instruction.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use ambit_schema::interface::HTTP_HANDLER;
use ambit_schema::limits::Quota;
use wasmtime::component::{Component, ComponentExportIndex, Instance, ResourceTable};
use wasmtime::{Store, UpdateDeadline};

use super::Plugin;
use super::call::CallError;
use super::code::Linked;
use super::limits::{CallClock, Memory};
use super::rates::Running;
use super::remains::Remains;
use super::state::{PluginState, narrowest};
use crate::door::SameAlways;
use crate::door::fs::Files;
use crate::door::http::Http;
use crate::door::net::Network;
use crate::door::p1::Program;
use crate::door::stdio::Captured;
use crate::door::traffic::Traffic;
use crate::execution::Context;

/// Counts the instances of all plugins.
static GENERATIONS: AtomicU64 = AtomicU64::new(1);

/// What a component exports that hosts call by themselves.
#[derive(Clone, Copy, Default)]
pub(crate) struct Exports {
    /// `init` of the contract.
    pub(super) init: Option<ComponentExportIndex>,
    /// `shutdown` of the contract.
    pub(super) shutdown: Option<ComponentExportIndex>,
    /// `run` of the contract.
    pub(super) contract: Option<ComponentExportIndex>,
    /// The handler of events.
    pub(super) on_event: Option<ComponentExportIndex>,
    /// The handler of messages.
    pub(super) on_message: Option<ComponentExportIndex>,
    /// The handler of HTTP requests.
    pub(super) handler: Option<ComponentExportIndex>,
    /// `run` of a program for WASI.
    pub(super) program: Option<ComponentExportIndex>,
}

/// An instance and what the host keeps beside it.
pub(super) struct Live {
    pub(super) store: Store<PluginState>,
    pub(super) instance: Instance,
}

impl Exports {
    pub(super) fn find(component: &Component) -> Self {
        let inside = |interface: &str, function: &str| {
            let interface = component.get_export_index(None, interface)?;
            component.get_export_index(Some(&interface), function)
        };
        Exports {
            init: inside("ambit:plugin/lifecycle@0.1.0", "init"),
            shutdown: inside("ambit:plugin/lifecycle@0.1.0", "shutdown"),
            contract: inside("ambit:plugin/commands@0.1.0", "run"),
            on_event: inside("ambit:host/event-handler@0.1.0", "on-event"),
            on_message: inside("ambit:host/message-handler@0.1.0", "on-message"),
            handler: inside(&format!("{HTTP_HANDLER}@0.2.0"), "handle"),
            program: inside("wasi:cli/run@0.2.0", "run"),
        }
    }
}

impl Plugin {
    /// The running instance, or a fresh one that had its `init`, to call an export of it.
    pub(super) fn take_live(&mut self, export: &str) -> Result<Live, CallError> {
        if let Some(mut live) = self.live.take() {
            live.store.data_mut().traffic.take();
            self.narrow(&mut live.store);
            return Ok(live);
        }
        let Linked::Component(pre, _) = &self.linked else { return Err(CallError::Export(format!("`{export}`"))) };
        let pre = pre.clone();
        self.failures.may_start(Instant::now())?;
        // No two instances of a process have the same: what was found in another plugin is found again in this one.
        self.generation = GENERATIONS.fetch_add(1, Ordering::Relaxed);
        let mut store = self.store(&[]);
        self.begin(&mut store, CallClock::begin);
        let started = pre.instantiate(&mut store).and_then(|instance| {
            let said = self.init(&mut store, instance)?;
            Ok((instance, said))
        });
        match started {
            Ok((instance, Ok(()))) => {
                store.data_mut().end_call();
                Ok(Live { store, instance })
            }
            Ok((_, Err(reason))) => {
                let error = CallError::Init(reason);
                self.note(&error);
                Err(error)
            }
            Err(error) => Err(self.failed(&error, store.data_mut())),
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

    /// Room for a call, which lasts until what is returned is dropped.
    ///
    /// # Errors
    /// As many run as may.
    #[inline]
    pub(super) fn running(&mut self) -> Result<Option<Running>, CallError> {
        if !self.is_counted && self.narrowed.is_empty() {
            return Ok(None);
        }
        let hit = narrowest(&self.entry, &self.narrowed, Quota::Concurrency);
        let running = self.rates.run(hit.limit);
        if running.is_none() {
            self.gate.exceeded(&hit, "call");
            return Err(CallError::Quota { hit, trap: None });
        }
        Ok(running)
    }

    pub(super) fn begin(&mut self, store: &mut Store<PluginState>, begin: fn(&mut CallClock)) {
        self.executions += 1;
        start(store, self.executions, begin);
    }

    pub(super) fn store(&mut self, argv: &[&str]) -> Store<PluginState> {
        let hit = |quota| narrowest(&self.entry, &self.narrowed, quota);
        let clock = CallClock::new(Arc::clone(self.host.ticker.clock()), hit(Quota::Wall), hit(Quota::Cpu));
        let memory = hit(Quota::Memory).limit;
        let network = Network {
            sockets: self.library.sockets().clone(),
            resolved: self.resolved.clone(),
            lookups: BTreeMap::new(),
            open: 0,
        };
        let (mounts, disk) = (Arc::clone(&self.mounts), Arc::clone(&self.disk));
        let files = Files::new(self.library.filesystem().clone(), mounts, disk);
        let state = PluginState {
            gate: self.gate.clone(),
            table: ResourceTable::new(),
            arguments: argv.iter().map(|arg| (*arg).to_owned()).collect(),
            environment: self.environment(),
            files,
            network,
            http: Http::default(),
            output: Captured::default(),
            same_always: SameAlways::default(),
            memory: Memory::new(Arc::clone(&self.meter), memory),
            clock,
            exceeded: Vec::new(),
            traffic: Traffic::new(Arc::clone(&self.rates)),
            offers: Arc::clone(&self.host.offers),
            depth: 0,
            context: None,
            narrowed: BTreeMap::new(),
            program: Program::default(),
        };
        let mut store = Store::new(&self.host.engine, state);
        store.limiter(|state| &mut state.memory);
        store.epoch_deadline_callback(|mut store| {
            store.data_mut().gate.settle();
            if let Some(hit) = store.data_mut().clock.tick()? {
                store.data_mut().note_exceeded(hit, "run");
            }
            Ok(UpdateDeadline::Continue(1))
        });
        self.narrow(&mut store);
        store
    }

    /// Holds an instance to the execution that it is about to be in, or again to the plan alone.
    fn narrow(&self, store: &mut Store<PluginState>) {
        let state = store.data_mut();
        state.narrowed.clone_from(&self.narrowed);
        state.context.clone_from(&self.context);
        state.environment = self.environment();
        state.clock.set_limits(state.quota(Quota::Wall), state.quota(Quota::Cpu));
        state.clock.set_share(state.quota(Quota::CpuShare), &self.rates);
        state.traffic.wire.limit.set_most(state.quota(Quota::Bandwidth).limit);
        state.traffic.output.set_most(state.quota(Quota::OutputRate).limit);
        state.output.set_most(state.quota(Quota::Output).limit, state.quota(Quota::OutputLines).limit);
        let handles = state.quota(Quota::Handles).limit;
        let capacity = PluginState::table_capacity(handles);
        state.table.set_max_capacity(capacity);
        let memory = state.quota(Quota::Memory).limit;
        state.memory.set_limit(memory);
        store.set_hostcall_fuel(hostcall_fuel(memory));
        // Each may be lent to a call of the host once more.
        store.set_max_component_handles(capacity.saturating_mul(2));
    }

    /// The variables that the plugin can be given: those of the execution, then those of the host.
    fn environment(&self) -> Arc<[(String, String)]> {
        let own = self.context.iter().flat_map(|context| &context.environment);
        let own: BTreeMap<String, String> = own.map(|(name, value)| (name.clone(), value.clone())).collect();
        if own.is_empty() {
            return Arc::clone(&self.host.environment);
        }
        let mut all: BTreeMap<String, String> = self.host.environment.iter().cloned().collect();
        all.extend(own);
        all.into_iter().collect()
    }

    /// Enters an execution, or leaves the one that it was in.
    pub(crate) fn enter(&mut self, context: Option<&Context>) {
        self.context = context.cloned().map(Arc::new);
        self.narrowed = context.map(Context::narrowed).unwrap_or_default();
        self.meter.take_peak();
        self.left = Remains::default();
        if context.is_none()
            && let Some(mut live) = self.live.take()
        {
            self.narrow(&mut live.store);
            self.live = Some(live);
        }
    }
}

/// Starts a call: new deadlines, new quotas for what is counted by the call.
#[inline]
pub(super) fn start(store: &mut Store<PluginState>, execution: u64, begin: fn(&mut CallClock)) {
    let state = store.data_mut();
    state.gate.next_execution(execution);
    state.output.reset();
    begin(&mut state.clock);
    store.set_epoch_deadline(1);
}

/// How much one host call may make the host copy, in bytes: never more than the plugin itself may have.
fn hostcall_fuel(memory: u64) -> usize {
    usize::try_from(memory.clamp(128 << 10, 128 << 20)).unwrap_or(128 << 10)
}
