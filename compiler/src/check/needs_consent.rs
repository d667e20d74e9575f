//! `needs-consent` and `optional-consent`: a request that only an `ask` covers. It gives nothing until someone writes the `allow`,
//! which is written out here.

use ambit_schema::advice::quoted;
use ambit_schema::capability::CapSet;
use ambit_schema::plan::{Effect, GrantLine};

use crate::bind::{BoundClaim, Located, Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::profile::Profile;

/// Optional requests of every plugin; required ones are told where it is found that nothing allows them.
pub(super) fn check(_: &Profile, model: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    for plugin in plugins {
        for claim in plugin.claims.iter().filter(|claim| claim.line.optional) {
            let decision = plugin.decision(claim.line.kind).filter(|decision| !decision.is_too_complex());
            let Some(open) = decision.and_then(|decision| decision.open.as_deref()) else { continue };
            let waits = open.intersect(&claim.line.set);
            if let Some(found) = waiting(model, plugin, claim, &waits) {
                sink.add(found);
            }
        }
    }
}

/// What to say of a required request that lacks `missing`, where lines ask about all of it.
pub(super) fn required(model: &Model<'_>, plugin: &Plugin, claim: &BoundClaim, missing: &CapSet) -> Option<Diagnostic> {
    let asks = asks(model, plugin, claim).map(|ask| &ask.line.set);
    let asked = CapSet::union_near(claim.line.kind, asks, missing);
    if claim.is_coarse() || missing.is_subset(&asked) { waiting(model, plugin, claim, missing) } else { None }
}

fn asks<'p>(
    model: &'p Model<'_>,
    plugin: &'p Plugin,
    claim: &'p BoundClaim,
) -> impl Iterator<Item = &'p Located<GrantLine>> + Clone {
    model.lines(plugin, claim.line.kind).filter(|grant| grant.line.effect == Effect::Ask)
}

fn waiting(model: &Model<'_>, plugin: &Plugin, claim: &BoundClaim, waits: &CapSet) -> Option<Diagnostic> {
    let kind = claim.line.kind;
    let near = asks(model, plugin, claim).filter(|ask| !ask.line.set.is_disjoint(waits));
    // What was not found to be apart may have nothing in common all the same.
    let (ask, common) = near.map(|ask| (ask, ask.line.set.intersect(waits))).find(|(_, common)| !common.is_empty())?;
    let example = common.example(kind);
    let code = if claim.line.optional { Code::OptionalConsent } else { Code::NeedsConsent };
    let message = format!("`{}` asks to {} `{example}`, and someone has to consent", plugin.id(), kind.phrase());
    let target = match &claim.target {
        Some(target) if claim.line.set.is_subset(&ask.line.set) => quoted(target),
        _ => quoted(&ask.line.set.show(kind)),
    };
    let found = Diagnostic::new(code, claim.span, message).label("asked for here");
    let found = found.because(ask.span, format!("layer `{}` asks first, and nobody has said yes", ask.line.layer));
    let declined =
        model.lines(plugin, kind).find(|it| it.line.effect == Effect::Decline && !it.line.set.is_disjoint(waits));
    let found = declined.into_iter().fold(found, |found, it| found.because(it.span, "the answer was no, for good"));
    Some(found.help(format!("to consent, add to the grants: `allow \"{}\" {{ {kind} {target} }}`", plugin.id())))
}
