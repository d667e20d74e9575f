//! The fix of `coarse-request`: what the grants name, in the place of a word that does not say it. The finding itself is made
//! where the word is read.

use std::collections::BTreeMap;

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::Effect;

use crate::bind::{BoundClaim, Model, Plugin};
use crate::diag::{Code, Fix, Sink};
use crate::source::Span;

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    if !model.plugins.iter().any(|plugin| plugin.claims.iter().any(BoundClaim::is_coarse)) {
        return;
    }
    let lines = model.layers.iter().flat_map(|layer| &layer.lines);
    let written: BTreeMap<Span, &str> = lines.map(|line| (line.target.span, line.target.value.as_str())).collect();
    model.plugins.iter().for_each(|plugin| one(model, plugin, &written, sink));
}

/// Kinds, each with the targets that the grants name.
type Lines = Vec<(Kind, Vec<String>)>;

/// A word may stand for several kinds; it becomes lines for all of them, or stays.
fn one(model: &Model<'_>, plugin: &Plugin, written: &BTreeMap<Span, &str>, sink: &mut Sink) {
    let mut words: BTreeMap<Span, Option<Lines>> = BTreeMap::new();
    for claim in plugin.claims.iter().filter(|claim| claim.is_coarse()) {
        let targets = targets(model, plugin, claim.line.kind, written);
        let lines = words.entry(claim.span).or_insert_with(|| Some(vec![]));
        *lines = lines.take().zip(targets).map(|(lines, targets)| [lines, vec![(claim.line.kind, targets)]].concat());
    }
    for (span, lines) in words {
        if let Some(lines) = lines {
            let fix = Fix::risky("ask for what the grants give").instead(span, lines);
            sink.fix_all(Code::CoarseRequest, span, fix);
        }
    }
}

/// What the grants name of a kind, where that is all that the plugin gets.
fn targets(model: &Model<'_>, plugin: &Plugin, kind: Kind, written: &BTreeMap<Span, &str>) -> Option<Vec<String>> {
    let granted = &plugin.decision(kind)?.granted;
    let lines = || model.lines(plugin, kind).filter(|line| line.line.effect == Effect::Allow);
    let named = CapSet::union_all(kind, lines().map(|line| &line.line.set));
    let mut targets: Vec<String> =
        lines().map(|line| written.get(&line.span).map(|text| (*text).to_owned())).collect::<Option<_>>()?;
    targets.sort();
    targets.dedup();
    let exact = !granted.is_empty() && named.difference(granted).is_empty();
    exact.then_some(targets)
}
