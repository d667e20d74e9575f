//! Texts that belong to names: the schema of a tool's argument, the text of a prompt, the schemas that requests to an endpoint fit.
//! Comes in: what manifests say or name. Goes out: the texts, as the plan holds them. Deliberately absent: what they are used for.

use std::collections::BTreeMap;

use ambit_schema::plan::{MAX_ATTACHED, Slot, schema};

use super::part::Reader;
use crate::binary::Artifacts;
use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::manifest::{Attached, NameClaim};
use crate::syntax::hidden_in;

/// What cannot be used is reported and left out.
pub(super) fn resolve(
    model: &Model<'_>,
    plugin: &Plugin,
    claim: &NameClaim,
    files: &dyn Artifacts,
    sink: &mut Sink,
) -> BTreeMap<Slot, String> {
    let mut found = BTreeMap::new();
    for attached in &claim.attached {
        let read = match attached.slot {
            Slot::Template => template(model, plugin, attached, files, sink),
            Slot::Input | Slot::Body | Slot::Query | Slot::Params => as_json(model, plugin, attached, files, sink),
        };
        let fits = read.filter(|text| text.len() <= MAX_ATTACHED || too_long(attached, text.len(), sink));
        found.extend(fits.map(|text| (attached.slot, text)));
    }
    found
}

fn as_json(
    model: &Model<'_>,
    plugin: &Plugin,
    attached: &Attached,
    files: &dyn Artifacts,
    sink: &mut Sink,
) -> Option<String> {
    let mut reader = Reader::new(model, plugin, files, "schema");
    let read = reader.part(&attached.part, sink)?;
    let text = read.value.json().to_string();
    schema(&text).map_err(|why| reader.bad_schema(&read, &why, sink)).ok()?;
    Some(text)
}

fn template(
    model: &Model<'_>,
    plugin: &Plugin,
    attached: &Attached,
    files: &dyn Artifacts,
    sink: &mut Sink,
) -> Option<String> {
    let (text, path) = Reader::new(model, plugin, files, "text").text(&attached.part, sink)?;
    if text.trim().is_empty() {
        let found = Diagnostic::new(Code::BadPrompt, attached.part.span(), "a prompt without any text");
        sink.add(found.help("write what a model is to read, or leave the prompt out"));
        return None;
    }
    // What stands in a manifest is looked at with the rest of it.
    let path = path.unwrap_or_default();
    if let Some((c, line, column)) = hidden_in(&text).filter(|_| !path.is_empty()) {
        let message = format!("the text `{path}` has the hidden character `U+{:04X}`", u32::from(c));
        let found = Diagnostic::new(Code::BadPrompt, attached.part.span(), message);
        let found = found.note(format!("it stands at {path}:{line}:{column}; a model reads what people do not see"));
        sink.add(found.help("take it out of the file"));
        return None;
    }
    Some(text)
}

fn too_long(attached: &Attached, length: usize, sink: &mut Sink) -> bool {
    let message = format!("this is {length} bytes long, and may have {} KiB", MAX_ATTACHED >> 10);
    sink.add(Diagnostic::new(Code::TooLarge, attached.part.span(), message).help("make it shorter"));
    false
}
