//! What becomes of each request of a plugin. Comes in: its manifest and what was seen of it. Goes out: an [`Item`] for each
//! stretch of text that asks. What a request becomes lies within it, within what was granted, and within what the level makes
//! of what was used.

use std::collections::BTreeSet;

use ambit_schema::capability::{CapSet, Kind, Member, enforcement};
use ambit_schema::plan::{ClaimLine, PluginEntry};

use super::seen::Seen;
use super::texts::{self, Asked};
use super::{Fate, Item, Left, Level, More, Needs, Policy, settled, written};
use crate::diag::{Change, Narrow};

/// How many names that were looked up are compared with requests. Of more, any may be of any request.
const MOST_NAMES: usize = 256;

/// What is known of a plugin.
struct Known<'k> {
    plugin: &'k PluginEntry,
    seen: &'k Seen,
    level: Level,
    /// What is proposed for what was denied, and is asked for already.
    relied: Vec<(Kind, &'k CapSet)>,
}

/// The requests, in the order of the text.
pub(super) fn items(policy: Policy<'_>, plugin: &PluginEntry, seen: &Seen, level: Level, more: &[More]) -> Vec<Item> {
    let relied = more.iter().filter(|more| matches!(more.needs, Needs::Lines { request: false, .. }));
    let known = Known { plugin, seen, level, relied: relied.map(|more| (more.kind, &more.set)).collect() };
    texts::asked(policy, plugin).iter().map(|asked| known.item(policy, asked)).collect()
}

impl Known<'_> {
    fn item(&self, policy: Policy<'_>, asked: &Asked<'_>) -> Item {
        let before: Vec<(Kind, CapSet)> = asked.claims.iter().map(|claim| (claim.kind, claim.set.clone())).collect();
        let mut item = Item {
            span: asked.span,
            kinds: asked.claims.iter().map(|claim| claim.kind).collect::<BTreeSet<_>>().into_iter().collect(),
            target: asked.target.clone(),
            optional: asked.optional,
            fate: Fate::Kept,
            after: before.clone(),
            change: None,
        };
        match self.narrowed(asked) {
            Ok(None) => {}
            Ok(Some(set)) if set.is_empty() => {
                item.fate = Fate::Unused;
                (item.after, item.change) = (vec![], Some(Change::Remove(asked.span)));
            }
            Ok(Some(set)) => narrow(policy, self.plugin, asked, set, &mut item),
            Err(left) => {
                if left == Left::Coarse {
                    item.after = asked.claims.iter().map(|claim| self.given(claim)).collect();
                }
                item.fate = Fate::Left(left);
            }
        }
        settled(policy.sources, item, &before)
    }

    /// What the grants are to give to a request that takes whatever they give; never nothing, with which it would not be content.
    fn given(&self, claim: &ClaimLine) -> (Kind, CapSet) {
        let used = self.used(claim, self.level);
        let fits = !used.is_empty() && self.level.is_held(enforcement(claim.kind, self.plugin.tier), &used);
        (claim.kind, if fits { used } else { claim.set.clone() })
    }

    /// What a request becomes: `None` as it is, the empty set nothing.
    fn narrowed(&self, asked: &Asked<'_>) -> Result<Option<CapSet>, Left> {
        let claims = || asked.claims.iter().copied();
        if claims().any(|claim| !self.seen.tells(self.plugin, claim.kind)) {
            return Err(Left::Unseen);
        }
        if claims().all(|claim| !self.is_granted(claim)) {
            return Err(Left::Ungranted);
        }
        let is_accepted = |claim: &ClaimLine| texts::is_accepted(self.plugin, claim.kind);
        if claims().any(|claim| is_accepted(claim) && self.seen.used(claim.kind).next().is_some()) {
            return Err(Left::Accepted);
        }
        if !claims().any(|claim| self.is_used(claim)) {
            let kind = asked.claims.first().map_or(Kind::FsRead, |claim| claim.kind);
            return Ok(Some(CapSet::empty(kind)));
        }
        match asked.claims.as_slice() {
            _ if self.level == Level::Request => Ok(None),
            _ if asked.target.is_none() => Err(Left::Coarse),
            [claim] => self.within(claim),
            _ => Err(Left::Combined),
        }
    }

    fn is_granted(&self, claim: &ClaimLine) -> bool {
        self.plugin.granted(claim.kind).is_some_and(|granted| !granted.set.is_disjoint(&claim.set))
    }

    fn is_used(&self, claim: &ClaimLine) -> bool {
        let meets = |set: &CapSet| !set.is_disjoint(&claim.set);
        self.seen.used(claim.kind).any(|member| claim.set.contains(member))
            || self.seen.names(claim.kind).nth(MOST_NAMES).is_some()
            || self.seen.names(claim.kind).any(meets)
            || self.relied(claim).any(meets)
    }

    /// What is proposed of the kind of a request, and asked for already.
    fn relied(&self, claim: &ClaimLine) -> impl Iterator<Item = &CapSet> {
        let kind = claim.kind;
        self.relied.iter().filter(move |(other, _)| *other == kind).map(|(_, set)| *set)
    }

    /// One request, narrowed.
    fn within(&self, claim: &ClaimLine) -> Result<Option<CapSet>, Left> {
        let used = self.used(claim, self.level);
        if claim.set.is_subset(&used) {
            return Ok(None);
        }
        let is_open = |every: &CapSet| !every.is_disjoint(&claim.set) && every.is_disjoint(&used);
        if self.seen.names(claim.kind).nth(MOST_NAMES).is_some() || self.seen.names(claim.kind).any(is_open) {
            return Err(Left::LookedUp);
        }
        if used.terms().is_empty() {
            // Sets of that many parts are not decided about.
            return Err(Left::TooMany(self.seen.used(claim.kind).filter(|member| claim.set.contains(member)).count()));
        }
        let held = enforcement(claim.kind, self.plugin.tier);
        if !self.level.is_held(held, &used) {
            let mut wider = Level::ALL.iter().copied().filter(|wider| *wider > self.level);
            let would = |wider: &Level| *wider == Level::Request || wider.is_held(held, &self.used(claim, *wider));
            return Err(Left::Tier(wider.find(would)));
        }
        Ok(Some(used))
    }

    /// What was used of a request, at a level that does not leave it, nor what was granted; and what it has to cover beside that.
    fn used(&self, claim: &ClaimLine, level: Level) -> CapSet {
        let kind = claim.kind;
        let relied: Vec<CapSet> = self.relied(claim).map(|set| set.intersect(&claim.set)).collect();
        let Some(granted) = self.plugin.granted(kind) else { return CapSet::union_all(kind, &relied) };
        if level == Level::Request {
            return CapSet::union_all(kind, relied.iter().chain([&granted.set.intersect(&claim.set)]));
        }
        let members = self.seen.used(kind).filter(|member| claim.set.contains(member));
        let mut around: Vec<(CapSet, &Member)> =
            members.map(|member| (self.seen.around(kind, member, level), member)).collect();
        around.sort();
        let fits = |set: &CapSet| set.is_subset(&claim.set) && set.is_subset(&granted.set);
        let (mut inside, mut alone) = (vec![], vec![]);
        for group in around.chunk_by(|a, b| a.0 == b.0) {
            match group.first() {
                Some((set, _)) if fits(set) => inside.push(set.clone()),
                // Where the level would lead out of the request, each thing stands for itself.
                _ => alone.extend(group.iter().map(|(_, member)| CapSet::taken(kind, member))),
            }
        }
        CapSet::union_all(kind, inside.iter().chain(&alone).chain(&relied))
    }
}

fn narrow(policy: Policy<'_>, plugin: &PluginEntry, asked: &Asked<'_>, set: CapSet, item: &mut Item) {
    let (Some(claim), Some(old)) = (asked.claims.first(), &asked.target) else { return };
    let (kind, id) = (claim.kind, plugin.id.as_str());
    let Some(patterns) = written::patterns(kind, &set) else {
        item.fate = Fate::Left(Left::TooMany(set.parts().len()));
        return;
    };
    let word = |pattern: &String| written::word(policy.folders, id, kind, old, pattern);
    let seen_as = |pattern: &String| match &asked.mount {
        None => Some(None),
        Some((_, guest)) => written::seen_as(&claim.set, guest, pattern).map(Some),
    };
    let pieces: Option<Vec<_>> = patterns.iter().map(|pattern| Some((word(pattern)?, seen_as(pattern)?))).collect();
    let Some(pieces) = pieces else {
        item.fate = Fate::Left(Left::Unwritable(patterns));
        return;
    };
    item.fate = Fate::Narrowed(pieces.iter().map(|(target, _)| target.clone()).collect());
    item.after = vec![(kind, set)];
    let mount = asked.mount.as_ref().map(|(span, _)| *span);
    item.change = Some(Change::Narrow(Narrow { target: asked.span, mount, pieces }));
}
