//! `import-not-granted` and `unrequested-import`: imports that nothing provides, and those that would need a right which the
//! manifest does not ask for. What every program carries with it is neither.

use ambit_schema::advice::quoted;
use ambit_schema::capability::Kind;
use ambit_schema::interface::{Provision, provision, service};

use super::{About, versions, withheld};
use crate::binary::{MOST_IMPORTS, Wasm};
use crate::decide::links;
use crate::diag::{Code, Sink};
use crate::profile::Profile;

pub(super) fn check(about: &About<'_>, wasm: &Wasm, sink: &mut Sink) {
    if let Some(profile) = about.profile {
        let is_missing = |import: &&String| {
            !is_provided(about, import) && !is_optional(about, import) && !withheld::is_kept(about, import)
        };
        let missing = wasm.imports.iter().filter(is_missing);
        missing.for_each(|import| unprovided(profile, about, import, sink));
        let linked = wasm.imports.iter().filter(|import| is_provided(about, import) && provision(import).is_none());
        linked.for_each(|import| versions::older(about, import, sink));
    }
    if wasm.imports_cut {
        let message = format!("`{}` imports more than {MOST_IMPORTS} different things", about.file());
        sink.add(about.found(Code::CannotStart, message).help("build the plugin with fewer imports"));
    }
    unrequested(about, wasm, sink);
}

fn is_provided(about: &About<'_>, import: &str) -> bool {
    match provision(import) {
        Some(Provision::Always) => true,
        Some(Provision::With(kinds)) => kinds.iter().any(|kind| about.plugin.has(*kind)),
        None => about.interface(import).is_some_and(|interface| links(about.model, about.plugin, interface)),
    }
}

/// An import for rights that the plugin says it can do without is linked to a denial instead.
fn is_optional(about: &About<'_>, import: &str) -> bool {
    let kinds = match provision(import) {
        Some(Provision::With(kinds)) => kinds.to_vec(),
        _ => about.interface(import).map(|interface| interface.kinds.clone()).unwrap_or_default(),
    };
    let asks = |kind: &Kind| about.plugin.claims.iter().any(|claim| claim.line.kind == *kind && claim.line.optional);
    kinds.iter().any(asks)
}

fn unprovided(profile: &Profile, about: &About<'_>, import: &str, sink: &mut Sink) {
    if about.interface(import).is_none() && versions::mismatch(profile, about, import, sink) {
        return;
    }
    let message = format!("`{}` imports `{import}`, and nothing in the plan provides it", about.file());
    let found = about.found(Code::ImportNotGranted, message);
    let or = |kinds: &[Kind]| kinds.iter().map(|kind| kind.key()).collect::<Vec<_>>().join("` or `");
    let kinds = match (provision(import), about.interface(import)) {
        (Some(Provision::With(kinds)), _) => or(kinds),
        (_, Some(interface)) => or(&interface.kinds),
        _ => {
            let help = "build the plugin without it, or let the host profile name it: `interfaces { … }`";
            return sink.add(found.because(profile.place(), "the host does not name it").help(help));
        }
    };
    let id = about.plugin.id();
    sink.add(found.help(format!(
        "request `{kinds}` in the manifest of `{id}` and grant it, or build the plugin without the import"
    )));
}

/// Imports that are linked all the same, and refuse whatever is asked of them.
fn unrequested(about: &About<'_>, wasm: &Wasm, sink: &mut Sink) {
    let asks = |kind: &Kind| about.plugin.claims.iter().any(|claim| claim.line.kind == *kind);
    let is_linked = |import: &str| !matches!(provision(import), Some(Provision::With(_)));
    let is_reported = |import: &str| about.profile.is_some() && !is_linked(import) && !is_provided(about, import);
    let mut found: Vec<(&[Kind], Vec<&str>)> = vec![];
    let is_kept = |import: &str| withheld::is_kept(about, import) || withheld::is_kept_behind(about, import);
    for import in wasm.uses.iter().map(String::as_str).filter(|import| !is_reported(import) && !is_kept(import)) {
        let Some(service) = service(import).filter(|service| !service.carried) else { continue };
        if service.kinds.iter().any(asks) {
            continue;
        }
        match found.iter_mut().find(|(known, _)| *known == service.kinds) {
            Some((_, imports)) => imports.push(import),
            None => found.push((service.kinds, vec![import])),
        }
    }
    for (kinds, imports) in found {
        let Some(kind) = kinds.first() else { continue };
        let message = format!(
            "`{}` imports {}, and its manifest does not ask for `{kind}`",
            about.file(),
            super::listed(imports.into_iter())
        );
        let line = format!("{kind} {}", quoted(kind.domain().example()));
        let found = about.found(Code::UnrequestedImport, message);
        let found = found.note("what it calls there is refused; some languages' libraries import it without any use");
        sink.add(found.help(format!("if the plugin needs it, request it: `capabilities {{ {line} }}`")));
    }
}
