//! Decisions as the plan keeps them: rights with the lines that gave them.

use ambit_schema::capability::CapSet;
use ambit_schema::plan::{Effect, Granted, Pending, Why};

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
    // All of the right lies in claims, in rules and in what is allowed, so a line that is alone gives it. What is given is
    // mostly what is asked for, word for word.
    let lies_in_each = decision.exact.is_none();
    let gives = |alone: bool, other: &CapSet| lies_in_each && alone || set == other || !set.is_disjoint(other);
    let (claims, rules) = (plugin.claims_of(kind), model.rules_of(kind));
    let (one_claim, one_rule) = (claims.len() == 1, rules.len() == 1);
    let claims = claims.iter().map(|claim| &claim.line).filter(|line| gives(one_claim, &line.set));
    let rules = rules.iter().map(|rule| &rule.line).filter(|line| gives(one_rule, &line.set));
    let lines = model.lines(plugin, kind).map(|grant| &grant.line);
    let may_allow = lines.clone().filter(|line| line.effect.allows());
    let one_allows = may_allow.clone().nth(1).is_none();
    let allows = may_allow.filter(|line| gives(one_allows, &line.set));
    let beyond = decision.exact.as_ref().map(|exact| set.difference(exact));
    let accepts = |beyond| {
        lines
            .clone()
            .filter(move |line| line.effect == Effect::Accept && !line.set.is_disjoint(beyond))
            .map(|line| line.place.clone())
    };
    let why = Why {
        claims: claims.map(|line| line.place.clone()).collect(),
        grants: allows.map(|line| line.place.clone()).collect(),
        rules: rules.map(|line| line.place.clone()).collect(),
        accepts: beyond.iter().flat_map(accepts).collect(),
    };
    Granted { kind, set: set.clone(), why }
}
