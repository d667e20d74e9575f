//! Quotas: request ∧ ceiling ∧ grant, of those that the plugin's tier enforces. What a plugin asks for, or the host's default,
//! cut to the host's ceiling and to what the grants give; the line whose number it is stays beside it.

use ambit_schema::capability::Tier;
use ambit_schema::limits::{Keeping, Quota, keeping};
use ambit_schema::plan::QuotaEntry;

use crate::bind::{Model, Plugin, spot};
use crate::diag::{Code, Diagnostic, Sink};
use crate::grant::QuotaLine;
use crate::lower::Spanned;
use crate::profile::Profile;

/// The quotas of a plugin that a line decided, in the order of their table, each with that line. What no line says is as it is
/// by default.
pub(super) type Decided = Vec<(Quota, Spanned<u64>)>;

/// The quotas of every plugin.
pub(super) fn resolve(profile: &Profile, model: &Model<'_>, sink: &mut Sink) -> Vec<Decided> {
    sink.each(model.cores, &model.plugins, |plugin, sink| decide(profile, model, plugin, sink))
}

/// The quotas of plugins of each tier where no line says anything, in the order of their table: the same for all plugins.
pub(super) struct Usual(Vec<Vec<QuotaEntry>>);

impl Usual {
    pub(super) fn new() -> Self {
        let entry = |quota: Quota, tier| Some(QuotaEntry { quota, value: quota.default_in(tier)?, place: None });
        let of = |tier: &Tier| Quota::of(*tier).filter_map(|quota| entry(quota, *tier)).collect();
        Usual(Tier::ALL.iter().map(of).collect())
    }

    fn of(&self, tier: Tier) -> Vec<QuotaEntry> {
        let at = Tier::ALL.iter().position(|other| *other == tier);
        at.and_then(|at| self.0.get(at)).cloned().unwrap_or_default()
    }
}

/// The quotas of a plugin as the plan keeps them: each that its tier enforces and that has a limit.
pub(super) fn entries(model: &Model<'_>, usual: &Usual, plugin: &Plugin, decided: &Decided) -> Vec<QuotaEntry> {
    let mut entries = usual.of(plugin.tier());
    for (quota, by) in decided {
        let entry = QuotaEntry { quota: *quota, value: by.value, place: Some(spot(model.sources, by.span)) };
        match entries.binary_search_by_key(quota, |entry| entry.quota) {
            Ok(at) => entries[at] = entry,
            Err(at) => entries.insert(at, entry),
        }
    }
    entries
}

/// The line that decided a quota.
pub(super) fn line(decided: &Decided, quota: Quota) -> Option<&Spanned<u64>> {
    decided.iter().find(|(other, _)| *other == quota).map(|(_, line)| line)
}

/// What a plugin has of a quota, in its unit. `None`: no limit, or its tier enforces none.
pub(super) fn value(plugin: &Plugin, quota: Quota, decided: Option<&Spanned<u64>>) -> Option<u64> {
    decided.map_or_else(|| quota.default_in(plugin.tier()), |decided| Some(decided.value))
}

/// A line and the name of its layer.
type Said<'m> = (&'m str, &'m QuotaLine);

fn decide(profile: &Profile, model: &Model<'_>, plugin: &Plugin, sink: &mut Sink) -> Decided {
    let layer = |at: usize| &model.layers[at];
    let lines = plugin.limits.iter().map(|(at, line)| (layer(*at).layer.as_str(), &layer(*at).quotas[*line]));
    let lines: Vec<Said<'_>> = lines.collect();
    let asked = plugin.manifest.quotas.iter().map(|(quota, _)| *quota);
    // Most quotas are said nothing about.
    let mut said: Vec<Quota> = profile.quotas.keys().copied().chain(asked).collect();
    said.extend(lines.iter().map(|(_, line)| line.quota));
    said.sort_unstable();
    said.dedup();
    let decided = |quota| Some((quota, one(profile, &lines, plugin, quota, sink)?));
    said.into_iter().filter_map(decided).collect()
}

fn one(profile: &Profile, lines: &[Said<'_>], plugin: &Plugin, quota: Quota, sink: &mut Sink) -> Option<Spanned<u64>> {
    // What a tier has by its nature nobody decides; a number that differs was reported.
    let Keeping::Any = keeping(quota, plugin.tier()) else { return None };
    let asked = plugin.manifest.quotas.iter().filter(|(key, _)| *key == quota).min_by_key(|(_, claim)| *claim.said());
    let asked = asked.map(|(_, claim)| Spanned::new(*claim.said(), claim.span()));
    let rule = profile.quotas.get(&quota);
    let start = asked.clone().or_else(|| rule.and_then(|rule| rule.default.clone()));
    let ceiling = rule.and_then(|rule| rule.ceiling.as_ref()).map(|ceiling| (ceiling, None));
    let given = lines.iter().filter(|(_, line)| line.quota == quota);
    let given = given.map(|(layer, line)| (&line.value, Some(*layer)));
    let (lowest, by) = ceiling.into_iter().chain(given).min_by_key(|(cap, _)| cap.value).unzip();
    let decided = match (start, lowest) {
        (Some(start), Some(cap)) if cap.value < start.value => Some(cap.clone()),
        (Some(start), _) => Some(start),
        (None, Some(cap)) if quota.default_value().is_none_or(|default| cap.value < default) => Some(cap.clone()),
        (None, _) => None,
    };
    if let (Some(asked), Some(decided)) = (&asked, &decided) {
        report(plugin, quota, asked, decided, by.flatten(), sink);
    }
    decided
}

fn report(
    plugin: &Plugin,
    quota: Quota,
    asked: &Spanned<u64>,
    decided: &Spanned<u64>,
    layer: Option<&str>,
    sink: &mut Sink,
) {
    if decided.value < asked.value {
        let unit = quota.unit();
        let (asked_text, decided_text) = (unit.show(asked.value), unit.show(decided.value));
        let message = format!("`{}` asks for {asked_text} of {}, and gets {decided_text}", plugin.id(), quota.key());
        let by = layer.map_or_else(|| "the host".to_owned(), |layer| format!("layer `{layer}`"));
        let found = Diagnostic::new(Code::AboveCeiling, asked.span, message)
            .because(decided.span, format!("decided here, by {by}"));
        sink.add(found.help(format!("ask for {decided_text}, or raise the limit that decides")));
    }
}
