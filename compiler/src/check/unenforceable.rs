//! `unenforceable`: a right that the plugin's tier cannot hold exactly. It does not compile, because a right that is held
//! approximately is a right that nobody granted. The help names the ways out that there are for this right: to do without, or
//! another tier.

use ambit_schema::capability::{CapSet, Enforcement, Kind, Tier, enforcement};
use ambit_schema::plan::GrantLine;

use crate::bind::{Decision, Located, Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::profile::Profile;

/// How many lines of the grants a finding points at.
const MOST_LABELS: usize = 8;

pub(super) fn check(profile: &Profile, model: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    let accepted: Vec<Tier> = profile.tiers.iter().map(|tier| tier.value).collect();
    for plugin in plugins {
        let decided = plugin.decisions.iter().filter(|decision| !decision.is_too_complex());
        decided.for_each(|decision| one(&accepted, model, plugin, decision, sink));
    }
}

fn one(tiers: &[Tier], model: &Model<'_>, plugin: &Plugin, decision: &Decision, sink: &mut Sink) {
    let (kind, tier, set) = (decision.kind, plugin.tier(), &decision.granted);
    let held = plugin.holds(kind);
    if set.is_empty() || held.holds(set) {
        return;
    }
    let beyond = unheld(held, kind, set);
    let is_beyond = |other: &CapSet| !beyond.is_disjoint(other);
    let claim = plugin.claims.iter().find(|claim| claim.line.kind == kind && is_beyond(&claim.line.set));
    let Some(claim) = claim else { return };
    let message = format!("the {tier} tier cannot enforce `{kind}` on `{}`", beyond.brief(kind));
    let found = Diagnostic::new(Code::Unenforceable, claim.span, message).note(held.shortfall(tier));
    let allows = model.lines(plugin, kind).filter(|grant| grant.line.effect.allows() && is_beyond(&grant.line.set));
    let allows = allows.take(MOST_LABELS);
    let granted = |found: Diagnostic, grant: &Located<GrantLine>| {
        found.because(grant.span, format!("granted here, in layer `{}`", grant.line.layer))
    };
    let found = allows.fold(found, granted);
    let mut ways = vec!["leave the grant out and make the request optional".to_owned()];
    let found = other_tiers(tiers, tier, (kind, set), &mut ways, found);
    sink.add(found.help(ways.join("; or ")));
}

/// What of a set is not held; all of it, where each part by itself would be.
fn unheld(held: Enforcement, kind: Kind, set: &CapSet) -> CapSet {
    let parts: Vec<CapSet> = set.parts().into_iter().filter(|part| !held.holds(part)).collect();
    if parts.is_empty() { set.clone() } else { CapSet::union_all(kind, &parts) }
}

/// Another tier that can hold it, where the host accepts it; else it is only said.
fn other_tiers(
    accepted: &[Tier],
    tier: Tier,
    (kind, set): (Kind, &CapSet),
    ways: &mut Vec<String>,
    found: Diagnostic,
) -> Diagnostic {
    let able = Tier::ALL.iter().filter(|other| **other != tier && enforcement(kind, **other).holds(set));
    able.fold(found, |found, other| match accepted.contains(other) {
        true => {
            ways.push(format!("build the plugin for the {other} tier, which can hold it"));
            found
        }
        false => found.note(format!("the {other} tier could hold it, and the host does not accept that tier")),
    })
}
