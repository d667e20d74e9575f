//! A language server at the other end of a pipe. Comes in: a command line and messages. Goes out: what the server says, with the
//! time at which it said it, and the memory that it takes.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use std::{fs, thread};

use serde_json::{Value, json};

/// A server that was started.
pub struct Server {
    child: Child,
    to: ChildStdin,
    from: Receiver<(Instant, Value)>,
    asked: i64,
}

impl Server {
    /// Starts a server.
    ///
    /// # Errors
    /// There is no such program.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("the server has no pipe"));
        };
        let (send, receive) = channel();
        thread::spawn(move || {
            let mut from = BufReader::new(from);
            while let Ok(Some(message)) = message(&mut from) {
                if send.send((Instant::now(), message)).is_err() {
                    return;
                }
            }
        });
        Ok(Server { child, to, from: receive, asked: 0 })
    }

    /// Tells it something; when that was written.
    ///
    /// # Errors
    /// It is gone.
    pub fn tell(&mut self, method: &str, params: &Value) -> io::Result<Instant> {
        self.write(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    /// Asks it something; how long its answer took, and the answer.
    ///
    /// # Errors
    /// It is gone, or does not answer within a minute.
    pub fn ask(&mut self, method: &str, params: &Value) -> io::Result<(Duration, Value)> {
        self.asked += 1;
        let id = json!(self.asked);
        let asked = self.write(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        let (at, answer) = self.hear(|message| message.get("method").is_none() && message["id"] == id)?;
        Ok((at - asked, answer))
    }

    /// The next message that is wanted, and when it came. Requests of the server get an answer that says nothing.
    ///
    /// # Errors
    /// It does not come within a minute.
    pub fn hear(&mut self, is_wanted: impl Fn(&Value) -> bool) -> io::Result<(Instant, Value)> {
        loop {
            let (at, message) = self.from.recv_timeout(Duration::from_secs(60)).map_err(io::Error::other)?;
            self.oblige(&message)?;
            if is_wanted(&message) {
                return Ok((at, message));
            }
        }
    }

    /// Hears whatever comes, until nothing has come for a while.
    ///
    /// # Errors
    /// It is gone.
    pub fn listen(&mut self, quiet: Duration) -> io::Result<()> {
        loop {
            match self.from.recv_timeout(quiet) {
                Ok((_, message)) => self.oblige(&message)?,
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
    }

    /// The memory that it takes now, and the most that it took, in MB. `None`: this system does not tell.
    #[must_use]
    pub fn memory(&self) -> Option<(u64, u64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let kilobytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<u64>().ok()
        };
        Some((kilobytes("VmRSS")? / 1_000, kilobytes("VmHWM")? / 1_000))
    }

    fn oblige(&mut self, message: &Value) -> io::Result<()> {
        match (message.get("method"), message.get("id")) {
            (Some(_), Some(id)) => self.write(&json!({ "jsonrpc": "2.0", "id": id, "result": null })).map(drop),
            _ => Ok(()),
        }
    }

    fn write(&mut self, message: &Value) -> io::Result<Instant> {
        let text = message.to_string();
        let framed = format!("Content-Length: {}\r\n\r\n{text}", text.len());
        self.to.write_all(framed.as_bytes())?;
        self.to.flush()?;
        Ok(Instant::now())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn message(from: &mut BufReader<ChildStdout>) -> io::Result<Option<Value>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().map_err(io::Error::other)?;
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes)?;
    serde_json::from_slice(&bytes).map(Some).map_err(io::Error::other)
}
