//! For people at a terminal: the verdict, then each plugin, those that can do more first. `+` is more, `-` is less, `~` is
//! neither.

use ambit_compiler::diff::{Change, Phrase, PluginDiff, Turn};

use super::{Of, Report, fate, lines, missing, reached, said, versions, written};
use crate::render::{paint, visible};

/// How many lines of a change are shown, and how many plugins are named.
const MOST_LINES: usize = 6;
const MOST_NAMED: usize = 8;

/// The text.
#[must_use]
pub fn text(report: &Report<'_>) -> String {
    let mut text = format!("{}: {}\n", coloured(report.diff.verdict().is_wider(), &report.verdict()), report.counts());
    for (one, changes) in report.plugins() {
        plugin(&mut text, report, one, &changes);
    }
    if !report.host().is_empty() {
        text.push_str(&format!("\n{}\n", paint::bold("host")));
        report.host().iter().for_each(|change| push(&mut text, report, change));
    }
    if report.diff.is_cut {
        text.push_str("\nthere may be more by way of other plugins: they are too many to follow every way\n");
    }
    text
}

fn coloured(is_wider: bool, text: &str) -> String {
    if is_wider { paint::red(text) } else { paint::green(text) }
}

fn plugin(text: &mut String, report: &Report<'_>, one: &PluginDiff<'_>, changes: &[&Change<'_>]) {
    let verdict = coloured(one.verdict().is_wider(), &said(one.verdict(), one.risk()));
    text.push_str(&format!("\n{} {}: {verdict}\n", paint::bold(&visible(one.id().as_str())), versions(one.fate)));
    fate(one.fate).iter().for_each(|says| text.push_str(&format!("  {}\n", plain(says))));
    changes.iter().for_each(|change| push(text, report, change));
    reached(one, MOST_NAMED).iter().for_each(|says| text.push_str(&format!("  {}\n", plain(says))));
}

fn plain(phrase: &Phrase) -> String {
    written(phrase, |text| format!("`{}`", visible(text)))
}

fn push(text: &mut String, report: &Report<'_>, change: &Change<'_>) {
    let (sign, risk) = match change.turn {
        Turn::Wider => (paint::red("+"), format!("  [{}]", change.risk)),
        Turn::Narrower => (paint::green("-"), String::new()),
        Turn::Other => ("~".to_owned(), String::new()),
    };
    text.push_str(&format!("  {sign} {}{risk}\n", plain(&change.says)));
    if let Some(delta) = &change.delta {
        let shown = delta.set.show(delta.kind);
        if delta.witness.as_ref() != Some(&shown) {
            text.push_str(&format!("      all of it: {} {}\n", delta.kind, visible(&shown)));
        }
    }
    missing(change).iter().for_each(|says| text.push_str(&format!("      {says}\n")));
    let all = lines(change);
    for (side, line) in all.iter().take(MOST_LINES) {
        let when = if *side == Of::New { "new" } else { "old" };
        let owner = line.owner.map(|owner| format!(" ({})", owner.key())).unwrap_or_default();
        text.push_str(&format!("      {when} {}{owner}\n", report.at(*side, line.place)));
        if !line.text.is_empty() {
            text.push_str(&format!("            {}\n", visible(line.text)));
        }
    }
    if all.len() > MOST_LINES {
        text.push_str(&format!("      and {} more lines\n", all.len() - MOST_LINES));
    }
}
