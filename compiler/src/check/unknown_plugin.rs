//! `unknown-plugin`: a line that gives or limits, for a plugin that is not there. Denies, and what must never be, may wait for
//! a plugin; what allows may be misspelt.

use std::collections::BTreeSet;

use ambit_schema::plan::{Effect, NameIndex, Who};

use crate::bind::Model;
use crate::diag::{Code, Diagnostic, Sink};
use crate::grant::Subject;
use crate::lower::NearNames;

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    let mut seen = BTreeSet::new();
    let subjects: Vec<(&str, &Subject)> = model
        .layers
        .iter()
        .flat_map(|layer| {
            let lines = layer.lines.iter().filter(|line| line.effect != Effect::Deny).map(|line| &line.subject);
            let flows = layer.flows.iter().flat_map(|line| [&line.from, &line.through]);
            let subjects = lines.chain(layer.quotas.iter().map(|line| &line.subject)).chain(flows);
            subjects.map(move |subject| (layer.layer.as_str(), subject))
        })
        .filter(|(_, subject)| seen.insert(subject.written.span))
        .collect();
    let there = there(model, &subjects);
    let stated = |who: &Who| model.publishers.lines().iter().any(|line| names(who, line));
    let mut ids = NearNames::new(model.plugins.iter().map(|plugin| plugin.id()));
    for (at, (layer, subject)) in subjects.into_iter().enumerate() {
        // A publisher that nobody states is an error of its own.
        let is_known = matches!(subject.who, Who::Anyone | Who::Digest(_)) || stated(&subject.who);
        if is_known && !there[at] {
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
    for (at, (_, subject)) in subjects.iter().enumerate() {
        match subject.ids.as_member().filter(|_| subject.who == Who::Anyone) {
            Some(id) => there[at] = model.plugin(id.text()).is_some(),
            None => rest.push(at),
        }
    }
    let index = NameIndex::new(rest.iter().map(|at| &subjects[*at].1.ids));
    for plugin in model.plugins.iter().filter(|_| !rest.is_empty()) {
        let Some(name) = plugin.name() else { continue };
        let covers = |at: &usize| model.publishers.covers(&subjects[*at].1.who, &plugin.identity, true);
        let about = index.having(&name).into_iter().map(|place| rest[place]);
        about.filter(covers).for_each(|at| there[at] = true);
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
