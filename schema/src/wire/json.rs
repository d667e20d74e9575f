//! JSON while it is made. Comes in: keys and values in the order they are written. Goes out: the indented text that is kept,
//! and beside it the same text without spaces, of which the hash is taken. Nothing is built in between. Deliberately absent:
//! what a plan is made of; see `encode`.

use std::fmt::{self, Display, Write};
use std::sync::Mutex;

use sha2::{Digest, Sha256};

use crate::cores::Cores;

/// A line break and the indentation of as many levels as a plan has.
const BREAK: &[u8; 33] = b"\n                                ";

/// How many bytes are hashed at once.
const ENOUGH: usize = 16 << 10;

/// How many items of a list are in parts at once, which bounds memory.
const AT_ONCE: usize = 1024;

/// What a thread does for a list that is made in parts.
enum Job<'i, T> {
    Make(&'i [T]),
    Take(Vec<Json>),
}

/// A text in the making, in both its forms.
pub(super) struct Json {
    /// With line breaks and indentation.
    pretty: Vec<u8>,
    /// Without: what of it is not hashed yet.
    bare: Vec<u8>,
    hash: Sha256,
    depth: usize,
    /// Whether nothing stands yet in the innermost list or object.
    is_fresh: bool,
    /// Whether it is part of another, which takes the hash.
    is_part: bool,
}

impl Json {
    pub(super) fn new() -> Self {
        Json { pretty: vec![], bare: vec![], hash: Sha256::new(), depth: 0, is_fresh: true, is_part: false }
    }

    /// What was made, and the hash of its bare form.
    pub(super) fn finish(mut self) -> (Vec<u8>, [u8; 32]) {
        self.hash.update(&self.bare);
        (self.pretty, self.hash.finalize().into())
    }

    /// `{…}`, with the fields that `fill` writes.
    pub(super) fn object(&mut self, fill: impl FnOnce(&mut Self)) {
        self.nested(b'{', b'}', fill);
    }

    /// `[…]`, with an element for each item, which `write` writes as one value.
    pub(super) fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.nested(b'[', b']', |json| items.into_iter().for_each(|item| json.element(|json| write(json, item))));
    }

    /// The same as [`Json::list`], made in parts on several cores: while some parts are made, those before them are taken in.
    pub(super) fn parts<T: Sync>(&mut self, cores: Cores, items: &[T], write: impl Fn(&mut Self, &T) + Send + Sync) {
        if cores == Cores::ONE {
            return self.list(items, write);
        }
        let depth = self.depth + 1;
        let make = |items: &[T]| {
            let mut part = Json { depth, is_part: true, ..Json::new() };
            items.iter().for_each(|item| part.element(|json| write(json, item)));
            part
        };
        self.nested(b'[', b']', |json| {
            let whole = Mutex::new(json);
            let take = |parts: Vec<Json>| {
                if let Ok(mut json) = whole.lock() {
                    parts.into_iter().for_each(|part| json.take(part));
                }
            };
            let mut ready = vec![];
            for items in items.chunks(AT_ONCE) {
                let jobs = std::iter::once(Job::Take(ready)).chain(items.chunks(AT_ONCE / 16).map(Job::Make));
                let made = cores.run(jobs.collect(), |job| match job {
                    Job::Take(parts) => {
                        take(parts);
                        None
                    }
                    Job::Make(items) => Some(make(items)),
                });
                ready = made.into_iter().flatten().collect();
            }
            take(ready);
        });
    }

    /// Adds the elements that another made for the same list.
    fn take(&mut self, part: Json) {
        if !self.is_fresh {
            self.both(b",");
        }
        self.pretty.extend_from_slice(&part.pretty);
        self.hash.update(&self.bare);
        self.hash.update(&part.bare);
        self.bare.clear();
        self.is_fresh = false;
    }

    /// One element of a list.
    pub(super) fn element(&mut self, write: impl FnOnce(&mut Self)) {
        self.separate();
        write(self);
        self.is_fresh = false;
        if self.bare.len() >= ENOUGH && !self.is_part {
            self.hash.update(&self.bare);
            self.bare.clear();
        }
    }

    /// A field; `write` writes its value.
    pub(super) fn field(&mut self, key: &'static str, write: impl FnOnce(&mut Self)) {
        self.separate();
        self.both(b"\"");
        self.both(key.as_bytes());
        self.both(b"\":");
        self.pretty.push(b' ');
        write(self);
        self.is_fresh = false;
    }

    /// A field with a text.
    pub(super) fn text(&mut self, key: &'static str, text: &str) {
        self.field(key, |json| json.string(text));
    }

    /// A field with a text, where there is one.
    pub(super) fn some_text(&mut self, key: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(key, text);
        }
    }

    /// A field with what a value shows as.
    pub(super) fn shown(&mut self, key: &'static str, value: impl Display) {
        self.field(key, |json| json.show(value));
    }

    /// A field that is there when it is true.
    pub(super) fn flag(&mut self, key: &'static str, holds: bool) {
        if holds {
            self.field(key, |json| json.both(b"true"));
        }
    }

    /// A field with a number.
    pub(super) fn number(&mut self, key: &'static str, number: impl Display) {
        self.field(key, |json| json.plain(format_args!("{number}")));
    }

    /// A field with a list.
    pub(super) fn items<T>(
        &mut self,
        key: &'static str,
        items: impl IntoIterator<Item = T>,
        write: impl FnMut(&mut Self, T),
    ) {
        self.field(key, |json| json.list(items, write));
    }

    /// A field with a list, where it is not empty.
    pub(super) fn some_items<'i, T>(&mut self, key: &'static str, items: &'i [T], write: impl FnMut(&mut Self, &'i T)) {
        if !items.is_empty() {
            self.items(key, items, write);
        }
    }

    /// A text as a value.
    pub(super) fn string(&mut self, text: &str) {
        self.both(b"\"");
        self.escaped(text);
        self.both(b"\"");
    }

    /// What a value shows as, as a text.
    pub(super) fn show(&mut self, value: impl Display) {
        self.both(b"\"");
        // Writing to memory does not fail.
        let _ = write!(Escaped(self), "{value}");
        self.both(b"\"");
    }

    /// Part of a text: between quotes that stand already, or will.
    pub(super) fn escaped(&mut self, text: &str) {
        let bytes = text.as_bytes();
        // Without a way out of the loop, so that many bytes are looked at in one step.
        if !bytes.iter().fold(false, |found, byte| found | needs_escape(*byte)) {
            return self.both(bytes);
        }
        let mut done = 0;
        while let Some(next) = bytes[done..].iter().position(|byte| needs_escape(*byte)) {
            self.both(&bytes[done..done + next]);
            self.escape(bytes[done + next]);
            done += next + 1;
        }
        self.both(&bytes[done..]);
    }

    /// Digits, between quotes or as a value.
    pub(super) fn digits(&mut self, number: u32) {
        let (mut digits, mut at, mut rest) = ([b'0'; 10], 10, number);
        while at == 10 || rest > 0 {
            at -= 1;
            digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
        }
        self.both(&digits[at..]);
    }

    /// Bytes as they are, in both forms.
    pub(super) fn both(&mut self, bytes: &[u8]) {
        self.pretty.extend_from_slice(bytes);
        self.bare.extend_from_slice(bytes);
    }

    /// A text that is one thing where it is kept and another where it is hashed.
    pub(super) fn either(&mut self, pretty: &[u8], bare: &[u8]) {
        self.pretty.extend_from_slice(pretty);
        self.bare.extend_from_slice(bare);
    }

    fn nested(&mut self, open: u8, close: u8, fill: impl FnOnce(&mut Self)) {
        self.both(&[open]);
        self.is_fresh = true;
        self.depth += 1;
        fill(self);
        self.depth -= 1;
        if !self.is_fresh {
            self.indent();
        }
        self.both(&[close]);
    }

    fn separate(&mut self) {
        if !self.is_fresh {
            self.both(b",");
        }
        self.indent();
    }

    fn indent(&mut self) {
        let end = (1 + 2 * self.depth).min(BREAK.len());
        self.pretty.extend_from_slice(&BREAK[..end]);
    }

    fn plain(&mut self, text: fmt::Arguments<'_>) {
        let _ = write!(Escaped(self), "{text}");
    }

    /// As JSON's shortest forms have it, and otherwise by number.
    fn escape(&mut self, byte: u8) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let short = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0c => b'f',
            _ => {
                let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
                return self.both(&[b'\\', b'u', b'0', b'0', high, low]);
            }
        };
        self.both(&[b'\\', short]);
    }
}

fn needs_escape(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

struct Escaped<'j>(&'j mut Json);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.escaped(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::Json;

    #[test]
    fn both_forms_are_those_of_serde_json() {
        let text: String = (0..=0x7f_u8).map(char::from).chain(['é', '\u{2028}', '😀']).collect();
        let mut json = Json::new();
        json.object(|json| {
            json.text("text", &text);
            json.shown("shown", &text);
            json.items("none", [""; 0], Json::string);
            json.items("some", [0, 7, u32::MAX], Json::digits);
            json.field("empty", |json| json.object(|_| {}));
            json.number("less", i64::MIN);
            json.flag("no", false);
            json.flag("yes", true);
        });
        let bare = json.bare.clone();
        let (pretty, hash) = json.finish();
        assert_eq!(hash, *Sha256::digest(&bare));
        let value = serde_json::from_slice::<serde_json::Value>(&bare).unwrap();
        assert_eq!(value["text"], text);
        assert_eq!(value["some"], serde_json::json!([0, 7, u32::MAX]));
        let ordered = "{\"text\":T,\"shown\":T,\"none\":[],\"some\":[0,7,4294967295],\"empty\":{},\
            \"less\":-9223372036854775808,\"yes\":true}";
        let ordered = ordered.replace('T', &serde_json::to_string(&text).unwrap());
        assert_eq!(String::from_utf8(bare).unwrap(), ordered);
        let lines = String::from_utf8(pretty).unwrap();
        assert!(lines.starts_with("{\n  \"text\": \""), "{lines}");
        assert!(lines.ends_with("\n  \"some\": [\n    0,\n    7,\n    4294967295\n  ],\n  \"empty\": {},\n  \"less\": -9223372036854775808,\n  \"yes\": true\n}"), "{lines}");
    }
}
