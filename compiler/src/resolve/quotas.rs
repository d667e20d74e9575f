//! Quotas: request ∧ ceiling ∧ grant, of those that the plugin's tier enforces. What a plugin asks for, or the host's default,
//! cut to the host's ceiling and to what the grants give; the line whose number it is stays beside it.

use std::collections::BTreeMap;

use ambit_schema::limits::{Keeping, Quota, keeping};
use ambit_schema::plan::QuotaEntry;

use crate::bind::{Model, Plugin, place};
use crate::diag::{Code, Diagnostic, Sink};
use crate::grant::QuotaLine;
use crate::lower::Spanned;
use crate::profile::Profile;

/// The quotas of a plugin that its tier enforces, in the order of their table, each with the line that decided.
pub(super) type Decided = Vec<(Quota, Option<Spanned<u64>>)>;

/// The quotas of every plugin.
pub(super) fn resolve(profile: &Profile, model: &Model<'_>, sink: &mut Sink) -> Vec<Decided> {
    let lines = Lines::new(model);
    let some = |plugins: &[Plugin]| {
        let mut sink = Sink::default();
        (plugins.iter().map(|plugin| decide(profile, &lines, plugin, &mut sink)).collect::<Vec<_>>(), sink)
    };
    sink.gather(model.cores.stretches(&model.plugins, some))
}

/// The quotas of a plugin as the plan keeps them.
pub(super) fn entries(model: &Model<'_>, plugin: &Plugin, decided: &Decided) -> Vec<QuotaEntry> {
    let entry = |(quota, decided): &(Quota, Option<Spanned<u64>>)| {
        let place = decided.as_ref().map(|decided| place(model.sources, decided.span).0);
        QuotaEntry { quota: *quota, value: value(plugin, *quota, decided.as_ref()), place }
    };
    decided.iter().map(entry).collect()
}

/// What a plugin has of a quota, in its unit.
pub(super) fn value(plugin: &Plugin, quota: Quota, decided: Option<&Spanned<u64>>) -> u64 {
    decided.map_or(quota.default_in(plugin.tier()).unwrap_or(0), |decided| decided.value)
}

/// A line and the name of its layer.
type Said<'m> = (&'m str, &'m QuotaLine);

/// The lines of the grants by the one id they are for, or as patterns.
struct Lines<'m> {
    by_id: BTreeMap<String, Vec<Said<'m>>>,
    patterns: Vec<Said<'m>>,
}

impl<'m> Lines<'m> {
    fn new(model: &'m Model<'_>) -> Self {
        let mut lines = Lines { by_id: BTreeMap::new(), patterns: vec![] };
        let said = model.layers.iter().flat_map(|layer| layer.quotas.iter().map(|line| (layer.layer.as_str(), line)));
        for (layer, line) in said {
            match line.subject.ids.as_member() {
                Some(id) => lines.by_id.entry(id.text().to_owned()).or_default().push((layer, line)),
                None => lines.patterns.push((layer, line)),
            }
        }
        lines
    }

    /// The lines about a plugin, those for its id first.
    fn about(&self, plugin: &Plugin) -> Vec<Said<'m>> {
        let name = plugin.name();
        let matching = |said: &&Said<'m>| name.as_ref().is_some_and(|name| said.1.subject.ids.contains(name));
        let exact = self.by_id.get(plugin.id()).into_iter().flatten();
        exact.chain(self.patterns.iter().filter(matching)).copied().collect()
    }
}

fn decide(profile: &Profile, lines: &Lines<'_>, plugin: &Plugin, sink: &mut Sink) -> Decided {
    let lines = lines.about(plugin);
    Quota::of(plugin.tier()).map(|quota| (quota, one(profile, &lines, plugin, quota, sink))).collect()
}

fn one(profile: &Profile, lines: &[Said<'_>], plugin: &Plugin, quota: Quota, sink: &mut Sink) -> Option<Spanned<u64>> {
    // What a tier has by its nature nobody decides; a number that differs was reported.
    let Keeping::Any = keeping(quota, plugin.tier()) else { return None };
    let asked = plugin.manifest.quotas.iter().find(|(key, _)| *key == quota);
    let asked = asked.map(|(_, claim)| Spanned::new(*claim.said(), claim.span()));
    let rule = profile.quotas.get(&quota);
    let start = asked.clone().or(rule.and_then(|rule| rule.default.clone()));
    let ceiling = rule.and_then(|rule| rule.ceiling.clone()).map(|ceiling| (ceiling, "the host".to_owned()));
    let given = lines.iter().filter(|(_, line)| line.quota == quota);
    let given = given.map(|(layer, line)| (line.value.clone(), format!("layer `{layer}`")));
    let (lowest, by) = ceiling.into_iter().chain(given).min_by_key(|(cap, _)| cap.value).unzip();
    let decided = match (start, lowest) {
        (Some(start), Some(cap)) if cap.value < start.value => Some(cap),
        (Some(start), _) => Some(start),
        (None, Some(cap)) if cap.value < quota.default_value() => Some(cap),
        (None, _) => None,
    };
    if let (Some(asked), Some(decided)) = (&asked, &decided) {
        report(plugin, quota, asked, decided, by.as_deref().unwrap_or("the host"), sink);
    }
    decided
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
