//! Going on after an error. Comes in: a [`Parser`] or [`Cursor`] at the place of the error. Goes out: the same, at the
//! end of the node that could not be read, or inside its block. Deliberately absent: any complaint about what is passed:
//! one error a node is enough, and the next node gets its own.

use super::cursor::Cursor;
use super::parser::{Fate, Parser};
use super::table::Class;
use super::wrong::Wrong;

/// What a search for the end of a node met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The node's line is over, or the text is.
    End,
    /// `{`, which is the next byte.
    Open(Fate),
    /// `}`, which is the next byte.
    Close,
}

impl Parser<'_, '_> {
    /// Reports an error and goes on at the end of the node, or inside the next block on its line.
    pub(super) fn recover(&mut self, wrong: Wrong) {
        let mut next = Err(wrong);
        while let Err(wrong) = next {
            self.report(wrong);
            next = self.resume();
        }
    }

    fn resume(&mut self) -> Result<(), Wrong> {
        match self.cursor.find_stop() {
            Stop::Open(fate) => self.open_block(fate),
            Stop::End | Stop::Close => {
                self.end_node();
                Ok(())
            }
        }
    }
}

impl Cursor<'_> {
    /// Moves from behind a `{` to behind its `}`, or to the end. Blocks below are counted, not stacked.
    pub(super) fn skip_block(&mut self) {
        let mut depth = 1_usize;
        while depth > 0 && !self.is_done() {
            match self.find_stop() {
                Stop::End => continue,
                Stop::Open(_) => depth += 1,
                Stop::Close => depth -= 1,
            }
            self.at += 1;
        }
    }

    /// In a text with an open block, the `{` that its author most likely forgot to close: the first whose `}` begins a
    /// line and is indented less than the line of the `{`. Reads the rest of the text once more, and only then.
    pub(super) fn suspect_brace(mut self) -> Option<usize> {
        let mut open = Vec::new();
        let (mut line, mut seen, mut indent) = (0, 0, None);
        while !self.is_done() {
            let stop = self.find_stop();
            let passed = self.bytes.get(seen..self.at).unwrap_or_default();
            if let Some(newline) = passed.iter().rposition(|byte| *byte == b'\n') {
                (line, indent) = (seen + newline + 1, None);
            }
            seen = self.at;
            let here = *indent.get_or_insert_with(|| self.indent(line));
            match stop {
                Stop::End => continue,
                Stop::Open(_) => open.push((self.at, here)),
                Stop::Close => match open.pop() {
                    Some((brace, opened)) if line + here == self.at && here < opened => return Some(brace),
                    _ => {}
                },
            }
            self.at += 1;
        }
        None
    }

    /// How many bytes of space begin the line that begins at `line`.
    fn indent(&self, line: usize) -> usize {
        let rest = self.bytes.get(line..).unwrap_or_default();
        rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }

    /// Moves to the next brace, or behind the next end of a node. Braces in strings and comments are none.
    fn find_stop(&mut self) -> Stop {
        let mut fate = Fate::Kept;
        loop {
            let class = self.class();
            match class {
                Class::BlockOpen => return Stop::Open(fate),
                Class::BlockClose => return Stop::Close,
                Class::End => return Stop::End,
                Class::Semicolon => {
                    self.at += 1;
                    return Stop::End;
                }
                Class::Newline | Class::Wide if self.newline() > 0 => {
                    self.at += self.newline();
                    return Stop::End;
                }
                _ => fate = self.skip_part(class, fate),
            }
        }
    }

    /// Moves over one part of a node. Dropped is what follows `/-`.
    fn skip_part(&mut self, class: Class, before: Fate) -> Fate {
        // Strings and continued lines that are wrong leave the cursor where reading goes on, and so need no answer.
        match (class, self.peek(1)) {
            (Class::Quote, _) => drop(self.quoted()),
            (Class::Hash, b'"' | b'#') => drop(self.raw()),
            (Class::Slash, b'-') => {
                self.at += 2;
                return Fate::Dropped;
            }
            (Class::Slash | Class::Backslash | Class::Space, _) => {
                self.skip_space();
                return before;
            }
            (Class::Word | Class::Digit | Class::Sign | Class::Dot, _) => self.word_run(),
            _ => self.character(),
        }
        Fate::Kept
    }

    /// Moves over spaces, a comment, a continued line, or a lone mark of one.
    fn skip_space(&mut self) {
        let start = self.at;
        if self.starts_with(b"//") {
            return self.skip_line();
        }
        if self.node_space().is_err() || self.at == start {
            self.at = self.at.max(start + 1);
        }
    }
}
