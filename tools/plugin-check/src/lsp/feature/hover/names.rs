//! Names under the cursor: plugins, commands, hook points, events and interfaces, and what is known of each.

use ambit_schema::plan::{NameSort, PluginEntry};

use super::known;
use crate::lsp::feature::grammar::Inside;
use crate::lsp::feature::markdown::{code, some};
use crate::lsp::view::View;

/// How many are named.
const MOST: usize = 8;

/// What is known of a name.
pub(super) fn said(view: &View, inside: Inside, text: &str, at: u32) -> Vec<String> {
    let _ = at;
    match inside {
        Inside::OwnId | Inside::Ids(_) | Inside::Needs | Inside::Pins => plugin(view, text),
        Inside::Names(sort) => name(view, sort, text),
        Inside::Command => command(view, text),
        Inside::Points | Inside::OwnPoints => point(view, text),
        Inside::Interfaces => interface(view, text),
        Inside::Layer => vec![layer(text)],
        _ => vec![],
    }
}

/// Whoever a line is about.
pub(super) fn subject(view: &View, text: &str) -> Vec<String> {
    match text {
        "*" => vec!["every plugin".to_owned()],
        _ => plugin(view, text),
    }
}

/// A plugin: its version, where it runs, and what it may do.
pub(super) fn plugin(view: &View, id: &str) -> Vec<String> {
    let Some(entry) = known::entry(view, id) else {
        let one = known::declared(view, id);
        return one
            .first()
            .map(|(one, _)| format!("**{}** {}", code(id), code(&one.version.name)))
            .into_iter()
            .collect();
    };
    vec![format!("**{}** {}, {}", entry.id, code(&entry.version.to_string()), entry.tier), rights(&entry)]
}

/// What a plugin may do, a line a kind.
pub(crate) fn rights(entry: &PluginEntry) -> String {
    let line = |right: &ambit_schema::plan::Granted| {
        format!("- {} {}", right.kind.phrase(), code(&right.set.simplify().show(right.kind)))
    };
    let lines: Vec<String> = entry.granted.iter().map(line).collect();
    let waits = match entry.pending.len() {
        0 => String::new(),
        1 => "\n\nOne right waits for a yes.".to_owned(),
        many => format!("\n\n{many} rights wait for a yes."),
    };
    match lines.is_empty() {
        true => format!("It has no rights.{waits}"),
        false => format!("{}{waits}", lines.join("\n")),
    }
}

fn name(view: &View, sort: NameSort, text: &str) -> Vec<String> {
    let Some(decided) = known::decided(view) else { return vec![] };
    let found = decided.names.iter().filter(|entry| entry.sort == sort && entry.local.as_str() == text);
    let shown = found.take(MOST).map(|entry| {
        let alias = entry.alias.as_ref().map(|alias| format!(", called {}", code(alias))).unwrap_or_default();
        format!("{} {}{alias}", sort.word(), code(&entry.name))
    });
    shown.collect()
}

fn command(view: &View, text: &str) -> Vec<String> {
    let Some(decided) = known::decided(view) else { return vec![] };
    let found = decided.names.iter().find(|entry| *entry.name == *text);
    let shown = found.map(|entry| {
        let summary = entry.summary.as_ref().map(|summary| format!(": {}", code(summary))).unwrap_or_default();
        format!("{} of {}{summary}", entry.sort.word(), code(decided.at(entry.plugin).id.as_str()))
    });
    shown.into_iter().collect()
}

/// Who stands on a hook point, in the order in which they run.
fn point(view: &View, text: &str) -> Vec<String> {
    let Some(decided) = known::decided(view) else { return vec![] };
    let on = decided.hooks.get(text).into_iter().flatten();
    let on: Vec<String> =
        on.map(|(plugin, priority)| format!("{} ({priority})", code(decided.at(*plugin).id.as_str()))).collect();
    let head = format!("hook point {}", code(text));
    match on.is_empty() {
        true => vec![head, "No plugin stands on it.".to_owned()],
        false => vec![head, format!("In the order in which they run: {}", some(&on, MOST))],
    }
}

fn interface(view: &View, text: &str) -> Vec<String> {
    let Some(decided) = known::decided(view) else { return vec![] };
    let linked = decided.linked.get(text).into_iter().flatten();
    let linked: Vec<String> = linked.map(|plugin| code(decided.at(*plugin).id.as_str())).collect();
    match linked.is_empty() {
        true => vec!["No plugin may be linked to it.".to_owned()],
        false => vec![format!("May be linked: {}", some(&linked, MOST))],
    }
}

fn layer(text: &str) -> String {
    let known = ambit_schema::plan::LAYERS.map(code).join(", ");
    format!("layer {}; from the lowest: {known}; a deny of any layer beats an allow of any other", code(text))
}
