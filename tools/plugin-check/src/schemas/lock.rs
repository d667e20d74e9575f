//! The schema of locks. Comes in: the tables of their lines. Goes out: JSON Schema of an array of nodes.

use ambit_compiler::lock::{Form, LINES, PLUGIN, VERSION};
use serde_json::{Map, Value, json};

/// The nodes of a lock: first its form, then its lines.
pub(super) fn schema() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Lock",
        "description": "the nodes of the KDL of a lock, in order, as any reader of KDL gives them",
        "type": "array",
        "items": [{"$ref": "#/definitions/lock"}],
        "additionalItems": {"anyOf": any(LINES)},
        "minItems": 1,
        "definitions": definitions(),
    })
}

fn any(forms: &[Form]) -> Vec<Value> {
    forms.iter().map(|form| json!({"$ref": format!("#/definitions/{}", form.key)})).collect()
}

fn definitions() -> Map<String, Value> {
    let form = json!([{"const": VERSION}]);
    let head = node("lock", json!({"type": "array", "items": form, "minItems": 1, "maxItems": 1}), &[], None);
    let lines = LINES.iter().chain(PLUGIN).map(|form| (form.key.to_owned(), line(form)));
    std::iter::once(("lock".to_owned(), head)).chain(lines).collect()
}

fn line(form: &Form) -> Value {
    let most = form.words.len();
    let words: Vec<Value> = form.words.iter().map(|word| said(word)).collect();
    let words = json!({"type": "array", "items": words, "minItems": most - form.optional, "maxItems": most});
    node(form.key, words, form.values, form.block.then(|| any(PLUGIN)))
}

fn said(what: &str) -> Value {
    match what {
        "a hash" => json!({"type": "string", "pattern": "^sha256:[0-9a-f]{64}$", "description": what}),
        _ => json!({"type": "string", "description": what}),
    }
}

fn node(name: &str, arguments: Value, values: &[&str], children: Option<Vec<Value>>) -> Value {
    let values: Map<String, Value> =
        values.iter().map(|value| ((*value).to_owned(), json!({"type": "string"}))).collect();
    let children = children.map_or_else(
        || json!({"type": "array", "maxItems": 0}),
        |forms| json!({"type": "array", "items": {"anyOf": forms}}),
    );
    json!({
        "type": "object",
        "properties": {
            "name": {"const": name},
            "arguments": arguments,
            "properties": {"type": "object", "properties": values, "additionalProperties": false},
            "children": children,
        },
        "required": ["name"],
        "additionalProperties": false,
    })
}
