//! Hooks. A plugin on a new hook is told what passes there, and can hold it up: that is wider. How it stands there among others
//! is told and gives nothing.

use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::capability::Risk;
use ambit_schema::limits::Unit;
use ambit_schema::plan::{Draft, HookEntry};

use super::change::{Change, Phrase, Topic, Turn};
use super::order::moved;
use super::pair::Pairs;

/// Each change with the place of its plugin among the pairs.
pub(super) fn changes<'p>(old: &'p Draft, new: &'p Draft, pairs: &Pairs<'p>) -> Vec<(usize, Change<'p>)> {
    if old.hooks == new.hooks {
        return vec![];
    }
    let (were, are) = (by_point(old), by_point(new));
    let mut found = vec![];
    let points: BTreeSet<&str> = were.keys().chain(are.keys()).copied().collect();
    for point in points {
        let at = |table: &BTreeMap<&'p str, Vec<&'p HookEntry>>| table.get(point).cloned().unwrap_or_default();
        one(&at(&were), &at(&are), pairs, &mut found);
    }
    found
}

fn by_point(draft: &Draft) -> BTreeMap<&str, Vec<&HookEntry>> {
    let mut points: BTreeMap<&str, Vec<&HookEntry>> = BTreeMap::new();
    draft.hooks.iter().for_each(|hook| points.entry(hook.point.as_str()).or_default().push(hook));
    points
}

/// The hooks of one point, in the order in which they run.
fn one<'p>(old: &[&'p HookEntry], new: &[&'p HookEntry], pairs: &Pairs<'p>, found: &mut Vec<(usize, Change<'p>)>) {
    let place = |hook: &HookEntry, table: &BTreeMap<&str, usize>| table.get(hook.plugin.as_str()).copied();
    let were: BTreeMap<usize, &'p HookEntry> =
        old.iter().filter_map(|hook| Some((place(hook, &pairs.old)?, *hook))).collect();
    let are: BTreeMap<usize, &'p HookEntry> =
        new.iter().filter_map(|hook| Some((place(hook, &pairs.new)?, *hook))).collect();
    for (at, is) in &are {
        match were.get(at) {
            Some(was) => found.extend(differences(was, is).map(|change| (*at, change))),
            None => {
                let says = Phrase::new("now runs on the hook ").code(&is.point);
                let change = Change::other(Topic::Hook, says).turned(Turn::Wider, Risk::Medium);
                found.push((*at, change.at(None, Some(&is.place))));
            }
        }
    }
    for (at, was) in were.iter().filter(|(at, _)| !are.contains_key(at)) {
        let says = Phrase::new("no longer runs on the hook ").code(&was.point);
        let change = Change::other(Topic::Hook, says).turned(Turn::Narrower, Risk::Medium);
        found.push((*at, change.at(Some(&was.place), None)));
    }
    let order = |hooks: &[&HookEntry], table| hooks.iter().filter_map(|hook| place(hook, table)).collect::<Vec<_>>();
    for (at, after) in moved(&order(old, &pairs.old), &order(new, &pairs.new)) {
        let (Some(was), Some(is)) = (were.get(&at), are.get(&at)) else { continue };
        let says = Phrase::new("runs on the hook ").code(&is.point);
        let says = match after.and_then(|other| are.get(&other)) {
            Some(other) => says.say(" after ").code(&other.plugin).say(", which is another order"),
            None => says.say(" before all others, which is another order"),
        };
        found.push((at, Change::other(Topic::Hook, says).at(Some(&was.place), Some(&is.place))));
    }
}

fn differences<'p>(was: &'p HookEntry, is: &'p HookEntry) -> impl Iterator<Item = Change<'p>> {
    let time = |hook: &HookEntry| {
        hook.timeout.map_or("as long as a call may take".to_owned(), |ms| Unit::Milliseconds.show(ms))
    };
    let waits = |hook: &HookEntry| if hook.detached { "no" } else { "yes" }.to_owned();
    let rows = [
        ("has the priority ", is.priority.to_string(), was.priority.to_string()),
        ("is waited for: ", waits(is), waits(was)),
        ("is waited for no longer than ", time(is), time(was)),
        ("is tried again so many times: ", is.retries.to_string(), was.retries.to_string()),
    ];
    rows.into_iter().filter(|(_, is, was)| is != was).map(|(says, now, before)| {
        let says = Phrase::new("on the hook ").code(&is.point).say(format!(" {says}")).code(now);
        Change::other(Topic::Hook, says.say(", was ").code(before)).at(Some(&was.place), Some(&is.place))
    })
}
