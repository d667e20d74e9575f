//! Who a plugin is. Comes in: what the profile and the grants state about publishers. Goes out: a publisher, a trust tier and
//! a digest for each plugin, or what two statements disagree about. What a manifest says of its author decides nothing.

use std::collections::BTreeMap;

use ambit_schema::plan::{HOST_LAYER, PublisherLine, Publishers, Vouched, Who};
use ambit_schema::set::Set;

use super::{Model, Plugin, place, spot};
use crate::diag::{Code, Diagnostic, Sink};
use crate::grant::{Grants, Never, Publisher, Statements, Subject};
use crate::profile::Profile;
use crate::source::{Sources, Span};

/// Finds out who every plugin is. `digests` are the SHA-256 of what each runs, in the order of the model's plugins.
pub fn identify(model: &mut Model<'_>, profile: Option<&Profile>, digests: &[Option<String>], sink: &mut Sink) {
    for (at, digits) in digests.iter().enumerate().take(model.plugins.len()) {
        if model.publishers.lines().is_empty() {
            model.plugins[at].identity.digest.clone_from(digits);
            continue;
        }
        let plugin = &model.plugins[at];
        let Some(name) = plugin.name() else { continue };
        disagreement(model, plugin, digits.as_deref(), sink);
        let identity = model.publishers.identity(name, digits.as_deref());
        model.plugins[at].identity = identity;
    }
    model.wants_digests = wants_digests(model, profile);
}

/// The statements of all texts, with where the names of publishers stand. Two that say different things of one publisher
/// are an error: a layer cannot change what another says.
pub(super) fn statements(
    sources: &Sources,
    profile: Option<&Profile>,
    layers: &[Grants],
    sink: &mut Sink,
) -> (Publishers, Vec<Span>) {
    let of = |layer: &str, statements: &Statements| {
        statements.publishers.iter().map(|it| (line(sources, layer, it), it.name.span)).collect::<Vec<_>>()
    };
    let mut lines = profile.map(|profile| of(HOST_LAYER, &profile.statements)).unwrap_or_default();
    lines.extend(layers.iter().flat_map(|layer| of(&layer.layer, &layer.statements)));
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, (line, span)) in lines.iter().enumerate() {
        let before = *first.entry(line.name.as_str()).or_insert(at);
        let (other, other_span) = &lines[before];
        if !says_the_same(line, other) {
            let message = format!(
                "layer `{}` says other things of the publisher `{}` than layer `{}`",
                line.layer, line.name, other.layer
            );
            let found = Diagnostic::new(Code::PublisherConflict, *span, message).because(*other_span, "stated here");
            sink.add(found.help("keep one of the two, or give this publisher another name"));
        }
    }
    let (lines, spans) = lines.into_iter().unzip();
    (Publishers::new(lines), spans)
}

fn says_the_same(a: &PublisherLine, b: &PublisherLine) -> bool {
    let trust = |line: &PublisherLine| line.trust.as_ref().map(|trust| trust.name.clone());
    a.plugins == b.plugins && a.digests == b.digests && trust(a) == trust(b)
}

fn line(sources: &Sources, layer: &str, publisher: &Publisher) -> PublisherLine {
    let (at, text) = place(sources, publisher.name.span);
    let trust = publisher.trust.as_ref();
    PublisherLine {
        layer: layer.to_owned(),
        name: publisher.name.value.clone(),
        plugins: Set::union_all(&publisher.plugins),
        digests: publisher.digests.iter().cloned().collect(),
        trust: trust.map(|it| Vouched { name: it.value.clone(), place: spot(sources, it.span) }),
        place: at,
        text,
    }
}

/// A plugin that two publishers have is nobody's until someone decides.
fn disagreement(model: &Model<'_>, plugin: &Plugin, digest: Option<&str>, sink: &mut Sink) {
    let Some(name) = plugin.name() else { return };
    let lines = model.publishers.lines();
    let about: Vec<usize> = model.publishers.about(name, digest).into_iter().collect();
    let Some(first) = about.first() else { return };
    let Some(other) = about.iter().find(|at| lines[**at].name != lines[*first].name) else { return };
    let (a, b) = (&lines[*first], &lines[*other]);
    let message = format!("`{}` is said to be of `{}` and of `{}`", plugin.id(), a.name, b.name);
    let found = Diagnostic::new(Code::PublisherConflict, plugin.span(), message);
    let found = found.because(model.publisher_spans[*first], format!("by layer `{}`", a.layer));
    let found = found.because(model.publisher_spans[*other], format!("by layer `{}`", b.layer));
    sink.add(found.help("let one of the two publishers have it"));
}

/// Whether any line is about a digest.
fn wants_digests(model: &Model<'_>, profile: Option<&Profile>) -> bool {
    model.publishers.lines().iter().any(|line| !line.digests.is_empty())
        || subjects(model, profile).any(|(_, subject)| matches!(subject.who, Who::Digest(_)))
}

/// Every subject that a text has, with its layer.
pub(crate) fn subjects<'m>(
    model: &Model<'m>,
    profile: Option<&'m Profile>,
) -> impl Iterator<Item = (&'m str, &'m Subject)> {
    let nevers = |nevers: &'m [Never]| nevers.iter().map(|never| &never.subject);
    let host = profile.into_iter().flat_map(move |profile| nevers(&profile.statements.nevers));
    let layers = model.layers.iter().flat_map(move |layer| {
        let lines = layer.lines.iter().map(|line| &line.subject);
        let flows = layer.flows.iter().flat_map(|line| [&line.from, &line.through]);
        let lines = lines.chain(layer.quotas.iter().map(|line| &line.subject)).chain(flows);
        lines.chain(nevers(&layer.statements.nevers)).map(move |subject| (layer.layer.as_str(), subject))
    });
    host.map(|subject| (HOST_LAYER, subject)).chain(layers)
}
