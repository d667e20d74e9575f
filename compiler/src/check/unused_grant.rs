//! `unknown-plugin` and `unused-grant`: lines of the grants that do nothing. Denies may wait for a plugin that is not there
//! yet; allows that do may be misspelt.

use ambit_schema::plan::{Effect, GrantLine};

use crate::bind::{Located, Model, Plugin};
use crate::diag::{Code, Diagnostic, Fix, Sink};

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    model.grants.iter().filter(|grant| grant.line.effect == Effect::Allow).for_each(|grant| unused(model, grant, sink));
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
