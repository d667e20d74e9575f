//! The comments of a pull request, behind the interface that the action talks to: listed by pages, made, and changed by whoever has
//! the token. Comes in: requests over HTTP. Goes out: comments.
#![expect(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// A comment.
#[derive(Debug, Clone)]
pub(crate) struct Comment {
    /// `Bot` or `User`.
    pub(crate) kind: String,
    pub(crate) body: String,
    id: usize,
}

/// All of them, and where they are served.
pub(crate) struct Comments {
    pub(crate) address: String,
    kept: Arc<Mutex<Vec<Comment>>>,
}

impl Comments {
    /// Serves them until the test ends.
    pub(crate) fn serve(token: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let kept = Arc::new(Mutex::new(vec![]));
        let served = Arc::clone(&kept);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), token, &served);
            }
        });
        Comments { address, kept }
    }

    pub(crate) fn all(&self) -> Vec<Comment> {
        self.kept.lock().unwrap().clone()
    }

    /// Somebody comments, at a place of the list.
    pub(crate) fn put(&self, kind: &str, body: &str, at: usize) {
        let mut kept = self.kept.lock().unwrap();
        let id = kept.len() + 1;
        kept.insert(at, Comment { kind: kind.to_owned(), body: body.to_owned(), id });
    }
}

fn answer(mut stream: TcpStream, token: &str, kept: &Mutex<Vec<Comment>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap() > 0 {}
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    };
    let mut body = vec![0; header("content-length").map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    let (status, said) = match header("authorization") {
        Some(given) if given == format!("Bearer {token}") => done(&head, &body, &mut kept.lock().unwrap()),
        _ => ("401 Unauthorized", json!({"message": "Bad credentials"})),
    };
    let said = said.to_string();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{said}", said.len()).unwrap();
}

fn done(head: &str, body: &[u8], kept: &mut Vec<Comment>) -> (&'static str, Value) {
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let said = || serde_json::from_slice::<Value>(body).unwrap()["body"].as_str().unwrap().to_owned();
    let shown = |one: &Comment| json!({"id": one.id, "body": one.body, "user": {"type": one.kind}});
    match (method, path.strip_prefix("/repos/acme/app/issues/").unwrap_or_default()) {
        ("GET", list) if list.starts_with("7/comments?per_page=100&page=") => {
            let page: usize = list.rsplit('=').next().unwrap().parse().unwrap();
            ("200 OK", kept.iter().skip((page - 1) * 100).take(100).map(shown).collect())
        }
        ("POST", "7/comments") => {
            let comment = Comment { kind: "Bot".to_owned(), body: said(), id: kept.len() + 1 };
            kept.push(comment);
            ("201 Created", json!({}))
        }
        ("PATCH", one) => match kept.iter_mut().find(|kept| one == format!("comments/{}", kept.id)) {
            Some(found) => {
                found.body = said();
                ("200 OK", json!({}))
            }
            None => ("404 Not Found", json!({})),
        },
        _ => ("404 Not Found", json!({})),
    }
}
