//! What runs, and where: `wasm`, `native`, `path`, `main`, `command`. Goes out: at most one [`ArtifactClaim`]. Deliberately
//! absent: whether the file is there.

use ambit_schema::capability::Tier;

use super::declare::inside_plugin;
use super::{ArtifactClaim, Claim, NamedBy};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{Spanned, text, texts};
use crate::source::Span;
use crate::syntax::Node;

/// What a manifest said of its artifact so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    said: Vec<(Tier, Spanned<String>)>,
    arguments: Vec<Spanned<String>>,
    /// What only a process has, and where it is said.
    of_process: Vec<(&'static str, Span)>,
    /// A `main` that no tier runs as it is.
    source: Option<Spanned<String>>,
}

pub(super) fn wasm(entry: &mut Entry, node: Node<'_>, sink: &mut Sink) {
    entry.said.extend(text(node, sink).map(|path| (Tier::Wasm, path)));
}

pub(super) fn native(entry: &mut Entry, node: Node<'_>, sink: &mut Sink) {
    entry.said.extend(text(node, sink).map(|path| (Tier::Native, path)));
}

pub(super) fn command(entry: &mut Entry, node: Node<'_>, sink: &mut Sink) {
    entry.said.extend(text(node, sink).map(|path| (Tier::Process, path)));
}

pub(super) fn arguments(entry: &mut Entry, node: Node<'_>, sink: &mut Sink) {
    entry.arguments = texts(node, sink);
    if !entry.arguments.is_empty() {
        entry.of_process.push(("args", node.key_span()));
    }
}

/// `path:` says the tier by how the file's name ends.
pub(super) fn by_extension(entry: &mut Entry, node: Node<'_>, sink: &mut Sink) {
    let Some(path) = text(node, sink) else { return };
    match tier_of(&path.value) {
        Some(tier) => entry.said.push((tier, path)),
        None => {
            let message = format!("`{}` does not say which tier it runs in", path.value);
            let help = "end it in `.wasm`, `.so`, `.dylib` or `.dll`, or write `wasm`, `native` or `command` instead";
            sink.add(Diagnostic::new(Code::UnknownTier, path.span, message).help(help));
        }
    }
}

/// `main:` may name a file that has to be built first, such as JavaScript.
pub(super) fn main(entry: &mut Entry, node: Node<'_>, sink: &mut Sink) {
    let Some(path) = text(node, sink) else { return };
    match tier_of(&path.value) {
        Some(tier) => entry.said.push((tier, path)),
        None => entry.source = Some(path),
    }
}

/// The only protocol of processes is the one over their standard streams.
pub(super) fn protocol(entry: &mut Entry, node: Node<'_>, sink: &mut Sink) {
    let Some(written) = text(node, sink) else { return };
    entry.of_process.push(("protocol", node.key_span()));
    if written.value != "stdio" {
        let message = format!("`{}` is not a protocol that processes are spoken to with", written.value.escape_debug());
        let found = Diagnostic::new(Code::WrongType, written.span, message).help("write `stdio`");
        sink.add(found.fix(written.span, "stdio"));
    }
}

impl Entry {
    /// The one artifact. A list entry that names none, and a manifest that names two, are errors.
    pub(super) fn finish(mut self, place: Span, named_by: NamedBy, sink: &mut Sink) -> Option<ArtifactClaim> {
        for (_, extra) in self.said.iter().skip(1) {
            let found = Diagnostic::new(Code::DuplicateDeclaration, extra.span, "a plugin has one artifact");
            sink.add(found.because(self.said[0].1.span, "already named here").help("keep one of the two"));
        }
        if self.said.first().is_none_or(|(tier, _)| *tier != Tier::Process) {
            self.report_idle(sink);
        }
        if self.said.is_empty() {
            self.report_none(place, named_by, sink);
            return None;
        }
        let (tier, path) = self.said.swap_remove(0);
        if named_by == NamedBy::Plugin && tier != Tier::Process {
            inside_plugin(&path, sink);
        }
        let arguments = self.arguments.into_iter().map(Claim::from).collect();
        Some(ArtifactClaim { tier, named_by, path: path.into(), arguments })
    }

    fn report_idle(&self, sink: &mut Sink) {
        for (key, span) in &self.of_process {
            let found = Diagnostic::new(Code::IdleField, *span, format!("`{key}` says nothing without `command`"));
            sink.add(found.help("leave it out, or name the program as `command`").note("only a process has it"));
        }
    }

    fn report_none(&self, place: Span, named_by: NamedBy, sink: &mut Sink) {
        let found = match &self.source {
            Some(source) => {
                let message = format!("`{}` is not something a tier runs", source.value);
                Diagnostic::new(Code::NoArtifact, source.span, message)
                    .help("build it into a component and name that, as in `wasm \"plugin.wasm\"`")
            }
            None if named_by == NamedBy::Host => {
                Diagnostic::new(Code::MissingField, place, "this entry names no plugin")
                    .help("write `path`, `wasm` or `command`")
            }
            None => Diagnostic::new(Code::NoArtifact, place, "this manifest names nothing that runs")
                .help("name the artifact, as in `wasm \"plugin.wasm\"`"),
        };
        sink.add(found.note("without an artifact the plan says what the plugin may do, and no runtime loads it"));
    }
}

/// What an entry of a list is called: its file's name without the end.
pub(super) fn stem(artifact: &ArtifactClaim) -> Spanned<String> {
    let path = artifact.path.said();
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    Spanned::new(stem.to_owned(), artifact.path.span())
}

fn tier_of(path: &str) -> Option<Tier> {
    match path.rsplit_once('.')?.1 {
        "wasm" => Some(Tier::Wasm),
        "so" | "dylib" | "dll" => Some(Tier::Native),
        _ => None,
    }
}
