//! What people answered when they were asked. Comes in: a tree of answers. Goes out: [`Answers`], and from them again a text.
//! A yes is for the file that somebody was asked about; an update may keep what was said yes to, a changed file may not.
//! Deliberately absent: where answers are kept, and who vouches for a text of them.

use ambit_schema::capability::{CapSet, CapTextError, Kind, Term};
use ambit_schema::name::PluginId;
use semver::Version;

use crate::source::Span;

mod apply;
mod lower;
mod write;

pub use apply::{Applied, Standing, standing};
pub use lower::lower;
pub use write::write;

/// The version of the form that answers are written in.
pub const FORM: i64 = 1;

/// The answers of one text: about one host, in one folder, since paths of a plan are relative to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// What names the host profile: for a folder, the file beside which its plugins are.
    pub host: String,
    /// The folder of the host profile, absolute.
    pub folder: String,
    /// The answers, from the oldest.
    pub answers: Vec<Answer>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// About which plugin.
    pub plugin: PluginId,
    /// Which version of it.
    pub version: Version,
    /// The SHA-256 of its file, in hexadecimal.
    pub digest: String,
    /// Whether the answer was yes.
    pub yes: bool,
    /// To what kind of right, by its key. The host may no longer have it.
    pub capability: String,
    /// To how much of it: what any of these terms covers.
    pub set: Vec<Term>,
    /// Where it stands. `None`: it has not been written yet.
    pub span: Option<Span>,
}

impl Answer {
    /// To how much of the kind, which is the one that its key names.
    ///
    /// # Errors
    /// It was written by a version that knows other patterns.
    pub fn covers(&self, kind: Kind) -> Result<CapSet, CapTextError> {
        CapSet::of_terms(kind, &self.set)
    }
}
