//! KDL 2.0.0 becomes a tree. Comes in: a text of at most [`MAX_BYTES`](super::MAX_BYTES). Goes out: a [`Tree`] and a
//! diagnostic for every place where the text leaves the grammar; what stands after such a place is read all the same.
//! Deliberately absent: the meaning of any node, what a type annotation asks for, and the rule that the rightmost of two
//! equal properties wins (KDL 2.0.0, "Property"): the tree keeps both in order, because a reader of permissions reports
//! them as duplicates instead of choosing one.
//!
//! The work is linear in the text and the nesting is bounded by [`MAX_DEPTH`](super::MAX_DEPTH), whatever the text is:
//! blocks live on a stack of their own, and no byte is looked at again after an error. What most texts consist of is read straight
//! from the bytes; a text with a mistake or with anything else is read by the parser, from its start.
//!
//! | text | item |
//! |---|---|
//! | node | [`Role::Node`](super::Role::Node), [`Shape::Node`], its name as key, from its name to its last byte |
//! | argument | [`Role::Argument`](super::Role::Argument), a scalar without key |
//! | property | [`Role::Property`](super::Role::Property), a scalar with key |
//! | `(type)` | the annotation of the node or value it stands before; its span is the text inside the brackets |
//!
//! Sections are those of the specification, <https://kdl.dev/spec>.

mod cursor;
mod direct;
mod entry;
mod hidden;
mod lines;
mod numbers;
mod parser;
mod recover;
mod repeats;
mod strings;
mod table;
mod words;
mod wrong;

use std::sync::Arc;

use super::tree::{Builder, Shape, Tree};
use super::{MAX_ITEMS, Report};
use crate::diag::Sink;
use crate::source::FileId;
use cursor::Cursor;
use parser::Parser;

/// Parses a text. A text without nodes is an empty tree and no diagnostic: the grammar allows it.
#[must_use]
pub fn parse(file: FileId, text: &Arc<str>, sink: &mut Sink) -> Tree {
    parse_directly(file, text).unwrap_or_else(|| parse_in_full(file, text, sink))
}

/// The tree of a text without a mistake that has only the common part of KDL, several times faster. `None`: it has anything else;
/// that says nothing about the text. Where there is a tree, [`parse_in_full`] gives the same and reports nothing.
#[must_use]
pub fn parse_directly(file: FileId, text: &Arc<str>) -> Option<Tree> {
    direct::read(MAX_ITEMS, false, file, text)
}

/// Parses any text, as [`parse`] does with those that are not read directly.
#[must_use]
pub fn parse_in_full(file: FileId, text: &Arc<str>, sink: &mut Sink) -> Tree {
    parse_up_to(MAX_ITEMS, file, text, sink)
}

/// Parses a text that may have so many items, and in which no node has one property twice. Whether it is known to be plain changes
/// nothing but the work.
pub(super) fn parse_policy(items: usize, is_plain: bool, (file, text): (FileId, &Arc<str>), sink: &mut Sink) -> Tree {
    direct::read(items, is_plain, file, text).unwrap_or_else(|| {
        let tree = parse_up_to(items, file, text, sink);
        repeats::check(&tree, sink);
        tree
    })
}

fn parse_up_to(items: usize, file: FileId, text: &Arc<str>, sink: &mut Sink) -> Tree {
    let mut report = Report::new(sink);
    hidden::check(file, text, &mut report);
    let tree = Builder::new(file, text.clone(), Shape::Node);
    Parser::new(file, Cursor::new(text), tree, Report::new(sink), items).document()
}
