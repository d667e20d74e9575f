//! Fixes of every case, made. What is left can be read at least as well, has its comments, and offers no fix any more; what
//! plugins may do changes only where fixes were asked for that change it.

use std::collections::BTreeMap;

use ambit_compiler::diag::{Safety, Severity};
use ambit_compiler::diff::diff;
use ambit_compiler::observe::lost;
use ambit_schema::plan::Plan;
use ambit_tests::case::{Case, cases};
use plugin_check::fix::{Fixed, fix};

use crate::snapshot;

#[test]
fn safe_fixes_change_no_right_and_lose_no_comment() {
    let (mut failures, mut made, mut compared, mut narrowed) = (vec![], 0, 0, 0);
    for path in cases("check") {
        let case = Case::load(&path);
        let (name, plan, before) = (case.name(), rights(case.compiled.plan.as_ref()), texts(&case.workspace));
        let is_observed = !case.workspace.observed.is_empty();
        let fixed = fix(case.workspace, Safety::Safe, |_| true);
        made += fixed.made;
        failures.extend(left(&name, &fixed, Safety::Safe));
        failures.extend(comments(&name, &before, &texts(&fixed.workspace)));
        if let (Some(before), Some(after)) = (plan, rights(fixed.done.plan.as_ref())) {
            compared += 1;
            if before != after && !is_observed {
                failures.push(format!("{name}: a safe fix changed what a plugin may do"));
            }
        }
        if let (Some(old), Some(new), true) = (&case.compiled.plan, &fixed.done.plan, is_observed) {
            narrowed += 1;
            if diff(old, new).unwrap().verdict().is_wider() || !lost(new, &fixed.workspace.observed, 1).is_empty() {
                failures.push(format!("{name}: a safe fix gives more, or loses what was used"));
            }
        }
        let again = fix(fixed.workspace, Safety::Safe, |_| true);
        if again.made > 0 || again.changed().next().is_some() {
            failures.push(format!("{name}: fixing twice is not fixing once"));
        }
    }
    assert!(made > 15 && compared > 20, "most of this is tested: {made} fixes, {compared} plans");
    assert!(narrowed > 3, "{narrowed} cases are observed");
    snapshot::all(&failures);
}

#[test]
fn unsafe_fixes_leave_no_fix_and_no_text_worse() {
    let (mut failures, mut made) = (vec![], 0);
    for path in cases("check") {
        let case = Case::load(&path);
        let (name, before) = (case.name(), texts(&case.workspace));
        let fixed = fix(case.workspace, Safety::Unsafe, |_| true);
        made += fixed.made;
        failures.extend(left(&name, &fixed, Safety::Unsafe));
        failures.extend(comments(&name, &before, &texts(&fixed.workspace)));
    }
    assert!(made > 25, "most of this is tested: {made} fixes");
    snapshot::all(&failures);
}

/// The seeds are what their authors want: nothing in them is changed without being asked.
#[test]
fn the_seeds_stay_as_they_are() {
    for path in cases("seeds") {
        let case = Case::load(&path);
        let errors = case.compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
        let plan = rights(case.compiled.plan.as_ref());
        let name = case.name();
        let fixed = fix(case.workspace, Safety::Safe, |_| true);
        let after = fixed.done.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
        assert!(after <= errors && fixed.taken_back.is_empty(), "{name}: {:?}", fixed.taken_back);
        assert_eq!(plan, rights(fixed.done.plan.as_ref()), "{name}");
    }
}

fn left(name: &str, fixed: &Fixed, most: Safety) -> Vec<String> {
    let fixable = fixed
        .done
        .diagnostics
        .iter()
        .filter(|found| found.fix.as_ref().is_some_and(|fix| fix.safety <= most && !fix.edits.is_empty()));
    let left = fixable.map(|found| format!("{name}: still offers a fix of {}: {}", found.code.id(), found.message));
    let back = fixed.taken_back.iter().map(|fix| format!("{name}: was taken back: {fix:?}"));
    left.chain(back).collect()
}

fn rights(plan: Option<&Plan>) -> Option<BTreeMap<String, Vec<String>>> {
    let plugins = &plan?.content().plugins;
    let rights = plugins.iter().map(|plugin| {
        let granted =
            plugin.granted.iter().map(|granted| format!("{:?} {}", granted.kind, granted.set.show(granted.kind)));
        (plugin.id.to_string(), granted.collect())
    });
    Some(rights.collect())
}

fn texts(workspace: &plugin_check::load::Workspace) -> BTreeMap<String, String> {
    workspace.sources.iter().map(|(_, source)| (source.path().to_owned(), source.text().to_string())).collect()
}

/// What stands behind `//` or `#` at the start of a line or behind a blank, without characters that a fix may take out.
fn comments(name: &str, before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let seen = |text: &str| text.chars().filter(|c| c.is_ascii_graphic()).collect::<String>();
    let mut lost = vec![];
    for (path, text) in before {
        let mark = if path.ends_with(".kdl") { "//" } else { "#" };
        let now = seen(&after[path]);
        for line in text.lines().filter(|_| !path.ends_with(".json")) {
            let at =
                line.match_indices(mark).map(|(at, _)| at).find(|at| line[..*at].trim_end().len() < *at || *at == 0);
            if let Some(comment) = at.map(|at| seen(&line[at..])).filter(|comment| !now.contains(comment)) {
                lost.push(format!("{name}: {path} lost {comment}"));
            }
        }
    }
    lost
}
