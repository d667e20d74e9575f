//! `beyond-flow`: the grants say what a plugin is meant to reach through another, and the other may do more. Nothing could hold
//! such a limit while plugins run, for the other acts with its own rights; so it is proved here, or there is no plan.

use std::collections::BTreeMap;

use ambit_schema::advice::quoted;
use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::Effect;

use crate::bind::{Flow, Model};
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::Span;

/// Targets of one kind in one flow admit together.
type Block = (Span, Span, Kind, usize);

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    let mut admitted: BTreeMap<Block, (&Flow<'_>, Vec<&CapSet>)> = BTreeMap::new();
    for flow in &model.flows {
        for through in flow.through.iter().copied() {
            let key = (flow.line.from.written.span, flow.line.through.written.span, flow.line.kind, through);
            let all = admitted.entry(key).or_insert_with(|| (flow, vec![]));
            all.1.push(&flow.set);
        }
    }
    for ((_, _, kind, through), (flow, sets)) in &admitted {
        one(model, flow, *kind, *through, sets, sink);
    }
}

fn one(model: &Model<'_>, flow: &Flow<'_>, kind: Kind, through: usize, admitted: &[&CapSet], sink: &mut Sink) {
    let deputy = &model.plugins[through];
    let Some(held) = deputy.decision(kind).map(|decision| &decision.granted) else { return };
    let admitted = CapSet::union_near(kind, admitted.iter().copied(), held);
    if flow.from.is_empty() || held.is_subset(&admitted) {
        return;
    }
    let beyond = held.difference(&admitted);
    let example = beyond.example(kind);
    let message = format!(
        "`{}` may {} `{example}`, which is more than `{}` is meant to reach through it",
        deputy.id(),
        kind.phrase(),
        flow.line.from.written.value
    );
    let found = Diagnostic::new(Code::BeyondFlow, flow.line.target.span, message).label("at most this");
    let gives =
        model.lines(deputy, kind).filter(|line| line.line.effect.allows() || line.line.effect == Effect::Accept);
    let gives = gives.filter(|line| !line.line.set.is_disjoint(&beyond));
    let found = gives.take(3).fold(found, |found, line| found.because(line.span, "this gives more"));
    let found =
        found.note("a plugin acts with all of its own rights, whoever asked it to; no tier could hold it to less");
    let help = format!("give `{}` less, or admit it in the flow: `{kind} {}`", deputy.id(), quoted(&example));
    sink.add(found.help(help));
}
