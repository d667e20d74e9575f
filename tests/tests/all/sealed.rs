//! The door of a plan, for what is linked and what is called. A draft that says more than its lines give does not pass.

use ambit_schema::capability::CapSet;
use ambit_schema::name::{PluginId, PointName};
use ambit_schema::plan::{Draft, Effect, HookEntry, Plan, PluginEntry, SealError};
use ambit_schema::set::names::NamePattern;
use ambit_schema::set::{MAX_TERMS, Set, Sorted};
use ambit_tests::case::Case;
use ambit_tests::house;

fn plan(case: &str) -> Plan {
    Case::load(&house::at("fixtures/check").join(case)).compiled.plan.unwrap()
}

type Change = fn(&mut Draft);
type ChangeOfOne = fn(&mut PluginEntry);

/// What comes of a plan that someone changed.
fn changed(plan: &Plan, change: Change) -> Result<Plan, SealError> {
    let mut draft = plan.content().clone();
    change(&mut draft);
    draft.seal()
}

#[test]
fn what_is_withheld_cannot_be_linked() {
    let plan = plan("withheld-import/clean-given");
    assert!(changed(&plan, |_| {}).is_ok(), "the plan itself passes");
    let forgotten = changed(&plan, |draft| draft.plugins[0].withheld.clear());
    assert!(matches!(forgotten, Err(SealError::Order(_))), "{forgotten:?}");
    let linked = changed(&plan, |draft| draft.plugins[0].interfaces.push("acme:secret/letters".into()));
    assert!(matches!(linked, Err(SealError::Unfounded(_))), "{linked:?}");
    let import = |name: &str| {
        let mut draft = plan.content().clone();
        draft.plugins[0].artifact.as_mut().unwrap().imports.push(name.into());
        draft.seal()
    };
    let withheld = import("acme:secret/letters@2.1.0");
    assert!(matches!(withheld, Err(SealError::Unfounded(_))), "{withheld:?}");
    assert!(import("acme:letters/box@2.1.0").is_ok(), "what no line is about is not withheld");
}

#[test]
fn nobody_stands_on_a_hook_without_the_right() {
    let plan = plan("not-granted/clean-hook");
    assert_eq!(plan.content().hooks.len(), 1);
    let more = changed(&plan, |draft| {
        let removed = HookEntry { point: PointName::parse("form.removed").unwrap(), ..draft.hooks[0].clone() };
        draft.hooks.insert(0, removed);
    });
    assert!(matches!(more, Err(SealError::Unfounded(_))), "{more:?}");
    let taken = changed(&plan, |draft| draft.grants.iter_mut().for_each(|line| line.effect = Effect::Deny));
    assert!(matches!(taken, Err(SealError::Unfounded(_))), "{taken:?}");
    let mut draft = self::plan("not-granted/clean-hook-without-offers").content().clone();
    draft.grants = plan.content().grants.clone();
    assert!(draft.clone().seal().is_ok(), "an allow of what is free changes nothing");
    draft.grants[0].effect = Effect::Deny;
    let denied = draft.seal();
    assert!(matches!(denied, Err(SealError::Unfounded(_))), "{denied:?}");
}

#[test]
fn nothing_is_compatible_that_is_not_older() {
    let plan = plan("older-interface/minor");
    assert_eq!(plan.content().plugins[0].linked("acme:notes/api@1.1.0"), Some("acme:notes/api@1.3.0"));
    let changes: [(&str, Change); 3] = [
        ("another line", |draft| {
            draft.plugins[0].interfaces = vec!["acme:notes/api@2.0.0".into()];
            draft.plugins[0].compat[0].interface = "acme:notes/api@2.0.0".into();
        }),
        ("what may not be linked", |draft| draft.plugins[0].interfaces.clear()),
        ("what is not imported", |draft| draft.plugins[0].compat[0].import = "acme:notes/api@1.2.0".into()),
    ];
    for (what, change) in changes {
        let sealed = changed(&plan, change);
        assert!(matches!(sealed, Err(SealError::Unfounded(_))), "{what}: {sealed:?}");
    }
}

#[test]
fn what_is_proved_of_one_plugin_is_proved_of_its_twin_by_its_own_lines() {
    let mut both = plan("denied-request/clean-elsewhere").content().clone();
    let id = PluginId::parse("zz-twin").unwrap();
    both.plugins.push(PluginEntry { id: id.clone(), ..both.plugins[0].clone() });
    both.stages[0].push(id);
    both.grants.iter_mut().for_each(|line| line.plugins = Set::everything());
    assert!(!both.plugins[1].granted.is_empty());
    let of_twin = |change: ChangeOfOne| {
        let mut draft = both.clone();
        change(&mut draft.plugins[1]);
        draft.seal()
    };
    assert!(of_twin(|_| {}).is_ok(), "the twins themselves pass");
    let changes: [(&str, ChangeOfOne); 5] = [
        ("no claim", |twin| twin.claims.clear()),
        ("another claim", |twin| twin.granted[0].why.claims = Sorted::one(twin.granted[0].why.rules[0].clone())),
        ("another rule", |twin| twin.granted[0].why.rules = Sorted::one(twin.granted[0].why.grants[0].clone())),
        ("another line", |twin| twin.granted[0].why.grants = Sorted::new()),
        ("more", |twin| twin.granted[0].set = CapSet::everything(twin.granted[0].kind)),
    ];
    for (what, change) in changes {
        let sealed = of_twin(change);
        assert!(matches!(sealed, Err(SealError::Unfounded(_))), "{what}: {sealed:?}");
    }
}

#[test]
fn a_line_that_cannot_be_decided_is_in_no_plan() {
    let plan = plan("too-many-patterns/clean");
    let changes: [(&str, Change); 5] = [
        ("a publisher", |draft| draft.publishers[0].plugins = Set::from_patterns(many())),
        ("whom a grant is about", |draft| draft.grants[0].plugins = Set::from_patterns(many())),
        ("a grant", |draft| draft.grants[0].set = CapSet::Names(Set::from_patterns(many()))),
        ("an offer", |draft| draft.rules[0].set = CapSet::Names(Set::from_patterns(many()))),
        ("a request", |draft| draft.plugins[0].claims[0].set = CapSet::Names(Set::from_patterns(many()))),
    ];
    for (what, change) in changes {
        let sealed = changed(&plan, change);
        assert!(matches!(sealed, Err(SealError::TooMany(_))), "{what}: {sealed:?}");
    }
}

/// More ids than one set may have.
fn many() -> impl Iterator<Item = NamePattern> {
    (0..=MAX_TERMS).map(|at| format!("q{at}").parse().unwrap())
}
