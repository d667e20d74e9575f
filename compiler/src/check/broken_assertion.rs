//! `broken-assertion`: a plugin that ends up with what must never be. An assertion takes nothing away; it shows which lines
//! together do what somebody ruled out.

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::{Effect, NameIndex};

use crate::bind::{BoundNever, Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    if model.nevers.is_empty() {
        return;
    }
    let index = NameIndex::new(model.nevers.iter().map(|never| &never.line.plugins));
    for plugin in &model.plugins {
        let Some(name) = plugin.name() else { continue };
        for at in index.having(name) {
            let never = &model.nevers[at];
            let covers = || model.publishers.covers(&never.line.who, &plugin.identity, false);
            if covers() && is_broken(plugin, never) {
                broken(model, plugin, never, sink);
            }
        }
    }
}

fn is_broken(plugin: &Plugin, never: &BoundNever) -> bool {
    never
        .line
        .parts
        .iter()
        .all(|(kind, set)| plugin.decision(*kind).is_some_and(|decision| !decision.granted.is_disjoint(set)))
}

fn broken(model: &Model<'_>, plugin: &Plugin, never: &BoundNever, sink: &mut Sink) {
    let reached: Vec<(Kind, CapSet)> =
        never.line.parts.iter().map(|(kind, set)| (*kind, common(plugin, *kind, set))).collect();
    let phrase = |(kind, set): &(Kind, CapSet)| {
        let witness = set.example(*kind);
        format!("{} `{witness}`", kind.phrase())
    };
    let phrases = reached.iter().map(phrase).collect::<Vec<_>>().join(" and ");
    let message = format!("`{}` can {phrases}, which layer `{}` says must never be", plugin.id(), never.line.layer);
    let claim = reached.iter().find_map(|(kind, set)| claim(plugin, *kind, set));
    let found = Diagnostic::new(Code::BrokenAssertion, claim.unwrap_or(plugin.span()), message).label("asked for here");
    let found = reached.iter().fold(found, |found, (kind, set)| {
        let gives = |gives: fn(Effect) -> bool| {
            let mut lines = model.lines(plugin, *kind).filter(move |grant| gives(grant.line.effect));
            lines.find(|grant| !grant.line.set.is_disjoint(set))
        };
        let accepts = |effect| effect == Effect::Accept;
        let gives = gives(Effect::allows).map(|it| (it, "allowed")).or(gives(accepts).map(|it| (it, "accepted")));
        gives.map_or(found.clone(), |(grant, verb)| {
            found.because(grant.span, format!("{verb} here, in layer `{}`", grant.line.layer))
        })
    });
    let found = never.spans.iter().fold(found, |found, span| found.because(*span, "must never be"));
    sink.add(found.help("narrow the allow or the request, or deny what must not be"));
}

fn common(plugin: &Plugin, kind: Kind, set: &CapSet) -> CapSet {
    plugin.decision(kind).map_or_else(|| CapSet::empty(kind), |decision| decision.granted.intersect(set))
}

fn claim(plugin: &Plugin, kind: Kind, set: &CapSet) -> Option<crate::source::Span> {
    let claims = plugin.claims.iter().filter(|claim| claim.line.kind == kind);
    // What the tier gives with what is asked for is in no request.
    let meets = claims.clone().find(|claim| !claim.line.set.is_disjoint(set));
    meets.or(claims.into_iter().next()).map(|claim| claim.span)
}
