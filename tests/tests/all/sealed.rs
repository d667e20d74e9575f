//! The door of a plan, for what is linked and what is called. A draft that says more than its lines give does not pass.

use ambit_schema::name::PointName;
use ambit_schema::plan::{Draft, Effect, HookEntry, Plan, SealError};
use ambit_tests::case::Case;
use ambit_tests::house;

fn plan(case: &str) -> Plan {
    Case::load(&house::at("fixtures/check").join(case)).compiled.plan.unwrap()
}

/// What comes of a plan that someone changed.
fn changed(plan: &Plan, change: fn(&mut Draft)) -> Result<Plan, SealError> {
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
