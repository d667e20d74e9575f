//! `too-many-patterns`: a right that is more than can be decided, by all that is said of it together. It is not given, whatever
//! lines say, and nothing else is found about it.

use ambit_schema::plan::{Effect, SealError};
use ambit_schema::set::MAX_TERMS;

use crate::bind::{Decision, Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::WITH_FEWER;
use crate::profile::Profile;
use crate::source::{Sources, Span};

const UNDECIDED: &str = "a right that cannot be decided is not given at all";

pub(super) fn check(_: &Profile, model: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    for plugin in plugins {
        let undecided = plugin.decisions.iter().filter(|decision| decision.is_too_complex());
        undecided.for_each(|decision| one(model, plugin, decision, sink));
    }
}

/// The same of a right whose plan did not pass its proof because no search came to an end.
pub fn unproved(sources: &Sources, error: &SealError) -> Option<Diagnostic> {
    let SealError::Unproved { plugin, kind, place } = error else { return None };
    let (file, source) = sources.iter().find(|(_, source)| *source.path() == *place.path)?;
    let range = source.rest_of_line(place.line, place.column);
    let message = format!("what `{plugin}` may {} overlaps in too many ways to be proved", kind.phrase());
    let found = Diagnostic::new(Code::TooManyPatterns, Span::new(file, range.start, range.end), message);
    let found = found.label("asked for here, and decided by what is offered, allowed, denied and asked about together");
    let found =
        found.help("say it with fewer patterns, or with such as have nothing in common: `APP_*` instead of `*APP*`");
    Some(found.note(UNDECIDED))
}

fn one(model: &Model<'_>, plugin: &Plugin, decision: &Decision, sink: &mut Sink) {
    let kind = decision.kind;
    let claims: Vec<Span> =
        plugin.claims.iter().filter(|claim| claim.line.kind == kind).map(|claim| claim.span).collect();
    let Some(claim) = claims.first() else { return };
    let id = plugin.id();
    let message = format!("what `{id}` may {} takes more than {MAX_TERMS} patterns to say", kind.phrase());
    let found = Diagnostic::new(Code::TooManyPatterns, *claim, message);
    let found = found.label(match claims.len() {
        1 => "asked for here".to_owned(),
        count => format!("the first of {count} requests for it"),
    });
    let rules = model.rules.iter().filter(|rule| rule.line.kind == kind).map(|rule| rule.span);
    let lines = |effect: Effect| {
        model.lines(plugin, kind).filter(move |grant| grant.line.effect == effect).map(|grant| grant.span)
    };
    let sorts: [(&str, Vec<Span>); 4] = [
        ("offers of it", rules.collect()),
        ("lines that allow it", lines(Effect::Allow).collect()),
        ("lines that deny it", lines(Effect::Deny).collect()),
        ("lines that ask about it", lines(Effect::Ask).collect()),
    ];
    let many = sorts.iter().filter(|(_, spans)| spans.len() > 1);
    let found = many
        .fold(found, |found, (what, spans)| found.because(spans[0], format!("the first of {} {what}", spans.len())));
    sink.add(found.help(WITH_FEWER).note(UNDECIDED));
}
