//! The configuration that a plugin's `init` gets: the default of its manifest, and what the chosen environment says merged
//! over it. Every environment is held to the schema, not only the chosen one. Comes in: bytes that the caller read.

use ambit_schema::value_schema::ValueSchema;

use super::part::{Read, Reader};
use crate::binary::Artifacts;
use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::manifest::{ConfigClaim, Environment};

/// The JSON text, or nothing where the manifest says none.
pub(super) fn resolve(
    model: &Model<'_>,
    plugin: &Plugin,
    environment: Option<Environment>,
    files: &dyn Artifacts,
    sink: &mut Sink,
) -> Option<String> {
    let claim = plugin.manifest.config.as_deref()?;
    let mut reader = Reader::new(model, plugin, files, "configuration");
    let schema = claim.schema.as_ref().and_then(|part| {
        let read = reader.part(part, sink)?;
        ValueSchema::new(read.value.json(), claim.additional).map_err(|why| reader.bad_schema(&read, &why, sink)).ok()
    });
    let default = claim.default.as_ref().and_then(|part| reader.part(part, sink));
    if let (Some(schema), Some(default)) = (&schema, &default) {
        check(&reader, schema, default, claim, "the default configuration", sink);
    }
    let mut chosen = None;
    for (name, part) in &claim.environment {
        let Some(over) = reader.part(part, sink) else { continue };
        let merged = merged(default.clone(), over);
        if let Some(schema) = &schema {
            check(&reader, schema, &merged, claim, &format!("the configuration of `{}`", name.key()), sink);
        }
        if environment == Some(*name) {
            chosen = Some(merged);
        }
    }
    chosen.or(default).map(|read| read.text.unwrap_or_else(|| read.value.json().to_string()))
}

/// Findings about what is merged stand at the environment's line.
fn merged(default: Option<Read>, over: Read) -> Read {
    match default {
        Some(default) => Read { value: default.value.merged(&over.value), claim: over.claim, text: None },
        None => over,
    }
}

fn check(reader: &Reader<'_>, schema: &ValueSchema, read: &Read, claim: &ConfigClaim, what: &str, sink: &mut Sink) {
    for wrong in schema.check(&read.value.json()) {
        let at = read.value.at(wrong.path.iter().cloned());
        let path = if wrong.path.is_empty() { "it".to_owned() } else { format!("`{}`", wrong.path.join(".")) };
        let message = format!("{what} does not fit its schema: {path}: {}", wrong.why);
        let code = if claim.strict { Code::ConfigMismatch } else { Code::LooseMismatch };
        let found = reader.place(Diagnostic::new(code, read.claim, message), at);
        sink.add(found.help("correct the value, or the schema where the value is right"));
    }
}
