//! The doors: one choke point for each family of operations a plugin can attempt, and [`Gate`], which all of them ask. Comes
//! in: what a plugin attempts. Goes out: yes or [`Denied`], and one audit event either way. Deliberately absent: any rule
//! of its own; the decision is [`PluginEntry::allows`] and nothing else.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ambit_schema::capability::{Kind, Member};
use ambit_schema::name::PluginId;
use ambit_schema::plan::PluginEntry;

mod address;
mod audit;
mod clock;
mod config;
pub(crate) mod database;
mod env;
pub(crate) mod fs;
pub(crate) mod http;
mod lately;
pub(crate) mod mail;
pub(crate) mod models;
pub(crate) mod net;
pub(crate) mod p1;
mod paths;
mod poll;
mod random;
mod recorder;
pub(crate) mod serve;
pub(crate) mod served;
pub(crate) mod stdio;
pub(crate) mod storage;
pub(crate) mod traffic;

pub(crate) use audit::printable;
pub use audit::{AuditEvent, AuditLog, AuditSink, Help, Reason, Subject, Verdict};
pub(crate) use random::SameAlways;
pub use recorder::Recorder;

use self::lately::Lately;
use crate::tier::wasm::limits::QuotaHit;

/// How long a name may be that a plugin makes up, in bytes: of a key, an event, a table.
pub(crate) const MAX_NAME: usize = 1 << 10;

/// THE choke point of one plugin. Whoever lets a plugin do something asks here first, interfaces of host authors included.
///
/// What is allowed again and again in one call is told of at once the first time, and then counted: the repetitions are told of together,
/// before the next event that is not a yes, a tick of the plugin's own work later, or at the end of the call, whichever comes first.
/// A clone tells each at once.
pub struct Gate {
    entry: Arc<PluginEntry>,
    id: Arc<PluginId>,
    sink: Arc<dyn AuditSink>,
    execution: Arc<AtomicU64>,
    told: BTreeSet<(Kind, &'static str)>,
    lately: Lately,
    /// Whether this is the gate of an instance, whose calls have an end.
    counts: bool,
}

/// A refusal. Its text names the plugin, what it attempted, and the line that would allow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// Whose attempt.
    pub plugin: String,
    /// What it takes.
    pub subject: Subject,
    /// What was attempted, as in `open`.
    pub operation: &'static str,
    /// On what.
    pub target: String,
    /// Why not.
    pub reason: Reason,
}

impl Gate {
    pub(crate) fn new(entry: Arc<PluginEntry>, sink: Arc<dyn AuditSink>) -> Self {
        let id = Arc::new(entry.id.clone());
        let lately = Lately::default();
        Gate { entry, id, sink, execution: Arc::default(), told: BTreeSet::new(), lately, counts: false }
    }

    /// Asks whether the plugin may do `operation`, which takes a right of `kind` over `target`, and records the answer.
    /// `target` is written as in grants: `./data/a.txt`, `https://example.com`, `HOME`.
    ///
    /// # Errors
    /// The refusal, when no right covers the target, or its text is none that a right could cover.
    #[inline]
    pub fn ask(&mut self, kind: Kind, target: &str, operation: &'static str) -> Result<(), Denied> {
        if self.lately.count(kind, target, operation) { Ok(()) } else { self.ask_anew(kind, target, operation) }
    }

    fn ask_anew(&mut self, kind: Kind, target: &str, operation: &'static str) -> Result<(), Denied> {
        let Some(target) = self.allowed(kind, target) else {
            return Err(self.refuse(kind, target, operation, Reason::NotGranted(self.help(kind, target))));
        };
        self.tell(Subject::Right(kind), operation, Arc::clone(&target), Verdict::Allowed, 1);
        self.keep(kind, &target, operation, self.counts);
        Ok(())
    }

    /// The target, if the plugin has the right.
    fn allowed(&self, kind: Kind, target: &str) -> Option<Arc<str>> {
        self.lately.find(kind, target).or_else(|| self.holds(kind, target).then(|| target.into()))
    }

    /// Whether the plugin has the right; tells nobody.
    fn is_allowed(&mut self, kind: Kind, target: &str, operation: &'static str) -> bool {
        if self.lately.find(kind, target).is_some() {
            return true;
        }
        let target = self.holds(kind, target).then(|| Arc::from(target));
        target.as_ref().inspect(|target| self.keep(kind, target, operation, false)).is_some()
    }

    /// Remembers a yes. What it takes the place of is told first.
    fn keep(&mut self, kind: Kind, target: &Arc<str>, operation: &'static str, told: bool) {
        if let Some((gone, again)) = self.lately.keep(kind, target, operation, told) {
            self.tell(Subject::Right(gone.kind), gone.operation, gone.target, Verdict::Allowed, again);
        }
    }

    /// As [`ask`](Self::ask), for a name of the plugin's own making, which may have any length.
    pub(crate) fn ask_named(&mut self, kind: Kind, name: &str, operation: &'static str) -> Result<(), Denied> {
        if name.len() <= MAX_NAME {
            return self.ask(kind, name, operation);
        }
        let start = &name[..name.floor_char_boundary(64)];
        Err(self.refuse(kind, start, operation, Reason::Bound("a name has at most 1 KiB")))
    }

    /// As [`ask`](Self::ask), for an operation on something that was asked for when it was opened: only a refusal is recorded.
    pub(crate) fn ask_again(&mut self, kind: Kind, target: &str, operation: &'static str) -> Result<(), Denied> {
        if self.is_allowed(kind, target, operation) { Ok(()) } else { self.ask(kind, target, operation) }
    }

    /// Whether the plugin has the right; without it, a stand-in serves. Recorded once a call, since programs ask all the time.
    pub(crate) fn ask_or_stand_in(&mut self, kind: Kind, target: &'static str, operation: &'static str) -> bool {
        let holds = self.is_allowed(kind, target, operation);
        if self.told.insert((kind, target)) {
            let verdict = if holds { Verdict::Allowed } else { Verdict::StoodIn(self.help(kind, target)) };
            self.record(Subject::Right(kind), operation, target.into(), verdict);
        }
        holds
    }

    /// Records a refusal whose reason is not the lack of a right.
    pub(crate) fn refuse(&mut self, kind: Kind, target: &str, operation: &'static str, reason: Reason) -> Denied {
        self.refuse_subject(Subject::Right(kind), target, operation, reason)
    }

    /// Records the call of a function that is not there.
    pub(crate) fn refuse_interface(&mut self, function: &str, reason: Reason) -> Denied {
        self.refuse_subject(Subject::Interface, function, "call", reason)
    }

    fn refuse_subject(&mut self, subject: Subject, target: &str, operation: &'static str, reason: Reason) -> Denied {
        self.record(subject, operation, target.into(), Verdict::Denied(reason.clone()));
        Denied { plugin: self.entry.id.to_string(), subject, operation, target: target.to_owned(), reason }
    }

    /// Records that a quota is used up.
    pub(crate) fn exceeded(&mut self, hit: &QuotaHit, operation: &'static str) {
        self.record(Subject::Quota(hit.quota), operation, hit.to_string().into(), Verdict::Exceeded);
    }

    /// Whether the plugin has a right over the target. Records nothing: doors that shape what a plugin sees use it.
    pub(crate) fn holds(&self, kind: Kind, target: &str) -> bool {
        Member::parse(kind, target).is_ok_and(|member| self.entry.allows(kind, &member))
    }

    /// What the plan says of the plugin.
    #[must_use]
    pub fn entry(&self) -> &PluginEntry {
        &self.entry
    }

    pub(crate) fn help(&self, kind: Kind, target: &str) -> Help {
        let member = Member::parse(kind, target).ok();
        let claims = self.entry.claims.iter().filter(|claim| claim.kind == kind);
        let requested = member.is_some_and(|member| claims.into_iter().any(|claim| claim.set.contains(&member)));
        Help::new(&self.entry, kind, target, requested)
    }

    /// Starts the next call: events carry its number, and stand-ins are told of again.
    pub(crate) fn next_execution(&mut self, number: u64) {
        self.settle();
        self.lately.new_call();
        self.counts = true;
        self.execution.store(number, Ordering::Relaxed);
        self.told.clear();
    }

    /// What the call is called where nobody named it.
    pub(crate) fn execution_name(&self) -> String {
        format!("{}#{}", self.id, self.execution.load(Ordering::Relaxed))
    }

    /// Tells what was allowed again since it was told of.
    #[inline]
    pub(crate) fn settle(&mut self) {
        if self.lately.is_pending() {
            self.tell_again();
        }
    }

    #[cold]
    fn tell_again(&mut self) {
        for (yes, again) in self.lately.take() {
            self.tell(Subject::Right(yes.kind), yes.operation, yes.target, Verdict::Allowed, again);
        }
    }

    /// Tells of something other than a yes, after all that was allowed before it.
    fn record(&mut self, subject: Subject, operation: &'static str, target: Arc<str>, verdict: Verdict) {
        self.settle();
        self.tell(subject, operation, target, verdict, 1);
    }

    fn tell(&self, subject: Subject, operation: &'static str, target: Arc<str>, verdict: Verdict, times: u64) {
        self.sink.record(AuditEvent {
            plugin: Arc::clone(&self.id),
            execution: self.execution.load(Ordering::Relaxed),
            subject,
            operation,
            target,
            verdict,
            times,
        });
    }
}

impl Clone for Gate {
    fn clone(&self) -> Self {
        Gate {
            entry: Arc::clone(&self.entry),
            id: Arc::clone(&self.id),
            sink: Arc::clone(&self.sink),
            execution: Arc::clone(&self.execution),
            told: self.told.clone(),
            lately: self.lately.answers(),
            counts: false,
        }
    }
}

/// An instance that goes leaves nothing untold.
impl Drop for Gate {
    fn drop(&mut self) {
        self.settle();
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = printable(&self.target);
        let phrase = match self.subject {
            Subject::Right(kind) => kind.phrase(),
            Subject::Interface | Subject::Quota(_) => self.operation,
        };
        write!(f, "`{}` may not {phrase} `{target}`: {}", self.plugin, self.reason)
    }
}

impl std::error::Error for Denied {}
