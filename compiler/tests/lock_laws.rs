//! Locks that somebody touched: whatever the text, an answer, with places inside of it; and none passes that says something else.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use ambit_compiler::binary::NoArtifacts;
use ambit_compiler::lock::Now;
use ambit_compiler::source::{FileId, Sources};
use ambit_compiler::{Inputs, compile, lock};
use ambit_schema::plan::Plan;
use proptest::prelude::{ProptestConfig, any};
use proptest::{prop_assert, proptest};

const HOST: &str = "host \"h\"\nversion \"1.0.0\"\ntiers \"wasm\"\n";

fn locked() -> (Sources, Plan, String) {
    let mut sources = Sources::default();
    let profile = Some(sources.add("host.kdl", HOST.as_bytes()));
    let manifest = |id: &str| format!("id \"{id}\"\nversion \"1.2.3\"\n").into_bytes();
    // A path that has to be quoted.
    let manifests =
        vec![sources.add("plugins/a \"b\"\\c/plugin.kdl", manifest("a")), sources.add("b.kdl", manifest("b"))];
    let inputs = Inputs { profile, manifests, ..Inputs::new(sources.clone(), &NoArtifacts) };
    let plan = compile(&inputs).plan.unwrap();
    let text = lock::text(&[(None, &plan)]);
    (sources, plan, text)
}

fn with(sources: &Sources, text: &[u8]) -> (Sources, FileId) {
    let mut sources = sources.clone();
    let file = sources.add(lock::NAME, text);
    (sources, file)
}

#[test]
fn a_lock_agrees_with_what_it_was_made_of() {
    let (sources, plan, text) = locked();
    let (sources, file) = with(&sources, text.as_bytes());
    assert!(lock::agrees(&sources, file, &[(None, &plan)]), "{text}");
    assert!(lock::check(&sources, file, Now::Plan(&plan, None)).diagnostics.is_empty(), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_lock_passes_that_says_something_else(at in any::<usize>(), len in 0_usize..40, put in "[ -~\n]{0,12}|\\PC{0,4}") {
        let (sources, plan, text) = locked();
        let at = text.floor_char_boundary(at % (text.len() + 1));
        let end = text.ceil_char_boundary((at + len).min(text.len()));
        let edited = format!("{}{put}{}", &text[..at], &text[end..]);
        let (sources, file) = with(&sources, edited.as_bytes());
        let found = lock::check(&sources, file, Now::Plan(&plan, None));
        let texts: Vec<FileId> = sources.iter().map(|(id, _)| id).filter(|id| *id != file).collect();
        let files = lock::check(&sources, file, Now::Files(&texts, &NoArtifacts));
        for found in found.diagnostics.iter().chain(&files.diagnostics) {
            let text = sources.get(found.primary.span.file).text();
            prop_assert!(text.get(found.primary.span.range()).is_some(), "{found:?}");
        }
        let passes = !found.diagnostics.iter().any(|found| found.is_error());
        let clean = found.diagnostics.is_empty();
        prop_assert!(!passes || !clean || lock::agrees(&sources, file, &[(None, &plan)]), "{edited}");
    }
}
