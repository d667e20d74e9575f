//! What a plugin that is up to no good would try first. Each attempt is an ordinary call to the standard library;
//! there is no trick in it, and none is needed where a host forgets to confine its plugins.

use std::env;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io;

/// One thing tried, and what came of it.
pub struct Attempt {
    /// What was tried, for people.
    pub what: String,
    /// What was gained, or why nothing was.
    pub outcome: Result<String, String>,
}

/// Tries everything, `dir` being the folder that was granted to read and not to write.
pub fn attempts(dir: &str) -> Vec<Attempt> {
    let above = format!("{dir}/../../../etc/passwd");
    let beside = format!("{dir}/escaped.txt");
    vec![
        attempt("read /etc/passwd", read("/etc/passwd")),
        attempt(format!("read {above}"), read(&above)),
        attempt("list /", list("/")),
        attempt(format!("write {beside}"), write(&beside)),
        attempt("write /tmp/escaped.txt", write("/tmp/escaped.txt")),
        attempt("read the variable HOME", variable("HOME")),
    ]
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Ok(gain) => write!(f, "{}: SUCCEEDED ({gain})", self.what),
            Err(reason) => write!(f, "{}: refused ({reason})", self.what),
        }
    }
}

fn attempt(what: impl Into<String>, outcome: io::Result<String>) -> Attempt {
    Attempt { what: what.into(), outcome: outcome.map_err(|error| error.to_string()) }
}

fn read(path: &str) -> io::Result<String> {
    fs::read(path).map(|content| format!("{} bytes", content.len()))
}

fn list(path: &str) -> io::Result<String> {
    fs::read_dir(path).map(|entries| format!("{} entries", entries.count()))
}

/// Opens to append and appends nothing: where this succeeds, no file has lost its content.
fn write(path: &str) -> io::Result<String> {
    OpenOptions::new().append(true).create(true).open(path).map(|_| "opened for writing".to_owned())
}

fn variable(name: &str) -> io::Result<String> {
    match env::var_os(name) {
        Some(value) => Ok(value.to_string_lossy().into_owned()),
        None => Err(io::Error::new(io::ErrorKind::NotFound, "not set")),
    }
}
