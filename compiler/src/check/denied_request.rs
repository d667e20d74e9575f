//! `denied-request`: a deny that takes from a plugin what it cannot work without.

use ambit_schema::capability::Kind;
use ambit_schema::plan::{Effect, GrantLine};

use crate::bind::{BoundClaim, Located, Model, Plugin};
use crate::decide::{by_right, detached};
use crate::diag::{Code, Diagnostic, Sink};
use crate::profile::Profile;
use crate::source::Span;

pub(super) fn check(_: &Profile, model: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    let mut denies = vec![];
    for plugin in plugins {
        denies.clear();
        denies.extend(plugin.lines.iter().map(|at| &model.grants[*at]).filter(|it| it.line.effect == Effect::Deny));
        if denies.is_empty() {
            continue;
        }
        for claim in plugin.claims.iter().filter(|claim| !claim.line.optional && !claim.is_coarse()) {
            one(&denies, plugin, claim, sink);
        }
        if denies.iter().any(|deny| deny.line.kind == Kind::HookAttach) {
            hooks(model, plugin, sink);
        }
    }
}

fn one(denies: &[&Located<GrantLine>], plugin: &Plugin, claim: &BoundClaim, sink: &mut Sink) {
    let kind = claim.line.kind;
    for deny in denies.iter().filter(|deny| deny.line.kind == kind) {
        let Some(taken) = claim.line.set.intersect(&deny.line.set).witness(kind) else { continue };
        return sink.add(denied(plugin, claim.span, &taken, deny));
    }
}

/// Hooks ask for nothing where their points take no right; a deny of them is kept all the same.
fn hooks(model: &Model<'_>, plugin: &Plugin, sink: &mut Sink) {
    if by_right(model) {
        return;
    }
    for point in plugin.manifest.hooks.iter().map(|hook| &hook.point) {
        if let Some(deny) = detached(model, plugin, point.said()) {
            sink.add(denied(plugin, point.span(), point.said().as_str(), deny));
        }
    }
}

fn denied(plugin: &Plugin, span: Span, taken: &str, deny: &Located<GrantLine>) -> Diagnostic {
    let (id, phrase, layer) = (plugin.id(), deny.line.kind.phrase(), &deny.line.layer);
    let message = format!("`{id}` needs to {phrase} `{taken}`, and layer `{layer}` denies it");
    let found = Diagnostic::new(Code::DeniedRequest, span, message)
        .because(deny.span, format!("denied here, in layer `{layer}`"));
    let found = found.note("deny beats allow, in whatever layer");
    found.help("remove the plugin, narrow the deny, or ask its author to make the request optional")
}
