//! What becomes of each line of the grants that allows a plugin something. Comes in: the lines, and what the requests become.
//! Goes out: an [`Item`] for each line. A line for this plugin alone gives no more than the requests then ask for; one for
//! others too stays.

use std::collections::BTreeMap;

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::PluginEntry;

use super::seen::Seen;
use super::texts::{self, Given};
use super::{Fate, Item, Left, More, Needs, Policy, settled, written};
use crate::diag::{Change, Narrow};

/// The lines, by kind, then place.
pub(super) fn items(
    policy: Policy<'_>,
    plugin: &PluginEntry,
    seen: &Seen,
    requests: &[Item],
    more: &[More],
) -> Vec<Item> {
    let mut wanted: BTreeMap<Kind, Vec<&CapSet>> = BTreeMap::new();
    let proposed = more.iter().filter(|more| matches!(more.needs, Needs::Lines { .. }));
    let proposed = proposed.map(|more| (&more.kind, &more.set));
    let asked = requests.iter().flat_map(|item| &item.after).map(|(kind, set)| (kind, set));
    for (kind, set) in asked.chain(proposed) {
        wanted.entry(*kind).or_default().push(set);
    }
    let wanted: BTreeMap<Kind, CapSet> =
        wanted.into_iter().map(|(kind, sets)| (kind, CapSet::union_all(kind, sets))).collect();
    let declared = |kind: Kind| has_declared(plugin, requests, kind);
    texts::given(policy, plugin)
        .iter()
        .map(|given| {
            let kind = given.line.kind;
            let nothing = CapSet::empty(kind);
            let item = blank(given);
            if !seen.tells(plugin, kind) || declared(kind) {
                return Item { fate: Fate::Left(Left::Unseen), ..item };
            }
            if texts::is_accepted(plugin, kind) {
                return Item { fate: Fate::Left(Left::Accepted), ..item };
            }
            narrowed(policy, plugin, given, wanted.get(&kind).unwrap_or(&nothing), item)
        })
        .collect()
}

fn blank(given: &Given<'_>) -> Item {
    Item {
        span: given.span,
        kinds: vec![given.line.kind],
        target: Some(given.target.clone()),
        optional: false,
        fate: Fate::Kept,
        after: vec![(given.line.kind, given.line.set.clone())],
        change: None,
    }
}

/// Whether a plugin asks for a kind by something else than its requests.
fn has_declared(plugin: &PluginEntry, requests: &[Item], kind: Kind) -> bool {
    plugin.claims.iter().any(|claim| claim.kind == kind) && !requests.iter().any(|item| item.kinds.contains(&kind))
}

fn narrowed(policy: Policy<'_>, plugin: &PluginEntry, given: &Given<'_>, wanted: &CapSet, mut item: Item) -> Item {
    let (kind, line) = (given.line.kind, &given.line.set);
    if line.is_subset(wanted) {
        return item;
    }
    if !given.is_own {
        return Item { fate: Fate::Left(Left::Others), ..item };
    }
    let before = item.after.clone();
    let rest = line.intersect(wanted);
    if rest.is_empty() {
        (item.fate, item.after) = (Fate::Unused, vec![]);
        item.change = Some(Change::Remove(given.span));
        return settled(policy.sources, item, &before);
    }
    match written::words(policy.folders, plugin.id.as_str(), kind, &given.target, &rest) {
        None => Item { fate: Fate::Left(Left::TooMany(rest.parts().len())), ..item },
        Some(words) => {
            let pieces = words.iter().map(|word| (word.clone(), None)).collect();
            (item.fate, item.after) = (Fate::Narrowed(words), vec![(kind, rest)]);
            item.change = Some(Change::Narrow(Narrow { target: given.span, mount: None, pieces }));
            settled(policy.sources, item, &before)
        }
    }
}
