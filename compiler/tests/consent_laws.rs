//! Laws of consent. Comes in: random requests, offers, lines and answers about files, for a plugin of some version and file. Goes
//! out: a yes gives what an allow of the same would, where lines ask about it, and nothing else; nobody is asked twice; and a
//! plan that says otherwise passes no door.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fmt::Write;
use std::sync::Arc;

use ambit_compiler::binary::{Artifacts, Unread};
use ambit_compiler::consent::{Answer, Answers, Standing, write};
use ambit_compiler::diag::Code;
use ambit_compiler::source::Sources;
use ambit_compiler::{Compilation, Inputs, compile};
use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::name::PluginId;
use ambit_schema::plan::{Draft, Effect, GrantLine, Place, Plan, SealError, Who};
use ambit_schema::wire;
use proptest::prelude::{ProptestConfig, Strategy, prop, prop_assert, prop_assert_eq, proptest};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const PATTERNS: &[&str] = &["A", "B*", "BC", "B?D", "C_*", "C_D", "*", "D"];
const KIND: Kind = Kind::EnvRead;

/// What a plugin runs: a component with nothing in it but a name, which makes it one file or another.
struct File(&'static [u8]);

const FIRST: File = File(b"\0asm\x0d\0\x01\0");
const OTHER: File = File(b"\0asm\x0d\0\x01\0\0\x02\x01a");

impl Artifacts for File {
    fn read(&self, _path: &str) -> Result<Arc<[u8]>, Unread> {
        Ok(self.0.into())
    }
}

/// Patterns of what is asked for, offered, allowed, denied and asked about.
#[derive(Debug, Clone)]
struct World {
    said: [Vec<&'static str>; 5],
    version: &'static str,
    required: bool,
}

fn world() -> impl Strategy<Value = World> {
    let some = |least: usize, most: usize| prop::collection::vec(prop::sample::select(PATTERNS), least..most);
    let said = (some(1, 4), prop::sample::select(vec![vec!["*"], vec!["B*", "D"]]), some(0, 2), some(0, 2), some(0, 5));
    (said, prop::bool::ANY).prop_map(|((a, b, c, d, e), required)| World {
        said: [a, b, c, d, e],
        version: "1.0.0",
        required,
    })
}

impl World {
    fn compiled(&self, file: &File, answers: &[Answer]) -> Compilation {
        let [wanted, offered, allowed, denied, asked] = &self.said;
        let mut sources = Sources::default();
        let lines = |patterns: &[&str], more: &str| {
            patterns.iter().fold(String::new(), |mut text, pattern| {
                writeln!(text, "    env.read \"{pattern}\"{more}").unwrap();
                text
            })
        };
        let host =
            format!("host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\ncapabilities {{\n{}}}\n", lines(offered, ""));
        let optional = if self.required { "" } else { " optional=#true" };
        let manifest = format!(
            "id \"probe\"\nversion \"{}\"\nwasm \"probe.wasm\"\ncapabilities {{\n{}}}\n",
            self.version,
            lines(wanted, optional)
        );
        let blocks = [("allow", allowed), ("deny", denied), ("ask", asked)];
        let blocks = blocks.iter().filter(|(_, patterns)| !patterns.is_empty());
        let grants: String =
            blocks.map(|(word, patterns)| format!("{word} \"probe\" {{\n{}}}\n", lines(patterns, ""))).collect();
        let mut add = |path: &str, text: String| sources.add(path, text.into_bytes());
        let profile = Some(add("host.kdl", host));
        let manifests = vec![add("plugins/probe/plugin.kdl", manifest)];
        let grants = vec![add("grants.kdl", grants)];
        let text = Answers { host: "demo".into(), folder: "/demo".into(), answers: answers.to_vec() };
        let consents = vec![add("answers.json", format!("{}  \"seal\": \"\"\n}}\n", write(&text)))];
        compile(&Inputs { profile, grants, manifests, consents, ..Inputs::new(sources, file) })
    }

    fn all(&self, which: usize) -> CapSet {
        CapSet::union_all(KIND, &self.said[which].iter().map(|text| set(text)).collect::<Vec<_>>())
    }

    /// What the plan gives, told without the compiler.
    fn given(&self, yes: &CapSet) -> CapSet {
        let allowed = self.all(2).union(&yes.intersect(&self.all(4)));
        self.all(0).intersect(&self.all(1)).intersect(&allowed).difference(&self.all(3))
    }
}

fn set(text: &str) -> CapSet {
    CapSet::parse(KIND, text).unwrap()
}

fn given(done: &Compilation) -> Option<CapSet> {
    let right = done.plan.as_ref()?.plugin("probe")?.granted(KIND);
    Some(right.map_or_else(|| CapSet::empty(KIND), |right| right.set.clone()))
}

fn same(a: &CapSet, b: &CapSet) -> bool {
    a.is_subset(b) && b.is_subset(a)
}

fn answers(done: &Compilation, yes: bool) -> Vec<Answer> {
    done.questions.iter().map(|question| question.answered(yes)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_yes_gives_what_was_asked_and_nobody_is_asked_twice(world in world()) {
        let before = world.compiled(&FIRST, &[]);
        let wanted = CapSet::union_all(KIND, before.questions.iter().map(|question| &question.set));
        let open = world.given(&world.all(4)).difference(&world.given(&CapSet::empty(KIND)));
        prop_assert!(same(&wanted, &open), "asked about {wanted}, open is {open}");

        let after = world.compiled(&FIRST, &answers(&before, true));
        prop_assert!(after.questions.is_empty() && after.kept.iter().all(Vec::is_empty));
        if let Some(given) = given(&after) {
            prop_assert!(same(&given, &world.given(&wanted)), "{given}");
        }
        let both = [answers(&before, false), answers(&before, true)].concat();
        let (declined, both) = (world.compiled(&FIRST, &answers(&before, false)), world.compiled(&FIRST, &both));
        prop_assert_eq!(both.plan.as_ref().map(rights), declined.plan.as_ref().map(rights), "a no beats a yes");
        prop_assert!(declined.questions.is_empty());
        if let (Some(given), Some(before)) = (given(&declined), given(&before)) {
            prop_assert!(same(&given, &before), "a no gave {given}");
        }
    }

    #[test]
    fn any_yes_gives_what_lines_ask_about_and_no_more(world in world(), pattern in prop::sample::select(PATTERNS)) {
        let digest = sha256(&FIRST);
        let yes = Answer {
            plugin: PluginId::parse("probe").unwrap(),
            version: "1.0.0".parse().unwrap(),
            digest,
            yes: true,
            capability: KIND.key().into(),
            set: set(pattern).terms(),
            span: None,
        };
        if let Some(given) = given(&world.compiled(&FIRST, std::slice::from_ref(&yes))) {
            let expected = world.given(&set(pattern));
            prop_assert!(same(&given, &expected), "{given} is not {expected}");
        }
        if let Some(given) = given(&world.compiled(&OTHER, &[yes])) {
            let expected = world.given(&CapSet::empty(KIND));
            prop_assert!(same(&given, &expected), "another file got {given}, not {expected}");
        }
    }

    #[test]
    fn an_update_keeps_what_was_said_yes_to_and_is_asked_about_the_rest(old in world(), new in world()) {
        let new = World { version: "1.1.0", ..new };
        let said = answers(&old.compiled(&FIRST, &[]), true);
        let done = new.compiled(&OTHER, &said);
        let yes = CapSet::union_all(KIND, &said.iter().map(|answer| answer.covers(KIND).unwrap()).collect::<Vec<_>>());
        let rest = new.given(&new.all(4)).difference(&new.given(&yes));
        let asked = CapSet::union_all(KIND, done.questions.iter().map(|question| &question.set));
        prop_assert!(same(&asked, &rest), "asked about {asked}, and {rest} is new");
        if let Some(given) = given(&done) {
            prop_assert!(same(&given, &new.given(&yes)));
        }
        prop_assert_eq!(done.kept[0].len(), said.len());
        // What is kept is written down, and holds from then on for this file alone.
        let both: Vec<Answer> = said.iter().chain(&done.kept[0]).cloned().collect();
        let again = new.compiled(&OTHER, &both);
        prop_assert!(again.kept[0].is_empty());
        prop_assert_eq!(again.plan.as_ref().map(rights), done.plan.as_ref().map(rights));
        let swapped = new.compiled(&FIRST, &done.kept[0]);
        if let Some(given) = given(&swapped) {
            prop_assert!(same(&given, &new.given(&CapSet::empty(KIND))), "a swapped file got {given}");
        }
        prop_assert!(swapped.questions.iter().all(|it| said.is_empty() || matches!(it.standing, Standing::Changed(_))));
    }
}

/// What the plan lets the plugin do, whoever gave it.
fn rights(plan: &Plan) -> Vec<(Kind, CapSet)> {
    plan.plugin("probe").unwrap().granted.iter().map(|right| (right.kind, right.set.clone())).collect()
}

fn sha256(file: &File) -> String {
    let world = World { said: [vec!["A"], vec!["*"], vec![], vec![], vec!["A"]], version: "1.0.0", required: false };
    world.compiled(file, &[]).questions[0].digest.clone()
}

/// The laws are asked about something.
#[test]
fn the_worlds_are_worth_asking_about() {
    let (mut runner, cases) = (TestRunner::deterministic(), 300);
    let (mut asked, mut widened, mut refused) = (0, 0, 0);
    for _ in 0..cases {
        let world = world().new_tree(&mut runner).unwrap().current();
        let before = world.compiled(&FIRST, &[]);
        let after = world.compiled(&FIRST, &answers(&before, true));
        asked += usize::from(!before.questions.is_empty());
        refused += usize::from(before.diagnostics.iter().any(|found| found.code == Code::NeedsConsent));
        widened += usize::from(after.plan.is_some() && !before.questions.is_empty());
    }
    assert!(asked * 3 > cases && widened * 5 > cases && refused * 10 > cases, "{asked} {widened} {refused}");
}

#[test]
fn a_plan_with_answers_is_proved_again() {
    type Change = fn(&mut Draft);
    let changes: [(&str, Change); 8] = [
        ("nobody asks any more", |draft| draft.grants.retain(|line| line.effect != Effect::Ask)),
        ("nobody said yes", |draft| draft.grants.retain(|line| line.effect != Effect::Consent)),
        ("the yes is to less", |draft| yes(draft).set = set("B")),
        ("the yes is for another file", |draft| yes(draft).who = Who::Digest("ab".repeat(32))),
        ("the yes is for any file", |draft| yes(draft).who = Who::Anyone),
        ("the yes stands among the grants", |draft| yes(draft).layer = "user".into()),
        ("somebody said no", |draft| {
            let no = GrantLine { effect: Effect::Decline, who: Who::Anyone, ..yes(draft).clone() };
            draft.grants.push(no);
        }),
        ("it is denied", |draft| {
            let deny = GrantLine { effect: Effect::Deny, ..draft.grants[0].clone() };
            draft.grants.insert(0, deny);
        }),
    ];
    let world = World { said: [vec!["B*"], vec!["*"], vec![], vec![], vec!["B*"]], version: "1.0.0", required: true };
    let before = world.compiled(&FIRST, &[]);
    assert!(before.plan.is_none() && before.questions[0].required);
    let done = world.compiled(&FIRST, &answers(&before, true));
    assert!(done.plan.is_some(), "{:#?} {:?}", done.diagnostics, done.unsealed);
    let plan = done.plan.unwrap();
    assert_eq!(wire::decode(&wire::encode(&plan)).unwrap(), plan);
    for (what, change) in changes {
        let mut draft = plan.content().clone();
        change(&mut draft);
        let sealed = draft.seal();
        let is_told = matches!(sealed, Err(SealError::Unfounded(_) | SealError::Dangling(_)));
        assert!(is_told, "{what}: {sealed:?}");
    }
    let place = |plan: &Plan| plan.plugin("probe").unwrap().granted[0].why.grants.clone();
    assert_eq!(*place(&plan), [Place { path: "answers.json".into(), line: 6, column: 5 }]);
}

fn yes(draft: &mut Draft) -> &mut GrantLine {
    draft.grants.iter_mut().find(|line| line.effect == Effect::Consent).unwrap()
}
