//! Identifiers and keywords. Comes in: a [`Cursor`] before one. Goes out: where it stands, or what it must not be.
//! Deliberately absent: quotes; see [`super::strings`].

use std::ops::Range;

use super::cursor::Cursor;
use super::table::{self, CLASS, Class, Wide};
use super::wrong::{Kind, Wrong};
use crate::syntax::tree::{Builder, Scalar};

impl Cursor<'_> {
    /// Moves to the end of a run of identifier characters.
    #[inline]
    pub(super) fn word_run(&mut self) {
        loop {
            self.skip_to(|byte| !CLASS[usize::from(byte)].in_word());
            match self.class() {
                Class::Wide => match table::wide(self.rest()) {
                    Wide::Text(length) => self.at += length,
                    Wide::Space(_) | Wide::Newline(_) => return,
                },
                _ => return,
            }
        }
    }

    /// Reads an identifier (section "Identifier String").
    #[inline]
    pub(super) fn identifier(&mut self) -> Result<Range<usize>, Wrong> {
        let start = self.at;
        self.word_run();
        let here = start..self.at;
        let word = self.bytes.get(here.clone()).unwrap_or_default();
        match word {
            [b'a'..=b'e' | b'g'..=b'h' | b'j'..=b'm' | b'o'..=b's' | b'u'..=b'z', ..] => {}
            b"true" | b"false" | b"null" | b"inf" | b"-inf" | b"nan" => {
                return Err(Wrong::new(Kind::BareKeyword, here));
            }
            [b'.', b'0'..=b'9', ..] | [b'+' | b'-', b'.', b'0'..=b'9', ..] => {
                return Err(Wrong::new(Kind::BarePoint, here));
            }
            _ => {}
        }
        if word == b"r" && matches!(self.class(), Class::Quote | Class::Hash) {
            return Err(Wrong::new(Kind::OldRaw, here));
        }
        Ok(here)
    }

    /// Reads a keyword: `#true`, `#false`, `#null`, `#inf`, `#-inf`, `#nan`.
    pub(super) fn keyword(&mut self) -> Result<(Scalar, Range<usize>), Wrong> {
        let start = self.at;
        self.at += 1;
        self.word_run();
        let here = start..self.at;
        let scalar = match self.bytes.get(here.clone()).unwrap_or_default() {
            b"#true" => Scalar::Bool(true),
            b"#false" => Scalar::Bool(false),
            b"#null" => Scalar::Null,
            b"#inf" | b"#-inf" | b"#nan" => Scalar::Number(Builder::source(here.clone())),
            _ => return Err(Wrong::new(Kind::UnknownKeyword, here)),
        };
        Ok((scalar, here))
    }
}
