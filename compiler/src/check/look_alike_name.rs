//! `look-alike-name`: a command, tool or other name of a plugin that can be mistaken for the one of another, or for a name that
//! the host keeps: letters and digits of one shape, another case, other marks.

use std::collections::BTreeMap;

use ambit_schema::plan::NameSort;

use super::look_alike::{are_apart, shape};
use crate::bind::Model;
use crate::diag::{Code, Diagnostic, Sink};
use crate::manifest::NameClaim;
use crate::profile::Profile;
use crate::source::Span;

pub(super) fn check(profile: &Profile, model: &Model<'_>, sink: &mut Sink) {
    let names = model.plugins.iter().flat_map(|plugin| &plugin.manifest.names).filter(|name| is_taken(name));
    let reserved = profile.reserved.iter().map(|name| name.value.as_str());
    if are_apart(reserved.chain(names.map(|name| name.local.said().as_str()))) {
        return;
    }
    let kept = profile.reserved.iter().map(|name| (shape(name.value.as_str()), (name.value.as_str(), name.span)));
    let kept: BTreeMap<String, (&str, Span)> = kept.collect();
    let mut seen: BTreeMap<(NameSort, String), (&str, &str, Span)> = BTreeMap::new();
    for plugin in &model.plugins {
        for name in plugin.manifest.names.iter().filter(|name| is_taken(name)) {
            let (text, span, word) = (name.local.said().as_str(), name.local.span(), name.sort.word());
            let shape = shape(text);
            if let Some((other, place)) = kept.get(&shape).filter(|(other, _)| *other != text) {
                let message = format!("the {word} `{text}` looks like `{other}`, which the host keeps for itself");
                report(span, message, *place, sink);
            }
            let (other, id, place) = *seen.entry((name.sort, shape)).or_insert((text, plugin.id(), span));
            if other != text && id != plugin.id() {
                let message = format!("the {word} `{text}` of `{}` looks like `{other}` of `{id}`", plugin.id());
                report(span, message, place, sink);
            }
        }
    }
}

/// Whether a name is one that people see. What an endpoint answers is its route.
fn is_taken(name: &NameClaim) -> bool {
    name.sort != NameSort::Endpoint
}

fn report(span: Span, message: String, other: Span, sink: &mut Sink) {
    let found = Diagnostic::new(Code::LookAlikeName, span, message).because(other, "the name it can be mistaken for");
    sink.add(found.help("rename one of them so that a reader can tell them apart"));
}
