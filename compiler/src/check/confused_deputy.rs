//! `confused-deputy`: a plugin that may not do something, and can send messages or events to one that may, or call its tools.
//! Nothing gives it the right; whether it can talk the other into using it is up to the other, and nobody may have thought of
//! that. A plugin that merely depends on another is not reported: questions about the plan show that too.

use std::collections::BTreeSet;

use ambit_schema::advice::quoted;
use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::NameSort;
use ambit_schema::set::names::Name;
use ambit_schema::set::paths::PathPattern;
use ambit_schema::set::{Domain, Names, Set};

use crate::bind::{BoundClaim, Flow, Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::flow::{Graph, MAX_STEPS, Reached, Step, Way, reached};
use crate::source::Span;

/// How many pairs are reported; the last says how many plugins were not looked at any more.
const MAX_REPORTED: usize = 100;

/// How many pairs of one plugin are reported; the last says how many others it can reach for more.
const MAX_OF_ONE: usize = 8;

/// How many of those others are counted.
const MAX_COUNTED: usize = 100;

pub(super) fn check(model: &Model<'_>, graph: &Graph<'_>, sink: &mut Sink) {
    let mut found: Vec<Diagnostic> = vec![];
    let mut room = MAX_STEPS;
    let accepted = Accepted::new(model);
    if model.plugins.windows(2).all(|pair| authority(&pair[0]).eq(authority(&pair[1]))) {
        return;
    }
    #[expect(clippy::mutable_key_type, reason = "a pattern keeps its automaton, which its order does not look at")]
    let mut harmless = BTreeSet::new();
    for from in 0..model.plugins.len() {
        if found.len() >= MAX_REPORTED || room == 0 {
            found.truncate(MAX_REPORTED);
            cut(&mut found, model, from);
            break;
        }
        // Whoever moves the same plugins with the same rights has the same deputies.
        let alike = (graph.hubs_of(from), authority(&model.plugins[from]).collect::<Vec<_>>());
        if harmless.contains(&alike) {
            continue;
        }
        let reached = reached(graph, &[from], Way::SENT, room);
        room = room.saturating_sub(reached.work + reached.order().len() * (1 + accepted.patterns.len()));
        let some = about(model, &accepted, &reached, from);
        // One that has tools may be harmless because of them.
        let is_plain = tools(&model.plugins[from]).next().is_none();
        if some.is_empty() && is_plain && !reached.is_cut && accepted.flows.is_empty() {
            harmless.insert(alike);
        }
        found.extend(some);
    }
    found.into_iter().for_each(|found| sink.add(found));
}

/// The deputies of one plugin, nearest first.
fn about(model: &Model<'_>, accepted: &Accepted<'_>, reached: &Reached, from: usize) -> Vec<Diagnostic> {
    let others = reached.order().iter().copied().filter(|to| *to != from);
    let mut deputies = others.filter(|to| beyond(model, accepted, from, *to).next().is_some());
    let mut found: Vec<_> =
        deputies.by_ref().filter_map(|to| one(model, accepted, reached, from, to)).take(MAX_OF_ONE).collect();
    let left = deputies.take(MAX_COUNTED + 1).count();
    if let Some(last) = found.last_mut().filter(|_| left > 0) {
        let left = if left > MAX_COUNTED { format!("more than {MAX_COUNTED}") } else { left.to_string() };
        last.notes.push(format!("and {left} more plugins that it can reach may do what it may not"));
    }
    found
}

/// Says that plugins from a place on were not looked at, also where nothing was found before.
fn cut(found: &mut Vec<Diagnostic>, model: &Model<'_>, from: usize) {
    let (plugin, left) = (&model.plugins[from], model.plugins.len() - from);
    match found.last_mut() {
        Some(last) => last.notes.push(format!("{left} more plugins were not looked at")),
        None => {
            let message = format!("whom `{}` and the plugins after it can reach was not looked at", plugin.id());
            let found_none = Diagnostic::new(Code::ConfusedDeputy, plugin.span(), message);
            let help =
                "grant messages and events more narrowly: too many plugins can reach each other to follow every way";
            found.push(found_none.help(help).note(format!("{left} plugins were not looked at")));
        }
    }
}

/// Which flows are about a pair.
struct Accepted<'m> {
    flows: &'m [Flow<'m>],
    pairs: BTreeSet<(usize, usize, Kind)>,
    patterns: Vec<usize>,
}

impl<'m> Accepted<'m> {
    fn new(model: &'m Model<'m>) -> Self {
        let mut accepted = Accepted { flows: &model.flows, pairs: BTreeSet::new(), patterns: vec![] };
        for (at, flow) in model.flows.iter().enumerate() {
            match (flow.from.len(), flow.from.first(), flow.through.len(), flow.through.first()) {
                (1, Some(from), 1, Some(through)) => drop(accepted.pairs.insert((*from, *through, flow.line.kind))),
                _ => accepted.patterns.push(at),
            }
        }
        accepted
    }

    /// Whether someone has said what `from` is meant to reach of a kind through `to`. That it is no more is another rule's.
    fn has(&self, from: usize, to: usize, kind: Kind) -> bool {
        let mut patterns = self.patterns.iter().map(|at| &self.flows[*at]);
        self.pairs.contains(&(from, to, kind))
            || patterns.any(|flow| flow.line.kind == kind && flow.from.contains(&from) && flow.through.contains(&to))
    }
}

/// Kinds that touch something outside the plugin itself. The others are about its own time, its own place on the screen, or
/// about talking to others, which is what the ways are made of.
fn is_authority(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::FsTemp
            | Kind::ClockRead
            | Kind::RandomRead
            | Kind::EventSubscribe
            | Kind::EventPublish
            | Kind::MessageSend
            | Kind::HttpServe
            | Kind::PaneCreate
            | Kind::HookAttach
    )
}

/// What a plugin may do to what is outside of it, by kind.
fn authority(plugin: &Plugin) -> impl Iterator<Item = (Kind, &CapSet)> {
    let held = plugin.decisions.iter().filter(|right| !right.granted.is_empty() && is_authority(right.kind));
    held.map(|right| (right.kind, &right.granted))
}

/// What `to` may do and `from` may not, where nobody has said that it is meant: each kind with all that `to` holds of it.
fn beyond<'m>(
    model: &'m Model<'_>,
    accepted: &Accepted<'_>,
    from: usize,
    to: usize,
) -> impl Iterator<Item = (Kind, &'m CapSet)> {
    authority(&model.plugins[to]).filter(move |(kind, held)| {
        let own = model.plugins[from].decision(*kind).map(|own| &own.granted);
        let has = own.is_some_and(|own| own == *held || held.is_subset(own));
        // To have its own tools called is nothing that a plugin gains.
        let is_own = || *kind == Kind::ToolUse && gain(&model.plugins[from], *kind, held).is_empty();
        !has && !accepted.has(from, to, *kind) && !is_own()
    })
}

/// The same, with one thing that is gained of each.
fn gained<'m>(
    model: &'m Model<'_>,
    accepted: &Accepted<'_>,
    from: usize,
    to: usize,
) -> Vec<(Kind, &'m CapSet, String)> {
    let witness =
        |(kind, held): (Kind, &'m CapSet)| Some((kind, held, gain(&model.plugins[from], kind, held).witness(kind)?));
    beyond(model, accepted, from, to).filter_map(witness).collect()
}

/// What of a right a plugin does not have itself.
fn gain(plugin: &Plugin, kind: Kind, held: &CapSet) -> CapSet {
    let own = plugin.decision(kind).map(|own| &own.granted);
    let gain = own.map_or_else(|| held.clone(), |own| held.difference(own));
    match kind {
        Kind::ToolUse => {
            gain.difference(&CapSet::Names(Set::from_patterns(tools(plugin).map(|tool| Names::exact(&tool)))))
        }
        _ => gain,
    }
}

fn one(model: &Model<'_>, accepted: &Accepted<'_>, reached: &Reached, from: usize, to: usize) -> Option<Diagnostic> {
    let more = gained(model, accepted, from, to);
    let (plugin, deputy) = (&model.plugins[from], &model.plugins[to]);
    let way = reached.way(to);
    let (kind, _, witness) = more.first()?;
    let message =
        format!("`{}` may not {} `{witness}`, and can reach `{}`, which may", plugin.id(), kind.phrase(), deputy.id());
    let (claim, label) = way.first().map_or((plugin.span(), String::new()), |step| edge(model, *step));
    let mut found = Diagnostic::new(Code::ConfusedDeputy, claim, message).label(label);
    for step in way.iter() {
        if step.from != from {
            let (claim, label) = edge(model, *step);
            found = found.because(claim, label);
        }
        found = allowed(model, *step, found);
    }
    let gives = model.lines(deputy, *kind).filter(|line| line.line.effect.allows());
    for line in gives.take(2) {
        found = found.because(line.span, format!("gives `{}` the right", deputy.id()));
    }
    for (kind, _, witness) in more.iter().skip(1) {
        found = found.note(format!("`{}` may also {} `{witness}`", deputy.id(), kind.phrase()));
    }
    let rights: Vec<String> = more.iter().map(|(kind, set, _)| right(*kind, set)).collect();
    let flow = format!("flow \"{}\" \"{}\" {{ {} }}", plugin.id(), deputy.id(), rights.join("; "));
    Some(found.help(format!("if that is meant, say so in the grants: `{flow}`")))
}

/// A kind and patterns that cover all of a set.
fn right(kind: Kind, set: &CapSet) -> String {
    let patterns: Vec<String> = patterns(set).iter().map(|text| quoted(text)).collect();
    format!("{kind} {}", patterns.join(" "))
}

fn patterns(set: &CapSet) -> Vec<String> {
    match set {
        CapSet::Paths(set) => set.terms().filter_map(|(within, _)| within.first().map(path)).collect(),
        CapSet::Names(set) => set.terms().filter_map(|(within, _)| within.first().map(ToString::to_string)).collect(),
        CapSet::Endpoints(set) => set.terms().filter_map(|(w, _)| w.first().map(ToString::to_string)).collect(),
        CapSet::Numbers(set) => set.terms().filter_map(|(w, _)| w.first().map(ToString::to_string)).collect(),
        CapSet::Commands(set) => set.terms().filter_map(|(w, _)| w.first().map(ToString::to_string)).collect(),
    }
}

/// `/a/**` as people write it: `/a/`.
fn path(pattern: &PathPattern) -> String {
    let folder = pattern.as_subtree().map(|folder| folder.to_string());
    folder.map_or_else(|| pattern.to_string(), |folder| format!("{}/", folder.trim_end_matches('/')))
}

/// The claim that an edge of the graph rests on, and what it does.
pub(super) fn edge(model: &Model<'_>, step: Step) -> (Span, String) {
    let (from, to) = (&model.plugins[step.from], &model.plugins[step.to]);
    let claim = claims(from, to, step.way).next();
    (claim.map_or(from.span(), |claim| claim.span), format!("`{}` {} `{}`", from.id(), step.way.phrase(), to.id()))
}

/// Points at the lines of the grants that give an edge.
fn allowed(model: &Model<'_>, step: Step, found: Diagnostic) -> Diagnostic {
    let (from, to) = (&model.plugins[step.from], &model.plugins[step.to]);
    let lines = model.lines(from, sent(step.way)).filter(|line| line.line.effect.allows());
    let mut lines = lines.filter(|line| touches(&line.line.set, to, step.way));
    lines.next().map_or(found.clone(), |line| found.because(line.span, "allowed here"))
}

/// The right by which the first plugin of an edge moves the second.
fn sent(way: Way) -> Kind {
    match way {
        Way::Event => Kind::EventPublish,
        Way::Tool => Kind::ToolUse,
        Way::Message | Way::Dependency => Kind::MessageSend,
    }
}

fn claims<'m>(from: &'m Plugin, to: &'m Plugin, way: Way) -> impl Iterator<Item = &'m BoundClaim> {
    from.claims.iter().filter(move |claim| claim.line.kind == sent(way) && touches(&claim.line.set, to, way))
}

fn touches(set: &CapSet, to: &Plugin, way: Way) -> bool {
    match way {
        Way::Event => to.decision(Kind::EventSubscribe).is_some_and(|other| !other.granted.is_disjoint(set)),
        Way::Tool => names(set).is_some_and(|set| tools(to).any(|tool| set.contains(&tool))),
        _ => names(set).zip(to.name()).is_some_and(|(set, name)| set.contains(name)),
    }
}

/// The whole names of a plugin's tools.
fn tools(plugin: &Plugin) -> impl Iterator<Item = Name> {
    let tools = plugin.manifest.names.iter().filter(|name| name.sort == NameSort::Tool);
    tools.filter_map(|name| Name::parse(&format!("{}:{}", plugin.id(), name.local.said())).ok())
}

fn names(set: &CapSet) -> Option<&Set<Names>> {
    if let CapSet::Names(set) = set { Some(set) } else { None }
}
