//! `unenforceable`: a right that the plugin's tier cannot hold exactly. It does not compile, because a right that is held
//! approximately is a right that nobody granted.

use ambit_schema::capability::{Enforcement, enforcement};
use ambit_schema::plan::{Effect, GrantLine};

use crate::bind::{Decision, Located, Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};

/// How many lines of the grants a finding points at.
const MOST_LABELS: usize = 8;

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    for plugin in &model.plugins {
        plugin.decisions.iter().for_each(|decision| one(model, plugin, decision, sink));
    }
}

fn one(model: &Model<'_>, plugin: &Plugin, decision: &Decision, sink: &mut Sink) {
    let (kind, set) = (decision.kind, &decision.granted);
    if set.is_empty() {
        return;
    }
    let tier = plugin.tier();
    let (why, help) = match enforcement(kind, tier) {
        Enforcement::Exact | Enforcement::ByHost => return,
        Enforcement::WholeFolders if set.whole_folders().is_some() => return,
        Enforcement::WholeFolders => (
            format!("the {tier} tier can give whole folders only"),
            "grant the whole folder by ending it in `/`, and keep what the plugin must not see in another",
        ),
        Enforcement::Refused(why) => {
            (why.to_owned(), "leave the grant out and make the request optional, or use a tier that can hold it")
        }
    };
    let Some(claim) = plugin.claims.iter().find(|claim| claim.line.kind == kind) else { return };
    let message = format!("the {tier} tier cannot enforce `{kind}` on `{}`", set.show(kind));
    let found = Diagnostic::new(Code::Unenforceable, claim.span, message).note(why);
    let allows = model.lines(plugin, kind).filter(|grant| grant.line.effect == Effect::Allow).take(MOST_LABELS);
    let granted = |found: Diagnostic, grant: &Located<GrantLine>| {
        found.because(grant.span, format!("granted here, in layer `{}`", grant.line.layer))
    };
    sink.add(allows.fold(found, granted).help(help));
}
