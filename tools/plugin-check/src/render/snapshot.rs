//! A plan to keep beside its grants and to compare line by line. Comes in: a plan. Goes out: text, a line for each thing that a
//! plugin may do or answers to, always the same for plans that give the same. Deliberately absent: places and reasons, which
//! move when nothing changes; a plan in JSON has them.

use ambit_schema::plan::{NameEntry, Plan, PluginEntry};

use super::visible;

/// The text.
#[must_use]
pub fn text(plan: &Plan) -> String {
    let content = plan.content();
    let mut text = String::from("# What plugins may do. Written by `plugin-check snapshot --update`.\n");
    text.push_str(&format!("host {} {}\n", content.host.name, visible(&content.host.version.to_string())));
    let mut plugins: Vec<&PluginEntry> = content.plugins.iter().collect();
    plugins.sort_by_key(|plugin| &plugin.id);
    for one in plugins {
        text.push_str(&format!("\n{} {}, {}\n", one.id, visible(&one.version.to_string()), one.tier));
        plugin(one).into_iter().chain(provided(plan, one)).for_each(|line| {
            text.push_str(&format!("  {}\n", visible(&line)));
        });
    }
    text
}

/// What its own entry says.
fn plugin(one: &PluginEntry) -> Vec<String> {
    let mut lines = vec![];
    lines.extend(one.publisher.iter().map(|by| format!("published by {}", by.name)));
    lines.extend(one.trust.iter().map(|trust| format!("trusted as {}", trust.name)));
    lines.extend(one.artifact.iter().map(|file| match &file.sha256 {
        Some(sha256) => format!("runs {} sha256:{sha256}", file.path),
        None => format!("runs {}", file.path),
    }));
    for right in &one.granted {
        let parts = right.set.simplify().parts();
        lines.extend(parts.iter().map(|part| format!("{}: {}", right.kind, part.show(right.kind))));
    }
    for waits in &one.pending {
        let parts = waits.set.simplify().parts();
        lines.extend(parts.iter().map(|part| format!("waits for consent: {}: {}", waits.kind, part.show(waits.kind))));
    }
    lines.extend(one.depends.iter().map(|id| format!("needs {id}")));
    let stated = one.quotas.iter().filter(|entry| entry.place.is_some());
    lines.extend(stated.map(|entry| format!("{} {}", entry.quota.key(), entry.quota.unit().show(entry.value))));
    lines
}

/// What it answers to.
fn provided(plan: &Plan, one: &PluginEntry) -> Vec<String> {
    let content = plan.content();
    let hooks = content.hooks.iter().filter(|hook| hook.plugin == one.id);
    let mut lines: Vec<String> = hooks.map(|hook| format!("hook {} priority {}", hook.point, hook.priority)).collect();
    lines.extend(content.names.iter().filter(|entry| entry.plugin == one.id).map(name));
    lines
}

fn name(entry: &NameEntry) -> String {
    let auth = entry.conditions.auth.as_ref().map(|auth| {
        let all: Vec<&str> = auth.roles.iter().chain(&auth.permissions).map(|name| name.as_str()).collect();
        format!(" for known callers {}", all.join(" "))
    });
    let alias = entry.alias.as_ref().map(|alias| format!(" called {alias}"));
    format!("{} {}{}{}", entry.sort.word(), entry.name, alias.unwrap_or_default(), auth.unwrap_or_default())
}
