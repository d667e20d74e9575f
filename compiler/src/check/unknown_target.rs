//! `unknown-target`: some kinds are about few things that are known by name, such as the clocks. What names none of them can
//! neither be asked for, nor given, nor taken.

use ambit_schema::capability::{CapSet, Kind, Member};

use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::did_you_mean;
use crate::source::Span;

/// What a kind can be about, where that is known.
fn known(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::FsTemp => &["private"],
        Kind::ClockRead => &["wall", "monotonic"],
        Kind::RandomRead => &["secure"],
        _ => &[],
    }
}

/// What manifests ask for.
pub(super) fn requests(model: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    let claims = plugins.iter().flat_map(|plugin| &plugin.claims);
    claims.for_each(|claim| target(model, claim.line.kind, &claim.line.set, claim.span, sink));
}

/// What the host offers, and what grants give and forbid.
pub(super) fn lines(model: &Model<'_>, sink: &mut Sink) {
    model.rules.iter().for_each(|rule| target(model, rule.line.kind, &rule.line.set, rule.span, sink));
    model.grants.iter().for_each(|grant| target(model, grant.line.kind, &grant.line.set, grant.span, sink));
    for never in &model.nevers {
        let parts = never.line.parts.iter().zip(&never.spans);
        parts.for_each(|((kind, set), span)| target(model, *kind, set, *span, sink));
    }
}

fn target(model: &Model<'_>, kind: Kind, set: &CapSet, span: Span, sink: &mut Sink) {
    let known = known(kind);
    let is_of = |word: &&str| Member::parse(kind, word).is_ok_and(|member| set.contains(&member));
    if known.is_empty() || known.iter().any(is_of) {
        return;
    }
    let written = model.sources.slice(span).trim_matches(['"', '\'']);
    let message = format!("`{kind}` is not about `{}`", written.escape_debug());
    let found = Diagnostic::new(Code::UnknownTarget, span, message);
    sink.add(did_you_mean(found, span, written, known.iter().copied()));
}
