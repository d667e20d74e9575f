//! `unknown-digest`: a plugin whose artifact cannot be read, in a host with lines by digest. It may be the one that is meant, so
//! what takes or limits counts for it, and what gives does not.

use ambit_schema::plan::{Effect, GrantLine, Who};

use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    if !model.wants_digests {
        return;
    }
    let unknown = model.plugins.iter().filter(|plugin| plugin.identity.digest.is_none());
    unknown.for_each(|plugin| one(model, plugin, sink));
}

fn one(model: &Model<'_>, plugin: &Plugin, sink: &mut Sink) {
    let perhaps = |line: &GrantLine| match &line.who {
        Who::Anyone => false,
        Who::Digest(_) => true,
        who => !model.publishers.covers(who, &plugin.identity, true),
    };
    let takes = |at: &&usize| {
        let grant = &model.grants[**at];
        let asked = plugin.claims.iter().any(|claim| claim.line.kind == grant.line.kind);
        grant.line.effect == Effect::Deny && asked && perhaps(&grant.line)
    };
    let Some(deny) = plugin.lines.iter().filter(takes).min().map(|at| &model.grants[*at]) else { return };
    let place = plugin.manifest.artifact.as_ref().map_or(plugin.span(), |artifact| artifact.path.span());
    let message =
        format!("the digest of what `{}` runs cannot be known, so a deny by digest counts for it", plugin.id());
    let found = Diagnostic::new(Code::UnknownDigest, place, message);
    let found = found.because(deny.span, format!("denied here, in layer `{}`", deny.line.layer));
    sink.add(found.help("put the artifact where the manifest says").note("it may be the one that is denied"));
}
