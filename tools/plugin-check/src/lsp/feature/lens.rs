//! Above a plugin, what it may do, and what of that is new. Comes in: a manifest. Goes out: a summary for each plugin of it; the
//! comparison with what is committed is made only for what the client shows, and once for each state of both.

use ambit_compiler::source::FileId;
use ambit_schema::plan::PluginEntry;
use lsp_types::{CodeLens, Command};

use super::known;
use crate::lsp::view::{Role, View};
use crate::render::visible;

/// How many rights are named.
const MOST: usize = 3;

/// The summaries of a text.
pub(crate) fn lenses(view: &View, file: FileId) -> Vec<CodeLens> {
    if view.role(file) != Some(Role::Manifest) {
        return vec![];
    }
    let one = |declared: &crate::lsp::declared::Declared| {
        let entry = known::entry(view, &declared.id.name)?;
        let range = view.range(view.now(declared.id.span)?);
        Some(CodeLens { range, command: Some(said(summary(entry))), data: None })
    };
    view.declared(file).iter().filter_map(one).collect()
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
