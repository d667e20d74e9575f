//! For programs: one object. Its shape is promised; fields may be added.
//!
//! ```json
//! {
//!   "verdict": "wider", "risk": "high", "cut": false, "unchanged": 2,
//!   "old": {"name": "old", "host": "demo 1.0.0"}, "new": {"name": "new", "host": "demo 1.0.0"},
//!   "plugins": [{
//!     "id": "a", "fate": "kept", "old_id": "a", "like": null, "versions": {"old": "1.0.0", "new": "1.1.0"},
//!     "verdict": "wider", "risk": "high", "reached_by": ["b"],
//!     "changes": [{
//!       "topic": "right", "of": "fs.write", "turn": "wider", "risk": "high", "says": "can now write `/a`",
//!       "set": "/a/**", "witness": "/a", "missing": ["manifest"],
//!       "lines": [{"side": "new", "owner": "grants", "path": "grants.kdl", "line": 3, "column": 5, "text": "fs.write \"/a/\""}]
//!     }]
//!   }],
//!   "host": []
//! }
//! ```
//!
//! `verdict` is `none`, `narrower`, `wider` or `both`; `risk` is `null` where nothing is wider. `set` and `witness` are `null`
//! where a change is about no set; a `witness` alone that is `null` says that the set is too large to be decided. `cut`: there may
//! be more by way of other plugins. Texts are whole, with hidden characters as JSON escapes.

use ambit_compiler::diff::{Change, Fate, Line, PluginDiff};
use serde::Serialize;

use super::{Of, Report, lines};
use crate::side::Side;

/// The object.
#[must_use]
pub fn text(report: &Report<'_>) -> String {
    let side = |side: &Side| SideForm {
        name: side.name.clone(),
        host: format!("{} {}", side.plan.content().host.name, side.plan.content().host.version),
    };
    crate::render::json::to_text(&Form {
        verdict: report.diff.verdict().key(),
        risk: report.diff.risk().map(|risk| risk.key()),
        cut: report.diff.is_cut,
        unchanged: report.diff.unchanged,
        old: side(report.old),
        new: side(report.new),
        plugins: report.plugins().map(|(one, changes)| plugin(report, one, &changes)).collect(),
        host: report.host().iter().map(|one| change(report, one)).collect(),
    })
}

#[derive(Serialize)]
struct Form {
    verdict: &'static str,
    risk: Option<&'static str>,
    cut: bool,
    unchanged: usize,
    old: SideForm,
    new: SideForm,
    plugins: Vec<PluginForm>,
    host: Vec<ChangeForm>,
}

#[derive(Serialize)]
struct SideForm {
    name: String,
    host: String,
}

#[derive(Serialize)]
struct PluginForm {
    id: String,
    fate: &'static str,
    old_id: Option<String>,
    like: Option<String>,
    versions: Versions,
    verdict: &'static str,
    risk: Option<&'static str>,
    reached_by: Vec<String>,
    changes: Vec<ChangeForm>,
}

#[derive(Serialize)]
struct Versions {
    old: Option<String>,
    new: Option<String>,
}

#[derive(Serialize)]
struct ChangeForm {
    topic: &'static str,
    of: Option<&'static str>,
    turn: &'static str,
    risk: &'static str,
    says: String,
    set: Option<String>,
    witness: Option<String>,
    missing: Vec<&'static str>,
    lines: Vec<LineForm>,
}

#[derive(Serialize)]
struct LineForm {
    side: &'static str,
    owner: Option<&'static str>,
    path: String,
    line: u32,
    column: u32,
    text: Option<String>,
}

fn plugin(report: &Report<'_>, one: &PluginDiff<'_>, changes: &[&Change<'_>]) -> PluginForm {
    let like = match one.fate {
        Fate::Added { like, .. } => like.map(ToString::to_string),
        _ => None,
    };
    PluginForm {
        id: one.id().to_string(),
        fate: one.fate.key(),
        old_id: one.fate.was().map(|old| old.id.to_string()),
        like,
        versions: Versions {
            old: one.fate.was().map(|old| old.version.to_string()),
            new: one.fate.is().map(|new| new.version.to_string()),
        },
        verdict: one.verdict().key(),
        risk: one.risk().map(|risk| risk.key()),
        reached_by: one.reached_by.iter().map(ToString::to_string).collect(),
        changes: changes.iter().map(|one| change(report, one)).collect(),
    }
}

fn change(report: &Report<'_>, one: &Change<'_>) -> ChangeForm {
    let line = |(side, line): (Of, &Line<'_>)| LineForm {
        side: if side == Of::New { "new" } else { "old" },
        owner: line.owner.map(|owner| owner.key()),
        path: if side == Of::New { report.new } else { report.old }.shown(&line.place.path),
        line: line.place.line,
        column: line.place.column,
        text: (!line.text.is_empty()).then(|| line.text.to_owned()),
    };
    ChangeForm {
        topic: one.topic.key(),
        of: one.topic.of(),
        turn: one.turn.key(),
        risk: one.risk.key(),
        says: one.says.to_string(),
        set: one.delta.as_ref().map(|delta| delta.set.show(delta.kind)),
        witness: one.delta.as_ref().and_then(|delta| delta.witness.clone()),
        missing: one.lines.missing.iter().map(|owner| owner.key()).collect(),
        lines: lines(one).into_iter().map(line).collect(),
    }
}
