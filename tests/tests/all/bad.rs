//! Texts that nobody should write. Each is answered with what is wrong, by code, file, line and column; nothing panics, hangs,
//! or becomes a plan.

use std::time::{Duration, Instant};

use ambit_compiler::diag::Severity;
use ambit_tests::case::{Case, cases};
use ambit_tests::expect;

use crate::snapshot;

/// Far beyond what any of them takes without optimisation; a loop that is not bounded takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn every_bad_text_is_answered() {
    let cases = cases("bad");
    assert!(cases.len() > 90, "{} cases", cases.len());
    let mut failures = vec![];
    for path in &cases {
        let started = Instant::now();
        let case = Case::load(path);
        failures.extend(expect::differences(&case));
        failures.extend(unfit(&case).into_iter().map(|what| format!("{}: {what}", case.name())));
        if started.elapsed() > PATIENCE {
            failures.push(format!("{}: took {:?}", case.name(), started.elapsed()));
        }
    }
    snapshot::all(&failures);
}

/// What must hold for every answer, whatever the text.
fn unfit(case: &Case) -> Vec<String> {
    let mut wrong = vec![];
    let found = &case.compiled.diagnostics;
    if !found.iter().any(|found| found.code.severity() == Severity::Error) {
        wrong.push("no error".to_owned());
    }
    if case.compiled.plan.is_some() || case.compiled.unsealed.is_some() {
        wrong.push("a plan was made".to_owned());
    }
    for found in found {
        let labels = found
            .secondary
            .iter()
            .map(|label| label.span)
            .chain(found.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span));
        for span in labels.chain([found.primary.span]) {
            let text = case.workspace.sources.get(span.file).text();
            if text.get(span.range()).is_none() {
                wrong.push(format!("{} has a span outside its text: {span:?}", found.code.id()));
            }
        }
        if found.message.is_empty() || found.message.contains('\n') {
            wrong.push(format!("{} does not say what is wrong in one line", found.code.id()));
        }
    }
    wrong
}
