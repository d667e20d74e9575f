//! Decisions as the plan keeps them: rights with the lines that gave them.

use ambit_schema::plan::{Effect, Granted, Pending, Why};

use crate::bind::{BoundClaim, Decision, Given, Model, Plugin, next_of_kind};
use crate::decide::giving;

/// Every right of a plugin, by kind.
pub(super) fn resolve(plugin: &Plugin) -> Vec<Granted> {
    let mut claims = &*plugin.claims;
    let mut rights = Vec::with_capacity(plugin.decisions.len());
    rights.extend(plugin.decisions.iter().filter_map(|decision| {
        let claims = next_of_kind(&mut claims, decision.kind, |claim| claim.line.kind);
        Some(right(decision, claims, decision.given.as_deref()?))
    }));
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

fn right(decision: &Decision, claims: &[BoundClaim], given: &Given) -> Granted {
    let Given { grants, rules, accepts } = given;
    let claims = giving(decision, claims.iter().map(|claim| (&claim.line.place, &claim.line.set)));
    let why = Why { claims, grants: grants.clone(), rules: rules.clone(), accepts: accepts.clone() };
    Granted { kind: decision.kind, set: decision.granted.clone(), why }
}
