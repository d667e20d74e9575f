//! Numbers. Comes in: a [`Cursor`] before a digit, or before a sign and a digit. Goes out: where the number stands, and a
//! complaint unless it follows the section "Number". Deliberately absent: its value, which the field that reads it decides.

use std::ops::Range;

use super::cursor::Cursor;
use super::wrong::{Kind, Wrong};

impl Cursor<'_> {
    /// Reads a number. Whatever identifier characters follow belong to it, so that `10px` is one wrong number.
    #[inline]
    pub(super) fn number(&mut self) -> Result<Range<usize>, Wrong> {
        let start = self.at;
        self.word_run();
        let here = start..self.at;
        let spelling = self.bytes.get(here.clone()).unwrap_or_default();
        if is_number(spelling) {
            return Ok(here);
        }
        Err(Wrong::new(if spelling.ends_with(b",") { Kind::Comma } else { Kind::BadNumber }, here))
    }
}

fn is_number(spelling: &[u8]) -> bool {
    match unsigned(spelling) {
        [b'0', b'x', digits @ ..] => digits_end(digits, u8::is_ascii_hexdigit) == Some(b""),
        [b'0', b'o', digits @ ..] => digits_end(digits, |byte| matches!(byte, b'0'..=b'7')) == Some(b""),
        [b'0', b'b', digits @ ..] => digits_end(digits, |byte| matches!(byte, b'0' | b'1')) == Some(b""),
        decimal => is_decimal(decimal),
    }
}

fn is_decimal(spelling: &[u8]) -> bool {
    let fraction = match integer_end(spelling) {
        Some([b'.', fraction @ ..]) => integer_end(fraction),
        rest => rest,
    };
    match fraction {
        Some([b'e' | b'E', exponent @ ..]) => integer_end(unsigned(exponent)) == Some(b""),
        rest => rest == Some(b""),
    }
}

fn integer_end(spelling: &[u8]) -> Option<&[u8]> {
    digits_end(spelling, u8::is_ascii_digit)
}

/// What follows the digits at the start; `None` when the first byte is none. Underscores stand after the first digit.
fn digits_end(spelling: &[u8], digit: impl Fn(&u8) -> bool) -> Option<&[u8]> {
    spelling.first().filter(|byte| digit(byte))?;
    let end = spelling.iter().position(|byte| !digit(byte) && *byte != b'_').unwrap_or(spelling.len());
    spelling.get(end..)
}

fn unsigned(spelling: &[u8]) -> &[u8] {
    match spelling {
        [b'+' | b'-', rest @ ..] => rest,
        rest => rest,
    }
}
