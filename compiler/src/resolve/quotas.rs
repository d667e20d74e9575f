//! Quotas: request ∧ ceiling ∧ grant. What a plugin asks for, or the host's default, cut to the host's ceiling and to what
//! the grants give; the line whose number it is stays beside it.

use ambit_schema::limits::Quota;
use ambit_schema::plan::QuotaEntry;

use crate::bind::{Model, Plugin, place};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::Spanned;
use crate::profile::Profile;

/// All quotas of a plugin, in the order of their table.
pub(super) fn resolve(profile: &Profile, model: &Model<'_>, plugin: &Plugin, sink: &mut Sink) -> Vec<QuotaEntry> {
    Quota::ALL.iter().map(|quota| one(profile, model, plugin, *quota, sink)).collect()
}

fn one(profile: &Profile, model: &Model<'_>, plugin: &Plugin, quota: Quota, sink: &mut Sink) -> QuotaEntry {
    let asked = plugin
        .manifest
        .quotas
        .iter()
        .find(|(key, _)| *key == quota)
        .map(|(_, claim)| Spanned::new(*claim.said(), claim.span()));
    let rule = profile.quotas.get(&quota);
    let default = rule.and_then(|rule| rule.default.clone());
    let start = asked.clone().or(default);
    let caps = ceilings(profile, model, plugin, quota);
    let lowest = caps.into_iter().min_by_key(|cap| cap.0.value);
    let by = lowest.as_ref().map_or("the host", |cap| cap.1.as_str()).to_owned();
    let lowest = lowest.map(|cap| cap.0);
    let decided = match (start, lowest) {
        (Some(start), Some(cap)) if cap.value < start.value => Some(cap),
        (Some(start), _) => Some(start),
        (None, Some(cap)) if cap.value < quota.default_value() => Some(cap),
        (None, _) => None,
    };
    if let (Some(asked), Some(decided)) = (&asked, &decided) {
        report(plugin, quota, asked, decided, &by, sink);
    }
    let value = decided.as_ref().map_or(quota.default_value(), |decided| decided.value);
    QuotaEntry { quota, value, place: decided.map(|decided| place(model.sources, decided.span).0) }
}

/// What limits a quota, and who says so.
fn ceilings(profile: &Profile, model: &Model<'_>, plugin: &Plugin, quota: Quota) -> Vec<(Spanned<u64>, String)> {
    let name = plugin.name();
    let ceiling = profile.quotas.get(&quota).and_then(|rule| rule.ceiling.clone());
    let lines = model.layers.iter().flat_map(|layer| layer.quotas.iter().map(move |line| (layer, line)));
    let lines = lines.filter(|(_, line)| line.quota == quota);
    let lines = lines.filter(|(_, line)| name.as_ref().is_some_and(|name| line.subject.ids.contains(name)));
    let lines = lines.map(|(layer, line)| (line.value.clone(), format!("layer `{}`", layer.layer)));
    ceiling.map(|ceiling| (ceiling, "the host".to_owned())).into_iter().chain(lines).collect()
}

fn report(plugin: &Plugin, quota: Quota, asked: &Spanned<u64>, decided: &Spanned<u64>, by: &str, sink: &mut Sink) {
    if decided.value < asked.value {
        let unit = quota.unit();
        let (asked_text, decided_text) = (unit.show(asked.value), unit.show(decided.value));
        let message = format!("`{}` asks for {asked_text} of {}, and gets {decided_text}", plugin.id(), quota.key());
        let found = Diagnostic::new(Code::AboveCeiling, asked.span, message)
            .because(decided.span, format!("decided here, by {by}"));
        sink.add(found.help(format!("ask for {decided_text}, or raise the limit that decides")));
    }
}
