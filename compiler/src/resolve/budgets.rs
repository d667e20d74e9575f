//! Admission: what plugins are planned to have, added up against the budgets of the host and of its groups. Goes out: the
//! budgets as the plan keeps them; `seal` adds up again. Sums are exact.

use std::cmp::Reverse;

use ambit_schema::limits::{Quota, Unit};
use ambit_schema::plan::{BudgetEntry, QuotaEntry};

use super::quotas::{Decided, line, value};
use crate::bind::{Model, Plugin, spot};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::Spanned;
use crate::profile::{Budget, Profile};
use crate::source::Span;

/// How many plugins a finding names.
const MOST_NAMED: usize = 5;

/// The budgets, the host's first, then by name of the group. What does not fit is an error.
pub(super) fn resolve(profile: &Profile, model: &Model<'_>, quotas: &[Decided], sink: &mut Sink) -> Vec<BudgetEntry> {
    for budget in &profile.budgets {
        let members = members(model, budget);
        if budget.group.is_some() && members.is_empty() {
            empty(budget, sink);
        }
        budget.limits.iter().for_each(|(quota, limit)| admit(model, quotas, budget, &members, (*quota, limit), sink));
    }
    let mut entries: Vec<BudgetEntry> = profile.budgets.iter().map(|budget| entry(model, budget)).collect();
    entries.sort_by(|a, b| a.group.cmp(&b.group));
    entries
}

fn entry(model: &Model<'_>, budget: &Budget) -> BudgetEntry {
    let limits = budget.limits.iter().map(|(quota, limit)| {
        let place = Some(spot(model.sources, limit.span));
        QuotaEntry { quota: *quota, value: limit.value, place }
    });
    let group = budget.group.as_ref().map(|group| group.value.clone());
    BudgetEntry { group, plugins: budget.plugins.clone(), limits: limits.collect() }
}

/// The places of its plugins in the model.
fn members(model: &Model<'_>, budget: &Budget) -> Vec<usize> {
    let is_member = |plugin: &Plugin| plugin.name().is_some_and(|name| budget.plugins.contains(name));
    let all = model.plugins.iter().enumerate();
    all.filter(|(_, plugin)| budget.group.is_none() || is_member(plugin)).map(|(at, _)| at).collect()
}

/// What a plugin has of a quota, and the line that says so.
struct Share<'m> {
    plugin: &'m Plugin,
    value: u64,
    place: Option<Span>,
}

/// Whether everything fits. A plugin that has no such limit has no share that could be added.
fn admit(
    model: &Model<'_>,
    quotas: &[Decided],
    budget: &Budget,
    members: &[usize],
    (quota, limit): (Quota, &Spanned<u64>),
    sink: &mut Sink,
) {
    let mut shares: Vec<Share<'_>> = vec![];
    for at in members {
        let plugin = &model.plugins[*at];
        let decided = line(&quotas[*at], quota);
        let is_enforced = || quota.tiers().any(|tier| tier == plugin.tier());
        match value(plugin, quota, decided) {
            Some(value) => shares.push(Share { plugin, value, place: decided.map(|decided| decided.span) }),
            None => unbounded(plugin, budget, (quota, limit), is_enforced(), sink),
        }
    }
    let sum: u128 = shares.iter().map(|share| u128::from(share.value)).sum();
    if sum > u128::from(limit.value) {
        over(shares, sum, budget, quota, limit, sink);
    }
}

fn over(mut shares: Vec<Share<'_>>, sum: u128, budget: &Budget, quota: Quota, limit: &Spanned<u64>, sink: &mut Sink) {
    shares.sort_by_key(|share| (Reverse(share.value), share.plugin.id().to_owned()));
    let (unit, key, rest) = (quota.unit(), quota.key(), shares.len().saturating_sub(MOST_NAMED));
    let shown =
        shares.iter().take(MOST_NAMED).map(|share| format!("`{}` {}", share.plugin.id(), unit.show(share.value)));
    let more = (rest > 0).then(|| format!("{rest} more {}", unit.show(rest_of(&shares))));
    let sum_text = shown.chain(more).collect::<Vec<_>>().join(" + ");
    let (total, most) = (unit.show(sum), unit.show(limit.value));
    let whose = whose(budget);
    let message = format!("plugins have more {key} than {whose} has: {sum_text} = {total} > {most}");
    let mut found = Diagnostic::new(Code::OverCommitted, limit.span, message);
    for share in shares.iter().take(MOST_NAMED) {
        let (place, why) = match share.place {
            Some(place) => (place, ""),
            None => (share.plugin.span(), ", which is the default"),
        };
        found = found.because(place, format!("`{}` has {}{why}", share.plugin.id(), unit.show(share.value)));
    }
    let help = match sum <= u128::from(u64::MAX) {
        true => format!("raise the budget to {total}, or lower the quotas of its plugins"),
        false => "lower the quotas of its plugins: no budget is that large".to_owned(),
    };
    sink.add(found.help(help).note("each plugin may use all of its quota at one time"));
}

fn rest_of(shares: &[Share<'_>]) -> u128 {
    shares.iter().skip(MOST_NAMED).map(|share| u128::from(share.value)).sum()
}

fn whose(budget: &Budget) -> String {
    budget.group.as_ref().map_or_else(|| "the host".to_owned(), |group| format!("the group `{}`", group.value))
}

fn unbounded(
    plugin: &Plugin,
    budget: &Budget,
    (quota, limit): (Quota, &Spanned<u64>),
    enforced: bool,
    sink: &mut Sink,
) {
    let (id, key, tier, whose) = (plugin.id(), quota.key(), plugin.tier(), whose(budget));
    let message = format!("`{id}` counts against the {key} of {whose}, and nothing bounds it");
    let found = Diagnostic::new(Code::UnboundedMember, plugin.span(), message).because(limit.span, "the budget");
    sink.add(match enforced {
        true => {
            let example = if quota.unit() == Unit::Count { "4" } else { &format!("\"{}\"", quota.unit().example()) };
            let each = format!("quotas {{ {key} default={example} }}");
            found
                .note(format!("nobody says how much {key} it has"))
                .help(format!("say so for all, in the host profile: `{each}`"))
        }
        false => {
            let help = "build it for a tier that enforces the quota, or leave the quota out of the budget";
            found.note(format!("the {tier} tier does not enforce {key}")).help(help)
        }
    });
}

fn empty(budget: &Budget, sink: &mut Sink) {
    // Too many patterns are told by themselves.
    let Some(group) = budget.group.as_ref().filter(|_| !budget.plugins.is_too_complex()) else { return };
    let message = format!("no plugin is in the group `{}`", group.value);
    let found = Diagnostic::new(Code::EmptyGroup, group.span, message);
    sink.add(found.because(budget.place, "its plugins").help("correct the patterns, or leave the group out"));
}
