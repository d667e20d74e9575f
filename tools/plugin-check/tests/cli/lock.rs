//! `lock` and `--locked`: what is written and when, what drifts and where, and which exit codes say so.
#![expect(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::fs;
use std::path::Path;
#[cfg(unix)]
use std::process::Command;

use crate::stage::{Run, Stage, example};

const MANIFEST: &str = "id \"demo\"\nversion \"0.1.0\"\nlicense \"MIT\"\nwasm \"demo.wasm\"\n";

/// The guest of the text tool under another id: a file that runs.
fn staged() -> Stage {
    let stage = Stage::new(&[("plugins/demo/plugin.kdl", MANIFEST)]);
    let wasm = Path::new(&example()).join("plugins/text-tool/text-tool.wasm");
    fs::copy(wasm, stage.path("plugins/demo/demo.wasm")).unwrap();
    stage
}

fn lock(stage: &Stage) -> String {
    fs::read_to_string(stage.path("ambit.lock")).unwrap()
}

/// Lints against the lock.
fn locked(stage: &Stage) -> Run {
    stage.check(&["--locked", "--format", "short"])
}

fn replace(stage: &Stage, path: &str, old: &str, new: &str) {
    let text = fs::read_to_string(stage.path(path)).unwrap();
    assert!(text.contains(old), "{text}");
    fs::write(stage.path(path), text.replace(old, new)).unwrap();
}

#[test]
fn what_is_locked_passes_and_two_runs_write_the_same_bytes() {
    let stage = staged();
    let missing = locked(&stage);
    assert!(missing.code == 1 && missing.out.contains("host.kdl:1:6: error[L001]: "), "{missing:?}");
    let run = stage.check(&["lock"]);
    assert_eq!((run.code, run.err.as_str()), (0, "1 plugin locked: `ambit.lock` is written\n"), "{run:?}");
    let first = lock(&stage);
    for line in ["lock 1\n", "host \"demo\" version=\"1.0.0\"\n", "plugin \"demo\" version=\"0.1.0\" {\n    artifact "]
    {
        assert!(first.contains(line), "{first}");
    }
    assert_eq!((locked(&stage).code, stage.check(&["plan", ".", "--locked"]).code), (0, 0));
    fs::remove_file(stage.path("ambit.lock")).unwrap();
    assert_eq!(stage.check(&["lock", "."]).code, 0);
    assert_eq!(lock(&stage), first);
    // Elsewhere, and called by another path.
    let other = staged();
    assert_eq!(other.check(&["lock", &other.path("").to_string_lossy()]).code, 0);
    assert_eq!(lock(&other), first);
}

#[test]
fn a_lock_that_says_the_same_is_left_as_it_is() {
    let stage = staged();
    assert_eq!(stage.check(&["lock"]).code, 0);
    let theirs = format!("// kept by someone\n{}", lock(&stage)).replace('\n', "\r\n");
    fs::write(stage.path("ambit.lock"), &theirs).unwrap();
    let run = stage.check(&["lock"]);
    assert_eq!((run.code, run.err.as_str()), (0, "1 plugin locked: `ambit.lock` says so already\n"), "{run:?}");
    assert_eq!(lock(&stage), theirs);
    assert_eq!(locked(&stage).code, 0, "{:?}", locked(&stage));
}

/// Nobody asks for the lock: what is in it says nothing.
#[test]
fn without_the_word_no_lock_is_read() {
    let stage = staged();
    let before = stage.check(&["plan", "."]);
    fs::write(stage.path("ambit.lock"), b"\xff<<<<<<< \x00").unwrap();
    let after = stage.check(&["plan", "."]);
    assert_eq!((after.code, &after.out), (0, &before.out));
    assert_eq!(stage.check(&["."]).code, 0);
}

#[test]
fn a_swapped_artifact_is_caught_at_its_line() {
    let stage = staged();
    assert_eq!(stage.check(&["lock"]).code, 0);
    let wasm = stage.path("plugins/demo/demo.wasm");
    let good = fs::read(&wasm).unwrap();
    // A section with nothing but a name: the same program, and another file.
    fs::write(&wasm, [&good[..], &[0, 2, 1, b'x']].concat()).unwrap();
    assert_eq!(stage.check(&["."]).code, 0, "without the lock nobody minds");
    let run = locked(&stage);
    let line = 1 + lock(&stage).lines().position(|line| line.contains("artifact")).unwrap();
    assert_eq!(run.code, 1);
    assert!(run.out.starts_with(&format!("ambit.lock:{line}:41: error[L010]: `demo` runs another file")), "{run:?}");
    let human = stage.check(&["--locked"]);
    assert!(human.out.contains("artifact \"./plugins/demo/demo.wasm\" \"sha256:"), "{human:?}");
    assert!(human.out.contains("note: its hash is `sha256:"), "{human:?}");
    let plan = stage.check(&["plan", ".", "--locked", "-o", "plan.json"]);
    assert!(plan.code == 1 && plan.err.contains("error[L010]") && !stage.path("plan.json").exists(), "{plan:?}");
    fs::write(&wasm, good).unwrap();
    assert_eq!(locked(&stage).code, 0, "the old file is the locked one again");
}

/// A list of known findings silences no drift: the next swap would look the same.
#[test]
fn no_baseline_knows_drift() {
    let stage = staged();
    assert_eq!(stage.check(&["lock"]).code, 0);
    let wasm = stage.path("plugins/demo/demo.wasm");
    let swapped = [&fs::read(&wasm).unwrap()[..], &[0, 2, 1, b'x']].concat();
    fs::write(&wasm, swapped).unwrap();
    let kept = stage.check(&["--locked", "--write-baseline", "known.txt"]);
    assert!(kept.code == 0 && !fs::read_to_string(stage.path("known.txt")).unwrap().contains("L010"), "{kept:?}");
    // Neither does one that somebody wrote by hand.
    let sarif: serde_json::Value = serde_json::from_str(&stage.check(&["--locked", "--format", "sarif"]).out).unwrap();
    let prints = sarif["runs"][0]["results"][0]["partialFingerprints"].as_object().unwrap();
    let print = prints.values().next().unwrap().as_str().unwrap();
    fs::write(stage.path("known.txt"), format!("{print} L010 by hand\n")).unwrap();
    let run = stage.check(&["--locked", "--baseline", "known.txt", "--format", "short"]);
    assert!(run.code == 1 && run.out.contains("error[L010]"), "{run:?}");
}

/// What is swapped for something that cannot run leaves no plan; it is named as swapped all the same.
#[test]
fn drift_is_told_where_there_is_no_plan() {
    let stage = staged();
    assert_eq!(stage.check(&["lock"]).code, 0);
    fs::write(stage.path("plugins/demo/demo.wasm"), "no wasm").unwrap();
    let run = locked(&stage);
    assert!(run.code == 1 && run.out.contains("error[B001]"), "{run:?}");
    assert!(run.out.contains("ambit.lock:9:41: error[L010]: "), "{run:?}");
    fs::remove_file(stage.path("plugins/demo/demo.wasm")).unwrap();
    replace(&stage, "plugins/demo/plugin.kdl", "0.1.0", "one");
    fs::write(stage.path("grants.kdl"), "// new\nlayer \"user\"\n").unwrap();
    let run = locked(&stage);
    let codes =
        ["ambit.lock:7:32: error[L012]", "ambit.lock:9:41: error[L010]", "grants.kdl:1:1: error[L012]", "error[M005]"];
    assert!(codes.iter().all(|code| run.out.contains(code)), "{run:?}");
    let human = stage.check(&["--locked"]);
    assert!(human.out.contains("note: it has no hash now: no such file can be read"), "{human:?}");
    // A lock names any path; what lies outside of the folder is not read for it.
    let secret = tempfile::NamedTempFile::new().unwrap();
    let path = secret.path().to_string_lossy().into_owned();
    replace(&stage, "ambit.lock", "./plugins/demo/demo.wasm", &path);
    assert!(!locked(&stage).out.contains("L010"), "{:?}", locked(&stage));
}

#[test]
fn marks_of_a_merge_are_told_and_locking_again_resolves_them() {
    let stage = staged();
    assert_eq!(stage.check(&["lock"]).code, 0);
    let whole = lock(&stage);
    let plugin = "plugin \"demo\" version=\"0.1.0\" {";
    let both = format!("<<<<<<< HEAD\n{plugin}\n=======\n{}\n>>>>>>> update", plugin.replace("0.1.0", "0.2.0"));
    replace(&stage, "ambit.lock", plugin, &both);
    let run = locked(&stage);
    let line = 1 + lock(&stage).lines().position(|line| line.starts_with("<<<")).unwrap();
    assert_eq!(run.code, 1);
    assert!(
        run.out.starts_with(&format!("ambit.lock:{line}:1: error[L003]: ")) && run.out.lines().count() == 1,
        "{run:?}"
    );
    let human = stage.check(&["--locked"]);
    assert!(human.out.contains("help: run `plugin-check lock`"), "{human:?}");
    assert_eq!(stage.check(&["lock"]).code, 0);
    assert_eq!((lock(&stage), locked(&stage).code), (whole, 0));
}

#[test]
fn a_lock_that_is_no_text_is_told_and_written_again() {
    let stage = staged();
    let deep = format!("lock 1\n{}", "a {\n".repeat(100));
    let bad: [(&[u8], &str); 5] = [
        (b"", "S009"),
        (b"lock 1\nhost \"demo", "S002"),
        (b"\xff\xfe", "S005"),
        (deep.as_bytes(), "S003"),
        (b"{\"lock\": 1}", "S001"),
    ];
    for (text, code) in bad {
        fs::write(stage.path("ambit.lock"), text).unwrap();
        let run = locked(&stage);
        assert!(run.code == 1 && run.out.contains(&format!("error[{code}]")), "{code}: {run:?}");
        assert!(run.out.lines().all(|line| line.starts_with("ambit.lock:")), "{run:?}");
        assert_eq!(stage.check(&["lock"]).code, 0);
        assert_eq!(locked(&stage).code, 0);
    }
    fs::write(stage.path("ambit.lock"), "x\n".repeat(20 << 20)).unwrap();
    let run = locked(&stage);
    assert!(run.code == 1 && run.out.contains("S004") && run.out.contains("32 MiB"), "{run:?}");
}

#[test]
fn where_there_are_errors_nothing_is_locked() {
    let stage = staged();
    assert_eq!(stage.check(&["lock"]).code, 0);
    let before = lock(&stage);
    replace(&stage, "plugins/demo/plugin.kdl", "0.1.0", "one");
    let run = stage.check(&["lock"]);
    assert_eq!((run.code, lock(&stage)), (1, before));
    assert!(run.err.contains("error[M005]") && run.err.ends_with("nothing was locked: there are errors\n"), "{run:?}");
    assert_eq!(locked(&stage).code, 1);
    for (words, why) in [
        (&["lock", "nowhere"][..], "`nowhere` is no folder"),
        (&["lock", "host.kdl"], "`host.kdl` is no folder"),
        (&["lock", "plugins"], "has no host profile"),
        (&["--locked", "plugins/demo/plugin.kdl"], "has no host profile"),
        (&["lock", "--environment", "staging"], "a lock is of every environment"),
        (&["--locked", "--fix"], "cannot be used with"),
    ] {
        let run = stage.check(words);
        assert!(run.code == 2 && run.err.contains(why), "{words:?}: {run:?}");
    }
}

/// Each environment has its plan, and each plan its line where it is another.
#[test]
fn environments_are_locked_apart() {
    let staging = "configuration {\n    schema \"./schema.json\"\n    environment {\n        staging \"./staging.json\"\n    }\n}\n";
    let stage = Stage::new(&[
        ("plugins/demo/plugin.kdl", &format!("id \"demo\"\nversion \"0.1.0\"\n{staging}")),
        ("plugins/demo/schema.json", "{\"type\": \"object\"}\n"),
        ("plugins/demo/staging.json", "{\"port\": 81}\n"),
    ]);
    assert_eq!(stage.check(&["lock"]).code, 0);
    let lines = lock(&stage).lines().filter(|line| line.starts_with("plan ")).count();
    assert_eq!(lines, 2, "the default plan, and the one for staging");
    let run = |environment: &[&str]| stage.check(&[&["--locked", "--format", "short"], environment].concat());
    let plan = |environment: &str| stage.check(&["plan", ".", "--locked", "--environment", environment]).code;
    assert_eq!((run(&[]).code, plan("staging"), plan("production")), (0, 0, 0));
    fs::write(stage.path("plugins/demo/staging.json"), "{\"port\": 82}\n").unwrap();
    assert!(run(&[]).out.contains("error[L013]: the plan for `staging`"), "{:?}", run(&[]));
    assert_eq!((run(&["--environment", "production"]).code, plan("staging"), plan("production")), (0, 1, 0));
}

/// Each host below a folder has its own lock; what belongs to no host cannot be locked.
#[test]
fn each_host_has_its_own() {
    let stage = staged();
    fs::create_dir(stage.path("more")).unwrap();
    fs::rename(stage.path("host.kdl"), stage.path("more/host.kdl")).unwrap();
    fs::rename(stage.path("plugins"), stage.path("more/plugins")).unwrap();
    fs::create_dir(stage.path("other")).unwrap();
    fs::copy(stage.path("more/host.kdl"), stage.path("other/host.kdl")).unwrap();
    assert_eq!(stage.check(&["lock", "."]).code, 2);
    assert_eq!((stage.check(&["lock", "more"]).code, stage.check(&["lock", "other"]).code), (0, 0));
    assert_eq!(locked(&stage).code, 0);
    fs::remove_file(stage.path("other/ambit.lock")).unwrap();
    assert!(locked(&stage).out.contains("other/host.kdl:1:6: error[L001]"), "{:?}", locked(&stage));
    fs::remove_file(stage.path("more/host.kdl")).unwrap();
    assert!(locked(&stage).err.contains("has no host profile"), "{:?}", locked(&stage));
}

/// A process that dies while it writes leaves the old lock, whole.
#[cfg(unix)]
#[test]
fn a_lock_is_written_whole_or_not_at_all() {
    let stage = staged();
    assert_eq!(stage.check(&["lock"]).code, 0);
    let old = lock(&stage);
    replace(&stage, "plugins/demo/plugin.kdl", "0.1.0", "0.2.0");
    // The first byte of any file ends the process by a signal.
    let killed = Command::new("sh")
        .args(["-c", "ulimit -f 0 && exec \"$1\" lock", "sh", env!("CARGO_BIN_EXE_plugin-check")])
        .current_dir(stage.path(""))
        .output()
        .unwrap();
    assert_eq!(killed.status.code(), None, "{killed:?}");
    assert_eq!(lock(&stage), old);
    assert!(locked(&stage).out.contains("error[L009]"), "the old lock says what it said");
    assert_eq!(stage.check(&["lock"]).code, 0);
    assert_eq!(locked(&stage).code, 0);
}

/// A folder that someone else made does not have a file outside of it read or written.
#[cfg(unix)]
#[test]
fn a_lock_that_leads_out_of_the_folder_is_neither_read_nor_written() {
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("precious");
    fs::write(&target, "precious").unwrap();
    let stage = staged();
    std::os::unix::fs::symlink(&target, stage.path("ambit.lock")).unwrap();
    for words in [&["lock"][..], &["--locked"]] {
        let run = stage.check(words);
        assert!(run.code == 2 && run.err.contains("leads out of the folder"), "{run:?}");
        assert!(!run.out.contains("precious") && !run.err.contains("precious"), "{run:?}");
    }
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
}
