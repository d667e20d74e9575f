//! Lines of the grants that do nothing: `unoffered-grant` gives what the host does not offer, `shadowed-grant` what a deny takes
//! whole, `unused-grant` what nobody asks for, `redundant-grant` what another line gives, `settled-ask` asks about what is
//! allowed. Each line gets the first of these that holds. A deny that takes nothing is defence.

use std::collections::BTreeMap;

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::{Effect, GrantLine};

use super::cover::{Before, Covers};
use crate::bind::{Located, Model};
use crate::diag::{Code, Diagnostic, Fix, Sink};
use crate::source::Span;

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    let idle = Idle { model, covers: Covers::new(&model.grants), offered: offered(model), used: used(model) };
    let about = about(model);
    let is_said = |at: &usize| matches!(model.grants[*at].line.effect, Effect::Allow | Effect::Ask);
    // A line with `${plugin.…}` is a line for each plugin; it does nothing where none of them does anything.
    let mut said: Vec<usize> = (0..model.grants.len()).filter(is_said).collect();
    said.sort_by_key(|at| place(model, *at));
    let places = said.chunk_by(|a, b| place(model, *a) == place(model, *b));
    let places: Vec<&[usize]> = places.filter(|lines| lines.iter().any(|at| about[*at])).collect();
    let found = model.cores.stretches(&places, |places| {
        let mut before = Before::default();
        places.iter().filter_map(|lines| idle.finding(lines, &mut before)).collect::<Vec<_>>()
    });
    found.into_iter().flatten().for_each(|found| sink.add(found));
}

/// What lines that were written as one have in common.
fn place(model: &Model<'_>, at: usize) -> (Span, Kind, Effect) {
    let grant = &model.grants[at];
    (grant.span, grant.line.kind, grant.line.effect)
}

struct Idle<'i, 'm> {
    model: &'i Model<'m>,
    covers: Covers<'i>,
    offered: BTreeMap<Kind, Vec<&'i CapSet>>,
    /// For each line, whether some request meets it.
    used: Vec<bool>,
}

fn offered<'i>(model: &'i Model<'_>) -> BTreeMap<Kind, Vec<&'i CapSet>> {
    let mut offered: BTreeMap<Kind, Vec<&CapSet>> = BTreeMap::new();
    model.rules.iter().for_each(|rule| offered.entry(rule.line.kind).or_default().push(&rule.line.set));
    offered
}

/// For each line, whether it is about some plugin.
fn about(model: &Model<'_>) -> Vec<bool> {
    let mut about = vec![false; model.grants.len()];
    model.plugins.iter().flat_map(|plugin| &plugin.lines).for_each(|at| about[*at] = true);
    about
}

fn used(model: &Model<'_>) -> Vec<bool> {
    let mut used = vec![false; model.grants.len()];
    for plugin in &model.plugins {
        for at in &plugin.lines {
            let line = &model.grants[*at].line;
            // What is asked for is mostly what is given, word for word.
            let meets = |set: &CapSet| *set == line.set || !set.is_disjoint(&line.set);
            let asks = || plugin.claims.iter().any(|claim| claim.line.kind == line.kind && meets(&claim.line.set));
            if line.effect.gives() && !used[*at] && asks() {
                used[*at] = true;
            }
        }
    }
    used
}

impl<'i> Idle<'i, '_> {
    fn finding(&self, lines: &[usize], before: &mut Before) -> Option<Diagnostic> {
        let grant = &self.model.grants[*lines.first()?];
        let is_ask = grant.line.effect == Effect::Ask;
        if lines.iter().all(|at| self.is_unoffered(*at)) {
            return Some(unoffered(grant));
        }
        if let Some(deny) = self.covered(lines, Effect::Deny, before) {
            return Some(shadowed(grant, deny));
        }
        if !is_ask && !lines.iter().any(|at| self.used[*at]) {
            return Some(unused(grant));
        }
        let allow = self.covered(lines, Effect::Allow, before)?;
        Some(if is_ask { settled(grant, allow) } else { redundant(grant, allow) })
    }

    fn is_unoffered(&self, at: usize) -> bool {
        let line = &self.model.grants[at].line;
        self.offered.get(&line.kind).into_iter().flatten().all(|offered| line.set.is_disjoint(offered))
    }

    /// One line that covers the first, where each of the lines is covered.
    fn covered(&self, lines: &[usize], by: Effect, before: &mut Before) -> Option<&'i Located<GrantLine>> {
        let (first, others) = lines.split_first()?;
        let first = self.covers.of(*first, by, before)?;
        others.iter().all(|at| self.covers.of(*at, by, before).is_some()).then_some(first)
    }
}

fn found(code: Code, grant: &Located<GrantLine>, what: &str) -> Diagnostic {
    let verb = if grant.line.effect == Effect::Ask { "asks about" } else { "allows" };
    let message = format!("layer `{}` {verb} a `{}` {what}", grant.line.layer, grant.line.kind);
    Diagnostic::new(code, grant.span, message)
}

fn removal(grant: &Located<GrantLine>) -> Fix {
    Fix::risky("remove it").remove(grant.span)
}

fn unoffered(grant: &Located<GrantLine>) -> Diagnostic {
    let found = found(Code::UnofferedGrant, grant, "that the host does not offer");
    let found = found.fix_with(removal(grant));
    found.help("remove the line, or correct it").note("no grant can give what the host profile does not offer")
}

fn shadowed(grant: &Located<GrantLine>, deny: &Located<GrantLine>) -> Diagnostic {
    let found = found(Code::ShadowedGrant, grant, "that a deny takes whole");
    let found = found.because(deny.span, format!("denied here, in layer `{}`", deny.line.layer));
    let found = found.fix_with(removal(grant));
    found.help("remove the line, or narrow the deny").note("deny beats allow, in whatever layer")
}

fn unused(grant: &Located<GrantLine>) -> Diagnostic {
    let message = format!("no plugin asks for this `{}` of layer `{}`", grant.line.kind, grant.line.layer);
    Diagnostic::new(Code::UnusedGrant, grant.span, message)
        .help("remove the line, or correct it if it was meant for a request")
        .fix_with(removal(grant))
        .note("it gives nothing now, and would give to a later version that asks")
}

fn redundant(grant: &Located<GrantLine>, allow: &Located<GrantLine>) -> Diagnostic {
    let found = found(Code::RedundantGrant, grant, "that another line gives already");
    let found = found.because(allow.span, format!("allowed here, in layer `{}`", allow.line.layer));
    found.help("keep one of the two")
}

fn settled(grant: &Located<GrantLine>, allow: &Located<GrantLine>) -> Diagnostic {
    let found = found(Code::SettledAsk, grant, "that a line allows already");
    let found = found.because(allow.span, format!("allowed here, in layer `{}`", allow.line.layer));
    found.help("remove the `ask`, or the `allow` if nobody has consented yet").note("nobody is asked about it")
}
