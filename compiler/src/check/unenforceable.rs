//! `unenforceable`: a right that the plugin's tier cannot hold exactly. It does not compile, because a right that is held
//! approximately is a right that nobody granted.

use ambit_schema::capability::{Enforcement, Tier, enforcement};

use crate::bind::{Decision, Model, Plugin};

use crate::diag::{Code, Diagnostic, Sink};

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
    let tier = plugin.manifest.artifact.as_ref().map_or(Tier::Wasm, |artifact| artifact.tier);
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
    sink.add(
        model.lines(plugin, kind).fold(found, |found, grant| found.because(grant.span, "granted here")).help(help),
    );
}
