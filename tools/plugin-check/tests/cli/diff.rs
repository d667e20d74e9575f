//! `diff`: exit codes, formats, and folders of git revisions; and `snapshot`.
#![expect(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::fs;

use serde_json::Value;

use crate::stage::{HOST, Stage};

/// A plugin that reads a folder, and grants that give it.
fn reader(folders: &str) -> (String, String) {
    let manifest = format!("id \"demo\"\nversion \"0.1.0\"\ncapabilities {{\n    fs.read {folders}\n}}\n");
    (manifest, format!("allow \"demo\" {{\n    fs.read {folders}\n}}\n"))
}

fn put(stage: &Stage, below: &str, folders: &str) {
    let (manifest, grants) = reader(folders);
    for (path, text) in [("host.kdl", HOST), ("plugins/demo/plugin.kdl", &manifest), ("grants.kdl", &grants)] {
        let path = stage.path(below).join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// `old` reads one folder, `new` two.
fn wider() -> Stage {
    let stage = Stage::new(&[]);
    put(&stage, "old", "\"./in/\"");
    put(&stage, "new", "\"./in/\" \"./more/\"");
    stage
}

#[test]
fn a_difference_is_no_finding_unless_it_is_wider_and_that_is_denied() {
    let stage = wider();
    let run = stage.check(&["diff", "old", "new"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.starts_with("wider, medium: 1 plugin can do more, 0 unchanged\n"), "{run:?}");
    assert!(run.out.contains("  + can now read `./more`  [medium]\n"), "{run:?}");
    assert_eq!(stage.check(&["diff", "old", "new", "--deny-widening"]).code, 1);
    let back = stage.check(&["diff", "new", "old", "--deny-widening"]);
    assert!(back.code == 0 && back.out.starts_with("narrower: "), "{back:?}");
    let only = stage.check(&["diff", "new", "old", "--only", "widening"]);
    assert_eq!((only.code, only.out.as_str()), (0, "narrower: 1 plugin can do less, 0 unchanged\n"));
    let same = stage.check(&["diff", "new", "new", "--deny-widening"]);
    assert_eq!((same.code, same.out.as_str()), (0, "no new access: 1 unchanged\n"));
}

#[test]
fn every_format_says_the_same() {
    let stage = wider();
    let run = |format: &str| stage.check(&["diff", "old", "new", "--format", format, "--deny-widening"]);
    let (markdown, json, sarif) = (run("markdown"), run("json"), run("sarif"));
    assert!(markdown.out.starts_with("### Policy diff: wider, medium\n"), "{markdown:?}");
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["plugins"][0]["changes"][0]["witness"], "./more");
    let sarif: Value = serde_json::from_str(&sarif.out).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((&sarif["version"], &result["level"]), (&"2.1.0".into(), &"warning".into()));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "new/plugins/demo/plugin.kdl");
    assert_eq!((markdown.code, stage.check(&["diff", "old", "new", "--format", "yaml"]).code), (1, 2));
}

#[test]
fn a_plan_is_a_side_as_its_folder_is() {
    let stage = wider();
    assert_eq!(stage.check(&["plan", "old", "-o", "old.json"]).code, 0);
    let run = stage.check(&["diff", "old.json", "old"]);
    assert_eq!((run.code, run.out.as_str()), (0, "no new access: 1 unchanged\n"));
    let run = stage.check(&["diff", "old.json", "new", "--deny-widening"]);
    assert!(run.code == 1 && run.out.contains("new new/grants.kdl:2:21 (grants)"), "{run:?}");
    let run = stage.check(&["diff", "old.json", "new", "--environment", "production"]);
    assert!(run.code == 2 && run.err.contains("`--environment` can change nothing"), "{run:?}");
}

#[test]
fn what_is_no_side_exits_2_and_says_why() {
    let stage = wider();
    fs::write(stage.path("other.json"), "{}").unwrap();
    for (words, says) in [
        (
            &["diff", "old", "nowhere"][..],
            "there is no `nowhere`: name a plan, a folder, or a folder of a git revision",
        ),
        (&["diff", "old"], "`old` is one side: name the other too"),
        (&["diff", "other.json", "new"], "`other.json` is no plan"),
        (&["diff", "old", "HEAD:new"], "this is no git repository"),
    ] {
        let run = stage.check(words);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
        assert!(run.err.contains(says), "{run:?}");
    }
}

/// A repository with two commits, whose settings would run things.
fn repository() -> Stage {
    let stage = Stage::new(&[]);
    stage.git(&["init", "--quiet", "--initial-branch", "main"]);
    fs::write(stage.path(".gitattributes"), "*.kdl filter=evil diff=evil\n").unwrap();
    put(&stage, "app", "\"./in/\"");
    stage.commit("first");
    put(&stage, "app", "\"./in/\" \"./more/\"");
    stage.commit("second");
    for (key, value) in [
        ("filter.evil.smudge", "touch ran; cat"),
        ("filter.evil.clean", "touch ran; cat"),
        ("diff.evil.textconv", "touch ran; cat"),
        ("core.fsmonitor", "touch ran"),
        ("core.pager", "touch ran"),
    ] {
        stage.git(&["config", key, value]);
    }
    stage
}

#[test]
fn folders_of_revisions_are_sides_and_nothing_of_the_repository_runs() {
    let stage = repository();
    let run = stage.check(&["diff", "HEAD~1:app", "main:app"]);
    assert!(run.code == 0 && run.out.contains("  + can now read `./more`  [medium]\n"), "{run:?}");
    assert!(run.out.contains("new main:app/grants.kdl:2:21 (grants)"), "{run:?}");
    let range = stage.check(&["diff", "HEAD~1..main:app"]);
    assert_eq!((range.code, range.out), (0, run.out.clone()));
    put(&stage, "app", "\"./in/\"");
    let work = stage.check(&["diff", "main..:app", "--deny-widening"]);
    assert!(work.code == 0 && work.out.contains("  - can no longer read `./more`\n"), "{work:?}");
    let work = stage.check(&["diff", "HEAD~1:./app", "app"]);
    assert_eq!((work.code, work.out.as_str()), (0, "no new access: 1 unchanged\n"));
    assert!(!stage.path("ran").exists() && !stage.path("app/ran").exists(), "nothing ran");
}

#[test]
fn what_is_not_in_a_repository_is_told() {
    let stage = repository();
    for (side, says) in [
        ("gone:app", "`gone:app`: there is no revision `gone` in this repository"),
        ("main:gone", "there is no folder `gone` in the revision `main`"),
        ("main:app/host.kdl", "there is no folder `app/host.kdl` in the revision `main`"),
        ("main:../app", "is no folder below the top of the repository"),
        ("--help:app", "unexpected argument"),
        ("main:plugins", "there is no plan of `main:plugins`: there is no host profile"),
    ] {
        let run = stage.check(&["diff", side, "app"]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
        assert!(run.err.contains(says), "{side}: {run:?}");
        assert!(!run.err.contains(&*std::env::temp_dir().join(".tmp").to_string_lossy()), "{run:?}");
    }
}

/// A link that leads out of its folder is not followed, in a revision as in a work tree.
#[cfg(unix)]
#[test]
fn links_in_revisions_do_not_lead_out() {
    let stage = repository();
    fs::create_dir_all(stage.path("app/plugins/linked")).unwrap();
    std::os::unix::fs::symlink("../../../../host.kdl", stage.path("app/plugins/linked/plugin.kdl")).unwrap();
    stage.commit("a link out");
    let run = stage.check(&["diff", "HEAD~1:app", "HEAD:app"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
    assert!(run.err.contains("plugins/linked/plugin.kdl"), "{run:?}");
    fs::remove_file(stage.path("app/plugins/linked/plugin.kdl")).unwrap();
    std::os::unix::fs::symlink("../demo/plugin.kdl", stage.path("app/plugins/linked/plugin.kdl")).unwrap();
    stage.commit("a link that stays: two plugins of one id");
    let run = stage.check(&["diff", "HEAD~2:app", "HEAD:app"]);
    assert!(run.code == 2 && run.err.contains("HEAD:app/plugins/"), "{run:?}");
}

#[test]
fn a_snapshot_is_kept_and_compared() {
    let stage = wider();
    let printed = stage.check(&["snapshot", "old"]);
    assert!(printed.code == 0 && printed.out.contains("\ndemo 0.1.0, wasm\n  fs.read: ./in/**\n"), "{printed:?}");
    let none = stage.check(&["snapshot", "--check", "old"]);
    assert!(none.code == 2 && none.err.contains("`plugin-check snapshot --update` writes it"), "{none:?}");
    assert_eq!(stage.check(&["snapshot", "--update", "old"]).code, 0);
    assert_eq!(fs::read_to_string(stage.path("old/ambit.snapshot.txt")).unwrap(), printed.out);
    let kept = stage.check(&["snapshot", "--check", "old"]);
    assert_eq!((kept.code, kept.out.as_str(), kept.err.as_str()), (0, "", ""));
    // Lines that moved change neither file.
    let plan = fs::read(stage.path("old/ambit.snapshot.json")).unwrap();
    let grants = fs::read_to_string(stage.path("old/grants.kdl")).unwrap();
    fs::write(stage.path("old/grants.kdl"), format!("\n\n{grants}")).unwrap();
    assert_eq!(stage.check(&["snapshot", "--check", "old"]).code, 0);
    assert_eq!(stage.check(&["snapshot", "--update", "old"]).code, 0);
    assert_eq!(fs::read(stage.path("old/ambit.snapshot.json")).unwrap(), plan);
    put(&stage, "old", "\"./in/\" \"./more/\"");
    let run = stage.check(&["snapshot", "--check", "old"]);
    assert!(run.code == 1 && run.out.contains("  + can now read `./more`  [medium]\n"), "{run:?}");
    assert!(run.err.contains("ambit.snapshot.txt` is no longer so"), "{run:?}");
    fs::write(stage.path("old/ambit.snapshot.txt"), "demo\n").unwrap();
    let run = stage.check(&["snapshot", "--check", "old"]);
    assert!(run.code == 2 && run.err.contains("one of them was edited"), "{run:?}");
}
