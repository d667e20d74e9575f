//! Differences of two plans: each case has an `old` and a `new`, folders or plans, and beside them what is said of the two in
//! every format, or why nothing can be.

use std::path::Path;

use ambit_compiler::diff::{Diff, diff};
use ambit_tests::{generate, house};
use plugin_check::render::diff::{Report, human, json, markdown, sarif};
use plugin_check::side::Side;

use crate::{corpora, snapshot};

/// The formats, each with what it is called in snapshots.
type Format = fn(&Report<'_>) -> String;
const FORMATS: [(&str, Format); 4] =
    [("human", human::text), ("markdown", markdown::text), ("json", json::text), ("sarif", sarif::text)];

/// Both sides of a case, as they are written on a command line.
fn sides(folder: &Path) -> Result<(Side, Side), String> {
    let one = |name: &str| {
        let plan = folder.join(format!("{name}.json"));
        let path = if plan.exists() { plan } else { folder.join(name) };
        Side::load(&path.to_string_lossy(), None)
    };
    Ok((one("old")?, one("new")?))
}

fn compared<T>(folder: &Path, then: impl FnOnce(&Diff<'_>, &Side, &Side) -> T) -> Result<T, String> {
    let (old, new) = sides(folder)?;
    let found = diff(&old.plan, &new.plan).map_err(|error| error.to_string())?;
    Ok(then(&found, &old, &new))
}

#[test]
fn every_case_is_told_in_every_format() {
    let mut failures = vec![];
    let cases = house::folders(&house::at("fixtures/diff"));
    assert!(cases.len() > 25, "{} cases", cases.len());
    for case in cases {
        let expanded = generate::expand(&case);
        let folder = expanded.as_ref().map_or(case.as_path(), |folder| folder.path());
        let plain = |text: &str| {
            let text = uncoloured(text);
            text.replace(&format!("{}/", folder.display()), "")
        };
        let texts = compared(folder, |found, old, new| {
            let report = Report { diff: found, old, new, only_wider: false };
            FORMATS.map(|(name, format)| (name, format(&report)))
        });
        let is_bad = house::shown(&case).contains("/bad-");
        match texts {
            Ok(texts) if !is_bad => {
                let check = |(name, text): &(&str, String)| snapshot::check(&case, name, &plain(text));
                failures.extend(texts.iter().filter_map(check));
            }
            Err(error) if is_bad => failures.extend(snapshot::check(&case, "error", &plain(&error))),
            other => failures.push(format!("{}: {:?}", house::shown(&case), other.map(|_| "compared"))),
        }
    }
    snapshot::all(&failures);
}

/// The page shows what its first command says.
#[test]
fn the_page_shows_what_is_said() {
    let page = house::read(&house::at("docs/diff.md"));
    let shown = page.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = house::at("fixtures/diff/wider");
    let text = compared(&folder, |found, old, new| human::text(&Report { diff: found, old, new, only_wider: false }));
    let text = uncoloured(&text.unwrap()).replace(&format!("{}/", house::root().display()), "");
    assert_eq!(shown, text);
}

/// Each log is one of SARIF 2.1.0, where the schema is at hand.
#[test]
fn logs_fit_the_schema_of_sarif() {
    let Some(schema) = corpora::corpus("schemas/sarif-schema-2.1.0.json") else { return };
    let schema = house::read(&schema);
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let cases = house::folders(&house::at("fixtures/diff"));
    let snapshots = cases.iter().map(|case| case.join("sarif.snap")).filter(|path| path.is_file());
    let mut count = 0;
    for path in snapshots {
        let text = house::read(&path);
        let log: serde_json::Value = serde_json::from_str(text.splitn(3, "---\n").nth(2).unwrap()).unwrap();
        let wrong: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", path.display());
        count += log["runs"][0]["results"].as_array().map_or(0, Vec::len);
    }
    assert!(count > 40, "{count} results");
}

/// Text without its colours.
pub(crate) fn uncoloured(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain + rest
}
