//! Many plugins that can all reach each other: who could have whom do something is found, or what was not looked at is told.

#![cfg(test)]

use ambit_compiler::binary::NoArtifacts;
use ambit_compiler::diag::{Code, Diagnostic};
use ambit_compiler::source::Sources;
use ambit_compiler::{Inputs, compile};

const HOST: &str = r#"
host "demo"
version "1.0.0"
tiers "wasm"
capabilities { event.publish "note.**"; event.subscribe "note.**"; message.send "**"; fs.read "/notes/" }
"#;

const GRANTS: &str = r#"
allow "*" { event.publish "note.**"; event.subscribe "note.**"; message.send "p*"; fs.read "/notes/" }
"#;

/// What is said of deputies among some plugins that tell all others what they do, and one that nobody can reach and that may
/// read files.
fn deputies(requests: impl Iterator<Item = String>) -> Vec<Diagnostic> {
    let mut sources = Sources::default();
    let profile = Some(sources.add("host.kdl", HOST.as_bytes()));
    let grants = vec![sources.add("grants.kdl", GRANTS.as_bytes())];
    let mut plugin = |id: &str, requests: &str| {
        let text = format!("id \"{id}\"\nversion \"1.0.0\"\ncapabilities {{ {requests} }}\n");
        sources.add(format!("plugins/{id}/plugin.kdl"), text.as_bytes())
    };
    let mut manifests = vec![plugin("reader", "fs.read \"/notes/\"")];
    manifests.extend(requests.enumerate().map(|(at, requests)| plugin(&format!("p{at:04}"), &requests)));
    let inputs = Inputs { profile, grants, manifests, ..Inputs::new(sources, &NoArtifacts) };
    let found = compile(&inputs).diagnostics;
    found.into_iter().filter(|found| found.code == Code::ConfusedDeputy).collect()
}

fn talks(at: usize) -> String {
    format!("event.publish \"note.n{at}\"; event.subscribe \"note.**\"")
}

#[test]
fn plugins_that_are_alike_are_looked_at_once() {
    assert_eq!(deputies((0..4_000).map(talks)), []);
}

#[test]
fn what_was_not_looked_at_is_told() {
    let request = |at: usize| format!("{}; message.send \"p{:04}\"", talks(at), at + 1);
    let found = deputies((0..1_100).map(request));
    let [only] = &found[..] else { panic!("{found:#?}") };
    assert!(only.message.ends_with("and the plugins after it can reach was not looked at"), "{}", only.message);
    assert!(only.notes[0].ends_with("plugins were not looked at") && only.help.is_some(), "{only:#?}");
}
