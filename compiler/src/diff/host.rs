//! What differs of the host: its version, how much it offers, what plugins may have together, and what must never be. None
//! of it gives anybody anything; it says what could be given.

use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::limits::Quota;
use ambit_schema::plan::{Draft, NeverLine, QuotaEntry, RuleLine, Who};
use ambit_schema::set::Set;

use super::change::{Change, Line, Lines, Owner, Phrase, Topic};
use super::rights::{beyond, named, proved};

pub(super) fn changes<'p>(old: &'p Draft, new: &'p Draft) -> Vec<Change<'p>> {
    let mut found = vec![];
    if old.host.version != new.host.version {
        let says = Phrase::new("the host has version ").code(&new.host.version).say(", was ").code(&old.host.version);
        found.push(Change::other(Topic::Host, says).at(Some(&old.host.place), Some(&new.host.place)));
    }
    offers(old, new, &mut found);
    budgets(old, new, &mut found);
    nevers(old, new, &mut found);
    found
}

fn offers<'p>(old: &'p Draft, new: &'p Draft, found: &mut Vec<Change<'p>>) {
    let plain = |draft: &'p Draft| draft.rules.iter().map(|line| (line.kind, &line.set)).collect::<Vec<_>>();
    if plain(old) == plain(new) {
        return;
    }
    let kinds: BTreeSet<Kind> = old.rules.iter().chain(&new.rules).map(|line| line.kind).collect();
    for kind in kinds {
        let all = |draft: &'p Draft| {
            let lines = draft.rules.iter().filter(|line| line.kind == kind);
            CapSet::union_all(kind, lines.map(|line| &line.set))
        };
        let (was, is) = (all(old), all(new));
        if let Some(set) = beyond(&is, Some(&was)) {
            let change = offered(kind, set, "can now be granted: to", new);
            found.push(change);
        }
        if let Some(set) = beyond(&was, Some(&is)) {
            let mut change = offered(kind, set, "can no longer be granted: to", old);
            std::mem::swap(&mut change.lines.old, &mut change.lines.new);
            found.push(change);
        }
    }
}

fn offered<'p>(kind: Kind, set: CapSet, says: &str, draft: &'p Draft) -> Change<'p> {
    let (delta, what, risk) = proved(kind, set);
    let says = named(Phrase::new(format!("{says} {} ", kind.phrase())), &delta, what);
    let touches = |line: &&RuleLine| line.kind == kind && !line.set.is_disjoint(&delta.set);
    let line = |line: &'p RuleLine| Line { owner: Some(Owner::Profile), place: &line.place, text: &line.text };
    let new = draft.rules.iter().filter(touches).map(line).collect();
    let lines = Lines { old: vec![], new, missing: vec![] };
    Change { risk, delta: Some(delta), lines, ..Change::other(Topic::Offer(kind), says) }
}

/// Limits by group and quota.
type Limits<'p> = BTreeMap<(Option<&'p str>, Quota), &'p QuotaEntry>;

fn limits(draft: &Draft) -> Limits<'_> {
    let mut all = Limits::new();
    for budget in &draft.budgets {
        let group = budget.group.as_ref().map(|group| group.as_str());
        all.extend(budget.limits.iter().map(|entry| ((group, entry.quota), entry)));
    }
    all
}

fn budgets<'p>(old: &'p Draft, new: &'p Draft, found: &mut Vec<Change<'p>>) {
    let (were, are) = (limits(old), limits(new));
    let named = |group: Option<&str>, quota: Quota| {
        let says = match group {
            Some(group) => Phrase::new("the plugins of ").code(group),
            None => Phrase::new("all plugins"),
        };
        says.say(" together may have of ").code(quota.key()).say(": ")
    };
    let keys: BTreeSet<_> = were.keys().chain(are.keys()).copied().collect();
    for key in keys {
        let (was, is) = (were.get(&key).copied(), are.get(&key).copied());
        let show = |entry: Option<&QuotaEntry>| match entry {
            Some(entry) => entry.quota.unit().show(entry.value),
            None => "any amount".to_owned(),
        };
        if show(was) != show(is) {
            let says = named(key.0, key.1).code(show(is)).say(", was ").code(show(was));
            let place = |entry: Option<&'p QuotaEntry>| entry.and_then(|entry| entry.place.as_ref());
            found.push(Change::other(Topic::Budget, says).at(place(was), place(is)));
        }
    }
}

/// What must never be, and what may be again: an assertion that others imply is still there, however they are written.
fn nevers<'p>(old: &'p Draft, new: &'p Draft, found: &mut Vec<Change<'p>>) {
    if old.nevers == new.nevers {
        return;
    }
    let line = |line: &'p NeverLine| vec![Line { owner: None, place: &line.place, text: &line.text }];
    let all = old.nevers.len().max(new.nevers.len());
    let implied = |line: &NeverLine, by: &[NeverLine]| {
        let same =
            |other: &NeverLine| (&other.plugins, &other.who, &other.parts) == (&line.plugins, &line.who, &line.parts);
        by.iter().any(same) || all <= MAX_NEVERS && follows(line, by)
    };
    for gone in old.nevers.iter().filter(|gone| !implied(gone, &new.nevers)) {
        let says = Phrase::new("nothing says any more that it must never be: ").code(&gone.text);
        let lines = Lines { old: line(gone), ..Lines::default() };
        found.push(Change { lines, ..Change::other(Topic::Never, says) });
    }
    for come in new.nevers.iter().filter(|come| !implied(come, &old.nevers)) {
        let says = Phrase::new("must never be: ").code(&come.text);
        let lines = Lines { new: line(come), ..Lines::default() };
        found.push(Change { lines, ..Change::other(Topic::Never, says) });
    }
}

/// More assertions than this are compared as they are written.
const MAX_NEVERS: usize = 200;

/// Whether whoever breaks an assertion breaks one of some others.
fn follows(line: &NeverLine, by: &[NeverLine]) -> bool {
    let about = |other: &&NeverLine| other.who == Who::Anyone || other.who == line.who;
    // Whoever has something of each part of the one has something of each part of the other.
    let is_weaker = |other: &&NeverLine| {
        other.parts.iter().all(|(kind, set)| line.parts.iter().any(|part| part.0 == *kind && part.1.is_subset(set)))
    };
    let plugins = Set::union_all(by.iter().filter(about).filter(is_weaker).map(|other| &other.plugins));
    if line.plugins.is_subset(&plugins) {
        return true;
    }
    let [(kind, set)] = &line.parts[..] else { return false };
    let sets = by.iter().filter(about).filter(|other| line.plugins.is_subset(&other.plugins));
    let sets = sets.filter_map(|other| other.parts.first().filter(|part| other.parts.len() == 1 && part.0 == *kind));
    set.is_subset(&CapSet::union_all(*kind, sets.map(|part| &part.1)))
}
