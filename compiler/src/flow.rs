//! Who can move whom. Comes in: plugins with what they may do. Goes out: a [`Graph`] of messages, events, tools and dependencies, and
//! the ways through it: what a plugin may not do itself, another may do for it. Nothing here gives a right; a plugin that
//! reaches another gets what the other chooses to do. Deliberately absent: texts and places; see `check` and `explain`.

use std::collections::BTreeMap;

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::{NameSort, Plan};
use ambit_schema::set::{Names, Set};
use petgraph::graph::{DiGraph, NodeIndex};

mod circle;
mod index;
mod reach;
mod walk;

pub use circle::{Circle, circles};
pub use index::Index;
pub use reach::{Parties, Reach};
pub use walk::{Reached, Step, reached, reaching};

/// How much work a question may take: steps along edges. What lies beyond is counted, never guessed.
pub const MAX_STEPS: usize = 2_000_000;

/// How many edges a graph may have, and how many comparisons of sets may go into it.
const MAX_EDGES: usize = 2_000_000;
const MAX_COMPARED: usize = 1_000_000;

/// So many different sets are few.
const FEW: usize = 4;

/// A plugin.
#[derive(Debug, Clone)]
pub struct Party<'p> {
    /// Its id.
    pub id: &'p str,
    /// What it may do, by kind. Only of kinds by which plugins move each other does anything follow: see [`moves`].
    pub rights: Vec<(Kind, &'p CapSet)>,
    /// The plugins that it depends on, by their places among the parties.
    pub depends: Vec<usize>,
    /// The whole names of its tools.
    pub tools: Vec<String>,
}

/// Whether it is by rights of this kind that a plugin moves others or is moved.
#[must_use]
pub fn moves(kind: Kind) -> bool {
    matches!(kind, Kind::MessageSend | Kind::EventPublish | Kind::EventSubscribe | Kind::ToolUse)
}

/// How one plugin moves another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// It may send it messages.
    Message,
    /// It may publish what the other receives.
    Event,
    /// It may call its tools.
    Tool,
    /// It needs it, and may call its commands and tools.
    Dependency,
}

impl Way {
    /// Every way.
    pub const ALL: &[Way] = &[Way::Message, Way::Event, Way::Tool, Way::Dependency];

    /// The ways by which a plugin sends something of its own making while both run.
    pub const SENT: &[Way] = &[Way::Message, Way::Event, Way::Tool];

    /// What it does to the other, as in "`a` … `b`".
    #[must_use]
    pub fn phrase(self) -> &'static str {
        match self {
            Way::Message => "can send messages to",
            Way::Event => "can publish events that reach",
            Way::Tool => "can call tools of",
            Way::Dependency => "depends on",
        }
    }

    /// Its word.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Way::Message => "message",
            Way::Event => "event",
            Way::Tool => "tool",
            Way::Dependency => "dependency",
        }
    }
}

/// Plugins and who moves whom. Plugins that may send to the same set of others share one hub, so that a thousand plugins that
/// may send to all are a thousand edges and not a million.
#[derive(Debug)]
pub struct Graph<'p> {
    parties: Vec<Party<'p>>,
    hubs: Vec<Hub>,
    /// The hubs of each party.
    from: Vec<Vec<usize>>,
    /// How many ends the hubs have together.
    edge_count: usize,
    left_out: usize,
}

/// The plugins that some others move in one way.
#[derive(Debug)]
struct Hub {
    way: Way,
    to: Vec<usize>,
}

impl<'p> Graph<'p> {
    /// The graph of any parties.
    #[must_use]
    pub fn new(parties: Vec<Party<'p>>) -> Self {
        let from = vec![vec![]; parties.len()];
        let mut graph = Graph { from, parties, hubs: vec![], edge_count: 0, left_out: 0 };
        graph.add_messages();
        graph.add_events();
        graph.add_tools();
        graph.add_dependencies();
        graph
    }

    /// The graph of a plan; parties are in the order of its plugins.
    #[must_use]
    pub fn of_plan(plan: &'p Plan) -> Self {
        let plugins = &plan.content().plugins;
        let places: BTreeMap<&str, usize> = plugins.iter().map(|plugin| plugin.id.as_str()).zip(0..).collect();
        let mut tools: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for entry in plan.content().names.iter().filter(|entry| entry.sort == NameSort::Tool) {
            tools.entry(entry.plugin.as_str()).or_default().push(entry.name.clone());
        }
        let party = |plugin: &'p ambit_schema::plan::PluginEntry| Party {
            tools: tools.get(plugin.id.as_str()).cloned().unwrap_or_default(),
            id: plugin.id.as_str(),
            rights: plugin.granted.iter().map(|right| (right.kind, &right.set)).collect(),
            depends: plugin.depends.iter().filter_map(|id| places.get(id.as_str()).copied()).collect(),
        };
        Graph::new(plugins.iter().map(party).collect())
    }

    /// The plugins.
    #[must_use]
    pub fn parties(&self) -> &[Party<'p>] {
        &self.parties
    }

    /// How many comparisons or edges were past the bounds and are not in the graph.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// Whom a party moves, and how: nobody twice in one way, nobody itself.
    pub fn edges(&self, from: usize) -> impl Iterator<Item = (Way, usize)> {
        let hubs = self.from.get(from).into_iter().flatten().filter_map(|hub| self.hubs.get(*hub));
        hubs.flat_map(|hub| hub.to.iter().map(|to| (hub.way, *to))).filter(move |(_, to)| *to != from)
    }

    /// How much it takes to look at everything once.
    #[must_use]
    pub fn size(&self) -> usize {
        self.parties.len() + self.edge_count
    }

    /// What tells parties apart that move others: two with the same hubs move the same ones.
    #[must_use]
    pub fn hubs_of(&self, from: usize) -> &[usize] {
        self.from.get(from).map_or(&[], Vec::as_slice)
    }

    /// Its edges in some ways, for algorithms of others: parties first, then hubs.
    fn drawn(&self, ways: &[Way]) -> DiGraph<(), (), usize> {
        let count = self.parties.len();
        let mut drawn = DiGraph::with_capacity(count + self.hubs.len(), 0);
        for _ in 0..count + self.hubs.len() {
            drawn.add_node(());
        }
        for (from, hubs) in self.from.iter().enumerate() {
            drawn.extend_with_edges(hubs.iter().map(|hub| (NodeIndex::new(from), NodeIndex::new(count + hub))));
        }
        for (at, hub) in self.hubs.iter().enumerate().filter(|(_, hub)| ways.contains(&hub.way)) {
            drawn.extend_with_edges(hub.to.iter().map(|to| (NodeIndex::new(count + at), NodeIndex::new(*to))));
        }
        drawn
    }

    fn add_messages(&mut self) {
        let holders = self.holders(Kind::MessageSend);
        if holders.is_empty() {
            return;
        }
        let names = Index::new(self.parties.iter().map(|party| party.id));
        let mut senders_by_ends = BTreeMap::<Vec<usize>, Vec<usize>>::new();
        let mut room = MAX_COMPARED;
        for (set, senders) in holders {
            let (to, tried, left) = names.met_by(set, room);
            room -= tried;
            self.left_out += left;
            senders_by_ends.entry(to).or_default().extend(senders);
        }
        senders_by_ends.into_iter().for_each(|(to, senders)| self.add_hub(Way::Message, to, senders));
    }

    /// Sets of events that reach the same receivers are one hub, however they are written.
    fn add_events(&mut self) {
        let receivers = self.holders(Kind::EventSubscribe);
        let index = Index::of_sets(receivers.iter().map(|(set, _)| *set));
        let mut senders_by_met = BTreeMap::<Vec<usize>, Vec<usize>>::new();
        let mut room = MAX_COMPARED / 10;
        let senders = self.held(Kind::EventPublish);
        // Where there is so little to compare with, equal sets are compared sooner than they are found.
        let few = receivers.len() <= FEW && senders.len() * FEW <= room;
        let senders =
            if few { senders.into_iter().map(|(set, at)| (set, vec![at])).collect() } else { gathered(senders) };
        for (set, senders) in senders {
            let (met, tried, left) = index.met_by(set, room);
            room -= tried;
            self.left_out += left;
            senders_by_met.entry(met).or_default().extend(senders);
        }
        for (met, senders) in senders_by_met {
            let to = met.into_iter().filter_map(|at| receivers.get(at)).flat_map(|(_, to)| to).copied();
            self.add_hub(Way::Event, to.collect(), senders);
        }
    }

    /// Sets of tools of the same plugins are one hub.
    fn add_tools(&mut self) {
        let holders = self.holders(Kind::ToolUse);
        if holders.is_empty() {
            return;
        }
        let parties = self.parties.iter().enumerate();
        let tools = parties.flat_map(|(at, party)| party.tools.iter().map(move |tool| (at, tool.as_str())));
        let (owners, names): (Vec<usize>, Vec<&str>) = tools.unzip();
        let index = Index::new(names.into_iter());
        let mut callers_by_ends = BTreeMap::<Vec<usize>, Vec<usize>>::new();
        let mut room = MAX_COMPARED;
        for (set, callers) in holders {
            let (met, tried, left) = index.met_by(set, room);
            room -= tried;
            self.left_out += left;
            // Tools stand in the order of their owners.
            let mut to: Vec<usize> = met.into_iter().filter_map(|at| owners.get(at)).copied().collect();
            to.dedup();
            callers_by_ends.entry(to).or_default().extend(callers);
        }
        callers_by_ends.into_iter().for_each(|(to, callers)| self.add_hub(Way::Tool, to, callers));
    }

    fn add_dependencies(&mut self) {
        for at in 0..self.parties.len() {
            let depends = self.parties[at].depends.clone();
            if !depends.is_empty() {
                self.add_hub(Way::Dependency, depends, vec![at]);
            }
        }
    }

    fn add_hub(&mut self, way: Way, mut to: Vec<usize>, mut senders: Vec<usize>) {
        let room = MAX_EDGES.saturating_sub(self.edge_count);
        to.sort_unstable();
        to.dedup();
        self.left_out += to.len().saturating_sub(room);
        to.truncate(room);
        if !to.is_empty() {
            self.edge_count += to.len();
            senders.sort_unstable();
            senders.dedup();
            senders.iter().for_each(|at| self.from[*at].push(self.hubs.len()));
            self.hubs.push(Hub { way, to });
        }
    }

    /// The different sets of a name kind that are held, each with its holders.
    fn holders(&self, kind: Kind) -> Vec<(&'p Set<Names>, Vec<usize>)> {
        gathered(self.held(kind))
    }

    /// The sets of a name kind that are held, each with a holder.
    fn held(&self, kind: Kind) -> Vec<(&'p Set<Names>, usize)> {
        let mut held: Vec<(&Set<Names>, usize)> = vec![];
        for (at, party) in self.parties.iter().enumerate() {
            for (_, set) in party.rights.iter().filter(|(held, _)| *held == kind) {
                if let CapSet::Names(set) = set {
                    held.push((set, at));
                }
            }
        }
        held
    }
}

/// Each different set once, with its holders.
fn gathered(mut held: Vec<(&Set<Names>, usize)>) -> Vec<(&Set<Names>, Vec<usize>)> {
    held.sort();
    held.chunk_by(|a, b| a.0 == b.0).map(|same| (same[0].0, same.iter().map(|(_, at)| *at).collect())).collect()
}

#[cfg(test)]
mod tests {
    use ambit_schema::capability::{CapSet, Kind};

    use super::{Graph, MAX_STEPS, Party, Way, circles, reached, reaching};

    fn set(kind: Kind, texts: &[&str]) -> CapSet {
        let each = texts.iter().map(|text| CapSet::parse(kind, text).unwrap());
        CapSet::union_all(kind, &each.collect::<Vec<_>>())
    }

    fn party<'p>(id: &'p str, rights: &'p [(Kind, CapSet)], depends: &[usize]) -> Party<'p> {
        Party {
            id,
            rights: rights.iter().map(|(kind, set)| (*kind, set)).collect(),
            depends: depends.to_vec(),
            tools: vec![],
        }
    }

    #[test]
    fn edges_are_messages_events_and_dependencies() {
        let a = [
            (Kind::MessageSend, set(Kind::MessageSend, &["b", "org.*"])),
            (Kind::EventPublish, set(Kind::EventPublish, &["note.saved", "a"])),
        ];
        let c = [(Kind::EventSubscribe, set(Kind::EventSubscribe, &["note.*"]))];
        let d = [(Kind::EventSubscribe, set(Kind::EventSubscribe, &["a.**"]))];
        let parties = vec![
            party("a", &a, &[4]),
            party("b", &[], &[]),
            party("org.c", &c, &[]),
            party("organ", &d, &[]),
            party("x", &[], &[]),
        ];
        let graph = Graph::new(parties);
        let edges: Vec<_> = graph.edges(0).collect();
        let (message, event) = (Way::Message, Way::Event);
        assert_eq!(edges, [(message, 1), (message, 2), (event, 2), (event, 3), (Way::Dependency, 4)]);
        assert_eq!(graph.left_out(), 0);
        assert!(graph.edges(1).next().is_none());
    }

    /// Nobody publishes what the others wait for; without them there are few different sets, which every sender is compared with.
    #[test]
    fn events_reach_the_same_receivers_however_many_there_are() {
        let publish = ["a.x", "a.**", "b", "a.x", "b", "c.*"]
            .map(|text| [(Kind::EventPublish, set(Kind::EventPublish, &[text]))]);
        let wait = ["a.*", "b", "a.x", "b", "z1", "z2", "z3"]
            .map(|text| [(Kind::EventSubscribe, set(Kind::EventSubscribe, &[text]))]);
        let edges = |receivers: usize| {
            let all = publish.iter().chain(&wait[..receivers]);
            let graph = Graph::new(all.map(|rights| party("p", rights, &[])).collect());
            (0..publish.len()).map(|from| graph.edges(from).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        assert_eq!(edges(4), edges(7));
        assert_eq!(edges(4)[0], [(Way::Event, 6), (Way::Event, 8)]);
        assert_eq!(edges(4).iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 2, 2, 2, 0]);
    }

    /// Ten thousand that may send to all are one circle of two, and cost no square.
    #[test]
    fn dense_graphs_are_walked_once() {
        let all = [(Kind::MessageSend, CapSet::everything(Kind::MessageSend))];
        let ids: Vec<String> = (0..10_000).map(|at| format!("p{at:05}")).collect();
        let graph = Graph::new(ids.iter().map(|id| party(id, &all, &[])).collect());
        let circles = circles(&graph, Way::SENT, MAX_STEPS);
        assert_eq!((circles.len(), circles[0].way.len(), circles[0].members.len()), (1, 2, 10_000));
        let all = reached(&graph, &[0], Way::SENT, MAX_STEPS);
        assert!(!all.is_cut && all.order().len() == 10_000 && all.work == 10_000);
        let cut = reached(&graph, &[0], Way::SENT, 100);
        assert!(cut.is_cut && cut.order().len() == 100);
    }

    #[test]
    fn ways_are_shortest_and_stop_where_they_start() {
        let to = |ids: &[&str]| [(Kind::MessageSend, set(Kind::MessageSend, ids))];
        let (a, b, c, d) = (to(&["b"]), to(&["c", "a"]), to(&["a", "d"]), to(&["d"]));
        let parties = vec![party("a", &a, &[]), party("b", &b, &[]), party("c", &c, &[]), party("d", &d, &[])];
        let graph = Graph::new(parties);
        let found = reached(&graph, &[0], Way::SENT, MAX_STEPS);
        let ends = |at: usize| found.way(at).iter().map(|step| (step.from, step.to)).collect::<Vec<_>>();
        assert_eq!(ends(3), [(0, 1), (1, 2), (2, 3)]);
        assert_eq!(ends(0), [(0, 1), (1, 0)]);
        let back = reaching(&graph, &[3], Way::SENT, MAX_STEPS);
        let ends = |at: usize| back.way(at).iter().map(|step| (step.from, step.to)).collect::<Vec<_>>();
        assert_eq!(ends(0), [(0, 1), (1, 2), (2, 3)]);
        assert!(!back.has(3), "sending to oneself is no way");
        let circles = circles(&graph, Way::SENT, MAX_STEPS);
        assert_eq!((circles.len(), circles[0].way.len(), circles[0].members.as_slice()), (1, 2, &[0, 1, 2][..]));
    }
}
