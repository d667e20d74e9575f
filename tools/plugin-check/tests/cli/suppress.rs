//! Comments that allow what is found, as every format shows them.

use serde_json::Value;

use crate::stage::Stage;

const GRANTS: &str = "// ambit: allow G003 because \"it\" comes <soon>\nallow \"later\" {\n    fs.read \"./in/\"\n}\nallow \"late\" {\n    fs.read \"./in/\"\n}\n";

fn stage() -> Stage {
    Stage::new(&[("grants.kdl", GRANTS)])
}

#[test]
fn what_a_comment_takes_is_not_told_and_counted() {
    let stage = stage();
    let run = stage.check(&["."]);
    assert_eq!(run.code, 0);
    assert!(!run.out.contains("`later`") && run.out.contains("`late`"), "{run:?}");
    assert_eq!(run.err, "1 plugin, 0 errors, 2 warnings, 1 suppressed\n");
    for format in ["short", "json", "github", "gitlab"] {
        let run = stage.check(&["--format", format]);
        assert!(!run.out.contains("`later`") && run.out.contains("`late`"), "{format}: {run:?}");
        assert_eq!(run.err, "plugin-check: 1 finding suppressed by comments\n", "{format}");
    }
    assert_eq!(stage.check(&["--quiet", "--format", "short"]).err, "");
    let run = stage.check(&["--allow", "G003", "."]);
    assert_eq!(run.err, "1 plugin, 0 errors, 1 warning\n", "the rule is left out, and nothing is left to suppress");
}

#[test]
fn reports_keep_what_a_comment_took_with_its_reason() {
    let stage = stage();
    let log: Value = serde_json::from_str(&stage.check(&["--format", "sarif"]).out).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let taken: Vec<&Value> = results.iter().filter(|result| !result["suppressions"].is_null()).collect();
    assert_eq!((results.len(), taken.len()), (3, 1));
    let suppression = &taken[0]["suppressions"][0];
    assert_eq!((&suppression["kind"], &suppression["status"]), (&"inSource".into(), &"accepted".into()));
    assert_eq!(suppression["justification"], "\"it\" comes <soon>");
    assert_eq!(suppression["location"]["physicalLocation"]["region"]["startLine"], 1);
    let run = stage.check(&["--format", "junit"]);
    assert!(run.out.contains("<testsuites name=\"plugin-check\" tests=\"3\" failures=\"0\">"), "{run:?}");
    let case = "<testcase name=\"G003 unknown-plugin\" classname=\"grants.kdl:2:7\"><skipped message=\"&quot;it&quot; comes &lt;soon&gt;\"/></testcase>";
    assert!(run.out.contains(case), "{run:?}");
}

#[test]
fn a_comment_hides_no_error_and_makes_no_plan() {
    let text = "// ambit: allow M010, G003 because it is to come\nallow \"demo\" {\n    fs.raed \"./in/\"\n}\n";
    let stage = Stage::new(&[("grants.kdl", text)]);
    let run = stage.check(&["--format", "short"]);
    assert_eq!(run.code, 1);
    for line in ["grants.kdl:1:17: warning[C002]", "grants.kdl:1:23: warning[C003]", "grants.kdl:3:5: error[M010]"] {
        assert!(run.out.contains(line), "{run:?}");
    }
    assert_eq!(stage.check(&["plan", "."]).code, 1);
    // What is fixed is what is told.
    let run = stage.check(&["--fix"]);
    assert!(run.err.contains("fix"), "{run:?}");
}

#[test]
fn what_a_comment_took_is_no_part_of_a_baseline() {
    let stage = stage();
    let run = stage.check(&["--write-baseline", "known.txt"]);
    assert_eq!(run.err, "2 findings written to `known.txt`\n");
}

/// Comments are as hostile as any text: many of them take no time, and hidden characters no terminal.
#[test]
fn many_comments_are_bounded() {
    let many = "// ambit: allow G003 because of x\n".repeat(20_000);
    let stage = Stage::new(&[("grants.kdl", &format!("{many}{GRANTS}"))]);
    let started = std::time::Instant::now();
    let run = stage.check(&["--format", "short"]);
    assert!(started.elapsed().as_secs() < 20);
    assert!(run.out.contains("warning[C006]: one text has at most 256 comments to this tool"), "{}", run.out);
}
