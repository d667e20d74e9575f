//! Operations are kept for a recording. Comes in: audit events. Goes out: a [`Recording`] of a plugin, each operation once.
//! Deliberately absent: files, and quotas: what ends a run is told when the run is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ambit_schema::capability::Kind;
use ambit_schema::name::PluginId;
use ambit_schema::plan::Plan;
use ambit_schema::recording::{Ended, Header, Notes, Outcome, Recording, Refusal};
use ambit_schema::wire;

use super::{AuditEvent, AuditSink, Reason, Subject, Verdict};

/// How many plugins are kept apart. A host that records has chosen which.
const MAX_PLUGINS: usize = 64;

/// An [`AuditSink`] that keeps what plugins do, bounded as recordings are, and passes every event on.
pub struct Recorder {
    next: Arc<dyn AuditSink>,
    kept: Mutex<BTreeMap<Arc<PluginId>, Notes>>,
}

impl Recorder {
    /// Passes every event on to `next`.
    #[must_use]
    pub fn new(next: Arc<dyn AuditSink>) -> Self {
        Recorder { next, kept: Mutex::default() }
    }

    /// What a plugin of this plan did since it was last asked about. `None`: the plan has no such plugin.
    #[must_use]
    pub fn take(&self, plan: &Plan, plugin: &str, ended: Ended) -> Option<Recording> {
        let entry = plan.plugin(plugin)?;
        let notes = self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(&entry.id);
        let header = Header::new(plan, &wire::hash(plan), entry);
        Some(Recording { header, notes: notes.unwrap_or_default(), ended })
    }
}

impl AuditSink for Recorder {
    fn record(&self, event: AuditEvent) {
        if let Some((kind, outcome)) = kind_of(event.subject).zip(outcome(&event.verdict)) {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() < MAX_PLUGINS || kept.contains_key(&event.plugin) {
                let notes = kept.entry(Arc::clone(&event.plugin)).or_default();
                notes.note_all(kind, &event.target, event.operation, outcome, event.times);
            }
        }
        self.next.record(event);
    }
}

fn kind_of(subject: Subject) -> Option<Kind> {
    match subject {
        Subject::Right(kind) => Some(kind),
        Subject::Interface => Some(Kind::InterfaceUse),
        Subject::Quota(_) => None,
    }
}

fn outcome(verdict: &Verdict) -> Option<Outcome> {
    let refusal = match verdict {
        Verdict::Allowed => return Some(Outcome::Allowed),
        Verdict::StoodIn(_) => return Some(Outcome::StoodIn),
        Verdict::Exceeded => return None,
        Verdict::Denied(reason) => match reason {
            Reason::NotGranted(_) => Refusal::NotGranted,
            Reason::SeenElsewhere => Refusal::SeenElsewhere,
            Reason::LeavesFolder => Refusal::LeavesFolder,
            Reason::SpecialFile => Refusal::SpecialFile,
            Reason::HoldsOthers => Refusal::HoldsOthers,
            Reason::OverLink => Refusal::OverLink,
            Reason::OtherSpelling => Refusal::OtherSpelling,
            Reason::InsideAddress => Refusal::InsideAddress,
            Reason::Bound(_) | Reason::Unsupported(_) => Refusal::Unsupported,
        },
    };
    Some(Outcome::Denied(refusal))
}
