//! What manifests say here or leave to a file of the plugin: configurations, schemas, texts. Comes in: bytes that the caller read.
//! Goes out: values and texts, and findings at the line of the manifest that names them. Deliberately absent: what they are for.

use ambit_schema::value_schema::Misfit;

use crate::artifact::beside_manifest;
use crate::binary::{Artifacts, Unread};
use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{Value, value};
use crate::manifest::{Claim, Part};
use crate::source::{Sources, Span};
use crate::syntax::{MAX_BYTES, json};

/// A value, and the text that it was read from, where it is all of one.
#[derive(Clone)]
pub(super) struct Read {
    pub(super) value: Value,
    /// The line of the manifest that names it.
    pub(super) claim: Span,
    pub(super) text: Option<String>,
}

pub(super) struct Reader<'r> {
    model: &'r Model<'r>,
    plugin: &'r Plugin,
    files: &'r dyn Artifacts,
    /// What it is called in messages.
    what: &'r str,
    /// The files of this plugin.
    texts: Sources,
}

impl<'r> Reader<'r> {
    pub(super) fn new(model: &'r Model<'r>, plugin: &'r Plugin, files: &'r dyn Artifacts, what: &'r str) -> Self {
        Reader { model, plugin, files, what, texts: Sources::default() }
    }

    /// JSON.
    pub(super) fn part(&mut self, part: &Part, sink: &mut Sink) -> Option<Read> {
        match part {
            Part::Here(claim) => Some(Read { value: claim.said().clone(), claim: claim.span(), text: None }),
            Part::File(claim) => self.file(claim, sink),
        }
    }

    /// Text, and the path of the file that holds it.
    pub(super) fn text(&mut self, part: &Part, sink: &mut Sink) -> Option<(String, Option<String>)> {
        let claim = match part {
            Part::Here(claim) => return claim.said().json().as_str().map(|text| (text.to_owned(), None)),
            Part::File(claim) => claim,
        };
        let (path, bytes) = self.bytes(claim, sink)?;
        let text = String::from_utf8(bytes).ok();
        if text.is_none() {
            let message = format!("the {} `{path}` is not UTF-8 text", self.what);
            sink.add(Diagnostic::new(Code::NotText, claim.span(), message).help("save the file as UTF-8"));
        }
        Some((text?, Some(path)))
    }

    fn file(&mut self, claim: &Claim<String>, sink: &mut Sink) -> Option<Read> {
        let (path, bytes) = self.bytes(claim, sink)?;
        let read = self.json(&path, &bytes);
        if read.is_none() {
            wrong(claim, Code::WrongType, &format!("the {} `{path}` is not JSON", self.what), sink);
        }
        let (value, text) = read?;
        Some(Read { value, claim: claim.span(), text: Some(text) })
    }

    fn bytes(&self, claim: &Claim<String>, sink: &mut Sink) -> Option<(String, Vec<u8>)> {
        let path = beside_manifest(self.model, self.plugin, claim.said());
        match self.files.read(&path) {
            Ok(bytes) => Some((path, bytes.to_vec())),
            Err(why) => {
                let why = if let Unread::Refused(why) = why { why } else { "there is no such file".to_owned() };
                let message = format!("the {} `{path}` is not read: {why}", self.what);
                wrong(claim, Code::MissingArtifact, &message, sink);
                None
            }
        }
    }

    fn json(&mut self, path: &str, bytes: &[u8]) -> Option<(Value, String)> {
        let text = String::from_utf8(bytes.to_vec()).ok().filter(|text| text.len() <= MAX_BYTES)?;
        let file = self.texts.add(path, bytes);
        let mut found = Sink::default();
        let tree = json::parse(file, self.texts.get(file).text(), &mut found);
        let value = value(tree.root(), &mut found).filter(|_| found.is_empty())?;
        Some((value.of_file(), text))
    }

    pub(super) fn bad_schema(&self, read: &Read, why: &Misfit, sink: &mut Sink) {
        let path = if why.path.is_empty() { "it".to_owned() } else { format!("`{}`", why.path.join(".")) };
        let message = format!("this is no schema that can be used: {path}: {}", why.why);
        let found = Diagnostic::new(Code::BadSchema, read.claim, message);
        let found = self.place(found, read.value.at(why.path.iter().cloned()));
        sink.add(found.help(
            "correct the schema; references lead to parts of itself, as in `#/$defs/port`, and never in a circle",
        ));
    }

    /// Where a value stands: in the manifest, or in a file of the plugin, whose line the finding then tells.
    pub(super) fn place(&self, found: Diagnostic, value: &Value) -> Diagnostic {
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
    let what = if code == Code::WrongType { "a JSON file" } else { "the file" };
    sink.add(Diagnostic::new(code, claim.span(), message).help(format!("put {what} there, or leave this line out")));
}
