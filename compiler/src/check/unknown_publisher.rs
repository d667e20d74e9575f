//! `unknown-publisher`: a line for a publisher or a trust tier that no text states. Publishers are stated, not found, so the name
//! is misspelt: and a deny for nobody would deny nothing.

use std::collections::BTreeSet;

use ambit_schema::plan::Who;

use crate::bind::{Model, subjects};
use crate::diag::{Code, Diagnostic, Sink};
use crate::grant::Subject;
use crate::lower::{closest, did_you_mean};
use crate::profile::Profile;

pub(super) fn check(profile: &Profile, model: &Model<'_>, sink: &mut Sink) {
    let lines = model.publishers.lines();
    let publishers: BTreeSet<&str> = lines.iter().map(|line| line.name.as_str()).collect();
    let tiers = lines.iter().filter_map(|line| line.trust.as_ref().map(|trust| trust.name.as_str()));
    let tiers: BTreeSet<&str> = tiers.collect();
    let mut seen = BTreeSet::new();
    for (layer, subject) in subjects(model, Some(profile)) {
        let (what, name, known) = match &subject.who {
            Who::Publisher(name) => ("publisher", name.as_str(), &publishers),
            Who::Trust(name) => ("trust", name.as_str(), &tiers),
            Who::Anyone | Who::Digest(_) => continue,
        };
        if !known.contains(name) && seen.insert(subject.written.span) {
            unknown(layer, subject, what, name, known, sink);
        }
    }
}

fn unknown(layer: &str, subject: &Subject, what: &str, name: &str, known: &BTreeSet<&str>, sink: &mut Sink) {
    let message = format!("layer `{layer}` is about `{what}:{name}`, which no layer and no profile states");
    let span = subject.written.span;
    let found = Diagnostic::new(Code::UnknownPublisher, span, message);
    let near = closest(name, known.iter().copied()).map(|near| format!("{what}:{near}"));
    let found = match &near {
        Some(near) => did_you_mean(found, span, near, [near.as_str()].into_iter()),
        None => found,
    };
    let example = match what {
        "publisher" => format!("state it in the grants: `publisher \"{name}\" {{ plugins \"{name}.*\" }}`"),
        _ => format!("state it in the grants: `publisher \"acme\" {{ plugins \"acme.*\"; trust \"{name}\" }}`"),
    };
    sink.add(if found.help.is_some() { found } else { found.help(example) });
}
