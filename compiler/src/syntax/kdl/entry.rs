//! What stands on a node's line: arguments, properties, type annotations. Comes in: a [`Parser`] behind a name or a `}`.
//! Goes out: items of the node, up to its end or its next block. Deliberately absent: what happens inside a block.

use std::ops::Range;

use super::parser::{Fate, Parser, Stage};
use super::strings::Quoted;
use super::table::Class;
use super::wrong::{Kind, Wrong};
use crate::source::Span;
use crate::syntax::tree::{Builder, Role, Scalar, Text};

/// A value as it stands in the text.
enum Value {
    Text(Quoted),
    Other(Scalar, Range<usize>),
}

impl Parser<'_, '_> {
    /// Reads up to the end of the node, or up to the inside of its next block.
    pub(super) fn entries(&mut self) -> Result<(), Wrong> {
        let mut spaced = self.cursor.node_space()?;
        loop {
            match self.cursor.class() {
                Class::End | Class::BlockClose | Class::Newline => break,
                Class::Wide if self.cursor.newline() > 0 => break,
                Class::Semicolon => {
                    self.cursor.at += 1;
                    break;
                }
                Class::Slash if self.cursor.peek(1) == b'/' => break,
                Class::Slash if self.at_slashdash() => match self.slashdashed()? {
                    Some(after) => spaced = after,
                    None => return Ok(()),
                },
                Class::BlockOpen if self.node.is_over() => return Err(self.unexpected(Kind::SecondBlock)),
                Class::BlockOpen => return self.open_block(Fate::Kept),
                _ => {
                    self.allow_entry(spaced)?;
                    spaced = self.entry()?;
                }
            }
        }
        self.end_node();
        Ok(())
    }

    /// Reads `/-` and the entry behind it, or goes into the block behind it: then there is nothing to return.
    fn slashdashed(&mut self) -> Result<Option<bool>, Wrong> {
        let (mark, end) = (self.tree.mark(), self.node.end);
        self.slashdash()?;
        if self.cursor.class() == Class::BlockOpen {
            self.open_block(Fate::Dropped)?;
            return Ok(None);
        }
        self.allow_entry(true)?;
        let spaced = self.entry()?;
        self.tree.rewind(mark);
        self.node.end = end;
        Ok(Some(spaced))
    }

    /// Whether an entry may begin here.
    fn allow_entry(&mut self, spaced: bool) -> Result<(), Wrong> {
        let class = self.cursor.class();
        let kind = match self.node.stage {
            Stage::Nameless | Stage::Tail => Kind::AfterBlock,
            Stage::Blocks => Kind::EntryAfterBlock,
            _ if class == Class::Equals && self.tree.mark() == self.node.mark + 1 => Kind::EqualsAfterName,
            _ if class == Class::Equals => Kind::LoneEquals,
            _ if spaced => return Ok(()),
            _ => self.glued(class),
        };
        Err(self.unexpected(kind))
    }

    /// What is wrong with something that stands right behind a string or number.
    fn glued(&self, class: Class) -> Kind {
        let quoted = self
            .cursor
            .bytes
            .get(..self.cursor.at)
            .is_some_and(|before| before.ends_with(b"\"") || before.ends_with(b"#"));
        match class {
            Class::Reserved | Class::Slash => Kind::Unexpected,
            Class::Hash | Class::TypeOpen if !quoted => Kind::Unexpected,
            _ if self.cursor.peek(0) == b':' => Kind::Colon,
            _ => Kind::NoSpace,
        }
    }

    /// Reads an argument or a property. Whether there was space behind it.
    fn entry(&mut self) -> Result<bool, Wrong> {
        let annotation = self.annotation()?;
        let value = self.value()?;
        let spaced = self.cursor.node_space()?;
        if self.cursor.class() == Class::Equals {
            let key = self.key(value, annotation)?;
            self.cursor.at += 1;
            return self.property(key);
        }
        self.scalar(Role::Argument, None, value)?;
        self.annotate(annotation);
        Ok(spaced)
    }

    fn property(&mut self, key: (Text, Span)) -> Result<bool, Wrong> {
        self.cursor.node_space()?;
        let annotation = self.annotation()?;
        let value = self.value()?;
        self.scalar(Role::Property, Some(key), value)?;
        self.annotate(annotation);
        self.cursor.node_space()
    }

    fn scalar(&mut self, role: Role, key: Option<(Text, Span)>, value: Value) -> Result<(), Wrong> {
        let (scalar, here) = match value {
            Value::Text(found) => (Scalar::String(self.text(&found)), found.here),
            Value::Other(scalar, here) => (scalar, here),
        };
        self.allow_item(&here)?;
        self.node.end = here.end;
        self.tree.scalar(role, scalar, key, self.span(here));
        Ok(())
    }

    /// Makes a key of what stands before `=`.
    fn key(&mut self, value: Value, annotation: Option<(Text, Span)>) -> Result<(Text, Span), Wrong> {
        match (value, annotation) {
            (Value::Text(found), None) => Ok((self.text(&found), self.span(found.here))),
            (Value::Text(_), Some((_, span))) => Err(Wrong::new(Kind::TypedKey, span.range())),
            (Value::Other(_, here), _) => Err(Wrong::new(Kind::BadKey, here)),
        }
    }

    fn value(&mut self) -> Result<Value, Wrong> {
        match self.cursor.class() {
            Class::Digit => self.number(),
            Class::Sign if self.cursor.peek(1).is_ascii_digit() => self.number(),
            Class::Hash if !matches!(self.cursor.peek(1), b'"' | b'#') => {
                let (scalar, here) = self.cursor.keyword()?;
                Ok(Value::Other(scalar, here))
            }
            _ => Ok(Value::Text(self.string(Kind::NoValue)?)),
        }
    }

    fn number(&mut self) -> Result<Value, Wrong> {
        let here = self.cursor.number()?;
        Ok(Value::Other(Scalar::Number(Builder::source(here.clone())), here))
    }

    /// Reads a string of any form. `otherwise` is the complaint when something stands here that is none.
    pub(super) fn string(&mut self, otherwise: Kind) -> Result<Quoted, Wrong> {
        match self.cursor.class() {
            Class::Sign if self.cursor.peek(1).is_ascii_digit() => Err(self.unexpected(otherwise)),
            Class::Wide if self.cursor.newline() > 0 => Err(self.unexpected(otherwise)),
            Class::Word | Class::Sign | Class::Dot | Class::Wide => match self.cursor.identifier() {
                Ok(here) => Ok(Quoted { here: here.clone(), plain: Some(here) }),
                Err(wrong) if otherwise != Kind::NoValue || self.cursor.class() == Class::Equals => {
                    Err(wrong.of_name())
                }
                Err(wrong) => Err(wrong),
            },
            Class::Quote => self.cursor.quoted(),
            Class::Hash if matches!(self.cursor.peek(1), b'"' | b'#') => self.cursor.raw(),
            Class::Slash if self.cursor.peek(1) == b'/' => Err(self.unexpected(otherwise)),
            Class::BlockOpen if otherwise == Kind::NoName => Err(self.unexpected(Kind::NamelessBlock)),
            Class::Reserved | Class::Slash | Class::Equals | Class::TypeOpen => Err(self.unexpected(Kind::Unexpected)),
            _ => Err(self.unexpected(otherwise)),
        }
    }

    /// Reads `(type)` and the space behind it, if it stands here (section "Type Annotation").
    pub(super) fn annotation(&mut self) -> Result<Option<(Text, Span)>, Wrong> {
        if self.cursor.class() != Class::TypeOpen {
            return Ok(None);
        }
        let start = self.cursor.at;
        self.cursor.at += 1;
        self.cursor.node_space()?;
        if self.cursor.peek(0) == b')' {
            self.cursor.at += 1;
            return Err(Wrong::new(Kind::EmptyType, start..self.cursor.at));
        }
        let name = self.string(Kind::EmptyType)?;
        self.cursor.node_space()?;
        if self.cursor.peek(0) != b')' {
            return Err(self.unexpected(Kind::OpenType).because(start..start + 1));
        }
        self.cursor.at += 1;
        let alone = Wrong::new(Kind::LoneType, start..self.cursor.at);
        self.cursor.node_space()?;
        match self.cursor.class() {
            Class::End | Class::Semicolon | Class::BlockOpen | Class::BlockClose => Err(alone),
            Class::Newline | Class::Wide if self.cursor.newline() > 0 => Err(alone),
            _ => Ok(Some((self.text(&name), self.span(name.here)))),
        }
    }

    /// The value of a string just read.
    pub(super) fn text(&mut self, found: &Quoted) -> Text {
        match &found.plain {
            Some(plain) => Builder::source(plain.clone()),
            None => self.tree.decoded(&self.cursor.decoded),
        }
    }

    /// A complaint about the character here, or about the place before a newline.
    fn unexpected(&self, kind: Kind) -> Wrong {
        let start = self.cursor.at;
        let rest = self.cursor.text.get(start..).filter(|_| self.cursor.newline() == 0).unwrap_or_default();
        Wrong::new(kind, start..start + rest.chars().next().map_or(0, char::len_utf8))
    }
}
