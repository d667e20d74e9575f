//! The pipe to the client. Comes in: bytes, from whoever started the server. Goes out: messages, or what is wrong with what is
//! none, and the server goes on with the next; to the client only whole messages. Deliberately absent: what a message asks.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

/// The longest message that is read, in bytes. The largest document that is of any use has 1 MiB.
const MOST: usize = 64 << 20;

/// The longest line of a header.
const LINE: u64 = 4 << 10;

/// How many messages wait for a client that does not read.
const WAITING: usize = 4 << 10;

/// What comes from the client.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A message.
    Message(Message),
    /// None, and what is to be said of it.
    Malformed(ErrorCode, String),
}

/// What goes to the client.
#[derive(Debug)]
pub(super) enum Outgoing {
    /// A message.
    Message(Message),
    /// An answer to what could not be read, and so has no id.
    Malformed(ErrorCode, String),
}

/// The two ends of the pipe, each with a thread of its own. What is read ends when the client is gone; what is written fails.
pub(super) struct Wire {
    pub(super) incoming: Receiver<Incoming>,
    pub(super) outgoing: Sender<Outgoing>,
    writer: thread::JoinHandle<()>,
}

impl Wire {
    /// Starts on standard input and standard output. From now on nobody else writes there.
    pub(super) fn start() -> io::Result<Wire> {
        let (to_server, incoming) = bounded(1);
        let (outgoing, to_client) = bounded::<Outgoing>(WAITING);
        thread::Builder::new()
            .name("reader".to_owned())
            .spawn(move || read(BufReader::new(io::stdin()), &to_server))?;
        let write = move || drop(to_client.into_iter().try_for_each(|message| message.write(&mut io::stdout().lock())));
        let writer = thread::Builder::new().name("writer".to_owned()).spawn(write)?;
        Ok(Wire { incoming, outgoing, writer })
    }

    /// Waits until everything is written that was sent. The reader may wait for its client for ever, and is left alone.
    pub(super) fn end(self) {
        drop(self.outgoing);
        drop(self.writer.join());
    }
}

impl Outgoing {
    fn write(&self, to: &mut impl Write) -> io::Result<()> {
        match self {
            Outgoing::Message(message) => message.write(to),
            Outgoing::Malformed(code, why) => {
                let error = json!({ "code": *code as i32, "message": why });
                let text = json!({ "jsonrpc": "2.0", "id": null, "error": error }).to_string();
                write!(to, "Content-Length: {}\r\n\r\n{text}", text.len())?;
                to.flush()
            }
        }
    }
}

fn read(mut from: impl BufRead, to: &Sender<Incoming>) {
    while let Ok(Some(incoming)) = next(&mut from) {
        let is_exit = matches!(&incoming, Incoming::Message(Message::Notification(notification)) if notification.method == "exit");
        if to.send(incoming).is_err() || is_exit {
            return;
        }
    }
}

/// The next message. `None`: there is none any more.
fn next(from: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let malformed = |why: &str| Ok(Some(Incoming::Malformed(ErrorCode::ParseError, why.to_owned())));
    let length = match header(from)? {
        None => return Ok(None),
        Some(Err(why)) => return malformed(why),
        Some(Ok(length)) => length,
    };
    if length > MOST {
        io::copy(&mut from.take(length as u64), &mut io::sink())?;
        return malformed("the message is longer than 64 MiB");
    }
    let mut bytes = vec![];
    if from.take(length as u64).read_to_end(&mut bytes)? < length {
        return Ok(None);
    }
    match serde_json::from_slice(&bytes) {
        Ok(value) => Ok(Some(message(value))),
        Err(error) => malformed(&format!("the message is not JSON: {error}")),
    }
}

/// The length that a header states. After a line that is none, what follows is read as a header again.
fn header(from: &mut impl BufRead) -> io::Result<Option<Result<usize, &'static str>>> {
    let mut length = None;
    loop {
        let mut line = vec![];
        if from.take(LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let Some(line) = std::str::from_utf8(&line).ok().and_then(|line| line.strip_suffix('\n')) else {
            return Ok(Some(Err("a line of a header is too long, or is not text")));
        };
        match line.trim_end_matches('\r').split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => match value.trim().parse() {
                Ok(stated) => length = Some(stated),
                Err(_) => return Ok(Some(Err("the length of the message is not a number"))),
            },
            Some(_) => {}
            None if line.trim_end_matches('\r').is_empty() => {
                return Ok(Some(length.ok_or("the header does not say how long the message is")));
            }
            None => return Ok(Some(Err("a line of the header is none"))),
        }
    }
}

fn message(mut value: Value) -> Incoming {
    let invalid = |why: &str| Incoming::Malformed(ErrorCode::InvalidRequest, why.to_owned());
    let Some(fields) = value.as_object_mut() else { return invalid("a message is an object, and one at a time") };
    let params = fields.remove("params").unwrap_or_default();
    let id = fields.get("id").cloned();
    match (fields.remove("method"), id) {
        (Some(Value::String(method)), None) => {
            Incoming::Message(Message::Notification(Notification { method, params }))
        }
        (Some(Value::String(method)), Some(id)) => match serde_json::from_value::<RequestId>(id) {
            Ok(id) => Incoming::Message(Message::Request(Request { id, method, params })),
            Err(_) => invalid("the id of a request is a number of 32 bits or a text"),
        },
        (Some(_), _) => invalid("the method of a message is a text"),
        (None, Some(_)) => match serde_json::from_value::<Response>(value) {
            Ok(response) => Incoming::Message(Message::Response(response)),
            Err(_) => invalid("the message is neither a request nor an answer"),
        },
        (None, None) => invalid("the message has neither a method nor an id"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of some bytes: the methods of messages, and a word for what is none.
    fn all(bytes: &[u8]) -> Vec<String> {
        let (to, from) = bounded(99);
        read(bytes, &to);
        drop(to);
        let word = |incoming| match incoming {
            Incoming::Message(Message::Request(request)) => format!("{}?{}", request.method, request.id),
            Incoming::Message(Message::Notification(notification)) => notification.method,
            Incoming::Message(Message::Response(response)) => format!("answer {}", response.id),
            Incoming::Malformed(code, _) => format!("{}", code as i32),
        };
        from.into_iter().map(word).collect()
    }

    fn framed(texts: &[&str]) -> Vec<u8> {
        texts.iter().flat_map(|text| format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes()).collect()
    }

    #[test]
    fn what_is_no_message_is_answered_and_the_next_is_read() {
        let texts = [
            r#"{"id":1,"method":"a"}"#,
            r#"{"method":"b"}"#,
            r#"{"id":"x","result":null}"#,
            "{",
            "[]",
            "null",
            "{}",
            r#"{"id":1.5,"method":"a"}"#,
            r#"{"id":null,"method":"a"}"#,
            r#"{"method":7}"#,
            r#"{"id":1}"#,
            r#"{"method":"c"}"#,
        ];
        let words = ["a?1", "b", "answer \"x\"", "-32700", "-32600", "-32600", "-32600", "-32600", "-32600", "-32600"];
        assert_eq!(all(&framed(&texts)), [&words[..], &["-32600", "c"]].concat());
    }

    #[test]
    fn a_bad_header_costs_only_its_message() {
        let good = framed(&[r#"{"method":"a"}"#]);
        for (bad, answers) in [
            (&b"Content-Length: many\r\n"[..], 1),
            (b"hello\r\n", 1),
            (b"Content-Type: text\r\n\r\n", 1),
            (b"\xFF\xFE\r\n", 1),
            (b"", 0),
        ] {
            let read = all(&[bad, &good].concat());
            assert_eq!(read.last().map(String::as_str), Some("a"));
            assert_eq!(read.len(), answers + 1);
        }
    }

    #[test]
    fn what_ends_early_is_no_message() {
        for bytes in
            [&b"Content-Length: 99\r\n\r\n{}"[..], b"Content-Len", b"Content-Length: 99999999999999999999\r\n\r\n"]
        {
            assert!(all(bytes).iter().all(|word| word == "-32700"));
        }
        let exit = framed(&[r#"{"method":"exit"}"#, r#"{"method":"never"}"#]);
        assert_eq!(all(&exit), ["exit"]);
    }
}
