//! The lines that decide about one thing. Comes in: a plan, a plugin, a kind and what is more or less. Goes out: in the plan
//! that allows it the lines that give it; in the other whose word is missing, and the denies.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use ambit_schema::capability::{CapSet, Kind, Member};
use ambit_schema::plan::{Effect, GrantLine, Granted, Identity, NameIndex, Place, Plan, PluginEntry, Publishers};
use ambit_schema::set::names::Name;

use super::change::{Line, Owner};

/// A plan whose lines are found fast. What finds them is made when it is first needed.
pub(super) struct Known<'p> {
    pub(super) plan: &'p Plan,
    grants: OnceCell<(NameIndex, Publishers)>,
    by_place: OnceCell<BTreeMap<&'p Place, &'p GrantLine>>,
}

impl<'p> Known<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        Known { plan, grants: OnceCell::new(), by_place: OnceCell::new() }
    }

    /// The lines that give a right, where they say something of `about`; without it, all of them.
    pub(super) fn giving(&self, plugin: &'p PluginEntry, right: &'p Granted, about: Option<&Member>) -> Vec<Line<'p>> {
        let covers = |set: &CapSet| about.is_none_or(|member| set.contains(member));
        let content = self.plan.content();
        let claims = plugin.claims.iter().filter(|line| line.kind == right.kind && covers(&line.set));
        let claims = claims.filter(|line| right.why.claims.contains(&line.place));
        let claims = claims.map(|line| Line { owner: Some(Owner::Manifest), place: &line.place, text: &line.text });
        let rules = content.rules.iter().filter(|line| line.kind == right.kind && covers(&line.set));
        let rules = rules.filter(|line| right.why.rules.contains(&line.place));
        let rules = rules.map(|line| Line { owner: Some(Owner::Profile), place: &line.place, text: &line.text });
        let by_place = self.by_place.get_or_init(|| content.grants.iter().map(|line| (&line.place, line)).collect());
        let grants = right.why.grants.iter().chain(&right.why.accepts).filter_map(|place| by_place.get(place));
        let grants = grants.filter(|line| covers(&line.set));
        let grants = grants.map(|line| Line { owner: Some(Owner::Grants), place: &line.place, text: &line.text });
        once(claims.chain(rules).chain(grants))
    }

    /// Whose word is missing for a plugin to have something, and the lines that deny it.
    pub(super) fn lacking(&self, plugin: &'p PluginEntry, kind: Kind, about: &Member) -> (Vec<Owner>, Vec<Line<'p>>) {
        let of_grants = |effect: Effect| {
            let lines = self.about(plugin).into_iter().filter(move |line| line.effect == effect && line.kind == kind);
            lines.filter(|line| line.set.contains(about)).collect::<Vec<_>>()
        };
        let claims = plugin.claims.iter().any(|line| line.kind == kind && line.set.contains(about));
        let rules = self.plan.content().rules.iter().any(|line| line.kind == kind && line.set.contains(about));
        let of_any = |effect: Effect| !of_grants(effect).is_empty();
        let allows =
            of_any(Effect::Allow) || of_any(Effect::Consent) && of_any(Effect::Ask) && !of_any(Effect::Decline);
        let denies = of_grants(Effect::Deny);
        let words = [
            (!claims, Owner::Manifest),
            (!rules, Owner::Profile),
            (!allows, Owner::Grants),
            (!denies.is_empty(), Owner::Deny),
        ];
        let missing = words.into_iter().filter(|(lacks, _)| *lacks).map(|(_, owner)| owner).collect();
        let lines =
            denies.into_iter().map(|line| Line { owner: Some(Owner::Deny), place: &line.place, text: &line.text });
        (missing, once(lines))
    }

    /// The lines of the grants that are about a plugin.
    fn about(&self, plugin: &PluginEntry) -> Vec<&'p GrantLine> {
        let content = self.plan.content();
        let (index, publishers) = self.grants.get_or_init(|| {
            let index = NameIndex::new(content.grants.iter().map(|line| &line.plugins));
            (index, Publishers::new(content.publishers.clone()))
        });
        let Ok(name) = Name::parse(plugin.id.as_str()) else { return vec![] };
        let identity = Identity::of(plugin);
        let near = index.having(&name).into_iter().filter_map(|at| content.grants.get(at));
        near.filter(|line| publishers.covers(&line.who, &identity, line.effect.gives())).collect()
    }
}

/// Several targets of one line are one line.
fn once<'p>(lines: impl Iterator<Item = Line<'p>>) -> Vec<Line<'p>> {
    let mut all: Vec<Line<'p>> = lines.collect();
    all.dedup_by(|a, b| (&a.place.path, a.place.line) == (&b.place.path, b.place.line));
    all
}
