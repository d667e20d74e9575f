//! Keys and values outlive a run, in this user's data folder, and each host has its own.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use std::fs;

use crate::stage::Stage;

const GUEST: &str = "fixtures/guests/keeper.wat";

/// A plugin that may read notes and write one of them.
fn keeper(name: &str) -> Stage {
    let requests = r#"capabilities { storage.read "note.*"; storage.write "note.a" }"#;
    let named = "commands {\n    get \"Reads\"\n    set \"Writes\"\n}";
    let stage = Stage::new(name, GUEST, &format!("wasm \"demo.wasm\"\n{requests}\n{named}"));
    let wasm = stage.path("plugins/demo/demo.wasm");
    fs::write(&wasm, wat::parse_file(&wasm).unwrap()).unwrap();
    stage.append("host.kdl", r#"capabilities { storage.read "**"; storage.write "**" }"#);
    stage.write("grants.kdl", r#"allow "demo" { storage.read "note.*"; storage.write "note.a" }"#);
    stage
}

#[test]
fn keys_outlive_a_run_and_are_each_hosts_own() {
    let (stage, other) = (keeper("storage"), keeper("storage-other"));
    let kept = stage.path("kept");
    let words = |words: &[&'static str]| -> Vec<String> {
        let storage = ["--storage".to_owned(), kept.display().to_string(), "demo".to_owned()];
        storage.into_iter().chain(words.iter().map(|word| (*word).to_owned())).collect()
    };
    let run = |stage: &Stage, said: &[&'static str]| {
        let words = words(said);
        stage.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let set = run(&stage, &["set", "note.a", "text"]);
    assert_eq!(set.code, 0, "{set:?}");
    assert!(run(&stage, &["get", "note.a"]).out.contains("text"));
    assert!(run(&other, &["get", "note.a"]).out.contains("None"), "another folder is another host");
    let denied = run(&stage, &["set", "note.b", "text"]);
    assert!(denied.code == 1 && denied.err.contains(r#"allow "demo" { storage.write "note.b" }"#), "{denied:?}");
    let usual = stage.run(&["demo", "get", "note.a"]);
    assert!(usual.code == 0 && usual.out.contains("None"), "{usual:?}");
    assert!(stage.path("nothing-answered/ambit/storage").is_dir(), "it is in the data folder");
    let nowhere = stage.run(&["--storage", "none", "demo", "get", "note.a"]);
    assert!(nowhere.code == 2 || nowhere.code == 1, "{nowhere:?}");
    assert!(nowhere.err.contains("the host program has nothing behind this interface"), "{nowhere:?}");
}
