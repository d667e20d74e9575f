//! Decisions as the plan keeps them: rights with the lines that gave them.

use ambit_schema::capability::CapSet;
use ambit_schema::plan::{Effect, Granted, Pending, Place, Why};

use crate::bind::{Decision, Model, Plugin};

/// Every right of a plugin, by kind.
pub(super) fn resolve(model: &Model<'_>, plugin: &Plugin) -> Vec<Granted> {
    let given = || plugin.decisions.iter().filter(|decision| !decision.granted.is_empty());
    let mut rights = Vec::with_capacity(given().count());
    rights.extend(given().map(|decision| right(model, plugin, decision)));
    rights
}

/// What a plugin gets once someone consents: what a line asks about, cut as a right is, without what it has already.
pub(super) fn pending(model: &Model<'_>, plugin: &Plugin) -> Vec<Pending> {
    let mut pending: Vec<Pending> = vec![];
    for decision in &plugin.decisions {
        let Some(open) = &decision.open else { continue };
        let asks = model.lines(plugin, decision.kind).filter(|grant| grant.line.effect == Effect::Ask);
        let waits = asks.map(|grant| Pending {
            kind: decision.kind,
            set: open.intersect(&grant.line.set).simplify(),
            place: grant.line.place.clone(),
        });
        pending.extend(waits.filter(|waits| !waits.set.is_empty()));
    }
    pending.sort_by(|a, b| (a.kind, &a.place).cmp(&(b.kind, &b.place)));
    pending
}

/// A line is part of the why when it gives any part of the right, or accepts any of what the tier gives with it.
fn right(model: &Model<'_>, plugin: &Plugin, decision: &Decision) -> Granted {
    let (kind, set) = (decision.kind, &decision.granted);
    // What is given is mostly what is asked for, word for word.
    let gives = |other: &CapSet| set == other || !set.is_disjoint(other);
    let claims = plugin.claims.iter().map(|claim| &claim.line).filter(|line| line.kind == kind && gives(&line.set));
    let lines = || model.lines(plugin, kind).map(|grant| &grant.line);
    let allows = lines().filter(|line| line.effect.allows() && gives(&line.set));
    let beyond = decision.exact.as_ref().map(|exact| set.difference(exact));
    let accepts = |beyond| {
        lines()
            .filter(move |line| line.effect == Effect::Accept && !line.set.is_disjoint(beyond))
            .map(|line| &line.place)
    };
    let rules = model.rules.iter().map(|rule| &rule.line).filter(|line| line.kind == kind && gives(&line.set));
    let why = Why {
        claims: distinct(claims.map(|line| &line.place)),
        grants: distinct(allows.map(|line| &line.place)),
        rules: distinct(rules.map(|line| &line.place)),
        accepts: distinct(beyond.iter().flat_map(accepts)),
    };
    Granted { kind, set: set.clone(), why }
}

fn distinct<'p>(mut places: impl Iterator<Item = &'p Place>) -> Vec<Place> {
    // Mostly there is one: room for that, and no more.
    let Some(first) = places.next() else { return vec![] };
    let Some(second) = places.next() else { return vec![first.clone()] };
    let mut distinct = vec![first.clone(), second.clone()];
    distinct.extend(places.cloned());
    distinct.sort_unstable();
    distinct.dedup();
    distinct
}
