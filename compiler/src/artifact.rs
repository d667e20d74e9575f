//! The files that plugins run, each looked at once. Comes in: a model, and bytes that the caller read. Goes out: for each
//! plugin where its file is, the hash, and what it says of itself. Deliberately absent: whether that fits the manifest; see
//! `check`.

use std::collections::BTreeMap;
use std::sync::Arc;

use ambit_schema::capability::Tier;
use ambit_schema::set::paths::Path;
use ambit_schema::wire::hex;
use sha2::{Digest, Sha256};

use crate::binary::{self, Artifacts, Invalid, Library, Unread, Wasm};
use crate::bind::{Model, Plugin, expand};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::Spanned;
use crate::manifest::{ArtifactClaim, NamedBy, inside_plugin, is_inside_plugin};
use crate::profile::Profile;

mod program;

/// The file of a plugin.
#[derive(Debug, Clone)]
pub struct Looked {
    /// Where it is, as the plan keeps it.
    pub path: String,
    /// Its SHA-256 in hexadecimal. `None`: it was not read.
    pub sha256: Option<String>,
    /// What it says of itself.
    pub content: Content,
}

/// What a file says of itself. Plugins that name one file share it.
#[derive(Debug, Clone)]
pub enum Content {
    /// Nothing: it was not read, or its tier does not say how.
    Unknown,
    /// Of the wasm tier.
    Wasm(Arc<Result<Wasm, Invalid>>),
    /// Of the native tier. `None`: in a format that is not looked into.
    Native(Arc<Result<Option<Library>, String>>),
}

/// Looks at the file of every plugin, in the order of the model. Without a profile a file that is not there is not missed: a
/// manifest may be read before anything is built.
pub fn look(
    profile: Option<&Profile>,
    model: &Model<'_>,
    files: &dyn Artifacts,
    sink: &mut Sink,
) -> Vec<Option<Looked>> {
    let mut looker = Looker { profile, model, files, seen: BTreeMap::new() };
    model.plugins.iter().map(|plugin| looker.look(plugin, sink)).collect()
}

struct Looker<'l> {
    profile: Option<&'l Profile>,
    model: &'l Model<'l>,
    files: &'l dyn Artifacts,
    /// What was found at a path, for a tier.
    seen: BTreeMap<(String, Tier), Result<Looked, Unread>>,
}

impl Looker<'_> {
    fn look(&mut self, plugin: &Plugin, sink: &mut Sink) -> Option<Looked> {
        let claim = plugin.manifest.artifact.as_ref()?;
        if claim.tier == Tier::Process {
            let inside = program::check(claim, sink).filter(|_| self.profile.is_some());
            let path = inside.map(|path| beside_manifest(self.model, plugin, path));
            if let Some(path) = path.filter(|path| matches!(self.files.read(path), Err(Unread::Missing))) {
                unread(claim, &path, &Unread::Missing, sink);
            }
            return Some(Looked { path: claim.path.said().clone(), sha256: None, content: Content::Unknown });
        }
        let path = self.locate(plugin, claim, sink)?;
        match self.open(&path, claim.tier) {
            Ok(looked) => Some(looked),
            Err(why) => {
                if self.profile.is_some() {
                    unread(claim, &path, &why, sink);
                }
                Some(Looked { path, sha256: None, content: Content::Unknown })
            }
        }
    }

    fn open(&mut self, path: &str, tier: Tier) -> Result<Looked, Unread> {
        let files = self.files;
        let open = || files.read(path).map(|bytes| looked(path, tier, &bytes));
        self.seen.entry((path.to_owned(), tier)).or_insert_with(open).clone()
    }

    /// Where the file is: below the manifest's folder, or for entries of a host's list wherever the list says. A path of a
    /// plugin that leaves its folder was reported when the manifest was read.
    fn locate(&self, plugin: &Plugin, claim: &ArtifactClaim, sink: &mut Sink) -> Option<String> {
        let written = claim.path.said();
        let spanned = Spanned::new(written.clone(), claim.path.span());
        if claim.named_by == NamedBy::Host {
            let expanded = expand(&self.profile?.folders, &spanned, plugin.id(), sink)?;
            if expanded.starts_with('/') {
                return clean(&expanded, &spanned, sink);
            }
            inside_plugin(&spanned, sink);
        }
        is_inside_plugin(written).then(|| beside_manifest(self.model, plugin, written))
    }
}

fn looked(path: &str, tier: Tier, bytes: &[u8]) -> Looked {
    let content = match tier {
        Tier::Wasm => Content::Wasm(Arc::new(binary::wasm(bytes))),
        Tier::Native => Content::Native(Arc::new(binary::native(bytes))),
        Tier::Process | Tier::Container => Content::Unknown,
    };
    Looked { path: path.to_owned(), sha256: Some(hex(&Sha256::digest(bytes))), content }
}

/// A path of a plugin, seen from the plan's base folder.
pub(crate) fn beside_manifest(model: &Model<'_>, plugin: &Plugin, written: &str) -> String {
    let manifest = model.sources.get(plugin.manifest.file).path();
    let folder = manifest.rsplit_once('/').map_or("", |(folder, _)| folder);
    let parts = folder.split('/').chain(written.split('/')).filter(|part| !part.is_empty() && *part != ".");
    format!("./{}", parts.collect::<Vec<_>>().join("/"))
}

/// A path that climbs is refused: what it names depends on links.
fn clean(path: &str, written: &Spanned<String>, sink: &mut Sink) -> Option<String> {
    if let Ok(path) = Path::parse(path) {
        return Some(path.text());
    }
    let message = format!("`{}` is not a plain path", written.value.escape_debug());
    let found = Diagnostic::new(Code::EscapingPath, written.span, message);
    sink.add(found.help("write the folder that is meant without `..`"));
    None
}

fn unread(claim: &ArtifactClaim, path: &str, why: &Unread, sink: &mut Sink) {
    let code = if path.starts_with("./") { Code::MissingArtifact } else { Code::NoArtifact };
    let (message, help) = match why {
        Unread::Missing => (format!("there is no file `{path}`"), "build the plugin, or correct the path"),
        Unread::Refused(why) => {
            (format!("the file `{path}` is not read: {why}"), "put a plain file there that can be read")
        }
    };
    let found = Diagnostic::new(code, claim.path.span(), message);
    sink.add(found.help(help).note("without the file nothing can be loaded"));
}
