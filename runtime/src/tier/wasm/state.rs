//! What the host keeps beside each instance, made from the plan alone: nothing of the host's own process is in it.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use ambit_schema::limits::Quota;
use ambit_schema::plan::PluginEntry;
use wasmtime::component::ResourceTable;

use super::limits::{CallClock, Memory, QuotaHit};
use crate::door::fs::Files;
use crate::door::http::Http;
use crate::door::net::Network;
use crate::door::p1::Program;
use crate::door::served::Offers;
use crate::door::stdio::Captured;
use crate::door::traffic::Traffic;
use crate::door::{Gate, SameAlways};
use crate::execution::Context;

/// The host's side of one instance. Interfaces of host authors get it with every call, and ask its [`Gate`] before they act.
pub struct PluginState {
    pub(crate) gate: Gate,
    pub(crate) table: ResourceTable,
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: Arc<[(String, String)]>,
    pub(crate) files: Files,
    pub(crate) network: Network,
    pub(crate) http: Http,
    pub(crate) output: Captured,
    pub(crate) same_always: SameAlways,
    pub(crate) memory: Memory,
    pub(crate) clock: CallClock,
    pub(crate) exceeded: Vec<QuotaHit>,
    pub(crate) traffic: Traffic,
    /// What the host's author keeps behind doors that a host may leave closed.
    pub(crate) offers: Arc<Offers>,
    /// How many in a row were sent because of each other, of the messages that led to this call; 0 where none did.
    pub(crate) depth: u32,
    /// The execution that the instance is in, when it is in one.
    pub(crate) context: Option<Arc<Context>>,
    /// What of the quotas is less in this execution.
    pub(crate) narrowed: BTreeMap<Quota, u64>,
    /// What it has of WASI p1, when it is a program for that.
    pub(crate) program: Program,
}

impl PluginState {
    /// What to ask before anything is done for the plugin. Asking counts as a call of the host.
    pub fn gate(&mut self) -> &mut Gate {
        self.traffic.host_calls += 1;
        &mut self.gate
    }

    /// The resources that the plugin holds; how many there may be follows its quota of handles.
    pub fn table(&mut self) -> &mut ResourceTable {
        &mut self.table
    }

    /// What the application keeps for interfaces of its own; see [`HostBuilder::data`](crate::HostBuilder::data). `None`: nothing
    /// of this type.
    #[must_use]
    pub fn data<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::clone(self.offers.data.as_ref()?).downcast().ok()
    }

    /// Ends a call: nothing stays untold or uncounted.
    #[inline]
    pub(crate) fn end_call(&mut self) {
        self.gate.settle();
        self.clock.end();
    }

    /// A quota as it is now: what the plan says, or less in this execution.
    pub(crate) fn quota(&self, quota: Quota) -> QuotaHit {
        narrowest(self.gate.entry(), &self.narrowed, quota)
    }

    /// How many entries the table may have: a handle of the plugin's may need a stream each way and something to wait on.
    pub(crate) fn table_capacity(handles: u64) -> usize {
        usize::try_from(handles).unwrap_or(usize::MAX).saturating_mul(4).saturating_add(64)
    }

    /// How many files and connections the plugin holds.
    pub(crate) fn handles(&self) -> usize {
        self.files.opened + self.http.open() + self.network.open
    }

    /// Whether the plugin may hold one more file or connection.
    pub(crate) fn check_handles(&mut self, operation: &'static str) -> Result<(), QuotaHit> {
        let hit = self.quota(Quota::Handles);
        if (self.handles() as u64) < hit.limit {
            return Ok(());
        }
        self.note_exceeded(hit.clone(), operation);
        Err(hit)
    }

    /// How many connections the plugin holds: sockets, and requests by HTTP.
    pub(crate) fn connections(&self) -> usize {
        self.network.open + self.http.open()
    }

    /// Whether the plugin may hold one more connection.
    pub(crate) fn check_connections(&mut self, operation: &'static str) -> Result<(), QuotaHit> {
        self.check_handles(operation)?;
        let hit = self.quota(Quota::Connections);
        if (self.connections() as u64) < hit.limit {
            return Ok(());
        }
        self.note_exceeded(hit.clone(), operation);
        Err(hit)
    }

    /// After a failed write: was it a quota?
    pub(crate) fn tell_refused_output(&mut self) {
        if let Some(quota) = self.output.take_refused() {
            let hit = self.quota(quota);
            self.note_exceeded(hit, "write");
        }
    }

    /// The quotas that were refused in this call.
    pub(crate) fn peek_exceeded(&mut self) -> Vec<QuotaHit> {
        let refused = self.take_exceeded();
        self.exceeded.clone_from(&refused);
        refused
    }

    /// The quotas that were refused in this call, and forgets them.
    pub(crate) fn take_exceeded(&mut self) -> Vec<QuotaHit> {
        if self.memory.was_refused() {
            let hit = self.quota(Quota::Memory);
            self.note_exceeded(hit, "grow");
        }
        if self.traffic.output.had_to_wait() {
            let hit = self.quota(Quota::OutputRate);
            self.note_exceeded(hit, "write");
        }
        if self.traffic.wire.limit.had_to_wait() {
            let hit = self.quota(Quota::Bandwidth);
            self.note_exceeded(hit, "pass bytes");
        }
        std::mem::take(&mut self.exceeded)
    }

    /// Once a call: a plugin that asks again for what it does not get is nothing new.
    pub(crate) fn note_exceeded(&mut self, hit: QuotaHit, operation: &'static str) {
        if !self.exceeded.contains(&hit) {
            self.gate.exceeded(&hit, operation);
            self.exceeded.push(hit);
        }
    }
}

/// A quota of a plugin in an execution that may have less.
pub(crate) fn narrowest(entry: &PluginEntry, narrowed: &BTreeMap<Quota, u64>, quota: Quota) -> QuotaHit {
    let planned = QuotaHit::of(entry, quota);
    match narrowed.get(&quota) {
        Some(limit) if *limit < planned.limit => QuotaHit { limit: *limit, narrowed: true, ..planned },
        _ => planned,
    }
}
