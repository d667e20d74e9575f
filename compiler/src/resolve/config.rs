//! The configuration that a plugin's `init` gets: the default of its manifest, and what the chosen environment says merged
//! over it. Every environment is held to the schema, not only the chosen one. Comes in: bytes that the caller read.

use crate::artifact::beside_manifest;
use crate::binary::{Artifacts, Unread};
use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{Value, value};
use crate::manifest::{Claim, ConfigClaim, Environment, Part};
use crate::source::{Sources, Span};
use crate::syntax::{MAX_BYTES, json};

mod schema;

use schema::Schema;

/// How many values that do not fit are told of one configuration.
const MOST_FINDINGS: usize = 16;

/// The JSON text, or nothing where the manifest says none.
pub(super) fn resolve(
    model: &Model<'_>,
    plugin: &Plugin,
    environment: Option<Environment>,
    files: &dyn Artifacts,
    sink: &mut Sink,
) -> Option<String> {
    let claim = &plugin.manifest.config;
    let mut reader = Reader { model, plugin, files, texts: Sources::default() };
    let schema = claim.schema.as_ref().and_then(|part| {
        let read = reader.part(part, sink)?;
        Schema::new(read.value.json(), claim.additional).map_err(|why| reader.bad_schema(&read, &why, sink)).ok()
    });
    let default = claim.default.as_ref().and_then(|part| reader.part(part, sink));
    if let (Some(schema), Some(default)) = (&schema, &default) {
        reader.check(schema, default, claim, "the default configuration", sink);
    }
    let mut chosen = None;
    for (name, part) in &claim.environment {
        let Some(over) = reader.part(part, sink) else { continue };
        let merged = merged(default.clone(), over);
        if let Some(schema) = &schema {
            reader.check(schema, &merged, claim, &format!("the configuration of `{}`", name.key()), sink);
        }
        if environment == Some(*name) {
            chosen = Some(merged);
        }
    }
    chosen.or(default).map(|read| read.text.unwrap_or_else(|| read.value.json().to_string()))
}

/// A value, and the text that it was read from, where it is all of one.
#[derive(Clone)]
struct Read {
    value: Value,
    /// The line of the manifest that names it.
    claim: Span,
    text: Option<String>,
}

/// Findings about what is merged stand at the environment's line.
fn merged(default: Option<Read>, over: Read) -> Read {
    match default {
        Some(default) => Read { value: default.value.merged(&over.value), claim: over.claim, text: None },
        None => over,
    }
}

struct Reader<'r> {
    model: &'r Model<'r>,
    plugin: &'r Plugin,
    files: &'r dyn Artifacts,
    /// The files of this plugin.
    texts: Sources,
}

impl Reader<'_> {
    fn part(&mut self, part: &Part, sink: &mut Sink) -> Option<Read> {
        match part {
            Part::Here(claim) => Some(Read { value: claim.said().clone(), claim: claim.span(), text: None }),
            Part::File(claim) => self.file(claim, sink),
        }
    }

    fn file(&mut self, claim: &Claim<String>, sink: &mut Sink) -> Option<Read> {
        let path = beside_manifest(self.model, self.plugin, claim.said());
        let bytes = match self.files.read(&path) {
            Ok(bytes) => bytes,
            Err(why) => {
                let why = if let Unread::Refused(why) = why { why } else { "there is no such file".to_owned() };
                wrong(claim, Code::MissingArtifact, &format!("the configuration `{path}` is not read: {why}"), sink);
                return None;
            }
        };
        let read = self.json(&path, &bytes);
        if read.is_none() {
            wrong(claim, Code::WrongType, &format!("the configuration `{path}` is not JSON"), sink);
        }
        let (value, text) = read?;
        Some(Read { value, claim: claim.span(), text: Some(text) })
    }

    fn json(&mut self, path: &str, bytes: &[u8]) -> Option<(Value, String)> {
        let text = String::from_utf8(bytes.to_vec()).ok().filter(|text| text.len() <= MAX_BYTES)?;
        let file = self.texts.add(path, bytes);
        let mut found = Sink::default();
        let tree = json::parse(file, self.texts.get(file).text(), &mut found);
        let value = value(tree.root(), &mut found).filter(|_| found.is_empty())?;
        Some((value.of_file(), text))
    }

    fn check(&self, schema: &Schema, read: &Read, claim: &ConfigClaim, what: &str, sink: &mut Sink) {
        for wrong in schema.check(&read.value.json()).into_iter().take(MOST_FINDINGS) {
            let at = read.value.at(wrong.path.iter().cloned());
            let path = if wrong.path.is_empty() { "it".to_owned() } else { format!("`{}`", wrong.path.join(".")) };
            let message = format!("{what} does not fit its schema: {path}: {}", wrong.why);
            let code = if claim.strict { Code::ConfigMismatch } else { Code::LooseMismatch };
            let found = self.place(Diagnostic::new(code, read.claim, message), at);
            sink.add(found.help("correct the value, or the schema where the value is right"));
        }
    }

    fn bad_schema(&self, read: &Read, why: &schema::Wrong, sink: &mut Sink) {
        let path = if why.path.is_empty() { "it".to_owned() } else { format!("`{}`", why.path.join(".")) };
        let message = format!("this is no schema that can be used: {path}: {}", why.why);
        let found = Diagnostic::new(Code::BadSchema, read.claim, message);
        let found = self.place(found, read.value.at(why.path.iter().cloned()));
        sink.add(found.help(
            "correct the schema; references lead to parts of itself, as in `#/$defs/port`, and never in a circle",
        ));
    }

    /// Where a value stands: in the manifest, or in a file of the plugin, whose line the finding then tells.
    fn place(&self, found: Diagnostic, value: &Value) -> Diagnostic {
        let at = value.span;
        if !value.elsewhere {
            return found.because(at, "this value");
        }
        let source = self.texts.get(at.file);
        let place = source.position(at.start);
        let line: String = source.line(place.line).trim().chars().take(80).collect();
        found.note(format!("{}:{}:{} says `{line}`", source.path(), place.line, place.column))
    }
}

fn wrong(claim: &Claim<String>, code: Code, message: &str, sink: &mut Sink) {
    sink.add(Diagnostic::new(code, claim.span(), message).help("put a JSON file there, or leave this line out"));
}
