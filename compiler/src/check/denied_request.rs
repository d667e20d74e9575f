//! `denied-request`: a deny that takes from a plugin what it cannot work without.

use ambit_schema::plan::Effect;

use crate::bind::{BoundClaim, Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    for plugin in &model.plugins {
        for claim in plugin.claims.iter().filter(|claim| !claim.line.optional && !claim.is_coarse()) {
            one(model, plugin, claim, sink);
        }
    }
}

fn one(model: &Model<'_>, plugin: &Plugin, claim: &BoundClaim, sink: &mut Sink) {
    let kind = claim.line.kind;
    for deny in model.lines(plugin, kind).filter(|grant| grant.line.effect == Effect::Deny) {
        let Some(taken) = claim.line.set.intersect(&deny.line.set).witness(kind) else { continue };
        let message = format!(
            "`{}` needs to {} `{taken}`, and layer `{}` denies it",
            plugin.id(),
            kind.phrase(),
            deny.line.layer
        );
        let found = Diagnostic::new(Code::DeniedRequest, claim.span, message)
            .because(deny.span, format!("denied here, in layer `{}`", deny.line.layer));
        let found = found.note("deny beats allow, in whatever layer");
        sink.add(found.help("remove the plugin, narrow the deny, or ask its author to make the request optional"));
        return;
    }
}
