//! Strings and numbers of JSON. Comes in: the reader at their first byte. Goes out: what they are, with the reader behind them; or
//! nothing where RFC 8259 does not take them. Deliberately absent: halves of surrogate pairs, and pairs of them.

use super::Reader;
use crate::syntax::scan;
use crate::syntax::tree::{Builder, Scalar, Text};

/// A string as it is written, without its quotes.
pub(super) struct Written<'t> {
    pub(super) text: &'t str,
    pub(super) has_escapes: bool,
}

impl<'t> Reader<'t> {
    pub(super) fn string(&mut self) -> Option<Written<'t>> {
        if self.byte()? != b'"' {
            return None;
        }
        let start = self.at + 1;
        let (mut end, mut has_escapes) = (start, false);
        loop {
            let (found, byte) = scan::find::<b'"', b'\\'>(self.bytes, end)?;
            end = found;
            match byte {
                b'"' => break,
                b'\\' => (end, has_escapes) = (end + 2, true),
                _ => return None,
            }
        }
        self.at = end + 1;
        Some(Written { text: self.text.get(start..end)?, has_escapes })
    }

    /// A string's text. Every escape is longer than what it means, so a decoded text is no stretch of the source.
    pub(super) fn quoted(&mut self) -> Option<Text> {
        let start = self.at + 1;
        let written = self.string()?;
        Some(if written.has_escapes {
            self.tree.decoded(&decoded(written.text)?)
        } else {
            Builder::stretch(start, self.at - 1)
        })
    }

    /// A number, which no letter, digit or sign follows.
    pub(super) fn number(&mut self) -> Option<Scalar> {
        let start = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        let whole = self.digits()?;
        if whole > 1 && self.bytes[self.at - whole] == b'0' {
            return None;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Some(Scalar::Number(Builder::stretch(start, self.at)))
    }

    /// How many digits there are; nothing if none.
    fn digits(&mut self) -> Option<usize> {
        let count = self.bytes[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(count)
    }
}

fn decoded(text: &str) -> Option<String> {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        decoded.push_str(before);
        let (c, length) = meant(escape)?;
        decoded.push(c);
        rest = &escape[length..];
    }
    decoded.push_str(rest);
    Some(decoded)
}

/// What stands behind a backslash, and how many bytes say so.
fn meant(escape: &str) -> Option<(char, usize)> {
    let c = match escape.bytes().next()? {
        byte @ (b'"' | b'\\' | b'/') => char::from(byte),
        b'b' => '\u{8}',
        b'f' => '\u{C}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return Some((numbered(escape.get(1..5)?)?, 5)),
        _ => return None,
    };
    Some((c, 1))
}

/// A character by its four digits.
fn numbered(digits: &str) -> Option<char> {
    let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    char::from_u32(u32::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal)?)
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn escapes_are_decoded() {
        assert_eq!(decoded(r#"\"a\\ \/\n\u00e9é"#).as_deref(), Some("\"a\\ /\né\u{e9}"));
        for text in [r"\x41", r"\u+041", r"\u004", r"\ud83d\udcbb", r"\u004é", "\\"] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }
}
