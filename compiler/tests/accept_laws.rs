//! Laws of accepting. Comes in: random requests, offers and lines about files. Goes out: what a plan gives is exactly what
//! all lines give, or the smallest folders around that, all of which is accepted, offered and not denied; and where there is no
//! plan, one of the rules about it says why.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fmt::Write;

use ambit_compiler::binary::NoArtifacts;
use ambit_compiler::diag::{Code, Severity};
use ambit_compiler::source::Sources;
use ambit_compiler::{Compilation, Inputs, compile};
use ambit_schema::capability::{CapSet, Kind};
use proptest::prelude::{ProptestConfig, Strategy, prop, prop_assert, proptest};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const PATTERNS: &[&str] =
    &["./a/", "./a/*.txt", "./a/b/", "./a/b/*", "./a/*/c/", "./b/**/x", "./b/", "./b/x", "./c/", "./"];

/// Patterns of what is asked for, offered, allowed, denied and accepted.
#[derive(Debug, Clone)]
struct World {
    said: [Vec<&'static str>; 5],
}

fn world() -> impl Strategy<Value = World> {
    let some = |least: usize, most: usize| prop::collection::vec(prop::sample::select(PATTERNS), least..most);
    let offers = prop::sample::select(vec![vec!["./"], vec!["./"], vec!["./a/", "./b/"], vec!["./b/**/x", "./a/"]]);
    (some(1, 4), offers, some(1, 5), some(0, 2), some(0, 4)).prop_map(|(a, b, c, d, e)| World { said: [a, b, c, d, e] })
}

impl World {
    fn compiled(&self) -> Compilation {
        let [asked, offered, allowed, denied, accepted] = &self.said;
        let mut sources = Sources::default();
        let lines = |patterns: &[&str], more: &str| {
            patterns.iter().fold(String::new(), |mut text, pattern| {
                writeln!(text, "    fs.read \"{pattern}\"{more}").unwrap();
                text
            })
        };
        let host =
            format!("host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\ncapabilities {{\n{}}}\n", lines(offered, ""));
        let manifest =
            format!("id \"probe\"\nversion \"1.0.0\"\ncapabilities {{\n{}}}\n", lines(asked, " optional=#true"));
        let blocks = [("allow", allowed, ""), ("deny", denied, ""), ("accept", accepted, " why=\"tried\"")];
        let blocks = blocks.iter().filter(|(_, patterns, _)| !patterns.is_empty());
        let grants: String = blocks
            .map(|(word, patterns, more)| format!("{word} \"probe\" {{\n{}}}\n", lines(patterns, more)))
            .collect();
        let mut add = |path: &str, text: String| sources.add(path, text.into_bytes());
        let profile = Some(add("host.kdl", host));
        let manifests = vec![add("plugins/probe/plugin.kdl", manifest)];
        let grants = vec![add("grants.kdl", grants)];
        compile(&Inputs { profile, grants, manifests, ..Inputs::new(sources, &NoArtifacts) })
    }

    fn all(&self, which: usize) -> CapSet {
        let sets = self.said[which].iter().map(|pattern| CapSet::parse(Kind::FsRead, pattern).unwrap());
        sets.fold(CapSet::empty(Kind::FsRead), |all, set| all.union(&set))
    }

    /// What all lines give, told without the compiler.
    fn exact(&self) -> CapSet {
        self.all(0).intersect(&self.all(1)).intersect(&self.all(2)).difference(&self.all(3))
    }
}

/// What breaks the laws.
fn breach(world: &World, done: &Compilation) -> Option<&'static str> {
    let exact = world.exact();
    let errors = done.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let errors: Vec<Code> = errors.map(|found| found.code).collect();
    let Some(plan) = &done.plan else {
        let known = [Code::NarrowAccept, Code::BarredAccept];
        let speaks = !errors.is_empty() && errors.iter().all(|code| known.contains(code));
        return if !speaks { Some("no reason") } else { exact.whole_folders().map(|_| "refused without need") };
    };
    let given = plan.plugin("probe")?.granted(Kind::FsRead);
    let given = given.map_or_else(|| CapSet::empty(Kind::FsRead), |right| right.set.clone());
    let laws = [
        ("neither exact nor whole folders", given.whole_folders().is_some() || given.is_subset(&exact)),
        ("too little", exact.is_subset(&given)),
        ("more than offered", given.is_subset(&world.all(1))),
        ("what is denied", given.is_disjoint(&world.all(3))),
        ("more than is accepted", given.is_subset(&exact.union(&world.all(4)))),
        ("wider without need", exact.whole_folders().is_none() || given.is_subset(&exact)),
        ("a folder without anything in it", each_is_needed(&given, &exact)),
    ];
    laws.into_iter().find(|(_, holds)| !holds).map(|(what, _)| what)
}

fn each_is_needed(given: &CapSet, exact: &CapSet) -> bool {
    let folders = given.whole_folders().unwrap_or_default();
    folders.iter().all(|folder| {
        let folder = CapSet::parse(Kind::FsRead, &format!("{}/", folder.to_string().trim_end_matches('/'))).unwrap();
        !folder.is_disjoint(exact)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_wider_than_what_is_accepted(world in world()) {
        let breach = breach(&world, &world.compiled());
        prop_assert!(breach.is_none(), "{breach:?}: {world:?}");
    }
}

/// The law is asked about something: there are plans, wider ones among them, and refusals.
#[test]
fn the_worlds_are_worth_asking_about() {
    let (mut runner, cases) = (TestRunner::deterministic(), 300);
    let (mut wider, mut refused, mut plain) = (0, 0, 0);
    for _ in 0..cases {
        let world = world().new_tree(&mut runner).unwrap().current();
        let done = world.compiled();
        let given = done.plan.as_ref().and_then(|plan| plan.plugin("probe")?.granted(Kind::FsRead));
        wider += usize::from(given.is_some_and(|right| !right.why.accepts.is_empty()));
        plain += usize::from(given.is_some_and(|right| right.why.accepts.is_empty()));
        refused += usize::from(done.plan.is_none());
    }
    assert!(wider * 30 > cases && refused * 10 > cases && plain * 10 > cases, "{wider} {refused} {plain} of {cases}");
}
