//! What pipelines read: annotations, reports, and what is known already.

use serde_json::Value;

use crate::stage::Stage;

const BAD: &str = "id \"demo\"\nversion \"1\"\ncapabilities {\n    fs.red \"./in/\"\n}\n";

fn bad() -> Stage {
    Stage::new(&[("plugins/demo/plugin.kdl", BAD)])
}

#[test]
fn a_log_for_scanners_has_rules_places_fixes_and_fingerprints() {
    let run = bad().check(&["--format", "sarif"]);
    let log: Value = serde_json::from_str(&run.out).unwrap();
    let (rules, results) = (&log["runs"][0]["tool"]["driver"]["rules"], &log["runs"][0]["results"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    assert_eq!(results.as_array().unwrap().len(), 3);
    let version = results.as_array().unwrap().iter().find(|result| result["ruleId"] == "M005").unwrap();
    let rule = usize::try_from(version["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!((&rules[rule]["name"], &version["level"]), (&"bad-version".into(), &"error".into()));
    assert!(rules[rule]["help"]["markdown"].as_str().unwrap().starts_with("# M005 bad-version"));
    let place = &version["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "plugins/demo/plugin.kdl");
    let region = serde_json::json!({"startLine": 2, "startColumn": 9, "endLine": 2, "endColumn": 12});
    assert_eq!(place["region"], region);
    let change = &version["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "\"1.0.0\"");
}

#[test]
fn a_fingerprint_stays_when_lines_move_and_differs_between_findings() {
    let prints = |stage: &Stage| -> Vec<(String, String)> {
        let log: Value = serde_json::from_str(&stage.check(&["--format", "sarif"]).out).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let one = |it: &Value| (text(&it["ruleId"]), text(&it["partialFingerprints"]["primaryLocationLineHash"]));
        let mut all: Vec<_> = results.map(one).collect();
        all.sort();
        all
    };
    let stage = bad();
    let before = prints(&stage);
    stage.write("plugins/demo/plugin.kdl", &format!("// One more line.\n\n{BAD}"));
    assert_eq!(prints(&stage), before);
    let mut hashes: Vec<_> = before.into_iter().map(|(_, print)| print).collect();
    hashes.dedup();
    assert_eq!(hashes.len(), 3);
}

#[test]
fn every_pipeline_has_its_words() {
    let stage = bad();
    let run = stage.check(&["--format", "github"]);
    let line = "::error file=plugins/demo/plugin.kdl,line=2,endLine=2,col=9,endColumn=12,title=M005 bad-version::";
    assert!(run.code == 1 && run.out.contains(line), "{run:?}");
    let run = stage.check(&["--format", "gitlab"]);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let severities: Vec<&str> = report.as_array().unwrap().iter().map(|it| it["severity"].as_str().unwrap()).collect();
    assert_eq!(severities.iter().filter(|it| **it == "critical").count(), 2, "{report}");
    let run = stage.check(&["--format", "junit"]);
    assert!(run.out.starts_with(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"plugin-check\" tests=\"3\" failures=\"2\">"
    ));
    assert!(
        run.out.contains("<testcase name=\"M005 bad-version\" classname=\"plugins/demo/plugin.kdl:2:9\"><failure ")
    );
}

#[test]
fn what_is_known_is_not_told_and_what_is_new_is() {
    let stage = bad();
    let run = stage.check(&["--write-baseline", "known.txt"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", "3 findings written to `known.txt`\n"));
    let known = std::fs::read_to_string(stage.path("known.txt")).unwrap();
    assert!(known.lines().any(|line| line.contains(":1 M005 plugins/demo/plugin.kdl: ")), "{known}");
    let run = stage.check(&["--baseline", "known.txt", "."]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", "1 plugin, 0 errors, 0 warnings\n"));
    // The same mistake a second time is a new one; so is another.
    stage.write("plugins/demo/plugin.kdl", &format!("// Moved.\n{BAD}capabilities2 {{\n}}\n"));
    let run = stage.check(&["--baseline", "known.txt", "--format", "short"]);
    assert_eq!((run.code, run.out.lines().count()), (1, 1), "{run:?}");
    assert!(run.out.contains("error[M001]"), "{run:?}");
}

#[test]
fn a_file_that_is_no_baseline_is_told() {
    let stage = bad();
    stage.write("notes.txt", "# notes\n\nbuy milk\n");
    let run = stage.check(&["--baseline", "notes.txt", "."]);
    assert!(run.code == 2 && run.err.contains("`notes.txt` is no baseline: line 3 does not start with"), "{run:?}");
    let run = stage.check(&["--baseline", "nowhere.txt", "."]);
    assert!(run.code == 2 && run.err.contains("cannot read `nowhere.txt`"), "{run:?}");
    assert_eq!(stage.check(&["--baseline", "notes.txt", "--fix"]).code, 2);
}
