//! `unused-request`: a request for which the artifact imports nothing that it could use it with. Rights that a plugin uses
//! by being called, such as `http.serve`, are left aside; so is what a host may serve in ways that its profile does not name.

use std::collections::BTreeMap;

use ambit_schema::capability::{Kind, is_of_hosts};
use ambit_schema::interface::{Symbol, service, symbol};

use super::{About, listed};
use crate::binary::{Form, Library, Wasm};
use crate::bind::BoundClaim;
use crate::decide::requests;
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::Span;

/// Libraries of the system that do nothing by themselves that their symbols do not tell.
const SYSTEM: [&str; 9] =
    ["libc.", "libm.", "libgcc_s.", "libpthread.", "libdl.", "librt.", "libstdc++.", "ld-linux", "libc++"];

pub(super) fn wasm(about: &About<'_>, wasm: &Wasm, sink: &mut Sink) {
    let uses = || wasm.uses.iter().map(String::as_str);
    let note =
        if wasm.uses.is_empty() { "it imports nothing".to_owned() } else { format!("it imports {}", listed(uses())) };
    let inner = match wasm.form {
        Form::Component => Some("only imports of the outermost component count: what is inside reaches nothing else"),
        Form::Core => None,
    };
    unused(about, |kind| is_usable(about, wasm, kind), &note, inner, sink);
}

/// Whether anything that a wasm artifact imports could be of use for a kind.
fn is_usable(about: &About<'_>, wasm: &Wasm, kind: Kind) -> bool {
    if kind == Kind::HookAttach {
        return true;
    }
    if kind == Kind::InterfaceUse {
        return wasm.imports.iter().any(|import| requests(about.plugin, import).next().is_some());
    }
    let by_host = |import: &String| match (about.profile, about.interface(import)) {
        (Some(_), Some(interface)) => interface.kinds.is_empty() || interface.kinds.contains(&kind),
        // What nobody knows may be for anything; where there is a host, another rule says so.
        _ => service(import).is_none(),
    };
    let by_tier = |import: &String| service(import).is_some_and(|service| service.kinds.contains(&kind));
    let imported = wasm.uses.iter().any(|import| by_tier(import) || by_host(import));
    imported || is_of_hosts(kind) && !has_interface(about, kind)
}

/// Whether the host profile names what a kind is used through. Being called needs no import.
fn has_interface(about: &About<'_>, kind: Kind) -> bool {
    let is_inbound = matches!(kind, Kind::HttpServe | Kind::EventSubscribe);
    let named =
        |profile: &crate::profile::Profile| profile.interfaces.iter().any(|interface| interface.kinds.contains(&kind));
    !is_inbound && about.profile.is_some_and(named)
}

pub(super) fn native(about: &About<'_>, library: &Library, sink: &mut Sink) {
    let is_system = |name: &String| SYSTEM.iter().any(|known| name.starts_with(known));
    if !library.needed.iter().all(is_system) {
        return;
    }
    let serves =
        |name: &String, kind: Kind| matches!(symbol(name), Some(Symbol::Needs(kinds, _)) if kinds.contains(&kind));
    let usable = |kind: Kind| {
        is_of_hosts(kind) || kind == Kind::HookAttach || library.symbols.iter().any(|name| serves(name, kind))
    };
    let note = if library.symbols.is_empty() {
        "it binds no symbol of the system's library that a right would be about".to_owned()
    } else {
        format!("of the system's library it binds {}", listed(library.symbols.iter().map(String::as_str)))
    };
    unused(about, usable, &note, Some("system calls that its own code makes are not seen"), sink);
}

/// A finding for each line of the manifest that asks for a kind which is not usable.
fn unused(about: &About<'_>, usable: impl Fn(Kind) -> bool, note: &str, more: Option<&str>, sink: &mut Sink) {
    let mut lines: BTreeMap<(Kind, u32), Vec<&BoundClaim>> = BTreeMap::new();
    let mut known: BTreeMap<Kind, bool> = BTreeMap::new();
    for claim in &about.plugin.claims {
        let kind = claim.line.kind;
        if !*known.entry(kind).or_insert_with(|| usable(kind)) {
            lines.entry((kind, claim.line.place.line)).or_default().push(claim);
        }
    }
    for ((kind, line), claims) in lines {
        let Some(first) = claims.first() else { continue };
        let message = format!("`{}` imports nothing that it could use `{kind}` with", about.file());
        let found = Diagnostic::new(Code::UnusedRequest, first.span, message).label("asked for here");
        let found = found.because(about.claim.path.span(), "the artifact").note(note);
        let found = more.into_iter().fold(found, Diagnostic::note);
        let found = found.help(format!("remove the request of `{kind}`"));
        sink.add(match whole_line(about, kind, line, first.span) {
            Some(span) => found.fix_unsafe(span, ""),
            None => found,
        });
    }
}

/// The line of a request, where it has one to itself, as in `net.connect "a" "b"`.
fn whole_line(about: &About<'_>, kind: Kind, line: u32, span: Span) -> Option<Span> {
    let source = about.model.sources.get(span.file);
    let rest = source.line(line).trim().strip_prefix(kind.key())?;
    let whole = Span::new(span.file, source.line_start(line) as usize, source.line_start(line + 1) as usize);
    (source.path().ends_with(".kdl") && is_plain(rest)).then_some(whole)
}

/// Whether a line goes on with texts in quotes and plain values, and nothing else.
fn is_plain(rest: &str) -> bool {
    let is_closed = rest.matches('"').count().is_multiple_of(2) && !rest.contains('\\');
    let plain = |part: &str| part.chars().all(|c| c.is_ascii_lowercase() || matches!(c, ' ' | '\t' | '=' | '#'));
    is_closed && rest.contains('"') && rest.split('"').step_by(2).all(plain)
}
