//! What would have to change. Comes in: an [`Answer`]. Goes out: text for people, with the owner, the place and the exact text
//! of each edit, or the part `change` of the JSON of an answer:
//!
//! ```json
//! {
//!   "possible": true, "total": 2,
//!   "blockers": ["manifest", "grants"],
//!   "edits": [
//!     {"owner": "manifest", "action": "add", "path": "plugins/a/plugin.kdl", "line": 9, "column": null, "into": null,
//!      "text": "fs.read \"./in/\""}
//!   ],
//!   "barred": null, "gives": "./in/", "others": []
//! }
//! ```
//!
//! `add` without a line goes at the end of the file, with `into` into the field or block of that name, else below the line;
//! `remove` takes out the pattern at line and column, and `text` is the line it stands in. `barred` says why a tier cannot
//! hold what the edits would give; then no edit is enough.

use ambit_compiler::explain::{Answer, Change, Doing, Edit, Owner};
use ambit_schema::capability::Kind;
use serde::Serialize;

use super::answer::{Shown, verdict};
use super::{paint, visible};

/// How many plugins are named.
const MOST_NAMED: usize = 8;

/// The verdict and the smallest change.
#[must_use]
pub fn human(shown: Shown<'_>, plugin: &str, kind: Kind, target: &str, answer: &Answer) -> String {
    let mut text = verdict(plugin, kind, target, answer);
    let Some(change) = &answer.change else {
        if !answer.allowed {
            text.push_str("\nno pattern can name it\n");
        }
        return text;
    };
    text.push_str(&format!("\nblocked by: {}\n", blockers(change).join(", ")));
    if let Some(barred) = &change.barred {
        text.push_str(&format!("\n{} no edit is enough: {}\n", paint::cyan("note:"), visible(&barred.why)));
    }
    push_edits(&mut text, shown, change);
    if change.barred.is_none() {
        text.push_str(&format!("\nit gives `{}`: {kind} `{}`\n", visible(plugin), visible(&change.gives)));
        push_others(&mut text, change);
    }
    text
}

fn push_edits(text: &mut String, shown: Shown<'_>, change: &Change) {
    let head = match (change.total(), change.barred.is_some()) {
        (0, _) => return,
        (1, false) => "1 edit allows it:".to_owned(),
        (total, false) => format!("{total} edits allow it, and all of them are needed:"),
        (1, true) => "1 edit would still be needed:".to_owned(),
        (total, true) => format!("{total} edits would still be needed:"),
    };
    text.push_str(&format!("\n{} {head}\n", paint::cyan("help:")));
    for (at, edit) in (1..).zip(&change.edits) {
        text.push_str(&format!("  {at}. {}\n       {}\n", place(shown, edit), visible(&edit.text)));
    }
}

/// Where, and what is done there.
fn place(shown: Shown<'_>, edit: &Edit) -> String {
    let path = visible(&shown(&edit.path));
    let owner = owner(edit.owner);
    match &edit.doing {
        Doing::AddBelow(line) => format!("{path}:{line} ({owner}): add below this line"),
        Doing::AddAtEnd => format!("{path} ({owner}): add at the end"),
        Doing::AddTo(field, line) => format!("{path}:{line} ({owner}): add to `{}`", visible(field)),
        Doing::Remove(line, column) => {
            format!(
                "{path}:{line}:{column} ({owner}): take out the pattern here, with its line or block if it is alone in it"
            )
        }
    }
}

fn push_others(text: &mut String, change: &Change) {
    let names: Vec<String> = change.others.iter().take(MOST_NAMED).map(|id| format!("`{id}`")).collect();
    let left = change.others.len() - names.len();
    let more = if left == 0 { String::new() } else { format!(" and {left} more") };
    if !names.is_empty() {
        text.push_str(&format!("it gives something to others too: {}{more}\n", names.join(", ")));
    }
}

fn owner(owner: Owner) -> &'static str {
    match owner {
        Owner::Manifest => "manifest",
        Owner::Profile => "profile",
        Owner::Grants => "grants",
    }
}

/// Who stands in the way, in the order in which they decide.
fn blockers(change: &Change) -> Vec<&'static str> {
    let mut found: Vec<&str> = change.edits.iter().map(|edit| owner(edit.owner)).collect();
    found.dedup();
    found.extend(change.barred.as_ref().map(|_| "tier"));
    found
}

#[derive(Serialize)]
pub(super) struct ChangeForm<'a> {
    possible: bool,
    total: usize,
    blockers: Vec<&'static str>,
    edits: Vec<EditForm<'a>>,
    barred: Option<&'a str>,
    gives: &'a str,
    others: Vec<&'a str>,
}

#[derive(Serialize)]
struct EditForm<'a> {
    owner: &'static str,
    action: &'static str,
    path: String,
    line: Option<u32>,
    column: Option<u32>,
    into: Option<&'a str>,
    text: &'a str,
}

pub(super) fn change_form<'a>(shown: Shown<'_>, change: &'a Change) -> ChangeForm<'a> {
    ChangeForm {
        possible: change.barred.is_none(),
        total: change.total(),
        blockers: blockers(change),
        edits: change.edits.iter().map(|edit| edit_form(shown, edit)).collect(),
        barred: change.barred.as_ref().map(|barred| barred.why.as_str()),
        gives: &change.gives,
        others: change.others.iter().map(|id| id.as_str()).collect(),
    }
}

fn edit_form<'a>(shown: Shown<'_>, edit: &'a Edit) -> EditForm<'a> {
    let (action, line, column, into) = match &edit.doing {
        Doing::AddBelow(line) => ("add", Some(*line), None, None),
        Doing::AddAtEnd => ("add", None, None, None),
        Doing::AddTo(field, line) => ("add", Some(*line), None, Some(field.as_str())),
        Doing::Remove(line, column) => ("remove", Some(*line), Some(*column), None),
    };
    EditForm { owner: owner(edit.owner), action, path: shown(&edit.path), line, column, into, text: &edit.text }
}
