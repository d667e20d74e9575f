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
    let lowest = caps.into_iter().min_by_key(|cap| cap.value);
    let decided = match (start, lowest) {
        (Some(start), Some(cap)) if cap.value < start.value => Some(cap),
        (Some(start), _) => Some(start),
        (None, Some(cap)) if cap.value < quota.default_value() => Some(cap),
        (None, _) => None,
    };
    if let (Some(asked), Some(decided)) = (&asked, &decided) {
        report(plugin, quota, asked, decided, sink);
    }
    let value = decided.as_ref().map_or(quota.default_value(), |decided| decided.value);
    QuotaEntry { quota, value, place: decided.map(|decided| place(model.sources, decided.span).0) }
}

fn ceilings(profile: &Profile, model: &Model<'_>, plugin: &Plugin, quota: Quota) -> Vec<Spanned<u64>> {
    let name = plugin.name();
    let ceiling = profile.quotas.get(&quota).and_then(|rule| rule.ceiling.clone());
    let lines = model.layers.iter().flat_map(|layer| &layer.quotas);
    let lines =
        lines.filter(|line| line.quota == quota && name.as_ref().is_some_and(|name| line.subject.ids.contains(name)));
    ceiling.into_iter().chain(lines.map(|line| line.value.clone())).collect()
}

fn report(plugin: &Plugin, quota: Quota, asked: &Spanned<u64>, decided: &Spanned<u64>, sink: &mut Sink) {
    if decided.value < asked.value {
        let unit = quota.unit();
        let (asked_text, decided_text) = (unit.show(asked.value), unit.show(decided.value));
        let message = format!("`{}` asks for {asked_text} of {}, and gets {decided_text}", plugin.id(), quota.key());
        let found = Diagnostic::new(Code::AboveCeiling, asked.span, message).because(decided.span, "decided here");
        sink.add(found.help(format!("ask for {decided_text}, or raise the limit that decides")));
    }
}
