//! For code scanners: a log of SARIF 2.1.0 with one run, a rule for each topic and direction that occurs, and a result for each
//! change, at the line that says so. What is wider is an error where it is high or critical, else a warning; the rest are notes.

use std::collections::BTreeMap;

use ambit_compiler::diff::{Change, PluginDiff, Turn};
use ambit_schema::capability::Risk;
use ambit_schema::plan::Place;
use serde_json::{Value, json};

use super::{Of, Report, lines, missing, written};
use crate::render::{uri, visible};

/// The log.
#[must_use]
pub fn text(report: &Report<'_>) -> String {
    let plugins =
        report.plugins().flat_map(|(one, changes)| changes.into_iter().map(move |change| (Some(one), change)));
    let all: Vec<_> = plugins.chain(report.host().iter().map(|change| (None, change))).collect();
    let ids: BTreeMap<String, &Change<'_>> = all.iter().map(|(_, change)| (id(change), *change)).collect();
    let places: BTreeMap<&str, usize> = ids.keys().map(String::as_str).zip(0..).collect();
    let rules: Vec<Value> = ids.iter().map(|(id, change)| rule(id, change)).collect();
    let told = |(one, change): &(Option<&PluginDiff<'_>>, &Change<'_>)| {
        let id = id(change);
        let place = places.get(id.as_str()).copied().unwrap_or(0);
        result(report, *one, change, (&id, place))
    };
    let results: Vec<Value> = all.iter().map(told).collect();
    crate::render::json::to_text(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "plugin-check diff",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "properties": {"verdict": report.diff.verdict().key(), "unchanged": report.diff.unchanged},
            "results": results,
        }],
    }))
}

fn id(change: &Change<'_>) -> String {
    format!("{}-{}", change.turn.key(), change.topic.key())
}

fn rule(id: &str, change: &Change<'_>) -> Value {
    let says = match change.turn {
        Turn::Wider => "A plugin can do more than before",
        Turn::Narrower => "A plugin can do less than before",
        Turn::Other => "Something differs that gives and takes nothing",
    };
    json!({
        "id": id,
        "shortDescription": {"text": format!("{says}: {}", change.topic.key())},
        "defaultConfiguration": {"level": level(change)},
    })
}

fn level(change: &Change<'_>) -> &'static str {
    match (change.turn, change.risk) {
        (Turn::Wider, Risk::High | Risk::Critical) => "error",
        (Turn::Wider, Risk::Low | Risk::Medium) => "warning",
        (Turn::Narrower | Turn::Other, _) => "note",
    }
}

fn result(report: &Report<'_>, one: Option<&PluginDiff<'_>>, change: &Change<'_>, rule: (&str, usize)) -> Value {
    let says = written(&change.says, |text| format!("`{}`", visible(text)));
    let who = one.map_or_else(|| "host".to_owned(), |one| format!("`{}`", visible(one.id().as_str())));
    let missing = missing(change).map(|missing| format!(" ({missing})")).unwrap_or_default();
    let places: Vec<Value> = lines(change).iter().map(|(side, line)| location(report, *side, line.place)).collect();
    let places = match (places.is_empty(), one) {
        (true, Some(one)) => {
            let side = if one.fate.is().is_some() { Of::New } else { Of::Old };
            vec![location(report, side, &one.entry().place)]
        }
        _ => places,
    };
    json!({
        "ruleId": rule.0,
        "ruleIndex": rule.1,
        "level": level(change),
        "message": {"text": format!("{who}: {says}{missing}")},
        "locations": places.first().into_iter().collect::<Vec<_>>(),
        "relatedLocations": places.iter().skip(1).collect::<Vec<_>>(),
        "properties": {
            "plugin": one.map(|one| one.id().to_string()),
            "risk": change.risk.key(),
            "of": change.topic.of(),
            "set": change.delta.as_ref().map(|delta| delta.set.show(delta.kind)),
            "witness": change.delta.as_ref().and_then(|delta| delta.witness.clone()),
        },
    })
}

fn location(report: &Report<'_>, side: Of, place: &Place) -> Value {
    let path = if side == Of::New { report.new } else { report.old }.shown(&place.path);
    json!({
        "physicalLocation": {
            "artifactLocation": {"uri": uri(&path)},
            "region": {"startLine": place.line.max(1), "startColumn": place.column.max(1)},
        },
        "message": {"text": if side == Of::New { "in the new plan" } else { "in the old plan" }},
    })
}
