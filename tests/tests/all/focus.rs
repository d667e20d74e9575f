//! What is said of one text while somebody writes it is what a whole compilation says of it, for the rules that reach no further.

use ambit_compiler::diag::{Diagnostic, Reach};
use ambit_compiler::focus::Sort;
use ambit_compiler::source::FileId;
use ambit_schema::plan::{Place, PluginEntry};
use ambit_tests::case::{Case, cases};

use crate::snapshot;

#[test]
fn one_text_alone_is_judged_as_among_all() {
    let (mut failures, mut judged) = (vec![], 0);
    for case in cases("check").iter().map(|path| Case::load(path)).filter(|case| case.compiled.dropped == 0) {
        let (ground, sources) = (case.workspace.ground(), &case.workspace.sources);
        for (file, sort) in sorts(&case) {
            let focused = ground.focus(sources, file, sort);
            let here = |found: &&Diagnostic| found.primary.span.file == file && found.code.reach() <= focused.reach;
            // What a comment allows was found all the same.
            let allowed = case.compiled.suppressed.iter().map(|one| &one.found);
            let whole: Vec<&Diagnostic> = case.compiled.diagnostics.iter().chain(allowed).filter(here).collect();
            let alone: Vec<&Diagnostic> = focused.found.iter().collect();
            let path = format!("{}/{}", case.name(), sources.get(file).path());
            let only = |these: &[&Diagnostic], those: &[&Diagnostic], word: &str| {
                let only = these.iter().filter(|found| !those.contains(found));
                only.map(|found| format!("{path}: {word}: {} {found:?}", found.code.id())).collect::<Vec<_>>()
            };
            failures.extend(only(&alone, &whole, "only alone"));
            failures.extend(only(&whole, &alone, "only among all"));
            judged += usize::from(focused.reach == Reach::Ground) * whole.len();
        }
    }
    snapshot::all(&failures);
    assert!(judged > 200, "{judged} findings were compared");
}

fn sorts(case: &Case) -> Vec<(FileId, Sort)> {
    let workspace = &case.workspace;
    let of_manifest =
        |file: &FileId| if case.compiled.unchosen.contains(file) { Sort::Unchosen } else { Sort::Manifest };
    let manifests = workspace.manifests.iter().map(|file| (*file, of_manifest(file)));
    let grants = workspace.grants.iter().map(|file| (*file, Sort::Grants));
    let index = workspace.index.iter().map(|file| (*file, Sort::Index));
    manifests.chain(grants).chain(index).chain(workspace.profile.map(|file| (file, Sort::Profile))).collect()
}

#[test]
fn what_was_decided_about_one_text_is_what_the_plan_says() {
    let (mut failures, mut compared) = (vec![], 0);
    for case in cases("check").iter().map(|path| Case::load(path)) {
        let (ground, sources) = (case.workspace.ground(), &case.workspace.sources);
        let done = &case.compiled;
        let Some(draft) = done.plan.as_ref().map(|plan| plan.content()).or(done.draft.as_ref()) else { continue };
        for entry in &draft.plugins {
            let file = case.workspace.manifests.iter().find(|file| sources.get(**file).path() == &*entry.place.path);
            let digest = |_: &str| entry.artifact.as_ref().and_then(|artifact| artifact.sha256.clone());
            let decided = ground.decided(sources, *file.unwrap(), digest);
            let alone = decided.plugins.iter().find(|plugin| plugin.place == entry.place);
            let whole = PluginEntry { artifact: None, compat: vec![], depends: vec![], config: None, ..entry.clone() };
            if alone != Some(&whole) {
                failures.push(format!("{}: {}: {alone:#?} is {whole:#?}", case.name(), entry.id));
            }
            let why = entry.granted.iter().flat_map(|right| right.why.grants.iter().chain(&right.why.accepts));
            let line = |place: &Place| decided.grants.iter().any(|line| line.place == *place);
            failures.extend(why.filter(|place| !line(place)).map(|place| format!("{}: {place}", case.name())));
            compared += 1;
        }
    }
    snapshot::all(&failures);
    assert!(compared > 200, "{compared} plugins were compared");
}
