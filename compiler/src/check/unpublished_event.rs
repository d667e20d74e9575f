//! `unpublished-event`: a plugin that needs an event that nobody publishes, neither the host nor a plugin. Requests that are
//! optional, or that name many by a pattern, may wait for a plugin that comes later. A host that does not say what it publishes
//! may publish anything that it offers; then only a name that is nearly one that is published is reported.

use std::collections::BTreeMap;

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::set::names::Name;
use ambit_schema::set::{Domain, Names, Set};

use crate::bind::{Located, Model};
use crate::diag::{Code, Diagnostic, Sink};
use crate::flow::Index;
use crate::lower::closest;
use crate::profile::Profile;
use crate::source::Span;

/// For how many events a name that is near is looked for.
const MOST_NEAR: usize = 64;

/// How many comparisons of events with patterns there may be; what is not compared is not reported.
const MAX_COMPARED: usize = 1_000_000;

pub(super) fn check(profile: &Profile, model: &Model<'_>, sink: &mut Sink) {
    let claims = model.plugins.iter().flat_map(|plugin| &plugin.claims);
    let claims = claims.filter(|claim| claim.line.kind == Kind::EventSubscribe && !claim.line.optional);
    let mut wanted: BTreeMap<Name, Vec<Span>> = BTreeMap::new();
    for (span, event) in claims.filter_map(|claim| Some((claim.span, names(&claim.line.set)?.as_member()?))) {
        wanted.entry(event).or_default().push(span);
    }
    if wanted.is_empty() {
        return;
    }
    let published = Published::new(profile, model);
    let (mut room, mut near) = (MAX_COMPARED, MOST_NEAR);
    wanted.retain(|event, _| !published.has(event, &mut room));
    for (event, spans) in wanted {
        let known = published.known.iter().map(String::as_str).take(if near > 0 { usize::MAX } else { 0 });
        near = near.saturating_sub(1);
        let meant = closest(event.text(), known);
        if published.is_all || meant.is_some() {
            spans.into_iter().for_each(|span| sink.add(report(profile, &event, span, meant)));
        }
    }
}

fn report(profile: &Profile, event: &Name, span: Span, meant: Option<&str>) -> Diagnostic {
    let found = Diagnostic::new(Code::UnpublishedEvent, span, format!("nobody publishes the event `{}`", event.text()));
    let found = found.note("the right is there, and the plugin waits for what never comes");
    let found = match profile.events.first() {
        Some(line) => found.because(line.span, "what the host publishes"),
        None => found,
    };
    found.help(match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "correct the name, install what publishes it, or make the request optional".to_owned(),
    })
}

/// What is published.
struct Published<'m> {
    index: Index<'m>,
    /// The events that are published by their whole names.
    known: Vec<String>,
    /// Whether the host says what it publishes, so that this is all.
    is_all: bool,
}

impl<'m> Published<'m> {
    fn new(profile: &'m Profile, model: &'m Model<'_>) -> Self {
        let is_all = !profile.events.is_empty();
        let plugins = model.plugins.iter().filter_map(|plugin| plugin.decision(Kind::EventPublish));
        let mut sets: Vec<&Set<Names>> = plugins.filter_map(|decision| names(&decision.granted)).collect();
        sets.extend(profile.events.iter().map(|event| &event.value));
        let offers = model.rules.iter().filter(|rule| is_event(rule) && !is_all);
        sets.extend(offers.filter_map(|rule| names(&rule.line.set)).filter(|set| set.as_member().is_some()));
        sets.sort();
        sets.dedup();
        let known = sets.iter().filter_map(|set| Some(set.as_member()?.text().to_owned())).collect();
        Published { index: Index::of_sets(sets.into_iter()), known, is_all }
    }

    /// Whether somebody publishes it; true where the room for comparisons is used up.
    fn has(&self, event: &Name, room: &mut usize) -> bool {
        let (met, tried, left) = self.index.met_by(&Set::one(Names::exact(event)), *room);
        *room -= tried;
        left > 0 || !met.is_empty()
    }
}

fn is_event(rule: &Located<ambit_schema::plan::RuleLine>) -> bool {
    rule.line.kind == Kind::EventSubscribe
}

fn names(set: &CapSet) -> Option<&Set<Names>> {
    if let CapSet::Names(set) = set { Some(set) } else { None }
}
