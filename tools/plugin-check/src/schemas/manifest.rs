//! The forms of a manifest's fields. Comes in: a block and a key. Goes out: JSON Schema.

use ambit_compiler::lower::Known;
use ambit_compiler::manifest::Environment;
use ambit_compiler::reference::Text;
use ambit_schema::limits::{Quota, Unit};
use ambit_schema::plan::{Growth, MAX_RESTARTS, ParameterType};
use serde_json::{Map, Value, json};

use super::form::{self, Bare, flag, integer, map, quantity, reference, text, version, word};

/// A manifest, or a host's list of them.
pub(super) fn root() -> Value {
    let named = ["path", "wasm", "native", "main", "command"].map(|one| json!({"required": [one]}));
    json!({
        "properties": {"plugins": {
            "type": "array",
            "items": {"allOf": [reference("manifest")], "anyOf": named},
            "description": "a host's list of plugins: each entry names a file and need say nothing of itself",
        }},
        "if": {"required": ["plugins"]},
        "then": {"additionalProperties": false, "properties": {"plugins": true}},
        "else": {
            "allOf": [reference("manifest")],
            "required": ["version"],
            "anyOf": [{"required": ["id"]}, {"required": ["name"]}],
        },
    })
}

/// What a field takes.
pub(super) fn form(block: &str, key: &str) -> Option<Value> {
    match block {
        "a manifest" => manifest(key),
        "a hook" => hook(key),
        "`configuration`" => configuration(key),
        "`recovery`" => recovery(key),
        "an endpoint" | "`auth`" | "`rateLimit`" | "`validation` of an endpoint" => endpoint(block, key),
        "a command or tool" | "an entry point" | "a prompt" | "a parameter" => called(block, key),
        "a dependency" => depended(key),
        _ => None,
    }
}

fn manifest(key: &str) -> Option<Value> {
    Some(match key {
        "version" => version(),
        "protocol" => word(["stdio"]),
        "authors" | "keywords" | "categories" | "args" => reference("texts"),
        "id" | "name" | "title" | "description" | "author" | "license" | "homepage" | "repository" | "wasm"
        | "native" | "main" | "command" | "types" => text(),
        "path" => json!({"type": "string", "pattern": r"\.(wasm|so|dylib|dll)$"}),
        "engines" => map(&text()),
        "capabilities" | "permissions" => reference("requests"),
        "commands" | "tools" => declared("command-or-tool"),
        "prompts" => declared("prompt"),
        "panes" | "events" => declared("named"),
        "entry_points" => json!({"type": "array", "items": reference("entry-point")}),
        "api" => form::block(
            [(
                "endpoints".to_owned(),
                json!({"type": "array", "items": reference("endpoint"), "description": "what it answers"}),
            )]
            .into_iter()
            .collect::<Map<_, _>>(),
        ),
        "hooks" => map(&reference("hook")),
        "dependencies" | "peerDependencies" | "optionalDependencies" | "devDependencies" => reference("dependencies"),
        "quotas" => form::block(limits(Bare::Refused)),
        "resources" => form::block(limits(Bare::Read)),
        "configuration" => reference("configuration"),
        "recovery" => reference("recovery"),
        "metadata" => json!({}),
        _ => return None,
    })
}

fn limits(bare: Bare) -> Map<String, Value> {
    form::quotas(|quota| quantity(quota.unit(), bare), Quota::ALL.iter().copied())
}

/// Names by themselves, or each with its summary or a block.
fn declared(block: &str) -> Value {
    let said = json!({"anyOf": [{"type": "null"}, {"type": "string"}, reference(block)]});
    json!({"anyOf": [reference("texts"), map(&said)]})
}

fn hook(key: &str) -> Option<Value> {
    Some(match key {
        "priority" => {
            json!({"anyOf": [integer(None, None), word(["critical", "high", "normal", "low", "cleanup"])]})
        }
        "async" => flag(),
        "timeout" => quantity(Unit::Milliseconds, Bare::Read),
        "retries" => integer(Some(0), Some(10)),
        "before" | "after" => reference("texts"),
        _ => return None,
    })
}

fn configuration(key: &str) -> Option<Value> {
    let part = part();
    let fields = |fields: Vec<(&str, Value)>| {
        form::block(fields.into_iter().map(|(key, form)| (key.to_owned(), form)).collect::<Map<_, _>>())
    };
    Some(match key {
        "schema" | "default" => part,
        "environment" => fields(Environment::ALL.iter().map(|one| (one.key(), part.clone())).collect()),
        "validation" => fields(vec![("strict", flag()), ("additionalProperties", flag())]),
        "hotReload" => flag(),
        _ => return None,
    })
}

/// A file, or the value.
fn part() -> Value {
    json!({"type": ["string", "object"]})
}

/// Of a manifest and, with fewer fields, of a host profile.
pub(super) fn recovery(key: &str) -> Option<Value> {
    Some(match key {
        "strategy" => word(["restart", "disable"]),
        "maxRetries" => integer(Some(0), Some(MAX_RESTARTS)),
        "window" | "backoff" => quantity(Unit::Milliseconds, Bare::Refused),
        "backoffStrategy" => word(Growth::ALL.into_iter().map(Growth::key)),
        "fallbackPlugin" => text(),
        _ => return None,
    })
}

fn endpoint(block: &str, key: &str) -> Option<Value> {
    Some(match (block, key) {
        ("an endpoint", "path" | "method" | "handler") => text(),
        ("an endpoint", "auth") => json!({"anyOf": [{"type": "null"}, reference("auth")]}),
        ("an endpoint", "rateLimit") => json!({"anyOf": [{"type": "null"}, reference("rateLimit")]}),
        ("an endpoint", "validation") => json!({"anyOf": [{"type": "null"}, reference("validation-of-an-endpoint")]}),
        ("`validation` of an endpoint", _) => part(),
        ("an endpoint", "middleware") | ("`auth`", "roles" | "permissions") => reference("texts"),
        ("`auth`", "required") => flag(),
        ("`rateLimit`", "requests") => integer(Some(1), None),
        ("`rateLimit`", "window") => quantity(Unit::Milliseconds, Bare::Read),
        _ => return None,
    })
}

fn called(block: &str, key: &str) -> Option<Value> {
    Some(match (block, key) {
        (_, "summary" | "name" | "description") => text(),
        ("a command or tool" | "an entry point", "parameters") => parameters(),
        (_, "inputSchema") => part(),
        ("a prompt", "template" | "text") => text(),
        ("a parameter", "type") => word(ParameterType::ALL.into_iter().map(ParameterType::key)),
        ("a parameter", "required") => flag(),
        ("a parameter", "default") => json!({"type": ["string", "number", "boolean"]}),
        _ => return None,
    })
}

/// A block of parameters by name, or a list of blocks that say theirs.
fn parameters() -> Value {
    let said = json!({"anyOf": [{"type": "null"}, reference("parameter")]});
    let listed = json!({"allOf": [reference("parameter")], "required": ["name"]});
    json!({"anyOf": [map(&said), {"type": "array", "items": listed}]})
}

fn depended(key: &str) -> Option<Value> {
    Some(match key {
        "name" | "version" => text(),
        "optional" => flag(),
        "scope" => word(["runtime", "peer", "dev"]),
        _ => return None,
    })
}

/// Ids with version ranges or with blocks, or a list of blocks that say theirs.
pub(super) fn dependencies() -> Value {
    let listed = json!({"allOf": [reference("dependency")], "required": ["name"]});
    let keyed = json!({"anyOf": [{"type": "string"}, reference("dependency-by-key")]});
    json!({"anyOf": [map(&keyed), {"type": "array", "items": listed}]})
}

/// The blocks of dependencies: of a list, and of a map, whose keys are the names.
pub(super) fn dependency() -> [(String, Value); 2] {
    let all = Text::Manifest.blocks().into_iter().filter(|block| block.name == "a dependency");
    let listed = all.map(|block| super::block(Text::Manifest, &block)).next().unwrap_or_default();
    let mut keyed = listed.clone();
    keyed["properties"].as_object_mut().map(|fields| fields.remove("name"));
    [("dependency".to_owned(), listed), ("dependency-by-key".to_owned(), keyed)]
}

/// What blocks of a manifest refer to beside each other.
pub(super) fn shared() -> Vec<(String, Value)> {
    let named = Text::Manifest.blocks().into_iter().filter(|block| block.name == "a command or tool");
    let summary = |known: Known| json!({"type": "string", "description": known.says});
    let summary = named.flat_map(|block| block.fields).find(|known| known.key == "summary").map(summary);
    let named: Map<String, Value> = summary.into_iter().map(|form| ("summary".to_owned(), form)).collect();
    let [_, keyed] = dependency();
    vec![
        ("dependencies".to_owned(), dependencies()),
        keyed,
        ("named".to_owned(), form::block(named)),
        ("requests".to_owned(), super::permission::requests()),
        ("request".to_owned(), super::permission::request()),
    ]
}
