//! The forms of grants' fields. Comes in: a block and a key. Goes out: JSON Schema.

use ambit_compiler::reference::Text;
use ambit_schema::limits::Quota;
use serde_json::{Map, Value, json};

use super::form::{self, Bare, flag, kinds, least, map, quantity, reference, text, version};

/// What a field takes.
pub(super) fn form(block: &str, key: &str) -> Option<Value> {
    Some(match (block, key) {
        ("a publisher", "plugins" | "digests") => reference("texts"),
        ("a publisher", "trust") | ("a grants file", "layer") => text(),
        ("a grants file", "allow" | "deny" | "ask") => least(map(&reference("kinds"))),
        ("a grants file", "accept") => least(map(&reference("accepted"))),
        ("a grants file", "quotas") => map(&form::block(limits())),
        ("a grants file", "never") => never(),
        ("a grants file", "publisher") => map(&reference("publisher")),
        ("a grants file", "alias") => pairs(&text()),
        ("a grants file", "flow") => map(&map(&reference("kinds"))),
        ("a grants file", "pin") => pairs(&version()),
        _ => return None,
    })
}

fn limits() -> Map<String, Value> {
    form::quotas(|quota| quantity(quota.unit(), Bare::Refused), Quota::ALL.iter().copied())
}

/// Assertions by plugin: of grants and of a host profile.
pub(super) fn never() -> Value {
    let mut together = flag();
    together["description"] = "whether it is only not to have something of every line at once".into();
    let together = [("together".to_owned(), together)].into_iter().collect();
    map(&least(kinds(&reference("texts"), together)))
}

/// What is said of a publisher, by grants and by a host profile.
pub(super) fn publisher() -> Value {
    let all = Text::Grants.blocks().into_iter().filter(|block| block.name == "a publisher");
    all.map(|block| super::block(Text::Grants, &block)).next().unwrap_or_default()
}

/// A map of texts, or two texts side by side.
fn pairs(of: &Value) -> Value {
    let side_by_side = json!({"type": "array", "items": [{"type": "string"}, of], "minItems": 2, "maxItems": 2});
    json!({"anyOf": [least(map(of)), side_by_side]})
}

/// What blocks of grants refer to beside each other.
pub(super) fn shared() -> Vec<(String, Value)> {
    let block = json!({
        "type": "object",
        "properties": {
            "target": {"type": "string", "description": "required; what is accepted, as a pattern of its kind"},
            "why": {"type": "string", "description": "the reason"},
        },
        "required": ["target"],
        "additionalProperties": false,
    });
    let one = json!({"anyOf": [{"type": "string"}, block]});
    let targets = json!({"anyOf": [{"type": "string"}, block, {"type": "array", "items": one}]});
    vec![("accepted".to_owned(), least(kinds(&targets, Map::new())))]
}
