//! Forms that fields of several texts have: texts, flags, quantities, maps by kind of right. Comes in: nothing but the tables of the
//! schema. Goes out: JSON Schema.

use ambit_compiler::reference::Text;
use ambit_schema::capability::Kind;
use ambit_schema::limits::{Quota, Unit};
use serde_json::{Map, Value, json};

/// What several blocks refer to, by the name of its definition.
pub(super) fn shared(text: Text) -> Vec<(String, Value)> {
    let mut shared = vec![("texts".to_owned(), texts())];
    match text {
        Text::Manifest => shared.extend(super::manifest::shared()),
        Text::Profile => shared.push(("kinds".to_owned(), kinds(&reference("texts"), Map::new()))),
        Text::Grants => {
            shared.push(("kinds".to_owned(), least(kinds(&reference("texts"), Map::new()))));
            shared.extend(super::grants::shared());
        }
        Text::Index => shared.push(("dependencies".to_owned(), super::manifest::dependencies())),
    }
    if text == Text::Index {
        shared.extend(super::manifest::dependency());
    }
    shared
}

/// A definition.
pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

/// A text.
pub(super) fn text() -> Value {
    json!({"type": "string"})
}

/// A semantic version.
pub(super) fn version() -> Value {
    json!({"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+([-+].+)?$"})
}

/// One text or a list of them.
fn texts() -> Value {
    json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
}

/// The same, or nothing at all.
pub(super) fn listed() -> Value {
    json!({"anyOf": [{"type": "null"}, reference("texts")]})
}

/// One word.
pub(super) fn word<'w>(words: impl IntoIterator<Item = &'w str>) -> Value {
    json!({"enum": words.into_iter().collect::<Vec<_>>()})
}

/// One word or a list of them.
pub(super) fn words<'w>(words: impl IntoIterator<Item = &'w str>) -> Value {
    let one = word(words);
    json!({"anyOf": [one.clone(), {"type": "array", "items": one}]})
}

/// True or false.
pub(super) fn flag() -> Value {
    json!({"type": "boolean"})
}

/// A whole number.
pub(super) fn integer(least: Option<u32>, most: Option<u32>) -> Value {
    let mut form = json!({"type": "integer"});
    least.into_iter().for_each(|least| form["minimum"] = least.into());
    most.into_iter().for_each(|most| form["maximum"] = most.into());
    form
}

/// Whether a number may stand without its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bare {
    /// It is read in the usual unit, with a warning.
    Read,
    /// It is an error, but of what is counted.
    Refused,
}

/// A quantity.
pub(super) fn quantity(unit: Unit, bare: Bare) -> Value {
    let units: Vec<&str> = unit.scale().iter().map(|(name, _)| *name).filter(|name| !name.is_empty()).collect();
    let is_bare = bare == Bare::Read || unit == Unit::Count;
    let end = match (units.is_empty(), is_bare) {
        (true, _) => String::new(),
        (false, true) => format!(r"\s*({})?", units.join("|")),
        (false, false) => format!(r"\s*({})", units.join("|")),
    };
    let written = json!({
        "type": "string",
        "pattern": format!(r"^\s*[0-9][0-9_]*(\.[0-9_]+)?{end}\s*$"),
        "examples": [unit.example()],
    });
    if is_bare { json!({"anyOf": [written, {"type": "number", "minimum": 0}]}) } else { written }
}

/// A block of quotas, each in the form that `of` gives.
pub(super) fn quotas(of: impl Fn(Quota) -> Value, all: impl IntoIterator<Item = Quota>) -> Map<String, Value> {
    all.into_iter().map(|quota| (quota.key().to_owned(), of(quota))).collect()
}

/// A block with these fields and no others.
pub(super) fn block(properties: impl Into<Map<String, Value>>) -> Value {
    json!({"type": "object", "properties": properties.into(), "additionalProperties": false})
}

/// A map from names to what is said of each.
pub(super) fn map(of: &Value) -> Value {
    json!({"type": "object", "additionalProperties": of})
}

/// The same with something in it.
pub(super) fn least(mut form: Value) -> Value {
    form["minProperties"] = 1.into();
    form
}

/// A block by kind of right, the host's own included: those are named by a family that no built-in kind has.
pub(super) fn kinds(of: &Value, more: Map<String, Value>) -> Value {
    let one = |kind: &Kind| {
        let mut form = of.clone();
        let example = kind.domain().example();
        form["description"] = format!("lets a plugin {}, as in `{example}`", kind.phrase()).into();
        (kind.key().to_owned(), form)
    };
    let mut properties: Map<String, Value> = Kind::ALL.iter().map(one).collect();
    properties.extend(more);
    let mut families: Vec<&str> = Kind::ALL.iter().filter_map(|kind| Some(kind.key().split_once('.')?.0)).collect();
    families.sort_unstable();
    families.dedup();
    let own = format!(r"^(?!({})\.)[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+$", families.join("|"));
    json!({
        "type": "object",
        "properties": properties,
        "patternProperties": {own: of},
        "additionalProperties": false,
    })
}
