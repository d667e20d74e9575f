//! `message-cycle`: plugins that can move each other in a circle by messages, events or tools. One that answers each message with
//! another never ends. Each group of such plugins is reported once, with its smallest circle.

use super::confused_deputy::edge;
use crate::bind::Model;
use crate::diag::{Code, Diagnostic, Sink};
use crate::flow::{Circle, Graph, MAX_STEPS, Way, circles};

pub(super) fn check(model: &Model<'_>, graph: &Graph<'_>, sink: &mut Sink) {
    circles(graph, Way::SENT, MAX_STEPS).iter().for_each(|circle| report(model, circle, sink));
}

fn report(model: &Model<'_>, circle: &Circle, sink: &mut Sink) {
    let Some(first) = circle.way.first() else { return };
    let ids = circle.way.iter().map(|step| step.from).chain([first.from]);
    let shown: Vec<String> = ids.map(|at| format!("`{}`", model.plugins[at].id())).collect();
    let message = format!("plugins can move each other in a circle: {}", shown.join(" → "));
    let (claim, label) = edge(model, *first);
    let mut found = Diagnostic::new(Code::MessageCycle, claim, message).label(label);
    for step in circle.way.iter().skip(1) {
        let (claim, label) = edge(model, *step);
        found = found.because(claim, label);
    }
    let others = circle.members.len() - circle.way.len();
    if others > 0 {
        found = found.note(format!("{others} more plugins stand in circles with them"));
    }
    let found = found.note("a plugin that answers each message with a message keeps the others busy without end");
    sink.add(found.help("let one of them return an answer instead of sending one, and leave out its request"));
}
