//! The review of a change, as the action does it: its steps are read from `action.yml` and run, in order, with their environment,
//! on a repository of git; and the hooks of pre-commit, as they are written.
#![expect(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::fs;

use serde_json::{Value, json};

use crate::action::{Action, Event, Ran, house};
use crate::comments::Comments;
use crate::stage::{Stage, example};

const PLUGIN: &str = "app/plugins/text-tool/plugin.kdl";

/// The text tool in a repository, locked and committed.
fn repository() -> Stage {
    let stage = Stage::new(&[]);
    let files = ["host.kdl", "grants.kdl", "plugins/text-tool/plugin.kdl", "plugins/text-tool/text-tool.wasm"];
    for file in files {
        let to = stage.path("app").join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(format!("{}/{file}", example()), to).unwrap();
    }
    stage.git(&["init", "--quiet", "--initial-branch", "main"]);
    lock(&stage);
    stage.commit("first");
    stage
}

fn lock(stage: &Stage) {
    assert_eq!(stage.check(&["lock", "app"]).code, 0);
}

fn replace(stage: &Stage, path: &str, old: &str, new: &str) {
    let text = fs::read_to_string(stage.path(path)).unwrap();
    assert!(text.contains(old), "{text}");
    fs::write(stage.path(path), text.replacen(old, new, 1)).unwrap();
}

/// A version that wants another folder, and grants that give it.
fn widen(stage: &Stage, folder: &str) {
    let ask = format!("    fs.read \"~/{folder}/\" as=\"/{folder}\" why=\"texts of {folder} count too\"\n    fs.write");
    replace(stage, PLUGIN, "    fs.write", &ask);
    replace(stage, "app/grants.kdl", "    fs.write", &format!("    fs.read \"~/{folder}/\"\n    fs.write"));
}

/// Reviews what lies in the work tree against a revision.
fn review(stage: &Stage, base: &str, with: &[(&str, &str)], labels: &[&str]) -> Ran {
    let event =
        Event { base: base.to_owned(), pull: String::new(), labels: json!(labels).to_string(), api: String::new() };
    Action::read().run(stage, &[&[("folder", "app")], with].concat(), &event)
}

/// The walk of `docs/review.md`.
#[test]
fn an_update_that_wants_more_is_shown_stopped_approved_and_passes() {
    let stage = repository();
    let same = review(&stage, "HEAD", &[], &[]);
    assert_eq!((same.failed.as_deref(), same.outputs["verdict"].as_str()), (None, "none"), "{same:?}");

    replace(&stage, PLUGIN, "version \"0.1.0\"", "version \"0.2.0\"");
    widen(&stage, "notes");
    let drifted = review(&stage, "HEAD", &[], &[]);
    assert_eq!(drifted.failed.as_deref(), Some("Locked"), "{drifted:?}");
    assert!(drifted.log.contains("app/ambit.lock:9:28: error[L009]: `text-tool` has version 0.2.0"), "{drifted:?}");

    lock(&stage);
    stage.commit("an update");
    let stopped = review(&stage, "HEAD~1", &[], &["bug"]);
    assert_eq!((stopped.failed.as_deref(), stopped.code), (Some("Gate"), 1), "{stopped:?}");
    assert!(stopped.summary.starts_with("### Policy diff: wider, medium\n"), "{stopped:?}");
    assert!(stopped.summary.contains("- **+** can now read `/home/user/notes` **[medium]**\n"), "{stopped:?}");
    let label = format!("ambit-allow-{}", stopped.outputs["approval"]);
    assert!(label.len() <= 50 && stopped.summary.contains(&format!("with the label `{label}`.")), "{stopped:?}");
    assert!(stopped.log.ends_with(&format!("add the label {label}\n")), "{stopped:?}");

    assert_eq!(review(&stage, "HEAD~1", &[], &["bug", &label]).failed, None);
    assert_eq!(review(&stage, "HEAD~1", &[("allow-widening", "true")], &[]).failed, None);
    assert_eq!(review(&stage, "HEAD~1", &[("allow-widening", &stopped.outputs["approval"])], &[]).failed, None);

    // Lines that move are nothing new, and anything more is.
    replace(&stage, "app/grants.kdl", "layer \"user\"", "\n\n// a remark\nlayer \"user\"");
    lock(&stage);
    assert_eq!(review(&stage, "HEAD~1", &[], &[&label]).failed, None);
    widen(&stage, "letters");
    lock(&stage);
    let more = review(&stage, "HEAD~1", &[], &[&label]);
    assert_eq!(more.failed.as_deref(), Some("Gate"), "{more:?}");
    assert_ne!(more.outputs["approval"], stopped.outputs["approval"]);
}

#[test]
fn a_swapped_artifact_and_a_lock_that_is_taken_away_are_caught() {
    let stage = repository();
    let wasm = stage.path("app/plugins/text-tool/text-tool.wasm");
    let good = fs::read(&wasm).unwrap();
    fs::write(&wasm, [&good[..], &[0, 2, 1, b'x']].concat()).unwrap();
    let swapped = review(&stage, "HEAD", &[], &[]);
    assert_eq!((swapped.failed.as_deref(), swapped.code), (Some("Locked"), 1), "{swapped:?}");
    assert!(swapped.log.contains("app/ambit.lock:10:51: error[L010]: `text-tool` runs another file"), "{swapped:?}");
    assert!(swapped.log.contains("::error file=app/ambit.lock,line=10,"), "it stands at its line: {swapped:?}");
    assert_eq!(review(&stage, "HEAD", &[("lock", "off")], &[]).failed, None);
    fs::remove_file(stage.path("app/ambit.lock")).unwrap();
    let taken = review(&stage, "HEAD", &[], &[]);
    assert!(taken.failed.as_deref() == Some("Locked") && taken.log.contains("was taken away"), "{taken:?}");
    stage.commit("without");
    assert_eq!(review(&stage, "HEAD", &[], &[]).failed, None, "there was none before");
    let required = review(&stage, "HEAD", &[("lock", "required")], &[]);
    assert!(required.failed.as_deref() == Some("Locked") && required.log.contains("error[L001]"), "{required:?}");
}

/// Where nothing can be compared, nothing passes unseen.
#[test]
fn what_cannot_be_compared_does_not_pass_by_itself() {
    let stage = repository();
    replace(&stage, "app/host.kdl", "host \"workbench\"", "host \"workshop\"");
    replace(&stage, PLUGIN, "workbench \"^1.0\"", "workshop \"^1.0\"");
    lock(&stage);
    let other = review(&stage, "HEAD", &[], &[]);
    assert_eq!((other.failed.as_deref(), other.outputs["verdict"].as_str()), (Some("Gate"), "unknown"), "{other:?}");
    assert!(other.summary.contains("    plugin-check: they are plans of two hosts"), "{other:?}");
    let label = format!("ambit-allow-{}", other.outputs["approval"]);
    let approved = review(&stage, "HEAD", &[], &[&label]);
    assert_eq!(approved.failed, None, "{approved:?}");

    fs::create_dir(stage.path("more")).unwrap();
    fs::copy(stage.path("app/host.kdl"), stage.path("more/host.kdl")).unwrap();
    let new = review(&stage, "HEAD", &[("folder", "more")], &[&label]);
    assert_eq!((new.failed.as_deref(), new.outputs["verdict"].as_str()), (Some("Gate"), "new"), "{new:?}");

    replace(&stage, PLUGIN, "version \"0.1.0\"", "version \"one\"");
    let broken = review(&stage, "HEAD", &[("allow-widening", "true")], &[&label]);
    assert_eq!((broken.failed.as_deref(), broken.outputs["verdict"].as_str()), (Some("Check"), "broken"), "{broken:?}");
}

/// What others write reaches no shell and no runner.
#[test]
fn settings_are_words_and_no_commands() {
    let stage = repository();
    let bad =
        ["$(touch ran)", "`touch ran`", "app; touch ran", "../app", "/", "-app", "HEAD:app", "app\nran", "nowhere"];
    for folder in bad {
        let ran = review(&stage, "HEAD", &[("folder", folder)], &[]);
        assert_eq!((ran.failed.as_deref(), ran.code), (Some("Compare"), 2), "{folder}: {ran:?}");
    }
    for base in ["--help", "$(touch ran)", "HEAD:app", "gone", "", "0000000000000000000000000000000000000000"] {
        let ran = review(&stage, base, &[], &[]);
        assert_eq!((ran.failed.as_deref(), ran.code), (Some("Compare"), 2), "{base}: {ran:?}");
    }
    widen(&stage, "notes");
    lock(&stage);
    for label in ["$(touch ran)", "\") or true #", "ambit-allow-", "ambit-allow-none"] {
        let ran = review(&stage, "HEAD", &[], &[label]);
        assert_eq!((ran.failed.as_deref(), ran.code), (Some("Gate"), 1), "{label}: {ran:?}");
        assert!(ran.log.contains("::stop-commands::"), "what users wrote is shown as text: {ran:?}");
    }
    assert!(!stage.path("ran").exists() && !stage.path("app/ran").exists(), "nothing ran");
    for step in &Action::read().steps {
        assert!(
            !step.run.contains("${{") && step.uses.is_empty(),
            "{}: nothing is pasted, nothing is fetched",
            step.name
        );
    }
}

#[test]
fn one_comment_is_written_again() {
    let stage = repository();
    widen(&stage, "notes");
    lock(&stage);
    let comments = Comments::serve("secret");
    let event = |pull: &str| Event {
        base: "HEAD".to_owned(),
        pull: pull.to_owned(),
        labels: "[]".to_owned(),
        api: comments.address.clone(),
    };
    let with = [("folder", "app"), ("comment", "true"), ("token", "secret")];
    let run = |with: &[(&str, &str)], pull: &str| Action::read().run(&stage, with, &event(pull));
    let first = run(&with, "7");
    assert!(first.log.contains("review: commented\n"), "{first:?}");
    let (all, mark) = (comments.all(), "<!-- ambit-review ");
    assert!(all.len() == 1 && all[0].body.starts_with(mark) && all[0].body.contains("can now read"), "{all:?}");
    assert!(!first.log.contains("secret"), "{first:?}");

    // A person who writes the same is a person, and comments of others fill the first page.
    comments.put("User", &all[0].body, 0);
    (0..120).for_each(|_| comments.put("User", "yes", 1));
    widen(&stage, "letters");
    lock(&stage);
    let again = run(&with, "7");
    assert!(again.log.contains("review: commented\n"), "{again:?}");
    let bots: Vec<_> = comments.all().into_iter().filter(|one| one.kind == "Bot").collect();
    assert!(bots.len() == 1 && bots[0].body.contains("/home/user/letters"), "{bots:?}");
    assert!(comments.all().iter().any(|one| one.kind == "User" && one.body == all[0].body), "a person's stays");

    for (with, pull, says) in [
        (&with[..1], "7", "nobody asked for one"),
        (&with[..2], "7", "there is no token"),
        (&with[..], "", "this is no pull request"),
    ] {
        let ran = run(with, pull);
        assert!(ran.log.contains(&format!("review: no comment: {says}\n")), "{ran:?}");
        assert_eq!(ran.failed.as_deref(), Some("Gate"), "{ran:?}");
    }
    let refused = run(&[with[0], with[1], ("token", "wrong")], "7");
    assert!(refused.log.contains("review: no comment: the comments cannot be listed\n"), "{refused:?}");
    assert_eq!(refused.failed.as_deref(), Some("Gate"), "{refused:?}");
}

/// The hooks as they are written, without what runs them; with it where it is installed.
#[test]
fn hooks_of_pre_commit_do_what_they_say() {
    let stage = repository();
    let hooks = crate::action::yaml(&house(".pre-commit-hooks.yaml"));
    let run = |id: &str, more: &[&str]| {
        let hook = hooks.as_array().unwrap().iter().find(|hook| hook["id"] == id).unwrap();
        assert_eq!((&hook["language"], &hook["pass_filenames"]), (&json!("system"), &json!(false)));
        let words = |value: &Value| value.as_str().unwrap().split(' ').map(str::to_owned).collect::<Vec<_>>();
        let entry = words(&hook["entry"]);
        assert_eq!(entry[0], "plugin-check");
        let own: Vec<String> = hook["args"].as_array().unwrap().iter().flat_map(words).collect();
        let args: Vec<&str> = if more.is_empty() { own.iter().map(String::as_str).collect() } else { more.to_vec() };
        let entry: Vec<&str> = entry[1..].iter().map(String::as_str).chain(args).collect();
        stage.check(&entry)
    };
    assert_eq!(hooks.as_array().unwrap().len(), 3);
    let all = |folder: &[&str], widening: &[&str]| {
        ["ambit-check", "ambit-locked"]
            .map(|id| run(id, folder).code)
            .into_iter()
            .chain([run("ambit-widening", widening).code])
            .collect::<Vec<_>>()
    };
    let (app, from) = (["app"], ["HEAD:app", "app"]);
    assert_eq!(all(&app, &from), [0, 0, 0]);
    widen(&stage, "notes");
    assert_eq!(all(&app, &from), [0, 1, 1]);
    assert!(run("ambit-widening", &from).out.contains("can now read"));
    lock(&stage);
    assert_eq!(all(&app, &from), [0, 0, 1]);
    replace(&stage, PLUGIN, "version \"0.1.0\"", "version \"one\"");
    assert_eq!(all(&app, &from), [1, 1, 2]);
    // As they are without settings: the repository is the folder.
    fs::remove_dir_all(stage.path("app")).unwrap();
    assert_eq!(stage.check(&["lock"]).code, 0);
    stage.commit("one host");
    assert_eq!(all(&[], &[]), [0, 0, 0]);
}
