//! Proposals from recordings: each case is a workspace with what its plugins did, and beside it what is proposed at every level,
//! or why nothing is. What is proposed compiles, keeps what was used, and leaves nothing to propose.

use ambit_compiler::observe::Level;
use ambit_schema::recording::{MAX_ENTRIES, MAX_TEXT, Observed};
use ambit_tests::case::{Case, cases};
use ambit_tests::house;
use plugin_check::propose::{Proposed, propose};
use plugin_check::render::suggest::{Proposal, human, json};

use crate::diffs::uncoloured;
use crate::snapshot;

/// The levels, and the one with what was denied.
const ASKED: [(Level, bool); 4] =
    [(Level::Exact, false), (Level::Folder, false), (Level::Request, false), (Level::Folder, true)];

fn proposed(case: &Case, observed: &[Observed], (level, denied): (Level, bool)) -> Result<Proposed, String> {
    propose(&case.workspace, &case.compiled, observed, level, denied)
}

fn shown(case: &Case, proposed: &Proposed) -> (String, String) {
    let proposal = Proposal { workspace: &case.workspace, proposed, diff: &proposed.diff().unwrap() };
    let plain = |text: String| uncoloured(&text).replace(&format!("{}/", case.folder.display()), "");
    (plain(human::text(&proposal)), plain(json::text(&proposal, false)))
}

#[test]
fn every_case_is_proposed_at_every_level() {
    let mut failures = vec![];
    let cases = cases("suggest");
    assert!(cases.len() >= 8, "{} cases", cases.len());
    for case in cases.iter().map(|path| Case::load(path)) {
        let observed = case.workspace.observed.clone();
        let mut text = String::new();
        for (level, denied) in ASKED {
            let words = if denied { " --with-denied" } else { "" };
            text.push_str(&format!("# --level {}{words}\n", level.key()));
            match proposed(&case, &observed, (level, denied)) {
                Ok(proposed) => text.push_str(&shown(&case, &proposed).0),
                Err(why) => text.push_str(&format!("{}: {why}\n", case.name())),
            }
            text.push('\n');
        }
        failures.extend(snapshot::check(&case.folder, "suggest", &text));
        if let Ok(proposed) = proposed(&case, &observed, ASKED[3]) {
            failures.extend(snapshot::check(&case.folder, "json", &shown(&case, &proposed).1));
        }
    }
    snapshot::all(&failures);
}

/// What is proposed once is proposed for good: the same runs, under what was proposed, leave nothing to narrow.
#[test]
fn proposing_twice_is_proposing_once() {
    let mut again = 0;
    for case in cases("suggest").iter().map(|path| Case::load(path)) {
        let seen = case.workspace.observed.clone();
        for asked in &ASKED[..3] {
            let Ok(first) = proposed(&case, &seen, *asked) else { continue };
            let (workspace, done) = (&first.fixed.workspace, &first.fixed.done);
            let second = propose(workspace, done, &seen, asked.0, false).unwrap();
            let left: Vec<String> = second.fixed.changed().map(|(_, _, new)| new.to_owned()).collect();
            assert!(left.is_empty(), "{} at {}: {left:?}", case.name(), asked.0.key());
            again += 1;
        }
    }
    assert!(again > 20, "{again} proposals");
}

/// The page shows what is said of a case.
#[test]
fn the_page_shows_what_is_proposed() {
    let page = house::read(&house::at("docs/observe.md"));
    let block = page.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let case = Case::load(&house::at("fixtures/suggest/folder"));
    let seen = &case.workspace.observed;
    assert_eq!(block, shown(&case, &proposed(&case, seen, ASKED[1]).unwrap()).0);
    let patterns = page.contains("more than 32 patterns") && page.contains("after 10,000 different ones, or 4 MiB");
    assert!(patterns && (MAX_ENTRIES, MAX_TEXT) == (10_000, 4 << 20), "the page has the limits");
}
