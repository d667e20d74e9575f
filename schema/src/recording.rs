//! What a plugin did: each operation that passed a door, once, with what came of it. Comes in: operations as they happen
//! ([`Notes`]), or a recording that was read. Goes out: a [`Recording`], and what of it holds under a plan ([`Observed`]).
//! Deliberately absent: how it is written, see `wire`; files; and any decision: that is [`PluginEntry::allows`].

use std::collections::BTreeMap;
use std::fmt;

use semver::Version;

use crate::capability::{Kind, Member};
use crate::name::PluginId;
use crate::plan::{Plan, PluginEntry};

mod check;

pub use check::{Observed, Operation, Target};

/// How many different operations a recording keeps. What a plugin does beyond that is counted and not told.
pub const MAX_ENTRIES: usize = 10_000;

/// How many bytes of text the operations of a recording have together. With it a recording is bounded as a file.
pub const MAX_TEXT: usize = 4 << 20;

/// How many characters the word for an operation has at most.
const MAX_OPERATION: usize = 64;

/// The one operation that is about no endpoint but about a name: `tcp://db.example.com:*`.
pub const LOOK_UP: &str = "look up";

/// One run of one plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Of what.
    pub header: Header,
    /// What it did.
    pub notes: Notes,
    /// How it ended.
    pub ended: Ended,
}

/// What a recording is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The application.
    pub host: PluginId,
    /// Its version.
    pub host_version: Version,
    /// The hash of the plan that the plugin ran under, as in `sha256:…`.
    pub plan: String,
    /// The plugin.
    pub plugin: PluginId,
    /// Its version.
    pub version: Version,
    /// SHA-256 of the file that ran, in hexadecimal.
    pub artifact: Option<String>,
}

/// Operations, each once, with how often it happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// In the order in which they are written.
    pub entries: BTreeMap<Entry, u64>,
    /// How many operations came after [`MAX_ENTRIES`] or [`MAX_TEXT`] was reached and were not among the kept ones.
    pub left_out: u64,
    /// How many attempts were on what no right can name, such as a path with a control character. All of them were denied.
    pub unnamed: u64,
    /// How many bytes the entries have.
    bytes: usize,
}

/// One operation and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The key of the right that it takes.
    pub kind: String,
    /// On what, as [`Member::show`] writes it.
    pub target: String,
    /// What was attempted, as in `open`.
    pub operation: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It went on.
    Allowed,
    /// A stand-in served, because no right covers it.
    StoodIn,
    /// It was refused.
    Denied(Refusal),
}

/// Why an operation was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// No right covers it.
    NotGranted,
    /// A right covers it, and the plugin sees the folder under another path than the one that it used.
    SeenElsewhere,
    /// It leads out of the folder it started from.
    LeavesFolder,
    /// It is neither a file nor a folder.
    SpecialFile,
    /// A folder with rights of its own lies in it.
    HoldsOthers,
    /// It leads over a link, where rights are finer than folders.
    OverLink,
    /// It has another spelling, where rights are finer than folders.
    OtherSpelling,
    /// The name leads to an address inside this machine or network.
    InsideAddress,
    /// There is no such operation for plugins, whatever is granted.
    Unsupported,
}

impl Refusal {
    /// Every reason.
    pub const ALL: &[Refusal] = &[
        Refusal::NotGranted,
        Refusal::SeenElsewhere,
        Refusal::LeavesFolder,
        Refusal::SpecialFile,
        Refusal::HoldsOthers,
        Refusal::OverLink,
        Refusal::OtherSpelling,
        Refusal::InsideAddress,
        Refusal::Unsupported,
    ];

    /// Its word in recordings.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Refusal::NotGranted => "not granted",
            Refusal::SeenElsewhere => "seen elsewhere",
            Refusal::LeavesFolder => "leaves its folder",
            Refusal::SpecialFile => "special file",
            Refusal::HoldsOthers => "holds others",
            Refusal::OverLink => "over a link",
            Refusal::OtherSpelling => "other spelling",
            Refusal::InsideAddress => "inside address",
            Refusal::Unsupported => "unsupported",
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The plugin says that it succeeded.
    Success,
    /// The plugin says that it failed.
    Failure,
    /// It was stopped: by a trap or a quota. What it would have done after that is not known.
    Stopped,
}

impl Ended {
    /// Every end.
    pub const ALL: &[Ended] = &[Ended::Success, Ended::Failure, Ended::Stopped];

    /// Its word in recordings.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Ended::Success => "success",
            Ended::Failure => "failure",
            Ended::Stopped => "stopped",
        }
    }
}

/// Why bytes are no recording, or none of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingError {
    /// The line, from 1.
    pub line: usize,
    /// The byte in the line, from 1.
    pub column: usize,
    /// What is wrong there; lower case. It may quote the recording.
    pub message: String,
}

impl RecordingError {
    pub(crate) fn new(line: usize, column: usize, message: impl Into<String>) -> Self {
        RecordingError { line, column, message: message.into() }
    }
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for RecordingError {}

impl Header {
    /// The header for a plugin of a plan with this hash.
    #[must_use]
    pub fn new(plan: &Plan, hash: &str, plugin: &PluginEntry) -> Self {
        let host = &plan.content().host;
        Header {
            host: host.name.clone(),
            host_version: host.version.clone(),
            plan: hash.to_owned(),
            plugin: plugin.id.clone(),
            version: plugin.version.clone(),
            artifact: plugin.artifact.as_ref().and_then(|artifact| artifact.sha256.clone()),
        }
    }
}

impl Notes {
    /// Takes note of one operation.
    pub fn note(&mut self, kind: Kind, target: &str, operation: &str, outcome: Outcome) {
        self.note_all(kind, target, operation, outcome, 1);
    }

    /// Takes note of an operation that was done so many times.
    pub fn note_all(&mut self, kind: Kind, target: &str, operation: &str, outcome: Outcome, times: u64) {
        let Some(target) = canonical(kind, target, operation).filter(|_| is_word(operation)) else {
            self.unnamed = self.unnamed.saturating_add(times);
            return;
        };
        let entry = Entry { kind: kind.key().to_owned(), target, operation: operation.to_owned(), outcome };
        if let Some(count) = self.entries.get_mut(&entry) {
            *count = count.saturating_add(times);
        } else if !self.keep(entry, times) {
            self.left_out = self.left_out.saturating_add(times);
        }
    }

    /// Keeps a new entry if there is room for it.
    pub(crate) fn keep(&mut self, entry: Entry, count: u64) -> bool {
        let bytes = entry.kind.len() + entry.target.len() + entry.operation.len();
        let has_room = self.entries.len() < MAX_ENTRIES && self.bytes + bytes <= MAX_TEXT;
        if has_room {
            self.bytes += bytes;
            self.entries.insert(entry, count);
        }
        has_room
    }
}

/// The text of a target as recordings have it. `None`: no right could name it.
fn canonical(kind: Kind, target: &str, operation: &str) -> Option<String> {
    match check::looked_up(kind, target, operation) {
        Some(name) => Some(format!("tcp://{name}:*")),
        None => Some(Member::parse(kind, target).ok()?.show(kind)),
    }
}

/// Whether a word for an operation can be shown to anyone.
pub(crate) fn is_word(operation: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_graphic() || c == ' ';
    !operation.is_empty() && operation.len() <= MAX_OPERATION && operation.chars().all(is_plain)
}
