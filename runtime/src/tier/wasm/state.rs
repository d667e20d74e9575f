//! What the host keeps beside each instance, made from the plan alone: nothing of the host's own process is in it.

use std::sync::Arc;

use ambit_schema::limits::Quota;
use wasmtime::component::ResourceTable;

use super::limits::{CallClock, Memory, QuotaHit};
use crate::door::fs::Files;
use crate::door::http::Http;
use crate::door::net::Network;
use crate::door::stdio::Captured;
use crate::door::{Gate, SameAlways};

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
}

impl PluginState {
    /// What to ask before anything is done for the plugin.
    pub fn gate(&mut self) -> &mut Gate {
        &mut self.gate
    }

    /// The resources that the plugin holds; how many there may be follows its quota of handles.
    pub fn table(&mut self) -> &mut ResourceTable {
        &mut self.table
    }

    /// How many entries the table may have: a handle of the plugin's may need a stream each way and something to wait on.
    pub(crate) fn table_capacity(handles: u64) -> usize {
        usize::try_from(handles).unwrap_or(usize::MAX).saturating_mul(4).saturating_add(64)
    }

    /// How many files and connections the plugin holds.
    pub(crate) fn handles(&self) -> usize {
        self.files.opened + self.http.open()
    }

    /// Whether the plugin may hold one more file or connection.
    pub(crate) fn check_handles(&mut self, operation: &'static str) -> Result<(), QuotaHit> {
        if (self.handles() as u64) < self.gate.entry().quota(Quota::Handles) {
            return Ok(());
        }
        let hit = QuotaHit::of(self.gate.entry(), Quota::Handles);
        self.note_exceeded(hit.clone(), operation);
        Err(hit)
    }

    /// After a failed write: was it the quota?
    pub(crate) fn tell_refused_output(&mut self) {
        if self.output.was_refused() {
            let hit = QuotaHit::of(self.gate.entry(), Quota::Output);
            self.note_exceeded(hit, "write");
        }
    }

    /// The quotas that were refused in this call, and forgets them.
    pub(crate) fn take_exceeded(&mut self) -> Vec<QuotaHit> {
        if self.memory.was_refused() {
            let hit = QuotaHit::of(self.gate.entry(), Quota::Memory);
            self.note_exceeded(hit, "grow");
        }
        std::mem::take(&mut self.exceeded)
    }

    /// Once a call: a plugin that asks again for what it does not get is nothing new.
    fn note_exceeded(&mut self, hit: QuotaHit, operation: &'static str) {
        if !self.exceeded.contains(&hit) {
            self.gate.exceeded(&hit, operation);
            self.exceeded.push(hit);
        }
    }
}
