//! The forms of a host profile's fields. Comes in: a block and a key. Goes out: JSON Schema.

use ambit_compiler::profile::Resolution;
use ambit_schema::capability::{DomainKind, Tier};
use ambit_schema::limits::Quota;
use ambit_schema::plan::Condition;
use serde_json::{Map, Value, json};

use super::form::{self, Bare, map, quantity, reference, text, version, word, words};
use super::{grants, manifest};

/// What a field takes.
pub(super) fn form(block: &str, key: &str) -> Option<Value> {
    match (block, key) {
        ("a host profile", _) => profile(key),
        ("a kind", "domain") => Some(word(DomainKind::ALL.iter().map(|domain| domain.key()))),
        ("a kind", "phrase") => Some(text()),
        ("`recovery`", _) => manifest::recovery(key),
        _ => None,
    }
}

fn profile(key: &str) -> Option<Value> {
    Some(match key {
        "host" => text(),
        "version" => version(),
        "provides" => map(&version()),
        "kinds" => map(&reference("kind")),
        "resolution" => word(Resolution::ALL.into_iter().map(Resolution::key)),
        "tiers" => words(Tier::ALL.iter().map(|tier| tier.key())),
        "folders" => map(&json!({"type": "string", "pattern": r"^(/|\./)"})),
        "capabilities" => reference("kinds"),
        "interfaces" => map(&reference("texts")),
        "never" => grants::never(),
        "publisher" => map(&grants::publisher()),
        "endpoints" => words(Condition::ALL.into_iter().map(Condition::key)),
        "events" => reference("texts"),
        "hooks" | "reserved" => {
            json!({"anyOf": [reference("texts"), map(&json!({"type": "object", "maxProperties": 0}))]})
        }
        "quotas" => form::block(form::quotas(default_and_ceiling, Quota::ALL.iter().copied())),
        "budget" => form::block(shared_quotas()),
        "group" => map(&group()),
        "recovery" => reference("recovery"),
        _ => return None,
    })
}

fn default_and_ceiling(quota: Quota) -> Value {
    let of = |says: &str| {
        let mut form = quantity(quota.unit(), Bare::Refused);
        form["description"] = says.into();
        form
    };
    let fields = [("default", of("what a plugin has that asks for none")), ("ceiling", of("what no plugin exceeds"))];
    form::block(fields.into_iter().map(|(key, form)| (key.to_owned(), form)).collect::<Map<_, _>>())
}

fn shared_quotas() -> Map<String, Value> {
    let all = Quota::ALL.iter().copied().filter(|quota| quota.adds_up());
    form::quotas(|quota| quantity(quota.unit(), Bare::Refused), all)
}

fn group() -> Value {
    let mut fields = shared_quotas();
    let mut plugins = reference("texts");
    plugins["description"] = "required; ids and patterns".into();
    fields.insert("plugins".to_owned(), plugins);
    let mut form = form::block(fields);
    form["required"] = json!(["plugins"]);
    form
}
