//! A watch: what is told again when texts change, come and go; and how it ends.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a watch that cannot be set fails its test")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::stage::{Stage, command};

/// Far longer than any run takes.
const PATIENCE: Duration = Duration::from_secs(60);

struct Watch {
    child: Child,
    said: Receiver<String>,
}

impl Watch {
    fn new(stage: &Stage, words: &[&str]) -> Self {
        let words = [&["--watch", "--format", "short"], words].concat();
        let mut child = command(&stage.path(""), &words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (send, said) = channel();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let more = send.clone();
        std::thread::spawn(move || BufReader::new(out).lines().for_each(|line| drop(send.send(line.unwrap()))));
        std::thread::spawn(move || BufReader::new(err).lines().for_each(|line| drop(more.send(line.unwrap()))));
        Watch { child, said }
    }

    /// Waits for the end of a run in which `is` holds for what was said since the last one.
    fn until(&self, is: impl Fn(&[String]) -> bool) -> Vec<String> {
        let (started, mut lines) = (Instant::now(), vec![]);
        loop {
            let left = PATIENCE.saturating_sub(started.elapsed());
            let line = self.said.recv_timeout(left).unwrap_or_else(|_| panic!("not said: {lines:?}"));
            if !line.starts_with("watching for changes") {
                lines.push(line);
                continue;
            }
            // What goes to the other stream may be a little behind.
            while let Ok(line) = self.said.recv_timeout(Duration::from_millis(50)) {
                lines.push(line);
            }
            if is(&lines) {
                return lines;
            }
            lines.clear();
        }
    }

    fn stop(mut self) -> i32 {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn has(code: &'static str) -> impl Fn(&[String]) -> bool {
    move |lines| lines.iter().any(|line| line.contains(code))
}

fn has_not(code: &'static str) -> impl Fn(&[String]) -> bool {
    move |lines| !has(code)(lines)
}

#[test]
fn changes_are_told_and_the_last_run_is_what_it_ends_with() {
    let stage = Stage::new(&[]);
    let watch = Watch::new(&stage, &["."]);
    let first = watch.until(has("M014"));
    assert!(first.iter().all(|line| !line.contains('\u{1b}')), "no terminal, no clearing: {first:?}");
    stage.write("plugins/demo/plugin.kdl", "id \"demo\"\nversion \"1\"\n");
    watch.until(has("M005"));
    stage.write("plugins/demo/plugin.kdl", "id \"demo\"\nversion \"1.0.0\"\n");
    watch.until(has_not("M005"));
    // New folders are watched too, and what goes is gone.
    stage.write("plugins/new/deep/plugin.kdl", "id \"new\"\nversion \"x\"\n");
    watch.until(has("plugins/new/deep/plugin.kdl:2:9: error[M005]"));
    stage.write("plugins/new/deep/plugin.kdl", "id \"new\"\nversion \"y\"\n");
    watch.until(has("`y` is not a version"));
    fs::remove_dir_all(stage.path("plugins/new")).unwrap();
    watch.until(has_not("plugins/new"));
    // The configuration is part of what is watched.
    stage.write(".plugin-check.kdl", "allow \"M014\"\n");
    watch.until(has_not("M014"));
    stage.write(".plugin-check.kdl", "allow \"M014\"\ndeny \"X\"\n");
    watch.until(has("there is no rule `X`"));
    stage.write(".plugin-check.kdl", "deny \"M014\"\n");
    watch.until(has("error[M014]"));
    assert_eq!(watch.stop(), 1);
}

/// What is printed may lie where changes are looked for.
#[test]
fn its_own_output_is_no_change() {
    let stage = Stage::new(&[]);
    let words = ["--watch", "--format", "json", "."];
    let said = fs::File::create(stage.path("said.json")).unwrap();
    let told = fs::File::create(stage.path("told.txt")).unwrap();
    let child = command(&stage.path(""), &words).stdout(said).stderr(told).spawn().unwrap();
    let (_, nobody) = channel();
    let watch = Watch { child, said: nobody };
    let runs = || fs::read_to_string(stage.path("told.txt")).unwrap().matches("watching for changes").count();
    let until = |count: usize| {
        let started = Instant::now();
        while runs() < count {
            assert!(started.elapsed() < PATIENCE, "{} runs", runs());
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    until(1);
    stage.write("plugins/demo/plugin.kdl", "id \"demo\"\nversion \"1\"\n");
    until(2);
    stage.write("notes.txt", "no text of ours");
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(runs(), 2, "nothing changed that is read");
    assert_eq!(watch.stop(), 1);
}

#[test]
fn a_file_alone_is_watched_and_ends_well() {
    let stage = Stage::new(&[("lone/plugin.kdl", "id \"demo\"\nversion \"1\"\n")]);
    let watch = Watch::new(&stage, &["lone/plugin.kdl"]);
    watch.until(has("M005"));
    // As editors do it: a new file takes the name of the old one.
    stage.write("lone/plugin.kdl.new", "id \"demo\"\nversion \"1.0.0\"\n");
    fs::rename(stage.path("lone/plugin.kdl.new"), stage.path("lone/plugin.kdl")).unwrap();
    watch.until(has_not("M005"));
    assert_eq!(watch.stop(), 0);
    let run = stage.check(&["--watch", "--fix"]);
    assert!(run.code == 2 && run.err.contains("cannot be used with"), "{run:?}");
}
