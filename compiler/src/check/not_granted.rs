//! `not-granted` and `beyond-profile`: a required request that the grants, or the host, do not cover. What is missing is
//! computed, and one thing that is missing is named.

use ambit_schema::capability::CapSet;
use ambit_schema::plan::Effect;

use crate::bind::{BoundClaim, Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::resolve::grants::{allowed, offered};

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    for plugin in &model.plugins {
        for claim in plugin.claims.iter().filter(|claim| !claim.line.optional) {
            if !beyond_profile(model, claim, sink) {
                not_granted(model, plugin, claim, sink);
            }
        }
    }
}

/// What is asked for and not covered: nothing, where a coarse request is covered in part.
fn missing(claim: &BoundClaim, by: &CapSet) -> Option<CapSet> {
    if claim.coarse && !claim.line.set.intersect(by).is_empty() {
        return None;
    }
    Some(claim.line.set.difference(by)).filter(|missing| !missing.is_empty())
}

fn beyond_profile(model: &Model<'_>, claim: &BoundClaim, sink: &mut Sink) -> bool {
    let kind = claim.line.kind;
    let Some(missing) = missing(claim, &offered(model, kind)) else { return false };
    let example = example(&missing, claim);
    let found = Diagnostic::new(Code::BeyondProfile, claim.span, format!("the host offers no `{kind}` of `{example}`"));
    let rules = model.rules.iter().filter(|rule| rule.line.kind == kind);
    let found = rules.fold(found, |found, rule| found.because(rule.span, "what the host offers"));
    let found = found.note("no grant can give what the host profile does not offer");
    let help = format!("ask for less, or offer it in the host profile: `capabilities {{ {kind} \"{example}\" }}`");
    sink.add(found.help(help));
    true
}

fn not_granted(model: &Model<'_>, plugin: &Plugin, claim: &BoundClaim, sink: &mut Sink) {
    let kind = claim.line.kind;
    let Some(missing) = missing(claim, &allowed(model, plugin, kind)) else { return };
    let example = example(&missing, claim);
    let message = format!("`{}` asks to {} `{example}`, and no grant allows it", plugin.id(), kind.phrase());
    let found = Diagnostic::new(Code::NotGranted, claim.span, message).label("asked for here");
    let near = model.grants.iter().filter(|grant| {
        let about = plugin.name().is_some_and(|name| grant.line.plugins.contains(&name));
        about && grant.line.kind == kind && grant.line.effect != Effect::Deny
    });
    let found = near.fold(found, |found, grant| match grant.line.effect {
        Effect::Ask => found.because(grant.span, "this asks first, and nobody has said yes"),
        _ => found.because(grant.span, "this grant covers only a part"),
    });
    let target = if claim.coarse { example } else { crate::resolve::grants::target_text(model, claim) };
    let help = format!("to allow it, add to the grants: `allow \"{}\" {{ {kind} \"{target}\" }}`", plugin.id());
    sink.add(found.help(help));
}

/// One thing that is missing, as people write it.
fn example(missing: &CapSet, claim: &BoundClaim) -> String {
    let kind = claim.line.kind;
    missing.witness(kind).unwrap_or_else(|| missing.show(kind))
}
