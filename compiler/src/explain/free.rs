//! What takes no right: interfaces and hook points that the host does not give by right, and that no line takes away.

use ambit_schema::capability::{Kind, Member};
use ambit_schema::plan::{Plan, PluginEntry};

use super::{Answer, Step, steps};

/// The answer where no right is asked for. `None`: one is.
pub(super) fn answer(plan: &Plan, plugin: &PluginEntry, kind: Kind, target: &str, member: &Member) -> Option<Answer> {
    let rules = || plan.content().rules.iter().filter(|rule| rule.kind == kind);
    let by_right = match kind {
        Kind::InterfaceUse => rules().any(|rule| rule.set.contains(member)),
        Kind::HookAttach => rules().next().is_some(),
        _ => return None,
    };
    let denied = steps::denied(plan, plugin, kind, target, member);
    if by_right || !denied.passes {
        return None;
    }
    let says = format!("the host profile does not give `{target}` by right, so it takes none");
    let steps = vec![Step { passes: true, says, lines: vec![] }, denied];
    Some(Answer { allowed: true, steps, help: vec![], change: None })
}
