//! What plugins may do, proved from the lines of the plan. Comes in: a plugin, and the lines of the grants that are about it.
//! Goes out: nothing, or the first right that they do not give.

use std::borrow::Cow;

use super::proved::Proved;
use super::{SealError, proof, unfounded};
use crate::capability::{CapSet, Kind, enforcement};
use crate::plan::{Effect, GrantLine, Granted, Place, PluginEntry, RuleLine};
use crate::set::Sorted;

/// A line: where it stands, and what it covers.
type Said<'d> = (&'d Place, &'d CapSet);

/// INVARIANT (provenance): a right lies within the claims, the allows and the rules of its kind, and outside every deny;
/// and its `why` names lines that are there. What people said yes to counts as allowed where lines ask about it and nobody said no. What the tier
/// gives beyond that, lines accept.
/// Rights, rules and lines are in the order of their kinds.
pub(super) fn check<'p>(
    proved: &mut Proved<'p>,
    rules: &[&RuleLine],
    about: &[&'p GrantLine],
    plugin: &'p PluginEntry,
) -> Result<(), SealError> {
    let (mut rules, mut about) = (rules, about);
    plugin.granted.iter().try_for_each(|right| {
        let rules = next_of_kind(&mut rules, right.kind, |line| line.kind);
        let about = next_of_kind(&mut about, right.kind, |line| line.kind);
        let one = One { rules, about, plugin, right };
        if proved.has(plugin.tier, right, about) {
            return one.check_claims(&right.set);
        }
        one.check().inspect(|()| proved.add(plugin.tier, right, about))
    })
}

/// What is of a kind, of what is left of a list in the order of kinds.
fn next_of_kind<'l, T>(rest: &mut &'l [T], kind: Kind, of: impl Fn(&T) -> Kind) -> &'l [T] {
    let from = &rest[rest.iter().take_while(|one| of(one) < kind).count()..];
    let (found, after) = from.split_at(from.iter().take_while(|one| of(one) == kind).count());
    *rest = after;
    found
}

/// A right of a plugin, and the rules and lines of its kind.
struct One<'d> {
    rules: &'d [&'d RuleLine],
    about: &'d [&'d GrantLine],
    plugin: &'d PluginEntry,
    right: &'d Granted,
}

impl<'d> One<'d> {
    fn check(&self) -> Result<(), SealError> {
        let (right, why) = (self.right, &self.right.why);
        if !enforcement(right.kind, self.plugin.tier).holds(&right.set) || right.set.is_empty() {
            let what = format!("`{}` may `{}` `{}`", self.plugin.id, right.kind, right.set);
            return Err(SealError::Unenforceable(what));
        }
        let agreed = self.agreed();
        let allows = self.lines(Effect::Allow).chain(agreed.iter().map(|(place, set)| (*place, set)));
        let meant = self.meant(allows.clone())?;
        self.check_claims(&meant)?;
        self.covered(&right.set, "rule", self.rules(), &why.rules)?;
        self.covered(&meant, "grant", allows, &why.grants)?;
        match self.lines(Effect::Deny).find(|(_, denied)| !proof::are_apart(&right.set, denied)) {
            Some((_, denied)) => Err(unfounded(self.plugin, right.kind, &right.set.intersect(denied))),
            None => Ok(()),
        }
    }

    fn check_claims(&self, meant: &CapSet) -> Result<(), SealError> {
        self.covered(meant, "claim", self.claims(), &self.right.why.claims)
    }

    fn claims(&self) -> impl Iterator<Item = Said<'d>> + Clone + use<'d> {
        let kind = self.right.kind;
        self.plugin.claims.iter().filter(move |line| line.kind == kind).map(|line| (&line.place, &line.set))
    }

    fn rules(&self) -> impl Iterator<Item = Said<'d>> + Clone + use<'d> {
        self.rules.iter().map(|line| (&line.place, &line.set))
    }

    fn lines(&self, effect: Effect) -> impl Iterator<Item = Said<'d>> + Clone + use<'d> {
        self.about.iter().filter(move |line| line.effect == effect).map(|line| (&line.place, &line.set))
    }

    /// What people said yes to, as far as lines ask about it and nobody said no.
    fn agreed(&self) -> Vec<(&'d Place, CapSet)> {
        let consents = self.lines(Effect::Consent);
        if consents.clone().next().is_none() {
            return vec![];
        }
        let asked = self.all(self.lines(Effect::Ask)).difference(&self.all(self.lines(Effect::Decline)));
        consents.map(|(place, set)| (place, set.intersect(&asked))).collect()
    }

    /// What some lines cover together, near the right.
    fn all<'s>(&self, lines: impl Iterator<Item = Said<'s>> + Clone) -> CapSet {
        CapSet::union_near(self.right.kind, lines.map(|(_, set)| set), &self.right.set)
    }

    /// The part of the right that claims and allows have to give. All of it, where nothing is accepted.
    fn meant<'s>(&self, allows: impl Iterator<Item = Said<'s>> + Clone) -> Result<Cow<'_, CapSet>, SealError> {
        let (right, accepts) = (self.right, &self.right.why.accepts);
        if accepts.is_empty() {
            return Ok(Cow::Borrowed(&right.set));
        }
        let (offered, denied) = (self.all(self.rules()), self.all(self.lines(Effect::Deny)));
        let accepted = self.all(self.lines(Effect::Accept).filter(|(place, _)| accepts.contains(place)));
        let given = self.all(self.claims()).intersect(&offered).intersect(&self.all(allows));
        let exact = given.difference(&denied);
        let widened = enforcement(right.kind, self.plugin.tier).widened(&exact, &accepted, &offered, &denied);
        match widened {
            Some(widened) if right.set.is_subset(&widened) => Ok(Cow::Owned(exact)),
            widened => {
                let beyond = widened.map_or_else(|| right.set.clone(), |widened| right.set.difference(&widened));
                Err(unfounded(self.plugin, right.kind, &beyond).of("accepted"))
            }
        }
    }

    /// Whether the lines that are named give all of a set.
    fn covered<'s>(
        &self,
        set: &CapSet,
        what: &str,
        lines: impl Iterator<Item = Said<'s>> + Clone,
        why: &Sorted<Place>,
    ) -> Result<(), SealError> {
        let named = lines.filter(|(at, _)| why.contains(at));
        // Mostly one line gives all of it.
        if named.clone().any(|(_, other)| set.is_plainly_in(other)) {
            return Ok(());
        }
        let sets = named.clone().map(|(_, set)| set);
        if !why.is_empty() && proof::lies_in(set, self.right.kind, sets) {
            return Ok(());
        }
        let beyond = set.difference(&self.all(named));
        Err(unfounded(self.plugin, self.right.kind, &beyond).of(what))
    }
}
