//! `no-entry`, `no-handler` and `undeclared-export`: what a manifest declares needs a way in, and what a file exports for
//! others to call should be declared.

use std::collections::BTreeSet;

use ambit_schema::capability::Kind;
use ambit_schema::interface::{HTTP_HANDLER, unversioned};
use ambit_schema::plan::NameSort;

use super::{About, listed};
use crate::binary::{Export, Wasm};
use crate::diag::{Code, Diagnostic, Sink};

/// How many exports are compared with what is declared.
const MOST: usize = 1_000;

/// Functions that languages export for their own use, by how their names start.
const INTERNAL: [&str; 11] = [
    "_",
    "cabi_",
    "canonical_abi_",
    "asyncify_",
    "emscripten_",
    "stack",
    "malloc",
    "free",
    "calloc",
    "realloc",
    "dynCall",
];

pub(super) fn check(about: &About<'_>, wasm: &Wasm, sink: &mut Sink) {
    let is_program = ["wasi:cli/run", "_start", "ambit:plugin/commands"].iter().any(|name| wasm.has(name));
    if !is_program {
        commands(about, wasm, sink);
        others(about, wasm, sink);
    }
    endpoints(about, wasm, sink);
    undeclared(about, wasm, sink);
    unasked_handler(about, wasm, sink);
}

/// Commands need a way in: a program that runs with arguments, or the plugin contract, or a function for each.
fn commands(about: &About<'_>, wasm: &Wasm, sink: &mut Sink) {
    let commands = about.plugin.manifest.names.iter().filter(|name| name.sort == NameSort::Command);
    for command in commands.filter(|command| !wasm.has(command.local.said().as_str())) {
        let message = format!("`{}` has no way to run `{}`", about.file(), command.local.said());
        let found = Diagnostic::new(Code::NoEntry, command.local.span(), message);
        let found = found.because(about.claim.path.span(), "the artifact");
        sink.add(found.help("export `ambit:plugin/commands`, `wasi:cli/run`, or a function of the command's name"));
    }
}

/// Tools and hooks reach a plugin as its host likes, but only through something that it exports.
fn others(about: &About<'_>, wasm: &Wasm, sink: &mut Sink) {
    if wasm.exports.iter().any(is_callable) {
        return;
    }
    let manifest = &about.plugin.manifest;
    let names = manifest
        .names
        .iter()
        .filter(|name| !matches!(name.sort, NameSort::Command | NameSort::Event | NameSort::Endpoint));
    let names = names.map(|name| (name.local.span(), name.sort.word(), name.local.said().as_str()));
    let hooks = manifest.hooks.iter().map(|hook| (hook.point.span(), "hook", hook.point.said().as_str()));
    for (span, what, name) in names.chain(hooks) {
        let message = format!("`{}` exports nothing through which the {what} `{name}` could reach it", about.file());
        let found = Diagnostic::new(Code::NoHandler, span, message).because(about.claim.path.span(), "the artifact");
        sink.add(found.help("export `ambit:plugin/commands`, or whatever the host calls for it; or do not declare it"));
    }
}

/// Endpoints are answered by the handler of `wasi:http`, or as the host likes: by the contract, an interface of its own, or a function
/// of the endpoint's name. A program that is run with arguments is none of these.
fn endpoints(about: &About<'_>, wasm: &Wasm, sink: &mut Sink) {
    let answers = |export: &Export| {
        export.is_instance && !["wasi:cli/run", "ambit:plugin/lifecycle"].contains(&unversioned(&export.name))
    };
    if wasm.exports.iter().any(answers) {
        return;
    }
    let names = about.plugin.manifest.names.iter().filter(|name| name.sort == NameSort::Endpoint);
    for name in names.filter(|name| !wasm.has(name.local.said().as_str())) {
        let route = name.route.as_ref().map_or_else(|| name.local.said().to_string(), |route| route.said().clone());
        let message = format!("`{}` exports nothing that could answer `{}`", about.file(), route.escape_debug());
        let found = Diagnostic::new(Code::NoHandler, name.local.span(), message);
        let found = found.because(about.claim.path.span(), "the artifact");
        sink.add(
            found.help(format!("export `{HTTP_HANDLER}`, or whatever the host calls for it; or do not declare it")),
        );
    }
}

/// The other way round: a handler of requests, and no request to answer.
fn unasked_handler(about: &About<'_>, wasm: &Wasm, sink: &mut Sink) {
    let asks = about.plugin.claims.iter().any(|claim| claim.line.kind == Kind::HttpServe);
    if asks || !wasm.has(HTTP_HANDLER) {
        return;
    }
    let message =
        format!("`{}` exports `{HTTP_HANDLER}`, and the manifest asks for no request to answer", about.file());
    let found = about.found(Code::UndeclaredExport, message);
    sink.add(found.help("ask for it, as in `http.serve \"POST /webhook\"`, or declare its endpoints under `api`"));
}

/// Whether a host could call this export, or something in it.
fn is_callable(export: &Export) -> bool {
    export.is_instance && !export.name.starts_with("ambit:plugin/lifecycle") || is_open(export)
}

/// Whether this is a function that is meant for others.
fn is_open(export: &Export) -> bool {
    export.is_function && !INTERNAL.iter().any(|start| export.name.starts_with(start))
}

fn undeclared(about: &About<'_>, wasm: &Wasm, sink: &mut Sink) {
    let manifest = &about.plugin.manifest;
    let names = manifest.names.iter().map(|name| name.local.said().as_str());
    let declared: BTreeSet<&str> = names.chain(manifest.hooks.iter().map(|hook| hook.point.said().as_str())).collect();
    let exports = wasm.exports.iter().filter(|export| is_open(export)).take(MOST);
    let extra: Vec<&str> = exports.map(|export| export.name.as_str()).filter(|name| !declared.contains(name)).collect();
    let Some(first) = extra.first() else { return };
    let verb = if extra.len() == 1 { "is" } else { "are" };
    let message =
        format!("`{}` exports {}, which {verb} declared nowhere", about.file(), listed(extra.iter().copied()));
    let found = about.found(Code::UndeclaredExport, message);
    let found = found.note("nobody who reads the manifest knows of it, and no plan has a name for it");
    sink.add(found.help(format!("declare it, as in `commands {{ {first} }}`, or do not export it")));
}
