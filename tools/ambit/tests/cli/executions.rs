//! `ambit run --json`, limits of one run, and the child that compiles.

use std::fs;

use crate::stage::{Stage, ambit};

#[test]
fn a_run_is_told_as_json() {
    let stage = Stage::example("json");
    let run =
        stage.run(&["--json", "--user", "ada", "--execution", "run-1", "text-tool", "report", "/in", "/out/a.md"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let told: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((&told["execution_id"], &told["user_id"]), (&"run-1".into(), &"ada".into()));
    assert_eq!((&told["success"], &told["output"][0]), (&true.into(), &"wrote /out/a.md".into()));
    assert_eq!(told["file_changes"], serde_json::json!([{ "path": "./out/a.md", "change": "created" }]));
    let written = fs::metadata(stage.path("out/a.md")).unwrap().len();
    assert_eq!(told["resource_usage"]["file_written_bytes"].as_u64(), Some(written));
    let run = stage.run(&["--json", "--limit", "memory=64 KiB", "text-tool", "count", "/in"]);
    let told: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.code, &told["ended"], &told["quota"]["name"]), (1, &"quota".into(), &"memory".into()));
    for (limit, why) in [("cpu", "has no `=`"), ("cqu=1 ms", "did you mean `cpu`?"), ("cpu=1", "written as `250 ms`")] {
        let run = stage.run(&["--limit", limit, "text-tool", "count", "/in"]);
        assert!(run.code == 2 && run.err.contains(why), "{run:?}");
    }
}

/// A plugin is compiled by this program again, in a process that can be stopped.
#[test]
fn the_child_that_compiles_reads_its_bounds_first() {
    let run = ambit(&["compile-guest"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "nothing came in");
    let help = ambit(&["--help"]);
    assert!(!help.out.contains("compile-guest"), "of no use by hand");
}
