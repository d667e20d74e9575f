//! JSON's tokens. Comes in: a text. Goes out: tokens with spans; what is no token is reported and becomes
//! [`Kind::Bad`], which stands in for a value. The library takes any white space and any character in a string: what
//! RFC 8259 does not take is refused here. Deliberately absent: the order in which tokens may stand.

use std::borrow::Cow;

use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::tokens::Token as Raw;
use jsonc_parser::{ParseStringErrorKind, Scanner, ScannerOptions};

use crate::diag::{Code, Diagnostic};
use crate::source::{FileId, Span};
use crate::syntax::{Report, hidden};

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind<'t>,
    pub(super) span: Span,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind<'t> {
    OpenMap,
    CloseMap,
    OpenList,
    CloseList,
    Comma,
    Colon,
    String(Cow<'t, str>),
    Number,
    Bool(bool),
    Null,
    /// Letters that are no value.
    Word,
    /// Something that is reported already, in the place of a value.
    Bad,
    End,
}

pub(super) struct Lexer<'t, 's> {
    pub(super) report: Report<'s>,
    file: FileId,
    text: &'t str,
    scanner: Scanner<'t>,
    /// Where the scanner's own text starts: it is started again behind a mistake.
    base: usize,
    /// Where the last token ended.
    end: usize,
}

const STRICT: ScannerOptions = ScannerOptions {
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

impl<'t, 's> Lexer<'t, 's> {
    pub(super) fn new(file: FileId, text: &'t str, report: Report<'s>) -> Self {
        let base = text.len() - text.strip_prefix('\u{FEFF}').unwrap_or(text).len();
        let scanner = Scanner::new(&text[base..], &STRICT);
        Lexer { report, file, text, scanner, base, end: base }
    }

    /// The next token; [`Kind::End`] for ever once the text ends or enough was reported.
    pub(super) fn next(&mut self) -> Token<'t> {
        loop {
            if self.report.is_spent() {
                self.halt();
            }
            let scanned = self.scanner.scan();
            let span = self.span(self.base + self.scanner.token_start(), self.base + self.scanner.token_end());
            self.check_gap(span.range().start);
            self.end = span.range().end;
            let token = match scanned {
                Ok(None) => return Token { kind: Kind::End, span },
                Ok(Some(raw)) => self.accept(raw, span),
                Err(error) => Some(self.wrong(&error, span.range().start)),
            };
            if let Some(token) = token {
                return token;
            }
        }
    }

    /// Passes over the rest of the text.
    pub(super) fn halt(&mut self) {
        self.restart(self.text.len());
    }

    /// The text under a span.
    pub(super) fn written(&self, span: Span) -> &'t str {
        &self.text[span.range()]
    }

    /// The text under a span, as messages quote it.
    pub(super) fn shown(&self, span: Span) -> String {
        hidden::visible(self.written(span))
    }

    fn accept(&mut self, raw: Raw<'t>, span: Span) -> Option<Token<'t>> {
        let kind = match raw {
            Raw::OpenBrace => Kind::OpenMap,
            Raw::CloseBrace => Kind::CloseMap,
            Raw::OpenBracket => Kind::OpenList,
            Raw::CloseBracket => Kind::CloseList,
            Raw::Comma => Kind::Comma,
            Raw::Colon => Kind::Colon,
            Raw::Boolean(value) => Kind::Bool(value),
            Raw::Null => Kind::Null,
            Raw::Word(_) => Kind::Word,
            Raw::String(value) => return Some(self.string(value, span)),
            Raw::Number(_) => return Some(self.number(span)),
            Raw::CommentLine(_) | Raw::CommentBlock(_) => {
                let wrong = Diagnostic::new(Code::UnexpectedToken, span, "JSON has no comments");
                self.report.add(wrong.help("remove the comment").fix(span, ""));
                return None;
            }
        };
        Some(Token { kind, span })
    }

    /// A string has no control characters. One that goes over the end of its line is one that was never closed there.
    fn string(&mut self, value: Cow<'t, str>, span: Span) -> Token<'t> {
        let written = self.written(span);
        let Some(at) = written.bytes().position(|byte| byte < b' ') else {
            return Token { kind: Kind::String(value), span };
        };
        let here = self.span(span.range().start + at, span.range().start + at + 1);
        match written.as_bytes().get(at) {
            Some(b'\n' | b'\r') => return self.unclosed(span.range().start),
            Some(b'\t') => {
                let wrong = Diagnostic::new(Code::UnexpectedToken, here, "a tab inside a string");
                self.report.add(wrong.help("write it as `\\t`").fix(here, "\\t"));
            }
            byte => self.report.add(hidden::found(here, char::from(byte.copied().unwrap_or_default()))),
        }
        Token { kind: Kind::String(value), span }
    }

    /// A number ends where no more of its characters follow: `012`, `1a` and `1.2.3` are one mistake each.
    fn number(&mut self, span: Span) -> Token<'t> {
        if self.run(span.range().start) == span.range().end {
            return Token { kind: Kind::Number, span };
        }
        self.bad_number(span.range().start)
    }

    fn bad_number(&mut self, start: usize) -> Token<'t> {
        let span = self.span(start, self.run(start));
        let shown = self.shown(span);
        let wrong = Diagnostic::new(Code::BadNumber, span, format!("`{shown}` is not a JSON number"));
        let digits = shown.trim_start_matches(['-', '+']);
        let octal = digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
        self.report.add(if octal { wrong.help("write it without leading zeros") } else { wrong });
        self.resume(span)
    }

    /// One past the last character that belongs to the number or word at `start`.
    fn run(&self, start: usize) -> usize {
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-' | b'_');
        start + self.text.as_bytes()[start..].iter().take_while(|byte| part(byte)).count()
    }

    fn wrong(&mut self, error: &ParseError, start: usize) -> Token<'t> {
        match error.kind() {
            ParseErrorKind::String(ParseStringErrorKind::UnterminatedStringLiteral) => self.unclosed(start),
            ParseErrorKind::String(kind) => self.bad_escape(kind, start, self.base + error.range().start),
            ParseErrorKind::SingleQuotedStringsNotAllowed => self.single_quotes(start),
            ParseErrorKind::UnterminatedCommentBlock => {
                let span = self.span(start, start + 2);
                self.report.add(Diagnostic::new(Code::UnterminatedText, span, "the comment never ends"));
                self.resume(self.span(start, self.text.len()))
            }
            ParseErrorKind::UnexpectedToken => self.unexpected(self.span(start, self.base + error.range().end)),
            _ => self.bad_number(start),
        }
    }

    fn unclosed(&mut self, start: usize) -> Token<'t> {
        let line = self.text[start..].split(['\n', '\r']).next().unwrap_or_default();
        let span = self.span(start, start + line.len());
        let wrong = Diagnostic::new(Code::UnterminatedText, span, "the string does not end on its line");
        self.report.add(wrong.help("close it with `\"`, and write line breaks as `\\n`"));
        self.resume(span)
    }

    fn bad_escape(&mut self, kind: &ParseStringErrorKind, start: usize, at: usize) -> Token<'t> {
        let rest = &self.text[at..];
        let length = rest.chars().nth(1).map_or(1, |c| 1 + c.len_utf8());
        let digits = rest.bytes().skip(2).take(4).take_while(u8::is_ascii_hexdigit).count();
        let unicode = rest.starts_with("\\u");
        let span = self.span(at, at + if unicode { 2 + digits } else { length });
        let shown = self.shown(span);
        let message = match kind {
            ParseStringErrorKind::InvalidUnicodeEscapeSequence(_) => format!("`{shown}` is half of a surrogate pair"),
            _ if unicode && digits == 4 => format!("`{shown}` is half of a surrogate pair"),
            _ if unicode => format!("`{shown}` needs four hexadecimal digits"),
            _ => format!("the escape `{shown}` does not exist"),
        };
        let wrong = Diagnostic::new(Code::BadEscape, span, message);
        self.report.add(if unicode { wrong } else { wrong.fix(Span { end: span.start, ..span }, "\\") });
        self.resume(self.span(start, self.string_end(start)))
    }

    /// Where the string that starts at `start` ends: behind its quote, or with its line.
    fn string_end(&self, start: usize) -> usize {
        let mut escaped = false;
        for (at, byte) in self.text.bytes().enumerate().skip(start + 1) {
            match byte {
                b'\n' | b'\r' => return at,
                b'"' if !escaped => return at + 1,
                _ => escaped = byte == b'\\' && !escaped,
            }
        }
        self.text.len()
    }

    fn single_quotes(&mut self, start: usize) -> Token<'t> {
        let line = self.text[start + 1..].split(['\n', '\r']).next().unwrap_or_default();
        let length = line.find('\'').map_or(1, |at| at + 2);
        let span = self.span(start, start + length);
        let wrong = Diagnostic::new(Code::UnexpectedToken, span, "strings take double quotes");
        self.report.add(wrong.help("write `\"` instead of `'`"));
        self.resume(span)
    }

    /// A character that starts no token, or a word: the library takes one only before white space and `:`.
    fn unexpected(&mut self, span: Span) -> Token<'t> {
        let first = self.written(span).chars().next();
        if first.is_some_and(char::is_alphabetic) {
            let word = self.span(span.range().start, self.run(span.range().start).max(span.range().end));
            return Token { kind: Kind::Word, ..self.resume(word) };
        }
        self.report.add(match first {
            Some(c) if hidden::is_hidden(c) => hidden::found(span, c),
            _ => Diagnostic::new(Code::UnexpectedToken, span, format!("unexpected `{}`", self.shown(span))),
        });
        self.resume(span)
    }

    /// White space is space, tab and line ends; the library passes over more.
    fn check_gap(&mut self, start: usize) {
        let gap = self.text.get(self.end..start).unwrap_or_default();
        let foreign = gap.char_indices().find(|(_, c)| !matches!(c, ' ' | '\t' | '\n' | '\r'));
        if let Some((at, c)) = foreign {
            let span = self.span(self.end + at, self.end + at + c.len_utf8());
            self.report.add(if hidden::is_hidden(c) {
                hidden::found(span, c)
            } else {
                let message = format!("`U+{:04X}` is not white space in JSON", u32::from(c));
                Diagnostic::new(Code::UnexpectedToken, span, message).help("write a space").fix(span, " ")
            });
        }
    }

    /// Goes on behind a mistake, which stands in for a value.
    fn resume(&mut self, bad: Span) -> Token<'t> {
        self.restart(bad.range().end.max(bad.range().start + 1));
        Token { kind: Kind::Bad, span: bad }
    }

    fn restart(&mut self, at: usize) {
        self.base = self.text.ceil_char_boundary(at);
        self.end = self.base;
        self.scanner = Scanner::new(&self.text[self.base..], &STRICT);
    }

    /// A span on character boundaries, within the text.
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.text.floor_char_boundary(start), self.text.ceil_char_boundary(end))
    }
}
