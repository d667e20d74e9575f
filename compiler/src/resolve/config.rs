//! The configuration that a plugin's `init` gets: the file that its manifest names as `default`, when it is JSON. Comes in:
//! bytes that the caller read. Goes out: their text, unchanged.

use crate::artifact::beside_manifest;
use crate::binary::{Artifacts, Unread};
use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::manifest::Claim;
use crate::source::Sources;
use crate::syntax::json;

/// The text, or nothing where the manifest names none.
pub(super) fn resolve(model: &Model<'_>, plugin: &Plugin, files: &dyn Artifacts, sink: &mut Sink) -> Option<String> {
    let claim = plugin.manifest.config.as_ref()?;
    let path = beside_manifest(model, plugin, claim.said());
    let bytes = match files.read(&path) {
        Ok(bytes) => bytes,
        Err(why) => {
            let why = if let Unread::Refused(why) = why { why } else { "there is no such file".to_owned() };
            wrong(claim, Code::MissingArtifact, &format!("the configuration `{path}` is not read: {why}"), sink);
            return None;
        }
    };
    let text = String::from_utf8(bytes.to_vec()).ok();
    let valid = text.filter(|text| is_json(text));
    if valid.is_none() {
        wrong(claim, Code::WrongType, &format!("the configuration `{path}` is not JSON"), sink);
    }
    valid
}

fn wrong(claim: &Claim<String>, code: Code, message: &str, sink: &mut Sink) {
    sink.add(Diagnostic::new(code, claim.span(), message).help("put a JSON file there, or leave `default` out"));
}

fn is_json(text: &str) -> bool {
    let mut sources = Sources::default();
    let file = sources.add("configuration.json", text.as_bytes());
    let mut sink = Sink::default();
    let _tree = json::parse(file, sources.get(file).text(), &mut sink);
    sink.is_empty()
}
