//! Who may do something, and who reaches them. Comes in: what was found. Goes out: text for people, or JSON.

use ambit_compiler::explain::{Holder, Through};
use ambit_schema::capability::Kind;
use ambit_schema::plan::PluginEntry;
use serde::Serialize;

use super::answer::{Shown, at};
use super::{paint, visible};

/// What was asked and found.
pub struct Found<'a> {
    /// What kind.
    pub kind: Kind,
    /// To what, as it was asked.
    pub target: &'a str,
    /// Whether that is a pattern.
    pub is_pattern: bool,
    /// Those who may.
    pub holders: Vec<Holder<'a>>,
    /// Those who reach them, where that was asked; and whether there may be more.
    pub through: Option<(Vec<Through<'a>>, bool)>,
}

/// Each plugin with the place of its manifest; or that there is none.
#[must_use]
pub fn human(shown: Shown<'_>, found: &Found<'_>) -> String {
    let something = if found.is_pattern { "something in " } else { "" };
    let what = format!("{} {something}`{}`", found.kind.phrase(), visible(found.target));
    if found.holders.is_empty() {
        return format!("no plugin can {what}\n");
    }
    let mut text = format!("{} can {what}:\n", plugins(found.holders.len()));
    for holder in &found.holders {
        let witness = holder.witness.as_ref().map(|witness| format!("  for example `{}`", visible(witness)));
        text.push_str(&format!("{}{}\n", line(shown, holder.plugin), witness.unwrap_or_default()));
    }
    if let Some((through, is_cut)) = &found.through {
        push_through(&mut text, shown, through, *is_cut);
    }
    text
}

fn push_through(text: &mut String, shown: Shown<'_>, through: &[Through<'_>], is_cut: bool) {
    match through.len() {
        0 => text.push_str("\nno other plugin can reach them\n"),
        1 => text.push_str("\n1 plugin may not, and can reach one that may:\n"),
        count => text.push_str(&format!("\n{count} plugins may not, and can reach one that may:\n")),
    }
    for one in through {
        text.push_str(&format!("{}\n", line(shown, one.plugin)));
        for (way, to) in &one.way {
            text.push_str(&format!("    {} `{}`\n", way.phrase(), to.id));
        }
    }
    if is_cut {
        text.push_str("there may be more: the plugins are too many to follow every way\n");
    }
}

fn line(shown: Shown<'_>, plugin: &PluginEntry) -> String {
    format!("  {} {}  {}", paint::bold(plugin.id.as_str()), plugin.version, at(shown, &plugin.place))
}

fn plugins(count: usize) -> String {
    if count == 1 { "1 plugin".to_owned() } else { format!("{count} plugins") }
}

/// The same as JSON: `{capability, target, pattern, plugins: [{id, version, path, line, column, witness}], through: [{id,
/// version, path, line, column, way: [{how, to}]}], cut}`. `witness` is `null` unless the target is a pattern, `through` unless
/// it was asked for; `cut`: those who reach them may be more.
#[must_use]
pub fn json(shown: Shown<'_>, found: &Found<'_>) -> String {
    #[derive(Serialize)]
    struct Form<'a> {
        capability: &'static str,
        target: &'a str,
        pattern: bool,
        plugins: Vec<HolderForm<'a>>,
        through: Option<Vec<ThroughForm<'a>>>,
        cut: bool,
    }
    let holder = |holder: &'_ Holder<'_>| plugin_form(shown, holder.plugin);
    let plugins = found.holders.iter().map(|one| HolderForm { plugin: holder(one), witness: one.witness.as_deref() });
    let way = |one: &Through<'_>| {
        one.way.iter().map(|(way, to)| StepForm { how: way.key(), to: to.id.to_string() }).collect()
    };
    let through = |one: &Through<'_>| ThroughForm { plugin: plugin_form(shown, one.plugin), way: way(one) };
    super::json::to_text(&Form {
        capability: found.kind.key(),
        target: found.target,
        pattern: found.is_pattern,
        plugins: plugins.collect(),
        through: found.through.as_ref().map(|(all, _)| all.iter().map(through).collect()),
        cut: found.through.as_ref().is_some_and(|(_, is_cut)| *is_cut),
    })
}

#[derive(Serialize)]
struct PluginForm {
    id: String,
    version: String,
    path: String,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct HolderForm<'a> {
    #[serde(flatten)]
    plugin: PluginForm,
    witness: Option<&'a str>,
}

#[derive(Serialize)]
struct ThroughForm<'a> {
    #[serde(flatten)]
    plugin: PluginForm,
    way: Vec<StepForm<'a>>,
}

#[derive(Serialize)]
struct StepForm<'a> {
    how: &'a str,
    to: String,
}

fn plugin_form(shown: Shown<'_>, plugin: &PluginEntry) -> PluginForm {
    let place = &plugin.place;
    let (id, version) = (plugin.id.to_string(), plugin.version.to_string());
    PluginForm { id, version, path: shown(&place.path), line: place.line, column: place.column }
}
