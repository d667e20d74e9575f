//! Quoted and raw strings. Comes in: a [`Cursor`] before the first mark of one. Goes out: [`Quoted`], where the string
//! stands and where its value is. Deliberately absent: how lines are dedented; see [`super::lines`].
//!
//! A string with a wrong escape is read to its end before it is refused, so that what follows it is not mistaken for
//! text. One that breaks off at the end of its line ends there; one over several lines that never closes takes the rest.

use std::ops::Range;

use super::cursor::Cursor;
use super::lines;
use super::table::{self, CLASS, Class};
use super::wrong::{Kind, Wrong};

/// A string in its text.
#[derive(Debug)]
pub(super) struct Quoted {
    /// The string with its marks.
    pub(super) here: Range<usize>,
    /// Its value in the source; `None` when the value is [`Cursor::decoded`].
    pub(super) plain: Option<Range<usize>>,
}

/// What the search for the end of a string met on its way.
#[derive(Debug, Default)]
struct Passed {
    escapes: bool,
    wrong: Option<Wrong>,
}

impl Cursor<'_> {
    /// Reads `"…"` or `"""…"""`.
    #[inline]
    pub(super) fn quoted(&mut self) -> Result<Quoted, Wrong> {
        let start = self.at;
        self.at += 1;
        if self.peek(0) == b'"' && self.peek(1) == b'"' {
            self.at += 2;
            return self.quoted_lines(start);
        }
        let inner = self.at;
        self.skip_to(|byte| matches!(CLASS[usize::from(byte)], Class::Quote | Class::Backslash | Class::Newline));
        if self.class() == Class::Quote && is_one_line(self.bytes, inner..self.at) {
            let plain = Some(inner..self.at);
            self.at += 1;
            return Ok(Quoted { here: start..self.at, plain });
        }
        self.at = inner;
        self.escaped(start)
    }

    /// Reads on from behind the first quote of a string that has escapes, or newlines outside ASCII, or no end.
    fn escaped(&mut self, start: usize) -> Result<Quoted, Wrong> {
        let inner = self.at;
        let mut passed = Passed::default();
        loop {
            self.skip_to(|byte| {
                matches!(CLASS[usize::from(byte)], Class::Quote | Class::Backslash | Class::Newline | Class::Wide)
            });
            match self.class() {
                Class::Quote => break,
                Class::Backslash => self.escape(&mut passed),
                Class::End => return Err(Wrong::new(Kind::OpenString, start..self.at)),
                _ if self.newline() > 0 => return Err(Wrong::new(Kind::OpenString, start..self.at)),
                _ => self.character(),
            }
        }
        let value = inner..self.at;
        self.at += 1;
        self.finish(start, value, passed)
    }

    fn finish(&mut self, start: usize, value: Range<usize>, passed: Passed) -> Result<Quoted, Wrong> {
        if let Some(wrong) = passed.wrong {
            return Err(wrong);
        }
        let here = start..self.at;
        if !passed.escapes {
            return Ok(Quoted { here, plain: Some(value) });
        }
        self.decoded.clear();
        lines::unescape(self.text.get(value).unwrap_or_default(), &mut self.decoded);
        Ok(Quoted { here, plain: None })
    }

    /// Reads on from behind `"""`.
    fn quoted_lines(&mut self, start: usize) -> Result<Quoted, Wrong> {
        let first = self.newline();
        let inner = self.at + first;
        let mut passed = Passed::default();
        if first == 0 {
            return Err(self.not_lines(start, 0));
        }
        if !self.find_quotes(&mut passed) {
            return Err(Wrong::new(Kind::OpenLines, start..start + 3));
        }
        let value = inner..self.at - 3;
        passed.wrong.map_or(Ok(()), Err)?;
        self.dedent(start, value, lines::Escapes::Resolved)
    }

    /// Moves behind the next `"""` that is not escaped. Whether there is one; if not, the cursor is at the end.
    fn find_quotes(&mut self, passed: &mut Passed) -> bool {
        loop {
            self.skip_to(|byte| matches!(byte, b'"' | b'\\'));
            match self.class() {
                Class::Backslash => self.escape(passed),
                Class::End => return false,
                _ if self.starts_with(b"\"\"\"") => break,
                _ => self.at += 1,
            }
        }
        self.at += 3;
        true
    }

    /// Reads `#"…"#` or `#"""…"""#`, with as many `#` before as behind.
    pub(super) fn raw(&mut self) -> Result<Quoted, Wrong> {
        let start = self.at;
        self.skip_to(|byte| byte != b'#');
        let hashes = self.at - start;
        if self.starts_with(b"\"\"\"") {
            self.at += 3;
            return self.raw_lines(start, hashes);
        }
        if self.class() != Class::Quote {
            return Err(Wrong::new(Kind::LoneHash, start..self.at));
        }
        self.at += 1;
        let inner = self.at;
        loop {
            self.skip_to(|byte| matches!(CLASS[usize::from(byte)], Class::Quote | Class::Newline | Class::Wide));
            match self.class() {
                Class::Quote if self.closes(1, hashes) => break,
                Class::Quote => self.at += 1,
                Class::Wide if self.newline() == 0 => self.character(),
                _ => return Err(Wrong::new(Kind::OpenRaw, start..self.at)),
            }
        }
        let plain = Some(inner..self.at);
        self.at += 1 + hashes;
        Ok(Quoted { here: start..self.at, plain })
    }

    /// Reads on from behind `#"""`.
    fn raw_lines(&mut self, start: usize, hashes: usize) -> Result<Quoted, Wrong> {
        let first = self.newline();
        let inner = self.at + first;
        if first == 0 {
            return Err(self.not_lines(start, hashes));
        }
        if !self.find_raw_quotes(hashes) {
            return Err(Wrong::new(Kind::OpenRawLines, start..start + hashes + 3));
        }
        self.dedent(start, inner..self.at - 3 - hashes, lines::Escapes::Kept)
    }

    /// Moves behind the next `"""` with that many `#`. Whether there is one; if not, the cursor is at the end.
    fn find_raw_quotes(&mut self, hashes: usize) -> bool {
        loop {
            self.skip_to(|byte| byte == b'"');
            match self.class() {
                Class::End => return false,
                _ if self.closes(3, hashes) => break,
                _ => self.at += 1,
            }
        }
        self.at += 3 + hashes;
        true
    }

    /// Whether that many quotes and then that many `#` stand here.
    fn closes(&self, quotes: usize, hashes: usize) -> bool {
        let is = |from: usize, length: usize, mark: u8| {
            self.bytes.get(from..from + length).is_some_and(|marks| marks.iter().all(|byte| *byte == mark))
        };
        is(self.at, quotes, b'"') && is(self.at + quotes, hashes, b'#')
    }

    fn dedent(&mut self, start: usize, value: Range<usize>, escapes: lines::Escapes) -> Result<Quoted, Wrong> {
        let body = self.text.get(value.clone()).unwrap_or_default();
        self.decoded.clear();
        match lines::dedent(body, escapes, &mut self.decoded) {
            Ok(()) => Ok(Quoted { here: start..self.at, plain: None }),
            Err((kind, line)) => Err(Wrong::new(kind, value.start + line.start..value.start + line.end)),
        }
    }

    /// A complaint about `"""` without a newline behind it, after moving behind its end if there is one.
    fn not_lines(&mut self, start: usize, hashes: usize) -> Wrong {
        let inner = self.at;
        let given_up = if hashes == 0 { self.missing.quotes } else { self.missing.raw_quotes };
        let found = !given_up
            && if hashes == 0 { self.find_quotes(&mut Passed::default()) } else { self.find_raw_quotes(hashes) };
        if !found {
            *(if hashes == 0 { &mut self.missing.quotes } else { &mut self.missing.raw_quotes }) = true;
            self.at = inner;
            self.skip_line();
        }
        Wrong::new(Kind::LinesStart, start..inner)
    }

    /// Moves over an escape and remembers the first wrong one (section "Escapes").
    fn escape(&mut self, passed: &mut Passed) {
        passed.escapes = true;
        let start = self.at;
        self.at += 1;
        let kind = match self.peek(0) {
            b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' | b's' => {
                self.at += 1;
                return;
            }
            b'u' => match self.unicode_escape() {
                Some(_) => return,
                None => Kind::BadUnicode,
            },
            _ => {
                self.blanks();
                if self.at > start + 1 {
                    return;
                }
                self.character();
                Kind::BadEscape
            }
        };
        passed.wrong.get_or_insert(Wrong::new(kind, start..self.at));
    }

    /// Moves over `u{…}`, or over as much of it as there is.
    fn unicode_escape(&mut self) -> Option<char> {
        self.at += 1;
        if self.peek(0) != b'{' {
            return None;
        }
        self.at += 1;
        let start = self.at;
        self.skip_to(|byte| !byte.is_ascii_hexdigit());
        let digits = self.text.get(start..self.at).unwrap_or_default();
        if self.peek(0) != b'}' {
            return None;
        }
        self.at += 1;
        lines::scalar_value(digits)
    }

    /// Moves over one character, if there is one.
    pub(super) fn character(&mut self) {
        self.at += usize::from(!self.is_done());
        self.skip_to(|byte| !(0x80..0xC0).contains(&byte));
    }
}

/// Whether none of the newlines outside ASCII stands in `range`; bytes that can begin one are rare.
fn is_one_line(bytes: &[u8], range: Range<usize>) -> bool {
    let value = bytes.get(range).unwrap_or_default();
    value.is_ascii() || !(0..value.len()).any(|at| table::newline(value.get(at..).unwrap_or_default()) > 0)
}
