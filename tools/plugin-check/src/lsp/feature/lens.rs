//! Above a plugin, what it may do, and what of that is new. Comes in: a manifest. Goes out: a summary for each plugin of it, and what
//! a comparison with what is committed says, which is made only for a plugin that the client shows.

use ambit_compiler::diff::{PluginDiff, Turn, diff};
use ambit_compiler::source::FileId;
use ambit_schema::plan::{Plan, PluginEntry};
use lsp_types::{CodeLens, Command, Uri};
use serde::{Deserialize, Serialize};

use super::known;
use crate::lsp::declared::Declared;
use crate::lsp::head::is_committed;
use crate::lsp::view::{Role, View};
use crate::lsp::whole::COMPARED;
use crate::render::visible;

/// How many rights are named.
const MOST: usize = 3;

/// Which plugin a lens is above.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Above {
    /// Its manifest.
    pub(crate) uri: Uri,
    /// Its id.
    pub(crate) id: String,
}

/// The lenses of a text. Those that compare say nothing yet.
pub(crate) fn lenses(view: &View, file: FileId) -> Vec<CodeLens> {
    if view.role(file) != Some(Role::Manifest) {
        return vec![];
    }
    let compares = view.plugins().take(COMPARED + 1).count() <= COMPARED && is_committed(view);
    view.declared(file).iter().flat_map(|one| above(view, file, one, compares)).collect()
}

fn above(view: &View, file: FileId, one: &Declared, compares: bool) -> Vec<CodeLens> {
    let Some(span) = view.now(one.id.span) else { return vec![] };
    let range = view.range(span);
    let summary = known::entry(view, &one.id.name).map(|entry| CodeLens {
        range,
        command: Some(said(summary(&entry))),
        data: None,
    });
    let data = view.uri(file).and_then(|uri| serde_json::to_value(Above { uri, id: one.id.name.to_string() }).ok());
    let compared = data.filter(|_| compares).map(|data| CodeLens { range, command: None, data: Some(data) });
    summary.into_iter().chain(compared).collect()
}

/// What a plugin may do that it could not as it is committed, in one line.
pub(crate) fn compared(view: &View, id: &str) -> Command {
    let Some(new) = view.plan() else { return said("there are errors: not compared with HEAD".to_owned()) };
    said(match view.committed() {
        Ok(old) => since(&old, new, id),
        Err(why) => format!("not compared with HEAD: {}", visible(&why)),
    })
}

fn since(old: &Plan, new: &Plan, id: &str) -> String {
    let Ok(diff) = diff(old, new) else { return "another host than in HEAD".to_owned() };
    let Some(plugin) = diff.plugins.iter().find(|plugin| plugin.id().as_str() == id) else {
        return "as in HEAD".to_owned();
    };
    let head = if plugin.fate.was().is_none() { "new since HEAD" } else { plugin.verdict().phrase() };
    let wider = wider(plugin);
    match wider.as_slice() {
        [] => format!("since HEAD: {head}"),
        [one] => format!("since HEAD: {head}: {one}"),
        [one, more @ ..] => format!("since HEAD: {head}: {one} and {} more", more.len()),
    }
}

/// What it can newly do, the gravest first.
fn wider(plugin: &PluginDiff<'_>) -> Vec<String> {
    let changes = plugin.changes.iter().filter(|change| change.turn == Turn::Wider);
    changes.map(|change| visible(&change.says.to_string())).collect()
}

/// A lens that does nothing when it is clicked.
fn said(title: String) -> Command {
    Command { title, tooltip: None, command: String::new(), arguments: None }
}
/// What a plugin may do, in one line.
fn summary(entry: &PluginEntry) -> String {
    let rights: Vec<String> = entry
        .granted
        .iter()
        .map(|right| format!("{} {}", right.kind, visible(&right.set.simplify().show(right.kind))))
        .collect();
    let mut text = match rights.len() {
        0 => "no rights".to_owned(),
        count if count > MOST => format!("{} and {} more", rights[..MOST].join(" · "), count - MOST),
        _ => rights.join(" · "),
    };
    if !entry.pending.is_empty() {
        text.push_str(&format!(" · {} waiting for a yes", entry.pending.len()));
    }
    text
}
