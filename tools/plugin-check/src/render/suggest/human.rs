//! For people: each plugin with its requests and grants and what becomes of them, what would be more, and the edits as a
//! unified diff, which `patch` reads.

use ambit_compiler::observe::{Fate, Item, PluginSuggestion};

use super::{Proposal, fate, kinds, left, takes, unproposed};
use crate::fix::diff::unified;
use crate::render::diff::{Report, human};
use crate::render::{paint, visible};

/// The text.
#[must_use]
pub fn text(proposal: &Proposal<'_>) -> String {
    let mut text = String::new();
    for one in &proposal.proposed.found.plugins {
        plugin(&mut text, proposal, one);
    }
    if proposal.diff.verdict().is_wider() {
        let report =
            Report { diff: proposal.diff, old: &proposal.proposed.old, new: &proposal.proposed.new, only_wider: true };
        text.push_str(&format!("\n{}\n", paint::bold("more authority, for what was denied:")));
        text.push_str(&human::text(&report));
    }
    for (file, old, new) in proposal.proposed.fixed.changed() {
        text.push('\n');
        text.push_str(&unified(&proposal.proposed.fixed.path(file), old, new, true));
    }
    text
}

fn plugin(text: &mut String, proposal: &Proposal<'_>, one: &PluginSuggestion) {
    let runs = format!("{} recording{}", one.runs, if one.runs == 1 { "" } else { "s" });
    let (name, level) = (paint::bold(&visible(one.plugin.as_str())), proposal.proposed.level.key());
    text.push_str(&format!("{name}: {runs}, level {level}\n"));
    if one.stopped > 0 {
        let runs = if one.stopped == 1 { "1 run was".to_owned() } else { format!("{} runs were", one.stopped) };
        text.push_str(&format!("  {runs} stopped before the end: what would have come after that is not known\n"));
    }
    one.requests.iter().for_each(|item| push(text, proposal, "request", item));
    one.lines.iter().for_each(|item| push(text, proposal, "grant", item));
    for more in &one.more {
        let denied = more.denied.iter().map(|denied| format!("`{}`", visible(denied))).collect::<Vec<_>>().join(", ");
        let (kind, target) = (more.kind, visible(&more.target));
        let says = match unproposed(more) {
            None => format!("{} `{kind} {target}` is proposed: {}", paint::red("+"), takes(more)),
            Some(why) => format!("~ `{kind} {target}` is not proposed: {why}"),
        };
        text.push_str(&format!("  {says}\n      denied: {denied}\n"));
    }
}

fn push(text: &mut String, proposal: &Proposal<'_>, what: &str, item: &Item) {
    let (path, line, column) = proposal.place(item);
    let target = item.target.as_ref().map(|target| format!(" `{}`", visible(target))).unwrap_or_default();
    let says = match &item.fate {
        Fate::Kept => "as it stands".to_owned(),
        Fate::Unused => paint::green("not used: it goes"),
        Fate::Narrowed(into) => {
            let into = into.iter().map(|target| format!("`{}`", visible(target))).collect::<Vec<_>>();
            paint::green(&format!("becomes {}", into.join(", ")))
        }
        Fate::Left(why) => format!("stays: {}", visible(&left(why))),
    };
    let sign = if matches!(fate(&item.fate), "narrowed" | "unused") { paint::green("-") } else { " ".to_owned() };
    text.push_str(&format!(
        "  {sign} {what} {}:{line}:{column} {}{target}: {says}\n",
        visible(&path),
        kinds(&item.kinds)
    ));
}
