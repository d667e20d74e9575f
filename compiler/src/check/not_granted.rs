//! `not-granted` and `beyond-profile`: a required request that the grants, or the host, do not cover. What is missing is
//! computed, and one thing that is missing is named.

use ambit_schema::advice::quoted;
use ambit_schema::capability::{CapSet, DomainKind, Kind};
use ambit_schema::plan::Effect;

use super::needs_consent;
use crate::bind::{BoundClaim, Decision, Model, Plugin};
use crate::diag::{Code, Diagnostic, Fix, Sink};
use crate::profile::Profile;

/// How many lines of the grants a finding points at.
const MOST_LABELS: usize = 8;

pub(super) fn check(profile: &Profile, model: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    for plugin in plugins {
        for claim in plugin.claims.iter().filter(|claim| !claim.line.optional && !is_granted(plugin, claim)) {
            // That is told by itself.
            if plugin.decision(claim.line.kind).is_some_and(Decision::is_too_complex) {
                continue;
            }
            match &claim.target {
                None => nothing_of(model, plugin, claim, sink),
                Some(target) if !beyond_profile((profile, model), plugin, claim, target, sink) => {
                    not_granted(model, plugin, claim, target, sink);
                }
                Some(_) => {}
            }
        }
    }
}

/// Whether a plugin has what a line asks for, word for word, by nothing but offers and allows.
fn is_granted(plugin: &Plugin, claim: &BoundClaim) -> bool {
    let decision = plugin.decision(claim.line.kind).filter(|decision| decision.exact.is_none());
    decision.is_some_and(|decision| !claim.line.set.is_empty() && decision.granted.has_terms_of(&claim.line.set))
}

/// A request that does not say what it is about is content with anything; this one gets nothing.
fn nothing_of(model: &Model<'_>, plugin: &Plugin, claim: &BoundClaim, sink: &mut Sink) {
    let kind = claim.line.kind;
    let Some(decision) = plugin.decision(kind).filter(|decision| decision.granted.is_empty()) else { return };
    let open = decision.open.as_deref();
    if let Some(found) = open.and_then(|open| needs_consent::required(model, plugin, claim, open)) {
        return sink.add(found);
    }
    let line = format!("{kind} {}", quoted(kind.domain().example()));
    let found = if decision.offered.is_empty() {
        Diagnostic::new(Code::BeyondProfile, claim.span, format!("the host offers no `{kind}` at all"))
            .help(format!("do without it, or offer some in the host profile: `capabilities {{ {line} }}`"))
    } else {
        let message = format!("`{}` asks for `{kind}`, and gets none", plugin.id());
        Diagnostic::new(Code::NotGranted, claim.span, message)
            .help(format!("to give it some, add to the grants: `allow \"{}\" {{ {line} }}`", plugin.id()))
    };
    let near = model.lines(plugin, kind).take(MOST_LABELS);
    sink.add(near.fold(found, |found, grant| {
        found.because(grant.span, format!("layer `{}` gives it nothing here", grant.line.layer))
    }));
}

/// What is asked for and not covered.
fn missing(claim: &BoundClaim, by: &CapSet) -> Option<CapSet> {
    let covered = claim.line.set.is_subset(by);
    (!covered).then(|| claim.line.set.difference(by)).filter(|missing| !missing.is_empty())
}

fn beyond_profile(
    (profile, model): (&Profile, &Model<'_>),
    plugin: &Plugin,
    claim: &BoundClaim,
    target: &str,
    sink: &mut Sink,
) -> bool {
    let kind = claim.line.kind;
    let offered = plugin.decision(kind).map(|decision| &decision.offered);
    let Some(missing) = offered.and_then(|offered| missing(claim, offered)) else { return false };
    let example = missing.example(kind);
    let found = Diagnostic::new(Code::BeyondProfile, claim.span, format!("the host offers no `{kind}` of `{example}`"));
    let rules = model.rules.iter().filter(|rule| rule.line.kind == kind);
    let found = rules.take(MOST_LABELS).fold(found, |found, rule| found.because(rule.span, "what the host offers"));
    let found = commands(kind, found.note("no grant can give what the host profile does not offer"));
    let line = format!("capabilities {{ {kind} {} }}", quoted(target));
    let fix = Fix::risky(format!("offer `{kind} {}` in the host profile", quoted(target)));
    let found = found.help(format!("ask for less, or offer it in the host profile: `{line}`"));
    sink.add(found.fix_with(fix.offer(profile.file, kind, target)));
    true
}

fn not_granted(model: &Model<'_>, plugin: &Plugin, claim: &BoundClaim, target: &str, sink: &mut Sink) {
    let kind = claim.line.kind;
    let allowed = plugin.decision(kind).map(|decision| &decision.allowed);
    let Some(missing) = allowed.and_then(|allowed| missing(claim, allowed)) else { return };
    if let Some(found) = needs_consent::required(model, plugin, claim, &missing) {
        return sink.add(found);
    }
    let example = missing.example(kind);
    let message = format!("`{}` asks to {} `{example}`, and no grant allows it", plugin.id(), kind.phrase());
    let found = Diagnostic::new(Code::NotGranted, claim.span, message).label("asked for here");
    let near = model
        .lines(plugin, kind)
        .filter(|grant| matches!(grant.line.effect, Effect::Allow | Effect::Ask))
        .take(MOST_LABELS);
    let found = near.fold(found, |found, grant| {
        let says = match grant.line.effect {
            Effect::Ask => "asks first, and nobody has said yes",
            _ if grant.line.set.intersect(&claim.line.set).is_empty() => "allows something else",
            _ => "allows only a part",
        };
        found.because(grant.span, format!("layer `{}` {says}", grant.line.layer))
    });
    let line = format!("allow \"{}\" {{ {kind} {} }}", plugin.id(), quoted(target));
    let found = commands(kind, found.help(format!("to allow it, add to the grants: `{line}`")));
    sink.add(match model.own_layer() {
        Some(layer) => found.fix_with(Fix::risky(format!("add `{line}` to the grants")).allow(
            layer.file,
            plugin.id(),
            kind,
            target,
        )),
        None => found,
    });
}

/// Whoever writes the name of a program may mean it with whatever arguments.
fn commands(kind: Kind, found: Diagnostic) -> Diagnostic {
    match kind.domain() {
        DomainKind::Commands => {
            found.note("a command is its program and arguments: `git` is without any, `git **` with any")
        }
        _ => found,
    }
}
