//! `SECURITY.md` says which test proves what: those tests are there.

use std::collections::BTreeMap;

use ambit_tests::house;

/// The rows of the table of what plugins try, each as its cells.
fn rows() -> Vec<Vec<String>> {
    let page = house::read(&house::at("SECURITY.md"));
    let section = page.split("\n## ").find(|section| section.starts_with("What plugins try\n")).unwrap().to_owned();
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    section.lines().filter(|line| line.starts_with("| ")).skip(1).map(cells).collect()
}

/// `files::dots_do_not_lead_out`, in backticks.
fn tests(cell: &str) -> Vec<(&str, &str)> {
    cell.split('`').skip(1).step_by(2).filter_map(|code| code.split_once("::")).collect()
}

#[test]
fn what_plugins_try_is_proved_by_tests_that_are_there() {
    let (mut texts, mut wrong) = (BTreeMap::new(), vec![]);
    let rows = rows();
    assert!(rows.len() > 30, "{} rows", rows.len());
    for row in &rows {
        let [_, tried, _, tested, _] = row.as_slice() else { panic!("{row:?}") };
        if tests(tested).is_empty() {
            wrong.push(format!("no test for: {tried}"));
        }
        for (file, name) in tests(tested) {
            let path = house::at("runtime/tests/wasm").join(format!("{file}.rs"));
            let text = texts.entry(file).or_insert_with(|| house::read(&path));
            if !text.contains(&format!("#[test]\nfn {name}() {{")) {
                wrong.push(format!("no test `{file}::{name}` for: {tried}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
