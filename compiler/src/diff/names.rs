//! Commands, tools, endpoints and other names that plugins answer to. A new endpoint, or one that a host lets more callers
//! through to, is wider: requests reach the plugin that did not. Any other name gives nothing by itself.

use std::collections::BTreeMap;

use ambit_schema::capability::Risk;
use ambit_schema::plan::{Auth, Conditions, Draft, NameEntry, NameSort, Slot};

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
    for slot in [Slot::Input, Slot::Template] {
        if was.attached(slot) != is.attached(slot) {
            let says = if slot == Slot::Input { "takes another argument for its" } else { "has another text for its" };
            found.push(change(named(says)));
        }
    }
    let turned = |says: &str, ways: Vec<Way>, turn| {
        let words: Vec<&str> = ways.iter().map(|way| way.told(turn)).collect();
        let says = named(says).say(format!(": {}", words.join(", ")));
        (!ways.is_empty()).then(|| change(says).turned(turn, Risk::Medium))
    };
    found.extend(turned("lets more through to its", lets_through(was, is), Turn::Wider));
    found.extend(turned("lets less through to its", lets_through(is, was), Turn::Narrower));
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

/// A way in which one endpoint lets something through that the other does not.
#[derive(Clone, Copy)]
enum Way {
    Anyone,
    LessAsked,
    Faster,
    StepGone,
    SchemaGone,
    OtherSchema,
}

impl Way {
    /// In words: of what came, or of what was and is no more.
    fn told(self, turn: Turn) -> &'static str {
        let (more, less) = match self {
            Way::Anyone => ("anyone may call", "only known callers may call"),
            Way::LessAsked => ("fewer roles or permissions are asked for", "more roles or permissions are asked for"),
            Way::Faster => ("it may be called more often", "it may be called less often"),
            Way::StepGone => ("a step that requests passed first is gone", "requests pass one more step first"),
            Way::SchemaGone => ("a schema that requests had to fit is gone", "requests have to fit one more schema"),
            Way::OtherSchema => ("requests have to fit another schema", "requests have to fit another schema"),
        };
        if turn == Turn::Narrower { less } else { more }
    }
}

/// In what way the second lets something through to an endpoint that the first does not.
fn lets_through(was: &NameEntry, is: &NameEntry) -> Vec<Way> {
    let mut ways = eased(&was.conditions, &is.conditions);
    let slots = || Slot::ALL.into_iter().filter(|slot| slot.validates());
    let gone = slots().any(|slot| was.attached(slot).is_some() && is.attached(slot).is_none());
    ways.extend(gone.then_some(Way::SchemaGone));
    // Which of two schemas lets more through is not decided: it counts as more both ways.
    let other = slots().any(|slot| was.attached(slot).zip(is.attached(slot)).is_some_and(|(was, is)| was != is));
    ways.extend(other.then_some(Way::OtherSchema));
    ways
}

/// In what way the second conditions let something through that the first do not.
fn eased(before: &Conditions, after: &Conditions) -> Vec<Way> {
    let mut ways = vec![];
    match (&before.auth, &after.auth) {
        (Some(_), None) => ways.push(Way::Anyone),
        (Some(before), Some(after)) if asks_less(before, after) => ways.push(Way::LessAsked),
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
    ways.extend(faster.then_some(Way::Faster));
    let skips = before.middleware.iter().any(|step| !after.middleware.contains(step));
    ways.extend(skips.then_some(Way::StepGone));
    ways
}

fn asks_less(before: &Auth, after: &Auth) -> bool {
    before.roles.iter().any(|role| !after.roles.contains(role))
        || before.permissions.iter().any(|one| !after.permissions.contains(one))
}
