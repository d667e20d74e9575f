//! Manifests against the files that they name, both ways: what a file imports and exports, and what the manifest asks for and
//! declares. Comes in: a model and what was found in its files. A host is not needed, and what it names counts where there is
//! one.

use crate::artifact::{Content, Looked};
use crate::binary::{Invalid, Library, Wasm};
use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::manifest::ArtifactClaim;
use crate::profile::{Interface, Profile};

mod contents;
mod contract;
mod entries;
mod imports;
mod library;
mod requests;
mod start;
mod versions;
mod withheld;

/// Checks every plugin; `looked` is in the order of the model.
pub(super) fn check(profile: Option<&Profile>, model: &Model<'_>, looked: &[Option<Looked>], sink: &mut Sink) {
    for (plugin, looked) in model.plugins.iter().zip(looked) {
        let (Some(claim), Some(looked)) = (&plugin.manifest.artifact, looked) else { continue };
        let about = About { profile, model, plugin, claim };
        match &looked.content {
            Content::Unknown => {}
            Content::Wasm(found) => match found.as_ref() {
                Ok(wasm) => about.wasm(wasm, sink),
                Err(why) => about.invalid(why, sink),
            },
            Content::Native(found) => match found.as_ref() {
                Ok(Some(library)) => about.native(library, sink),
                Ok(None) => {}
                Err(why) => about.no_library(why, sink),
            },
        }
    }
}

/// A plugin whose file is checked.
struct About<'a> {
    profile: Option<&'a Profile>,
    model: &'a Model<'a>,
    plugin: &'a Plugin,
    claim: &'a ArtifactClaim,
}

impl About<'_> {
    fn wasm(&self, wasm: &Wasm, sink: &mut Sink) {
        imports::check(self, wasm, sink);
        withheld::check(self, wasm, sink);
        requests::wasm(self, wasm, sink);
        entries::check(self, wasm, sink);
        contract::check(self, wasm, sink);
        start::check(self, wasm, sink);
        contents::check(self, wasm, sink);
    }

    fn native(&self, library: &Library, sink: &mut Sink) {
        requests::native(self, library, sink);
        library::check(self, library, sink);
    }

    fn invalid(&self, why: &Invalid, sink: &mut Sink) {
        match why {
            Invalid::Malformed(why) => {
                let message = format!("`{}` is not WebAssembly: {why}", self.file());
                sink.add(self.found(Code::NotWasm, message).help("build the plugin again"));
            }
            Invalid::Proposal(name) => {
                let message = format!("`{}` uses what this version does not run: {name}", self.file());
                sink.add(self.found(Code::UnsupportedProposal, message).help(
                    "build the plugin again with that feature of the compiler switched off, as in `-C target-feature=-…`",
                ));
            }
        }
    }

    fn no_library(&self, why: &str, sink: &mut Sink) {
        let message = format!("`{}` is not a library that can be loaded: {why}", self.file());
        sink.add(self.found(Code::NotALibrary, message).help("build a shared library for the host's machine"));
    }

    /// The file, as the manifest names it.
    fn file(&self) -> std::str::EscapeDebug<'_> {
        self.claim.path.said().escape_debug()
    }

    /// A finding about the line that names the file.
    fn found(&self, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.claim.path.span(), message)
    }

    /// What the host profile says of an import, in this version or one that it can be linked to.
    fn interface(&self, import: &str) -> Option<&Interface> {
        self.profile.and_then(|profile| profile.interface(import))
    }
}

/// Up to a dozen names between backticks, and how many more there are.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    const MOST: usize = 12;
    let names: Vec<String> = names.map(|name| format!("`{}`", name.escape_debug())).collect();
    let shown = names.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(MOST).filter(|more| *more > 0) {
        Some(more) => format!("{shown} and {more} more"),
        None => shown,
    }
}
