//! What runs: the file, its hash, and whether its imports and exports fit the plan. Comes in: bytes that the caller read.

use ambit_schema::capability::{Kind, Tier};
use ambit_schema::interface::{Provision, provision};
use ambit_schema::plan::{Artifact, NameSort};
use ambit_schema::set::paths::Path;
use ambit_schema::wire::hex;
use sha2::{Digest, Sha256};

use crate::binary::{Artifacts, Binary, Unread, inspect};
use crate::bind::{Model, Plugin, expand};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::Spanned;
use crate::manifest::{ArtifactClaim, NamedBy, inside_plugin, is_inside_plugin};
use crate::profile::{Interface, Profile};

/// The artifact of a plugin. Programs of the process tier are found by the runtime, not by the compiler.
pub(super) fn resolve(
    profile: &Profile,
    model: &Model<'_>,
    plugin: &Plugin,
    files: &dyn Artifacts,
    sink: &mut Sink,
) -> Option<Artifact> {
    let claim = plugin.manifest.artifact.as_ref()?;
    if claim.tier == Tier::Process {
        return Some(Artifact { path: claim.path.said().clone(), sha256: None, imports: vec![] });
    }
    let path = locate(profile, model, plugin, claim, sink)?;
    let bytes = match files.read(&path) {
        Ok(bytes) => bytes,
        Err(why) => {
            unread(claim, &path, &why, sink);
            return Some(Artifact { path, sha256: None, imports: vec![] });
        }
    };
    let imports = if claim.tier == Tier::Wasm { examine(profile, plugin, claim, &bytes, sink) } else { vec![] };
    Some(Artifact { path, sha256: Some(hex(&Sha256::digest(&bytes))), imports })
}

/// Where the file is: below the manifest's folder, or for entries of a host's list wherever the list says. A path of a
/// plugin that leaves its folder was reported when the manifest was read.
fn locate(
    profile: &Profile,
    model: &Model<'_>,
    plugin: &Plugin,
    claim: &ArtifactClaim,
    sink: &mut Sink,
) -> Option<String> {
    let written = claim.path.said();
    let spanned = Spanned::new(written.clone(), claim.path.span());
    if claim.named_by == NamedBy::Host {
        let expanded = expand(&profile.folders, &spanned, plugin.id(), sink)?;
        if expanded.starts_with('/') {
            return clean(&expanded, &spanned, sink);
        }
        inside_plugin(&spanned, sink);
    }
    if !is_inside_plugin(written) {
        return None;
    }
    Some(beside_manifest(model, plugin, written))
}

/// A path of a plugin, seen from the plan's base folder.
pub(super) fn beside_manifest(model: &Model<'_>, plugin: &Plugin, written: &str) -> String {
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

fn examine(profile: &Profile, plugin: &Plugin, claim: &ArtifactClaim, bytes: &[u8], sink: &mut Sink) -> Vec<String> {
    match inspect(bytes) {
        Ok(binary) => {
            let imports = binary
                .imports
                .iter()
                .filter(|import| !is_provided(profile, plugin, import) && !is_optional(profile, plugin, import));
            imports.for_each(|import| unprovided(profile, plugin, claim, import, sink));
            entries(plugin, claim, &binary, sink);
            binary.imports
        }
        Err(why) => {
            let message = format!("`{}` is not WebAssembly: {why}", claim.path.said());
            sink.add(Diagnostic::new(Code::NotWasm, claim.path.span(), message).help("build the plugin again"));
            vec![]
        }
    }
}

fn interface<'p>(profile: &'p Profile, import: &str) -> Option<&'p Interface> {
    let bare = import.split('@').next().unwrap_or(import);
    profile.interfaces.iter().find(|interface| interface.name.value == import || interface.name.value == bare)
}

fn is_provided(profile: &Profile, plugin: &Plugin, import: &str) -> bool {
    match provision(import) {
        Some(Provision::Always) => true,
        Some(Provision::With(kind)) => plugin.has(kind),
        None => interface(profile, import).is_some_and(|interface| {
            interface.kinds.is_empty() || interface.kinds.iter().any(|kind| plugin.has(*kind))
        }),
    }
}

/// An import for rights that the plugin says it can do without is linked to a denial instead.
fn is_optional(profile: &Profile, plugin: &Plugin, import: &str) -> bool {
    let kinds = match provision(import) {
        Some(Provision::With(kind)) => vec![kind],
        _ => interface(profile, import).map(|interface| interface.kinds.clone()).unwrap_or_default(),
    };
    let asks = |kind: &Kind| plugin.claims.iter().any(|claim| claim.line.kind == *kind && claim.line.optional);
    kinds.iter().any(asks)
}

fn unprovided(profile: &Profile, plugin: &Plugin, claim: &ArtifactClaim, import: &str, sink: &mut Sink) {
    let message = format!("`{}` imports `{import}`, and nothing in the plan provides it", claim.path.said());
    let found = Diagnostic::new(Code::ImportNotGranted, claim.path.span(), message);
    let kinds = match (provision(import), interface(profile, import)) {
        (Some(Provision::With(kind)), _) => kind.key().to_owned(),
        (_, Some(interface)) => interface.kinds.iter().map(|kind| kind.key()).collect::<Vec<_>>().join("` or `"),
        _ => {
            let help = "build the plugin without it, or let the host profile name it: `interfaces { … }`";
            return sink.add(found.because(profile.place(), "the host does not name it").help(help));
        }
    };
    let help = format!(
        "request `{kinds}` in the manifest of `{}` and grant it, or build the plugin without the import",
        plugin.id()
    );
    sink.add(found.help(help));
}

/// Commands need a way in: a program that runs with arguments, or the plugin contract.
fn entries(plugin: &Plugin, claim: &ArtifactClaim, binary: &Binary, sink: &mut Sink) {
    let has =
        |name: &str| binary.exports.iter().any(|export| export == name || export.starts_with(&format!("{name}@")));
    if has("wasi:cli/run") || has("_start") || has("ambit:plugin/commands") {
        return;
    }
    let commands = plugin.manifest.names.iter().filter(|name| name.sort == NameSort::Command);
    for command in commands.filter(|command| !has(command.local.said().as_str())) {
        let message = format!("`{}` has no way to run `{}`", claim.path.said(), command.local.said());
        let found =
            Diagnostic::new(Code::NoEntry, command.local.span(), message).because(claim.path.span(), "the artifact");
        sink.add(found.help("export `ambit:plugin/commands`, `wasi:cli/run`, or a function of the command's name"));
    }
}
