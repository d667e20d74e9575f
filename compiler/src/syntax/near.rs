//! Places in texts that are not too long, for those who read them straight from their bytes. Comes in: a place. Goes out: the same in
//! half the room. Deliberately absent: a look at how long the text is, which whoever reads it takes once.

use crate::source::{FileId, Span};

/// How many bytes such a text may have.
pub(super) const LONGEST: usize = u32::MAX as usize;

/// A place in such a text, or how many items there are: each takes more room than it counts.
pub(super) fn near(at: usize) -> u32 {
    at as u32
}

/// A stretch of such a text.
pub(super) fn near_span(file: FileId, start: usize, end: usize) -> Span {
    Span { file, start: near(start), end: near(end) }
}
