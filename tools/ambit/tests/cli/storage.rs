//! Keys and values outlive a run, in this user's data folder, and each host has its own; tables are in a file that the user names.
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

/// A plugin that may read notes, and a file with notes and secrets.
fn querier(name: &str) -> Stage {
    let named = "commands {\n    run \"Runs a statement\"\n}";
    let requests = "capabilities { db.read \"notes\" }";
    let stage = Stage::new(name, "fixtures/guests/querier.wat", &format!("wasm \"demo.wasm\"\n{requests}\n{named}"));
    let wasm = stage.path("plugins/demo/demo.wasm");
    fs::write(&wasm, wat::parse_file(&wasm).unwrap()).unwrap();
    stage.append("host.kdl", r#"capabilities { db.read "**"; db.write "**" }"#);
    stage.write("grants.kdl", r#"allow "demo" { db.read "notes" }"#);
    let tables = "CREATE TABLE notes (text TEXT); CREATE TABLE secrets (text TEXT); INSERT INTO notes VALUES ('mine');";
    rusqlite::Connection::open(stage.path("data.sqlite")).unwrap().execute_batch(tables).unwrap();
    stage
}

#[test]
fn a_plugin_uses_the_tables_that_are_granted() {
    let stage = querier("database");
    let run = |statement: &str| stage.run(&["--database", "data.sqlite", "demo", "run", statement]);
    let read = run("SELECT text FROM notes");
    assert!(read.code == 0 && read.out.contains("mine"), "{read:?}");
    for (statement, line) in [
        ("SELECT text FROM secrets", r#"allow "demo" { db.read "secrets" }"#),
        ("DELETE FROM notes", r#"allow "demo" { db.write "notes" }"#),
    ] {
        let denied = run(statement);
        assert!(denied.code == 1 && denied.err.contains(line), "{denied:?}");
    }
}

#[test]
fn there_is_no_database_that_nobody_named() {
    let stage = querier("database-none");
    let words = ["demo", "run", "SELECT text FROM notes"];
    let without = stage.run(&words);
    assert!(
        without.code != 0 && without.err.contains("the host program has nothing behind this interface"),
        "{without:?}"
    );
    stage.write("text.txt", "no tables in here");
    for (file, why) in
        [("none.sqlite", "os error 2"), ("text.txt", "it is not a file of SQLite"), ("plugins", "os error")]
    {
        let refused = stage.run(&[&["--database", file], words.as_slice()].concat());
        assert!(refused.code == 2 && refused.err.contains(file) && refused.err.contains(why), "{refused:?}");
    }
    assert!(!stage.path("none.sqlite").exists(), "none is made");
}
