//! JSON Schemas of what people and tools write, so that YAML and JSON complete in every editor. Comes in: the compiler's tables of
//! fields, of kinds of right and of quotas. Goes out: JSON Schema, draft 7, which editors know best; of plans, the schema that their
//! wire form makes. Deliberately absent: what only the compiler can know, such as whether a pattern reads.

use ambit_compiler::lower::Block;
use ambit_compiler::reference::Text;
use ambit_schema::wire;
use serde_json::{Map, Value, json};

mod form;
mod grants;
mod index;
mod lock;
mod manifest;
mod permission;
mod profile;

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// What a plugin's author writes.
    Manifest,
    /// What a host's author writes.
    Profile,
    /// What a user writes.
    Grants,
    /// What a registry knows.
    Index,
    /// What was resolved; its text is KDL, so this is of its nodes: see [`schema`].
    Lock,
    /// What the compiler makes.
    Plan,
}

impl Of {
    /// Everything that has one.
    pub const ALL: [Of; 6] = [Of::Manifest, Of::Profile, Of::Grants, Of::Index, Of::Lock, Of::Plan];

    /// How it is called: its file in `docs` is `KEY.schema.json`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Of::Manifest => "manifest",
            Of::Profile => "profile",
            Of::Grants => "grants",
            Of::Index => "index",
            Of::Lock => "lock",
            Of::Plan => "plan",
        }
    }
}

/// The schema, as indented JSON. The one of locks is of an array of nodes as any reader of KDL gives them: `name`, `arguments`,
/// `properties`, `children`.
#[must_use]
pub fn schema(of: Of) -> String {
    let schema = match of {
        Of::Plan => return wire::json_schema(),
        Of::Lock => lock::schema(),
        Of::Manifest => rooted("Plugin manifest", manifest::root(), Text::Manifest),
        Of::Profile => rooted("Host profile", json!({"$ref": reference("a host profile")}), Text::Profile),
        Of::Grants => rooted("Grants", json!({"$ref": reference("a grants file")}), Text::Grants),
        Of::Index => rooted("Index of versions", json!({"$ref": reference("an index")}), Text::Index),
    };
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// A schema with a definition for each block of a text, and those that the blocks share.
fn rooted(title: &str, root: Value, text: Text) -> Value {
    let mut definitions: Map<String, Value> = form::shared(text).into_iter().collect();
    for one in text.blocks() {
        definitions.insert(slug(one.name), block(text, &one));
    }
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "type": "object",
        "definitions": definitions,
    });
    if let (Value::Object(schema), Value::Object(root)) = (&mut schema, root) {
        schema.extend(root);
    }
    schema
}

/// A block with the fields of its table, and no others.
fn block(text: Text, block: &Block) -> Value {
    let field = |known: &ambit_compiler::lower::Known| {
        let mut form = form(text, block.name, known.key).unwrap_or_else(|| json!({}));
        form["description"] = known.says.into();
        (known.key.to_owned(), form)
    };
    let properties: Map<String, Value> = block.fields.iter().map(field).collect();
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    let required = required(block.name);
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// What a field takes.
fn form(text: Text, block: &str, key: &str) -> Option<Value> {
    match text {
        Text::Manifest => manifest::form(block, key),
        Text::Profile => profile::form(block, key),
        Text::Grants => grants::form(block, key),
        Text::Index => index::form(block, key),
    }
}

/// What a block cannot do without, wherever it stands.
fn required(block: &str) -> &'static [&'static str] {
    match block {
        "an endpoint" => &["path", "handler"],
        "`rateLimit`" => &["requests", "window"],
        "an entry point" => &["name"],
        "a dependency" => &["version"],
        "a kind" => &["domain", "phrase"],
        "a host profile" => &["host", "version"],
        _ => &[],
    }
}

/// Where the definition of a block is.
fn reference(block: &str) -> String {
    format!("#/definitions/{}", slug(block))
}

/// A block's name as a word: `a command or tool` is `command-or-tool`.
fn slug(block: &str) -> String {
    let plain = block.trim_matches('`');
    let plain = plain.strip_prefix("a ").or_else(|| plain.strip_prefix("an ")).unwrap_or(plain);
    plain.replace('`', "").replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use ambit_compiler::reference::Text;

    use super::{Of, form, schema};

    #[test]
    fn the_committed_schemas_are_those_of_the_tables() {
        for of in Of::ALL {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/{}.schema.json", of.key()));
            if std::env::var_os("AMBIT_UPDATE").is_some() {
                fs::write(&path, schema(of)).unwrap();
            }
            let kept = fs::read_to_string(&path).unwrap_or_default();
            assert!(kept == schema(of), "write {} again with AMBIT_UPDATE=1", path.display());
        }
    }

    #[test]
    fn every_field_has_a_form() {
        for text in Text::ALL {
            for block in text.blocks() {
                for field in &block.fields {
                    assert!(form(text, block.name, field.key).is_some(), "{}: `{}` has none", block.name, field.key);
                }
            }
        }
    }
}
