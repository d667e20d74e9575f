//! YAML 1.2 with the core schema, without the features that make one text mean several things. Comes in: a text. Goes out:
//! a tree and diagnostics; everything before the first mistake in the syntax stays in the tree. What most texts consist of is read
//! straight from the bytes; a text with a mistake or with anything else is read by the library's events, from its start. Where both
//! give a tree it is the same. Deliberately absent: aliases, merge keys, tags beyond the core schema, directives, a second document,
//! keys that are not scalars.

mod direct;
mod error;
mod leaf;
mod lines;
mod load;
mod schema;

use std::sync::Arc;

use granit_parser::{Event, Options, Parser};

use super::Report;
use super::tree::Tree;
use crate::diag::Sink;
use crate::source::FileId;
use leaf::{At, Leaf, Page};
use load::{Inside, Loader};

/// Parses a text. A blank text is an empty map without a diagnostic. Of two members with one key the first stays.
#[must_use]
pub fn parse(file: FileId, text: &Arc<str>, sink: &mut Sink) -> Tree {
    parse_known(false, (file, text), sink)
}

/// The same, of a text that may be known to be plain: ASCII that is seen as what it is.
pub(super) fn parse_known(is_plain: bool, (file, text): (FileId, &Arc<str>), sink: &mut Sink) -> Tree {
    direct::read(file, is_plain, text).unwrap_or_else(|| parse_by_events(file, text, sink))
}

/// The tree of a text without a mistake that has only the common part of YAML, several times faster. `None`: it has anything else;
/// that says nothing about the text. Where there is a tree, [`parse_by_events`] gives the same and reports nothing.
#[must_use]
pub fn parse_directly(file: FileId, text: &Arc<str>) -> Option<Tree> {
    direct::read(file, false, text)
}

/// Parses any text, as [`parse`] does with those that are not read directly.
#[must_use]
pub fn parse_by_events(file: FileId, text: &Arc<str>, sink: &mut Sink) -> Tree {
    let mut loader = Loader::new(Page { file, text }, Report::new(sink));
    for event in Parser::new_from_str_with_options(text, options()) {
        match event {
            Ok((event, span)) => see(&mut loader, event, At::of(&span)),
            Err(error) => loader.broken(&error),
        }
        if loader.is_done() {
            break;
        }
    }
    loader.finish()
}

/// As the specification has it, not as older parsers do. The nesting limits of the library lie above ours.
fn options() -> Options {
    granit_parser::options! {
        strict_indentation: true,
        disallow_directives: true,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        emit_comments: false,
    }
}

fn see<'t>(loader: &mut Loader<'t, '_>, event: Event<'t>, at: At) {
    match event {
        Event::DocumentStart(..) => loader.document(&at),
        Event::Scalar(value, style, _, tag) => loader.scalar(Leaf::new(value, style, tag.as_deref(), at)),
        Event::SequenceStart(_, _, tag) => loader.open(Inside::Items, tag.as_deref(), &at),
        Event::MappingStart(_, _, tag) => loader.open(Inside::Members, tag.as_deref(), &at),
        Event::SequenceEnd | Event::MappingEnd => loader.close(&at),
        Event::Anchor(id, _) => loader.anchor(id, &at),
        Event::Alias(id) => loader.alias(Some(id), &at),
        Event::UnresolvedAlias(_) => loader.alias(None, &at),
        _ => {}
    }
}
