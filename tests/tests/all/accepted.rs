//! What a user accepts of a tier: answers name the line, and a plan that is changed does not pass the door again.

use ambit_compiler::explain;
use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::{Draft, Effect, GrantLine, SealError};
use ambit_schema::set::Sorted;
use ambit_tests::case::Case;
use ambit_tests::house;

const CASE: &str = "fixtures/check/unneeded-accept/clean-accepted";

#[test]
fn answers_name_the_line_that_accepts() {
    let case = Case::load(&house::at(CASE));
    let plan = case.compiled.plan.as_ref().unwrap();
    let why = |target: &str| explain::why(plan, plan.plugin("demo").unwrap(), Kind::FsRead, target).unwrap();
    let given = why("./in/secret.md");
    let says: Vec<&str> = given.steps.iter().map(|step| step.says.as_str()).collect();
    let accepts = "the wasm tier gives it with the rest, and a grant accepts that";
    assert!(given.allowed && given.help.is_empty() && given.change.is_none());
    assert_eq!(says, [accepts, "the host profile offers it", "no grant denies it", accepts]);
    assert_eq!(given.steps[3].lines[0].0.to_string(), "grants.kdl:5:13");
    assert!(why("./in/a.txt").steps.iter().all(|step| step.passes && step.says != accepts));
    assert!(!why("./elsewhere/a.txt").allowed);
}

#[test]
fn what_is_accepted_is_proved_again() {
    type Change = fn(&mut Draft);
    let changes: [(&str, Change); 7] = [
        ("no line accepts it", |draft| draft.grants.retain(|line| line.effect != Effect::Accept)),
        ("a line accepts less", |draft| accepts(draft).set = set("./in/below/")),
        ("the right does not name the line", |draft| draft.plugins[0].granted[0].why.accepts = Sorted::new()),
        ("a part of it is denied", |draft| {
            let (effect, set) = (Effect::Deny, set("./in/keys/"));
            let deny = GrantLine { effect, set, ..draft.grants[0].clone() };
            draft.grants.push(deny);
        }),
        ("the host does not offer it", |draft| {
            draft.rules.iter_mut().for_each(|rule| rule.set = rule.set.difference(&set("./in/keys/")));
        }),
        ("nobody asks for any of it", |draft| {
            draft.plugins[0].claims.retain(|claim| !claim.set.contains(&"./in/a.txt".parse().map(member).unwrap()));
        }),
        ("more is given than a tier would", |draft| {
            accepts(draft).set = set("./");
            draft.plugins[0].granted[0].set = set("./");
            draft.plugins[0].mounts.clear();
        }),
    ];
    let case = Case::load(&house::at(CASE));
    let draft = || case.compiled.plan.as_ref().unwrap().content().clone();
    assert!(draft().seal().is_ok(), "the plan itself passes");
    for (what, change) in changes {
        let mut draft = draft();
        change(&mut draft);
        let sealed = draft.seal();
        assert!(matches!(sealed, Err(SealError::Unfounded(_))), "{what}: {sealed:?}");
    }
}

fn set(text: &str) -> CapSet {
    CapSet::parse(Kind::FsRead, text).unwrap()
}

fn member(path: ambit_schema::set::paths::Path) -> ambit_schema::capability::Member {
    ambit_schema::capability::Member::Path(path)
}

fn accepts(draft: &mut Draft) -> &mut GrantLine {
    draft.grants.iter_mut().find(|line| line.effect == Effect::Accept).unwrap()
}
