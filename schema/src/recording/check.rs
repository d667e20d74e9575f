//! A recording is held to a plan. Comes in: a [`Recording`], which anyone may have written. Goes out: what it says the plugin
//! did, each line of which the plan agrees with; or the first line that cannot be true.

use crate::capability::{CapSet, Kind, Member};
use crate::name::PluginId;
use crate::plan::{Plan, PluginEntry};
use crate::set::endpoints::Host;

use super::{Ended, Entry, Header, LOOK_UP, Outcome, Recording, RecordingError, Refusal, is_word};

/// What a plugin did under a plan. Holding one proves that the plan allows what it says was allowed, and does not allow what
/// it says was not granted. It does not prove that any of it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Which plugin.
    pub plugin: PluginId,
    /// What it did, in the order of the recording.
    pub operations: Vec<Operation>,
    /// How many attempts were on what no right can name.
    pub unnamed: u64,
    /// How the run ended.
    pub ended: Ended,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    /// Which right it takes.
    pub kind: Kind,
    /// On what.
    pub target: Target,
    /// What was attempted, as in `open`.
    pub operation: String,
    /// What came of it.
    pub outcome: Outcome,
    /// How often.
    pub count: u64,
}

/// What an operation is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// One thing.
    Member(Member),
    /// A host name that was looked up: endpoints of any scheme and port of it.
    Name(CapSet),
}

impl Recording {
    /// Holds the recording to a plan with this hash.
    ///
    /// # Errors
    /// It was recorded under another plan, it left something out, or a line of it cannot be true under this one.
    pub fn check(&self, plan: &Plan, hash: &str) -> Result<Observed, RecordingError> {
        let first = |message: String| RecordingError::new(1, 1, message);
        if self.header.plan != hash {
            return Err(first(format!(
                "it was recorded under another plan ({}; the one here is {hash}): record again",
                self.header.plan
            )));
        }
        let Some(entry) = plan.plugin(self.header.plugin.as_str()) else {
            return Err(first(format!("the plan has no plugin `{}`", self.header.plugin)));
        };
        if self.header != Header::new(plan, hash, entry) {
            return Err(first("its first line is not what the plan says of the host and the plugin".to_owned()));
        }
        let lines = self.notes.entries.iter().zip(2..);
        let operations: Result<Vec<Operation>, RecordingError> =
            lines.map(|((one, count), line)| operation(plan, entry, one, *count, line)).collect();
        if self.notes.left_out > 0 {
            let message = format!(
                "it is not complete: {} operations came after it was full, so nothing can be said of what was not used",
                self.notes.left_out
            );
            return Err(RecordingError::new(self.notes.entries.len() + 2, 1, message));
        }
        let (plugin, unnamed, ended) = (entry.id.clone(), self.notes.unnamed, self.ended);
        Ok(Observed { plugin, operations: operations?, unnamed, ended })
    }
}

fn operation(
    plan: &Plan,
    plugin: &PluginEntry,
    entry: &Entry,
    count: u64,
    line: usize,
) -> Result<Operation, RecordingError> {
    let bad = |message: String| RecordingError::new(line, 1, message);
    let kind = plan
        .kind(&entry.kind)
        .ok_or_else(|| bad(format!("there is no kind of right `{}`", entry.kind.escape_debug())))?;
    if !is_word(&entry.operation) {
        return Err(bad(format!("`{}` is no word for an operation", entry.operation.escape_debug())));
    }
    let target = target(kind, entry).map_err(bad)?;
    let made = Operation { kind, target, operation: entry.operation.clone(), outcome: entry.outcome, count };
    if let Some(why) = contradiction(plugin, &made) {
        let (operation, target) = (&entry.operation, entry.target.escape_debug());
        return Err(bad(format!(
            "it says that `{operation}` of {kind} `{target}` {why}: the line was made up or damaged"
        )));
    }
    Ok(made)
}

fn target(kind: Kind, entry: &Entry) -> Result<Target, String> {
    let text = &entry.target;
    if let Some(name) = looked_up(kind, text, &entry.operation) {
        let written = format!("tcp://{name}:*") == *text;
        let every = CapSet::parse(kind, &format!("*://{name}:*")).map_err(|error| error.message)?;
        return if written { Ok(Target::Name(every)) } else { Err(unwritten(text)) };
    }
    let member = Member::parse(kind, text)
        .map_err(|error| format!("`{}` cannot be a target of `{kind}`: {}", text.escape_debug(), error.message))?;
    if member.show(kind) == *text { Ok(Target::Member(member)) } else { Err(unwritten(text)) }
}

fn unwritten(text: &str) -> String {
    format!("`{}` is not how a recording writes this target", text.escape_debug())
}

/// The host name of a look-up. It is asked for by name, before there is a port.
pub(super) fn looked_up(kind: Kind, target: &str, operation: &str) -> Option<String> {
    let name = target.strip_prefix("tcp://")?.strip_suffix(":*")?;
    if kind != Kind::NetConnect || operation != LOOK_UP {
        return None;
    }
    match Host::parse(name).ok()? {
        Host::Name(name) => Some(name.text().to_owned()),
        Host::V4(_) | Host::V6(_) => None,
    }
}

/// Why an operation cannot have come out as it says, in words that go on after it.
fn contradiction(plugin: &PluginEntry, operation: &Operation) -> Option<&'static str> {
    const ALLOWED: &str = "was allowed, and the plan does not allow it";
    const DENIED: &str = "was not granted, and the plan allows it";
    let holds = match &operation.target {
        Target::Member(member) => plugin.allows(operation.kind, member),
        Target::Name(every) => {
            let granted = plugin.granted(operation.kind);
            granted.is_some_and(|granted| !granted.set.intersect(every).is_empty())
        }
    };
    match (operation.outcome, &operation.target) {
        (Outcome::Allowed, _) => (!holds).then_some(ALLOWED),
        (Outcome::StoodIn, Target::Member(_)) if matches!(operation.kind, Kind::ClockRead | Kind::RandomRead) => {
            holds.then_some("had a stand-in, and the plan allows it")
        }
        // A folder on the way to what is granted says of itself that it is one.
        (Outcome::StoodIn, Target::Member(Member::Path(path)))
            if operation.kind == Kind::FsRead && !holds && plugin.allows_below(operation.kind, path) =>
        {
            None
        }
        (Outcome::StoodIn, _) => Some("had a stand-in, and there is none of that kind"),
        (Outcome::Denied(Refusal::NotGranted), Target::Member(_)) => holds.then_some(DENIED),
        // A name is looked up for sockets only: an endpoint of it that another door serves does not count there.
        (Outcome::Denied(_), _) => None,
    }
}
