//! `unenforceable`: a right that the plugin's tier cannot hold exactly. It does not compile, because a right that is held
//! approximately is a right that nobody granted. The help names the ways out that there are for this right: less of it, a whole
//! folder, another tier, or a line that accepts what the tier gives.

use ambit_schema::advice::quoted;
use ambit_schema::capability::{CapSet, Enforcement, Kind, Tier, enforcement};
use ambit_schema::plan::GrantLine;

use super::accept::{self, Given, patterns};
use crate::bind::{Decision, Located, Model, Plugin};
use crate::diag::{Code, Diagnostic, Fix, Sink};
use crate::profile::Profile;

/// How many lines of the grants a finding points at.
const MOST_LABELS: usize = 8;

pub(super) fn check(profile: &Profile, model: &Model<'_>, sink: &mut Sink) {
    let accepted: Vec<Tier> = profile.tiers.iter().map(|tier| tier.value).collect();
    for plugin in &model.plugins {
        plugin.decisions.iter().for_each(|decision| one(&accepted, model, plugin, decision, sink));
    }
}

fn one(tiers: &[Tier], model: &Model<'_>, plugin: &Plugin, decision: &Decision, sink: &mut Sink) {
    let (kind, tier, set) = (decision.kind, plugin.tier(), &decision.granted);
    let held = plugin.holds(kind);
    if set.is_empty() || held.holds(set) {
        return;
    }
    let given = accept::given(plugin, decision);
    if given.as_ref().is_some_and(|given| accept::speaks(model, plugin, decision, given)) {
        return;
    }
    let Some(claim) = plugin.claims.iter().find(|claim| claim.line.kind == kind) else { return };
    let message = format!("the {tier} tier cannot enforce `{kind}` on `{}`", set.show(kind));
    let found = Diagnostic::new(Code::Unenforceable, claim.span, message).note(match held {
        Enforcement::Refused(why) => why.to_owned(),
        _ => format!("the {tier} tier can give whole folders only"),
    });
    let allows = model.lines(plugin, kind).filter(|grant| grant.line.effect.allows()).take(MOST_LABELS);
    let granted = |found: Diagnostic, grant: &Located<GrantLine>| {
        found.because(grant.span, format!("granted here, in layer `{}`", grant.line.layer))
    };
    let found = allows.fold(found, granted);
    let (mut ways, found) = match given {
        Some(given) => folders(model, plugin, decision, &given, found),
        None => (vec!["leave the grant out and make the request optional".to_owned()], found),
    };
    let found = other_tiers(tiers, tier, (kind, set), &mut ways, found);
    sink.add(found.help(ways.join("; or ")));
}

/// Ways out where the tier can give whole folders: those that are granted already, those around, or a line that accepts these.
fn folders(
    model: &Model<'_>,
    plugin: &Plugin,
    decision: &Decision,
    given: &Given,
    found: Diagnostic,
) -> (Vec<String>, Diagnostic) {
    let kind = decision.kind;
    let mut ways = vec![];
    let within = plugin.holds(kind).within(decision.exact()).map(|within| patterns(&within)).unwrap_or_default();
    if !within.is_empty() {
        ways.push(format!("grant no more than `{}`, which it can hold", within.join("`, `")));
    }
    if let Some(bar) = accept::barred(model, plugin, decision, given) {
        ways.push("keep what the plugin must not see in another folder, and grant this one whole".to_owned());
        return match bar {
            accept::Bar::Denied(deny) => (ways, found.because(deny.span, "a part of the folder is denied here")),
            accept::Bar::Unoffered => (ways, found.note("the host does not offer the whole folder")),
        };
    }
    let around = given.folders(kind);
    ways.push(format!("ask for and grant the whole of `{}`", around.join("`, `")));
    // Nobody is advised to give away a whole machine, or all that lies beside a host profile.
    if around.iter().any(|folder| matches!(folder.as_str(), "/" | "./")) {
        return (ways, found);
    }
    let targets: String = around.iter().map(|folder| format!(" {}", quoted(folder))).collect();
    let line = format!("accept \"{}\" {{ {kind}{targets} why=\"…\" }}", plugin.id());
    ways.push(format!("accept in the grants that the tier gives the whole: `{line}`"));
    let Some(layer) = model.own_layer() else { return (ways, found) };
    let fix = Fix::risky(format!("accept `{}` in the grants", around.join("`, `")));
    let fix = around.iter().fold(fix, |fix, folder| fix.accept(layer.file, plugin.id(), kind, folder));
    (ways, found.fix_with(fix))
}

/// Another tier that can hold it, where the host accepts it; else it is only said.
fn other_tiers(
    accepted: &[Tier],
    tier: Tier,
    (kind, set): (Kind, &CapSet),
    ways: &mut Vec<String>,
    found: Diagnostic,
) -> Diagnostic {
    let able = Tier::ALL.iter().filter(|other| **other != tier && enforcement(kind, **other).holds(set));
    able.fold(found, |found, other| match accepted.contains(other) {
        true => {
            ways.push(format!("build the plugin for the {other} tier, which can hold it"));
            found
        }
        false => found.note(format!("the {other} tier could hold it, and the host does not accept that tier")),
    })
}
