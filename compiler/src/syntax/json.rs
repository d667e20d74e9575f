//! JSON, strictly RFC 8259. Comes in: a text. Goes out: a tree and diagnostics. A text without a mistake is read straight from its
//! bytes; any other by its tokens, from its start. These are those of jsonc-parser with every leniency off; the grammar is here, because
//! the library's own stops at the first mistake and hands out nothing, and a mistake should cost one member. Deliberately absent:
//! comments, trailing commas, any other spelling of a value.

mod direct;
mod inside;
mod lex;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::tree::{Builder, Role, Scalar, Shape, Text, Tree};
use super::{MAX_DEPTH, MAX_ITEMS, Report, duplicate, hidden, too_deep, too_many, without};
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::{FileId, Span};
use inside::Inside;
use lex::{Kind, Lexer, Token};

type Key = Option<(Text, Span)>;

/// The keys of a map, with where each stands and its value as written.
type Keys<'t> = BTreeMap<Cow<'t, str>, (Span, &'t str)>;

/// Parses a text. A blank text is an empty map without a diagnostic. Of two members with one key the first stays.
#[must_use]
pub fn parse(file: FileId, text: &Arc<str>, sink: &mut Sink) -> Tree {
    parse_directly(file, text).unwrap_or_else(|| parse_by_tokens(file, text, sink))
}

/// The tree of a text without a mistake, several times faster. `None` says nothing about the text: one that is a single scalar, has
/// keys with escapes or surrogate pairs is not read so either. Where there is a tree, [`parse_by_tokens`] gives the same and reports
/// nothing.
#[must_use]
pub fn parse_directly(file: FileId, text: &Arc<str>) -> Option<Tree> {
    direct::read(file, text)
}

/// Parses any text, as [`parse`] does with those that are not read directly.
#[must_use]
pub fn parse_by_tokens(file: FileId, text: &Arc<str>, sink: &mut Sink) -> Tree {
    let mut lexer = Lexer::new(file, text, Report::new(sink));
    let token = lexer.next();
    let tree = Builder::new(file, text.clone(), Shape::Map);
    Parser { lexer, token, tree, open: Vec::new(), unterminated: false }.document(text)
}

struct Parser<'t, 's> {
    lexer: Lexer<'t, 's>,
    /// The token that is looked at.
    token: Token<'t>,
    tree: Builder,
    /// The containers that are open, the root included.
    open: Vec<Inside>,
    /// Whether a container without an end was reported: its parents have none either.
    unterminated: bool,
}

impl<'t> Parser<'t, '_> {
    fn document(mut self, text: &Arc<str>) -> Tree {
        if self.token.kind == Kind::End {
            return self.tree.finish();
        }
        if let Some(inside) = Inside::of(&self.token.kind) {
            self.tree = Builder::new(self.token.span.file, text.clone(), inside.shape());
            self.container(inside);
        } else if let Some((scalar, decoded)) = self.root_scalar() {
            self.tree = Builder::new(self.token.span.file, text.clone(), Shape::Scalar(scalar));
            self.tree.decoded(&decoded);
            self.advance();
        } else {
            self.no_value();
            return self.tree.finish();
        }
        if !matches!(self.token.kind, Kind::End | Kind::Bad) {
            let message = format!("`{}` stands after the end of the document", self.lexer.shown(self.token.span));
            self.say(Code::UnexpectedToken, self.token.span, message);
        }
        self.tree.finish()
    }

    /// The scalar a document consists of, and its decoded text, which is the first that the tree keeps.
    fn root_scalar(&mut self) -> Option<(Scalar, Cow<'t, str>)> {
        let decoded = match &self.token.kind {
            Kind::String(value @ Cow::Owned(_)) => value.clone(),
            _ => Cow::Borrowed(""),
        };
        Some((self.scalar()?, decoded))
    }

    /// One value with its key, or nothing and a diagnostic. Leaves a token that cannot be part of a value.
    fn value(&mut self, role: Role, key: Key) {
        if self.tree.mark() >= MAX_ITEMS {
            self.lexer.report.add(too_many(self.token.span));
            self.halt();
        } else if let Some(inside) = Inside::of(&self.token.kind) {
            self.nested(role, inside, key);
        } else if let Some(scalar) = self.scalar() {
            self.tree.scalar(role, scalar, key, self.token.span);
            self.advance();
        } else {
            self.no_value();
        }
    }

    fn nested(&mut self, role: Role, inside: Inside, key: Key) {
        if self.open.len() >= MAX_DEPTH {
            self.lexer.report.add(too_deep(self.token.span));
            return self.skip();
        }
        self.tree.open(role, inside.shape(), key, self.token.span);
        let end = self.container(inside);
        self.tree.close(end);
    }

    fn scalar(&mut self) -> Option<Scalar> {
        let span = self.token.span;
        match &self.token.kind {
            Kind::String(value) => Some(Scalar::String(place(&mut self.tree, value, span))),
            Kind::Number => Some(Scalar::Number(Builder::source(span.range()))),
            Kind::Bool(value) => Some(Scalar::Bool(*value)),
            Kind::Null => Some(Scalar::Null),
            _ => None,
        }
    }

    fn no_value(&mut self) {
        let span = self.token.span;
        let shown = self.lexer.shown(span);
        match self.token.kind {
            Kind::Bad => self.advance(),
            Kind::Word => {
                self.lexer.report.add(word(self.lexer.written(span), span));
                self.advance();
            }
            Kind::End => self.end_of_text(span),
            _ => self.say(Code::UnexpectedToken, span, format!("expected a value, found `{shown}`")),
        }
    }

    /// Everything from the opening bracket to the closing one; answers where that stands.
    fn container(&mut self, inside: Inside) -> Span {
        let open = self.token.span;
        self.open.push(inside);
        self.advance();
        let end = self.contents(inside, open);
        self.open.pop();
        end
    }

    fn contents(&mut self, inside: Inside, open: Span) -> Span {
        let mut keys = BTreeMap::new();
        loop {
            if let Some(end) = self.closing(inside, open) {
                return end;
            }
            match inside {
                Inside::Members => self.member(&mut keys),
                Inside::Items => self.value(Role::Argument, None),
            }
            self.separator();
        }
    }

    /// Passes the end of a container. One that is closed by the other bracket ends there if a parent is what that
    /// bracket closes.
    fn closing(&mut self, inside: Inside, open: Span) -> Option<Span> {
        loop {
            let span = self.token.span;
            if self.token.kind == Kind::End {
                self.end_of_text(open);
                return Some(span);
            }
            let closed = Inside::closed_by(&self.token.kind)?;
            if closed == inside {
                self.advance();
                return Some(span);
            }
            let message = format!("`{}` does not close this `{}`", self.lexer.shown(span), inside.bracket());
            self.lexer.report.add(Diagnostic::new(Code::UnexpectedToken, span, message).because(open, "opened here"));
            if self.open.contains(&closed) {
                return Some(Span { end: span.start, ..span });
            }
            self.advance();
        }
    }

    fn member(&mut self, keys: &mut Keys<'t>) {
        let span = self.token.span;
        let Kind::String(name) = self.token.kind.clone() else {
            self.no_key();
            return self.skip();
        };
        self.advance();
        if self.token.kind != Kind::Colon {
            let shown = self.lexer.shown(span);
            self.say(Code::UnexpectedToken, span, format!("the key {shown} has no `:` and no value"));
            return self.skip();
        }
        self.advance();
        let mark = self.tree.mark();
        let key = place(&mut self.tree, &name, span);
        let start = self.token.span.start;
        self.value(Role::Member, Some((key, span)));
        let value = self.value_from(start, span);
        if let Some((first, said)) = keys.get(&name) {
            let found = duplicate(&name, span, *first);
            let is_same = !said.is_empty() && *said == self.lexer.written(value);
            let whole = is_same.then(|| self.with_comma(span, value));
            self.lexer.report.add(whole.map_or(found.clone(), |whole| found.fix_with(without(whole))));
            self.tree.rewind(mark);
        } else {
            keys.insert(name, (span, self.lexer.written(value)));
        }
    }

    /// The value that was read last: from where it began to the token that follows, without the blanks between.
    fn value_from(&self, start: u32, key: Span) -> Span {
        let until = Span { start, end: self.token.span.start.max(start), ..key };
        let length = self.lexer.written(until).trim_end().len();
        Span { end: start + u32::try_from(length).unwrap_or_default(), ..until }
    }

    /// A member that is not the first, with the comma before it.
    fn with_comma(&self, key: Span, value: Span) -> Span {
        let before = self.lexer.written(Span { start: 0, end: key.start, ..key }).trim_end();
        let comma = before.strip_suffix(',').map_or(key.start as usize, str::len);
        Span { start: u32::try_from(comma).unwrap_or(key.start), end: value.end, ..key }
    }

    fn no_key(&mut self) {
        let span = self.token.span;
        let shown = self.lexer.shown(span);
        if matches!(self.token.kind, Kind::Word | Kind::Number | Kind::Bool(_) | Kind::Null) {
            let message = format!("the key `{shown}` is not in double quotes");
            let wrong = Diagnostic::new(Code::UnexpectedToken, span, message);
            let quoted = format!("\"{}\"", self.lexer.written(span));
            self.lexer.report.add(wrong.help("put the key in double quotes").fix(span, quoted));
        } else if self.token.kind != Kind::Bad {
            self.say(Code::UnexpectedToken, span, format!("expected a key in double quotes, found `{shown}`"));
        }
    }

    /// Passes the comma between two values, and reports one that is missing or too many.
    fn separator(&mut self) {
        let span = self.token.span;
        match self.token.kind {
            Kind::Comma => {
                self.advance();
                if Inside::closed_by(&self.token.kind).is_some() {
                    let wrong = Diagnostic::new(Code::UnexpectedToken, span, "a `,` after the last value");
                    self.lexer.report.add(wrong.help("remove the `,`").fix(span, ""));
                }
            }
            Kind::CloseMap | Kind::CloseList | Kind::End | Kind::Bad => {}
            Kind::Colon => {
                self.say(Code::UnexpectedToken, span, "a `:` that follows no key".into());
                self.skip();
                self.separator();
            }
            _ => {
                let message = format!("expected `,` before `{}`", self.lexer.shown(span));
                let wrong = Diagnostic::new(Code::UnexpectedToken, span, message).help("write a `,` between the two");
                self.lexer.report.add(wrong.fix(Span { end: span.start, ..span }, ","));
            }
        }
    }

    /// Passes everything up to the next comma or bracket that belongs to the open container.
    fn skip(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.token.kind {
                Kind::OpenMap | Kind::OpenList => depth += 1,
                Kind::CloseMap | Kind::CloseList | Kind::Comma if depth == 0 => return,
                Kind::CloseMap | Kind::CloseList => depth -= 1,
                Kind::End => return,
                _ => {}
            }
            self.advance();
        }
    }

    fn end_of_text(&mut self, open: Span) {
        if !self.unterminated {
            self.unterminated = true;
            let message = match self.lexer.written(open) {
                "" => "the text ends where a value is expected".into(),
                bracket => format!("this `{bracket}` is never closed"),
            };
            self.say(Code::UnterminatedText, open, message);
        }
    }

    /// Reads no further.
    fn halt(&mut self) {
        self.unterminated = true;
        self.lexer.halt();
        self.advance();
    }

    fn advance(&mut self) {
        self.token = self.lexer.next();
    }

    fn say(&mut self, code: Code, span: Span, message: String) {
        self.lexer.report.add(Diagnostic::new(code, span, message));
    }
}

/// Where a string's text is: between its quotes, or among the decoded ones. Every escape is longer than what it means.
fn place(tree: &mut Builder, value: &str, span: Span) -> Text {
    let quoted = span.range();
    if value.len() + 2 == quoted.len() {
        Builder::source(quoted.start + 1..quoted.end - 1)
    } else {
        tree.decoded(value)
    }
}

fn word(written: &str, span: Span) -> Diagnostic {
    let shown = hidden::visible(written);
    if matches!(written, "NaN" | "Infinity") {
        return Diagnostic::new(Code::BadNumber, span, format!("JSON has no number `{shown}`"));
    }
    let wrong = Diagnostic::new(Code::UnexpectedToken, span, format!("`{shown}` is not a JSON value"));
    let lower = written.to_ascii_lowercase();
    if matches!(lower.as_str(), "true" | "false" | "null") {
        return wrong.help(format!("write `{lower}`")).fix(span, lower);
    }
    wrong.help("put text in double quotes").fix(span, format!("\"{written}\""))
}
