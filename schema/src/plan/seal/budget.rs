//! Budgets of a draft. INVARIANT (admission): what the plugins of a budget have of a quota, added up exactly, is no more than
//! the budget gives, and each of them has the quota.

use super::SealError;
use crate::plan::{BudgetEntry, Draft, PluginEntry, QuotaEntry};
use crate::set::names::Name;

/// Adds up every budget.
pub(super) fn check(draft: &Draft) -> Result<(), SealError> {
    if let Some(pair) = draft.budgets.windows(2).find(|pair| pair[0].group >= pair[1].group) {
        return Err(SealError::Order(shown(&pair[1])));
    }
    if draft.budgets.is_empty() {
        return Ok(());
    }
    let names: Vec<Name> = draft.plugins.iter().map(|plugin| Name::of(&plugin.id)).collect();
    draft.budgets.iter().try_for_each(|budget| one(draft, &names, budget))
}

fn one(draft: &Draft, names: &[Name], budget: &BudgetEntry) -> Result<(), SealError> {
    if budget.plugins.is_too_complex() {
        return Err(SealError::Dangling(shown(budget)));
    }
    if budget.limits.windows(2).any(|pair| pair[0].quota >= pair[1].quota) {
        return Err(SealError::Order(format!("a quota of {}", shown(budget))));
    }
    let counts = |name: &Name| budget.group.is_none() || budget.plugins.contains(name);
    let members: Vec<&PluginEntry> =
        draft.plugins.iter().zip(names).filter(|(_, name)| counts(name)).map(|(plugin, _)| plugin).collect();
    budget.limits.iter().try_for_each(|limit| fits(&members, budget, limit))
}

fn fits(members: &[&PluginEntry], budget: &BudgetEntry, limit: &QuotaEntry) -> Result<(), SealError> {
    let key = limit.quota.key();
    let mut sum: u128 = 0;
    for plugin in members {
        let Some(entry) = plugin.quotas.iter().find(|entry| entry.quota == limit.quota) else {
            return Err(SealError::NoQuota(format!("`{key}` of `{}` in {}", plugin.id, shown(budget))));
        };
        sum += u128::from(entry.value);
    }
    match limit.quota.adds_up() && sum <= u128::from(limit.value) {
        true => Ok(()),
        false => {
            let sum = limit.quota.unit().show(sum);
            Err(SealError::OverCommitted(format!("`{key}` of {}: {sum}", shown(budget))))
        }
    }
}

fn shown(budget: &BudgetEntry) -> String {
    budget.group.as_ref().map_or_else(|| "the host's budget".to_owned(), |group| format!("the budget of `{group}`"))
}
