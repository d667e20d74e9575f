//! How a [`Tree`] is made. Comes in: items, in document order. Goes out: the tree. Deliberately absent: where they come from.

use std::ops::Range;
use std::sync::Arc;

use super::{Item, Role, Scalar, Shape, Text, Tree};
use crate::source::{FileId, Span};
use crate::syntax::near::near;

/// Makes a [`Tree`] in document order. Open items close in reverse order; [`Builder::finish`] closes what is left.
#[derive(Debug)]
pub struct Builder {
    tree: Tree,
    open: Vec<usize>,
}

impl Builder {
    /// Starts a tree over `source`, the very text that spans index. `root` is the shape of the document.
    #[must_use]
    pub fn new(file: FileId, source: Arc<str>, root: Shape) -> Self {
        // About as many items as manifests have, so that most texts need one allocation.
        let mut items = Vec::with_capacity(source.len() / 12 + 1);
        let value_place = 0..narrow(source.len());
        items.push(Item { role: Role::Root, shape: root, key: None, key_place: 0..0, value_place, end: 1 });
        let tree = Tree { file, source, decoded: String::new(), items, annotations: Vec::new() };
        let mut open = Vec::with_capacity(8);
        open.push(0);
        Builder { tree, open }
    }

    /// Keeps decoded text (escapes resolved) and says where it is.
    pub fn decoded(&mut self, text: &str) -> Text {
        let start = self.tree.decoded.len();
        self.tree.decoded.push_str(text);
        Text::Decoded(narrow(start), narrow(self.tree.decoded.len()))
    }

    /// Text that stands in the source as it is. The range must lie on character boundaries.
    #[must_use]
    pub fn source(range: Range<usize>) -> Text {
        Text::Source(narrow(range.start), narrow(range.end))
    }

    /// The same of a text that has at most `LONGEST` bytes.
    pub(in crate::syntax) fn stretch(start: usize, end: usize) -> Text {
        Text::Source(near(start), near(end))
    }

    /// Adds an item that has items below it, and makes it the open one.
    pub fn open(&mut self, role: Role, shape: Shape, key: Option<(Text, Span)>, start: Span) {
        self.open.push(self.tree.items.len());
        self.push(role, shape, key, start);
    }

    /// Ends the open item at `end`.
    pub fn close(&mut self, end: Span) {
        if self.open.len() > 1
            && let Some(at) = self.open.pop()
        {
            let last = near(self.tree.items.len());
            let item = &mut self.tree.items[at];
            item.end = last;
            item.value_place.start = item.value_place.start.min(end.start);
            item.value_place.end = item.value_place.end.max(end.end);
        }
    }

    /// Adds one value.
    pub fn scalar(&mut self, role: Role, scalar: Scalar, key: Option<(Text, Span)>, value: Span) {
        self.push(role, Shape::Scalar(scalar), key, value);
    }

    /// Annotates the item added last.
    pub fn annotate(&mut self, text: Text, span: Span) {
        let last = narrow(self.tree.items.len().saturating_sub(1));
        self.tree.annotations.pop_if(|(at, _, _)| *at == last);
        self.tree.annotations.push((last, text, span.start..span.end));
    }

    /// How many items are open, the root included.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// A place to come back to with [`Builder::rewind`]. Only while the same items are open.
    #[must_use]
    pub fn mark(&self) -> usize {
        self.tree.items.len()
    }

    /// Drops everything added since `mark`: slashdash comments, nodes that could not be parsed.
    pub fn rewind(&mut self, mark: usize) {
        self.tree.items.truncate(mark);
        let kept = self.tree.annotations.partition_point(|(at, _, _)| (*at as usize) < mark);
        self.tree.annotations.truncate(kept);
        self.open.retain(|at| *at < mark);
    }

    /// The tree. Items that are still open end where the text ends.
    #[must_use]
    pub fn finish(mut self) -> Tree {
        let end = Span::new(self.tree.file, self.tree.source.len(), self.tree.source.len());
        while self.open.len() > 1 {
            self.close(end);
        }
        self.tree.items[0].end = narrow(self.tree.items.len());
        self.tree
    }

    fn push(&mut self, role: Role, shape: Shape, key: Option<(Text, Span)>, value: Span) {
        let (key, key_place) = key.map_or((None, 0..0), |(text, span)| (Some(text), span.start..span.end));
        let end = near(self.tree.items.len() + 1);
        self.tree.items.push(Item { role, shape, key, key_place, value_place: value.start..value.end, end });
    }
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
