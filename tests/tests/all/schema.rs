//! The JSON Schema of plans: the one that is committed is the one that the code makes, and every plan fits it.

use ambit_schema::wire;
use ambit_tests::case::{Case, cases};
use ambit_tests::house;

const KEPT: &str = "docs/plan.schema.json";

/// `AMBIT_UPDATE=1` writes it again.
#[test]
fn the_committed_schema_is_the_one_of_the_code() {
    let made = wire::json_schema();
    if std::env::var_os("AMBIT_UPDATE").is_some() {
        std::fs::write(house::at(KEPT), &made).unwrap();
    }
    let kept = std::fs::read_to_string(house::at(KEPT)).unwrap_or_default();
    assert!(kept == made, "{KEPT} is not what the code makes: run the tests once with AMBIT_UPDATE=1");
}

#[test]
fn every_plan_fits_its_schema() {
    let schema = serde_json::from_str(&wire::json_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut fitted = 0;
    for case in cases("seeds").iter().chain(&cases("check")).map(|path| Case::load(path)) {
        let Some(plan) = &case.compiled.plan else { continue };
        fitted += 1;
        let bytes = wire::encode(plan);
        assert_eq!(&wire::decode(&bytes).unwrap(), plan, "{}", case.name());
        let mut plan: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let wrong: Vec<String> = validator.iter_errors(&plan).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", case.name());
        plan["surprise"] = true.into();
        assert!(!validator.is_valid(&plan), "a field that no plan has does not fit");
    }
    assert!(fitted > 20, "{fitted} plans");
}
