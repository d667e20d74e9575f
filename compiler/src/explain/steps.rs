//! The four steps of a decision, each with the lines that speak for it or against it: claim, rule, denies, allows.

use ambit_schema::capability::{CapSet, Kind, Member};
use ambit_schema::plan::{Effect, GrantLine, Place, Plan, PluginEntry, Who};

use super::Step;
use super::after::about;

pub(super) fn claimed(plan: &Plan, plugin: &PluginEntry, kind: Kind, target: &str, member: &Member) -> Step {
    let of_kind = plugin.claims.iter().filter(|claim| claim.kind == kind);
    let lines: Vec<_> =
        of_kind.clone().filter(|claim| claim.set.contains(member)).map(|c| (c.place.clone(), c.text.clone())).collect();
    if !lines.is_empty() {
        return Step { passes: true, says: "the manifest asks for it".into(), lines };
    }
    if let Some(accepted) = accepted(plan, plugin, kind, member) {
        return accepted;
    }
    let near: Vec<_> = of_kind.map(|claim| (claim.place.clone(), claim.text.clone())).collect();
    let says = match near.is_empty() {
        true => format!("the manifest does not ask for `{kind}` at all"),
        false => format!("the manifest asks for other `{kind}`, not for `{target}`"),
    };
    let lines = if near.is_empty() { vec![(plugin.place.clone(), format!("plugin `{}`", plugin.id))] } else { near };
    Step { passes: false, says, lines }
}

pub(super) fn offered(plan: &Plan, kind: Kind, target: &str, member: &Member) -> Step {
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

pub(super) fn denied(plan: &Plan, plugin: &PluginEntry, kind: Kind, target: &str, member: &Member) -> Step {
    let lines = grant_lines(plan, plugin, kind, Effect::Deny, Some(member));
    match lines.is_empty() {
        true => Step { passes: true, says: "no grant denies it".into(), lines },
        false => Step { passes: false, says: format!("a grant denies `{target}`, and deny beats allow"), lines },
    }
}

pub(super) fn granted(plan: &Plan, plugin: &PluginEntry, kind: Kind, target: &str, member: &Member) -> Step {
    let lines = grant_lines(plan, plugin, kind, Effect::Allow, Some(member));
    if !lines.is_empty() {
        return Step { passes: true, says: "a grant allows it".into(), lines };
    }
    if let Some(accepted) = accepted(plan, plugin, kind, member) {
        return accepted;
    }
    let asks = grant_lines(plan, plugin, kind, Effect::Ask, Some(member));
    if !asks.is_empty() {
        if let Some(answered) = answered(plan, plugin, kind, member, &asks) {
            return answered;
        }
        return Step { passes: false, says: "a grant asks first, and nobody has said yes".into(), lines: asks };
    }
    let near = grant_lines(plan, plugin, kind, Effect::Allow, None);
    let says = match near.is_empty() {
        true => format!("no grant gives `{}` any `{kind}`", plugin.id),
        false => format!("the grants give `{}` other `{kind}`, not `{target}`", plugin.id),
    };
    Step { passes: false, says, lines: near }
}

/// What lines ask about and somebody answered: no before yes.
fn answered(plan: &Plan, plugin: &PluginEntry, kind: Kind, member: &Member, asks: &[(Place, String)]) -> Option<Step> {
    let of = |effect| grant_lines(plan, plugin, kind, effect, Some(member));
    let (yes, no) = (of(Effect::Consent), of(Effect::Decline));
    let (passes, says, answers) = match (no.is_empty(), yes.is_empty()) {
        (false, _) => (false, "a grant asks first, and the answer was no", no),
        (true, false) => (true, "a grant asks first, and the answer was yes", yes),
        (true, true) => return None,
    };
    let lines = asks.iter().cloned().chain(answers).collect();
    Some(Step { passes, says: says.to_owned(), lines })
}

/// What nobody asked for or allowed, and the tier gives with what somebody did.
fn accepted(plan: &Plan, plugin: &PluginEntry, kind: Kind, member: &Member) -> Option<Step> {
    let given = plugin.granted(kind).filter(|right| right.set.contains(member))?;
    let mut lines = grant_lines(plan, plugin, kind, Effect::Accept, Some(member));
    lines.retain(|(place, _)| given.why.accepts.contains(place));
    let says = format!("the {} tier gives it with the rest, and a grant accepts that", plugin.tier);
    (!lines.is_empty()).then_some(Step { passes: true, says, lines })
}

fn grant_lines(
    plan: &Plan,
    plugin: &PluginEntry,
    kind: Kind,
    effect: Effect,
    member: Option<&Member>,
) -> Vec<(Place, String)> {
    let lines = about(plan, plugin, kind).into_iter().filter(|line| line.effect == effect);
    let lines = lines.filter(|line| member.is_none_or(|member| is_about(line, member)));
    lines.flat_map(|line| grant_line(plugin, line)).collect()
}

/// Whether a line decides about a thing. A deny does that takes any of what the thing takes.
fn is_about(line: &GrantLine, member: &Member) -> bool {
    let takes = || CapSet::taken(line.kind, member);
    let denies = || matches!(line.effect, Effect::Deny | Effect::Decline) && line.kind == Kind::NetListen;
    line.set.contains(member) || denies() && !takes().is_disjoint(&line.set)
}

/// A line, and the one that says that the plugin is meant by it.
fn grant_line(plugin: &PluginEntry, line: &GrantLine) -> Vec<(Place, String)> {
    let vouched = match &line.who {
        Who::Publisher(_) => plugin.publisher.as_ref(),
        Who::Trust(_) => plugin.trust.as_ref(),
        Who::Anyone | Who::Digest(_) => None,
    };
    let says = format!("layer `{}`: {}", line.layer, line.text);
    let mut lines = vec![(line.place.clone(), says)];
    lines.extend(vouched.map(|it| (it.place.clone(), format!("for `{}`: `{}` is of it", line.who, plugin.id))));
    if let (Who::Digest(_), Some(artifact)) = (&line.who, &plugin.artifact) {
        let known = if artifact.sha256.is_some() { "this is it" } else { "this may be it" };
        lines.push((plugin.place.clone(), format!("for `{}`: {known}", line.who)));
    }
    lines
}
