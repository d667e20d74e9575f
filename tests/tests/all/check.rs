//! The rules. A folder for each rule, a folder below it for each case; each case says inline what is found, and its snapshot
//! shows text and findings together. Near misses that compile have their plan beside them.

use std::collections::BTreeSet;

use ambit_compiler::diag::Code;
use ambit_schema::wire;
use ambit_tests::case::{Case, cases};
use ambit_tests::{expect, house, show};

use crate::snapshot;

#[test]
fn cases_find_what_they_say() {
    let mut failures = vec![];
    for case in cases("check").iter().map(|path| Case::load(path)) {
        failures.extend(expect::differences(&case));
        let findings = show::findings(&case.workspace.sources, &expect::about(&case));
        failures.extend(snapshot::check(&case.folder, "findings", &findings));
        if let (Some(plan), true) = (&case.compiled.plan, case.name().contains("/clean")) {
            let text = String::from_utf8(wire::encode(plan)).unwrap();
            failures.extend(snapshot::check(&case.folder, "plan", &text));
        }
        failures.extend(case.compiled.unsealed.as_ref().map(|why| format!("{}: unsealed: {why}", case.name())));
    }
    snapshot::all(&failures);
}

/// A case named `clean…` is a near miss: it stands beside cases that fire, and its own rule says nothing.
#[test]
fn every_rule_fires_in_its_own_folder() {
    let mut fired: BTreeSet<Code> = BTreeSet::new();
    let mut failures = vec![];
    for case in cases("check").iter().map(|path| Case::load(path)) {
        let name = case.name();
        let mut parts = name.split('/').skip(1);
        let (rule, name) = (parts.next().unwrap(), parts.next().unwrap());
        let Some(code) = Code::find(rule) else {
            failures.push(format!("fixtures/check/{rule} is named after no rule"));
            continue;
        };
        let fires = expect::said(&case).iter().any(|said| said.code == code);
        if fires == name.starts_with("clean") {
            failures.push(format!(
                "{}: says that {} {}",
                case.name(),
                code.id(),
                if fires { "fires" } else { "does not fire" }
            ));
        }
        if fires {
            fired.insert(code);
        }
    }
    let silent = Code::ALL.iter().filter(|code| !fired.contains(code));
    failures.extend(
        silent.map(|code| format!("{} {} has no case in fixtures/check/{}", code.id(), code.name(), code.name())),
    );
    let rooms = house::folders(&house::at("fixtures/check")).len();
    assert!(rooms >= fired.len(), "a folder for each rule");
    snapshot::all(&failures);
}
