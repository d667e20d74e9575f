//! Laws of granting. Comes in: random offers, requests and lines of the grants, as texts. Goes out: what a plan gives is
//! exactly what was asked for, offered, allowed and not denied, whatever the order of things, and a control that fails
//! where the laws are asked about nothing or do not notice a breach.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fmt::Write;

use ambit_compiler::binary::NoArtifacts;
use ambit_compiler::diag::Severity;
use ambit_compiler::source::{FileId, Sources};
use ambit_compiler::{Inputs, compile};
use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::Plan;
use ambit_schema::wire::encode;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// A kind, and one of its patterns.
type Right = (&'static str, &'static str);

/// What is asked for. Folders of `fs.read` lie apart, so that a deny leaves whole ones: the tier can hold no others.
const ASKED: &[Right] = &[
    ("fs.read", "./a/"),
    ("fs.read", "./b/"),
    ("note.file", "./a/"),
    ("note.file", "./a/*.txt"),
    ("note.file", "./**/x"),
    ("env.read", "API_KEY"),
    ("env.read", "API_*"),
    ("env.read", "*"),
    ("net.connect", "https://a.example.com"),
    ("net.connect", "https://*.example.com"),
    ("net.connect", "*://*:*"),
];

/// What is offered, allowed, denied and asked about beside that.
const SAID: &[Right] = &[
    ("fs.read", "./"),
    ("note.file", "./"),
    ("note.file", "./a/b/"),
    ("env.read", "*_KEY"),
    ("net.connect", "*://a.example.com:*"),
    ("net.connect", "https://*:1-500"),
];

const IDS: [&str; 4] = ["alpha", "beta", "gamma.one", "gamma.two"];
const DIGEST: &str = "digest:sha256:00000000000000000000000000000000000000000000000000000000000000ff";
const SUBJECTS: &[&str] =
    &["*", "*", "alpha", "beta", "gamma.one", "gamma.*", "publisher:acme", "trust:verified", DIGEST];
const LAYERS: [&str; 5] = ["system", "organisation", "user", "workspace", "team"];

const HOST: &str = r#"host "demo"
version "1.0.0"
tiers "wasm"
kinds { note.file domain="paths" phrase="file notes in"; }
publisher "acme" { plugins "gamma.*"; trust "verified"; }
"#;

/// A line of the grants.
#[derive(Debug, Clone)]
struct Line {
    effect: &'static str,
    subject: &'static str,
    right: Right,
}

/// A workspace: what the host offers, what each plugin asks for, and files of grants, each in a layer.
#[derive(Debug, Clone)]
struct World {
    offers: Vec<Right>,
    plugins: Vec<Vec<Right>>,
    files: Vec<(&'static str, Vec<Line>)>,
}

fn said() -> impl Strategy<Value = Right> {
    prop::sample::select([ASKED, SAID].concat())
}

fn line() -> impl Strategy<Value = Line> {
    let effect = prop_oneof![6 => Just("allow"), 2 => Just("deny"), 1 => Just("ask")];
    let parts = (effect, prop::sample::select(SUBJECTS), said());
    parts.prop_map(|(effect, subject, right)| Line { effect, subject, right })
}

fn world() -> impl Strategy<Value = World> {
    let offers = prop::collection::vec(said(), 3..12);
    let plugin = prop::collection::vec(prop::sample::select(ASKED), 1..6);
    let plugins = prop::collection::vec(plugin, 2..=IDS.len());
    let file = (prop::sample::select(&LAYERS[..]), prop::collection::vec(line(), 1..9));
    let files = prop::collection::vec(file, 1..=3);
    (offers, plugins, files).prop_map(|(offers, plugins, files)| World { offers, plugins, files })
}

impl World {
    /// Every text with its path and what it is: 0 a profile, 1 a manifest, 2 grants.
    fn texts(&self) -> Vec<(usize, String, String)> {
        let mut host = HOST.to_owned();
        self.offers.iter().for_each(|(kind, what)| writeln!(host, "capabilities {{ {kind} \"{what}\"; }}").unwrap());
        let mut texts = vec![(0, "host.kdl".to_owned(), host)];
        for (id, asked) in IDS.iter().zip(&self.plugins) {
            let mut text = format!("id \"{id}\"\nversion \"1.0.0\"\ncapabilities {{\n");
            asked.iter().for_each(|(kind, what)| writeln!(text, "    {kind} \"{what}\" optional=#true").unwrap());
            texts.push((1, format!("plugins/{id}/plugin.kdl"), text + "}\n"));
        }
        for (at, (layer, lines)) in self.files.iter().enumerate() {
            let mut text = format!("layer \"{layer}\"\n");
            for Line { effect, subject, right: (kind, what) } in lines {
                writeln!(text, "{effect} \"{subject}\" {{ {kind} \"{what}\"; }}").unwrap();
            }
            texts.push((2, format!("grants-{at}.kdl"), text));
        }
        texts
    }

    fn plan(&self) -> Plan {
        planned(&self.texts())
    }

    fn with(&self, line: &Line, file: usize) -> World {
        let mut more = self.clone();
        let at = file % more.files.len();
        more.files[at].1.push(line.clone());
        more
    }

    /// The union of what the lines of this effect say for a plugin.
    fn lines(&self, effect: &str, id: &str, kind: Kind) -> CapSet {
        let lines = self.files.iter().flat_map(|(_, lines)| lines);
        let lines = lines.filter(|line| line.effect == effect && covers(line.subject, id, effect != "deny"));
        union(kind, lines.map(|line| &line.right))
    }
}

/// Compiles texts in the order in which they stand; there is always a plan, because every request is optional.
fn planned(texts: &[(usize, String, String)]) -> Plan {
    let mut sources = Sources::default();
    let files: Vec<(usize, FileId)> =
        texts.iter().map(|(sort, path, text)| (*sort, sources.add(path.as_str(), text.as_bytes()))).collect();
    let of = |wanted| files.iter().filter(move |(sort, _)| *sort == wanted).map(|(_, file)| *file).collect::<Vec<_>>();
    let (profile, manifests, grants) = (of(0).first().copied(), of(1), of(2));
    let done = compile(&Inputs { profile, grants, manifests, ..Inputs::new(sources, &NoArtifacts) });
    let errors = done.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let errors: Vec<_> = errors.map(|found| format!("{:?} {}", found.code, found.message)).collect();
    assert_eq!(errors, [""; 0], "{texts:#?}");
    done.plan.unwrap()
}

/// Whether a line is about a plugin, told without the compiler. No plugin here runs anything, so its digest is unknown:
/// what gives is not about it, what takes is.
fn covers(subject: &str, id: &str, gives: bool) -> bool {
    match subject {
        "*" => true,
        "gamma.*" | "publisher:acme" | "trust:verified" => id.starts_with("gamma."),
        DIGEST => !gives,
        other => other == id,
    }
}

fn union<'r>(kind: Kind, rights: impl Iterator<Item = &'r Right>) -> CapSet {
    let sets = rights.filter(|(key, _)| *key == kind.key()).map(|(_, what)| CapSet::parse(kind, what).unwrap());
    sets.fold(CapSet::empty(kind), |all, set| all.union(&set))
}

fn kinds(plan: &Plan) -> [Kind; 4] {
    ["fs.read", "env.read", "net.connect", "note.file"].map(|key| plan.kind(key).unwrap())
}

/// What a plan gives, for each plugin in the order of `IDS` and each kind.
fn rights(plan: &Plan) -> Vec<(&'static str, Kind, CapSet)> {
    let ids = IDS.into_iter().filter_map(|id| Some((id, plan.plugin(id)?)));
    let set = |plugin: &ambit_schema::plan::PluginEntry, kind| {
        plugin.granted(kind).map_or_else(|| CapSet::empty(kind), |granted| granted.set.clone())
    };
    ids.flat_map(|(id, plugin)| kinds(plan).map(|kind| (id, kind, set(plugin, kind)))).collect()
}

/// Whether every right of the first is one of the second.
fn within(less: &[(&str, Kind, CapSet)], more: &[(&str, Kind, CapSet)]) -> bool {
    less.len() == more.len() && less.iter().zip(more).all(|(less, more)| less.2.is_subset(&more.2))
}

/// What breaks the formula, and by how much.
fn breach(world: &World, rights: &[(&str, Kind, CapSet)]) -> Option<String> {
    rights.iter().find_map(|(id, kind, granted)| {
        let at = IDS.iter().position(|known| known == id).unwrap();
        let asked = union(*kind, world.plugins[at].iter());
        let offered = union(*kind, world.offers.iter());
        let allowed = world.lines("allow", id, *kind);
        let denied = world.lines("deny", id, *kind);
        let all = asked.intersect(&offered).intersect(&allowed).difference(&denied);
        let laws = [
            ("more than asked for", granted.is_subset(&asked)),
            ("more than offered", granted.is_subset(&offered)),
            ("more than allowed", granted.is_subset(&allowed)),
            ("what is denied", granted.is_disjoint(&denied)),
            ("too little", all.is_subset(granted)),
        ];
        let (what, _) = laws.into_iter().find(|(_, holds)| !holds)?;
        Some(format!("`{id}` has {what} of {kind}: {}", granted.show(*kind)))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn granted_is_asked_and_offered_and_allowed_and_not_denied(world in world()) {
        prop_assert_eq!(breach(&world, &rights(&world.plan())), None);
    }

    #[test]
    fn a_line_more_changes_rights_in_its_own_direction_alone(world in world(), line in line(), file in any::<usize>()) {
        let before = rights(&world.plan());
        for effect in ["deny", "allow", "ask"] {
            let more = world.with(&Line { effect, ..line.clone() }, file);
            let after = rights(&more.plan());
            prop_assert!(effect == "allow" || within(&after, &before), "{} gives: {:?}", effect, more);
            prop_assert!(effect == "deny" || within(&before, &after), "{} takes: {:?}", effect, more);
        }
    }

    #[test]
    fn the_order_of_files_does_not_change_a_byte(world in world(), by in any::<usize>()) {
        let mut texts = world.texts();
        let plan = encode(&planned(&texts));
        let by = by % texts.len();
        texts.rotate_left(by);
        prop_assert!(encode(&planned(&texts)) == plan, "{:?}", texts);
        texts.reverse();
        prop_assert!(encode(&planned(&texts)) == plan, "{:?}", texts);
    }

    #[test]
    fn the_order_of_lines_does_not_change_a_right(world in world(), by in any::<usize>()) {
        let before = rights(&world.plan());
        let mut other = world;
        let lists = other.plugins.iter_mut().chain([&mut other.offers]);
        lists.for_each(|list| list.reverse());
        for (_, lines) in &mut other.files {
            let by = by % lines.len();
            lines.rotate_left(by);
            lines.reverse();
        }
        let after = rights(&other.plan());
        prop_assert!(within(&before, &after) && within(&after, &before), "{:?}", other);
    }
}

/// The laws above are asked about something: many rights are given, and many are taken by a deny alone. And each notices
/// where it is broken.
#[test]
fn the_worlds_are_worth_asking_about() {
    let (mut runner, cases) = (TestRunner::deterministic(), 100);
    let (mut given, mut taken, mut widened) = (0, 0, 0);
    for _ in 0..cases {
        let world = world().new_tree(&mut runner).unwrap().current();
        let has = rights(&world.plan());
        given += usize::from(has.iter().any(|right| !right.2.is_empty()));
        let mut lax = world.clone();
        lax.files.iter_mut().for_each(|(_, lines)| lines.retain(|line| line.effect != "deny"));
        let more = rights(&lax.plan());
        if !within(&more, &has) {
            taken += 1;
            assert!(breach(&world, &more).is_some(), "{world:?}");
            assert!(breach(&lax, &has).is_some(), "{world:?}");
        }
        let all: Vec<_> = has.iter().map(|(id, kind, _)| (*id, *kind, CapSet::everything(*kind))).collect();
        widened += usize::from(breach(&world, &all).is_some() && !within(&all, &has));
    }
    assert_eq!(widened, cases);
    assert!(given * 2 > cases, "rights are given in {given} of {cases}");
    assert!(taken * 7 > cases, "a deny takes something in {taken} of {cases}");
}
