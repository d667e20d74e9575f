//! Pins. Comes in: the grants. Goes out: the pin of each plugin, where it names a version that there is. Two layers that pin
//! different versions contradict each other, whichever is higher: neither knows what the other one rests on.

use std::collections::BTreeMap;

use super::ById;
use crate::diag::{Code, Diagnostic, Sink};
use crate::grant::{Grants, Pin};
use crate::index::Index;
use crate::lower::NearNames;

/// How many versions are listed.
const MAX_LISTED: usize = 12;

pub(super) fn of<'g>(
    grants: &'g [Grants],
    by_id: &ById<'_>,
    index: &Index,
    sink: &mut Sink,
) -> BTreeMap<&'g str, &'g Pin> {
    let mut known = NearNames::new(by_id.keys().copied().chain(index.packages().map(|(id, _)| id)));
    let mut pins: BTreeMap<&str, &Pin> = BTreeMap::new();
    for pin in grants.iter().flat_map(|layer| &layer.pins) {
        let id = pin.id.value.as_str();
        let versions = versions(id, by_id, index);
        if versions.is_empty() {
            sink.add(unknown(pin, &mut known));
        } else if !versions.iter().any(|version| version.cmp_precedence(&pin.version.value).is_eq()) {
            sink.add(no_such(pin, &versions));
        } else if let Some(first) = pins.get(id).filter(|first| first.version.value != pin.version.value) {
            let message = format!("`{id}` is pinned to {} and to {}", first.version.value, pin.version.value);
            let found = Diagnostic::new(Code::BadPin, pin.version.span, message);
            sink.add(found.because(first.version.span, "pinned here first").help("keep one of the two"));
        } else {
            pins.entry(id).or_insert(pin);
        }
    }
    pins
}

fn versions<'a>(id: &str, by_id: &ById<'a>, index: &'a Index) -> Vec<&'a semver::Version> {
    let here = by_id.get(id).into_iter().flatten().map(|one| one.version.said());
    let mut all: Vec<_> = here.chain(index.releases(id).iter().map(|release| &release.version.value)).collect();
    all.sort_by(|a, b| b.cmp_precedence(a));
    all.dedup_by(|a, b| a.cmp_precedence(b).is_eq());
    all
}

fn no_such(pin: &Pin, versions: &[&semver::Version]) -> Diagnostic {
    let message = format!("there is no version {} of `{}` to pin", pin.version.value, pin.id.value);
    let listed: Vec<String> = versions.iter().take(MAX_LISTED).map(|version| format!("`{version}`")).collect();
    let more = if versions.len() > MAX_LISTED { " and lower ones" } else { "" };
    Diagnostic::new(Code::BadPin, pin.version.span, message).help(format!("it can be {}{more}", listed.join(", ")))
}

fn unknown(pin: &Pin, known: &mut NearNames<'_>) -> Diagnostic {
    let id = pin.id.value.as_str();
    let message = format!("there is no plugin `{id}` to pin");
    let found = Diagnostic::new(Code::UnknownPlugin, pin.id.span, message);
    known.did_you_mean(found, pin.id.span, id)
}
