//! Laws of differences, for random pairs of plans and random operations under them: what the new plan allows and the old one
//! does not is in what is told as wider, and nothing else is; the other way round for what is narrower; each thing that is
//! told as a proof is one; and whoever newly reaches a right through others is told of. The decisions are those of
//! `PluginEntry::allows`, and ways are walked here again, one edge at a time.
//!
//! `AMBIT_DIFF_TRIPLES` says how many triples of old plan, new plan and operation are tried; without it some ten thousand.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a failed test may panic")]
#![expect(clippy::disallowed_methods, reason = "whoever runs it says how long it may take")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use ambit_compiler::binary::NoArtifacts;
use ambit_compiler::diff::{Change, Diff, PluginDiff, Topic, Turn, Verdict, diff};
use ambit_compiler::flow::Graph;
use ambit_compiler::source::{FileId, Sources};
use ambit_compiler::{Inputs, compile};
use ambit_schema::capability::{Kind, Member};
use ambit_schema::plan::Plan;

/// How many operations are tried under each pair.
const OPERATIONS: usize = 100;

type Right = (&'static str, &'static str);

/// What is asked for. Folders of `fs.read` lie apart: the tier gives whole ones.
const ASKED: &[Right] = &[
    ("fs.read", "./a/"),
    ("fs.read", "./b/"),
    ("fs.write", "/home/u/"),
    ("note.file", "./a/"),
    ("note.file", "./a/*.txt"),
    ("note.file", "./**/x"),
    ("env.read", "API_KEY"),
    ("env.read", "API_*"),
    ("env.read", "*"),
    ("env.read", "**"),
    ("net.connect", "https://a.example.com"),
    ("net.connect", "https://*.example.com"),
    ("net.connect", "*://*:*"),
    ("http.serve", "GET /x/**"),
    ("http.serve", "* /x/*"),
];

/// What is offered, allowed and denied beside that.
const SAID: &[Right] = &[
    ("fs.read", "./"),
    ("note.file", "./"),
    ("note.file", "./a/b/"),
    ("env.read", "*_KEY"),
    ("net.connect", "*://a.example.com:*"),
    ("net.connect", "https://*:1-500"),
    ("http.serve", "POST /**"),
];

/// Who may move whom; asked for, offered and allowed rather often, and denied seldom.
const MOVES: &[Right] = &[
    ("message.send", "beta"),
    ("message.send", "gamma"),
    ("message.send", "d*"),
    ("message.send", "*"),
    ("tool.use", "gamma:t"),
    ("tool.use", "d*"),
    ("event.publish", "note.saved"),
    ("event.publish", "note.*"),
    ("event.subscribe", "note.saved"),
    ("event.subscribe", "note.gone"),
    ("event.subscribe", "**"),
];

const IDS: [&str; 5] = ["alpha", "beta", "gamma", "delta", "dune"];
const SUBJECTS: [&str; 7] = ["*", "*", "alpha", "beta", "gamma", "d*", "dune"];

/// Things that operations are about.
const THINGS: &[Right] = &[
    ("fs.read", "./a"),
    ("fs.read", "./a/deep/x"),
    ("fs.read", "./b/x.txt"),
    ("fs.read", "./c"),
    ("fs.write", "/home/u/.ssh/id_ed25519"),
    ("fs.write", "/home/u/notes"),
    ("fs.write", "/etc/passwd"),
    ("note.file", "./a/n.txt"),
    ("note.file", "./a/b/x"),
    ("note.file", "./a/b/c.txt"),
    ("note.file", "./x"),
    ("note.file", "./z/x"),
    ("env.read", "API_KEY"),
    ("env.read", "API_URL"),
    ("env.read", "MY_KEY"),
    ("env.read", "HOME"),
    ("env.read", "a.b"),
    ("net.connect", "https://a.example.com"),
    ("net.connect", "https://b.example.com:500"),
    ("net.connect", "https://b.example.com:501"),
    ("net.connect", "http://a.example.com:80"),
    ("net.connect", "tcp://10.0.0.1:22"),
    ("http.serve", "GET /x/a"),
    ("http.serve", "POST /x/a"),
    ("http.serve", "GET /x/a/b"),
    ("http.serve", "POST /y"),
    ("message.send", "beta"),
    ("message.send", "gamma"),
    ("message.send", "dune"),
    ("tool.use", "gamma:t"),
    ("tool.use", "dune:t"),
    ("event.publish", "note.saved"),
    ("event.publish", "note.gone"),
    ("event.subscribe", "note.gone"),
];

const HOST: &str = "host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\nkinds { note.file domain=\"paths\" phrase=\"file notes in\"; }\n";

/// A plugin: its id, what it asks for, whom it needs, and whether it has a tool.
type Asking = (&'static str, Vec<Right>, Vec<&'static str>, bool);

/// What a workspace says.
#[derive(Debug, Clone)]
struct World {
    offers: Vec<Right>,
    plugins: Vec<Asking>,
    lines: Vec<(&'static str, &'static str, Right)>,
}

/// Numbers that look random and are the same at every run: xorshift.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn some<T>(&mut self, from: usize, to: usize, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..from + self.below(to - from)).map(|_| one(self)).collect()
    }

    fn right(&mut self) -> Right {
        match self.below(5) {
            0..=2 => self.of(ASKED),
            3 => self.of(SAID),
            _ => self.of(MOVES),
        }
    }

    fn line(&mut self) -> (&'static str, &'static str, Right) {
        let effect = self.of(&["allow", "allow", "allow", "allow", "deny"]);
        (effect, self.of(&SUBJECTS), self.right())
    }

    fn plugin(&mut self, at: usize) -> Asking {
        let asked = self.some(1, 8, |chance| if chance.below(3) == 0 { chance.of(MOVES) } else { chance.of(ASKED) });
        // Only what stands before it, so that there is no circle.
        let needs = if at > 0 && self.below(4) == 0 { vec![IDS[self.below(at)]] } else { vec![] };
        (IDS[at], asked, needs, self.below(2) == 0)
    }

    fn world(&mut self) -> World {
        let mut offers = self.some(4, 14, Self::right);
        offers.extend(MOVES.iter().skip(self.below(3)));
        let plugins = (0..IDS.len()).map(|at| self.plugin(at)).collect();
        World { offers, plugins, lines: self.some(14, 32, Self::line) }
    }

    /// Another world, or the same but for a few things.
    fn changed(&mut self, world: &World) -> World {
        let mut other = world.clone();
        for _ in 0..1 + self.below(4) {
            match self.below(6) {
                0 => other.lines.push(self.line()),
                1 => drop(other.lines.remove(self.below(other.lines.len()))),
                2 => other.offers.push(self.right()),
                3 => drop(other.offers.remove(self.below(other.offers.len()))),
                4 => {
                    let at = self.below(IDS.len());
                    other.plugins[at] = self.plugin(at);
                }
                _ => return self.world(),
            }
        }
        other
    }
}

impl World {
    /// The plan, without some of the plugins and those that need them.
    fn plan(&self, without: &[&str]) -> Plan {
        let mut host = HOST.to_owned();
        self.offers.iter().for_each(|(kind, what)| writeln!(host, "capabilities {{ {kind} \"{what}\"; }}").unwrap());
        let mut sources = Sources::default();
        let profile = Some(sources.add("host.kdl", host.into_bytes()));
        let mut grants = String::from("layer \"user\"\n");
        for (effect, subject, (kind, what)) in &self.lines {
            writeln!(grants, "{effect} \"{subject}\" {{ {kind} \"{what}\"; }}").unwrap();
        }
        let grants = vec![sources.add("grants.kdl", grants.into_bytes())];
        let mut gone: BTreeSet<&str> = without.iter().copied().collect();
        let mut manifests: Vec<FileId> = vec![];
        for (id, asked, needs, has_tool) in &self.plugins {
            if gone.contains(id) || needs.iter().any(|id| gone.contains(id)) {
                gone.insert(id);
                continue;
            }
            let mut text = format!("id \"{id}\"\nversion \"1.0.0\"\ncapabilities {{\n");
            asked.iter().for_each(|(kind, what)| writeln!(text, "    {kind} \"{what}\" optional=#true").unwrap());
            text.push_str(if *has_tool { "}\ntools {\n    t \"A tool\"\n}\n" } else { "}\n" });
            needs.iter().for_each(|id| writeln!(text, "dependencies {{ {id} \"^1.0.0\"; }}").unwrap());
            manifests.push(sources.add(format!("plugins/{id}/plugin.kdl"), text.into_bytes()));
        }
        let done = compile(&Inputs { profile, grants, manifests, ..Inputs::new(sources, &NoArtifacts) });
        done.plan.unwrap_or_else(|| panic!("{self:#?}: {:#?}", done.diagnostics))
    }
}

/// Whether a plugin may do something itself.
fn may(plan: &Plan, id: &str, kind: Kind, member: &Member) -> bool {
    plan.plugin(id).is_some_and(|plugin| plugin.allows(kind, member))
}

/// Everyone that each plugin moves, itself included: by edges, one after another.
fn walked(plan: &Plan) -> Vec<(&str, BTreeSet<&str>)> {
    let graph = Graph::of_plan(plan);
    let id = |at: usize| plan.content().plugins[at].id.as_str();
    let from = |start: usize| {
        let (mut seen, mut open) = (BTreeSet::from([start]), vec![start]);
        while let Some(at) = open.pop() {
            open.extend(graph.edges(at).map(|(_, to)| to).filter(|to| seen.insert(*to)));
        }
        (id(start), seen.into_iter().map(id).collect())
    };
    (0..plan.content().plugins.len()).map(from).collect()
}

fn reached<'w, 'p>(
    walked: &'w [(&'p str, BTreeSet<&'p str>)],
    id: &str,
) -> impl Iterator<Item = &'p str> + use<'w, 'p> {
    walked.iter().find(|(from, _)| *from == id).into_iter().flat_map(|(_, to)| to.iter().copied())
}

fn told<'d>(found: &'d Diff<'d>, id: &str, topic: Topic, turn: Turn) -> Option<&'d Change<'d>> {
    let one = found.plugins.iter().find(|one| one.id().as_str() == id)?;
    one.changes.iter().find(|change| change.topic == topic && change.turn == turn)
}

fn has(change: Option<&Change<'_>>, member: &Member) -> bool {
    change.and_then(|change| change.delta.as_ref()).is_some_and(|delta| delta.set.contains(member))
}

/// What is told of one operation is what is so.
fn check_operation(found: &Diff<'_>, id: &str, kind: Kind, member: &Member) -> bool {
    let (was, is) = (may(found.old, id, kind, member), may(found.new, id, kind, member));
    let wider = has(told(found, id, Topic::Right(kind), Turn::Wider), member);
    let narrower = has(told(found, id, Topic::Right(kind), Turn::Narrower), member);
    assert_eq!((wider, narrower), (is && !was, was && !is), "{id} {kind} {member:?}");
    is != was
}

/// Who newly reaches a right stands behind one of those of whom something wider is told.
fn check_through(
    found: &Diff<'_>,
    ways: [&[(&str, BTreeSet<&str>)]; 2],
    id: &str,
    kind: Kind,
    member: &Member,
) -> bool {
    let was = reached(ways[0], id).any(|to| may(found.old, to, kind, member));
    let is = reached(ways[1], id).any(|to| may(found.new, to, kind, member));
    if was || !is {
        return false;
    }
    let covers = |change: &Change<'_>| {
        change.turn == Turn::Wider
            && matches!(change.topic, Topic::Right(of) | Topic::Through(of) if of == kind)
            && has(Some(change), member)
    };
    let about = |one: &&PluginDiff<'_>| one.id().as_str() == id || one.reached_by.iter().any(|by| by.as_str() == id);
    let is_told = found.plugins.iter().filter(about).any(|one| one.changes.iter().any(covers));
    assert!(is_told, "{id} newly reaches {kind} {member:?}: {:#?}", found.plugins);
    true
}

/// Each thing that is told as a proof is one. How many there are.
fn check_witnesses(found: &Diff<'_>, ways: [&[(&str, BTreeSet<&str>)]; 2]) -> usize {
    let mut count = 0;
    for one in &found.plugins {
        for change in &one.changes {
            let (Some(delta), id) = (&change.delta, one.id().as_str()) else { continue };
            let witness = delta.witness.as_ref().unwrap_or_else(|| panic!("{id}: {change:#?}"));
            let member = Member::parse(delta.kind, witness).unwrap();
            assert!(delta.set.contains(&member), "{id}: {change:#?}");
            let (plans, ways) = match change.turn {
                Turn::Wider => ([found.old, found.new], ways),
                Turn::Narrower => ([found.new, found.old], [ways[1], ways[0]]),
                Turn::Other => continue,
            };
            let [lacks, gives] = plans;
            match change.topic {
                Topic::Right(kind) => {
                    assert!(may(gives, id, kind, &member) && !may(lacks, id, kind, &member), "{id}: {change:#?}");
                }
                Topic::Through(kind) => {
                    let any = |plan, ways| reached(ways, id).any(|to| may(plan, to, kind, &member));
                    assert!(!may(gives, id, kind, &member), "{id}: {change:#?}");
                    assert!(any(gives, ways[1]) && !any(lacks, ways[0]), "{id}: {change:#?}");
                }
                _ => {}
            }
            count += 1;
        }
    }
    count
}

/// Compared with itself nothing differs, and compared the other way round what was more is less.
fn check_mirror(old: &Plan, new: &Plan, found: &Diff<'_>) {
    assert!(diff(new, new).unwrap().is_empty());
    let back = diff(new, old).unwrap();
    let rights = |found: &Diff<'_>, turn: Turn| {
        let of = |one: &PluginDiff<'_>| {
            let rights = one.changes.iter().filter(|change| change.turn == turn);
            let rights = rights.filter(|change| matches!(change.topic, Topic::Right(_) | Topic::Through(_)));
            let sets =
                rights.filter_map(|change| Some(((one.id().to_string(), change.topic), change.delta.clone()?.set)));
            sets.collect::<Vec<_>>()
        };
        found.plugins.iter().flat_map(of).collect::<BTreeMap<_, _>>()
    };
    for (one, other) in [(Turn::Wider, Turn::Narrower), (Turn::Narrower, Turn::Wider)] {
        let (there, back) = (rights(found, one), rights(&back, other));
        assert!(there.keys().eq(back.keys()), "{:?} and {:?}", there.keys(), back.keys());
        // Sets with the same members may be written in two ways.
        let same = there.iter().zip(&back).all(|((_, a), (_, b))| a.is_subset(b) && b.is_subset(a));
        assert!(same, "{there:?} and {back:?}");
    }
    assert_eq!(found.verdict() == Verdict::None, back.verdict() == Verdict::None);
}

#[test]
fn what_is_told_is_what_changed() {
    let triples = std::env::var("AMBIT_DIFF_TRIPLES").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000_usize);
    let (mut changed, mut through, mut witnesses) = (0, 0, 0);
    let pairs = triples.div_ceil(OPERATIONS);
    for pair in 0..pairs {
        let mut chance = Chance(0x9E37_79B9_7F4A_7C15 ^ (pair as u64 + 1).wrapping_mul(0xD134_2543_DE82_EF95));
        let world = chance.world();
        let other = chance.changed(&world);
        let gone = |chance: &mut Chance| chance.some(0, 2, |chance| IDS[1 + chance.below(IDS.len() - 1)]);
        let (old, new) = (world.plan(&gone(&mut chance)), other.plan(&gone(&mut chance)));
        let found = diff(&old, &new).unwrap();
        let ways = [walked(&old), walked(&new)];
        let ways = [&ways[0][..], &ways[1][..]];
        witnesses += check_witnesses(&found, ways);
        check_mirror(&old, &new, &found);
        for _ in 0..OPERATIONS {
            let (id, (kind, thing)) = (chance.of(&IDS), chance.of(THINGS));
            let kind = new.kind(kind).unwrap();
            let member = Member::parse(kind, thing).unwrap();
            changed += usize::from(check_operation(&found, id, kind, &member));
            through += usize::from(check_through(&found, ways, id, kind, &member));
        }
    }
    assert!(changed * 50 > triples, "{changed} of {triples} operations change");
    assert!(through * 100 > triples, "{through} of {triples} operations are newly reached");
    assert!(witnesses > pairs / 2, "{witnesses} proofs in {pairs} pairs");
    println!("{triples} triples: {changed} changed, {through} newly reached, {witnesses} proofs");
}
