//! Events become items. Comes in: the library's events, in order. Goes out: a tree, and a diagnostic for every feature that
//! is refused; what is refused leaves no item. Deliberately absent: what a plain scalar means; see `leaf`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{ScanError, Tag};

use super::error;
use super::leaf::{At, Leaf, Page};
use super::lines;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{Builder, Role, Shape, Text, Tree};
use crate::syntax::{MAX_DEPTH, MAX_ITEMS, Report, duplicate, too_deep, too_many, without};

/// What a collection holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    Members,
    Items,
}

pub(super) struct Loader<'t, 's> {
    page: Page<'t>,
    report: Report<'s>,
    /// Made by the root, whose shape it needs.
    tree: Option<Builder>,
    open: Vec<Frame<'t>>,
    /// How many collections are open that leave no item.
    skipping: usize,
    anchors: BTreeMap<usize, Span>,
    /// Where the last thing read ended: an indented collection ends there, not where the next one starts.
    end: usize,
    documents: usize,
    done: bool,
}

/// An open collection.
enum Frame<'t> {
    Map { keys: BTreeMap<Cow<'t, str>, Span>, key: Option<Key> },
    List,
}

/// A key that waits for its value.
enum Key {
    Kept(Text, Span),
    /// The key is refused, and its value goes with it.
    Refused,
}

/// What the next node is to its parent.
enum Slot {
    Root,
    Key,
    Member(Text, Span),
    Item,
    Nothing,
}

impl Inside {
    fn shape(self) -> Shape {
        if self == Inside::Members { Shape::Map } else { Shape::List }
    }

    fn tag(self) -> &'static str {
        if self == Inside::Members { "map" } else { "seq" }
    }

    fn frame<'t>(self) -> Frame<'t> {
        if self == Inside::Members { Frame::Map { keys: BTreeMap::new(), key: None } } else { Frame::List }
    }
}

impl<'t, 's> Loader<'t, 's> {
    pub(super) fn new(page: Page<'t>, report: Report<'s>) -> Self {
        let (open, anchors) = (Vec::new(), BTreeMap::new());
        Loader { page, report, tree: None, open, skipping: 0, anchors, end: 0, documents: 0, done: false }
    }

    pub(super) fn is_done(&self) -> bool {
        self.done || self.report.is_spent()
    }

    pub(super) fn finish(self) -> Tree {
        self.tree.unwrap_or_else(|| Builder::new(self.page.file, self.page.text.clone(), Shape::Map)).finish()
    }

    pub(super) fn document(&mut self, at: &At) {
        self.documents += 1;
        if self.documents > 1 {
            let refused = self.refuse(at.range.clone(), "a file is one document, and a second one starts here");
            self.report.add(refused.help("put it into a file of its own"));
            self.done = true;
        }
    }

    pub(super) fn anchor(&mut self, id: usize, at: &At) {
        self.anchors.insert(id, self.page.span(at.range.clone()));
    }

    pub(super) fn alias(&mut self, anchor: Option<usize>, at: &At) {
        let slot = self.slot();
        self.passed(at);
        if matches!(slot, Slot::Nothing) {
            return;
        }
        let message = format!("the alias `{}` stands for a value written elsewhere", self.page.shown(&at.range));
        let refused = self.refuse(at.range.clone(), &message).help("write the value here");
        let written = anchor.and_then(|id| self.anchors.get(&id));
        self.report.add(match written {
            Some(span) => refused.because(*span, "written here"),
            None => refused.note("no anchor before it has that name"),
        });
        self.refuse_slot(&slot);
    }

    pub(super) fn scalar(&mut self, leaf: Leaf<'t, '_>) {
        let slot = self.slot();
        self.passed(&leaf.at);
        match slot {
            Slot::Nothing => {}
            Slot::Key => self.key(leaf),
            Slot::Root => self.root_scalar(&leaf),
            Slot::Item => self.add(Role::Argument, None, &leaf),
            Slot::Member(text, span) => self.add(Role::Member, Some((text, span)), &leaf),
        }
    }

    pub(super) fn open(&mut self, inside: Inside, tag: Option<&Tag>, at: &At) {
        let slot = self.slot();
        self.passed(at);
        if matches!(slot, Slot::Nothing) {
            self.skipping += 1;
        } else if let Some(refused) = self.unopened(&slot, inside, tag, at) {
            self.report.add(refused);
            self.refuse_slot(&slot);
            self.skipping = 1;
        } else {
            self.opened(slot, inside, at);
        }
    }

    /// Why a collection cannot be here.
    fn unopened(&mut self, slot: &Slot, inside: Inside, tag: Option<&Tag>, at: &At) -> Option<Diagnostic> {
        // Only for a finding: asked for every collection of a long line, it would take the square of its length.
        let place = || self.page.line(at.range.start);
        if matches!(slot, Slot::Key) {
            return Some(self.refuse(place(), "a key is a list or a map").help("use text for the key"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Some(too_deep(self.page.span(place())));
        }
        if self.is_full() {
            let full = too_many(self.page.span(place()));
            self.done = true;
            return Some(full);
        }
        tag.filter(|tag| tag.core_suffix() != Some(inside.tag())).map(|_| self.bad_tag(at))
    }

    fn is_full(&self) -> bool {
        self.tree.as_ref().is_some_and(|tree| tree.mark() >= MAX_ITEMS)
    }

    fn opened(&mut self, slot: Slot, inside: Inside, at: &At) {
        let start = self.page.span(at.range.clone());
        let shape = inside.shape();
        match (slot, &mut self.tree) {
            (Slot::Member(text, span), Some(tree)) => tree.open(Role::Member, shape, Some((text, span)), start),
            (_, Some(tree)) => tree.open(Role::Argument, shape, None, start),
            (_, none) => *none = Some(Builder::new(self.page.file, self.page.text.clone(), shape)),
        }
        self.open.push(inside.frame());
    }

    pub(super) fn close(&mut self, at: &At) {
        if !at.range.is_empty() {
            self.passed(at);
        }
        if self.skipping > 0 {
            self.skipping -= 1;
            return;
        }
        self.open.pop();
        let end = self.page.span(self.end..self.end);
        if let Some(tree) = self.tree.as_mut().filter(|_| !self.open.is_empty()) {
            tree.close(end);
        }
    }

    pub(super) fn broken(&mut self, error: &ScanError) {
        if let Some(found) = error::diagnostic(error, self.page.file, self.page.text, self.end) {
            self.report.add(found);
        }
        self.done = true;
    }

    /// What the next node is. Takes the key that waited for it.
    fn slot(&mut self) -> Slot {
        if self.skipping > 0 {
            return Slot::Nothing;
        }
        match self.open.last_mut() {
            None => Slot::Root,
            Some(Frame::List) => Slot::Item,
            Some(Frame::Map { key, .. }) => match key.take() {
                None => Slot::Key,
                Some(Key::Kept(text, span)) => Slot::Member(text, span),
                Some(Key::Refused) => Slot::Nothing,
            },
        }
    }

    /// After a refused key comes a value that goes with it.
    fn refuse_slot(&mut self, slot: &Slot) {
        if let (Slot::Key, Some(Frame::Map { key, .. })) = (slot, self.open.last_mut()) {
            *key = Some(Key::Refused);
        }
    }

    fn key(&mut self, leaf: Leaf<'t, '_>) {
        if let Some(refused) = self.refused_key(&leaf) {
            self.report.add(refused);
            return self.refuse_slot(&Slot::Key);
        }
        let (Some(Frame::Map { keys, key }), Some(tree)) = (self.open.last_mut(), &mut self.tree) else {
            return;
        };
        let span = self.page.span(self.page.trimmed(&leaf.at));
        if let Some(first) = keys.get(&leaf.value) {
            let found = duplicate(&leaf.value, span, *first);
            let again = lines::again(self.page.text, *first, span);
            self.report.add(again.map_or(found.clone(), |line| found.fix_with(without(line))));
            *key = Some(Key::Refused);
        } else {
            *key = Some(Key::Kept(leaf.text(&self.page, tree), span));
            keys.insert(leaf.value, span);
        }
    }

    fn refused_key(&self, leaf: &Leaf<'_, '_>) -> Option<Diagnostic> {
        if leaf.is_missing() {
            let refused = self.refuse(self.page.line(leaf.at.range.start), "a value has no key");
            return Some(refused.help("write the key before the `:`"));
        }
        if leaf.is_merge() {
            let refused = self.refuse(leaf.at.range.clone(), "the merge key `<<` takes in members written elsewhere");
            return Some(refused.help("write the members here"));
        }
        leaf.tag.filter(|tag| !tag.is_yaml_core_schema()).map(|_| self.bad_tag(&leaf.at))
    }

    fn add(&mut self, role: Role, key: Option<(Text, Span)>, leaf: &Leaf<'_, '_>) {
        let span = self.page.span(self.page.trimmed(&leaf.at));
        if self.is_full() {
            self.report.add(too_many(span));
            self.done = true;
            return;
        }
        let Some(tree) = &mut self.tree else { return };
        let text = leaf.text(&self.page, tree);
        match leaf.resolve(text) {
            Some(scalar) => tree.scalar(role, scalar, key, span),
            None => self.report.add(self.bad_tag(&leaf.at)),
        }
    }

    /// The document is one value. Without one, and without a tag that makes one of nothing, it is empty.
    fn root_scalar(&mut self, leaf: &Leaf<'_, '_>) {
        if leaf.is_missing() && leaf.tag.is_none() {
            return;
        }
        match leaf.resolve(leaf.first_text(&self.page)) {
            Some(scalar) => {
                let mut tree = Builder::new(self.page.file, self.page.text.clone(), Shape::Scalar(scalar));
                tree.decoded(&leaf.value);
                self.tree = Some(tree);
            }
            None => self.report.add(self.bad_tag(&leaf.at)),
        }
    }

    fn bad_tag(&self, at: &At) -> Diagnostic {
        let range = at.tag.clone().unwrap_or_else(|| at.range.clone());
        let message = format!("the tag `{}` is not a type that this value can have", self.page.shown(&range));
        self.refuse(range, &message).help("remove the tag")
    }

    fn refuse(&self, range: Range<usize>, message: &str) -> Diagnostic {
        Diagnostic::new(Code::YamlFeature, self.page.span(range), message)
    }

    fn passed(&mut self, at: &At) {
        self.end = self.end.max(self.page.trimmed(at).end);
    }
}
