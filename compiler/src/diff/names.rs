//! Commands, tools, endpoints and other names that plugins answer to. A new endpoint, or one that a host lets more callers
//! through to, is wider: requests reach the plugin that did not. Any other name gives nothing by itself.

use std::collections::BTreeMap;

use ambit_schema::capability::Risk;
use ambit_schema::plan::{Auth, Conditions, Draft, NameEntry, NameSort};

use super::change::{Change, Phrase, Topic, Turn};
use super::pair::Pairs;

/// Each change with the place of its plugin among the pairs.
pub(super) fn changes<'p>(old: &'p Draft, new: &'p Draft, pairs: &Pairs<'p>) -> Vec<(usize, Change<'p>)> {
    if old.names == new.names {
        return vec![];
    }
    let table = |draft: &'p Draft| -> BTreeMap<(NameSort, &'p str), &'p NameEntry> {
        draft.names.iter().map(|entry| ((entry.sort, entry.name.as_str()), entry)).collect()
    };
    let (were, are) = (table(old), table(new));
    let mut found = vec![];
    let mut add = |at: Option<&usize>, change: Option<Change<'p>>| found.extend(at.copied().zip(change));
    for (key, is) in &are {
        let was = were.get(key).copied();
        let kept = was.filter(|was| pairs.is_same(&was.plugin, &is.plugin));
        let at = pairs.new.get(is.plugin.as_str());
        match kept {
            Some(was) => differences(was, is).into_iter().for_each(|change| add(at, Some(change))),
            None => add(at, Some(come(was, is))),
        }
        add(at, called(old, pairs, kept, is));
    }
    for (key, was) in &were {
        if !are.get(key).is_some_and(|is| pairs.is_same(&was.plugin, &is.plugin)) {
            add(pairs.old.get(was.plugin.as_str()), Some(gone(was)));
        }
    }
    found
}

fn come<'p>(before: Option<&'p NameEntry>, is: &'p NameEntry) -> Change<'p> {
    let says = Phrase::new(format!("{} the {} ", verb(is.sort, true), is.sort.word())).code(&is.name);
    let says = match before {
        Some(before) => says.say(", which was of ").code(&before.plugin),
        None => says,
    };
    let says = if is.sort == NameSort::Endpoint { said(says, &is.conditions) } else { says };
    let change = Change::other(Topic::Name(is.sort), says).at(before.map(|entry| &entry.place), Some(&is.place));
    if is.sort == NameSort::Endpoint { change.turned(Turn::Wider, Risk::Medium) } else { change }
}

fn gone<'p>(was: &'p NameEntry) -> Change<'p> {
    let says = Phrase::new(format!("{} the {} ", verb(was.sort, false), was.sort.word())).code(&was.name);
    let change = Change::other(Topic::Name(was.sort), says).at(Some(&was.place), None);
    if was.sort == NameSort::Endpoint { change.turned(Turn::Narrower, Risk::Medium) } else { change }
}

fn verb(sort: NameSort, now: bool) -> &'static str {
    match (sort, now) {
        (NameSort::Endpoint, true) => "now answers at",
        (NameSort::Endpoint, false) => "no longer answers at",
        (_, true) => "now has",
        (_, false) => "no longer has",
    }
}

/// Whom a host lets through.
fn said(says: Phrase, conditions: &Conditions) -> Phrase {
    match &conditions.auth {
        None => says.say(", for anyone"),
        Some(auth) if auth.roles.is_empty() && auth.permissions.is_empty() => {
            says.say(", for callers that the host knows")
        }
        Some(auth) => says.say(", for callers with ").codes(auth.roles.iter().chain(&auth.permissions)),
    }
}

/// A short name that it has now, and had not, or another had. That a new name has a short form is no news.
fn called<'p>(old: &'p Draft, pairs: &Pairs<'p>, was: Option<&NameEntry>, is: &'p NameEntry) -> Option<Change<'p>> {
    let alias = is.alias.as_ref().filter(|alias| was.is_none_or(|was| was.alias.as_ref() != Some(*alias)))?;
    let has = |entry: &&NameEntry| entry.sort == is.sort && entry.alias.as_ref() == Some(alias);
    let before = old.names.iter().find(has).filter(|entry| !pairs.is_same(&entry.plugin, &is.plugin));
    let says = Phrase::new(format!("its {} ", is.sort.word())).code(&is.name).say(" is now called ").code(alias);
    let says = match (before, was) {
        (Some(before), _) => says.say(", which called ").code(&before.name).say(" of ").code(&before.plugin),
        (None, Some(_)) => says,
        (None, None) => return None,
    };
    Some(Change::other(Topic::Name(is.sort), says).at(before.map(|entry| &entry.place), Some(&is.place)))
}

fn differences<'p>(was: &'p NameEntry, is: &'p NameEntry) -> Vec<Change<'p>> {
    let change = |says: Phrase| Change::other(Topic::Name(is.sort), says).at(Some(&was.place), Some(&is.place));
    let named = |says: &str| Phrase::new(format!("{says} {} ", is.sort.word())).code(&is.name);
    let mut found = vec![];
    if let (Some(alias), None) = (&was.alias, &is.alias) {
        found.push(change(named("its").say(" is no longer called ").code(alias)));
    }
    if was.parameters != is.parameters {
        found.push(change(named("takes other parameters for its")));
    }
    if was.summary != is.summary {
        let text = |entry: &'p NameEntry| entry.summary.as_deref().unwrap_or_default();
        found.push(change(named("describes its").say(" as ").code(text(is)).say(", was ").code(text(was))));
    }
    let (more, less) = (eased(&was.conditions, &is.conditions), eased(&is.conditions, &was.conditions));
    let turned = |says: &str, what: Vec<&str>, turn| {
        let says = named(says).say(format!(": {}", what.join(", ")));
        (!what.is_empty()).then(|| change(says).turned(turn, Risk::Medium))
    };
    found.extend(turned("lets more through to its", more, Turn::Wider));
    found.extend(turned("lets less through to its", less, Turn::Narrower));
    let order = |entry: &'p NameEntry| {
        let mut all = entry.conditions.middleware.clone();
        all.sort();
        all
    };
    if was.conditions.middleware != is.conditions.middleware && order(was) == order(is) {
        found.push(change(named("passes other steps first before its")));
    }
    found
}

/// In what way the second conditions let something through that the first do not.
fn eased(before: &Conditions, after: &Conditions) -> Vec<&'static str> {
    let mut ways = vec![];
    match (&before.auth, &after.auth) {
        (Some(_), None) => ways.push("anyone may call"),
        (Some(before), Some(after)) if asks_less(before, after) => {
            ways.push("fewer roles or permissions are asked for")
        }
        _ => {}
    }
    let faster = match (before.rate, after.rate) {
        (Some(_), None) => true,
        // So many in any stretch of so long: more at once, or more in the long run.
        (Some(before), Some(after)) => {
            after.requests > before.requests
                || u128::from(after.requests) * u128::from(before.window)
                    > u128::from(before.requests) * u128::from(after.window)
        }
        (None, _) => false,
    };
    ways.extend(faster.then_some("it may be called more often"));
    let skips = before.middleware.iter().any(|step| !after.middleware.contains(step));
    ways.extend(skips.then_some("a step that requests passed first is gone"));
    ways
}

fn asks_less(before: &Auth, after: &Auth) -> bool {
    before.roles.iter().any(|role| !after.roles.contains(role))
        || before.permissions.iter().any(|one| !after.permissions.contains(one))
}
