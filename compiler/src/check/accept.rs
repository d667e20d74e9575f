//! Lines that accept whole folders for what is granted in them: `unneeded-accept` where whole folders are granted anyway,
//! `narrow-accept` where they are more than is accepted, `wide-accept` where they are less, and `barred-accept` where a deny
//! takes a part of them or the host does not offer it. What is accepted for nothing would be accepted for something later.

use std::collections::BTreeMap;

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::{Effect, GrantLine};

use crate::bind::{Decision, Located, Model, Plugin};
use crate::diag::{Code, Diagnostic, Fix, Sink};

type Line = Located<GrantLine>;

/// How many lines of the profile a finding points at.
const MOST_LABELS: usize = 8;

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    if model.grants.iter().all(|grant| grant.line.effect != Effect::Accept) {
        return;
    }
    for plugin in &model.plugins {
        let mut lines: BTreeMap<Kind, Vec<&Line>> = BTreeMap::new();
        for line in plugin.lines.iter().map(|at| &model.grants[*at]).filter(|it| it.line.effect == Effect::Accept) {
            lines.entry(line.line.kind).or_default().push(line);
        }
        lines.iter().for_each(|(kind, lines)| of_kind(model, plugin, *kind, lines, sink));
    }
}

/// What accepting would give where all lines together give less than whole folders.
struct Given {
    /// All of it.
    around: CapSet,
    /// What no line gives.
    beyond: CapSet,
}

/// Nothing where whole folders were decided, or nothing at all.
fn given(plugin: &Plugin, decision: &Decision) -> Option<Given> {
    let (held, exact) = (plugin.holds(decision.kind), decision.exact());
    if exact.is_empty() || held.is_plain(exact) {
        return None;
    }
    let around = held.around(exact)?;
    let beyond = around.difference(exact);
    Some(Given { around, beyond })
}

/// The line that denies, or the lines that do not offer, a part of the folders.
fn barred<'m>(model: &'m Model<'_>, plugin: &'m Plugin, decision: &Decision, given: &Given) -> Option<Bar<'m>> {
    let mut denies = model.lines(plugin, decision.kind).filter(|grant| grant.line.effect == Effect::Deny);
    let deny = denies.find(|grant| !grant.line.set.is_disjoint(&given.beyond));
    let is_offered = given.beyond.is_subset(&decision.offered);
    deny.map(Bar::Denied).or((!is_offered).then_some(Bar::Unoffered))
}

/// Why nobody can accept the folders.
enum Bar<'m> {
    Denied(&'m Line),
    Unoffered,
}

impl Given {
    /// The folders that have to be accepted, as people write them.
    fn folders(&self, kind: Kind) -> Vec<String> {
        self.meeting(kind, &self.beyond)
    }

    /// Those of the folders that are given that have something of a set.
    fn meeting(&self, kind: Kind, set: &CapSet) -> Vec<String> {
        let meets = |folder: &String| CapSet::parse(kind, folder).is_ok_and(|folder| !folder.is_disjoint(set));
        patterns(&self.around).into_iter().filter(meets).collect()
    }
}

/// Patterns of whole folders as people write them.
fn patterns(folders: &CapSet) -> Vec<String> {
    let CapSet::Paths(set) = folders else { return vec![] };
    let texts = set.terms().filter_map(|(within, _)| within.first().map(ToString::to_string));
    texts.map(|text| text.strip_suffix("**").map(str::to_owned).unwrap_or(text)).collect()
}

fn of_kind(model: &Model<'_>, plugin: &Plugin, kind: Kind, lines: &[&Line], sink: &mut Sink) {
    let decision = plugin.decision(kind);
    let Some((decision, given)) = decision.and_then(|it| Some((it, given(plugin, it)?))) else {
        return lines.iter().for_each(|line| sink.add(unneeded(plugin, decision, line)));
    };
    let (needed, idle): (Vec<&Line>, Vec<&Line>) =
        lines.iter().copied().partition(|line| !line.line.set.is_disjoint(&given.beyond));
    idle.iter().for_each(|line| sink.add(unneeded(plugin, Some(decision), line)));
    let Some(first) = needed.first() else { return };
    let accepted = needed.iter().map(|line| &line.line.set);
    let accepted = CapSet::union_all(kind, std::iter::once(decision.exact()).chain(accepted));
    if let Some(bar) = barred(model, plugin, decision, &given) {
        sink.add(is_barred(model, plugin, (kind, &given), first, &bar));
    } else if !given.around.is_subset(&accepted) {
        sink.add(narrow(plugin, (kind, &given), first, &given.around.difference(&accepted)));
    } else {
        let wide = needed.iter().filter(|line| !line.line.set.is_subset(&given.around));
        wide.for_each(|line| sink.add(is_wide(plugin, &given, line)));
    }
}

fn unneeded(plugin: &Plugin, decision: Option<&Decision>, line: &Line) -> Diagnostic {
    let (kind, tier) = (line.line.kind, plugin.tier());
    let message = format!("there is nothing to accept for `{kind}` of `{}`", plugin.id());
    let exact = decision.map(Decision::exact).filter(|exact| !exact.is_empty());
    let why = match exact {
        None => "the lines give it none of this kind".to_owned(),
        Some(exact) if plugin.holds(kind).is_plain(exact) => {
            format!("the {tier} tier holds exactly what it is given: `{}`", exact.brief(kind))
        }
        Some(exact) if plugin.holds(kind).around(exact).is_none() => {
            format!("the {tier} tier cannot hold `{}`, and nothing wider either", exact.brief(kind))
        }
        Some(_) => "what the line names is given without it, or not at all".to_owned(),
    };
    let found = Diagnostic::new(Code::UnneededAccept, line.span, message).note(why);
    found.help("remove the line").fix_with(Fix::risky("remove it").remove(line.span))
}

fn narrow(plugin: &Plugin, (kind, given): (Kind, &Given), line: &Line, missing: &CapSet) -> Diagnostic {
    let (tier, around) = (plugin.tier(), given.folders(kind));
    let witness = missing.example(kind);
    let message = format!("with whole folders `{}` may also {} `{witness}`", plugin.id(), kind.phrase());
    let found = claimed(plugin, kind, Diagnostic::new(Code::NarrowAccept, line.span, message).label("accepts less"));
    let found = found.note(format!("the whole folders around what is granted are `{}`", around.join("`, `")));
    let exactly = format!("remove the line: without it the {tier} tier gives exactly what is granted");
    let found = found.help(format!("accept `{}`, or {exactly}", around.join("`, `")));
    let lacks = given.meeting(kind, missing);
    let is_here = |folder: &String| CapSet::parse(kind, folder).is_ok_and(|folder| !folder.is_disjoint(&line.line.set));
    if lacks.iter().any(is_here) {
        return instead(found, line, given);
    }
    let fix = Fix::risky(format!("accept `{}` too", lacks.join("`, `")));
    found.fix_with(lacks.iter().fold(fix, |fix, folder| fix.accept(line.span.file, plugin.id(), kind, folder)))
}

fn is_wide(plugin: &Plugin, given: &Given, line: &Line) -> Diagnostic {
    let (kind, tier, around) = (line.line.kind, plugin.tier(), given.folders(line.line.kind));
    let more = line.line.set.difference(&given.around);
    let witness = more.example(kind);
    let message = format!("`{witness}` is accepted for `{}`, and the {tier} tier does not give it", plugin.id());
    let found = claimed(plugin, kind, Diagnostic::new(Code::WideAccept, line.span, message));
    let found = found.note(format!("it gives `{}`, and the plan has no more", around.join("`, `")));
    instead(found.help(format!("accept what it gives: `{}`", around.join("`, `"))), line, given)
}

/// One folder can stand in the place of what the line names.
fn instead(found: Diagnostic, line: &Line, given: &Given) -> Diagnostic {
    match given.meeting(line.line.kind, &line.line.set).as_slice() {
        [only] => found.fix_with(Fix::risky(format!("accept `{only}`")).word(line.span, only.as_str())),
        _ => found,
    }
}

fn is_barred(
    model: &Model<'_>,
    plugin: &Plugin,
    (kind, given): (Kind, &Given),
    line: &Line,
    bar: &Bar<'_>,
) -> Diagnostic {
    let around = given.folders(kind).join("`, `");
    let found = |why: &str| {
        let message = format!("`{}` could have whole folders only with `{around}`, and {why}", plugin.id());
        claimed(plugin, kind, Diagnostic::new(Code::BarredAccept, line.span, message))
    };
    match bar {
        Bar::Denied(deny) => {
            let found = found("a part of that is denied");
            let found = found.because(deny.span, format!("denied here, in layer `{}`", deny.line.layer));
            let found = found.note("deny beats allow, and what is accepted too");
            found.help("remove the line: without it the plugin gets exactly what is granted and not denied")
        }
        Bar::Unoffered => {
            let rules = model.rules.iter().filter(|rule| rule.line.kind == kind).take(MOST_LABELS);
            let found = rules.fold(found("the host does not offer all of that"), |found, rule| {
                found.because(rule.span, "what the host offers")
            });
            let found = found.note("no grant can give what the host profile does not offer");
            found.help("remove the line: without it the plugin gets exactly what is granted and offered")
        }
    }
}

fn claimed(plugin: &Plugin, kind: Kind, found: Diagnostic) -> Diagnostic {
    let claim = plugin.claims.iter().find(|claim| claim.line.kind == kind);
    claim.map_or(found.clone(), |claim| found.because(claim.span, "asked for here"))
}
