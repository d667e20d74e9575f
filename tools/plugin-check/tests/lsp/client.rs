//! A client that drives the real server over its pipe. Comes in: messages to send. Goes out: answers by their ids, what was told
//! of each text, and how the server ended. Whatever it writes that is no message fails the test.

#![expect(clippy::unwrap_used, reason = "a server that cannot be talked to fails its test")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long anything may take. A server that says nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server and what it said.
pub(crate) struct Client {
    child: Child,
    to: Option<ChildStdin>,
    from: Receiver<Value>,
    asked: i64,
    /// Answers that nobody has waited for yet.
    answers: BTreeMap<String, Value>,
    /// What was last told of each text, by its path from the folder.
    pub(crate) told: BTreeMap<String, Value>,
    /// The codes of answers to what was no message.
    pub(crate) nameless: Vec<i64>,
    /// What the server asked for, in order.
    pub(crate) wanted: Vec<String>,
    pub(crate) root: PathBuf,
}

impl Client {
    /// Starts a server for a folder, and says nothing to it.
    pub(crate) fn start(root: &Path) -> Self {
        let mut server = Command::new(env!("CARGO_BIN_EXE_plugin-check"));
        let server = server.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = server.spawn().unwrap();
        let (to, from) = (child.stdin.take(), child.stdout.take().unwrap());
        let from = reader(from);
        let root = root.canonicalize().unwrap();
        let (answers, told) = (BTreeMap::new(), BTreeMap::new());
        Client { child, to, from, asked: 0, answers, told, nameless: vec![], wanted: vec![], root }
    }

    /// Says who it is, with these abilities; the server then reads the folder.
    pub(crate) fn greet(&mut self, capabilities: Value) -> Value {
        let folders = json!([{ "uri": self.uri(""), "name": "folder" }]);
        let params =
            json!({ "processId": null, "rootUri": null, "capabilities": capabilities, "workspaceFolders": folders });
        let told = self.ask("initialize", params);
        self.send("initialized", json!({}));
        told
    }

    /// What a path of the folder is called.
    pub(crate) fn uri(&self, path: &str) -> String {
        let whole = self.root.join(path);
        format!("file://{}", whole.display()).trim_end_matches('/').to_owned()
    }

    /// Sends bytes as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        let to = self.to.as_mut().unwrap();
        // A server that has ended does not read: how it ended is for the test to say.
        drop(to.write_all(bytes).and_then(|()| to.flush()));
    }

    fn message(&mut self, message: &Value) {
        let text = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    /// Sends a notification.
    pub(crate) fn send(&mut self, method: &str, params: Value) {
        self.message(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request, and does not wait for its answer.
    pub(crate) fn begin(&mut self, method: &str, params: Value) -> i64 {
        self.asked += 1;
        self.message(&json!({ "jsonrpc": "2.0", "id": self.asked, "method": method, "params": params }));
        self.asked
    }

    /// Sends a request and waits for its answer.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params);
        self.answer(&json!(id))
    }

    /// Waits for the answer to a request: its result, or its error.
    pub(crate) fn answer(&mut self, id: &Value) -> Value {
        let started = Instant::now();
        loop {
            if let Some(answer) = self.answers.remove(&id.to_string()) {
                return answer;
            }
            assert!(started.elapsed() < PATIENCE, "no answer to {id}");
            let message = self.from.recv_timeout(PATIENCE).unwrap();
            self.keep(message);
        }
    }

    /// Waits until the server has nothing left to do.
    pub(crate) fn settle(&mut self) {
        let answer = self.ask("plugin-check/settled", Value::Null);
        assert_eq!(answer, json!({ "result": null }));
    }

    fn keep(&mut self, message: Value) {
        if message["method"] == "textDocument/publishDiagnostics" {
            let uri = message["params"]["uri"].as_str().unwrap();
            let path = uri.strip_prefix(&self.uri("")).unwrap_or(uri).trim_start_matches('/').to_owned();
            self.told.insert(path, message["params"].clone());
        } else if message.get("method").is_some() {
            if let Some(id) = message.get("id") {
                self.message(&json!({ "jsonrpc": "2.0", "id": id, "result": null }));
                self.wanted.extend(message["method"].as_str().map(str::to_owned));
            }
        } else if message["id"].is_null() {
            self.nameless.push(message["error"]["code"].as_i64().unwrap());
        } else {
            let answer = message
                .get("result")
                .map_or_else(|| json!({ "error": message["error"] }), |result| json!({ "result": result }));
            self.answers.insert(message["id"].to_string(), answer);
        }
    }

    /// The rules that found something in a text.
    pub(crate) fn codes(&self, path: &str) -> Vec<&str> {
        let found = self.told.get(path).and_then(|told| told["diagnostics"].as_array());
        found.into_iter().flatten().filter_map(|found| found["code"].as_str()).collect()
    }

    /// Opens a text of the folder, as it is on the disk or as it is given.
    pub(crate) fn open(&mut self, path: &str, text: Option<&str>) {
        let text = text.map_or_else(|| std::fs::read_to_string(self.root.join(path)).unwrap(), str::to_owned);
        let language = path.rsplit('.').next();
        let document = json!({ "uri": self.uri(path), "languageId": language, "version": 1, "text": text });
        self.send("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Says goodbye as the protocol has it; the exit code.
    pub(crate) fn leave(mut self) -> i32 {
        assert_eq!(self.ask("shutdown", Value::Null), json!({ "result": null }));
        self.send("exit", Value::Null);
        self.ended()
    }

    /// Closes the pipe without a word; the exit code.
    pub(crate) fn die(mut self) -> i32 {
        self.to = None;
        self.ended()
    }

    /// Waits for the server to end.
    pub(crate) fn ended(mut self) -> i32 {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap();
            }
            assert!(started.elapsed() < PATIENCE, "the server does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A test that failed leaves no server behind.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Reads messages until there are none. What is none fails the test that waits for the next.
fn reader(from: ChildStdout) -> Receiver<Value> {
    let (send, receive) = channel();
    let mut from = BufReader::new(from);
    std::thread::spawn(move || {
        loop {
            let mut header = String::new();
            if from.read_line(&mut header).unwrap() == 0 {
                return;
            }
            let length: usize = header.strip_prefix("Content-Length: ").unwrap().trim_end().parse().unwrap();
            let mut blank = [0; 2];
            from.read_exact(&mut blank).unwrap();
            assert_eq!(&blank, b"\r\n");
            let mut bytes = vec![0; length];
            from.read_exact(&mut bytes).unwrap();
            if send.send(serde_json::from_slice(&bytes).unwrap()).is_err() {
                return;
            }
        }
    });
    receive
}
