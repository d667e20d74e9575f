//! `unknown-plugin` and `unused-grant`: lines of the grants that do nothing. Denies may wait for a plugin that is not there
//! yet; allows that do may be misspelt.

use std::collections::BTreeSet;

use ambit_schema::plan::{Effect, GrantLine};

use crate::bind::{Located, Model, Plugin};
use crate::diag::{Code, Diagnostic, Fix, Sink};
use crate::grant::Subject;
use crate::lower::did_you_mean;

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    let subjects = model.layers.iter().flat_map(|layer| {
        let lines = layer.lines.iter().filter(|line| line.effect != Effect::Deny).map(|line| &line.subject);
        let flows = layer.flows.iter().flat_map(|line| [&line.from, &line.through]);
        let subjects = lines.chain(layer.quotas.iter().map(|line| &line.subject)).chain(flows);
        subjects.map(move |subject| (layer, subject))
    });
    let mut seen = BTreeSet::new();
    for (layer, subject) in subjects {
        if seen.insert(subject.written.span) && !is_there(model, subject) {
            unknown_plugin(model, &layer.layer, subject, sink);
        }
    }
    model.grants.iter().filter(|grant| grant.line.effect == Effect::Allow).for_each(|grant| unused(model, grant, sink));
}

fn is_there(model: &Model<'_>, subject: &Subject) -> bool {
    if let Some(id) = subject.ids.as_member() {
        return model.plugin(id.text()).is_some();
    }
    model.plugins.iter().filter_map(|plugin| plugin.name()).any(|name| subject.ids.contains(&name))
}

fn unknown_plugin(model: &Model<'_>, layer: &str, subject: &Subject, sink: &mut Sink) {
    let written = &subject.written;
    let message = format!("layer `{layer}` is about the plugin `{}`, which is not there", written.value);
    let found = Diagnostic::new(Code::UnknownPlugin, written.span, message);
    sink.add(did_you_mean(found, written.span, &written.value, model.plugins.iter().map(|plugin| plugin.id())).risky());
}

fn unused(model: &Model<'_>, grant: &Located<GrantLine>, sink: &mut Sink) {
    let exact = grant.line.plugins.as_member();
    let all = if exact.is_some() { &[] } else { model.plugins.as_slice() };
    let about = |plugin: &&Plugin| plugin.name().is_some_and(|name| grant.line.plugins.contains(&name));
    let exact = exact.and_then(|id| model.plugin(id.text()));
    let mut plugins = exact.into_iter().chain(all.iter().filter(about)).peekable();
    if plugins.peek().is_none() {
        return;
    }
    let used = plugins.any(|plugin| {
        let claims = plugin.claims.iter().filter(|claim| claim.line.kind == grant.line.kind);
        claims.into_iter().any(|claim| !claim.line.set.intersect(&grant.line.set).is_empty())
    });
    if !used {
        let message = format!("no plugin asks for this `{}` of layer `{}`", grant.line.kind, grant.line.layer);
        let found = Diagnostic::new(Code::UnusedGrant, grant.span, message);
        sink.add(
            found
                .help("remove the line, or correct it if it was meant for a request")
                .fix_with(Fix::risky("remove it").remove(grant.span))
                .note("it gives nothing now, and would give to a later version that asks"),
        );
    }
}
