//! Manifests that other systems really have, as plugins that we were never meant to read. Comes in: the folder that
//! `AMBIT_CORPORA` names. Each is compiled alone: no panic, and every finding points into the text.

use std::path::PathBuf;

use ambit_compiler::binary::NoArtifacts;
use ambit_compiler::diag::Severity;
use ambit_compiler::source::Sources;
use ambit_compiler::{Compilation, Inputs, compile};
use ambit_tests::house;

use crate::snapshot;

#[test]
fn manifests_of_other_systems_are_answered() {
    let Some(folder) = corpus("manifests") else { return };
    let files = house::files(&folder);
    assert!(files.len() > 500, "{} manifests", files.len());
    let (mut failures, mut refused) = (vec![], 0);
    for path in &files {
        let bytes = std::fs::read(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (sources, compiled) = lone(&name, &bytes);
        failures.extend(astray(&sources, &compiled).into_iter().map(|what| format!("{name}: {what}")));
        refused += usize::from(compiled.diagnostics.iter().any(|found| found.code.severity() == Severity::Error));
    }
    snapshot::all(&failures);
    // They are manifests of other systems: nearly all have fields that ours do not.
    assert!(refused * 10 > files.len() * 9, "{refused} of {} were refused", files.len());
    println!("{} manifests, {refused} refused", files.len());
}

/// Texts that break programs, in each place of a manifest that takes one, and as a whole text in each syntax.
#[test]
fn naughty_strings_are_answered() {
    let Some(file) = corpus("blns/blns.json") else { return };
    let strings: Vec<String> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert!(strings.len() > 500, "{} strings", strings.len());
    let (mut failures, mut refused) = (vec![], 0);
    for string in &strings {
        let manifest = serde_json::json!({
            "id": string, "version": string, "title": string, "license": string, "wasm": string,
            "capabilities": { "fs.read": string, "net.connect": string, "env.read": string, "http.serve": string },
            "commands": { string.as_str(): string }, "dependencies": { string.as_str(): string }, string.as_str(): string,
        });
        let quoted = manifest.to_string();
        let mut texts = vec![("plugin.json", quoted.clone()), ("plugin.yaml", quoted)];
        texts.extend(["plugin.kdl", "plugin.yaml", "plugin.json"].map(|name| (name, string.clone())));
        for (name, text) in texts {
            let (sources, compiled) = lone(name, text.as_bytes());
            failures
                .extend(astray(&sources, &compiled).into_iter().map(|what| format!("{string:?} in {name}: {what}")));
            refused += usize::from(compiled.diagnostics.iter().any(|found| found.code.severity() == Severity::Error));
        }
    }
    snapshot::all(&failures);
    assert!(refused > strings.len() * 4, "{refused} of {} were refused", strings.len() * 5);
}

fn lone(name: &str, bytes: &[u8]) -> (Sources, Compilation) {
    let mut sources = Sources::default();
    let file = sources.add(name, bytes);
    let inputs = Inputs { manifests: vec![file], ..Inputs::new(sources, &NoArtifacts) };
    let compiled = compile(&inputs);
    (inputs.sources, compiled)
}

fn astray(sources: &Sources, compiled: &Compilation) -> Vec<String> {
    let mut wrong = vec![];
    if compiled.diagnostics.is_empty() {
        wrong.push("nothing was found, not even that there is no host".to_owned());
    }
    for found in &compiled.diagnostics {
        let others = found
            .secondary
            .iter()
            .map(|label| label.span)
            .chain(found.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span));
        for span in others.chain([found.primary.span]) {
            if sources.get(span.file).text().get(span.range()).is_none() {
                wrong.push(format!("{} points outside the text: {span:?}", found.code.id()));
            }
        }
    }
    wrong
}

/// A folder of the corpora. Without it a test is skipped, or fails when `AMBIT_REQUIRE_PARTS` asks for all parts.
pub(crate) fn corpus(name: &str) -> Option<PathBuf> {
    let path =
        std::env::var_os("AMBIT_CORPORA").map(|root| PathBuf::from(root).join(name)).filter(|path| path.exists());
    if path.is_none() {
        assert!(std::env::var_os("AMBIT_REQUIRE_PARTS").is_none(), "AMBIT_CORPORA has no {name}");
        println!("skipped: AMBIT_CORPORA has no {name}");
    }
    path
}
