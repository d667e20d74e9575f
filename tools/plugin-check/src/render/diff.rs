//! Differences of two plans. Comes in: a [`Diff`] and the two sides. Goes out: text for people (`human`), for a pull request
//! (`markdown`), for programs (`json`) or for a code scanner (`sarif`). What decides stands first in each. Text of users is
//! escaped in each as that form needs it.

use ambit_compiler::diff::{Change, Diff, Fate, Line, Phrase, Piece, PluginDiff, Turn, Verdict};
use ambit_schema::capability::Risk;
use ambit_schema::plan::Place;

use super::visible;
use crate::side::Side;

pub mod human;
pub mod json;
pub mod markdown;
pub mod sarif;

/// What is shown.
pub struct Report<'r> {
    /// What differs.
    pub diff: &'r Diff<'r>,
    /// What was.
    pub old: &'r Side,
    /// What is.
    pub new: &'r Side,
    /// Whether only what is wider is listed. The verdict is always of everything.
    pub only_wider: bool,
}

impl<'r> Report<'r> {
    /// The plugins that are listed, each with the changes that are.
    fn plugins(&self) -> impl Iterator<Item = (&'r PluginDiff<'r>, Vec<&'r Change<'r>>)> {
        let only = self.only_wider;
        let listed = move |one: &'r PluginDiff<'r>| {
            let changes = one.changes.iter().filter(move |change| !only || change.turn == Turn::Wider);
            (one, changes.collect::<Vec<_>>())
        };
        self.diff.plugins.iter().map(listed).filter(move |(_, changes)| !only || !changes.is_empty())
    }

    /// What differs of the host.
    fn host(&self) -> &'r [Change<'r>] {
        if self.only_wider { &[] } else { &self.diff.host }
    }

    /// `wider, high`.
    fn verdict(&self) -> String {
        said(self.diff.verdict(), self.diff.risk())
    }

    /// What it comes to, in numbers.
    fn counts(&self) -> String {
        let all = &self.diff.plugins;
        let count = |is: &dyn Fn(&&PluginDiff<'_>) -> bool| all.iter().filter(is).count();
        let wider = count(&|one| one.verdict().is_wider());
        let less = count(&|one| matches!(one.verdict(), Verdict::Narrower | Verdict::Both));
        let mut words = vec![];
        if wider > 0 {
            words.push(format!("{} can do more", plugins(wider)));
        }
        if less > 0 {
            words.push(format!("{} can do less", plugins(less)));
        }
        for fate in ["added", "removed", "renamed"] {
            let found = count(&|one| one.fate.key() == fate);
            words.extend((found > 0).then(|| format!("{found} {fate}")));
        }
        let same = count(&|one| one.verdict() == Verdict::None && matches!(one.fate, Fate::Kept { .. }));
        words.extend((same > 0).then(|| format!("{} otherwise", differs(same))));
        words.push(format!("{} unchanged", self.diff.unchanged));
        words.join(", ")
    }

    /// How a place of one of the plans is shown.
    fn at(&self, of: Of, place: &Place) -> String {
        let side = if of == Of::New { self.new } else { self.old };
        format!("{}:{}:{}", visible(&side.shown(&place.path)), place.line, place.column)
    }
}

/// Which of the two plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Old,
    New,
}

fn plugins(count: usize) -> String {
    format!("{count} plugin{}", if count == 1 { "" } else { "s" })
}

fn differs(count: usize) -> String {
    if count == 1 { "1 differs".to_owned() } else { format!("{count} differ") }
}

/// `wider, high`.
fn said(verdict: Verdict, risk: Option<Risk>) -> String {
    match risk {
        Some(risk) => format!("{}, {risk}", verdict.phrase()),
        None => verdict.phrase().to_owned(),
    }
}

/// A plugin's versions: `1.0.0`, or `1.0.0 → 2.0.0`.
fn versions(fate: Fate<'_>) -> String {
    match (fate.was(), fate.is()) {
        (Some(old), Some(new)) if old.version != new.version => visible(&format!("{} → {}", old.version, new.version)),
        _ => visible(&fate.entry().version.to_string()),
    }
}

/// What became of a plugin, where that is to be said.
fn fate(fate: Fate<'_>) -> Option<Phrase> {
    match fate {
        Fate::Kept { .. } => None,
        Fate::Renamed { old, .. } => {
            Some(Phrase::new("renamed: it was ").code(&old.id).say(", and the same file runs"))
        }
        Fate::Added { like: None, .. } => Some(Phrase::new("added: all that it can do is new")),
        Fate::Added { like: Some(like), .. } => {
            let says = Phrase::new("added: all that it can do is new; ").code(like);
            Some(says.say(", which is gone, had the same publisher and the same rights"))
        }
        Fate::Removed { .. } => Some(Phrase::new("removed")),
    }
}

/// Who can move a plugin that can do more.
fn reached<'r>(one: &PluginDiff<'r>, most: usize) -> Option<Phrase> {
    let by = &one.reached_by;
    if by.is_empty() || !one.verdict().is_wider() {
        return None;
    }
    let says = Phrase::new("can be moved to use it by ").codes(by.iter().take(most));
    Some(if by.len() > most { says.say(format!(" and {} more", by.len() - most)) } else { says })
}

/// A text in pieces, with each of a user's as `code` writes it.
fn written(phrase: &Phrase, code: impl Fn(&str) -> String) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Plain(words) => words.clone(),
        Piece::Code(text) => code(text),
    };
    phrase.0.iter().map(piece).collect()
}

/// Whose word was missing before, or is missing now.
fn missing(change: &Change<'_>) -> Option<String> {
    let words: Vec<&str> = change.lines.missing.iter().map(|owner| owner.missing()).collect();
    let when = if change.turn == Turn::Narrower { "now" } else { "before" };
    (!words.is_empty()).then(|| format!("{when}: {}", words.join(", ")))
}

/// The lines of a change with the plan that each is of: those that give it first.
fn lines<'r>(change: &'r Change<'r>) -> Vec<(Of, &'r Line<'r>)> {
    let old = change.lines.old.iter().map(|line| (Of::Old, line));
    let new = change.lines.new.iter().map(|line| (Of::New, line));
    if change.turn == Turn::Narrower { old.chain(new).collect() } else { new.chain(old).collect() }
}
