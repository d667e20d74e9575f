//! Consent as people give it: who is asked, on what, what lasts, and what nobody can slip past them.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use std::fs;
use std::path::PathBuf;

use crate::stage::{self, Run, Stage};
use crate::terminal::typed;

/// The text tool, whose grants ask before it may write.
struct Desk {
    stage: Stage,
    data: PathBuf,
}

const COUNT: [&str; 3] = ["text-tool", "count", "/in"];
const REPORT: [&str; 4] = ["text-tool", "report", "/in", "/out/report.md"];
const GRANTS: &str = "allow \"text-tool\" {\n    fs.read \"./in/\"\n}\nask \"text-tool\" {\n    fs.write \"./\"\n}\n";

impl Desk {
    fn new(name: &str) -> Desk {
        let stage = Stage::example(&format!("consent-{name}"));
        let data = stage.path("").with_extension("data");
        if data.exists() {
            fs::remove_dir_all(&data).unwrap();
        }
        stage.write("grants.kdl", GRANTS);
        Desk { stage, data }
    }

    /// What is typed on a terminal, and the words of `ambit run .`.
    fn run(&self, keys: &str, words: &[&str]) -> Run {
        self.ambit(keys, &[&["run", "."], words].concat())
    }

    fn ambit(&self, keys: &str, words: &[&str]) -> Run {
        typed(keys, self.stage.command(words).env("XDG_DATA_HOME", &self.data).env_remove("XDG_RUNTIME_DIR"))
    }

    /// The same where there is no terminal.
    fn quiet(&self, words: &[&str]) -> Run {
        let mut command = self.stage.command(words);
        stage::done(command.env("XDG_DATA_HOME", &self.data).env_remove("XDG_RUNTIME_DIR"))
    }

    fn list(&self) -> String {
        self.quiet(&["consent", "list"]).out.lines().skip(1).map(|line| format!("{}\n", line.trim())).collect()
    }

    fn edit(&self, path: &str, change: impl FnOnce(&str) -> String) {
        let text = fs::read_to_string(self.stage.path(path)).unwrap();
        self.stage.write(path, &change(&text));
    }
}

const MANIFEST: &str = "plugins/text-tool/plugin.kdl";

#[test]
fn a_question_is_asked_answered_and_remembered() {
    let desk = Desk::new("remembered");
    let run = desk.run("a\n", &REPORT);
    assert_eq!(run.code, 0, "{run:?}");
    for line in [
        "text-tool 0.1.0 asks to write (fs.write); it does not run without",
        "  ./out/**",
        "  risk:  high",
        "  why:   \"the report goes there\" (plugins/text-tool/plugin.kdl:19:14)",
        "  asked: `fs.write \"./\"` (grants.kdl:5:14)",
        "Allow it? [o]nce, [a]lways, [N]o, ne[v]er: ",
    ] {
        assert!(run.err.contains(line), "{line}\n{}", run.err);
    }
    assert!(desk.stage.path("out/report.md").exists());
    let run = desk.run("", &REPORT);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "nobody is asked again");
    assert_eq!(desk.list(), "always  text-tool 0.1.0: fs.write `./out/**`\n");
    let shown = desk.quiet(&["consent", "show", "text-tool"]);
    assert!(shown.code == 0 && shown.out.contains("    ./out/**\n") && shown.out.contains("file sha256:"), "{shown:?}");

    let run = desk.quiet(&["consent", "revoke", "text-tool", "--capability", "fs.write"]);
    assert_eq!((run.code, run.out.as_str()), (0, "took back 1 answer about `text-tool`\n"));
    let run = desk.quiet(&["consent", "revoke", "text-tool"]);
    assert_eq!(run.code, 1, "{run:?}");
    let run = desk.run("\n", &REPORT);
    assert!(run.code == 2 && run.err.contains("Allow it?"), "what was taken back is asked again: {run:?}");
}

#[test]
fn where_nobody_can_answer_nothing_is_given() {
    let desk = Desk::new("nobody");
    let run = desk.quiet(&[&["run", "."], &REPORT[..]].concat());
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(!run.err.contains("Allow it?"), "{run:?}");
    let help = "add to the grants: `allow \"text-tool\" { fs.write \"./out/\" }`";
    let why = "ambit: there is no plan, and nobody to ask: run it on a terminal, or write the grants\n";
    assert!(run.err.contains(help) && run.err.ends_with(why), "{run:?}");
    let run = desk.run("a\n", &[&["--consents", "none"], &REPORT[..]].concat());
    assert!(run.code == 2 && !run.err.contains("Allow it?"), "{run:?}");
    assert_eq!(desk.list(), "");
}

#[test]
fn once_is_for_once_and_never_is_for_good() {
    let desk = Desk::new("once");
    assert_eq!(desk.run("o\n", &COUNT).code, 0);
    let run = desk.run("v\n", &COUNT);
    assert!(
        run.code == 2 && run.err.contains("Allow it?") && run.err.contains("the answer was no, for good"),
        "{run:?}"
    );
    let run = desk.run("a\n", &COUNT);
    assert!(run.code == 2 && !run.err.contains("Allow it?"), "{run:?}");
    assert_eq!(desk.list(), "never   text-tool 0.1.0: fs.write `./out/**`\n");
    // The user's own allow stands above what was answered.
    desk.stage.append("grants.kdl", "allow \"text-tool\" {\n    fs.write \"./out/\"\n}");
    assert_eq!(desk.run("", &COUNT).code, 0);
}

#[test]
fn an_update_is_asked_about_what_is_new_in_it() {
    let desk = Desk::new("update");
    desk.edit("host.kdl", |text| text.replace("fs.write \"./out/\"", "fs.write \"./out/\" \"./log/\""));
    fs::create_dir(desk.stage.path("log")).unwrap();
    assert_eq!(desk.run("a\n", &COUNT).code, 0);
    let version = |from: &str, to: &str| {
        desk.edit(MANIFEST, |text| text.replace(&format!("version \"{from}\""), &format!("version \"{to}\"")));
    };
    let swap = |name: &str| {
        let file = desk.stage.path("plugins/text-tool/text-tool.wasm");
        let mut bytes = fs::read(&file).unwrap();
        // A section of its own, with a name: another file that does the same.
        bytes.extend([0, 1 + u8::try_from(name.len()).unwrap(), u8::try_from(name.len()).unwrap()]);
        bytes.extend(name.bytes());
        fs::write(&file, bytes).unwrap();
    };
    version("0.1.0", "0.2.0");
    swap("a");
    let run = desk.run("", &COUNT);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "an update that wants no more asks nothing");
    swap("b");
    let run = desk.run("\n", &COUNT);
    assert!(run.code == 2 && run.err.contains("NOT the one of 0.2.0 that you said yes to"), "{run:?}");
    assert_eq!(desk.run("a\n", &COUNT).code, 0);
    version("0.2.0", "0.3.0");
    swap("c");
    desk.edit(MANIFEST, |text| {
        text.replace("capabilities {", "capabilities {\n    fs.write \"./log/\" optional=#true")
    });
    let run = desk.run("n\n", &COUNT);
    assert!(run.code == 0 && run.err.contains("an update of 0.2.0; this is new in it"), "{run:?}");
    assert!(run.err.contains("  ./log/**\n") && !run.err.contains("  ./out/**\n"), "only what is new: {}", run.err);
    assert!(run.err.contains("it runs without, and can do less"), "{run:?}");
}

#[test]
fn what_authors_write_drives_no_terminal() {
    let desk = Desk::new("escape");
    desk.edit(MANIFEST, |text| text.replace("the report goes there", "\\u{1b}[2K\\u{202e}trust me"));
    let run = desk.run("\n", &COUNT);
    assert!(run.err.contains("\"\\u{1b}[2K\\u{202e}trust me\"") && !run.err.contains('\u{202e}'), "{run:?}");
    let asked = run.err.split("Allow it?").next().unwrap();
    assert!(!asked.contains('\u{1b}'), "{run:?}");
}

#[test]
fn answers_that_cannot_be_believed_stop_the_run() {
    let desk = Desk::new("damaged");
    desk.run("v\n", &COUNT);
    let folder = desk.data.join("ambit/consents");
    let file = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let file = file.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "json")).unwrap();
    let before = fs::read_to_string(&file).unwrap();
    fs::write(&file, before.replace("\"no\"", "\"yes\"")).unwrap();
    for words in [&[&["run", "."], &COUNT[..]].concat()[..], &["consent", "list"], &["consent", "show", "text-tool"]] {
        let run = desk.quiet(words);
        assert!(run.code == 2 && run.err.contains("its seal does not fit"), "{words:?}: {run:?}");
    }
    // Grants that ask about nothing need no answers.
    desk.stage.write("grants.kdl", &GRANTS.replace("ask", "allow"));
    assert_eq!(desk.quiet(&[&["run", "."], &COUNT[..]].concat()).code, 0);
    fs::write(&file, before).unwrap();
    assert_eq!(desk.quiet(&["consent", "list"]).code, 0);
}

#[test]
fn answers_are_kept_where_no_plugin_writes_or_comes_from() {
    let desk = Desk::new("reach");
    for (folder, says) in [
        ("out/answers", "`text-tool` may write where answers are kept"),
        ("plugins/text-tool/answers", "is in the folder of a plugin"),
    ] {
        let run = desk.run("a\n", &[&["--consents", folder], &COUNT[..]].concat());
        assert!(run.code == 2 && run.err.contains(says), "{folder}: {run:?}");
    }
    assert_eq!(desk.run("a\n", &[&["--consents", "answers"], &COUNT[..]].concat()).code, 0);
}

#[test]
fn a_session_lasts_until_it_ends() {
    let desk = Desk::new("session");
    let runtime = desk.data.join("runtime");
    fs::create_dir_all(&runtime).unwrap();
    let run = |keys: &str| {
        let mut command = desk.stage.command(&[&["run", "."], &COUNT[..]].concat());
        typed(keys, command.env("XDG_DATA_HOME", &desk.data).env("XDG_RUNTIME_DIR", &runtime))
    };
    assert!(run("s\n").err.contains("this [s]ession, "));
    assert_eq!((run("").code, desk.list().as_str()), (0, ""));
    let consent = |words: &[&str]| {
        let mut command = desk.stage.command(&[&["consent"], words].concat());
        stage::done(command.env("XDG_DATA_HOME", &desk.data).env("XDG_RUNTIME_DIR", &runtime))
    };
    assert!(consent(&["list"]).out.ends_with("  session text-tool 0.1.0: fs.write `./out/**`\n"));
    assert!(consent(&["show", "text-tool"]).out.contains("asked again in another session"));
    assert_eq!(consent(&["revoke", "text-tool"]).out, "took back 1 answer about `text-tool`\n");
    assert_eq!(run("s\n").code, 0, "what was taken back is asked again");
    fs::remove_dir_all(&runtime).unwrap();
    assert_eq!(run("\n").code, 2);
}

#[test]
fn the_page_shows_the_question_as_it_is_asked() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/consent.md")).unwrap();
    let block =
        |word: &str| page.split(&format!("```{word}\n")).nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let desk = Desk::new("page");
    desk.stage.write("grants.kdl", block("kdl"));
    fs::create_dir_all(&desk.data).unwrap();
    let mut command = desk.stage.command(&[&["run", "."], &COUNT[..]].concat());
    let asked = typed("\n", command.env("XDG_DATA_HOME", &desk.data).env("XDG_RUNTIME_DIR", &desk.data)).err;
    let asked = asked.split("ne[v]er:").next().unwrap().trim_start();
    let plain = |text: &str| {
        let lines = text.lines().filter(|line| !line.contains("sha256:"));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    assert_eq!(plain(block("text").split("ne[v]er:").next().unwrap()), plain(asked));
}

#[test]
fn a_list_for_machines_is_json() {
    let desk = Desk::new("json");
    desk.run("a\n", &COUNT);
    let run = desk.quiet(&["consent", "list", "--format", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(listed[0]["plugin"], "text-tool");
    assert_eq!(listed[0]["patterns"], serde_json::json!(["./out/**"]));
}
