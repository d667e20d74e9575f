//! The configuration: where it is found, what it says, what it cannot say, and that flags win.

#![expect(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::fs;

use crate::stage::{Run, Stage};

/// A plugin with a warning and a note, and a host around it.
fn stage(config: &str) -> Stage {
    let manifest = "id \"demo\"\nversion \"0.0.0\"\nwasm \"demo.wasm\"\nhomepage \"soon\"\n";
    let stage = Stage::new(&[(".plugin-check.kdl", config), ("plugins/demo/plugin.kdl", manifest)]);
    fs::write(stage.path("plugins/demo/demo.wasm"), b"\0asm\x01\0\0\0").unwrap();
    stage
}

fn codes(run: &Run) -> Vec<String> {
    let code = |line: &str| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned());
    run.out.lines().filter_map(code).collect()
}

#[test]
fn it_says_how_findings_are_written_and_how_grave_they_are() {
    let stage = stage("format \"short\"\nallow \"bad-link\"\ndeny \"notes\"\n");
    let run = stage.check(&[]);
    assert!(run.code == 1 && run.out.contains("plugins/demo/plugin.kdl:2:9: error[M040]"), "{run:?}");
    assert!(!run.out.contains("M036"), "{run:?}");
    // Flags win: over the format, over a rule, and where they speak of all of its sort.
    assert!(stage.check(&["--format", "json"]).out.starts_with("[\n"));
    assert!(stage.check(&["--deny", "M036"]).out.contains("error[M036]"));
    assert!(stage.check(&["--deny", "warnings"]).out.contains("error[M036]"));
    assert_eq!(stage.check(&["--warn", "notes"]).code, 0);
    let none = stage.check(&["--no-config", "--format", "short"]);
    assert!(none.code == 0 && none.out.contains("warning[M036]") && none.out.contains("note[M040]"), "{none:?}");
}

#[test]
fn it_is_found_upward_and_the_nearest_counts() {
    let stage = stage("format \"short\"\nallow \"M036\"\n");
    for path in ["plugins/demo/plugin.kdl", "plugins/demo", "plugins"] {
        let run = stage.check(&[path]);
        assert!(!codes(&run).contains(&"M036".into()) && codes(&run).contains(&"M040".into()), "{path}: {run:?}");
    }
    stage.write("plugins/.plugin-check.kdl", "format \"short\"\nallow \"M040\"\n");
    let run = stage.check(&["plugins/demo"]);
    assert!(codes(&run).contains(&"M036".into()) && !codes(&run).contains(&"M040".into()), "{run:?}");
    let run = stage.check(&["plugins/demo", "host.kdl"]);
    assert!(run.code == 2 && run.err.contains("have not the same configuration"), "{run:?}");
    let run = stage.check(&["plugins/demo", "host.kdl", "--config", ".plugin-check.kdl"]);
    assert!(!codes(&run).contains(&"M036".into()), "{run:?}");
    // A repository's own ends where the repository does.
    fs::create_dir(stage.path("plugins/.git")).unwrap();
    fs::remove_file(stage.path("plugins/.plugin-check.kdl")).unwrap();
    assert!(stage.check(&["plugins/demo", "--format", "short"]).out.contains("M036"));
}

#[test]
fn none_is_taken_from_the_plugin_that_is_checked() {
    let stage = stage("format \"short\"\n");
    stage.write("plugins/demo/.plugin-check.kdl", "allow \"warnings\" \"notes\"\n");
    stage.write("plugins/demo/sub/.plugin-check.kdl", "allow \"warnings\"\n");
    for path in [".", "plugins/demo", "plugins/demo/plugin.kdl"] {
        let run = stage.check(&[path]);
        assert!(codes(&run).contains(&"M036".into()), "{path}: {run:?}");
        let is_on_the_way = path != ".";
        assert_eq!(
            run.err.contains("demo/.plugin-check.kdl` is not read: it lies in the folder of a plugin"),
            is_on_the_way
        );
    }
    // A folder that is a host's too is a plugin's all the same.
    stage.write("plugins/demo/host.kdl", "host \"demo\"\nversion \"1.0.0\"\n");
    assert!(stage.check(&["plugins/demo", "--format", "short"]).err.contains("is not read"));
}

#[test]
fn it_hides_no_error() {
    let stage = stage(
        "allow \"G001\" \"M999\"\nwarn \"unknown-feild\"\nbaseline \"../known.txt\"\nallow2 1\nformat \"shrt\"\n",
    );
    let run = stage.check(&[]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    for line in [
        "the configuration `.plugin-check.kdl` cannot be used",
        "G001 not-granted cannot be made less",
        "there is no rule `M999`",
        "did you mean `unknown-field`?",
        "`../known.txt` lies not below this file",
        "a configuration has no field `allow2`",
        "there is no format `shrt`",
        ".plugin-check.kdl:1:7",
    ] {
        assert!(run.err.contains(line), "{line}: {}", run.err);
    }
    assert_eq!(stage.check(&["--no-config"]).code, 0);
}

#[test]
fn its_baseline_keeps_no_error_from_being_told() {
    let stage = stage("format \"short\"\nbaseline \"known.txt\"\n");
    stage.write("plugins/demo/plugin.kdl", "id \"demo\"\nversion \"1\"\nhomepage \"soon\"\n");
    assert_eq!(stage.check(&["--write-baseline", "known.txt"]).code, 0);
    let run = stage.check(&[]);
    assert_eq!((run.code, codes(&run)), (1, vec!["M005".to_owned()]), "{run:?}");
    let run = stage.check(&["--baseline", "known.txt"]);
    assert_eq!((run.code, codes(&run)), (0, vec![]), "who asks for it gets it: {run:?}");
    assert_eq!(stage.check(&["--diff"]).code, 1, "what is fixed does not depend on it");
}

#[test]
fn what_is_left_out_is_told_unless_it_forbids_a_plan() {
    let stage = stage("format \"short\"\nleave-out \"plugins/demo/\" \"old/\"\n");
    let run = stage.check(&[]);
    assert_eq!((run.code, codes(&run)), (0, vec![]), "{run:?}");
    stage.write("plugins/demo/plugin.kdl", "id \"demo\"\nversion \"1\"\nhomepage \"soon\"\n");
    assert_eq!(codes(&stage.check(&[])), ["M005"], "of a host that is checked, errors are told");
    // Above several hosts, those that are left out are, and the run says so.
    fs::remove_file(stage.path("host.kdl")).unwrap();
    stage.write("old/host.kdl", "host \"demo\"\nversion \"1\"\n");
    stage.write("old/plugins/a/plugin.kdl", "id \"a\"\nversion \"1\"\n");
    stage.write("new/plugin.kdl", "id \"new\"\nversion \"0.1.0\"\n");
    let run = stage.check(&[]);
    assert!(run.code == 0 && !run.out.contains("M005"), "{run:?}");
    assert_eq!(run.err, "plugin-check: hosts and manifests left out, as the configuration says: 2\n");
    // Whoever asks for it by its name gets it.
    assert_eq!(stage.check(&["old"]).code, 1);
    assert_eq!(stage.check(&["plugins/demo"]).code, 1);
}

#[test]
fn what_is_locked_is_locked_as_a_whole() {
    let stage = stage("format \"short\"\nleave-out \"app/\"\n");
    fs::remove_file(stage.path("host.kdl")).unwrap();
    fs::remove_dir_all(stage.path("plugins")).unwrap();
    stage.write("app/host.kdl", "host \"demo\"\nversion \"1.0.0\"\n");
    assert_eq!((stage.check(&[]).code, stage.check(&["app"]).code), (0, 0));
    let run = stage.check(&["--locked"]);
    assert_eq!((run.code, codes(&run)), (1, vec!["L001".to_owned()]), "{run:?}");
}

#[test]
fn it_is_shown() {
    let stage = stage("format \"short\"\nallow \"M036\"\ndeny \"notes\"\nbaseline \"known.txt\"\nleave-out \"old/\"\n");
    let run = stage.check(&["--show-config", "--warn", "M040"]);
    let text = "configuration: .plugin-check.kdl\nformat: short\nbaseline: known.txt\nwarn: M040 (asked)\nallow: M036 (configured)\n\
                deny: notes (configured)\nleft out: old/\n";
    assert_eq!((run.code, run.out.as_str()), (0, text));
    let run = stage.check(&["--show-config", "--no-config"]);
    assert_eq!((run.code, run.out.as_str()), (0, "no configuration\nformat: human\n"));
    assert_eq!(stage.check(&["--config", "nowhere.kdl"]).code, 2);
}

/// What makes plans does not read it.
#[test]
fn a_plan_does_not_depend_on_it() {
    let stage = stage("nonsense\n");
    assert_eq!(stage.check(&["plan", "."]).code, 0);
    assert_eq!(stage.check(&["."]).code, 2);
}
