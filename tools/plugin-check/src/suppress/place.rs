//! What a comment is about. Comes in: a text. Goes out: from a comment the line below it with everything that begins there.

use std::ops::Range;

use ambit_compiler::diag::Sink;
use ambit_compiler::source::{FileId, Sources, Span};
use ambit_compiler::syntax::{self, Node, Shape, Syntax};

/// Where things stand in a text, by their start.
pub(super) struct Items {
    all: Vec<Range<u32>>,
    /// Values alone.
    values: Vec<Range<u32>>,
}

impl Items {
    /// Reads a text once more: few have comments to this tool.
    pub(super) fn of(sources: &Sources, file: FileId) -> Self {
        let tree = syntax::parse(sources, file, &mut Sink::default());
        let mut items = Items { all: vec![], values: vec![] };
        let mut open: Vec<Node<'_>> = tree.root().below().collect();
        while let Some(node) = open.pop() {
            let (whole, value) = (node.span(), node.value_span());
            items.all.push(whole.start..whole.end);
            if matches!(node.shape(), Shape::Scalar(_)) {
                items.values.push(value.start..value.end);
            }
            open.extend(node.below());
        }
        items.all.sort_by_key(|item| (item.start, item.end));
        items.values.sort_by_key(|item| (item.start, item.end));
        items
    }

    /// Whether a place is inside a value: what looks like a comment there is a part of a text.
    pub(super) fn is_inside(&self, at: u32) -> bool {
        let before = self.values.partition_point(|value| value.start <= at);
        before.checked_sub(1).is_some_and(|last| at < self.values[last].end)
    }

    /// What a comment that ends at `end` is about: the next line that is no comment, and what begins on it.
    pub(super) fn below(&self, sources: &Sources, file: FileId, end: u32) -> Option<Span> {
        let source = sources.get(file);
        let marks = if Syntax::of(source.path()) == Some(Syntax::Kdl) { "//" } else { "#" };
        let text = source.text();
        let mut start = end as usize + text[end as usize..].find('\n')? + 1;
        loop {
            let line = text[start..].split_inclusive('\n').next()?;
            let said = line.trim();
            if !said.is_empty() && !said.starts_with(marks) {
                return Some(Span::new(file, start, self.end_of(start..start + line.trim_end().len())));
            }
            start += line.len();
        }
    }

    /// Where the last item ends that begins on a line.
    fn end_of(&self, line: Range<usize>) -> usize {
        let first = self.all.partition_point(|item| (item.start as usize) < line.start);
        let here = self.all[first..].iter().take_while(|item| (item.start as usize) < line.end);
        here.map(|item| item.end as usize).max().unwrap_or(line.end).max(line.end)
    }
}
