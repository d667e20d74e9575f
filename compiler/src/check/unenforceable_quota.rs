//! `unenforceable-quota`: a limit that the plugin's tier does not enforce, asked for by a manifest or set by a grant; or one
//! that no tier of the host enforces, in its profile. Where a limit for many holds for some of them only, the others are
//! named by `unenforced-limit`.

use std::collections::BTreeSet;

use ambit_schema::capability::Tier;
use ambit_schema::limits::{Keeping, Quota, keeping};

use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::grant::QuotaLine;
use crate::profile::Profile;
use crate::source::Span;

/// What manifests ask for.
pub(super) fn requests(_: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    for plugin in plugins {
        for (quota, claim) in &plugin.manifest.quotas {
            let held = keeping(*quota, plugin.tier());
            if !held.gives(*claim.said()) {
                let written = quota.unit().show(*claim.said());
                let message = format!("`{}` asks for {} of {written}", plugin.id(), quota.key());
                report(*quota, claim.span(), &message, &[(plugin.tier(), held)], sink);
            }
        }
    }
}

/// What a profile and grants limit.
pub(super) fn limits(profile: &Profile, model: &Model<'_>, sink: &mut Sink) {
    let tiers: BTreeSet<Tier> = profile.tiers.iter().map(|tier| tier.value).collect();
    for (quota, rule) in &profile.quotas {
        let held: Vec<(Tier, Keeping)> = tiers.iter().map(|tier| (*tier, keeping(*quota, *tier))).collect();
        if let Some(default) = rule.default.as_ref().filter(|said| !held.iter().any(|(_, held)| held.gives(said.value)))
        {
            report(*quota, default.span, &format!("the host gives {} by default", quota.key()), &held, sink);
        }
        if let Some(most) = rule.ceiling.as_ref().filter(|said| !held.iter().any(|(_, held)| held.holds(said.value))) {
            report(*quota, most.span, &format!("the host limits {}", quota.key()), &held, sink);
        }
    }
    model.layers.iter().flat_map(|layer| &layer.quotas).for_each(|line| grant(model, &tiers, line, sink));
}

/// Plugins whose tier keeps them to no limit of the host.
pub(super) fn limited(profile: &Profile, _: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    let tiers = profile.tiers.iter().map(|tier| tier.value);
    let kept = |quota: &Quota| tiers.clone().any(|tier| !matches!(keeping(*quota, tier), Keeping::Nothing(_)));
    let ceilings: Vec<(Quota, Span)> = profile
        .quotas
        .iter()
        .filter(|(quota, _)| kept(quota))
        .filter_map(|(quota, rule)| rule.ceiling.as_ref().map(|ceiling| (*quota, ceiling.span)))
        .collect();
    plugins.iter().for_each(|plugin| unbounded(plugin, &ceilings, sink));
}

/// A line for one plugin is about its tier; a line for many is about the tiers of the host.
fn grant(model: &Model<'_>, tiers: &BTreeSet<Tier>, line: &QuotaLine, sink: &mut Sink) {
    let about: Vec<Tier> = match line.subject.ids.as_member() {
        Some(id) => model.plugin(id.text()).map(Plugin::tier).into_iter().collect(),
        None => tiers.iter().copied().collect(),
    };
    let held: Vec<(Tier, Keeping)> = about.into_iter().map(|tier| (tier, keeping(line.quota, tier))).collect();
    if !held.is_empty() && !held.iter().any(|(_, held)| held.holds(line.value.value)) {
        let message = format!("this line limits {} of `{}`", line.quota.key(), line.subject.written.value);
        report(line.quota, line.value.span, &message, &held, sink);
    }
}

fn report(quota: Quota, span: Span, message: &str, held: &[(Tier, Keeping)], sink: &mut Sink) {
    let found = Diagnostic::new(Code::UnenforceableQuota, span, format!("{message}, and nothing enforces that"));
    let found = held.iter().fold(found, |found, (tier, held)| match held {
        Keeping::Nothing(missing) => found.note(*missing),
        Keeping::Only(only) => found.note(format!("in the {tier} tier it is {} by nature", quota.unit().show(*only))),
        Keeping::Any => found,
    });
    let tiers: Vec<String> = quota.tiers().map(|tier| format!("`{tier}`")).collect();
    sink.add(match (held, tiers.is_empty()) {
        ([(_, Keeping::Only(only))], _) => {
            let only = quota.unit().show(*only);
            found.help(format!("write `\"{only}\"`, or leave it out")).fix_unsafe(span, format!("\"{only}\""))
        }
        (_, true) => found.help("leave it out: no tier of this version enforces it"),
        (_, false) => found.help(format!("leave it out, or use a tier that enforces it: {}", tiers.join(", "))),
    });
}

/// The host's ceilings hold for each plugin, or somebody is told.
fn unbounded(plugin: &Plugin, ceilings: &[(Quota, Span)], sink: &mut Sink) {
    let tier = plugin.tier();
    let lost = ceilings.iter().filter(|(quota, _)| matches!(keeping(*quota, tier), Keeping::Nothing(_)));
    let lost: Vec<&(Quota, Span)> = lost.collect();
    let Some((quota, first)) = lost.first() else { return };
    let names: Vec<String> = lost.iter().map(|(quota, _)| format!("`{}`", quota.key())).collect();
    let message = format!("nothing in the {tier} tier keeps `{}` to the host's {}", plugin.id(), names.join(", "));
    let found = Diagnostic::new(Code::UnenforcedLimit, plugin.span(), message).because(*first, "the first of them");
    let tiers: Vec<String> = quota.tiers().map(|tier| format!("`{tier}`")).collect();
    let found = found.note("the plan has no such limit for it: a limit that nothing enforces would only look like one");
    sink.add(found.help(format!("build it for a tier that enforces them: {}", tiers.join(", "))));
}
