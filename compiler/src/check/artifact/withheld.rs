//! `withheld-import`: imports that a line keeps from the plugin. What is said of the request for one is not said again.

use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::interface::{behind, provision};

use super::{About, listed};
use crate::binary::Wasm;
use crate::decide::{Keeper, keeper, requests};
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::Span;

/// One finding for each line that keeps imports back.
pub(super) fn check(about: &About<'_>, wasm: &Wasm, sink: &mut Sink) {
    let mut kept: BTreeMap<Span, (Keeper<'_>, Vec<&str>)> = BTreeMap::new();
    for import in linked(wasm) {
        if let Some(keeper) = keeper(about.model, about.plugin, import).filter(|_| !is_told(about, import)) {
            kept.entry(keeper.span()).or_insert((keeper, vec![])).1.push(import);
        }
    }
    for (keeper, imports) in kept.into_values() {
        sink.add(finding(about, keeper, imports));
    }
}

/// Whether an import is kept from the plugin.
pub(super) fn is_kept(about: &About<'_>, import: &str) -> bool {
    keeper(about.model, about.plugin, import).is_some()
}

/// Whether something that an import of WASI p1 is made of is kept from the plugin.
pub(super) fn is_kept_behind(about: &About<'_>, import: &str) -> bool {
    behind(import).into_iter().any(|name| is_kept(about, name))
}

/// Its imports, and what those of WASI p1 are made of, each once.
fn linked(wasm: &Wasm) -> BTreeSet<&str> {
    let behind = wasm.uses.iter().flat_map(|import| behind(import));
    wasm.imports.iter().map(String::as_str).chain(behind).collect()
}

/// Whether a request for the interface says what is to say: a required one is an error by itself, and with an optional one an
/// interface of the host is there as a denial.
fn is_told(about: &About<'_>, import: &str) -> bool {
    let is_of_host = provision(import).is_none();
    requests(about.plugin, import).any(|claim| !claim.line.optional || is_of_host)
}

fn finding(about: &About<'_>, keeper: Keeper<'_>, imports: Vec<&str>) -> Diagnostic {
    let (file, names) = (about.file(), listed(imports.iter().copied()));
    match keeper {
        Keeper::Deny(deny) => {
            let message = format!("`{file}` imports {names}, and layer `{}` denies it", deny.line.layer);
            let found = about.found(Code::WithheldImport, message).because(deny.span, "denied here");
            found.help("remove the plugin, narrow the deny, or build the plugin without the import")
        }
        Keeper::Right(rule) => {
            let message = format!("`{file}` imports {names}, and `{}` has no right to it", about.plugin.id());
            let found = about.found(Code::WithheldImport, message);
            let found = found.because(rule.span, "the host gives it to those who have the right");
            let name = ambit_schema::interface::unversioned(imports.first().copied().unwrap_or_default());
            found.help(format!(
                "request `interface.use \"{name}\"` in the manifest and grant it, or build the plugin without the import"
            ))
        }
    }
}
