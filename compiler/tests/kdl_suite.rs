//! The KDL test suite, as the KDL project publishes it. Comes in: the folder that `AMBIT_CORPORA` names, with the suite in
//! `kdl-v2`. Every case that must be rejected gets a diagnostic; every other one is printed in the suite's own form.

#![expect(clippy::disallowed_methods, reason = "tests read their corpus")]
#![expect(clippy::panic, clippy::unwrap_used, reason = "a failed test may panic")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[path = "kdl/case.rs"]
mod case;
#[path = "kdl/print.rs"]
mod print;
#[path = "kdl/text.rs"]
mod text;

#[test]
fn every_case_of_the_suite() {
    let Some(cases) = cases() else { return };
    let (mut accepted, mut rejected, mut failures) = (0, 0, Vec::new());
    for (name, input) in texts(&cases.join("input")) {
        let case::Case { tree, found, .. } = case::parse(&input);
        if name.ends_with("_fail") {
            rejected += 1;
            if found.is_empty() {
                failures.push(format!("{name}: accepted\n{input}"));
            }
            continue;
        }
        accepted += 1;
        let expected = std::fs::read_to_string(cases.join("expected_kdl").join(format!("{name}.kdl"))).unwrap();
        let printed = print::canonical(&tree);
        if !found.is_empty() || printed != expected {
            failures.push(format!("{name}: {found:#?}\n{input}\nexpected {expected:?}\nprinted  {printed:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert_eq!((accepted, rejected), (241, 95), "the suite of KDL 2.0.0 has that many cases");
}

/// The cases of the suite, if they are there. `AMBIT_REQUIRE_PARTS` makes their absence a failure.
fn cases() -> Option<PathBuf> {
    let folder = std::env::var_os("AMBIT_CORPORA").map(|folder| Path::new(&folder).join("kdl-v2/tests/test_cases"));
    let found = folder.filter(|folder| folder.is_dir());
    if found.is_none() {
        assert!(std::env::var_os("AMBIT_REQUIRE_PARTS").is_none(), "AMBIT_CORPORA names no folder with the KDL suite");
        eprintln!("skipped: AMBIT_CORPORA names no folder with the KDL suite");
    }
    found
}

fn texts(folder: &Path) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(path).unwrap()))
        .collect()
}
