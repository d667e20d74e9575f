//! `unpublished-event`: a plugin that needs an event that nobody publishes, neither the host nor a plugin. Requests that are
//! optional, or that name many by a pattern, may wait for a plugin that comes later. A host that does not say what it publishes
//! may publish anything that it offers; then only a name that is nearly one that is published is reported.

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::set::names::Name;
use ambit_schema::set::{Names, Set};

use crate::bind::{Located, Model};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{closest, did_you_mean};
use crate::profile::Profile;

pub(super) fn check(profile: &Profile, model: &Model<'_>, sink: &mut Sink) {
    let claims = model.plugins.iter().flat_map(|plugin| &plugin.claims);
    let claims = claims.filter(|claim| claim.line.kind == Kind::EventSubscribe && !claim.line.optional);
    let mut wanted = claims.filter_map(|claim| Some((claim.span, names(&claim.line.set)?.as_member()?))).peekable();
    if wanted.peek().is_none() {
        return;
    }
    let published = Published::new(profile, model);
    for (span, event) in wanted.filter(|(_, event)| !published.has(event)) {
        let known = || published.known.iter().map(String::as_str);
        if !published.is_all && closest(event.text(), known()).is_none() {
            continue;
        }
        let message = format!("nobody publishes the event `{}`", event.text());
        let found = Diagnostic::new(Code::UnpublishedEvent, span, message);
        let found = found.note("the right is there, and the plugin waits for what never comes");
        let found = match (published.is_all, profile.events.first()) {
            (true, Some(line)) => found.because(line.span, "what the host publishes"),
            _ => found,
        };
        // The place is the whole request, which is no place for a name.
        sink.add(Diagnostic { fix: None, ..did_you_mean(found, span, event.text(), known()) });
    }
}

/// What is published.
struct Published<'m> {
    sets: Vec<&'m Set<Names>>,
    /// Those that are one name.
    known: Vec<String>,
    /// Whether the host says what it publishes, so that this is all.
    is_all: bool,
}

impl<'m> Published<'m> {
    fn new(profile: &'m Profile, model: &'m Model<'_>) -> Self {
        let is_all = !profile.events.is_empty();
        let offered = |rule: &&Located<_>| is_event(rule) && !is_all;
        let plugins = model.plugins.iter().filter_map(|plugin| plugin.decision(Kind::EventPublish));
        let mut sets: Vec<&Set<Names>> = plugins.filter_map(|decision| names(&decision.granted)).collect();
        sets.extend(profile.events.iter().map(|event| &event.value));
        let offers = model.rules.iter().filter(offered).filter_map(|rule| names(&rule.line.set));
        sets.extend(offers.filter(|set| set.as_member().is_some()));
        let known = sets.iter().filter_map(|set| Some(set.as_member()?.text().to_owned())).collect();
        Published { sets, known, is_all }
    }

    fn has(&self, event: &Name) -> bool {
        self.sets.iter().any(|set| set.contains(event))
    }
}

fn is_event(rule: &Located<ambit_schema::plan::RuleLine>) -> bool {
    rule.line.kind == Kind::EventSubscribe
}

fn names(set: &CapSet) -> Option<&Set<Names>> {
    if let CapSet::Names(set) = set { Some(set) } else { None }
}
