//! Same input, same bytes; and bytes that anyone has touched are no plan.

use ambit_compiler::binary::NoArtifacts;
use ambit_compiler::source::{FileId, Sources};
use ambit_compiler::{Inputs, compile, compile_on};
use ambit_schema::capability::{CapSet, Kind, Tier};
use ambit_schema::cores::Cores;
use ambit_schema::limits::Quota;
use ambit_schema::plan::{Draft, Plan, SealError};
use ambit_schema::set::Sorted;
use ambit_schema::wire::{self, DecodeError};
use ambit_tests::case::{Case, cases, compile_in_order};
use ambit_tests::{house, show};
use proptest::prelude::{Just, ProptestConfig, Strategy};
use proptest::test_runner::TestRunner;

fn seeds() -> Vec<Case> {
    cases("seeds").iter().map(|path| Case::load(path)).collect()
}

fn plan(case: &Case) -> &Plan {
    case.compiled.plan.as_ref().unwrap()
}

#[test]
fn twice_the_same_is_the_same() {
    for (first, second) in seeds().iter().zip(seeds()) {
        assert_eq!(wire::encode(plan(first)), wire::encode(plan(&second)), "{}", first.name());
        assert_eq!(first.compiled.diagnostics, second.compiled.diagnostics, "{}", first.name());
    }
}

/// The order in which files are found decides nothing: not the plan, and not what is found, only the order of it.
#[test]
fn the_order_of_files_decides_nothing() {
    let layered = Case::load(&house::at("fixtures/check/not-granted/clean-layers"));
    assert_eq!(layered.workspace.grants.len(), 4, "each layer is found");
    for case in seeds().into_iter().chain([layered]) {
        let expected = (wire::encode(plan(&case)), findings(&case.workspace.sources, &case.compiled.diagnostics));
        let order: Vec<usize> = (0..case.workspace.sources.iter().count()).collect();
        let mut runner =
            TestRunner::new(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() });
        let run = runner.run(&Just(order).prop_shuffle(), |order| {
            let (sources, compiled) = compile_in_order(&case.workspace, &order);
            let plan = compiled.plan.as_ref().map(wire::encode).unwrap_or_default();
            assert_eq!((plan, findings(&sources, &compiled.diagnostics)), expected, "{}: {order:?}", case.name());
            Ok(())
        });
        run.unwrap();
    }
}

/// A folder of so many plugins, each with a note on it; where `broken`, some of them do not fit their host.
fn many(plugins: usize, broken: bool) -> (Sources, FileId, Vec<FileId>, Vec<FileId>) {
    let mut sources = Sources::default();
    let host =
        "host \"many\"\nversion \"1.0.0\"\ntiers \"wasm\"\ncapabilities { env.read \"**\"; fs.read \"./in/\" }\n";
    let profile = sources.add("host.kdl", host.as_bytes());
    let grants =
        "deny \"*\" { env.read \"SECRET\" }\nallow \"p*\" { env.read \"LC_*\"; fs.read \"./in/${plugin.id}/\" }\n";
    let grants = vec![sources.add("grants.kdl", grants.as_bytes())];
    let manifest = |at: usize| {
        let variable = if broken && at.is_multiple_of(7) { "SECRET" } else { "LC_ALL" };
        format!(
            "id \"p{at}\"\nversion \"1.0.0\"\ncapabilities {{ env.read \"{variable}\"; fs.read \"./in/p{at}/\" }}\n"
        )
    };
    let add = |at| sources.add(format!("plugins/p{at}/plugin.kdl"), manifest(at).into_bytes());
    let manifests = (0..plugins).map(add).collect();
    (sources, profile, grants, manifests)
}

/// How many threads work decides nothing: not the plan, and not what is found or the order of it.
#[test]
fn the_number_of_cores_decides_nothing() {
    for (plugins, broken) in [(1_100, false), (300, true)] {
        let (sources, profile, grants, manifests) = many(plugins, broken);
        let inputs = Inputs { profile: Some(profile), grants, manifests, ..Inputs::new(sources, &NoArtifacts) };
        let one = compile(&inputs);
        assert_eq!(one.plan.is_none(), broken, "{:?}", one.diagnostics.first());
        for cores in [2, 5] {
            let cores = Cores::new(cores.try_into().unwrap());
            let several = compile_on(&inputs, cores);
            assert_eq!(one.diagnostics, several.diagnostics, "{cores:?}");
            assert_eq!(one.plan, several.plan, "{cores:?}");
            let texts = one.plan.iter().map(|plan| (wire::encode(plan), wire::encode_on(plan, cores)));
            texts.for_each(|(one, several)| assert!(one == several, "{cores:?}"));
        }
    }
}

fn findings(sources: &Sources, found: &[ambit_compiler::diag::Diagnostic]) -> Vec<String> {
    let mut texts: Vec<String> = found.iter().map(|found| show::finding(sources, found)).collect();
    texts.sort();
    texts
}

#[test]
fn a_plan_that_is_written_and_read_is_the_same_plan() {
    for case in seeds() {
        let bytes = wire::encode(plan(&case));
        let read = wire::decode(&bytes).unwrap();
        assert_eq!(&read, plan(&case), "{}", case.name());
        assert_eq!(wire::encode(&read), bytes, "{}", case.name());
        assert_eq!(wire::hash(&read), wire::hash(plan(&case)), "{}", case.name());
    }
}

/// One bit of one byte, at a few hundred places of each plan. Letters of schemes and hosts have no case: what is read then is
/// the same plan, and anything else is none.
#[test]
fn a_flipped_bit_makes_no_other_plan() {
    for case in seeds() {
        let bytes = wire::encode(plan(&case));
        let step = (bytes.len() / 300).max(1);
        let (mut tried, mut refused) = (0, 0);
        for (turn, at) in (0..bytes.len()).step_by(step).chain(bytes.len() - 40..bytes.len()).enumerate() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (turn % 8);
            let near = String::from_utf8_lossy(&bytes[at.saturating_sub(20)..bytes.len().min(at + 20)]).into_owned();
            match wire::decode(&changed) {
                Err(_) => refused += 1,
                Ok(read) => assert_eq!(&read, plan(&case), "{}: bit {} of byte {at}: {near}", case.name(), turn % 8),
            }
            tried += 1;
        }
        assert!(tried > 300 && refused * 50 > tried * 49, "{}: {refused} of {tried} refused", case.name());
    }
}

#[test]
fn a_cut_plan_is_refused() {
    for case in seeds() {
        let bytes = wire::encode(plan(&case));
        // The last byte is a line break, which says nothing.
        for end in (0..bytes.len() - 1).step_by((bytes.len() / 100).max(1)) {
            assert!(wire::decode(&bytes[..end]).is_err(), "{}: cut at {end}", case.name());
        }
    }
}

/// A right that nobody gave does not pass the door, whoever makes the draft; and written down, it is refused for that and
/// not for its hash.
#[test]
fn a_right_that_nobody_gave_is_refused() {
    let case = seeds().into_iter().find(|case| case.name().ends_with("promptline")).unwrap();
    let widened = |kind: Kind, pattern: &str| {
        let mut draft = plan(&case).content().clone();
        let plugin = draft.plugins.iter_mut().find(|plugin| plugin.id.as_str() == "database-plugin").unwrap();
        let right = plugin.granted.iter_mut().find(|right| right.kind == kind).unwrap();
        right.set = right.set.union(&CapSet::parse(kind, pattern).unwrap());
        draft
    };
    for (kind, pattern) in [
        (Kind::FsRead, "/etc/"),
        (Kind::FsRead, "/home/user/.ssh/"),
        (Kind::NetConnect, "https://elsewhere.example.net"),
        (Kind::EnvRead, "**"),
    ] {
        let sealed = widened(kind, pattern).seal();
        assert!(matches!(sealed, Err(SealError::Unfounded(_))), "{kind} {pattern}: {sealed:?}");
    }
    let text = String::from_utf8(wire::encode(plan(&case))).unwrap();
    let edited = text.replacen(
        "\"/home/user/.config/database/**\"\n          ],\n          \"why\"",
        "\"/etc/**\"\n          ],\n          \"why\"",
        1,
    );
    assert_ne!(edited, text, "the plan has that right");
    let refused = wire::decode(edited.as_bytes());
    assert!(matches!(refused, Err(DecodeError::Seal(SealError::Unfounded(_)))), "{refused:?}");
}

/// Stages are what `depends` makes of them: a plugin cannot stand before what it needs, nor later than it has to.
#[test]
fn stages_that_do_not_follow_are_refused() {
    type Change = fn(&mut Draft);
    let changes: [(&str, Change); 4] = [
        ("one stage for all", |draft| draft.stages = vec![draft.stages.concat()]),
        ("an empty stage", |draft| draft.stages.push(vec![])),
        ("a plugin left out", |draft| drop(draft.stages.pop())),
        ("a plugin too late", |draft| {
            let late = draft.stages[1].pop().unwrap();
            draft.stages.insert(2, vec![late]);
        }),
    ];
    let case = Case::load(&house::at("fixtures/check/dependency-cycle/clean-diamond"));
    let stages: Vec<usize> = plan(&case).content().stages.iter().map(Vec::len).collect();
    assert_eq!(stages, [1, 2, 1]);
    for (what, change) in changes {
        let mut draft = plan(&case).content().clone();
        change(&mut draft);
        let sealed = draft.seal();
        assert!(matches!(sealed, Err(SealError::Order(_))), "{what}: {sealed:?}");
    }
}

/// What a right rests on cannot be taken away from under it.
#[test]
fn a_right_without_its_reasons_is_refused() {
    type Take = fn(&mut Draft);
    let without: [(&str, Take); 5] = [
        ("rules", |draft| draft.rules.clear()),
        ("grants", |draft| draft.grants.clear()),
        ("claims", |draft| draft.plugins.iter_mut().for_each(|plugin| plugin.claims.clear())),
        ("why", |draft| {
            draft
                .plugins
                .iter_mut()
                .flat_map(|plugin| &mut plugin.granted)
                .for_each(|right| right.why.grants = Sorted::new())
        }),
        ("denies", |draft| {
            let allow = draft.grants.iter().find(|line| line.kind == Kind::FsRead).cloned().unwrap();
            draft.grants.push(ambit_schema::plan::GrantLine { effect: ambit_schema::plan::Effect::Deny, ..allow });
        }),
    ];
    let case = seeds().into_iter().find(|case| case.name().ends_with("promptline")).unwrap();
    assert!(plan(&case).content().clone().seal().is_ok(), "the plan itself passes");
    for (what, take) in without {
        let mut draft = plan(&case).content().clone();
        take(&mut draft);
        let sealed = draft.seal();
        assert!(matches!(sealed, Err(SealError::Unfounded(_))), "without {what}: {sealed:?}");
    }
}

/// A sum that does not fit its budget does not pass the door, whoever changed which number; nor does a quota that nothing
/// enforces.
#[test]
fn a_budget_that_does_not_hold_is_refused() {
    let case = Case::load(&house::at("fixtures/check/over-committed/clean-exactly"));
    let draft = || plan(&case).content().clone();
    assert!(draft().seal().is_ok(), "the plan itself passes");
    let mut more = draft();
    let handles = more.plugins[0].quotas.iter_mut().find(|entry| entry.quota == Quota::Handles).unwrap();
    handles.value += 1;
    assert!(matches!(more.seal(), Err(SealError::OverCommitted(_))));
    let mut less = draft();
    less.budgets[0].limits[0].value -= 1;
    assert!(matches!(less.seal(), Err(SealError::OverCommitted(_))));
    let mut threads = draft();
    threads.plugins[0].quotas.iter_mut().find(|entry| entry.quota == Quota::Threads).unwrap().value = 2;
    assert!(matches!(threads.seal(), Err(SealError::Unenforceable(_))));
    let mut unheld = draft();
    unheld.plugins[0].tier = Tier::Process;
    assert!(matches!(unheld.seal(), Err(SealError::NoQuota(_))));
}
