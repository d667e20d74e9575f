//! Hook tables: by point, higher priorities first; among equals as `before` and `after` say, then by id. Constraints that
//! priorities or each other contradict are errors; two neighbours whom only their names put in order are told so.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::limits::{Quota, Unit};
use ambit_schema::name::PluginId;
use ambit_schema::plan::HookEntry;

use super::quotas::{Decided, line, value};
use crate::bind::{Model, Plugin, spot};
use crate::decide::attaches;
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{NearNames, did_you_mean};
use crate::manifest::{Claim, HookClaim};
use crate::source::Span;

/// The hooks of all plugins, in the order in which they run.
pub(super) fn resolve(model: &Model<'_>, quotas: &[Decided], sink: &mut Sink) -> Vec<HookEntry> {
    let mut stands: Vec<Stand<'_>> = vec![];
    for (plugin, quotas) in model.plugins.iter().zip(quotas) {
        let attached = |hook: &&HookClaim| attaches(model, plugin, hook.point.said());
        for hook in plugin.manifest.hooks.iter().filter(attached) {
            timeout(plugin, quotas, hook, sink);
            stands.push(Stand { plugin, hook });
        }
    }
    stands.sort_by_key(|stand| (stand.hook.point.said(), Reverse(*stand.hook.priority.said()), stand.plugin.id()));
    stands.dedup_by(|a, b| a.hook.point.said() == b.hook.point.said() && a.plugin.id() == b.plugin.id());
    let points = stands.chunk_by(|a, b| a.hook.point.said() == b.hook.point.said());
    points.flat_map(|point| ordered(model, point, sink)).collect()
}

/// A plugin on a hook point.
#[derive(Clone, Copy)]
struct Stand<'m> {
    plugin: &'m Plugin,
    hook: &'m HookClaim,
}

impl Stand<'_> {
    fn priority(&self) -> i64 {
        *self.hook.priority.said()
    }
}

/// Who runs before whom, by place on the point, with the text that says so.
type Edges = BTreeMap<usize, BTreeMap<usize, Span>>;

/// One point. `point` is by priority, then id.
fn ordered(model: &Model<'_>, point: &[Stand<'_>], sink: &mut Sink) -> Vec<HookEntry> {
    let edges = edges(point, sink);
    let mut order: Vec<usize> = vec![];
    let mut start = 0;
    for equals in point.chunk_by(|a, b| a.priority() == b.priority()) {
        order.extend(among(point, start..start + equals.len(), &edges, sink));
        start += equals.len();
    }
    for pair in order.windows(2) {
        let said = edges.get(&pair[0]).is_some_and(|after| after.contains_key(&pair[1]));
        if !said {
            tie(&point[pair[0]], &point[pair[1]], sink);
        }
    }
    model.cores.map(&order, |at| entry(model, &point[*at]))
}

/// The constraints of a point. What names nobody on it, or what priorities contradict, is reported and left out.
fn edges(point: &[Stand<'_>], sink: &mut Sink) -> Edges {
    if point.iter().all(|stand| stand.hook.before.is_empty() && stand.hook.after.is_empty()) {
        return Edges::new();
    }
    let places: BTreeMap<&str, usize> = point.iter().enumerate().map(|(at, stand)| (stand.plugin.id(), at)).collect();
    let mut known = NearNames::new(places.keys().copied());
    let mut edges = Edges::new();
    for (at, stand) in point.iter().enumerate() {
        let before = stand.hook.before.iter().map(|other| (other, true));
        for (other, is_before) in before.chain(stand.hook.after.iter().map(|other| (other, false))) {
            let Some(&there) = places.get(other.said().as_str()).filter(|there| **there != at) else {
                sink.add(nobody(stand, other, &mut known));
                continue;
            };
            let (first, second) = if is_before { (at, there) } else { (there, at) };
            if point[first].priority() < point[second].priority() {
                contradiction(&point[first], &point[second], other.span(), sink);
            } else {
                edges.entry(first).or_default().entry(second).or_insert(other.span());
            }
        }
    }
    edges
}

/// The order of plugins of one priority: whoever waits for nobody runs first, by id among several.
fn among(point: &[Stand<'_>], equals: std::ops::Range<usize>, edges: &Edges, sink: &mut Sink) -> Vec<usize> {
    if equals.len() == 1 {
        return equals.collect();
    }
    let within = |at: usize| edges.get(&at).into_iter().flatten().map(|(to, _)| *to).filter(|to| equals.contains(to));
    let mut waits: BTreeMap<usize, usize> = equals.clone().map(|at| (at, 0)).collect();
    equals.clone().flat_map(within).for_each(|to| *waits.entry(to).or_default() += 1);
    let mut free: BTreeSet<usize> = waits.iter().filter(|(_, waits)| **waits == 0).map(|(at, _)| *at).collect();
    let mut order = vec![];
    while let Some(at) = free.pop_first() {
        waits.remove(&at);
        order.push(at);
        for to in within(at) {
            let left = waits.entry(to).or_default();
            *left = left.saturating_sub(1);
            if *left == 0 {
                free.insert(to);
            }
        }
    }
    if !waits.is_empty() {
        circle(point, &waits.keys().copied().collect(), edges, sink);
        order.extend(waits.into_keys());
    }
    order
}

/// Everyone who still waits does so for someone who waits too, so going back ends in a circle.
fn circle(point: &[Stand<'_>], waiting: &BTreeSet<usize>, edges: &Edges, sink: &mut Sink) {
    let mut before: BTreeMap<usize, usize> = BTreeMap::new();
    for from in waiting {
        let to = edges.get(from).into_iter().flat_map(|after| after.keys()).filter(|to| waiting.contains(to));
        to.for_each(|to| {
            before.entry(*to).or_insert(*from);
        });
    }
    let Some(mut at) = waiting.first().copied() else { return };
    let mut seen = BTreeSet::new();
    while seen.insert(at) {
        let Some(from) = before.get(&at) else { return };
        at = *from;
    }
    let mut path = vec![at];
    while let Some(from) = before.get(path.last().unwrap_or(&at)).filter(|from| **from != at) {
        path.push(*from);
    }
    path.push(at);
    path.reverse();
    report_circle(point, &path, edges, sink);
}

fn report_circle(point: &[Stand<'_>], path: &[usize], edges: &Edges, sink: &mut Sink) {
    let names: Vec<String> = path.iter().map(|at| format!("`{}`", point[*at].plugin.id())).collect();
    let mut lines = path.windows(2).filter_map(|pair| {
        let span = edges.get(&pair[0])?.get(&pair[1])?;
        Some((*span, format!("`{}` before `{}`", point[pair[0]].plugin.id(), point[pair[1]].plugin.id())))
    });
    let Some((span, text)) = lines.next() else { return };
    let message = format!("on `{}` each runs before the next: {}", point[path[0]].hook.point.said(), names.join(", "));
    let found = Diagnostic::new(Code::HookCycle, span, message).label(text);
    let found = lines.fold(found, |found, (span, text)| found.because(span, text));
    sink.add(found.help("take one of these lines away"));
}

fn contradiction(first: &Stand<'_>, second: &Stand<'_>, said: Span, sink: &mut Sink) {
    let (a, b) = (first.plugin.id(), second.plugin.id());
    let message = format!(
        "`{a}` is to run before `{b}` on `{}`, and has the lower priority: {} < {}",
        first.hook.point.said(),
        first.priority(),
        second.priority()
    );
    let found = Diagnostic::new(Code::HookContradiction, said, message)
        .because(first.hook.priority.span(), format!("`{a}` has {}", first.priority()))
        .because(second.hook.priority.span(), format!("`{b}` has {}", second.priority()));
    sink.add(found.help(format!("give `{a}` priority {} or more, or take this line away", second.priority())));
}

fn nobody(stand: &Stand<'_>, other: &Claim<PluginId>, known: &mut NearNames<'_>) -> Diagnostic {
    let message = format!("no other plugin `{}` stands on `{}`", other.said(), stand.hook.point.said());
    let found = Diagnostic::new(Code::HookNeighbour, other.span(), message);
    let text = other.said().as_str();
    match known.closest_but(stand.plugin.id(), text) {
        Some(near) => did_you_mean(found, other.span(), text, std::iter::once(near)),
        None => {
            found.help("leave it out, unless the plugin may come later").note("without that plugin it says nothing")
        }
    }
}

fn tie(first: &Stand<'_>, second: &Stand<'_>, sink: &mut Sink) {
    if first.priority() != second.priority() {
        return;
    }
    let (a, b, point) = (first.plugin.id(), second.plugin.id(), second.hook.point.said());
    let message = format!(
        "`{a}` and `{b}` stand on `{point}` with priority {}: the order of their names decides",
        first.priority()
    );
    let found = Diagnostic::new(Code::HookTie, second.hook.point.span(), message);
    let found = found.because(first.hook.point.span(), "runs first");
    sink.add(found.help(format!("if the order matters, give one of them another priority, or write `after \"{a}\"`")));
}

/// The host waits no longer than the call may take.
fn timeout(plugin: &Plugin, quotas: &Decided, hook: &HookClaim, sink: &mut Sink) {
    let Some(timeout) = &hook.timeout else { return };
    let decided = line(quotas, Quota::Wall);
    let Some(wall) = value(plugin, Quota::Wall, decided) else { return };
    if *timeout.said() <= wall {
        return;
    }
    let show = |value: u64| Unit::Milliseconds.show(value);
    let (asked, wall_text) = (show(*timeout.said()), show(wall));
    let message = format!(
        "`{}` has {asked} on `{}`, and each of its calls ends after {wall_text}",
        plugin.id(),
        hook.point.said()
    );
    let found = Diagnostic::new(Code::TimeoutAboveWall, timeout.span(), message);
    let found = decided.into_iter().fold(found, |found, decided| found.because(decided.span, "its quota of wall"));
    sink.add(found.help(format!("write at most `{wall_text}`, or ask for more `wall`")));
}

fn entry(model: &Model<'_>, stand: &Stand<'_>) -> HookEntry {
    let Stand { plugin, hook } = stand;
    let ids = |claims: &[Claim<PluginId>]| {
        if claims.is_empty() {
            return vec![];
        }
        let ids: BTreeSet<&PluginId> = claims.iter().map(Claim::said).collect();
        ids.into_iter().cloned().collect()
    };
    HookEntry {
        point: hook.point.said().clone(),
        plugin: plugin.manifest.id.said().clone(),
        priority: stand.priority(),
        detached: hook.detached,
        timeout: hook.timeout.as_ref().map(|timeout| *timeout.said()),
        retries: hook.retries,
        before: ids(&hook.before),
        after: ids(&hook.after),
        place: spot(model.sources, hook.point.span()),
    }
}
