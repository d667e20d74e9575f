//! Answers from the plan alone: why a plugin may do something, or why not, and what would change it. Comes in: a plan, a
//! plugin, a kind and a thing. Goes out: a verdict and the lines that decided it, in the order in which they decide.

use ambit_schema::advice::exact;
use ambit_schema::capability::{CapTextError, Kind, Member};
use ambit_schema::plan::{Effect, GrantLine, Place, Plan, PluginEntry};
use ambit_schema::set::names::Name;

/// Whether, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether the plan allows it.
    pub allowed: bool,
    /// Claim, rule, denies, allows, in this order.
    pub steps: Vec<Step>,
    /// The edits that would allow it, where it is denied: all of them are needed.
    pub help: Vec<String>,
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
    let allowed = plugin.allows(kind, &member);
    let steps = vec![
        claimed(plugin, kind, target, &member),
        offered(plan, kind, target, &member),
        denied(plan, plugin, kind, target, &member),
        granted(plan, plugin, kind, target, &member),
    ];
    let help = if allowed { vec![] } else { help(plugin, kind, &exact(plugin.tier, kind, target, &member), &steps) };
    Ok(Answer { allowed, steps, help })
}

/// The plugins that may do `kind` to `target`.
///
/// # Errors
/// The target names no thing of the kind.
pub fn who_can<'p>(plan: &'p Plan, kind: Kind, target: &str) -> Result<Vec<&'p PluginEntry>, CapTextError> {
    let member = Member::parse(kind, target)?;
    Ok(plan.content().plugins.iter().filter(|plugin| plugin.allows(kind, &member)).collect())
}

fn claimed(plugin: &PluginEntry, kind: Kind, target: &str, member: &Member) -> Step {
    let of_kind = plugin.claims.iter().filter(|claim| claim.kind == kind);
    let lines: Vec<_> =
        of_kind.clone().filter(|claim| claim.set.contains(member)).map(|c| (c.place.clone(), c.text.clone())).collect();
    if !lines.is_empty() {
        return Step { passes: true, says: "the manifest asks for it".into(), lines };
    }
    let near: Vec<_> = of_kind.map(|claim| (claim.place.clone(), claim.text.clone())).collect();
    let says = match near.is_empty() {
        true => format!("the manifest does not ask for `{kind}` at all"),
        false => format!("the manifest asks for other `{kind}`, not for `{target}`"),
    };
    let lines = if near.is_empty() { vec![(plugin.place.clone(), format!("plugin `{}`", plugin.id))] } else { near };
    Step { passes: false, says, lines }
}

fn offered(plan: &Plan, kind: Kind, target: &str, member: &Member) -> Step {
    let rules = plan.content().rules.iter().filter(|rule| rule.kind == kind);
    let lines: Vec<_> = rules
        .clone()
        .filter(|rule| rule.set.contains(member))
        .map(|rule| (rule.place.clone(), rule.text.clone()))
        .collect();
    if !lines.is_empty() {
        return Step { passes: true, says: "the host profile offers it".into(), lines };
    }
    let near: Vec<_> = rules.map(|rule| (rule.place.clone(), rule.text.clone())).collect();
    let says = match near.is_empty() {
        true => format!("the host profile offers no `{kind}` at all"),
        false => format!("the host profile offers other `{kind}`, not `{target}`"),
    };
    Step { passes: false, says, lines: near }
}

fn denied(plan: &Plan, plugin: &PluginEntry, kind: Kind, target: &str, member: &Member) -> Step {
    let lines = grant_lines(plan, plugin, kind, Effect::Deny, Some(member));
    match lines.is_empty() {
        true => Step { passes: true, says: "no grant denies it".into(), lines },
        false => Step { passes: false, says: format!("a grant denies `{target}`, and deny beats allow"), lines },
    }
}

fn granted(plan: &Plan, plugin: &PluginEntry, kind: Kind, target: &str, member: &Member) -> Step {
    let lines = grant_lines(plan, plugin, kind, Effect::Allow, Some(member));
    if !lines.is_empty() {
        return Step { passes: true, says: "a grant allows it".into(), lines };
    }
    let asks = grant_lines(plan, plugin, kind, Effect::Ask, Some(member));
    if !asks.is_empty() {
        return Step { passes: false, says: "a grant asks first, and nobody has said yes".into(), lines: asks };
    }
    let near = grant_lines(plan, plugin, kind, Effect::Allow, None);
    let says = match near.is_empty() {
        true => format!("no grant gives `{}` any `{kind}`", plugin.id),
        false => format!("the grants give `{}` other `{kind}`, not `{target}`", plugin.id),
    };
    Step { passes: false, says, lines: near }
}

fn grant_lines(
    plan: &Plan,
    plugin: &PluginEntry,
    kind: Kind,
    effect: Effect,
    member: Option<&Member>,
) -> Vec<(Place, String)> {
    let name = Name::parse(plugin.id.as_str()).ok();
    let about = |line: &&GrantLine| {
        line.effect == effect
            && line.kind == kind
            && name.as_ref().is_some_and(|name| line.plugins.contains(name))
            && member.is_none_or(|member| line.set.contains(member))
    };
    plan.content()
        .grants
        .iter()
        .filter(about)
        .map(|line| (line.place.clone(), format!("layer `{}`: {}", line.layer, line.text)))
        .collect()
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
