//! What the doors tell about every attempt. Comes in: one [`AuditEvent`] for each. Goes out: to an [`AuditSink`] of the host
//! author's choice; [`AuditLog`] keeps them in memory. Deliberately absent: any text that a terminal would obey.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use ambit_schema::advice::{exact, quoted};
use ambit_schema::capability::{Kind, Member};
use ambit_schema::limits::Quota;
use ambit_schema::name::PluginId;
use ambit_schema::plan::PluginEntry;

/// One attempt and what came of it. Its [`Display`](fmt::Display) is one line without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Who attempted.
    pub plugin: Arc<PluginId>,
    /// In which call of the host's, counted from 1; 0 while the plugin is loaded.
    pub execution: u64,
    /// What it takes.
    pub subject: Subject,
    /// What was attempted, as in `open`.
    pub operation: &'static str,
    /// On what, as the plugin's rights would write it.
    pub target: Arc<str>,
    /// What came of it.
    pub verdict: Verdict,
    /// How often this happened since it was told of last. More than once is told only of what was allowed, in one call, and after it was
    /// told of for the first time.
    pub times: u64,
}

/// What an attempt takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A right.
    Right(Kind),
    /// An interface that the plugin was not linked to.
    Interface,
    /// A part of a quota.
    Quota(Quota),
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It went on. Whether it then succeeded is not known here.
    Allowed,
    /// It was refused.
    Denied(Reason),
    /// A stand-in served: a clock that stands still, numbers that are the same at every start.
    StoodIn(Help),
    /// A quota was used up, and the attempt refused or the call ended.
    Exceeded,
}

/// Why an attempt was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// No right covers it.
    NotGranted(Help),
    /// A right covers it, and the plugin sees that folder under another path than the one that it used.
    SeenElsewhere,
    /// It leads out of the folder it started from, by `..`, by an absolute path or over a link.
    LeavesFolder,
    /// It is neither a file nor a folder: a device, a pipe or a socket, which could block for ever.
    SpecialFile,
    /// Something with rights of its own lies in it, and is held by its place.
    HoldsOthers,
    /// It leads over a link, where rights are finer than whole folders: what is found there need not be what was asked about.
    OverLink,
    /// What it names is found by another spelling too, where rights are finer than whole folders.
    OtherSpelling,
    /// The name resolved to an address inside this machine or its network's infrastructure; only a grant of that address
    /// itself leads there.
    InsideAddress,
    /// It is more than the host takes of anyone, whatever is granted. The text says of what.
    Bound(&'static str),
    /// This version has no such operation for plugins, whatever is granted. The text says what is missing.
    Unsupported(&'static str),
}

/// What would allow a refused attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    /// The line for the grants, as in `allow "text-tool" { fs.read "/etc/passwd" }`.
    pub grant: String,
    /// Whether the plugin's manifest asks for it. If not, a grant alone gives nothing.
    pub requested: bool,
}

/// Receives audit events. Called on the thread of the plugin, inside its call: it should be quick, and must not call
/// plugins. Closures are sinks. What is allowed many times in one call may come as several events that add up.
pub trait AuditSink: Send + Sync {
    /// Takes note of one event.
    fn record(&self, event: AuditEvent);
}

impl<F: Fn(AuditEvent) + Send + Sync> AuditSink for F {
    fn record(&self, event: AuditEvent) {
        self(event);
    }
}

/// Keeps the latest events in memory, at most [`AuditLog::CAPACITY`], so that a plugin cannot fill the host with its refusals. What is
/// allowed many times, one after another, is one event.
#[derive(Debug, Default)]
pub struct AuditLog {
    kept: Mutex<VecDeque<AuditEvent>>,
}

impl AuditLog {
    /// How many events are kept; the oldest goes when there are more.
    pub const CAPACITY: usize = 16_384;

    /// The events so far, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<AuditEvent> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// The events so far, oldest first, and forgets them.
    #[must_use]
    pub fn take(&self) -> Vec<AuditEvent> {
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

impl AuditSink for AuditLog {
    fn record(&self, event: AuditEvent) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = kept.back_mut().filter(|last| last.goes_on(&event)) {
            last.times = last.times.saturating_add(event.times);
            return;
        }
        let oldest = if kept.len() == Self::CAPACITY { kept.pop_front() } else { None };
        kept.push_back(event);
        drop(kept);
        drop(oldest);
    }
}

impl AuditEvent {
    /// Whether the next event says the same once more: of one gate, which passes on its own texts.
    fn goes_on(&self, next: &AuditEvent) -> bool {
        let of_one = Arc::ptr_eq(&self.target, &next.target) && Arc::ptr_eq(&self.plugin, &next.plugin);
        let both_allowed = self.verdict == Verdict::Allowed && next.verdict == Verdict::Allowed;
        let asked = (self.subject, self.operation) == (next.subject, next.operation);
        of_one && both_allowed && asked && self.execution == next.execution
    }
}

impl Help {
    pub(crate) fn new(plugin: &PluginEntry, kind: Kind, target: &str, requested: bool) -> Self {
        let member = Member::parse(kind, target);
        let pattern = member.map_or_else(|_| quoted(target), |member| exact(plugin.tier, kind, target, &member));
        Help { grant: format!("allow \"{}\" {{ {kind} {pattern} }}", plugin.id), requested }
    }
}

impl fmt::Display for AuditEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (plugin, operation, target) = (&self.plugin, self.operation, printable(&self.target));
        write!(f, "{plugin}#{} {operation}: ", self.execution)?;
        match self.subject {
            Subject::Right(kind) => write!(f, "{kind} `{target}` {}", self.verdict),
            Subject::Interface => write!(f, "`{target}` {}", self.verdict),
            Subject::Quota(_) => write!(f, "quota {target} {}", self.verdict),
        }?;
        if self.times > 1 { write!(f, ", {} times", self.times) } else { Ok(()) }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Allowed => write!(f, "allowed"),
            Verdict::Denied(reason) => write!(f, "denied: {reason}"),
            Verdict::StoodIn(help) => write!(f, "replaced by a stand-in: {help}"),
            Verdict::Exceeded => write!(f, "exceeded"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NotGranted(help) => write!(f, "{help}"),
            Reason::SeenElsewhere => write!(f, "the plugin sees that folder under another path"),
            Reason::LeavesFolder => write!(f, "it leads out of the folder that the plugin was given"),
            Reason::SpecialFile => write!(f, "it is neither a file nor a folder"),
            Reason::HoldsOthers => write!(f, "what lies in it has other rights than itself"),
            Reason::OverLink => write!(f, "links are not followed in a folder of which a part is granted"),
            Reason::OtherSpelling => write!(f, "it is found by another spelling too, which may have other rights"),
            Reason::InsideAddress => write!(f, "the name leads to an address inside this machine or network"),
            Reason::Bound(what) | Reason::Unsupported(what) => write!(f, "{what}"),
        }
    }
}

impl fmt::Display for Help {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grant = printable(&self.grant);
        if self.requested {
            write!(f, "the manifest asks for it and no grant gives it; `{grant}` would")
        } else {
            write!(f, "the manifest does not ask for it; it would take a request there, and `{grant}`")
        }
    }
}

/// The text with everything escaped that a terminal would obey or a reader would not see.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            shown.push_str(&format!("\\u{{{:x}}}", c as u32));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Control characters, and those that change direction or show as nothing.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
