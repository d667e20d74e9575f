//! Reports for pipelines, of every case that there is: each is what its format says.

use ambit_compiler::diag::Suppressed;
use ambit_tests::case::{Case, cases};
use ambit_tests::house;
use jsonschema::Validator;
use plugin_check::load::Workspace;
use plugin_check::render::{ci, sarif};

use crate::corpora;

#[test]
fn every_report_is_what_its_format_says() {
    // Without the schema, logs are looked at all the same.
    let schema = corpora::corpus("schemas/sarif-schema-2.1.0.json").map(|path| house::read(&path));
    let schema = schema.map(|text| jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap());
    let (mut results, mut fixes, mut lines) = (0, 0, 0);
    for folder in ["check", "bad", "seeds"].iter().flat_map(|room| cases(room)) {
        let case = Case::load(&folder);
        let (told, mended) = log(&case, schema.as_ref());
        (results, fixes, lines) = (results + told, fixes + mended, lines + annotations(&case));
        report(&case);
    }
    assert!(results > 500 && fixes > 100 && lines == results, "{results} results, {fixes} fixes, {lines} lines");
}

/// A log fits the schema of SARIF 2.1.0. How many results it has, and how many fixes.
fn log(case: &Case, schema: Option<&Validator>) -> (usize, usize) {
    let found = case.compiled.diagnostics.iter().map(|found| (&case.workspace, found));
    let log: serde_json::Value = serde_json::from_str(&sarif::all(found, suppressed(case))).unwrap();
    let wrong = schema.iter().flat_map(|schema| schema.iter_errors(&log)).map(|error| error.to_string());
    assert_eq!(wrong.collect::<Vec<_>>(), Vec::<String>::new(), "{}", case.name());
    let told = log["runs"][0]["results"].as_array().unwrap();
    let (told, taken): (Vec<_>, Vec<_>) = told.iter().partition(|result| result["suppressions"].is_null());
    assert_eq!(taken.len(), case.compiled.suppressed.len(), "{}", case.name());
    (told.len(), told.iter().filter(|result| !result["fixes"].is_null()).count())
}

/// A command of a log is one line, and only a command is.
fn annotations(case: &Case) -> usize {
    let text = ci::github(case.compiled.diagnostics.iter().map(|found| (&case.workspace, found)));
    assert!(text.lines().all(|line| line.starts_with("::") && line.contains("title=")), "{}: {text}", case.name());
    text.lines().count()
}

/// A report is XML whose elements close in order, with nothing that XML may not hold.
fn report(case: &Case) {
    let text = ci::junit(case.compiled.diagnostics.iter().map(|found| (&case.workspace, found)), suppressed(case));
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{}", case.name());
    let mut open: Vec<&str> = vec![];
    for mark in text.split('<').skip(2).map(|rest| rest.split('>').next().unwrap()) {
        let name = mark.trim_start_matches('/').split([' ', '/']).next().unwrap();
        match (mark.starts_with('/'), mark.ends_with('/')) {
            (true, _) => assert_eq!(open.pop(), Some(name), "{}", case.name()),
            (false, false) => open.push(name),
            (false, true) => {}
        }
    }
    assert!(open.is_empty(), "{}: {open:?}", case.name());
}

fn suppressed(case: &Case) -> impl Iterator<Item = (&Workspace, &Suppressed)> {
    case.compiled.suppressed.iter().map(|one| (&case.workspace, one))
}
