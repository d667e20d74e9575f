//! Which lines gave a right. Comes in: a decision, and the lines of its kind. Goes out: the places of those that give any part of it,
//! or that accept any of what the tier gives beyond what all lines together give.

use std::sync::Arc;

use ambit_schema::capability::CapSet;
use ambit_schema::plan::{Effect, GrantLine, Place, RuleLine};
use ambit_schema::set::Sorted;

use crate::bind::{Decision, Given, Located};

/// The rules and lines that gave what was decided. `None`: nothing is given.
pub(super) fn given<'m>(
    decision: &Decision,
    rules: &[Located<RuleLine>],
    lines: impl Iterator<Item = &'m GrantLine> + Clone,
) -> Option<Arc<Given>> {
    if decision.granted.is_empty() {
        return None;
    }
    let rules = rules.iter().map(|rule| (&rule.line.place, &rule.line.set));
    let allows = lines.clone().filter(|line| line.effect.allows()).map(|line| (&line.place, &line.set));
    let accepts = |exact| accepting(&decision.granted.difference(exact), lines);
    Some(Arc::new(Given {
        grants: giving(decision, allows),
        rules: giving(decision, rules),
        accepts: decision.exact.as_deref().map(accepts).unwrap_or_default(),
    }))
}

/// Of lines of one sort, each by its place and with what it covers, those that give any part of a right. All of a right lies in its
/// claims, in its rules and in what is allowed, unless the tier gives more; so a line that is alone gives it.
pub(crate) fn giving<'m>(
    decision: &Decision,
    mut lines: impl Iterator<Item = (&'m Place, &'m CapSet)>,
) -> Sorted<Place> {
    let (first, second) = (lines.next(), lines.next());
    if let (Some((place, _)), None, None) = (first, second, &decision.exact) {
        return Sorted::one(place.clone());
    }
    let right = &decision.granted;
    let gives = |other: &CapSet| !right.is_disjoint(other) || right == other;
    let all = first.into_iter().chain(second).chain(lines);
    all.filter(|(_, set)| gives(set)).map(|(place, _)| place.clone()).collect()
}

fn accepting<'m>(beyond: &CapSet, lines: impl Iterator<Item = &'m GrantLine>) -> Sorted<Place> {
    let accepts = lines.filter(|line| line.effect == Effect::Accept && !line.set.is_disjoint(beyond));
    accepts.map(|line| line.place.clone()).collect()
}
