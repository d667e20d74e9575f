//! `suggest`: what it says, what it writes, and every recording that it does not believe.
#![expect(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::fs;

use ambit_schema::capability::Kind;
use ambit_schema::name::PluginId;
use ambit_schema::plan::Plan;
use ambit_schema::recording::{Ended, Header, MAX_ENTRIES, Notes, Outcome, Recording, Refusal};
use ambit_schema::wire;
use plugin_check::load::{Overrides, load};
use serde_json::Value;

use crate::stage::{Stage, check};

const MANIFEST: &str = "id \"demo\"
version \"0.1.0\"
capabilities {
    fs.read \"./data/\" \"./more/\" // its texts
}
";
const GRANTS: &str = "allow \"demo\" {\n    fs.read \"./data/\" \"./more/\"\n}\n";

fn stage() -> Stage {
    Stage::new(&[("plugins/demo/plugin.kdl", MANIFEST), ("grants.kdl", GRANTS)])
}

fn plan(stage: &Stage) -> Plan {
    load(&stage.path("."), &Overrides::default()).unwrap().pop().unwrap().compile().plan.unwrap()
}

/// Records some operations under the plan of the folder as it is, and lets `change` damage them.
fn record(stage: &Stage, file: &str, operations: &[(Kind, &str, Outcome)], change: impl Fn(&mut Recording)) {
    let plan = plan(stage);
    let mut notes = Notes::default();
    operations.iter().for_each(|(kind, target, outcome)| notes.note(*kind, target, "open", *outcome));
    let header = Header::new(&plan, &wire::hash(&plan), plan.plugin("demo").unwrap());
    let mut recording = Recording { header, notes, ended: Ended::Success };
    change(&mut recording);
    fs::write(stage.path(file), wire::encode_recording(&recording)).unwrap();
}

const USED: (Kind, &str, Outcome) = (Kind::FsRead, "./data/a/x.txt", Outcome::Allowed);
const DENIED: (Kind, &str, Outcome) = (Kind::FsRead, "./else/x.txt", Outcome::Denied(Refusal::NotGranted));

#[test]
fn a_proposal_is_shown_and_written_only_where_that_is_asked_for() {
    let stage = stage();
    record(&stage, "run.jsonl", &[USED], |_| {});
    let run = stage.check(&["suggest", "run.jsonl"]);
    assert_eq!((run.code, run.err.as_str()), (0, "2 files would change: `--apply` writes it\n"));
    assert!(
        run.out.contains("- request plugins/demo/plugin.kdl:4:13 fs.read `./data/`: becomes `./data/a/`\n"),
        "{run:?}"
    );
    assert!(run.out.contains("+    fs.read \"./data/a/\" // its texts\n"), "{run:?}");
    let text = || fs::read_to_string(stage.path("plugins/demo/plugin.kdl")).unwrap();
    assert_eq!(text(), MANIFEST);
    let run = stage.check(&["suggest", "run.jsonl", ".", "--apply", "--format", "json"]);
    let said: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.code, run.err.as_str(), &said["applied"]), (0, "", &true.into()), "{run:?}");
    assert_eq!(said["plugins"][0]["requests"][1]["fate"], "unused");
    assert_eq!(text(), MANIFEST.replace("\"./data/\" \"./more/\"", "\"./data/a/\""));
    let grants = fs::read_to_string(stage.path("grants.kdl")).unwrap();
    assert_eq!(grants, GRANTS.replace("\"./data/\" \"./more/\"", "\"./data/a/\""));
    assert_eq!(stage.check(&["."]).code, 0, "what is written compiles");
    let run = stage.check(&["suggest", "run.jsonl"]);
    assert!(run.code == 2 && run.err.contains("run.jsonl:1:1: it was recorded under another plan"), "{run:?}");
    record(&stage, "again.jsonl", &[USED], |_| {});
    let run = stage.check(&["suggest", "again.jsonl"]);
    assert_eq!((run.code, run.err.as_str()), (0, "nothing is to be changed\n"));
}

#[test]
fn what_was_denied_is_proposed_only_where_that_is_asked_for() {
    let stage = stage();
    record(&stage, "run.jsonl", &[USED, DENIED], |_| {});
    let run = stage.check(&["suggest", "run.jsonl"]);
    assert!(run.code == 0 && !run.out.contains("./else/"), "{run:?}");
    let run = stage.check(&["suggest", "run.jsonl", "--with-denied", "--apply"]);
    assert!(run.code == 0 && run.out.contains("more authority, for what was denied:\n"), "{run:?}");
    assert!(run.out.contains("  + can now read `./else`  [medium]\n"), "{run:?}");
    let may = stage.check(&["why", ".", "demo", "fs.read", "./else/x.txt"]);
    assert_eq!(may.code, 0, "{may:?}");
}

#[test]
fn recordings_are_joined_and_levels_are_kept() {
    let stage = stage();
    record(&stage, "a.jsonl", &[USED], |_| {});
    record(&stage, "b.jsonl", &[(Kind::FsRead, "./more/x", Outcome::Allowed)], |_| {});
    let run = stage.check(&["suggest", "a.jsonl", "b.jsonl", "."]);
    assert!(run.out.contains("demo: 2 recordings, level folder\n"), "{run:?}");
    assert!(run.out.contains("fs.read `./more/`: as it stands\n"), "{run:?}");
    let exact = stage.check(&["suggest", "a.jsonl", "--level", "exact"]);
    assert!(exact.out.contains("fs.read `./data/`: becomes `./data/"), "{exact:?}");
    let whole = stage.check(&["suggest", "a.jsonl", "--level", "request"]);
    assert!(whole.out.contains("fs.read `./data/`: as it stands\n"), "{whole:?}");
    assert!(whole.out.contains("fs.read `./more/`: not used: it goes\n"), "{whole:?}");
}

/// A recording is a claim like any other. What it says is held to the plan, line by line.
#[test]
fn what_cannot_be_true_is_not_believed() {
    let stage = stage();
    let told = |operations: &[(Kind, &str, Outcome)], change: &dyn Fn(&mut Recording), words: &str| {
        record(&stage, "bad.jsonl", operations, change);
        let run = stage.check(&["suggest", "bad.jsonl", "."]);
        assert!((run.code, run.out.as_str()) == (2, "") && run.err.contains(words), "{words}: {run:?}");
    };
    let allowed = (Kind::FsRead, "/etc/passwd", Outcome::Allowed);
    told(
        &[USED, allowed],
        &|_| {},
        "bad.jsonl:3:1: it says that `open` of fs.read `/etc/passwd` was allowed, and the plan",
    );
    let granted = (Kind::FsRead, "./data/x", Outcome::Denied(Refusal::NotGranted));
    told(
        &[granted],
        &|_| {},
        "bad.jsonl:2:1: it says that `open` of fs.read `./data/x` was not granted, and the plan allows it",
    );
    told(&[(Kind::FsRead, "./data/x", Outcome::StoodIn)], &|_| {}, "had a stand-in");
    let rename = |recording: &mut Recording, change: &dyn Fn(&mut ambit_schema::recording::Entry)| {
        let entries = std::mem::take(&mut recording.notes.entries);
        let change = |(mut entry, count)| {
            change(&mut entry);
            (entry, count)
        };
        recording.notes.entries = entries.into_iter().map(change).collect();
    };
    told(&[USED], &|all| rename(all, &|one| one.kind = "fs.\u{7}".into()), "no kind of right `fs.\\u{7}`");
    told(&[USED], &|all| rename(all, &|one| one.target = "data".into()), "cannot be a target of `fs.read`");
    told(&[USED], &|all| rename(all, &|one| one.target = "./a/\u{202e}".into()), "the invisible character U+202E");
    told(&[USED], &|all| rename(all, &|one| one.target = "./data//x".into()), "not how a recording writes this target");
    told(&[USED], &|all| rename(all, &|one| one.operation = "o\u{1b}".into()), "no word for an operation");
    told(&[USED], &|all| all.header.plugin = PluginId::parse("other").unwrap(), "the plan has no plugin `other`");
    told(&[USED], &|all| all.header.version.major = 9, "its first line is not what the plan says");
    told(&[USED], &|all| all.header.plan = format!("sha256:{}", "0".repeat(64)), "recorded under another plan");
    told(&[USED], &|all| all.notes.left_out = 3, "bad.jsonl:3:1: it is not complete: 3 operations");
}

#[test]
fn what_is_no_recording_is_told() {
    let stage = stage();
    for (words, says) in [
        (&["suggest"][..], "required arguments were not provided"),
        (&["suggest", "."], "name a recording"),
        (&["suggest", "nothing.jsonl", "."], "cannot read `nothing.jsonl`"),
        (&["suggest", "grants.kdl", "."], "grants.kdl:1:1: it is no recording: `ambit run --observe` writes them"),
        (&["suggest", "plugins", "."], "cannot read `plugins`: it is not a regular file"),
    ] {
        let run = stage.check(words);
        assert!(run.code == 2 && run.out.is_empty() && run.err.contains(says), "{words:?}: {run:?}");
    }
    assert!(check(&["suggest", "--help"]).out.contains("Exit codes: 0 it is proposed"));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_is_left_alone() {
    let stage = stage();
    record(&stage, "run.jsonl", &[USED], |_| {});
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("plugin.kdl");
    fs::write(&file, MANIFEST).unwrap();
    fs::remove_file(stage.path("plugins/demo/plugin.kdl")).unwrap();
    std::os::unix::fs::symlink(&file, stage.path("plugins/demo/plugin.kdl")).unwrap();
    let run = stage.check(&["suggest", "run.jsonl", "--apply"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), MANIFEST);
}

/// Linting is held against recordings, and `--fix` makes what is safe: what a plugin works without and did not use.
#[test]
fn findings_are_held_against_recordings() {
    let manifest =
        MANIFEST.replace("\"./more/\" //", "//").replace("}\n", "    fs.write \"./out/\" optional=#true\n}\n");
    let grants = GRANTS.replace("}\n", "    fs.write \"./out/\"\n}\n");
    let host = "host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\ncapabilities {\n    fs.read \"./\"\n    fs.write \"./\"\n}\n";
    let stage = Stage::new(&[("plugins/demo/plugin.kdl", &manifest), ("grants.kdl", &grants), ("host.kdl", host)]);
    let quiet = stage.check(&["."]);
    record(&stage, "run.jsonl", &[USED], |_| {});
    let run = stage.check(&["--observed", "run.jsonl", "--format", "short", "."]);
    let broader =
        "plugins/demo/plugin.kdl:4:13: note[O002]: `demo` asks for `fs.read` of `./data/`, and used only `./data/a/`";
    let unused = "plugins/demo/plugin.kdl:5:14: warning[O001]: `demo` asks for `fs.write` of `./out/`";
    assert!(run.code == 0 && run.out.contains(broader) && run.out.contains(unused), "{run:?}");
    assert!(!quiet.out.contains("O00"), "nobody asked: {quiet:?}");
    let denied = stage.check(&["--observed", "run.jsonl", "--deny", "O001", "."]);
    assert_eq!(denied.code, 1, "{denied:?}");
    let locked = stage.check(&["--observed", "run.jsonl", "--fix", "."]);
    assert_eq!(locked.code, 0, "{locked:?}");
    let text = || fs::read_to_string(stage.path("plugins/demo/plugin.kdl")).unwrap();
    assert!(!text().contains("fs.write") && text().contains("fs.read \"./data/\""), "{}", text());
    let stale = stage.check(&["--observed", "run.jsonl", "."]);
    assert!(stale.code == 2 && stale.err.contains("run.jsonl:1:1: it was recorded under another plan"), "{stale:?}");
    record(&stage, "again.jsonl", &[USED], |_| {});
    let fixed = stage.check(&["--observed", "again.jsonl", "--fix", "--unsafe", "."]);
    assert_eq!(fixed.code, 0, "{fixed:?}");
    assert!(text().contains("fs.read \"./data/a/\" // its texts"), "{}", text());
    assert_eq!(stage.check(&["why", ".", "demo", "fs.read", "./data/a/x.txt"]).code, 0);
}

#[test]
fn recordings_without_a_plan_are_told() {
    let stage = Stage::new(&[("plugins/demo/plugin.kdl", "id \"demo\"\nversion \"1\"\n")]);
    fs::write(stage.path("run.jsonl"), "{}").unwrap();
    let run = stage.check(&["--observed", "run.jsonl", "."]);
    assert!(
        run.code == 2 && run.out.contains("M005") && run.err.contains("no recording can be held to a plan"),
        "{run:?}"
    );
}

/// As many operations as a recording keeps, each in a folder of its own, are read and looked at; they are too many to write down.
#[test]
fn a_full_recording_is_looked_at_in_bounded_time() {
    let stage = stage();
    let targets: Vec<String> = (0..MAX_ENTRIES).map(|at| format!("./data/{at}/{}/x.txt", at * 7)).collect();
    let used: Vec<_> = targets.iter().map(|target| (Kind::FsRead, target.as_str(), Outcome::Allowed)).collect();
    record(&stage, "run.jsonl", &used, |_| {});
    let run = stage.check(&["suggest", "run.jsonl", "--format", "json"]);
    let said: Value = serde_json::from_str(&run.out).unwrap();
    let why = "what was used of it takes 10000 patterns, more than anyone would read";
    assert_eq!((run.code, &said["plugins"][0]["requests"][0]["why"]), (0, &why.into()), "{said}");
    assert_eq!(stage.check(&["suggest", "run.jsonl", "--level", "request"]).code, 0);
}
