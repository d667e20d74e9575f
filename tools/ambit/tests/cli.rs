//! The host command line as people and scripts use it: what runs, what is stopped, what is explained, and the exit codes.

#[path = "cli/consent.rs"]
mod consent;
#[path = "cli/executions.rs"]
mod executions;
#[path = "cli/languages.rs"]
mod languages;
#[path = "cli/stage.rs"]
mod stage;
#[path = "cli/storage.rs"]
mod storage;
#[path = "cli/terminal.rs"]
mod terminal;

use std::fs;

use plugin_check::load::{Overrides, load};
use plugin_check::locked::made;
use stage::{Run, Stage, ambit};

const GREETER: &str = "fixtures/guests/greeter.wasm";
const EXAMPLE: &str = "examples/text-tool";

/// A manifest's lines for a guest and some of its commands.
fn commands(names: &[&str]) -> String {
    let lines: String = names.iter().map(|name| format!("    {name} \"One of its commands\"\n")).collect();
    format!("wasm \"demo.wasm\"\ncommands {{\n{lines}}}")
}

/// The edits that a denial advises.
fn advice(run: &Run) -> Vec<&str> {
    run.err.lines().filter(|line| line.starts_with("help: ")).collect()
}

#[test]
fn the_example_counts_what_it_was_granted() {
    let run = ambit(&["run", EXAMPLE, "text-tool", "count", "/in"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let lines: Vec<Vec<&str>> = run.out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines.first().unwrap(), &["file", "lines", "words", "bytes"]);
    let files = fs::read_dir(format!("{}/../../{EXAMPLE}/in", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let bytes: u64 = files.map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert_eq!((lines.last().unwrap()[0], lines.last().unwrap()[3]), ("total", bytes.to_string().as_str()));
}

/// A file that was swapped does not run, and is named at the line of the lock.
#[test]
fn what_is_not_as_it_was_locked_does_not_run() {
    let stage = Stage::example("locked");
    let words = ["--locked", "text-tool", "count", "/in"];
    let none = stage.run(&words);
    assert!(none.code == 2 && none.out.is_empty() && none.err.contains("error[L001]"), "{none:?}");
    let mut workspace = load(&stage.path(""), &Overrides::default()).unwrap().pop().unwrap();
    stage.write("ambit.lock", &made(&mut workspace).unwrap().text);
    assert_eq!(stage.run(&words).code, 0);
    let wasm = stage.path("plugins/text-tool/text-tool.wasm");
    let bytes = [&fs::read(&wasm).unwrap()[..], &[0, 2, 1, b'x']].concat();
    fs::write(&wasm, bytes).unwrap();
    let swapped = stage.run(&words);
    assert!(swapped.code == 2 && swapped.out.is_empty(), "{swapped:?}");
    assert!(swapped.err.contains("error[L010]") && swapped.err.contains("ambit.lock:10:51"), "{swapped:?}");
    assert_eq!(stage.run(&words[1..]).code, 0, "who does not ask for the lock is not held to it");
}

#[test]
fn the_example_writes_where_it_may_and_nowhere_else() {
    let stage = Stage::example("report");
    let run = stage.run(&["text-tool", "report", "/in", "/out/report.md"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "wrote /out/report.md\n", ""));
    let report = fs::read_to_string(stage.path("out/report.md")).unwrap();
    assert!(report.starts_with("# Text files in `/in`\n") && report.contains("| total |"), "{report}");
    let run = stage.run(&["text-tool", "report", "/in", "/in/report.md"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("cannot write `/in/report.md`"), "{run:?}");
    assert!(run.err.contains("denied: `text-tool` cannot write `./in/report.md`\n"), "{run:?}");
    assert!(!stage.path("in/report.md").exists());
}

/// Standing still is success for a plugin that only tries; each of its tries is explained once, with all that it would take.
#[test]
fn every_way_out_of_the_example_is_refused_and_explained() {
    let stage = Stage::example("escape");
    let run = stage.run(&["text-tool", "escape"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.ends_with("\n6 of 6 attempts refused\n") && !run.out.contains("SUCCEEDED"), "{run:?}");
    for (what, kind, target) in [
        ("read `/etc/passwd`", "fs.read", "/etc/passwd"),
        ("read `/`", "fs.read", "/."),
        ("write `./in/escaped.txt`", "fs.write", "./in/escaped.txt"),
        ("write `/tmp/escaped.txt`", "fs.write", "/tmp/escaped.txt"),
    ] {
        let start = run.err.find(&format!("denied: `text-tool` cannot {what}\n")).unwrap_or_else(|| panic!("{run:?}"));
        let explained = &run.err[start..];
        let explained = explained[8..].find("denied: ").map_or(explained, |end| &explained[..end + 8]);
        assert!(explained.contains("grants.kdl:") && explained.contains("plugin.kdl:"), "{explained}");
        let grant = format!("help: allow it in the grants: `allow \"text-tool\" {{ {kind} \"{target}\" }}`\n");
        assert!(explained.contains(&grant), "{grant}{explained}");
    }
    assert_eq!(run.err.matches("denied: ").count(), 4, "each once: {run:?}");
}

#[test]
fn a_name_that_nothing_has_exits_2_with_the_nearest() {
    let stage = Stage::example("names");
    stage.append("grants.kdl", "alias \"tally\" \"text-tool:count\"");
    for (words, said) in [
        (["text-tol", "count"], "ambit: there is no plugin `text-tol`; did you mean `text-tool`?\n"),
        (["text-tool", "cuont"], "ambit: `text-tool` has no command `cuont`; did you mean `count`?\n"),
        (["text-tool", "text-tool:cuont"], "ambit: `text-tool` has no command `text-tool:cuont`; did you mean `"),
        (["text-tool", "taly"], "ambit: `text-tool` has no command `taly`; did you mean `"),
    ] {
        let run = stage.run(&words);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
        assert!(run.err.starts_with(said), "{run:?}");
    }
    let counted = stage.run(&["text-tool", "count"]).out;
    assert!(counted.contains("total"));
    for name in ["text-tool:count", "tally"] {
        let run = stage.run(&["text-tool", name]);
        assert_eq!((run.code, &run.out), (0, &counted), "{name}: {run:?}");
    }
}

#[test]
fn errors_keep_everything_from_running() {
    let stage = Stage::example("errors");
    stage.append("plugins/text-tool/plugin.kdl", "permision \"all\"");
    let run = stage.run(&["text-tool", "count"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
    assert!(run.err.contains("error[M001] unknown-field"), "{run:?}");
    assert!(run.err.contains("plugins/text-tool/plugin.kdl:"), "{run:?}");
    assert!(run.err.ends_with("ambit: there is no plan, so nothing runs\n"), "{run:?}");
    let nowhere = ambit(&["run", "nowhere", "a", "b"]);
    assert_eq!(nowhere.code, 2);
    assert!(nowhere.err.starts_with("ambit: cannot read `nowhere`: "), "{nowhere:?}");
    assert_eq!(ambit(&["run", EXAMPLE]).code, 2, "no plugin is named");
}

#[test]
fn an_artifact_that_is_gone_runs_nothing() {
    let stage = Stage::example("gone");
    fs::remove_file(stage.path("plugins/text-tool/text-tool.wasm")).unwrap();
    let run = stage.run(&["text-tool", "count"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
    assert!(run.err.contains("text-tool"), "{run:?}");
}

#[test]
fn a_quota_of_time_ends_the_command_and_names_its_line() {
    for quota in ["cpu", "wall"] {
        let more = format!("{}\nquotas {{\n    {quota} \"250 ms\"\n}}", commands(&["go"]));
        let stage = Stage::new(&format!("spin-{quota}"), "tools/ambit/tests/guests/spin.wasm", &more);
        let run = stage.run(&["demo", "go"]);
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
        let line = fs::read_to_string(stage.path("plugins/demo/plugin.kdl")).unwrap();
        let line = 1 + line.lines().position(|line| line.contains("250 ms")).unwrap();
        let place = format!("the quota `{quota}` of 250 ms (set at plugins/demo/plugin.kdl:{line}:");
        assert!(run.err.contains(&format!("ambit: `demo` was stopped: {place}")), "{place}: {run:?}");
    }
}

#[test]
fn memory_past_the_quota_is_refused() {
    let limited = |name: &str, memory: &str| {
        let more = format!("{}\nquotas {{\n    memory \"{memory}\"\n}}", commands(&["go"]));
        let stage = Stage::new(name, "tools/ambit/tests/guests/hungry.wasm", &more);
        let profile = "quotas {\n    memory default=\"1 MiB\" ceiling=\"600 MiB\"\n}";
        stage.append("host.kdl", profile);
        stage.run(&["demo", "go"])
    };
    let run = limited("hungry", "4 MiB");
    assert_eq!((run.code, run.out.as_str()), (1, "hungry\nrefused\n"), "{run:?}");
    let said = "quota `memory` of 4 MiB (set at plugins/demo/plugin.kdl:8:12) exceeded";
    assert!(run.err.contains(said), "{run:?}");
    let fed = limited("fed", "600 MiB");
    assert_eq!(fed.out, "hungry\ntook 512 MiB\n", "with enough it is not refused: {fed:?}");
}

#[test]
fn a_command_that_fails_exits_1() {
    let stage = Stage::new("status", "tools/ambit/tests/guests/exit-code.wasm", &commands(&["go"]));
    let run = stage.run(&["demo", "go"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.ends_with("ambit: `demo` ended with status 42\n"), "{run:?}");
    let stage = Stage::new("failure", GREETER, &commands(&["fail", "panic", "greet"]));
    let run = stage.run(&["demo", "fail"]);
    assert_eq!((run.code, run.err.lines().next()), (1, Some("failed, as asked")), "{run:?}");
    let run = stage.run(&["demo", "panic"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("ambit: `demo` was stopped: "), "{run:?}");
    let run = stage.run(&["demo", "greet", "you"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "hello, you\n", ""));
}

#[test]
fn a_tier_without_a_sandbox_is_not_run() {
    let more = "command \"demo-tool\"\ncommands {\n    go \"Goes\"\n}";
    let stage = Stage::new("process", "tools/ambit/tests/guests/spin.wasm", more);
    let run = stage.run(&["demo", "go"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("`demo` was not loaded: ") && run.err.contains("the tier `process`"), "{run:?}");
}

#[test]
fn an_audit_shows_what_was_allowed_too() {
    let run = ambit(&["run", "--audit", EXAMPLE, "text-tool", "count"]);
    assert_eq!(run.code, 0);
    assert!(run.err.contains("audit: text-tool#1 list: fs.read `./in` allowed\n"), "{run:?}");
    let stage = Stage::new("audit", GREETER, &commands(&["clock"]));
    let run = stage.run(&["--audit", "demo", "clock"]);
    assert_eq!(run.code, 0);
    let stood_in = " read: clock.read `wall` replaced by a stand-in: ";
    assert!(run.err.starts_with("audit: demo#") && run.err.contains(stood_in), "{run:?}");
    let without = stage.run(&["demo", "clock"]);
    assert!(!without.err.contains("audit: "), "{without:?}");
}

#[test]
fn words_after_the_command_are_the_plugins_own() {
    let stage = Stage::new("words", GREETER, &commands(&["greet"]));
    for word in ["--audit", "-x", "--", "--help", ""] {
        let run = stage.run(&["demo", "greet", word]);
        assert_eq!((run.code, run.out), (0, format!("hello, {word}\n")), "{word}: {}", run.err);
    }
}

#[test]
fn what_a_plugin_says_reaches_no_terminal_as_it_is() {
    let stage = Stage::new("terminal", GREETER, &commands(&["print", "greet", "read", "list"]));
    let hostile = "\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{2066}\u{200b}\r";
    let is_safe =
        |text: &str| text.chars().all(|c| c == '\n' || !c.is_control() && !"\u{202e}\u{2066}\u{200b}".contains(c));
    for words in [["print", hostile], ["greet", hostile], ["read", hostile], ["list", hostile]] {
        let words = [&["--audit", "demo"], &words[..]].concat();
        for run in [stage.run(&words), stage.on_a_terminal(&words)] {
            // What colours the tool's own words.
            let own = without_colours(&run.err);
            assert!(is_safe(&run.out) && is_safe(&own), "{words:?}: {run:?}");
            assert!(run.out.contains("\\u{1b}[2J") || own.contains("\\u{1b}[2J"), "it is shown: {run:?}");
        }
    }
    for words in [[hostile, "print"], ["demo", hostile]] {
        let run = stage.on_a_terminal(&words);
        assert!(run.code == 2 && is_safe(&run.out) && is_safe(&run.err), "{run:?}");
    }
}

/// The text without the colours that the tool itself puts around its words: a number or none between `[` and `m`.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    let plain = |part: &str| match part.split_once('m') {
        Some((numbers, rest)) if numbers.bytes().all(|byte| byte.is_ascii_digit() || byte == b';') => rest.to_owned(),
        _ => format!("\u{1b}[{part}"),
    };
    parts.map(plain).fold(first, |all, part| all + &part)
}

/// Each piece of advice is needed, and all of them together are enough.
#[test]
fn whoever_follows_the_advice_is_allowed() {
    let stage = Stage::new("advice", GREETER, &commands(&["read"]));
    stage.write("texts/a.txt", "of my own choice");
    let file = stage.path("texts/a.txt");
    let file = file.to_str().unwrap();
    let words = ["demo", "read", file];
    let run = stage.run(&words);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
    let texts = ["plugins/demo/plugin.kdl", "host.kdl", "grants.kdl"];
    let starts = ["ask for it in the manifest: `", "offer it in the host profile: `", "allow it in the grants: `"];
    let help = advice(&run);
    let edits: Vec<String> = help
        .iter()
        .zip(starts)
        .map(|(help, start)| {
            let edit = help.strip_prefix("help: ").and_then(|help| help.strip_prefix(start));
            edit.and_then(|edit| edit.strip_suffix('`')).unwrap_or_else(|| panic!("{help}")).to_owned()
        })
        .collect();
    assert_eq!(edits.len(), texts.len(), "{run:?}");
    // Last the manifest's: to ask for what nobody gives is an error.
    for at in [1, 2, 0] {
        assert_ne!(stage.run(&words).code, 0, "before the last edit");
        stage.append(texts[at], &edits[at]);
    }
    let run = stage.run(&words);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "of my own choice\n", ""));
    let outside = stage.path("host.kdl");
    let run = stage.run(&["demo", "read", outside.to_str().unwrap()]);
    assert_eq!(run.code, 1, "and nothing else is: {run:?}");
}

/// The same for a variable, which is held exactly.
#[test]
fn a_variable_is_read_by_grant_and_not_inherited() {
    let stage = Stage::new("variable", GREETER, &commands(&["env"]));
    let run = stage.run(&["demo", "env", "XDG_CACHE_HOME"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
    stage.append("host.kdl", "capabilities { env.read \"XDG_CACHE_HOME\" }");
    stage.append("grants.kdl", "allow \"demo\" { env.read \"XDG_CACHE_HOME\" }");
    stage.append("plugins/demo/plugin.kdl", "capabilities { env.read \"XDG_CACHE_HOME\" }");
    let run = stage.run(&["demo", "env", "XDG_CACHE_HOME"]);
    assert!(run.code == 0 && run.out.ends_with("ambit-cli-cache\n"), "{run:?}");
    assert_eq!(stage.run(&["demo", "env", "PATH"]).code, 1);
}

#[test]
fn other_texts_decide_when_they_are_named() {
    let stage = Stage::example("overrides");
    stage.write("strict.kdl", "layer \"strict\"\ndeny \"*\" {\n    fs.read \"./in/\"\n}\n");
    let run = stage.run(&["--grants", "grants.kdl", "--grants", "strict.kdl", "text-tool", "count"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
    assert!(run.err.contains("strict.kdl:3:"), "the deny is shown: {run:?}");
    let run = stage.run(&["--grants", "grants.kdl", "--host", "host.kdl", "--cache", "none", "text-tool", "count"]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn the_environment_decides_which_configuration_there_is() {
    let configuration =
        "\nconfiguration {\n    default { a 1; }\n    environment {\n        production { a 2; }\n    }\n}\n";
    let stage = Stage::new("environment", GREETER, &(commands(&["config"]) + configuration));
    let said = |more: &[&str]| {
        let run = stage.run(&[more, &["demo", "config"]].concat());
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
        run.out
    };
    assert_eq!(said(&[]), "{\"a\":1}\n");
    assert_eq!(said(&["--environment", "staging"]), "{\"a\":1}\n");
    assert_eq!(said(&["--environment", "production"]), "{\"a\":2}\n");
    assert_eq!(stage.run(&["--environment", "test", "demo", "config"]).code, 2);
}

#[test]
fn completions_and_help_name_the_verbs() {
    let run = ambit(&["completions", "bash"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.contains("_ambit()") && run.out.contains("--audit"), "{}", run.out);
    let help = ambit(&["--help"]);
    assert!(help.code == 0 && help.out.contains("run") && help.out.contains("Exit codes: "), "{help:?}");
    assert_eq!(ambit(&["--version"]).out, format!("ambit {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(ambit(&[]).code, 2);
}

#[test]
fn what_a_plugin_does_is_recorded_once() {
    let stage = Stage::example("observe");
    let words = ["--observe", "count.jsonl", "text-tool", "count"];
    let run = stage.run(&words);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    let first = fs::read_to_string(stage.path("count.jsonl")).unwrap();
    let listed = r#"{"kind":"fs.read","target":"./in","operation":"list","outcome":"allowed","count":1}"#;
    assert!(first.starts_with("{\"ambit_recording\":1,") && first.contains(listed), "{first}");
    assert_eq!(stage.run(&words).code, 0, "a recording is replaced");
    assert_eq!(fs::read_to_string(stage.path("count.jsonl")).unwrap(), first, "the same run, the same bytes");
    let run = stage.run(&["--observe", "escape.jsonl", "text-tool", "escape"]);
    assert!(run.code == 0 && run.err.contains("denied: `text-tool` cannot read"), "denials are explained too: {run:?}");
    let text = fs::read_to_string(stage.path("escape.jsonl")).unwrap();
    let denied =
        r#""target":"/etc/passwd","operation":"open","outcome":"denied","reason":"leaves its folder","count":1}"#;
    assert!(text.contains(denied), "{text}");
}

#[test]
fn a_run_that_is_stopped_is_recorded_too() {
    let more = format!("{}\nquotas {{\n    cpu \"250 ms\"\n}}", commands(&["go"]));
    let stage = Stage::new("observe-spin", "tools/ambit/tests/guests/spin.wasm", &more);
    assert_eq!(stage.run(&["--observe", "spin.jsonl", "demo", "go"]).code, 1);
    let text = fs::read_to_string(stage.path("spin.jsonl")).unwrap();
    assert!(text.contains("\"ended\":\"stopped\""), "{text}");
}

#[test]
fn a_recording_replaces_nothing_else_and_stands_where_no_plugin_writes() {
    let stage = Stage::example("observe-refused");
    let run = stage.run(&["--observe", "grants.kdl", "text-tool", "count"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "nothing runs: {run:?}");
    assert!(run.err.contains("`grants.kdl` is not written: it is there, and no recording"), "{run:?}");
    let run = stage.run(&["--observe", "out/count.jsonl", "text-tool", "count"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
    assert!(run.err.contains("`text-tool` may write there") && !stage.path("out/count.jsonl").exists(), "{run:?}");
    let run = stage.run(&["--observe", "nowhere/count.jsonl", "text-tool", "count"]);
    assert!(run.code == 2 && run.err.contains("cannot write `nowhere/count.jsonl`"), "{run:?}");
}

/// Observed, narrowed and written, the same runs do the same with less, and what they used is all that is left.
#[test]
fn a_proposal_is_enough_for_the_runs_it_was_made_from() {
    let stage = Stage::example("suggest");
    stage.write("in/deep/more.txt", "one more\n");
    let runs: [&[&str]; 2] = [&["text-tool", "count", "/in/deep"], &["text-tool", "escape"]];
    let record = |at: usize| {
        let file = format!("{at}.jsonl");
        let run = stage.run(&[&["--observe", file.as_str()], runs[at]].concat());
        assert_eq!(run.code, 0, "{run:?}");
        (run.out, fs::read_to_string(stage.path(&file)).unwrap())
    };
    let before = [record(0), record(1)];
    let allowed =
        |text: &str| text.lines().filter(|line| line.contains("\"allowed\"")).map(str::to_owned).collect::<Vec<_>>();
    let overrides = Overrides::default();
    let workspace = plugin_check::side::only(&stage.path("."), &overrides).unwrap();
    let done = workspace.compile();
    let files = [stage.path("0.jsonl"), stage.path("1.jsonl")];
    let observed = plugin_check::observed::read(&files, done.plan.as_ref().unwrap()).unwrap();
    let level = ambit_compiler::observe::Level::Folder;
    let proposed = plugin_check::propose::propose(&workspace, &done, &observed, level, false).unwrap();
    assert_eq!(proposed.fixed.write().unwrap(), 2);
    let manifest = fs::read_to_string(stage.path("plugins/text-tool/plugin.kdl")).unwrap();
    assert!(
        manifest.contains("fs.read \"./in/deep/\" as=\"/in/deep\" why=\"the texts to count are there\"\n"),
        "{manifest}"
    );
    assert!(!manifest.contains("fs.write"), "{manifest}");
    let after = [record(0), record(1)];
    // A path that leads out of a folder is refused in other words than one that leads into none.
    let refused = |out: &str| out.replace("Operation not permitted (os error 63)", "Permission denied (os error 2)");
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(
            (refused(&before.0), allowed(&before.1)),
            (refused(&after.0), allowed(&after.1)),
            "the same is done"
        );
    }
    assert!(!allowed(&after[0].1).is_empty(), "something is done");
    let run = stage.run(&["text-tool", "count", "/in"]);
    assert!(run.code != 0 && run.err.contains("denied: `text-tool` cannot read"), "and nothing else: {run:?}");
}
