//! A text as edits see it. Comes in: a tree and its source. Goes out: [`Page`], which finds items by where they stand and
//! knows what stands around them: lines, indentation, comments.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::diag::Block;
use crate::source::{FileId, Source, Span};
use crate::syntax::{Node, Role, Shape, Syntax, Tree};

/// A text that is edited. Many findings may have it edited, so what is asked of the whole text is looked for once.
pub(super) struct Page<'p> {
    pub(super) file: FileId,
    pub(super) syntax: Syntax,
    pub(super) text: &'p str,
    pub(super) items: Vec<Item<'p>>,
    places: BTreeMap<(u32, u32), usize>,
    newline: OnceCell<&'static str>,
    unit: OnceCell<&'p str>,
    blocks: OnceCell<BTreeMap<Block, usize>>,
}

/// An item and its family.
pub(super) struct Item<'p> {
    pub(super) node: Node<'p>,
    pub(super) parent: usize,
    pub(super) below: Vec<usize>,
    /// What is below it by key.
    keyed: OnceCell<BTreeMap<&'p str, usize>>,
}

impl<'p> Page<'p> {
    pub(super) fn new(source: &'p Source, syntax: Syntax, tree: &'p Tree) -> Self {
        let mut page = Page {
            file: tree.file(),
            syntax,
            text: source.text(),
            items: vec![],
            places: BTreeMap::new(),
            newline: OnceCell::new(),
            unit: OnceCell::new(),
            blocks: OnceCell::new(),
        };
        page.enter(tree.root(), 0);
        page
    }

    /// Depth is bounded by [`crate::syntax::MAX_DEPTH`].
    fn enter(&mut self, node: Node<'p>, parent: usize) -> usize {
        let at = self.items.len();
        self.items.push(Item { node, parent, below: vec![], keyed: OnceCell::new() });
        if at > 0 {
            for span in [node.key_span(), node.value_span(), node.span()] {
                self.places.entry((span.start, span.end)).or_insert(at);
            }
        }
        self.items[at].below = node.below().map(|child| self.enter(child, at)).collect();
        at
    }

    /// The item whose key or value stands exactly there.
    pub(super) fn find(&self, span: Span) -> Option<usize> {
        self.places.get(&(span.start, span.end)).copied()
    }

    /// The same, or the item of a list that is a block about it: `{target: "./a", why: "…"}`.
    pub(super) fn whole(&self, span: Span) -> Option<usize> {
        let at = self.find(span)?;
        let is_target = self.items[at].node.role() == Role::Member && self.items[at].node.key() == Some("target");
        Some(if is_target { self.items[at].parent } else { at })
    }

    /// The bytes of an item: key and value, with KDL's annotation, without blanks behind it.
    pub(super) fn range(&self, at: usize) -> Range<usize> {
        let node = self.items[at].node;
        let span = node.span();
        let start = node.annotation().map_or(span.start, |(_, place)| self.annotated(place.start).min(span.start));
        let written = self.slice(start as usize..span.end as usize);
        start as usize..start as usize + written.trim_end().len()
    }

    /// The `(` before an annotation.
    fn annotated(&self, start: u32) -> u32 {
        let before = self.slice(0..start as usize).trim_end();
        if before.ends_with('(') { u32::try_from(before.len() - 1).unwrap_or(start) } else { start }
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &'p str {
        self.text.get(range).unwrap_or_default()
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    /// What stands on a line before `at`.
    pub(super) fn before(&self, at: usize) -> &'p str {
        let head = self.slice(0..at);
        &head[head.rfind('\n').map_or(0, |end| end + 1)..]
    }

    /// What stands on a line behind `at`, without the line's end.
    pub(super) fn behind(&self, at: usize) -> &'p str {
        let rest = self.slice(at..self.text.len());
        rest[..rest.find('\n').unwrap_or(rest.len())].trim_end_matches('\r')
    }

    /// The blanks that a line begins with, where nothing else stands before `at`.
    pub(super) fn indent(&self, at: usize) -> Option<&'p str> {
        Some(self.before(at).trim_start_matches('\u{FEFF}')).filter(|before| is_blank(before))
    }

    /// How this text ends its lines.
    pub(super) fn newline(&self) -> &'static str {
        self.newline.get_or_init(|| if self.text.contains("\r\n") { "\r\n" } else { "\n" })
    }

    /// The blocks of capabilities that a text in KDL has, as they are found in it.
    pub(super) fn blocks(&self, find: impl FnOnce(&Self) -> BTreeMap<Block, usize>) -> &BTreeMap<Block, usize> {
        self.blocks.get_or_init(|| find(self))
    }

    /// The member of a map with this key, the last of several.
    pub(super) fn member(&self, map: usize, key: &str) -> Option<usize> {
        let item = &self.items[map];
        let keyed = || item.below.iter().filter_map(|at| Some((self.items[*at].node.key()?, *at))).collect();
        item.keyed.get_or_init(keyed).get(key).copied()
    }

    /// What a level of this text is indented by.
    pub(super) fn unit(&self) -> &'p str {
        self.unit.get_or_init(|| self.first_indent())
    }

    fn first_indent(&self) -> &'p str {
        let blanks = |line: &'p str| &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        let mut indents = self.text.lines().filter(|line| !line.trim().is_empty()).map(blanks);
        let usual = if self.syntax == Syntax::Kdl { "    " } else { "  " };
        indents.find(|indent| !indent.is_empty()).unwrap_or(usual)
    }

    /// Whether an item of YAML or JSON is written between brackets.
    pub(super) fn is_flow(&self, at: usize) -> bool {
        let start = self.items[at].node.value_span().start as usize;
        let from =
            if at == 0 { self.text.trim_start_matches(|c: char| c.is_whitespace()) } else { &self.text[start..] };
        self.syntax == Syntax::Json || self.syntax == Syntax::Yaml && from.starts_with(['[', '{'])
    }

    /// Whether a comment may stand in a range: what begins one stands outside of all keys and values. Those in the range are
    /// of `items`.
    pub(super) fn has_comment(&self, items: &[usize], range: Range<usize>) -> bool {
        let mark = match self.syntax {
            Syntax::Kdl => '/',
            Syntax::Yaml => '#',
            Syntax::Json => return false,
        };
        let mut places = vec![];
        items.iter().for_each(|at| self.words(*at, &mut places));
        places.sort_by_key(|place| place.start);
        let mut at = range.start;
        for place in places.into_iter().filter(|place| place.end > range.start && place.start < range.end) {
            if self.slice(at..place.start.max(at)).contains(mark) {
                return true;
            }
            at = at.max(place.end);
        }
        self.slice(at..range.end.max(at)).contains(mark)
    }

    /// Where keys and values of an item stand, and of all below it.
    fn words(&self, at: usize, into: &mut Vec<Range<usize>>) {
        let item = &self.items[at];
        if item.node.key().is_some() {
            into.push(item.node.key_span().range());
        }
        if matches!(item.node.shape(), Shape::Scalar(_)) {
            into.push(item.node.value_span().range());
        }
        item.below.iter().for_each(|below| self.words(*below, into));
    }
}

/// Whether there is nothing to see.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c == ' ' || c == '\t')
}
