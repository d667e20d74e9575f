//! Lines and the collections that indentation makes of them. Comes in: the cursor at what a line says. Goes out: items in the tree,
//! or nothing where a line does not clearly belong to one of the collections that are open. Deliberately absent: lines that go on with
//! what the line before began.

use super::scalar::Within;
use super::{Inside, Key, Reader};
use crate::syntax::tree::Scalar;

/// A block collection that is open.
pub(super) struct Collection {
    /// Where its keys or dashes stand.
    pub(super) column: usize,
    pub(super) inside: Inside,
    /// How many keys are open around it.
    pub(super) keys: usize,
}

/// Something that the next line may be the value of.
pub(super) enum Waits {
    Nothing,
    /// A key, and where its `:` ends.
    Member(Key, usize),
    /// A dash.
    Item,
}

impl<'t> Reader<'t> {
    /// Reads all lines, of which the first starts at `column`.
    pub(super) fn document(&mut self, column: usize) -> Option<()> {
        let mut next = Some(column);
        while let Some(column) = next {
            if self.cursor.is_boundary() {
                return None;
            }
            self.line(column)?;
            next = self.cursor.next_line();
        }
        self.missing()?;
        while self.open.len() > 1 {
            self.close()?;
        }
        self.keys.close(0)
    }

    fn line(&mut self, column: usize) -> Option<()> {
        let inside = self.cursor.starts();
        let top = self.open.last()?.column;
        match std::mem::replace(&mut self.waits, Waits::Nothing) {
            Waits::Member(key, _) if column > top => self.open(inside, column, key)?,
            Waits::Member(key, _) if column == top && inside == Inside::Items => self.open_level(column, key)?,
            Waits::Item if column > top => self.open(inside, column, None)?,
            Waits::Nothing => self.close_to(column, inside)?,
            waits => {
                self.waits = waits;
                self.missing()?;
                self.close_to(column, inside)?;
            }
        }
        if inside == Inside::Items { self.entry() } else { self.member() }
    }

    /// A value that is not there. Where a dash without one stands is not certain.
    fn missing(&mut self) -> Option<()> {
        match std::mem::replace(&mut self.waits, Waits::Nothing) {
            Waits::Nothing => Some(()),
            Waits::Item => None,
            Waits::Member(key, end) => {
                let role = self.role(&key)?;
                self.end = end;
                self.tree.scalar(role, Scalar::Null, key, self.span(end, end));
                Some(())
            }
        }
    }

    /// Closes what does not go on in a line. What is left open is what the line goes on with.
    fn close_to(&mut self, column: usize, inside: Inside) -> Option<()> {
        loop {
            let top = self.open.last()?;
            let level = top.column == column;
            if level && top.inside == inside {
                return Some(());
            }
            let goes_on_outside = top.column > column || (level && top.inside == Inside::Items);
            if !goes_on_outside || self.open.len() == 1 {
                return None;
            }
            self.close()?;
        }
    }

    /// Opens the collection that starts at the cursor.
    fn open(&mut self, inside: Inside, column: usize, key: Key) -> Option<()> {
        self.open_at(self.cursor.at(), (inside, column), key)
    }

    /// Opens a list whose dashes stand below the key that it is the value of. For the library it starts with its first item.
    fn open_level(&mut self, column: usize, key: Key) -> Option<()> {
        let item = self.cursor.behind_dash()?;
        self.open_at(item, (Inside::Items, column), key)
    }

    fn open_at(&mut self, start: usize, (inside, column): (Inside, usize), key: Key) -> Option<()> {
        self.begin(inside, key, self.span(start, start))?;
        self.open.push(Collection { column, inside, keys: self.keys.len() });
        Some(())
    }

    fn close(&mut self) -> Option<()> {
        let closed = self.open.pop()?;
        self.tree.close(self.span(self.end, self.end));
        self.keys.close(closed.keys)
    }

    /// An item from its dash on. Items may start with items.
    fn entry(&mut self) -> Option<()> {
        loop {
            self.cursor.advance(1);
            if self.cursor.ends_line() {
                self.waits = Waits::Item;
                return Some(());
            }
            if self.cursor.starts() == Inside::Members {
                return self.item();
            }
            self.open(Inside::Items, self.cursor.column(), None)?;
        }
    }

    /// An item behind its dash: a value, or the first member of a map.
    fn item(&mut self) -> Option<()> {
        match self.cursor.byte()? {
            b'[' | b'{' => {
                self.flow(None)?;
                return self.end_of_line();
            }
            b'|' | b'>' => return self.lines(None),
            _ => {}
        }
        let column = self.cursor.column();
        let written = self.cursor.scalar(Within::Block)?;
        if self.cursor.byte() != Some(b':') {
            self.scalar(None, &written)?;
            return self.end_of_line();
        }
        self.open_at(written.start, (Inside::Members, column), None)?;
        let key = self.key(&written)?;
        self.value(key)
    }

    fn member(&mut self) -> Option<()> {
        let written = self.cursor.scalar(Within::Block)?;
        let key = self.key(&written)?;
        self.value(key)
    }

    /// The value of a member from its `:` on.
    fn value(&mut self, key: Key) -> Option<()> {
        if self.cursor.byte() != Some(b':') {
            return None;
        }
        self.cursor.advance(1);
        let end = self.cursor.at();
        if self.cursor.ends_line() {
            self.waits = Waits::Member(key, end);
            return Some(());
        }
        if self.cursor.at() == end {
            return None;
        }
        match self.cursor.byte()? {
            b'[' | b'{' => self.flow(key)?,
            b'|' | b'>' => return self.lines(key),
            _ => {
                let written = self.cursor.scalar(Within::Block)?;
                self.scalar(key, &written)?;
            }
        }
        self.end_of_line()
    }

    fn end_of_line(&mut self) -> Option<()> {
        self.cursor.ends_line().then_some(())
    }
}
