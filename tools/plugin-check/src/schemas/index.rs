//! The forms of an index's fields. Comes in: a block and a key. Goes out: JSON Schema.

use serde_json::{Value, json};

use super::form::{flag, map, reference, text};

/// What a field takes.
pub(super) fn form(block: &str, key: &str) -> Option<Value> {
    Some(match (block, key) {
        ("an index", "package") => map(&reference("package")),
        ("a package", "version") => map(&json!({"anyOf": [{"type": "null"}, reference("release")]})),
        ("a release", "dependencies" | "peerDependencies" | "optionalDependencies") => reference("dependencies"),
        ("a release", "engines") => map(&text()),
        ("a release", "yanked") => flag(),
        _ => return None,
    })
}
