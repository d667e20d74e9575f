//! Collections in brackets. Comes in: the cursor at a bracket. Goes out: items in the tree, and the cursor behind the bracket that
//! closes the collection on the same line; or nothing. Deliberately absent: entries without a value, pairs in lists, commas at the
//! end.

use super::scalar::Within;
use super::{Inside, Key, Reader};

impl<'t> Reader<'t> {
    /// Calls itself for each level, of which there are at most [`crate::syntax::MAX_DEPTH`].
    pub(super) fn flow(&mut self, key: Key) -> Option<()> {
        let inside = if self.cursor.byte() == Some(b'[') { Inside::Items } else { Inside::Members };
        let at = self.cursor.at();
        self.begin(inside, key, self.span(at, at + 1))?;
        self.cursor.advance(1);
        let keys = self.keys.len();
        self.entries(inside)?;
        self.cursor.advance(1);
        self.end = self.cursor.at();
        self.tree.close(self.span(self.end, self.end));
        self.keys.close(keys)
    }

    /// From behind the bracket that opens to the one that closes.
    fn entries(&mut self, inside: Inside) -> Option<()> {
        let close = if inside == Inside::Items { b']' } else { b'}' };
        self.cursor.skip_spaces();
        if self.cursor.byte()? == close {
            return Some(());
        }
        loop {
            let key = if inside == Inside::Members { self.flow_key()? } else { None };
            self.flow_value(key)?;
            self.cursor.skip_spaces();
            match self.cursor.byte()? {
                b',' => self.cursor.advance(1),
                byte => return (byte == close).then_some(()),
            }
            self.cursor.skip_spaces();
        }
    }

    fn flow_key(&mut self) -> Option<Key> {
        let written = self.cursor.scalar(Within::Flow)?;
        let key = self.key(&written)?;
        if self.cursor.byte() != Some(b':') || self.cursor.peek(1) != Some(b' ') {
            return None;
        }
        self.cursor.advance(2);
        self.cursor.skip_spaces();
        Some(key)
    }

    fn flow_value(&mut self, key: Key) -> Option<()> {
        if matches!(self.cursor.byte(), Some(b'[' | b'{')) {
            return self.flow(key);
        }
        let written = self.cursor.scalar(Within::Flow)?;
        self.scalar(key, &written)
    }
}
