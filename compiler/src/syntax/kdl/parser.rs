//! Documents, nodes and blocks. Comes in: a [`Cursor`] at the start of a text. Goes out: the [`Tree`]. Deliberately
//! absent: what stands on a node's line, see [`super::entry`], and how to go on after an error, see [`super::recover`].

use std::ops::Range;

use super::cursor::Cursor;
use super::table::Class;
use super::wrong::{Kind, Wrong};
use crate::source::{FileId, Span};
use crate::syntax::tree::{Builder, Role, Shape, Text, Tree};
use crate::syntax::{MAX_DEPTH, Report};

/// A document that is being read.
#[derive(Debug)]
pub(super) struct Parser<'t, 's> {
    pub(super) cursor: Cursor<'t>,
    pub(super) tree: Builder,
    /// The node that is being read.
    pub(super) node: Node,
    file: FileId,
    report: Report<'s>,
    /// Blocks whose `}` has not come, outermost first; at most [`MAX_DEPTH`].
    blocks: Vec<Block>,
    /// How many items the tree may have.
    most: usize,
    /// Whether the tree has no room left.
    is_full: bool,
}

/// What is known of a node while it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// Where its items begin in the tree.
    pub(super) mark: usize,
    pub(super) stage: Stage,
    /// One past its last byte so far.
    pub(super) end: usize,
    fate: Fate,
}

/// What may still follow in a node (section "Full Grammar", `base-node`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its name has not been read.
    Nameless,
    /// Anything.
    Entries,
    /// Blocks: a slashdashed one has come.
    Blocks,
    /// Slashdashed blocks: its children have come.
    Tail,
}

/// Whether something reaches the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Kept,
    /// Commented out by `/-`, or part of what could not be read.
    Dropped,
}

#[derive(Debug)]
struct Block {
    /// Where its `{` stands.
    brace: usize,
    /// Where its items begin in the tree.
    mark: usize,
    fate: Fate,
    owner: Node,
}

impl<'t, 's> Parser<'t, 's> {
    pub(super) fn new(file: FileId, cursor: Cursor<'t>, tree: Builder, report: Report<'s>, most: usize) -> Self {
        Parser { cursor, tree, node: Node::nameless(0), file, report, blocks: Vec::new(), most, is_full: false }
    }

    /// Reads the document.
    pub(super) fn document(mut self) -> Tree {
        self.version();
        while let Some(step) = self.step() {
            if let Err(wrong) = step {
                self.recover(wrong);
            }
        }
        self.finish()
    }

    /// Reads up to the end of a node, or into its block, or out of one; `None` at the end of the text.
    fn step(&mut self) -> Option<Result<(), Wrong>> {
        self.node = Node::nameless(self.tree.mark());
        if let Err(wrong) = self.cursor.line_space() {
            return Some(Err(wrong));
        }
        match self.cursor.class() {
            Class::End => None,
            Class::BlockClose => Some(self.close_block()),
            Class::Semicolon => {
                self.refuse_mark(Kind::StraySemicolon);
                Some(Ok(()))
            }
            _ => Some(self.node()),
        }
    }

    fn node(&mut self) -> Result<(), Wrong> {
        let fate = self.slashdash()?.map_or(Fate::Kept, |_| Fate::Dropped);
        let annotation = self.annotation()?;
        let name = self.string(Kind::NoName)?;
        self.allow_item(&name.here)?;
        let span = self.span(name.here.clone());
        self.node = Node { stage: Stage::Entries, end: name.here.end, fate, ..self.node };
        let key = self.text(&name);
        self.tree.open(Role::Node, Shape::Node, Some((key, span)), span);
        self.annotate(annotation);
        self.entries()
    }

    /// Moves over `/-` and what may stand before the part that it comments out; says where it was.
    pub(super) fn slashdash(&mut self) -> Result<Option<Range<usize>>, Wrong> {
        if !self.at_slashdash() {
            return Ok(None);
        }
        let here = self.cursor.at..self.cursor.at + 2;
        self.cursor.at = here.end;
        self.cursor.line_space()?;
        match self.cursor.class() {
            Class::End | Class::BlockClose | Class::Semicolon => Err(Wrong::new(Kind::EmptySlashdash, here)),
            Class::Slash if self.at_slashdash() => Err(Wrong::new(Kind::EmptySlashdash, here)),
            _ => Ok(Some(here)),
        }
    }

    /// Whether `/-` stands here.
    pub(super) fn at_slashdash(&self) -> bool {
        self.cursor.class() == Class::Slash && self.cursor.peek(1) == b'-'
    }

    /// Reads `{`; what follows are the children of the node.
    pub(super) fn open_block(&mut self, fate: Fate) -> Result<(), Wrong> {
        let brace = self.cursor.at;
        self.cursor.at += 1;
        if self.blocks.len() >= MAX_DEPTH {
            self.cursor.skip_block();
            return Err(Wrong::new(Kind::TooDeep, brace..brace + 1));
        }
        let fate = if self.node.is_over() { Fate::Dropped } else { fate };
        self.blocks.push(Block { brace, mark: self.tree.mark(), fate, owner: self.node });
        Ok(())
    }

    /// Reads `}` and what follows on the line of its node.
    fn close_block(&mut self) -> Result<(), Wrong> {
        let Some(block) = self.blocks.pop() else {
            self.refuse_mark(Kind::StrayBrace);
            return Ok(());
        };
        self.cursor.at += 1;
        self.leave(block, self.cursor.at);
        self.entries()
    }

    /// Makes the owner of a block the node that is being read.
    fn leave(&mut self, block: Block, end: usize) {
        self.node = block.owner;
        match (block.fate, block.owner.stage) {
            (_, Stage::Nameless) => self.tree.rewind(block.mark),
            (Fate::Dropped, stage) => {
                self.tree.rewind(block.mark);
                self.node.stage = if stage == Stage::Tail { stage } else { Stage::Blocks };
            }
            (Fate::Kept, _) => {
                self.node.stage = Stage::Tail;
                self.node.end = end;
            }
        }
    }

    /// Ends the node that is being read.
    pub(super) fn end_node(&mut self) {
        if self.node.stage != Stage::Nameless {
            let end = self.node.end;
            self.tree.close(self.span(end..end));
        }
        if self.node.fate == Fate::Dropped {
            self.tree.rewind(self.node.mark);
        }
    }

    fn finish(mut self) -> Tree {
        let end = self.cursor.bytes.len();
        if let Some(block) = self.blocks.last().filter(|_| !self.is_full) {
            let brace = Cursor::new(self.cursor.text).suspect_brace().unwrap_or(block.brace);
            self.report(Wrong::new(Kind::OpenBlock, end..end).because(brace..brace + 1));
        }
        while let Some(block) = self.blocks.pop() {
            self.leave(block, end);
            self.end_node();
        }
        self.tree.finish()
    }

    /// Complains about a text that says it is KDL 1 (section "Compatibility").
    fn version(&mut self) {
        let rest = self.cursor.text.get(self.cursor.at..).unwrap_or_default();
        let blank = [' ', '\t'];
        let marker =
            rest.strip_prefix("/-").and_then(|rest| rest.trim_start_matches(blank).strip_prefix("kdl-version"));
        let Some(after) = marker else { return };
        let number = after.trim_start_matches(blank);
        let ends =
            number.strip_prefix('1').is_some_and(|rest| rest.trim_start_matches(blank).starts_with(['\n', '\r']));
        if ends && number.len() < after.len() {
            let at = self.cursor.text.len() - number.len();
            self.report(Wrong::new(Kind::OldVersion, at..at + 1));
        }
    }

    /// Reports the one byte here, and moves over it.
    fn refuse_mark(&mut self, kind: Kind) {
        let here = self.cursor.at..self.cursor.at + 1;
        self.cursor.at = here.end;
        self.report(Wrong::new(kind, here));
    }

    /// Says what is wrong. A text with too many items is not read on.
    pub(super) fn report(&mut self, wrong: Wrong) {
        self.report.add(wrong.diagnostic(self.file, self.cursor.text, self.most));
        if wrong.is_final() {
            self.cursor.at = self.cursor.bytes.len();
            self.is_full = true;
        }
    }

    /// Whether the tree has room for one more item, which stands in `here`.
    pub(super) fn allow_item(&self, here: &Range<usize>) -> Result<(), Wrong> {
        if self.tree.mark() < self.most { Ok(()) } else { Err(Wrong::new(Kind::TooMany, here.clone())) }
    }

    pub(super) fn annotate(&mut self, annotation: Option<(Text, Span)>) {
        if let Some((text, span)) = annotation {
            self.tree.annotate(text, span);
        }
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }
}

impl Node {
    fn nameless(mark: usize) -> Self {
        Node { mark, stage: Stage::Nameless, end: 0, fate: Fate::Kept }
    }

    /// Whether nothing but slashdashed blocks may follow. True of a node without a name: its items would be another's.
    pub(super) fn is_over(self) -> bool {
        matches!(self.stage, Stage::Nameless | Stage::Tail)
    }
}
