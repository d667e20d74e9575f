//! `unknown-plugin`: a line that gives or limits, for a plugin that is not there. Denies, and what must never be, may wait for
//! a plugin; what allows may be misspelt.

use std::collections::BTreeSet;

use ambit_schema::plan::{Effect, NameIndex, Who};

use crate::bind::{Model, Places};
use crate::diag::{Code, Diagnostic, Sink};
use crate::grant::Subject;
use crate::lower::NearNames;

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    let mut subjects: Vec<(&str, &Subject)> = model
        .layers
        .iter()
        .flat_map(|layer| {
            let lines = layer.lines.iter().filter(|line| line.effect != Effect::Deny).map(|line| &line.subject);
            let flows = layer.flows.iter().flat_map(|line| [&line.from, &line.through]);
            let subjects = lines.chain(layer.quotas.iter().map(|line| &line.subject)).chain(flows);
            subjects.map(move |subject| (layer.layer.as_str(), subject))
        })
        .collect();
    // Lines of one block follow each other.
    subjects.dedup_by_key(|(_, subject)| subject.written.span);
    let there = there(model, &subjects);
    let stated = |who: &Who| model.publishers.lines().iter().any(|line| names(who, line));
    // A publisher that nobody states is an error of its own.
    let is_known = |subject: &Subject| matches!(subject.who, Who::Anyone | Who::Digest(_)) || stated(&subject.who);
    let mut told = BTreeSet::new();
    let mut ids = NearNames::new(model.plugins.iter().map(|plugin| plugin.id()));
    for (at, (layer, subject)) in subjects.into_iter().enumerate() {
        if !there[at] && is_known(subject) && told.insert(subject.written.span) {
            sink.add(unknown(&mut ids, layer, subject));
        }
    }
}

fn names(who: &Who, line: &ambit_schema::plan::PublisherLine) -> bool {
    match who {
        Who::Publisher(name) => line.name == *name,
        Who::Trust(name) => line.trust.as_ref().is_some_and(|trust| trust.name == *name),
        Who::Anyone | Who::Digest(_) => false,
    }
}

/// For each subject, whether some plugin is it.
fn there(model: &Model<'_>, subjects: &[(&str, &Subject)]) -> Vec<bool> {
    let mut there = vec![false; subjects.len()];
    let mut rest = vec![];
    let mut places = Places::of(&model.plugins);
    for (at, (_, subject)) in subjects.iter().enumerate() {
        match subject.ids.as_text().filter(|_| subject.who == Who::Anyone) {
            Some(id) => there[at] = places.find(id).is_some(),
            None => rest.push(at),
        }
    }
    let index = NameIndex::new(rest.iter().map(|at| &subjects[*at].1.ids));
    let mut left = rest.len();
    for plugin in &model.plugins {
        // Patterns mostly have one of the first plugins.
        if left == 0 {
            break;
        }
        let Some(name) = plugin.name() else { continue };
        for at in index.having(name).into_iter().map(|place| rest[place]) {
            if !there[at] && model.publishers.covers(&subjects[at].1.who, &plugin.identity, true) {
                (there[at], left) = (true, left - 1);
            }
        }
    }
    there
}

fn unknown(ids: &mut NearNames<'_>, layer: &str, subject: &Subject) -> Diagnostic {
    let written = &subject.written;
    let is_id = subject.who == Who::Anyone;
    let what = if is_id { "the plugin " } else { "" };
    let message = format!("layer `{layer}` is about {what}`{}`, which is not there", written.value);
    let found = Diagnostic::new(Code::UnknownPlugin, written.span, message);
    if is_id { ids.did_you_mean(found, written.span, &written.value).risky() } else { found }
}
