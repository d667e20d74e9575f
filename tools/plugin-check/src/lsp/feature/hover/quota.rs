//! Quotas under the cursor: what a quota is, who has how much of it, and which line decided.

use ambit_schema::limits::{Keeping, Quota, keeping};

use super::{known, quota_of};
use crate::lsp::feature::grammar::Share;
use crate::lsp::feature::markdown::{code, line};
use crate::lsp::feature::spot::Spot;
use crate::lsp::view::View;

/// What is said of a quota.
pub(super) fn said(view: &View, spot: &Spot<'_>, share: Share, at: u32) -> Vec<String> {
    let Some(quota) = quota_of(spot) else { return vec![] };
    let mut said = vec![about(quota)];
    match share {
        Share::Asked => {
            let file = spot.way.first().map(|node| node.span().file);
            let id = file.and_then(|file| known::plugin(view, file, at)).map(|one| one.id.name.to_string());
            said.extend(id.and_then(|id| of(view, &id, quota)));
        }
        Share::Given => said.extend(spot.subjects.first().and_then(|(id, _)| of(view, id, quota))),
        Share::Ruled | Share::Together => {}
    }
    said
}

fn about(quota: Quota) -> String {
    let unit = quota.unit();
    let tiers: Vec<&str> = quota.tiers().map(|tier| tier.key()).collect();
    format!(
        "**{}**, as in {}; held by {}; {} where nobody says anything",
        quota.key(),
        code(unit.example()),
        tiers.join(", "),
        quota.default_value().map_or_else(|| "no limit".to_owned(), |value| code(&unit.show(value))),
    )
}

/// How much a plugin has after all layers, and by which line.
fn of(view: &View, id: &str, quota: Quota) -> Option<String> {
    let entry = known::entry(view, id)?;
    let Some(has) = entry.quotas.iter().find(|entry| entry.quota == quota) else {
        return Some(match keeping(quota, entry.tier) {
            Keeping::Nothing(_) => {
                format!("The {} tier does not enforce it: {} has no such limit.", entry.tier, code(id))
            }
            Keeping::Any | Keeping::Only(_) => format!("{} has no such limit: nobody says one.", code(id)),
        });
    };
    let by = has.place.as_ref().map_or_else(|| "by default".to_owned(), |place| format!("by {}", line(view, place)));
    Some(format!("{} has **{}**, {by}", code(id), quota.unit().show(has.value)))
}
