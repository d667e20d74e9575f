//! What can be wrong with a text. Comes in: a [`Kind`] and a place. Goes out: a [`Diagnostic`] that states the edit.
//! Deliberately absent: how the place was found, and hidden characters; see `super::hidden`.

use std::ops::Range;

use super::super::hidden;
use crate::diag::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// An error in the text: small, because every part of a node may return one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    kind: Kind,
    start: u32,
    end: u32,
    because: Option<u32>,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Unexpected,
    NoSpace,
    Colon,
    NoName,
    NoValue,
    NamelessBlock,
    SecondBlock,
    AfterBlock,
    EntryAfterBlock,
    EqualsAfterName,
    LoneEquals,
    BadKey,
    TypedKey,
    EmptyType,
    OpenType,
    LoneType,
    EmptySlashdash,
    StrayBrace,
    StraySemicolon,
    OpenBlock,
    TooDeep,
    TooMany,
    Continuation,
    OpenComment,
    OpenString,
    OpenRaw,
    OpenLines,
    OpenRawLines,
    LinesStart,
    LinesEnd,
    LinesIndent,
    BadEscape,
    BadUnicode,
    BadNumber,
    BarePoint,
    Comma,
    BareKeyword,
    KeywordName,
    UnknownKeyword,
    LoneHash,
    OldRaw,
    OldVersion,
}

impl Wrong {
    /// Something wrong with the text in `here`.
    pub(super) fn new(kind: Kind, here: Range<usize>) -> Self {
        Wrong { kind, start: narrow(here.start), end: narrow(here.end), because: None }
    }

    /// Points at the mark that asks for something.
    pub(super) fn because(self, mark: Range<usize>) -> Self {
        Wrong { because: Some(narrow(mark.start)), ..self }
    }

    /// The same where only a name may stand: there a keyword is no way out.
    pub(super) fn of_name(self) -> Self {
        Wrong { kind: if self.kind == Kind::BareKeyword { Kind::KeywordName } else { self.kind }, ..self }
    }

    /// Whether the rest of the text is not worth reading.
    pub(super) fn is_final(&self) -> bool {
        self.kind == Kind::TooMany
    }

    /// What to tell the user of a text that may have so many items.
    pub(super) fn diagnostic(&self, file: FileId, text: &str, most: usize) -> Diagnostic {
        let span = Span { file, start: self.start, end: self.end };
        let shown = match self.kind {
            Kind::TooMany => most.to_string(),
            _ => hidden::visible(text.get(span.range()).unwrap_or_default()),
        };
        let (code, message, help) = self.kind.row();
        let found = Diagnostic::new(code, span, message.replace("{}", &shown)).help(help.replace("{}", &shown));
        let found = match self.because {
            Some(mark) => found.because(Span { file, start: mark, end: mark + 1 }, "opened here"),
            None => found,
        };
        match self.edit(text) {
            Some((start, end, edit)) => found.fix(Span { file, start, end }, edit),
            None => found,
        }
    }

    /// The edit for machines, where one is certain.
    fn edit(&self, text: &str) -> Option<(u32, u32, &'static str)> {
        match self.kind {
            Kind::BareKeyword => Some((self.start, self.start, "#")),
            Kind::NoSpace => Some((self.start, self.start, " ")),
            Kind::StrayBrace | Kind::StraySemicolon => Some((self.start, self.end, "")),
            Kind::EqualsAfterName | Kind::Colon => {
                let before = text.get(..self.start as usize)?.trim_end_matches([' ', '\t']);
                let after = text.get(self.end as usize..)?.trim_start_matches([' ', '\t']);
                Some((narrow(before.len()), narrow(text.len() - after.len()), " "))
            }
            Kind::Comma => Some((self.end - 1, self.end, "")),
            Kind::BadEscape => match text.get(self.start as usize..self.end as usize)? {
                "\\/" => Some((self.start, self.end, "/")),
                _ => Some((self.start, self.start, "\\")),
            },
            Kind::OldVersion => Some((self.start, self.end, "2")),
            _ => None,
        }
    }
}

impl Kind {
    /// The code, the message and the help; `{}` is the user's text.
    #[rustfmt::skip]
    fn row(self) -> (Code, &'static str, &'static str) {
        use Code::{BadEscape, BadNumber, TooDeep, TooLarge, UnexpectedToken, UnterminatedText};
        match self {
            Kind::Unexpected => (UnexpectedToken, "`{}` cannot stand here", "put text with `{}` in quotes"),
            Kind::NoSpace => (UnexpectedToken, "`{}` follows without a space", "put a space before `{}`"),
            Kind::Colon => (UnexpectedToken, "`:` follows a name in quotes", "leave out `:`: a value follows its name after a space"),
            Kind::NoName => (UnexpectedToken, "a node cannot begin with `{}`", "begin the node with its name, in quotes if it has to begin with `{}`"),
            Kind::NoValue => (UnexpectedToken, "a value is missing here", "write a value, or `\"\"` for empty text"),
            Kind::NamelessBlock => (UnexpectedToken, "a block without a node", "write the name of the node before `{`"),
            Kind::SecondBlock => (UnexpectedToken, "a second block in one node", "move what it holds into the first block, or name a new node before `{`"),
            Kind::AfterBlock => (UnexpectedToken, "`{}` follows the block of a node", "begin a new line, or write `;` after `}`"),
            Kind::EntryAfterBlock => (UnexpectedToken, "`{}` follows a block that is commented out", "move it before the block"),
            Kind::EqualsAfterName => (UnexpectedToken, "`=` follows the name of a node", "leave out `=`: the value of a node follows its name after a space"),
            Kind::LoneEquals => (UnexpectedToken, "`=` without a key before it", "write `key=value`"),
            Kind::BadKey => (UnexpectedToken, "`{}` cannot be a key", "write the key as text: `\"{}\"`"),
            Kind::TypedKey => (UnexpectedToken, "the type `{}` stands before a key", "write it before the value: `key=({})value`"),
            Kind::EmptyType => (UnexpectedToken, "a type annotation without a type", "write the type in `(` and `)`, or leave them out"),
            Kind::OpenType => (UnexpectedToken, "a type annotation that is not closed", "write `)` after the type"),
            Kind::LoneType => (UnexpectedToken, "a type annotation with nothing behind it", "write the name or value that it is about"),
            Kind::EmptySlashdash => (UnexpectedToken, "`/-` with nothing to comment out", "write it before a node, an argument, a property or a block"),
            Kind::StrayBrace => (UnexpectedToken, "`}` closes no block", "remove it, or open its block with `{`"),
            Kind::StraySemicolon => (UnexpectedToken, "`;` ends no node", "remove it"),
            Kind::OpenBlock => (UnterminatedText, "the text ends inside a block", "close the block with `}`"),
            Kind::TooDeep => (TooDeep, "blocks nested deeper than 64", "nest fewer blocks"),
            Kind::TooMany => (TooLarge, "the file has more than {} values", "split the file, or say it with fewer values"),
            Kind::Continuation => (UnexpectedToken, "`\\` before the end of its line", "write `\\` last on the line that goes on, or put text with `\\` in quotes"),
            Kind::OpenComment => (UnterminatedText, "a comment that is not closed", "close it with `*/`; comments nest"),
            Kind::OpenString => (UnterminatedText, "a string that is not closed on its line", "close it with `\"`, or write `\"\"\"` on lines of their own around text of several lines"),
            Kind::OpenRaw => (UnterminatedText, "a raw string that is not closed on its line", "close it with `\"` and as many `#` as it begins with"),
            Kind::OpenLines => (UnterminatedText, "a string of several lines that is not closed", "close it with `\"\"\"` on a line of its own"),
            Kind::OpenRawLines => (UnterminatedText, "a raw string of several lines that is not closed", "close it with `\"\"\"` and as many `#` as it begins with"),
            Kind::LinesStart => (UnexpectedToken, "`{}` is not followed by the end of its line", "begin the text on the next line, or use one `\"` on each side"),
            Kind::LinesEnd => (UnexpectedToken, "text before the closing `\"\"\"`", "write the closing `\"\"\"` on a line of its own"),
            Kind::LinesIndent => (UnexpectedToken, "a line that is indented otherwise than the closing `\"\"\"`", "begin every line with the spaces that stand before the closing `\"\"\"`"),
            Kind::BadEscape => (BadEscape, "the escape `{}` does not exist", "write `\\\\` for a backslash, or use a raw string `#\"…\"#`"),
            Kind::BadUnicode => (BadEscape, "`{}` names no character", "write one to six hexadecimal digits in braces, as in `\\u{e9}`"),
            Kind::BadNumber => (BadNumber, "`{}` is not a number", "put it in quotes if it is text: `\"{}\"`"),
            Kind::BarePoint => (BadNumber, "`{}` has no digit before its point", "write a `0` before the point, or put it in quotes if it is text"),
            Kind::Comma => (BadNumber, "`{}` is not a number", "remove the comma: values are separated by spaces"),
            Kind::BareKeyword => (UnexpectedToken, "`{}` without `#`", "write `#{}`, or `\"{}\"` if it is text"),
            Kind::KeywordName => (UnexpectedToken, "the name `{}` without quotes", "write `\"{}\"`"),
            Kind::UnknownKeyword => (UnexpectedToken, "`{}` is not a keyword", "write one of `#true`, `#false`, `#null`, `#inf`, `#-inf`, `#nan`, or put text with `#` in quotes"),
            Kind::LoneHash => (UnexpectedToken, "`{}` begins nothing", "put text with `#` in quotes"),
            Kind::OldRaw => (UnexpectedToken, "a raw string of KDL 1", "write it without `r` and with `#` on both sides: `#\"…\"#`"),
            Kind::OldVersion => (UnexpectedToken, "the text says that it is KDL 1", "write it in KDL 2 and say `kdl-version 2`"),
        }
    }
}

/// Texts are at most 1 MiB when they are parsed, so offsets fit.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
