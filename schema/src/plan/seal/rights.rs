//! What plugins may do, proved from the lines of the plan. Comes in: a plugin, and the lines of the grants that are about it.
//! Goes out: nothing, or the first right that they do not give.

use std::borrow::Cow;

use super::{SealError, unfounded, union};
use crate::capability::{CapSet, Kind, enforcement};
use crate::plan::{Draft, Effect, GrantLine, Granted, Place, PluginEntry};

/// A line: where it stands, and what it covers.
type Said<'d> = (&'d Place, &'d CapSet);

/// INVARIANT (provenance): a right lies within the claims, the allows and the rules of its kind, and outside every deny;
/// and its `why` names lines that are there. What people said yes to counts as allowed where lines ask about it and nobody said no. What the tier
/// gives beyond that, lines accept.
pub(super) fn check(draft: &Draft, about: &[&GrantLine], plugin: &PluginEntry) -> Result<(), SealError> {
    for right in &plugin.granted {
        let of = |effect: Effect| -> Vec<Said<'_>> {
            let lines = about.iter().filter(move |line| line.effect == effect && line.kind == right.kind);
            lines.map(|line| (&line.place, &line.set)).collect()
        };
        let agreed = agreed(right.kind, &of(Effect::Consent), &of(Effect::Ask), &of(Effect::Decline));
        let agreed = agreed.iter().map(|(place, set)| (*place, set));
        let claims = plugin.claims.iter().filter(|line| line.kind == right.kind);
        let rules = draft.rules.iter().filter(|line| line.kind == right.kind);
        let lines = Lines {
            claims: claims.map(|line| (&line.place, &line.set)).collect(),
            rules: rules.map(|line| (&line.place, &line.set)).collect(),
            allows: of(Effect::Allow).into_iter().chain(agreed).collect(),
            denies: of(Effect::Deny),
            accepts: of(Effect::Accept),
        };
        One { plugin, right, lines }.check()?;
    }
    Ok(())
}

/// What people said yes to, as far as lines ask about it and nobody said no.
fn agreed<'d>(kind: Kind, consents: &[Said<'d>], asks: &[Said<'_>], declines: &[Said<'_>]) -> Vec<(&'d Place, CapSet)> {
    if consents.is_empty() {
        return vec![];
    }
    let union = |lines: &[Said<'_>]| union(kind, &mut lines.iter().map(|(_, set)| *set));
    let asked = union(asks).difference(&union(declines));
    consents.iter().map(|(place, set)| (*place, set.intersect(&asked))).collect()
}

/// The lines about a plugin and a kind.
struct Lines<'d> {
    claims: Vec<Said<'d>>,
    rules: Vec<Said<'d>>,
    allows: Vec<Said<'d>>,
    denies: Vec<Said<'d>>,
    accepts: Vec<Said<'d>>,
}

/// A right of a plugin.
struct One<'d> {
    plugin: &'d PluginEntry,
    right: &'d Granted,
    lines: Lines<'d>,
}

impl One<'_> {
    fn check(&self) -> Result<(), SealError> {
        let (right, why) = (self.right, &self.right.why);
        if !enforcement(right.kind, self.plugin.tier).holds(&right.set) || right.set.is_empty() {
            let what = format!("`{}` may `{}` `{}`", self.plugin.id, right.kind, right.set);
            return Err(SealError::Unenforceable(what));
        }
        let meant = self.meant()?;
        self.covered(&meant, "claim", &self.lines.claims, &why.claims)?;
        self.covered(&right.set, "rule", &self.lines.rules, &why.rules)?;
        self.covered(&meant, "grant", &self.lines.allows, &why.grants)?;
        match self.lines.denies.iter().find(|(_, denied)| !right.set.is_disjoint(denied)) {
            Some((_, denied)) => Err(unfounded(self.plugin, right.kind, &right.set.intersect(denied))),
            None => Ok(()),
        }
    }

    /// The part of the right that claims and allows have to give. All of it, where nothing is accepted.
    fn meant(&self) -> Result<Cow<'_, CapSet>, SealError> {
        let (right, accepts) = (self.right, &self.right.why.accepts);
        if accepts.is_empty() {
            return Ok(Cow::Borrowed(&right.set));
        }
        let all = |lines: &[Said<'_>]| union(right.kind, &mut lines.iter().map(|(_, set)| *set));
        let (offered, denied) = (all(&self.lines.rules), all(&self.lines.denies));
        let named = self.lines.accepts.iter().copied().filter(|(place, _)| accepts.contains(place));
        let accepted = all(&named.collect::<Vec<_>>());
        let given = all(&self.lines.claims).intersect(&offered).intersect(&all(&self.lines.allows));
        let exact = given.difference(&denied);
        let widened = enforcement(right.kind, self.plugin.tier).widened(&exact, &accepted, &offered, &denied);
        match widened {
            Some(widened) if right.set.is_subset(&widened) => Ok(Cow::Owned(exact)),
            widened => {
                let beyond = widened.map_or_else(|| right.set.clone(), |widened| right.set.difference(&widened));
                Err(SealError::Unfounded(format!("accepted: {}", unfounded(self.plugin, right.kind, &beyond))))
            }
        }
    }

    /// Whether the lines that are named give all of a set.
    fn covered(&self, set: &CapSet, what: &str, lines: &[Said<'_>], why: &[Place]) -> Result<(), SealError> {
        let in_order = why.is_sorted();
        let names = |place: &Place| if in_order { why.binary_search(place).is_ok() } else { why.contains(place) };
        let all = CapSet::union_all(self.right.kind, lines.iter().filter(|(at, _)| names(at)).map(|(_, set)| *set));
        if !why.is_empty() && set.is_subset(&all) {
            return Ok(());
        }
        let beyond = unfounded(self.plugin, self.right.kind, &set.difference(&all));
        Err(SealError::Unfounded(format!("{what}: {beyond}")))
    }
}
