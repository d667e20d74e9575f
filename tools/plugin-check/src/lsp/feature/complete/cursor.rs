//! The word at a cursor, and the text with a mark in its place. Comes in: a text and a byte. Goes out: a [`Cursor`]. Where a cursor
//! is in a comment, or right behind the end of a text in quotes, there is none.

use ambit_compiler::fix::word;
use ambit_compiler::syntax::Syntax;

use super::options::{Choice, Form};
use crate::lex::{Kind, Token, tokens};

/// What no text has in it.
pub(super) const MARK: &str = "ambit-cursor-here";

/// A cursor.
#[derive(Debug)]
pub(super) struct Cursor<'t> {
    syntax: Syntax,
    text: &'t str,
    at: usize,
    /// The word there, quotes included; empty where there is none.
    start: usize,
    end: usize,
    /// Of JSON: whether a key belongs here. Of YAML: whether the line begins here.
    is_first: bool,
    /// Whether `:` follows.
    has_colon: bool,
    /// Of JSON: whether something follows that a comma has to stand before.
    has_more: bool,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(syntax: Syntax, text: &'t str, at: usize) -> Option<Self> {
        let all = tokens(syntax, text);
        let here = all.iter().position(|token| token.place.start < at && at <= token.place.end);
        let (mut start, mut end) = (at, at);
        if let Some(token) = here.and_then(|here| all.get(here)) {
            match token.kind {
                kind if kind.is_comment() && (kind == Kind::LineComment || at < token.place.end) => return None,
                Kind::Quoted if at == token.place.end => return None,
                // What follows it on its line may be anything.
                Kind::Unclosed => start = token.place.start,
                kind if kind.is_text() => (start, end) = (token.place.start, token.place.end),
                _ => {}
            }
        }
        if syntax == Syntax::Yaml && text.get(start..=start).is_none_or(|first| !matches!(first, "\"" | "'")) {
            start = plain_start(&all, text, start);
        }
        let line = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
        if text.get(start..end)?.contains(['\n', '\r']) {
            return None;
        }
        let before = text.get(line..start)?;
        let next = all.iter().find(|token| token.place.start >= end && !token.kind.is_blank());
        let is_first = match syntax {
            Syntax::Json => is_key(text, &all, start),
            Syntax::Kdl | Syntax::Yaml => before.trim().is_empty(),
        };
        let has_colon = next.is_some_and(|token| token.kind == Kind::Equals);
        let has_more = next.is_some_and(|token| token.kind.is_text() || token.kind == Kind::Open);
        Some(Cursor { syntax, text, at, start, end, is_first, has_colon, has_more })
    }

    pub(super) fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// What is written before the cursor, without a quote.
    pub(super) fn typed(&self) -> &'t str {
        let typed = self.text.get(self.start..self.at).unwrap_or_default();
        typed.trim_start_matches(['"', '\''])
    }

    /// Whether it is in quotes.
    pub(super) fn is_quoted(&self) -> bool {
        self.text.get(self.start..self.at).is_some_and(|typed| typed.starts_with(['"', '\'']))
    }

    /// The stretch that a chosen word stands in the place of.
    pub(super) fn replaced(&self) -> (usize, usize) {
        (self.start, self.end.max(self.at))
    }

    /// The texts with a mark in the place of the word, the best first.
    pub(super) fn marked(&self) -> Vec<String> {
        let (before, after) = (self.text.get(..self.start), self.text.get(self.end.max(self.at)..));
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        let mark = match self.syntax {
            Syntax::Kdl => MARK.to_owned(),
            Syntax::Json if self.is_first && !self.has_colon => {
                format!("\"{MARK}\": null{}", if self.has_more { "," } else { "" })
            }
            Syntax::Json => format!("\"{MARK}\"{}", if self.has_more { "," } else { "" }),
            Syntax::Yaml if self.is_first && !self.has_colon => format!("{MARK}:"),
            Syntax::Yaml => MARK.to_owned(),
        };
        let mut texts = vec![format!("{before}{mark}{after}")];
        if self.syntax == Syntax::Yaml {
            texts.push(above(before, &mark));
        }
        texts
    }

    /// A word as it is written here.
    pub(super) fn written(&self, choice: &Choice, is_key: bool) -> String {
        let text = match choice.form {
            Form::Bare => choice.word.clone(),
            Form::Text => self.quoted(&choice.word, self.syntax != Syntax::Yaml),
            Form::Name => self.quoted(&choice.word, false),
        };
        match self.syntax {
            _ if !is_key || self.has_colon || choice.form == Form::Bare => text,
            Syntax::Kdl => text,
            Syntax::Yaml => format!("{text}: "),
            Syntax::Json => format!("{text}: "),
        }
    }

    fn quoted(&self, text: &str, always: bool) -> String {
        match always || self.is_quoted() {
            true => word::quoted(self.syntax, text),
            false => word::plain(self.syntax, text),
        }
    }
}

/// Where a plain value of YAML begins: it may have blanks in it.
fn plain_start(all: &[Token], text: &str, start: usize) -> usize {
    let before = all.iter().rev().skip_while(|token| token.place.start >= start);
    let words = before.take_while(|token| matches!(token.kind, Kind::Word | Kind::Space));
    let first = words.filter(|token| token.kind == Kind::Word).last().map_or(start, |token| token.place.start);
    let line = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    first.max(line)
}

/// Whether a key of JSON belongs at a byte: in a map, behind its bracket or a comma.
fn is_key(text: &str, all: &[Token], start: usize) -> bool {
    let (mut open, mut last) = (vec![], None);
    for token in all.iter().take_while(|token| token.place.start < start).filter(|token| !token.kind.is_blank()) {
        match token.kind {
            Kind::Open => open.push(text.get(token.place.clone()) == Some("{")),
            Kind::Close => drop(open.pop()),
            _ => {}
        }
        last = Some(token.kind);
    }
    open.last() == Some(&true) && matches!(last, Some(Kind::Open | Kind::Separator))
}

/// Of YAML that cannot be read: the lines that the one of the mark stands below, and the mark.
fn above(before: &str, mark: &str) -> String {
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let (above, own) = (before.get(..line).unwrap_or_default(), before.get(line..).unwrap_or_default());
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let mut most = indent(own);
    let mut lines = vec![];
    for line in above.lines().rev().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        if indent(line) < most {
            most = indent(line);
            lines.push(line);
        }
    }
    lines.reverse();
    let head: String = lines.iter().map(|line| format!("{line}\n")).collect();
    format!("{head}{own}{mark}\n")
}
