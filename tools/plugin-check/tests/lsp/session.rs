//! Sessions, as data. Comes in: a folder for each, with the workspace in `files` and the steps in `steps.txt`. Goes out: everything
//! that the server said, held against the snapshot beside the steps.
//!
//! | step | what is done |
//! |---|---|
//! | `able JSON` | what the client can do; before any other step |
//! | `open PATH` | opens a text as it is on the disk; with a text in quotes behind it, as that |
//! | `type PATH LINE:COLUMN-LINE:COLUMN TEXT` | replaces a stretch, counted from 0 |
//! | `save PATH`, `close PATH` | |
//! | `write PATH TEXT`, `delete PATH` | on the disk, as others would; the client tells of it |
//! | `record PATH PLUGIN KIND TARGET` | writes a recording: under the plan of the folder the plugin was allowed that |
//! | `lock` | writes `ambit.lock`, as `plugin-check lock` does |
//! | `ask METHOD JSON` | waits for the answer and shows it; `"@PATH"` in it is what the client calls a text |
//! | `begin METHOD JSON`, `cancel`, `end` | asks, takes back what was asked last, waits for what was begun first |
//! | `send METHOD JSON` | tells |
//! | `settle` | waits until nothing is left to do, and shows what is found where |

#![expect(clippy::unwrap_used, clippy::panic, reason = "a session that cannot be read fails its test")]

use std::collections::VecDeque;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use ambit_schema::recording::{Ended, Header, Notes, Outcome, Recording};
use ambit_schema::wire;
use plugin_check::load::{Overrides, load};
use serde_json::{Value, json};

use crate::Client;

#[test]
fn sessions_go_as_they_went() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sessions");
    let mut sessions: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    sessions.sort();
    assert!(sessions.len() >= 6);
    let different: Vec<_> = sessions.iter().filter(|session| !is_as_it_went(session)).collect();
    assert!(different.is_empty(), "{different:?}");
}

fn is_as_it_went(session: &Path) -> bool {
    let shown = run(session);
    let compared = std::panic::catch_unwind(|| {
        insta::with_settings!({
            snapshot_path => session,
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, { insta::assert_snapshot!("said", shown); });
    });
    compared.is_ok()
}

/// Runs a session in a copy of its files.
fn run(session: &Path) -> String {
    let copy = tempfile::tempdir().unwrap();
    copy_all(&session.join("files"), copy.path());
    let steps = fs::read_to_string(session.join("steps.txt")).unwrap();
    let mut steps: VecDeque<&str> = steps.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let able =
        steps.front().and_then(|step| step.strip_prefix("able ")).map(|able| serde_json::from_str(able).unwrap());
    if able.is_some() {
        steps.pop_front();
    }
    let mut replay =
        Replay { client: Client::start(copy.path()), shown: String::new(), begun: VecDeque::new(), version: 1 };
    replay.client.greet(able.unwrap_or_else(|| json!({})));
    for step in steps {
        writeln!(replay.shown, "> {step}").unwrap();
        replay.step(step);
    }
    let root = replay.client.uri("");
    assert_eq!(replay.client.leave(), 0, "{}", session.display());
    replay.shown.replace(&root, "ROOT")
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_all(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

struct Replay {
    client: Client,
    shown: String,
    begun: VecDeque<i64>,
    version: i32,
}

impl Replay {
    fn step(&mut self, step: &str) {
        let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
        let (path, more) = rest.split_once(' ').unwrap_or((rest, ""));
        let named = json!({ "textDocument": { "uri": self.client.uri(path) } });
        match verb {
            "open" => self.client.open(path, Some(more).filter(|more| !more.is_empty()).map(text).as_deref()),
            "type" => self.change(path, more),
            "save" => self.client.send("textDocument/didSave", named),
            "close" => self.client.send("textDocument/didClose", named),
            "write" => self.write(path, Some(&text(more))),
            "delete" => self.write(path, None),
            "record" => self.record(path, more),
            "lock" => self.lock(),
            "ask" => {
                let params = self.params(more);
                let answer = self.client.ask(path, params);
                self.show(&answer);
            }
            "begin" => {
                let params = self.params(more);
                let id = self.client.begin(path, params);
                self.begun.push_back(id);
            }
            "cancel" => {
                let id = *self.begun.back().unwrap();
                self.client.send("$/cancelRequest", json!({ "id": id }));
            }
            "end" => {
                let id = self.begun.pop_front().unwrap();
                let answer = self.client.answer(&json!(id));
                self.show(&answer);
            }
            "send" => {
                let params = self.params(more);
                self.client.send(path, params);
            }
            "settle" => self.settle(),
            _ => panic!("there is no step `{step}`"),
        }
    }

    fn show(&mut self, answer: &Value) {
        writeln!(self.shown, "{}", serde_json::to_string_pretty(answer).unwrap()).unwrap();
    }

    fn params(&self, text: &str) -> Value {
        let mut named = text.to_owned();
        while let Some((before, rest)) = named.split_once("\"@") {
            let (path, after) = rest.split_once('"').unwrap();
            named = format!("{before}\"{}\"{after}", self.client.uri(path));
        }
        serde_json::from_str(&named).unwrap()
    }

    fn change(&mut self, path: &str, more: &str) {
        let (range, new) = more.split_once(' ').unwrap();
        let place = |place: &str| {
            let (line, character) = place.split_once(':').unwrap();
            json!({ "line": line.parse::<u32>().unwrap(), "character": character.parse::<u32>().unwrap() })
        };
        let (start, end) = range.split_once('-').unwrap();
        self.version += 1;
        let document = json!({ "uri": self.client.uri(path), "version": self.version });
        let change = json!({ "range": { "start": place(start), "end": place(end) }, "text": text(new) });
        self.client.send("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
    }

    fn write(&mut self, path: &str, text: Option<&str>) {
        let whole = self.client.root.join(path);
        let existed = whole.exists();
        match text {
            Some(text) => {
                fs::create_dir_all(whole.parent().unwrap()).unwrap();
                fs::write(&whole, text).unwrap();
            }
            None => fs::remove_file(&whole).unwrap(),
        }
        let kind = match (text, existed) {
            (None, _) => 3,
            (Some(_), true) => 2,
            (Some(_), false) => 1,
        };
        let change = json!({ "uri": self.client.uri(path), "type": kind });
        self.client.send("workspace/didChangeWatchedFiles", json!({ "changes": [change] }));
    }

    fn record(&mut self, path: &str, what: &str) {
        let [plugin, kind, target] = what.splitn(3, ' ').collect::<Vec<_>>().try_into().unwrap();
        let mut found = load(&self.client.root, &Overrides::default()).unwrap();
        let plan = found.pop().unwrap().compile().plan.unwrap();
        let mut notes = Notes::default();
        notes.note(plan.kind(kind).unwrap(), target, "open", Outcome::Allowed);
        let header = Header::new(&plan, &wire::hash(&plan), plan.plugin(plugin).unwrap());
        let recording = wire::encode_recording(&Recording { header, notes, ended: Ended::Success });
        self.write(path, Some(std::str::from_utf8(&recording).unwrap()));
    }

    fn lock(&mut self) {
        let run = Command::new(env!("CARGO_BIN_EXE_plugin-check")).arg("lock").arg(&self.client.root).output().unwrap();
        assert!(run.status.success(), "{run:?}");
        let text = fs::read_to_string(self.client.root.join("ambit.lock")).unwrap();
        self.write("ambit.lock", Some(&text));
    }

    /// What is found where, a line each: the place, the rule, the message, and what decided it.
    fn settle(&mut self) {
        self.client.settle();
        for (path, told) in &self.client.told {
            for found in told["diagnostics"].as_array().unwrap() {
                let message = found["message"].as_str().unwrap().lines().next().unwrap_or_default();
                let place = range(&found["range"]);
                writeln!(self.shown, "{path} {place} {} {message}", found["code"].as_str().unwrap()).unwrap();
                for reason in found["relatedInformation"].as_array().into_iter().flatten() {
                    let uri = reason["location"]["uri"].as_str().unwrap().replace(&self.client.uri(""), "");
                    let place = range(&reason["location"]["range"]);
                    writeln!(self.shown, "    {} {place} {}", uri.trim_start_matches('/'), reason["message"]).unwrap();
                }
            }
        }
    }
}

fn text(quoted: &str) -> String {
    serde_json::from_str(quoted).unwrap()
}

fn range(range: &Value) -> String {
    let place = |place: &Value| format!("{}:{}", place["line"], place["character"]);
    format!("{}-{}", place(&range["start"]), place(&range["end"]))
}
