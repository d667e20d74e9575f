//! The common part of KDL, straight from the bytes. Comes in: a text. Goes out: the tree that the parser would make, with the same
//! places; or nothing, wherever it is not certain that there is one and that it is this one. Read so: nodes with arguments, properties and
//! blocks, strings on one line without escapes, identifiers, whole numbers, `#true`, `#false`, `#null`, comments behind `//`. Deliberately
//! absent: diagnostics, and therefore mistakes; `/-`, `/* */`, types, raw and long strings, blanks around `=`, properties that are there
//! twice.

mod value;

use std::ops::Range;
use std::sync::Arc;

use super::hidden;
use super::table::{CLASS, Class};
use crate::source::{FileId, Span};
use crate::syntax::MAX_DEPTH;
use crate::syntax::near::{LONGEST, near_span};
use crate::syntax::tree::{Builder, Role, Scalar, Shape, Tree};

/// How many properties of one node are compared each with each.
const FEW: usize = 16;

struct Reader<'t> {
    file: FileId,
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tree: Builder,
    /// How many blocks are open.
    depth: usize,
    /// How many items the tree may have.
    most: usize,
    /// The properties of the node that is being read.
    properties: Vec<&'t str>,
}

/// Reads a text that may have so many items, or nothing. Whoever knows that it is plain says so: it hides nothing then.
pub(super) fn read(most: usize, is_plain: bool, file: FileId, text: &Arc<str>) -> Option<Tree> {
    if text.len() > LONGEST || !is_plain && hidden::may_hide(text.as_bytes()) {
        return None;
    }
    let tree = Builder::new(file, text.clone(), Shape::Node);
    let bytes = text.as_bytes();
    let mut reader = Reader { file, text, bytes, at: 0, tree, depth: 0, most, properties: Vec::new() };
    reader.document()?;
    Some(reader.tree.finish())
}

impl Reader<'_> {
    fn document(&mut self) -> Option<()> {
        loop {
            self.skip_lines();
            match self.class() {
                Class::End => return (self.depth == 0).then_some(()),
                Class::BlockClose => self.close_block()?,
                _ => self.node()?,
            }
        }
    }

    /// From the name of a node to its end, or into its block.
    fn node(&mut self) -> Option<()> {
        let start = self.at;
        let name = self.string()?;
        if self.tree.mark() >= self.most {
            return None;
        }
        let span = self.span(start);
        self.tree.open(Role::Node, Shape::Node, Some((Builder::stretch(name.start, name.end), span)), span);
        self.properties.clear();
        self.entries()
    }

    fn entries(&mut self) -> Option<()> {
        let mut end = self.at;
        loop {
            self.skip_spaces();
            match self.class() {
                Class::BlockOpen => return self.open_block(),
                // What stands right behind something else is wrong.
                Class::Quote if self.at > end => self.argument()?,
                _ if self.end_node() => {
                    self.close(end);
                    return Some(());
                }
                _ if self.at > end => self.argument()?,
                _ => return None,
            }
            end = self.at;
        }
    }

    /// Whether a node ends here. Goes behind what ends it and nothing else.
    fn end_node(&mut self) -> bool {
        match self.class() {
            Class::Newline | Class::End | Class::BlockClose => true,
            Class::Slash => self.bytes.get(self.at + 1) == Some(&b'/'),
            Class::Semicolon => {
                self.at += 1;
                true
            }
            _ => false,
        }
    }

    /// An argument, or a property.
    fn argument(&mut self) -> Option<()> {
        let start = self.at;
        if !matches!(self.class(), Class::Quote | Class::Word) {
            let value = self.value()?;
            let is_key = self.class() == Class::Equals;
            return if is_key { None } else { self.item(value, start, (Role::Argument, None)) };
        }
        let text = self.string()?;
        if self.class() == Class::Equals {
            return self.property(text, start);
        }
        self.item(Scalar::String(Builder::stretch(text.start, text.end)), start, (Role::Argument, None))
    }

    fn property(&mut self, key: Range<usize>, start: usize) -> Option<()> {
        let name = self.text.get(key.clone())?;
        if self.properties.len() >= FEW || self.properties.contains(&name) {
            return None;
        }
        self.properties.push(name);
        let key = (Builder::stretch(key.start, key.end), self.span(start));
        self.at += 1;
        let start = self.at;
        let value = self.value()?;
        self.item(value, start, (Role::Property, Some(key)))
    }

    fn open_block(&mut self) -> Option<()> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        self.at += 1;
        Some(())
    }

    /// A `}`, behind which its node has to end.
    fn close_block(&mut self) -> Option<()> {
        self.depth = self.depth.checked_sub(1)?;
        self.at += 1;
        let end = self.at;
        self.skip_spaces();
        self.end_node().then(|| self.close(end))
    }

    fn close(&mut self, end: usize) {
        self.tree.close(near_span(self.file, end, end));
    }

    /// Skips spaces, newlines and comments.
    fn skip_lines(&mut self) {
        loop {
            while matches!(self.class(), Class::Space | Class::Newline) {
                self.at += 1;
            }
            if self.class() != Class::Slash || self.bytes.get(self.at + 1) != Some(&b'/') {
                return;
            }
            while !matches!(self.class(), Class::Newline | Class::End) {
                self.at += 1;
            }
        }
    }

    fn skip_spaces(&mut self) {
        while self.class() == Class::Space {
            self.at += 1;
        }
    }

    fn class(&self) -> Class {
        self.bytes.get(self.at).map_or(Class::End, |byte| CLASS[usize::from(*byte)])
    }

    /// From `start` to where reading has come to.
    fn span(&self, start: usize) -> Span {
        near_span(self.file, start, self.at)
    }
}
