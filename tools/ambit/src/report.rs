//! What a run came to, in words. Comes in: audit events and the plan. Goes out: on standard error, each denied operation
//! once, with the lines that decided it and the edit that would allow it.

use std::collections::BTreeSet;

use ambit_compiler::explain;
use ambit_runtime::{AuditEvent, Exit, Subject, Verdict};
use ambit_schema::capability::Kind;
use ambit_schema::plan::Plan;
use plugin_check::load::Workspace;
use plugin_check::print::err as say;
use plugin_check::render;

/// How many denied operations are explained; a plugin that is refused in a loop does not fill the terminal.
const MAX_EXPLAINED: usize = 20;

/// Tells what was denied, and with `every` all that passed a door.
pub(crate) fn events(plan: &Plan, workspace: &Workspace, events: &[AuditEvent], every: bool) {
    if every {
        events.iter().for_each(|event| say(&format!("audit: {event}\n")));
    }
    let mut seen = BTreeSet::new();
    for event in events {
        let Verdict::Denied(_) = &event.verdict else { continue };
        let Subject::Right(kind) = event.subject else { continue };
        if !seen.insert((kind, event.target.clone())) || seen.len() > MAX_EXPLAINED {
            continue;
        }
        denied(plan, workspace, event, kind);
    }
    if seen.len() > MAX_EXPLAINED {
        say(&format!("and {} more were denied; `--audit` shows all\n", seen.len() - MAX_EXPLAINED));
    }
    for event in events.iter().filter(|event| event.verdict == Verdict::Exceeded) {
        say(&format!("quota: {event}\n"));
    }
}

fn denied(plan: &Plan, workspace: &Workspace, event: &AuditEvent, kind: Kind) {
    let plugin = event.plugin.as_str();
    let answer = plan.plugin(plugin).and_then(|entry| explain::why(plan, entry, kind, &event.target).ok());
    match answer.filter(|answer| !answer.allowed) {
        Some(answer) => render::answer(workspace, plugin, kind, &event.target, &answer),
        // The right is there; what was refused is the way it was used.
        None => say(&format!("denied: {event}\n")),
    }
}

/// Whether the command succeeded; says so where it did not.
pub(crate) fn exit(plugin: &str, exit: &Exit) -> bool {
    if let Exit::Failure { status, .. } = exit {
        say(&format!("ambit: `{plugin}` ended with status {status}\n"));
    }
    *exit == Exit::Success
}
