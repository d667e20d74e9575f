//! Plugins in C, JavaScript and Python, under their plans. They are built by `examples/languages/build.sh`; those that are not
//! there are skipped, or fail where `AMBIT_REQUIRE_PARTS` asks for all parts.
#![expect(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::fs;
use std::path::Path;

use crate::stage::{Run, Stage, done, repository};

const EXAMPLE: &str = "examples/languages";

/// A copy of the example with the plugin, if it was built.
fn built(language: &str) -> Option<Stage> {
    let component = repository(EXAMPLE).join(format!("plugins/{language}/{language}.wasm"));
    if !component.is_file() {
        let why = format!("{EXAMPLE}/build.sh {language} was not run");
        assert!(std::env::var_os("AMBIT_REQUIRE_PARTS").is_none(), "{why}");
        println!("SKIPPED: {why}");
        return None;
    }
    let stage = Stage::empty(&format!("language-{language}"));
    for path in ["host.kdl", "grants.kdl", "secret.txt", "notes/first.txt", &format!("plugins/{language}/plugin.kdl")] {
        stage.write(path, &fs::read_to_string(repository(EXAMPLE).join(path)).unwrap());
    }
    fs::create_dir(stage.path("out")).unwrap();
    fs::copy(&component, stage.path(&format!("plugins/{language}/{language}.wasm"))).unwrap();
    Some(stage)
}

fn run(stage: &Stage, words: &[&str]) -> Run {
    let mut command = stage.command(&[&["run", "."], words].concat());
    done(command.env("LANGUAGE", "eo").env("SECRET", "never told"))
}

/// What a language reads, writes and is told is what its plan gives.
fn files_and_variables(language: &str, greeting: &str) {
    let Some(stage) = built(language) else { return };
    let greeted = run(&stage, &[language, "greet", "you"]);
    assert_eq!((greeted.code, greeted.out.trim()), (0, format!("hello from {greeting}, you").as_str()), "{greeted:?}");
    let read = |path: &str| run(&stage, &[language, "read", path]);
    assert_eq!((read("/notes/first.txt").code, read("/notes/first.txt").out.trim()), (0, "the first note"));
    for path in ["/secret.txt", "/notes/../secret.txt", "secret.txt", "/etc/passwd"] {
        refused(&read(path), language);
    }
    told_of_variables(&stage, language);
    nothing_runs_without(&stage, language, "fs.read \"./notes/\"", &["read", "/notes/first.txt"]);
}

/// What a plugin needs is denied: then there is no plan, and the same call does nothing.
fn nothing_runs_without(stage: &Stage, language: &str, right: &str, words: &[&str]) {
    stage.append("grants.kdl", &format!("deny \"{language}\" {{\n    {right}\n}}"));
    let denied = run(stage, &[&[language], words].concat());
    assert!(denied.code == 2 && denied.out.is_empty() && denied.err.contains("error[G002]"), "{denied:?}");
}

fn told_of_variables(stage: &Stage, language: &str) {
    let env = |name: &str| run(stage, &[language, "env", name]);
    assert_eq!((env("LANGUAGE").code, env("LANGUAGE").out.trim()), (0, "eo"));
    let secret = env("SECRET");
    assert!(secret.code == 1 && !secret.out.contains("never told") && !secret.err.contains("never told"), "{secret:?}");
}

fn refused(run: &Run, language: &str) {
    assert!(run.code == 1 && !run.out.contains("note") && !run.out.contains("secret"), "{run:?}");
    assert!(run.err.contains(&format!("denied: `{language}` cannot ")), "{run:?}");
}

fn exists(stage: &Stage, path: &str) -> bool {
    Path::new(&stage.path(path)).exists()
}

#[test]
fn c_does_what_its_plan_gives() {
    files_and_variables("c", "C");
    let Some(stage) = built("c") else { return };
    refused(&run(&stage, &["c", "write", "/notes/more.txt", "text"]), "c");
    assert!(!exists(&stage, "notes/more.txt"));
}

#[test]
fn python_does_what_its_plan_gives() {
    files_and_variables("python", "Python");
    let Some(stage) = built("python") else { return };
    let written = run(&stage, &["python", "write", "/out/said.txt", "text"]);
    assert_eq!((written.code, fs::read_to_string(stage.path("out/said.txt")).unwrap().as_str()), (0, "text"));
    refused(&run(&stage, &["python", "write", "/notes/more.txt", "text"]), "python");
    assert!(!exists(&stage, "notes/more.txt"));
}

#[test]
fn javascript_does_what_its_plan_gives() {
    let Some(stage) = built("javascript") else { return };
    let greeted = run(&stage, &["javascript", "greet", "you"]);
    assert_eq!((greeted.code, greeted.out.trim()), (0, "hello from JavaScript, you"), "{greeted:?}");
    told_of_variables(&stage, "javascript");
    nothing_runs_without(&stage, "javascript", "env.read \"LANGUAGE\"", &["env", "LANGUAGE"]);
}
