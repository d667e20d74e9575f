//! `unused-when-observed` and `broader-than-observed`: what recordings say of requests. A recording tells what was done and not
//! all that may be, so only what a plugin works without is narrowed without asking anyone.

use ambit_schema::plan::PluginEntry;
use ambit_schema::recording::Observed;

use super::seen::Seen;
use super::{Fate, Item, Left, Level, Policy, by_plugin, request};
use crate::diag::{Change, Code, Diagnostic, Fix, MAX_PER_FILE};
use crate::fix;

/// How many targets a message names.
const MOST_LISTED: usize = 4;

/// What is found.
#[derive(Debug, Default)]
pub struct Found {
    /// With edits, by place.
    pub diagnostics: Vec<Diagnostic>,
    /// How many were left out, past [`MAX_PER_FILE`] of one manifest.
    pub dropped: usize,
}

/// What recordings say of the requests of the plugins that they are of.
#[must_use]
pub fn findings(policy: Policy<'_>, observed: &[Observed]) -> Found {
    let mut found = Found::default();
    for (plugin, seen) in by_plugin(policy.plan, observed) {
        let items = request::items(policy, plugin, &seen, Level::Folder, &[]);
        let all: Vec<Diagnostic> = items.iter().filter_map(|item| finding(plugin, item, &seen)).collect();
        found.dropped += all.len().saturating_sub(MAX_PER_FILE);
        found.diagnostics.extend(all.into_iter().take(MAX_PER_FILE));
    }
    found.diagnostics.sort_by_key(|found| (found.primary.span, found.code));
    fix::settle(policy.sources, &mut found.diagnostics);
    found
}

fn finding(plugin: &PluginEntry, item: &Item, seen: &Seen) -> Option<Diagnostic> {
    let kinds = item.kinds.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(" and ");
    let target = item.target.as_ref().map(|target| format!(" of `{}`", target.escape_debug())).unwrap_or_default();
    let asks = format!("`{}` asks for {kinds}{target}", plugin.id);
    let unused = || {
        let runs = if seen.runs == 1 { "the recording".to_owned() } else { format!("any of {} recordings", seen.runs) };
        let message = format!("{asks}, and used nothing of it in {runs}");
        let found = Diagnostic::new(Code::UnusedWhenObserved, item.span, message);
        found.help("remove the request, or record a run that uses it")
    };
    let broader = |targets: &[String]| {
        let used = listed(targets);
        let runs = if seen.runs == 1 { "the recording".to_owned() } else { format!("{} recordings", seen.runs) };
        let message = format!("{asks}, and used only {used} in {runs}");
        let found = Diagnostic::new(Code::BroaderThanObserved, item.span, message);
        found.help(format!("ask for {used}, or record a run that uses more"))
    };
    let found = match &item.fate {
        Fate::Unused => unused(),
        Fate::Left(Left::Unwritable(targets)) if targets.is_empty() => unused(),
        Fate::Narrowed(targets) | Fate::Left(Left::Unwritable(targets)) => broader(targets),
        Fate::Kept | Fate::Left(_) => return None,
    };
    let found = found.note(if item.optional {
        "the plugin works without it, as its manifest says"
    } else {
        "the plugin requires it, as its manifest says: another run may use it"
    });
    let found = match seen.stopped {
        0 => found,
        _ => found.note("a run was stopped before its end: what it would have done after that is not known"),
    };
    let new = |title: &str| if item.optional { Fix::safe(title) } else { Fix::risky(title) };
    Some(match &item.change {
        Some(Change::Narrow(narrow)) => found.fix_with(new("ask for what was used").narrow(narrow.clone())),
        Some(_) => found.fix_with(new("remove it").remove(item.span)),
        None => found,
    })
}

/// A few targets, as people write them.
fn listed(targets: &[String]) -> String {
    let few: Vec<String> =
        targets.iter().take(MOST_LISTED).map(|target| format!("`{}`", target.escape_debug())).collect();
    let more =
        if targets.len() > few.len() { format!(" and {} more", targets.len() - few.len()) } else { String::new() };
    format!("{}{more}", few.join(", "))
}
