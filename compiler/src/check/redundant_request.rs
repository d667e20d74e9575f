//! `redundant-request` and `covered-offer`: lines that another line of the same text says already. Lines are compared in pairs,
//! so only up to a number that people write.

use ambit_schema::capability::{CapSet, Kind};

use crate::bind::{BoundClaim, Model, Plugin};
use crate::diag::{Code, Diagnostic, Fix, Sink};
use crate::source::Span;

/// How many lines of one kind are compared with each other.
const MOST: usize = 32;

/// Requests of one manifest.
pub(super) fn check(_: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    for plugin in plugins {
        for claims in plugin.claims.chunk_by(|a, b| a.line.kind == b.line.kind) {
            if (2..=MOST).contains(&claims.len()) {
                let places = (0..claims.len()).filter(|at| !declares(plugin, &claims[*at]));
                places.for_each(|at| redundant(claims, at, sink));
            }
        }
    }
}

/// Whether it is an endpoint, which asks for the right to answer because it is there.
fn declares(plugin: &Plugin, claim: &BoundClaim) -> bool {
    let routes = plugin.manifest.names.iter().filter_map(|name| name.route.as_ref());
    claim.line.kind == Kind::HttpServe && routes.into_iter().any(|route| route.span() == claim.span)
}

/// Offers of the host.
pub(super) fn offers(model: &Model<'_>, sink: &mut Sink) {
    for rules in model.rules.chunk_by(|a, b| a.line.kind == b.line.kind) {
        let sets: Vec<(&CapSet, Span)> = rules.iter().map(|rule| (&rule.line.set, rule.span)).collect();
        if (2..=MOST).contains(&sets.len()) {
            (0..sets.len()).for_each(|at| covered(rules[0].line.kind, &sets, at, sink));
        }
    }
}

fn redundant(claims: &[BoundClaim], at: usize, sink: &mut Sink) {
    let claim = &claims[at];
    if claim.is_coarse() || claim.mount.is_some() {
        return;
    }
    let serves = |other: &BoundClaim| !other.is_coarse() && (claim.line.optional || !other.line.optional);
    let covers = |(place, other): &(usize, &BoundClaim)| {
        let is_other = other.span != claim.span && serves(other) && claim.line.set.is_subset(&other.line.set);
        // Of two that say the same, the first stays.
        let are_twins = || other.line.optional == claim.line.optional && other.line.set.is_subset(&claim.line.set);
        is_other && (*place < at || !are_twins())
    };
    let others = claims.iter().enumerate().filter(|(other, _)| *other != at);
    if let Some((_, other)) = others.into_iter().find(covers) {
        let kind = claim.line.kind;
        let message = format!("this `{kind}` is asked for twice");
        let found = Diagnostic::new(Code::RedundantRequest, claim.span, message);
        let found = found.because(other.span, "this covers it").help("remove it");
        sink.add(found.fix_with(Fix::safe("remove it").remove(claim.span)));
    }
}

fn covered(kind: Kind, sets: &[(&CapSet, Span)], at: usize, sink: &mut Sink) {
    let (set, span) = sets[at];
    let others = sets.iter().enumerate().filter(|(other, _)| *other != at);
    let mut covers =
        others.filter(|(place, (other, _))| set.is_subset(other) && (*place < at || !other.is_subset(set)));
    if let Some((_, (_, other))) = covers.next() {
        let found = Diagnostic::new(Code::CoveredOffer, span, format!("this `{kind}` is offered twice"));
        let found = found.because(*other, "this covers it").help("remove it");
        sink.add(found.fix_with(Fix::safe("remove it").remove(span)));
    }
}
