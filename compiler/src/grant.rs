//! What the user decides. Comes in: a tree. Goes out: [`Grants`], one for each layer. Deny beats allow in whatever layer;
//! what no line allows is denied.

use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;
use ambit_schema::name::{LocalName, PluginId};
use ambit_schema::plan::Effect;
use semver::Version;

use crate::lower::{Block, Spanned};
use crate::source::{FileId, Span};

mod accept;
mod lower;
mod statement;
mod subject;

pub use lower::{layer_of, lower};
pub use statement::{Never, Part, Publisher, Statements};
pub(crate) use statement::{never, publisher};
pub use subject::Subject;

/// The blocks of grants, for references: the outermost first.
pub(crate) fn blocks() -> Vec<Block> {
    vec![Block::of("a grants file", lower::FIELDS), Block::of("a publisher", statement::PUBLISHER)]
}

/// One layer of decisions.
#[derive(Debug, Clone)]
pub struct Grants {
    /// The text it stands in.
    pub file: FileId,
    /// What the layer is called: `user`, `organisation`, …
    pub layer: String,
    /// Its lines, in order.
    pub lines: Vec<Line>,
    /// Quotas, by plugin.
    pub quotas: Vec<QuotaLine>,
    /// Who publishes what, and what nobody may end up with.
    pub statements: Statements,
    /// Short names, by command.
    pub aliases: Vec<Alias>,
    /// What plugins are meant to reach through others, a target each.
    pub flows: Vec<FlowLine>,
    /// Versions that are to be taken, by plugin.
    pub pins: Vec<Pin>,
}

/// One target of an `allow`, `deny`, `ask` or `accept`.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it does.
    pub effect: Effect,
    /// For whom.
    pub subject: Subject,
    /// The whole block it stands in.
    pub block: Span,
    /// What kind.
    pub kind: Kind,
    /// The pattern, as written.
    pub target: Spanned<String>,
    /// The user's reason, of what is accepted.
    pub reason: Option<String>,
}

/// What a plugin may use at most.
#[derive(Debug, Clone)]
pub struct QuotaLine {
    /// Whose.
    pub subject: Subject,
    /// Which.
    pub quota: Quota,
    /// How much, in the quota's unit.
    pub value: Spanned<u64>,
}

/// A short name that the user gives to a command, as in `alias "count" "text-tool:count"`.
#[derive(Debug, Clone)]
pub struct Alias {
    /// The short name.
    pub short: Spanned<LocalName>,
    /// The whole name.
    pub whole: Spanned<String>,
}

/// One target of a `flow`: through one plugin, another is meant to reach at most this.
#[derive(Debug, Clone)]
pub struct FlowLine {
    /// Who reaches.
    pub from: Subject,
    /// Through whom.
    pub through: Subject,
    /// What kind.
    pub kind: Kind,
    /// The pattern, as written.
    pub target: Spanned<String>,
}

/// The one version of a plugin that is to be taken, as in `pin "form-utils" "1.2.0"`.
#[derive(Debug, Clone)]
pub struct Pin {
    /// Whose.
    pub id: Spanned<PluginId>,
    /// Which.
    pub version: Spanned<Version>,
}
