//! Answers from the plan alone: why a plugin may do something, or why not, and what would change it. Comes in: a plan, a
//! plugin, a kind and a thing. Goes out: a verdict and the lines that decided it, in the order in which they decide.

use ambit_schema::advice::exact;
use ambit_schema::capability::{CapTextError, Kind, Member};
use ambit_schema::plan::{Place, Plan, PluginEntry};

mod after;
mod change;
mod free;
mod place;
mod steps;
mod who;

pub use change::{Barred, Change, Doing, Edit, Owner};
pub use who::{Asked, Holder, Through, through, who_can};

/// Whether, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether the plan allows it.
    pub allowed: bool,
    /// Claim, rule, denies, allows, in this order.
    pub steps: Vec<Step>,
    /// The edits that would allow it, where it is denied: all of them are needed.
    pub help: Vec<String>,
    /// The same edits with their places, and what else they would do. `None` where it is allowed.
    pub change: Option<Change>,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Whether it speaks for the operation.
    pub passes: bool,
    /// What it says.
    pub says: String,
    /// The lines that say it, with the user's own text.
    pub lines: Vec<(Place, String)>,
}

/// Why `plugin` may, or may not, do `kind` to `target`. `target` is written as in a manifest: `/etc/passwd`,
/// `https://example.com`, `HOME`.
///
/// # Errors
/// The target names no thing of the kind.
pub fn why(plan: &Plan, plugin: &PluginEntry, kind: Kind, target: &str) -> Result<Answer, CapTextError> {
    let member = Member::parse(kind, target)?;
    if let Some(answer) = free::answer(plan, plugin, kind, target, &member) {
        return Ok(answer);
    }
    let allowed = plugin.allows(kind, &member);
    let steps = vec![
        steps::claimed(plan, plugin, kind, target, &member),
        steps::offered(plan, kind, target, &member),
        steps::denied(plan, plugin, kind, target, &member),
        steps::granted(plan, plugin, kind, target, &member),
    ];
    let help = if allowed { vec![] } else { help(plugin, kind, &exact(plugin.tier, kind, target, &member), &steps) };
    let change = if allowed { None } else { change::smallest(plan, plugin, kind, target, &member) };
    Ok(Answer { allowed, steps, help, change })
}

/// Every step that does not pass names its owner's change: all of them are needed. `covers` is exactly what was asked about.
fn help(plugin: &PluginEntry, kind: Kind, covers: &str, steps: &[Step]) -> Vec<String> {
    let edits = [
        format!("ask for it in the manifest: `capabilities {{ {kind} {covers} }}`"),
        format!("offer it in the host profile: `capabilities {{ {kind} {covers} }}`"),
        "narrow or remove the deny".to_owned(),
        format!("allow it in the grants: `allow \"{}\" {{ {kind} {covers} }}`", plugin.id),
    ];
    steps.iter().zip(edits).filter(|(step, _)| !step.passes).map(|(_, edit)| edit).collect()
}
