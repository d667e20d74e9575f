//! Rights of one plugin: what is more, what is less, what waits for consent and what is asked for in vain. Each set is
//! compared as a set, exactly; what is more comes with one thing in it, and where it could not be decided whether there is
//! any, it counts as more.

use std::collections::BTreeSet;

use ambit_schema::capability::{CapSet, Kind, Member, Risk};
use ambit_schema::plan::{Granted, PluginEntry};
use ambit_schema::sensitive::gravest;

use super::change::{Change, Delta, Line, Lines, Owner, Phrase, Topic, Turn};
use super::side::Side;

pub(super) fn changes<'p>(old: &Side<'_, 'p>, new: &Side<'_, 'p>, into: &mut Vec<Change<'p>>) {
    let kinds = kinds(old, new, |plugin| plugin.granted.iter().map(|right| right.kind).collect());
    for kind in kinds {
        into.extend(more(kind, new, old));
        into.extend(more(kind, old, new));
    }
    into.extend(linked(new, old));
    into.extend(linked(old, new));
    pending(old, new, into);
    blocked(old, new, into);
}

/// Interfaces that the other side keeps from the plugin, and this one does not: what is not kept from it can be linked without
/// a right. What a right gives is told as such.
fn linked<'p>(giving: &Side<'_, 'p>, lacking: &Side<'_, 'p>) -> Option<Change<'p>> {
    let kind = Kind::InterfaceUse;
    let (_, from) = giving.plugin.zip(lacking.plugin)?;
    let free = beyond(&withheld(lacking), Some(&withheld(giving)))?;
    let set = beyond(&free, Some(&given(giving, kind)))?;
    let (delta, what, risk) = proved(kind, set);
    let (turn, says) = match giving.now {
        true => (Turn::Wider, "is no longer kept from the interface "),
        false => (Turn::Narrower, "is now kept from the interface "),
    };
    let keeping = from.withheld.iter().filter(|kept| !kept.set.is_disjoint(&delta.set));
    let keeping = keeping.map(|kept| Line { owner: None, place: &kept.place, text: "" }).collect();
    let lines = match giving.now {
        true => Lines { old: keeping, ..Lines::default() },
        false => Lines { new: keeping, ..Lines::default() },
    };
    let says = named(Phrase::new(says), &delta, what);
    Some(Change { topic: Topic::Interface, turn, risk, says, delta: Some(delta), lines })
}

fn withheld(side: &Side<'_, '_>) -> CapSet {
    let all = side.plugin.into_iter().flat_map(|plugin| &plugin.withheld);
    CapSet::union_all(Kind::InterfaceUse, all.map(|kept| &kept.set)).difference(&given(side, Kind::InterfaceUse))
}

fn kinds<'p>(old: &Side<'_, 'p>, new: &Side<'_, 'p>, of: fn(&PluginEntry) -> Vec<Kind>) -> BTreeSet<Kind> {
    [old, new].into_iter().filter_map(|side| side.plugin).flat_map(of).collect()
}

impl<'p> Side<'_, 'p> {
    fn right(&self, kind: Kind) -> Option<&'p Granted> {
        self.plugin.and_then(|plugin| plugin.granted(kind))
    }
}

/// What one side gives and the other does not.
fn more<'p>(kind: Kind, giving: &Side<'_, 'p>, lacking: &Side<'_, 'p>) -> Option<Change<'p>> {
    let (plugin, right) = (giving.plugin?, giving.right(kind)?);
    let set = beyond(&right.set, lacking.right(kind).map(|right| &right.set))?;
    let (delta, what, risk) = proved(kind, set);
    let member = delta.witness.as_ref().and_then(|text| Member::parse(kind, text).ok());
    let given = giving.known.giving(plugin, right, member.as_ref());
    let (missing, taken) = match (lacking.plugin, &member) {
        (Some(plugin), Some(member)) => lacking.known.lacking(plugin, kind, member),
        _ => (vec![], vec![]),
    };
    let (turn, can) = if giving.now { (Turn::Wider, "can now") } else { (Turn::Narrower, "can no longer") };
    let says = named(Phrase::new(format!("{can} {} ", kind.phrase())), &delta, what);
    let lines =
        if giving.now { Lines { old: taken, new: given, missing } } else { Lines { old: given, new: taken, missing } };
    Some(Change { topic: Topic::Right(kind), turn, risk, says, delta: Some(delta), lines })
}

/// What is in one set and not in another; `None` where that is provably nothing.
pub(super) fn beyond(set: &CapSet, other: Option<&CapSet>) -> Option<CapSet> {
    let Some(other) = other else { return (!set.is_empty()).then(|| set.clone()) };
    if set == other || set.is_subset(other) {
        return None;
    }
    let rest = set.difference(other).simplify();
    (!rest.is_empty()).then_some(rest)
}

/// A difference with the thing in it that tells most, what is to be found there, and how grave it is.
pub(super) fn proved(kind: Kind, set: CapSet) -> (Delta, &'static str, Risk) {
    let (witness, what, risk) = gravest(kind, &set);
    (Delta { kind, set, witness }, what, risk)
}

/// What waits for consent, and what no longer does without being given.
fn pending<'p>(old: &Side<'_, 'p>, new: &Side<'_, 'p>, into: &mut Vec<Change<'p>>) {
    for kind in kinds(old, new, |plugin| plugin.pending.iter().map(|waits| waits.kind).collect()) {
        let (was, is) = (waiting(old, kind), waiting(new, kind));
        if let Some(set) = beyond(&is, Some(&was)) {
            into.push(told(Topic::Pending(kind), set, "now waits for consent to", old, new));
        }
        let less = beyond(&was, Some(&is)).and_then(|set| beyond(&set, Some(&given(new, kind))));
        if let Some(set) = less.filter(|_| new.plugin.is_some()) {
            into.push(told(Topic::Pending(kind), set, "no longer waits for consent to", old, new));
        }
    }
}

/// What decides about what is asked for in vain, as it is written.
type Asked<'p> = (Vec<(Kind, &'p CapSet)>, Vec<(Kind, &'p CapSet)>, Vec<(Kind, &'p CapSet)>);

fn asked(plugin: &PluginEntry) -> Asked<'_> {
    let claims = plugin.claims.iter().map(|line| (line.kind, &line.set));
    let given = plugin.granted.iter().map(|right| (right.kind, &right.set));
    let waiting = plugin.pending.iter().map(|waits| (waits.kind, &waits.set));
    (claims.collect(), given.collect(), waiting.collect())
}

/// What is asked for and neither given nor waiting. What was given and no longer is, or the other way round, is told as such.
fn blocked<'p>(old: &Side<'_, 'p>, new: &Side<'_, 'p>, into: &mut Vec<Change<'p>>) {
    if old.plugin.map(asked) == new.plugin.map(asked) {
        return;
    }
    for kind in kinds(old, new, |plugin| plugin.claims.iter().map(|line| line.kind).collect()) {
        let (was, is) = (in_vain(old, kind), in_vain(new, kind));
        let more = beyond(&is, Some(&was)).and_then(|set| beyond(&set, Some(&given(old, kind))));
        if let Some(set) = more {
            into.push(told(Topic::Blocked(kind), set, "now asks, and is not allowed, to", old, new));
        }
        let less =
            beyond(&was, Some(&is)).and_then(|set| beyond(&set, Some(&given(new, kind).union(&waiting(new, kind)))));
        if let Some(set) = less.filter(|_| new.plugin.is_some()) {
            into.push(told(Topic::Blocked(kind), set, "no longer asks in vain to", old, new));
        }
    }
}

fn given(side: &Side<'_, '_>, kind: Kind) -> CapSet {
    side.right(kind).map_or_else(|| CapSet::empty(kind), |right| right.set.clone())
}

fn waiting(side: &Side<'_, '_>, kind: Kind) -> CapSet {
    let all = side.plugin.into_iter().flat_map(|plugin| &plugin.pending).filter(|waits| waits.kind == kind);
    CapSet::union_all(kind, all.map(|waits| &waits.set))
}

fn in_vain(side: &Side<'_, '_>, kind: Kind) -> CapSet {
    let claims = side.plugin.into_iter().flat_map(|plugin| &plugin.claims).filter(|line| line.kind == kind);
    let claimed = CapSet::union_all(kind, claims.map(|line| &line.set));
    let rest = beyond(&claimed, Some(&given(side, kind))).and_then(|rest| beyond(&rest, Some(&waiting(side, kind))));
    rest.unwrap_or_else(|| CapSet::empty(kind))
}

/// What gives and takes nothing, with the lines of manifests and of questions that touch it.
fn told<'p>(topic: Topic, set: CapSet, says: &str, old: &Side<'_, 'p>, new: &Side<'_, 'p>) -> Change<'p> {
    let (Topic::Pending(kind) | Topic::Blocked(kind) | Topic::Right(kind)) = topic else {
        return Change::other(topic, Phrase::new(says));
    };
    let (delta, what, risk) = proved(kind, set);
    let touching = |side: &Side<'_, 'p>| {
        let plugin = side.plugin.into_iter();
        let claims = plugin.clone().flat_map(|plugin| &plugin.claims).filter(|line| line.kind == kind);
        let claims = claims.filter(|line| !line.set.is_disjoint(&delta.set));
        let claims = claims.map(|line| Line { owner: Some(Owner::Manifest), place: &line.place, text: &line.text });
        let waits = plugin.flat_map(|plugin| &plugin.pending).filter(|waits| waits.kind == kind);
        let waits = waits.filter(|waits| matches!(topic, Topic::Pending(_)) && !waits.set.is_disjoint(&delta.set));
        claims.chain(waits.map(|waits| Line { owner: Some(Owner::Grants), place: &waits.place, text: "" })).collect()
    };
    let lines = Lines { old: vec![], new: touching(new), missing: vec![] };
    let lines = if lines.new.is_empty() { Lines { old: touching(old), ..lines } } else { lines };
    let says = named(Phrase::new(format!("{says} {} ", kind.phrase())), &delta, what);
    Change { topic, turn: Turn::Other, risk, says, delta: Some(delta), lines }
}

/// The thing that proves it, and what is to be found there.
pub(super) fn named(says: Phrase, delta: &Delta, what: &str) -> Phrase {
    let says = match &delta.witness {
        Some(witness) => says.code(witness),
        None => says.say("more than can be decided"),
    };
    if what.is_empty() { says } else { says.say(format!(" ({what})")) }
}
