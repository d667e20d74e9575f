//! `docs/lock.md` shows a lock as it is written, and a finding as it is told.

use ambit_tests::case::{Case, workspace};
use ambit_tests::{generate, house};
use plugin_check::locked::made;
use plugin_check::render::short;

/// A text in which every hash is cut.
fn cut(text: &str) -> String {
    let mut parts = text.split("sha256:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "sha256:…" + part.trim_start_matches(|c: char| c.is_ascii_hexdigit()))
}

fn block(page: &str, head: &str) -> String {
    let (_, rest) = page.split_once(&format!("\n```{head}\n")).unwrap_or_else(|| panic!("no `{head}`"));
    rest.split("```").next().unwrap_or_default().to_owned()
}

#[test]
fn the_page_shows_a_lock_as_it_is_written() {
    let page = house::read(&house::at("docs/lock.md"));
    let folder = generate::expand(&house::at("fixtures/check/changed-interface/clean-same")).unwrap();
    let lock = made(&mut workspace(folder.path())).map(|lock| cut(&lock.text));
    assert_eq!(block(&page, "kdl title=\"ambit.lock\""), lock.unwrap());
    let case = Case::load(&house::at("fixtures/check/swapped-artifact/another-file"));
    let found = case.compiled.diagnostics.iter().find(|found| found.code.id() == "L010").unwrap();
    let told = short::one(&case.workspace, found);
    let from = told.find("ambit.lock").unwrap();
    assert_eq!(block(&page, "text"), told[from..]);
}
