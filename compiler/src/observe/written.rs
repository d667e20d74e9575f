//! Sets as a manifest or the grants write them. Comes in: a set. Goes out: its patterns, with the templates of the text that
//! they take the place of. What would be read as anything else is not written.

use ambit_schema::capability::{CapSet, DomainKind, Enforcement, Kind};

use crate::profile::Folders;

/// How many patterns are written in the place of one.
pub(super) const MOST_PIECES: usize = 32;

/// The patterns whose union a set is. `None`: no few patterns say it.
pub(super) fn patterns(kind: Kind, set: &CapSet) -> Option<Vec<String>> {
    let terms = set.terms();
    if terms.is_empty() || terms.len() > MOST_PIECES {
        return None;
    }
    let pattern = |term: &ambit_schema::capability::Term| match (term.within.as_slice(), term.except.is_empty()) {
        ([only], true) => Some(shown(kind, only)),
        _ => None,
    };
    terms.iter().map(pattern).collect()
}

/// A folder with all that is in it is written with a `/` at its end.
fn shown(kind: Kind, pattern: &str) -> String {
    match pattern.strip_suffix("/**") {
        Some(folder) if kind.domain() == DomainKind::Paths && !folder.ends_with("**") => format!("{folder}/"),
        _ => pattern.to_owned(),
    }
}

/// The words for a set in the place of `old`.
pub(super) fn words(folders: &Folders, plugin: &str, kind: Kind, old: &str, set: &CapSet) -> Option<Vec<String>> {
    let words: Option<Vec<String>> =
        patterns(kind, set)?.iter().map(|pattern| word(folders, plugin, kind, old, pattern)).collect();
    words
}

/// One pattern, beginning with as much of `old` as both have where `old` names folders by templates.
pub(super) fn word(folders: &Folders, plugin: &str, kind: Kind, old: &str, pattern: &str) -> Option<String> {
    let means = |word: &str| {
        let expanded = folders.expand(word, plugin).ok()?;
        (CapSet::parse(kind, &expanded) == CapSet::parse(kind, pattern)).then(|| word.to_owned())
    };
    let starts = old.match_indices('/').rev().map(|(at, _)| &old[..=at]);
    let templated = starts.filter(|start| start.starts_with('~') || start.contains("${"));
    let kept = templated.filter_map(|start| {
        let expanded = folders.expand(start, plugin).ok()?;
        pattern.strip_prefix(&*expanded).map(|rest| format!("{start}{rest}"))
    });
    kept.into_iter().find_map(|word| means(&word)).or_else(|| means(pattern))
}

/// The path under which a part of a folder is seen when the folder itself is seen as `guest`.
pub(super) fn seen_as(claim: &CapSet, guest: &str, part: &str) -> Option<String> {
    let top = match Enforcement::Paths.around(claim)?.whole_folders()?.as_slice() {
        [only] => only.text(),
        _ => return None,
    };
    let below = part.strip_suffix('/')?.strip_prefix(top.trim_end_matches('/'))?;
    match below.strip_prefix('/') {
        None if below.is_empty() => Some(guest.to_owned()),
        None => None,
        Some(below) => Some(format!("{}/{below}", guest.trim_end_matches('/'))),
    }
}
