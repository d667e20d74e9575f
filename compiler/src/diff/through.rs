//! Authority through others. A plugin that may not do something, and can move one that may, is told of as such. Comes in: two
//! plans and what was found of each plugin. Goes out: for each plugin that can do more, who can move it; and for each plugin
//! that newly moves another, by an edge that is new, what it can have done that it could not. Nobody inherits a right on such a
//! way: the other decides what it does.
//!
//! Whoever newly reaches a right does so over some plugin that can do more, or over some edge that is new; both are told, with
//! everyone behind them, so nothing is left out. Past a bound on work it is said that something may be.

use std::collections::BTreeMap;

use ambit_schema::capability::{CapSet, Kind, Risk};
use ambit_schema::name::PluginId;
use ambit_schema::plan::{NameSort, Plan, PluginEntry};

use super::PluginDiff;
use super::change::{Change, Delta, Line, Lines, Owner, Phrase, Topic, Turn};
use super::pair::{Fate, Pairs};
use super::rights::{beyond, named, proved};
use crate::flow::{Graph, Parties, Reach, Way};

/// How many sets are compared.
const MAX_COMPARED: usize = 20_000;

/// Of how many sets the union is made as short as it can be.
const MAX_SHORTENED: usize = 16;

/// Adds it; and whether something may be left out.
pub(super) fn add<'p>(old: &'p Plan, new: &'p Plan, pairs: &Pairs<'p>, found: &mut [PluginDiff<'p>]) -> bool {
    let moves = moves(old) != moves(new);
    if !moves && !found.iter().any(|one| one.is_wider()) {
        return false;
    }
    let graph = Graph::of_plan(new);
    let Some(reach) = Reach::new(&graph) else { return true };
    let mut is_cut = graph.left_out() > 0;
    if moves {
        let before = Graph::of_plan(old);
        let Some(was) = Reach::new(&before) else { return true };
        is_cut |= before.left_out() > 0;
        let was = View::new(old, &before, &was, pairs, |fate| fate.was());
        let is = View::new(new, &graph, &reach, pairs, |fate| fate.is());
        is_cut |= gained(&was, &is, Turn::Wider, found);
        is_cut |= gained(&is, &was, Turn::Narrower, found);
    }
    behind(new, &reach, pairs, found);
    is_cut
}

/// The kinds of right that a way is made of. Exhaustive on purpose: a way that is not looked at would go untold.
fn kinds(way: Way) -> &'static [Kind] {
    match way {
        Way::Message => &[Kind::MessageSend],
        Way::Event => &[Kind::EventPublish, Kind::EventSubscribe],
        Way::Tool => &[Kind::ToolUse],
        Way::Dependency => &[],
    }
}

/// What the edges of a plugin are made of: its id, what it may send, receive and call, and whom it needs.
type Moves<'p> = (&'p PluginId, Vec<(Kind, &'p CapSet)>, &'p [PluginId]);

/// What all edges are made of: plugins, and the tools that they have.
fn moves(plan: &Plan) -> (Vec<Moves<'_>>, Vec<(&str, &PluginId)>) {
    let moving = |kind: Kind| Way::ALL.iter().any(|way| kinds(*way).contains(&kind));
    let mut all = vec![];
    for plugin in &plan.content().plugins {
        let sets = plugin.granted.iter().filter(|right| moving(right.kind));
        all.push((&plugin.id, sets.map(|right| (right.kind, &right.set)).collect(), plugin.depends.as_slice()));
    }
    all.sort();
    let tools = plan.content().names.iter().filter(|entry| entry.sort == NameSort::Tool);
    (all, tools.map(|entry| (entry.name.as_str(), &entry.plugin)).collect())
}

/// For each plugin that can do more, who can move it.
fn behind<'p>(new: &'p Plan, reach: &Reach, pairs: &Pairs<'p>, found: &mut [PluginDiff<'p>]) {
    let plugins = &new.content().plugins;
    // Plugins of the new plan stand in its load order, as the parties of its graph do.
    for (at, one) in found.iter_mut().enumerate().take(plugins.len()).filter(|(_, one)| one.is_wider()) {
        let by = (0..plugins.len()).filter(|from| *from != at && reach.from(*from).has(at));
        one.reached_by = by.filter_map(|from| pairs.fates.get(from)?.is()).map(|plugin| &plugin.id).collect();
    }
}

/// One plan, seen by the places of the pairs.
struct View<'v, 'p> {
    graph: &'v Graph<'p>,
    /// The plugin of each pair.
    plugins: Vec<Option<&'p PluginEntry>>,
    /// The party of each pair, and the pair of each party.
    party: Vec<Option<usize>>,
    pair: Vec<usize>,
    /// Whom the plugin of each pair reaches, itself left out.
    reach: Vec<Parties>,
}

impl<'v, 'p> View<'v, 'p> {
    fn new(
        plan: &'p Plan,
        graph: &'v Graph<'p>,
        reach: &Reach,
        pairs: &Pairs<'p>,
        side: fn(Fate<'p>) -> Option<&'p PluginEntry>,
    ) -> Self {
        let count = pairs.fates.len();
        let plugins: Vec<_> = pairs.fates.iter().map(|fate| side(*fate)).collect();
        let ids = plugins.iter().enumerate().filter_map(|(at, plugin)| Some((plugin.as_ref()?.id.as_str(), at)));
        let places: BTreeMap<&str, usize> = ids.collect();
        let ids = plan.content().plugins.iter().map(|plugin| plugin.id.as_str());
        let pair: Vec<usize> = ids.filter_map(|id| places.get(id).copied()).collect();
        let mut party = vec![None; count];
        pair.iter().enumerate().for_each(|(at, place)| party[*place] = Some(at));
        let is_straight = pair.iter().enumerate().all(|(at, place)| at == *place);
        let seen = |at: usize| {
            let mut seen = Parties::none(count);
            let Some(from) = party[at] else { return seen };
            if is_straight {
                seen = reach.from(from).clone();
            } else {
                reach.from(from).iter().for_each(|to| seen.insert(pair[to]));
            }
            seen.remove(at);
            seen
        };
        let reach = (0..count).map(seen).collect();
        View { graph, plugins, party, pair, reach }
    }

    /// The plugins that one moves by one edge.
    fn edges(&self, at: usize) -> impl Iterator<Item = (Way, usize)> + '_ {
        self.party[at].into_iter().flat_map(|from| self.graph.edges(from)).map(|(way, to)| (way, self.pair[to]))
    }

    fn rights(&self, at: usize) -> impl Iterator<Item = (Kind, &'p CapSet)> + use<'p> {
        self.plugins[at].into_iter().flat_map(|plugin| &plugin.granted).map(|right| (right.kind, &right.set))
    }
}

/// What plugins reach on the second view over an edge that the first does not have.
fn gained<'p>(was: &View<'_, 'p>, is: &View<'_, 'p>, turn: Turn, found: &mut [PluginDiff<'p>]) -> bool {
    let mut room = MAX_COMPARED;
    for (at, one) in found.iter_mut().enumerate().filter(|(at, _)| is.party[*at].is_some()) {
        if room == 0 {
            break;
        }
        let mut newly = is.reach[at].without(&was.reach[at]);
        // Whoever is there for the first time is told of with all its rights, and with those who reach it.
        let there: Vec<usize> = newly.iter().filter(|to| was.party[*to].is_none()).collect();
        there.into_iter().for_each(|to| newly.remove(to));
        if newly.is_empty() {
            continue;
        }
        // The first step of a way that is new by itself; where there is none, another plugin on the way has it.
        let Some((way, first)) = is.edges(at).filter(|(_, to)| newly.has(*to) || was.party[at].is_none()).min() else {
            continue;
        };
        for (kind, set, holder) in reached(was, is, at, &newly, &mut room) {
            let (holder, first) = (is.plugins[holder], is.plugins[first]);
            one.changes.extend(holder.zip(first).map(|(holder, first)| told(kind, set, holder, (way, first), turn)));
        }
    }
    room == 0
}

/// What newly reached plugins may do, that neither the plugin itself nor any that it reached before may: by kind, with the
/// first that may.
fn reached<'p>(
    was: &View<'_, 'p>,
    is: &View<'_, 'p>,
    at: usize,
    newly: &Parties,
    room: &mut usize,
) -> Vec<(Kind, CapSet, usize)> {
    let mut all: BTreeMap<Kind, (usize, Vec<CapSet>)> = BTreeMap::new();
    for (to, (kind, set)) in newly.iter().flat_map(|to| is.rights(to).map(move |right| (to, right))) {
        let mut rest = Some(set.clone());
        let before = was.reach[at].iter().chain([at]).flat_map(|other| was.rights(other)).chain(is.rights(at));
        *room = room.saturating_sub(1);
        for (_, taken) in before.filter(|(other, _)| *other == kind) {
            *room = room.saturating_sub(1);
            rest = rest.filter(|_| *room > 0).and_then(|rest| beyond(&rest, Some(taken)));
            if rest.is_none() {
                break;
            }
        }
        if *room == 0 {
            break;
        }
        if let Some(rest) = rest {
            all.entry(kind).or_insert_with(|| (to, vec![])).1.push(rest);
        }
    }
    let whole = |(kind, (to, sets)): (Kind, (usize, Vec<CapSet>))| {
        let all = CapSet::union_all(kind, &sets);
        // Nobody reads so many patterns one by one, and to shorten them takes long.
        (kind, if sets.len() > MAX_SHORTENED { all } else { all.simplify() }, to)
    };
    all.into_iter().map(whole).collect()
}

fn told<'p>(kind: Kind, set: CapSet, holder: &'p PluginEntry, first: (Way, &'p PluginEntry), turn: Turn) -> Change<'p> {
    let (delta, what, risk) = witnessed(kind, set, holder);
    let can = if turn == Turn::Wider { "can now" } else { "can no longer" };
    let says = named(Phrase::new(format!("{can} have another plugin {} ", kind.phrase())), &delta, what);
    let (way, next) = first;
    let says = says.say(format!(": it {} ", way.phrase())).code(&next.id);
    let says = if next.id == holder.id {
        says.say(", which may")
    } else {
        says.say(", and so reaches ").code(&holder.id).say(", which may")
    };
    let places = |plugin: &'p PluginEntry| {
        let claims = plugin.granted(kind).into_iter().flat_map(|right| &right.why.claims);
        claims.map(|place| Line { owner: Some(Owner::Manifest), place, text: "" }).take(1).collect()
    };
    let lines = match turn {
        Turn::Wider => Lines { new: places(holder), ..Lines::default() },
        Turn::Narrower | Turn::Other => Lines { old: places(holder), ..Lines::default() },
    };
    Change { topic: Topic::Through(kind), turn, risk, says, delta: Some(delta), lines }
}

/// The thing that proves it is one that the named plugin may do itself.
fn witnessed(kind: Kind, set: CapSet, holder: &PluginEntry) -> (Delta, &'static str, Risk) {
    let own = holder.granted(kind).map_or_else(|| set.clone(), |right| set.intersect(&right.set));
    let ((own, what, _), (all, _, risk)) = (proved(kind, own), proved(kind, set));
    (Delta { witness: own.witness, ..all }, what, risk)
}
