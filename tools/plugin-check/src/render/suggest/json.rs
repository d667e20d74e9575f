//! For programs: one object. Its shape is promised; fields may be added.
//!
//! ```json
//! {
//!   "level": "folder", "recordings": 1, "wider": false, "applied": false,
//!   "plugins": [{
//!     "plugin": "text-tool", "recordings": 1, "stopped": 0,
//!     "requests": [{"path": "…", "line": 22, "column": 13, "kinds": ["fs.read"], "target": "./in/", "optional": false,
//!                   "fate": "narrowed", "becomes": ["./in/a/"], "why": null}],
//!     "grants": [],
//!     "denied": [{"kind": "fs.read", "target": "/etc/", "denied": ["/etc/passwd"], "request": true, "grant": true,
//!                 "proposed": true, "why": null}]
//!   }],
//!   "files": [{"path": "…", "diff": "--- a/…"}]
//! }
//! ```
//!
//! `fate` is `kept`, `narrowed`, `unused` or `left`; `why` says why something is left, or not proposed.

use ambit_compiler::observe::{Fate, Item, More, Needs, PluginSuggestion};
use serde::Serialize;

use super::{Proposal, fate, left, unproposed};
use crate::fix::diff::unified;
use crate::render::json::to_text;

#[derive(Serialize)]
struct All {
    level: &'static str,
    recordings: usize,
    wider: bool,
    applied: bool,
    plugins: Vec<Plugin>,
    files: Vec<File>,
}

#[derive(Serialize)]
struct Plugin {
    plugin: String,
    recordings: usize,
    stopped: usize,
    requests: Vec<Line>,
    grants: Vec<Line>,
    denied: Vec<Denied>,
}

#[derive(Serialize)]
struct Line {
    path: String,
    line: u32,
    column: u32,
    kinds: Vec<&'static str>,
    target: Option<String>,
    optional: bool,
    fate: &'static str,
    becomes: Option<Vec<String>>,
    why: Option<String>,
}

#[derive(Serialize)]
struct Denied {
    kind: &'static str,
    target: String,
    denied: Vec<String>,
    request: bool,
    grant: bool,
    proposed: bool,
    why: Option<String>,
}

#[derive(Serialize)]
struct File {
    path: String,
    diff: String,
}

/// The object.
#[must_use]
pub fn text(proposal: &Proposal<'_>, applied: bool) -> String {
    let file = |(file, old, new)| {
        let path = proposal.proposed.fixed.path(file);
        File { diff: unified(&path, old, new, false), path }
    };
    to_text(&All {
        level: proposal.proposed.level.key(),
        recordings: proposal.proposed.runs,
        wider: proposal.diff.verdict().is_wider(),
        applied,
        plugins: proposal.proposed.found.plugins.iter().map(|one| plugin(proposal, one)).collect(),
        files: proposal.proposed.fixed.changed().map(file).collect(),
    })
}

fn plugin(proposal: &Proposal<'_>, one: &PluginSuggestion) -> Plugin {
    Plugin {
        plugin: one.plugin.to_string(),
        recordings: one.runs,
        stopped: one.stopped,
        requests: one.requests.iter().map(|item| line(proposal, item)).collect(),
        grants: one.lines.iter().map(|item| line(proposal, item)).collect(),
        denied: one.more.iter().map(denied).collect(),
    }
}

fn line(proposal: &Proposal<'_>, item: &Item) -> Line {
    let (path, line, column) = proposal.place(item);
    let (becomes, why) = match &item.fate {
        Fate::Narrowed(into) => (Some(into.clone()), None),
        Fate::Left(why) => (None, Some(left(why))),
        Fate::Kept | Fate::Unused => (None, None),
    };
    Line {
        path,
        line,
        column,
        kinds: item.kinds.iter().map(|kind| kind.key()).collect(),
        target: item.target.clone(),
        optional: item.optional,
        fate: fate(&item.fate),
        becomes,
        why,
    }
}

fn denied(more: &More) -> Denied {
    let (request, grant) = match more.needs {
        Needs::Lines { request, grant } => (request, grant),
        _ => (false, false),
    };
    let why = unproposed(more);
    Denied {
        kind: more.kind.key(),
        target: more.target.clone(),
        denied: more.denied.clone(),
        request,
        grant,
        proposed: why.is_none(),
        why,
    }
}
