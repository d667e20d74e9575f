//! Answers that can be acted on: whoever makes the edits that `why-not` names is allowed, and whoever leaves one out is not.

use std::fs;
use std::path::{Path, PathBuf};

use ambit_compiler::explain::{self, Change, Doing, Edit};
use ambit_schema::capability::Kind;
use ambit_schema::wire;
use ambit_tests::{case, house};
use tempfile::TempDir;

/// A workspace, a plugin of it, and something that it may not do and a tier could hold.
const DENIED: [(&str, &str, &str, &str); 15] = [
    ("examples/text-tool", "text-tool", "fs.write", "./in/below/a"),
    ("examples/text-tool", "text-tool", "fs.read", "/home/user/.ssh/id"),
    ("examples/text-tool", "text-tool", "fs.read", "/etc/passwd"),
    ("examples/text-tool", "text-tool", "fs.write", "./elsewhere/a"),
    ("examples/text-tool", "text-tool", "clock.read", "wall"),
    ("examples/text-tool", "text-tool", "net.connect", "https://example.com"),
    ("examples/text-tool", "text-tool", "env.read", "a*b"),
    ("fixtures/seeds/devshell", "word-panel", "message.send", "task-runner"),
    ("fixtures/seeds/devshell", "greeter", "env.read", "LC_ALL"),
    ("fixtures/seeds/devshell", "task-runner", "net.connect", "https://api.example.com"),
    ("fixtures/seeds/generic", "build-step", "env.read", "CI_TOKEN"),
    ("fixtures/seeds/generic", "build-step", "http.serve", "GET /functions/build"),
    ("fixtures/seeds/pliers", "example-plugin", "db.read", "users.profile"),
    ("fixtures/seeds/pliers", "address-check", "db.write", "users.profile"),
    ("fixtures/seeds/pliers", "address-check", "fs.write", "./data/address-check/a"),
];

#[test]
fn the_edits_are_needed_and_enough() {
    let mut removed = 0;
    for (workspace, plugin, kind, target) in DENIED {
        let question = format!("{workspace} {plugin} {kind} {target}");
        let folder = copied(&house::at(workspace));
        let kind = Kind::find(kind).unwrap();
        let change = asked(folder.path(), plugin, kind, target).unwrap_or_else(|| panic!("{question}: allowed"));
        assert!(change.barred.is_none() && change.total() > 0, "{question}: {change:?}");
        removed += change.edits.iter().filter(|edit| matches!(edit.doing, Doing::Remove(..))).count();
        for left_out in 0..change.total() {
            let folder = copied(&house::at(workspace));
            let some = change.edits.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, edit)| edit);
            make(folder.path(), some.collect());
            assert!(!is_allowed(folder.path(), plugin, kind, target), "{question}: without {left_out}: {change:?}");
        }
        make(folder.path(), change.edits.iter().collect());
        assert!(is_allowed(folder.path(), plugin, kind, target), "{question}: {change:?}");
    }
    assert!(removed > 2, "some of them are denied");
}

/// What takes no right is there, unless a line takes it away; of what takes more than it says, all is asked for.
#[test]
fn what_is_taken_decides() {
    let rows = [
        ("not-granted/clean-hook-without-offers", Kind::HookAttach, "form.saved", true),
        ("not-granted/clean-hook", Kind::HookAttach, "form.saved", true),
        ("not-granted/clean-hook", Kind::HookAttach, "form.removed", false),
        ("withheld-import/clean-other", Kind::InterfaceUse, "wasi:sockets/tcp", true),
        ("withheld-import/clean-other", Kind::InterfaceUse, "wasi:sockets/udp", false),
        ("withheld-import/clean-given", Kind::InterfaceUse, "acme:secret/vault", true),
        ("withheld-import/clean-given", Kind::InterfaceUse, "acme:secret/letters", false),
        // Who listens on every address takes each of them.
        ("unenforceable/clean-listen-but-there", Kind::NetListen, "tcp://0.0.0.0:9000", false),
        ("unenforceable/clean-listen-but-there", Kind::NetListen, "tcp://10.0.0.1:9000", false),
        ("unenforceable/clean-listen-but-there", Kind::NetListen, "tcp://10.0.0.2:9000", true),
        ("unenforceable/clean-listen", Kind::NetListen, "tcp://0.0.0.0:9000", true),
    ];
    for (workspace, kind, target, allowed) in rows {
        let plan = case::Case::load(&house::at("fixtures/check").join(workspace)).compiled.plan.unwrap();
        let answer = explain::why(&plan, plan.plugin("demo").unwrap(), kind, target).unwrap();
        assert_eq!(answer.allowed, allowed, "{workspace} {kind} {target}: {answer:#?}");
    }
}

/// What no text can change is told, and what an edit would give to others.
#[test]
fn what_stands_in_the_way_is_named() {
    let change = |workspace: &str, plugin: &str, kind: Kind, target: &str| {
        asked(&house::at(workspace), plugin, kind, target).unwrap_or_else(|| panic!("{plugin} {kind} {target}"))
    };
    let spawn = change("fixtures/seeds/generic", "build-step", Kind::ProcessSpawn, "git log");
    assert_eq!((spawn.total(), spawn.barred.unwrap().why.as_str()), (1, "a wasm plugin has no way to start a program"));
    let root = change("examples/text-tool", "text-tool", Kind::FsRead, "/");
    assert!(root.barred.is_none(), "the wasm tier holds one path");
    let folder = tempfile::tempdir().unwrap();
    let plugin = |id: &str| {
        format!("id \"{id}\"\nversion \"1.0.0\"\ncapabilities {{\n    env.read \"A\" \"B\" optional=#true\n}}\n")
    };
    let texts = [
        (
            "host.kdl",
            "host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\ncapabilities {\n    env.read \"**\"\n}\n".to_owned(),
        ),
        ("grants.kdl", "allow \"*\" {\n    env.read \"**\"\n}\ndeny \"*\" {\n    env.read \"A\" \"B\"\n}\n".to_owned()),
        ("plugins/a/plugin.kdl", plugin("a")),
        ("plugins/b/plugin.kdl", plugin("b")),
    ];
    texts.iter().for_each(|(path, text)| ambit_tests::generate::write(&folder.path().join(path), text.as_bytes()));
    let shared = asked(folder.path(), "a", Kind::EnvRead, "B").unwrap();
    assert_eq!(shared.edits[0].doing, Doing::Remove(5, 18));
    assert_eq!((shared.total(), shared.gives.as_str(), shared.others[0].as_str()), (1, "B", "b"));
}

/// The same answer from a plan that was written and read.
#[test]
fn a_written_plan_answers_the_same() {
    let compiled = case::workspace(&house::at("fixtures/seeds/pliers")).compile();
    let plan = compiled.plan.unwrap();
    let read = wire::decode(&wire::encode(&plan)).unwrap();
    for plan in [&plan, &read] {
        let plugin = plan.plugin("audit-trail").unwrap();
        let answer = explain::why(plan, plugin, Kind::DbWrite, "users.profile").unwrap();
        assert_eq!(answer.change.unwrap().total(), 4);
    }
}

fn copied(from: &Path) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for path in house::files(from) {
        ambit_tests::generate::write(&folder.path().join(path.strip_prefix(from).unwrap()), &fs::read(&path).unwrap());
    }
    folder
}

fn asked(folder: &Path, plugin: &str, kind: Kind, target: &str) -> Option<Change> {
    let plan = case::workspace(folder).compile().plan.unwrap();
    explain::why(&plan, plan.plugin(plugin).unwrap(), kind, target).unwrap().change
}

fn is_allowed(folder: &Path, plugin: &str, kind: Kind, target: &str) -> bool {
    let plan = case::workspace(folder).compile().plan;
    plan.is_some_and(|plan| explain::why(&plan, plan.plugin(plugin).unwrap(), kind, target).unwrap().allowed)
}

/// Makes edits, from the last line of a file to its first, so that the others keep their places.
fn make(folder: &Path, mut edits: Vec<&Edit>) {
    let line = |edit: &Edit| match &edit.doing {
        Doing::AddAtEnd => u32::MAX,
        Doing::AddBelow(line) | Doing::AddTo(_, line) | Doing::Remove(line, _) => *line,
    };
    edits.sort_by_key(|edit| std::cmp::Reverse(line(edit)));
    for edit in edits {
        let path: PathBuf = folder.join(&edit.path);
        let text = fs::read_to_string(&path).unwrap_or_default();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        match &edit.doing {
            Doing::AddAtEnd => lines.push(edit.text.clone()),
            Doing::AddBelow(line) => lines.insert(*line as usize, edit.text.clone()),
            Doing::Remove(line, column) => remove(&mut lines, *line as usize - 1, *column as usize - 1),
            Doing::AddTo(field, _) => {
                let json = edit.path.ends_with(".json");
                assert!(json && field == "capabilities", "{edit:?}");
            }
        }
        fs::write(&path, lines.join("\n") + "\n").unwrap();
    }
}

/// Takes out a quoted text, with its line or block if it is alone in it.
fn remove(lines: &mut Vec<String>, at: usize, column: usize) {
    let end = lines[at][column + 1..].find('"').unwrap() + column + 2;
    lines[at].replace_range(column..end, "");
    if lines[at].contains('"') {
        return;
    }
    lines.remove(at);
    if lines[at].trim() == "}" && lines[at - 1].ends_with('{') {
        lines.drain(at - 1..=at);
    }
}
