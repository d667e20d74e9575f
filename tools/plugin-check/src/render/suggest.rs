//! Proposals. Comes in: what is proposed, and the workspace before and after. Goes out: text for people (`human`) or for programs
//! (`json`). Why something stays is said in both.

use ambit_compiler::diff::Diff;
use ambit_compiler::observe::{Fate, Item, Left, More, Needs};
use ambit_schema::capability::Kind;

use crate::load::Workspace;
use crate::propose::Proposed;

pub mod human;
pub mod json;

/// What is shown.
pub struct Proposal<'p> {
    /// The workspace as it is.
    pub workspace: &'p Workspace,
    /// What is proposed.
    pub proposed: &'p Proposed,
    /// What that changes.
    pub diff: &'p Diff<'p>,
}

impl Proposal<'_> {
    /// Where an item stands.
    fn place(&self, item: &Item) -> (String, u32, u32) {
        let source = self.workspace.sources.get(item.span.file);
        let at = source.position(item.span.start);
        (self.workspace.shown(source.path()), at.line, at.column)
    }
}

/// `fs.read and fs.write`.
fn kinds(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| kind.key()).collect::<Vec<_>>().join(" and ")
}

/// The word for what becomes of an item.
fn fate(fate: &Fate) -> &'static str {
    match fate {
        Fate::Kept => "kept",
        Fate::Narrowed(_) => "narrowed",
        Fate::Unused => "unused",
        Fate::Left(_) => "left",
    }
}

/// Why an item stays that may be more than what was used.
fn left(left: &Left) -> String {
    match left {
        Left::Unseen => "no door that tells of its use was there".to_owned(),
        Left::Ungranted => "nothing of it is granted, so nothing of it can have been used".to_owned(),
        Left::Accepted => "a line of the grants accepts what the tier gives beyond it".to_owned(),
        Left::Tier(Some(level)) => {
            format!("the tier cannot hold it as narrowly as that; `--level {}` would do", level.key())
        }
        Left::Tier(None) => "the tier cannot hold it any narrower".to_owned(),
        Left::Coarse => "it does not say what it is about: the grants do".to_owned(),
        Left::Combined => "it stands for several requests at once".to_owned(),
        Left::LookedUp => "a name of it was looked up, and nothing of that name connected to".to_owned(),
        Left::TooMany(count) => format!("what was used of it takes {count} patterns, more than anyone would read"),
        Left::Unwritable(would) if would.is_empty() => "it was not used, and has to be removed by hand".to_owned(),
        Left::Unwritable(would) => format!("the edit has to be made by hand: it would be `{}`", would.join("`, `")),
        Left::Others => "it is for other plugins too".to_owned(),
    }
}

/// Why what was denied is not proposed. `None`: it is.
fn unproposed(more: &More) -> Option<String> {
    match more.needs {
        Needs::Lines { .. } => None,
        Needs::Offer => Some("the host profile does not offer it".to_owned()),
        Needs::Deny => Some("a line denies it, whatever another allows".to_owned()),
        Needs::Level(Some(level)) => {
            Some(format!("the tier cannot hold it as narrowly as that; `--level {}` would do", level.key()))
        }
        Needs::Level(None) => Some("the tier cannot hold it".to_owned()),
        Needs::Everything => {
            Some("it would take all of a machine, or all that lies beside the host profile".to_owned())
        }
        Needs::Unwritable => Some("no text has a place for it".to_owned()),
    }
}

/// What it takes, in words.
fn takes(more: &More) -> &'static str {
    match more.needs {
        Needs::Lines { request: true, grant: true } => "a request and a grant",
        Needs::Lines { request: true, grant: false } => "a request",
        Needs::Lines { request: false, grant: true } => "a grant",
        _ => "nothing",
    }
}
