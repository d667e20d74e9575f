//! Scalars that begin and end on one line. Comes in: the cursor at the first character. Goes out: where the scalar stands and how it
//! is written, with the cursor behind it; or nothing. Deliberately absent: its value, and what may follow it.

use memchr::memchr2;

use super::cursor::Cursor;
use crate::syntax::scan;

/// A scalar as it is written.
pub(super) struct Written<'t> {
    /// Where it stands, with its quotes.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Without its quotes.
    pub(super) text: &'t str,
    pub(super) style: Style,
    escapes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
}

/// What a scalar stands in, which says where one without quotes ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Block,
    Flow,
}

impl Written<'_> {
    /// Whether the text is not the value letter by letter.
    pub(super) fn has_escapes(&self) -> bool {
        self.escapes
    }
}

impl<'t> Cursor<'t> {
    pub(super) fn scalar(&mut self, within: Within) -> Option<Written<'t>> {
        match self.byte()? {
            b'"' => self.double_quoted(),
            b'\'' => self.single_quoted(),
            byte if starts_plain(byte, self.peek(1)) => self.plain(within),
            _ => None,
        }
    }

    /// Up to `: `, ` #` or the end of the line; in brackets, up to what divides or closes them too.
    fn plain(&mut self, within: Within) -> Option<Written<'t>> {
        let bytes = self.bytes();
        let start = self.at();
        let mut end = start;
        loop {
            end = match within {
                Within::Block => scan::find::<b':', b'#'>(bytes, end).map_or(bytes.len(), |(end, _)| end),
                Within::Flow => end + bytes[end..].iter().position(|byte| stops(*byte)).unwrap_or(bytes.len() - end),
            };
            let is_part = match bytes.get(end) {
                Some(b':') => !ends_key(bytes.get(end + 1).copied(), within),
                Some(b'#') => bytes[end - 1] != b' ',
                _ => false,
            };
            if !is_part {
                break;
            }
            end += 1;
        }
        let is_key = bytes.get(end) == Some(&b':');
        let length = bytes[start..end].iter().rposition(|byte| *byte != b' ')? + 1;
        if is_key && start + length < end {
            return None;
        }
        // A comment needs the blank before it.
        self.advance(length);
        self.written(start..start + length, 0, false, Style::Plain)
    }

    fn single_quoted(&mut self) -> Option<Written<'t>> {
        let bytes = self.bytes();
        let (start, mut at, mut escapes) = (self.at(), self.at() + 1, false);
        loop {
            at += memchr2(b'\'', b'\n', bytes.get(at..)?)?;
            match (bytes[at], bytes.get(at + 1)) {
                (b'\n', _) => return None,
                (_, Some(b'\'')) => (at, escapes) = (at + 2, true),
                _ => break,
            }
        }
        self.advance(at + 1 - start);
        self.written(start..at + 1, 1, escapes, Style::Single)
    }

    fn double_quoted(&mut self) -> Option<Written<'t>> {
        let bytes = self.bytes();
        let (start, mut at, mut escapes) = (self.at(), self.at() + 1, false);
        loop {
            let (found, byte) = scan::find::<b'"', b'\\'>(bytes, at)?;
            at = found;
            match byte {
                b'"' => break,
                b'\\' => (at, escapes) = (at + 2, true),
                _ => return None,
            }
        }
        self.advance(at + 1 - start);
        self.written(start..at + 1, 1, escapes, Style::Double)
    }

    fn written(&self, place: std::ops::Range<usize>, quote: usize, escapes: bool, style: Style) -> Option<Written<'t>> {
        let text = self.slice(place.start + quote, place.end - quote)?;
        Some(Written { start: place.start, end: place.end, text, style, escapes })
    }
}

/// Letters, digits and what no kind of value starts with. A dash needs something behind it that is no sign of its own.
fn starts_plain(byte: u8, next: Option<u8>) -> bool {
    match byte {
        _ if byte.is_ascii_alphanumeric() || byte >= 0x80 => true,
        b'-' => next.is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, b'-' | b'.' | b'_' | b'/')),
        _ => matches!(byte, b'$' | b'(' | b')' | b'+' | b'.' | b'/' | b';' | b'<' | b'=' | b'\\' | b'^' | b'_' | b'~'),
    }
}

/// Whether a plain scalar in brackets may end at this byte. In a block it may only where a line, a key or the blank before a comment
/// does.
fn stops(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | b':' | b'#' | b',' | b'[' | b']' | b'{' | b'}')
}

/// Whether the `:` before this byte ends a key.
fn ends_key(next: Option<u8>, within: Within) -> bool {
    match next {
        None | Some(b' ' | b'\n' | b'\r') => true,
        Some(b',' | b'[' | b']' | b'{' | b'}') => within == Within::Flow,
        _ => false,
    }
}
