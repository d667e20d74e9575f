//! Where the lines of a text are. Comes in: a text. Goes out: how many lines end before a byte, and where they start and end. What is
//! kept is how many end up to each block of bytes: that is written faster than a list of lines, and the rest is a short look at the text.

use memchr::{memchr, memchr_iter, memrchr};

/// How many bytes a block has. Fewer than a byte can count.
const BLOCK: usize = 64;

/// How far the ends of a line are looked for before all lines are searched. Most lines are shorter.
const NEAR: usize = 256;

/// The lines of one text.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    /// How many lines end up to the end of each whole block.
    ended: Box<[u32]>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let mut all = 0;
        let up_to = |block: &[u8; BLOCK]| {
            all += u32::from(count(block));
            all
        };
        Lines { ended: text.as_bytes().as_chunks().0.iter().map(up_to).collect() }
    }

    /// How many lines of the text end before a place in it.
    pub(super) fn before(&self, text: &str, at: usize) -> u32 {
        let block = at / BLOCK;
        let bytes = &text.as_bytes()[block * BLOCK..];
        let within = bytes.first_chunk().map(|whole| count_up_to(whole, at % BLOCK));
        self.up_to(block) + within.unwrap_or_else(|| count_some(&bytes[..at % BLOCK]))
    }

    /// Where the line starts that a place is on, before which so many others end.
    pub(super) fn start(&self, text: &str, at: usize, before: u32) -> usize {
        let near = at.saturating_sub(NEAR);
        let start = memrchr(b'\n', &text.as_bytes()[near..at]).map(|end| near + end + 1);
        start.or_else(|| self.past(text, before)).unwrap_or(0)
    }

    /// Where the next line starts behind one that starts at `start` and before which so many others end. `None`: it is the last.
    pub(super) fn next(&self, text: &str, start: usize, before: u32) -> Option<usize> {
        let near = &text.as_bytes()[start..text.len().min(start + NEAR)];
        memchr(b'\n', near).map(|end| start + end + 1).or_else(|| self.past(text, before.checked_add(1)?))
    }

    /// The place behind so many lines. `None`: behind no line, or there are fewer.
    pub(super) fn past(&self, text: &str, lines: u32) -> Option<usize> {
        let last = lines.checked_sub(1)?;
        let block = self.ended.partition_point(|ended| *ended <= last);
        let rest = &text.as_bytes()[block * BLOCK..];
        memchr_iter(b'\n', rest).nth((last - self.up_to(block)) as usize).map(|end| block * BLOCK + end + 1)
    }

    fn up_to(&self, block: usize) -> u32 {
        block.checked_sub(1).map_or(0, |last| self.ended[last])
    }
}

/// The line feeds of a block. Written so that a compiler makes no loop of it that looks at one byte after another.
fn count(block: &[u8; BLOCK]) -> u8 {
    block.iter().fold(0, |count, byte| count + u8::from(*byte == b'\n'))
}

/// Those of its first bytes. All are looked at, because a loop over so many and no more is faster than one that may be shorter.
fn count_up_to(block: &[u8; BLOCK], limit: usize) -> u32 {
    let Some(taken) = TAKEN[BLOCK - limit..].first_chunk::<BLOCK>() else { return 0 };
    let counted = block.iter().zip(taken).map(|(byte, taken)| u8::from(*byte == b'\n') & taken);
    u32::from(counted.sum::<u8>())
}

/// A one for each byte of a block, and a zero for each of the next. From where so many ones are left on, they take as many bytes.
const TAKEN: [u8; 2 * BLOCK] = {
    let mut taken = [0; 2 * BLOCK];
    taken.split_at_mut(BLOCK).0.copy_from_slice(&[1; BLOCK]);
    taken
};

/// Those of less than a block.
fn count_some(bytes: &[u8]) -> u32 {
    bytes.iter().map(|byte| u32::from(*byte == b'\n')).sum()
}

#[cfg(test)]
mod tests {
    use super::Lines;

    fn lines(lengths: impl IntoIterator<Item = usize>) -> String {
        lengths.into_iter().map(|length| "x".repeat(length) + "\n").collect()
    }

    #[test]
    fn lines_are_where_they_end() {
        let texts = [
            String::new(),
            "x".repeat(64),
            "\n".repeat(300),
            lines([63, 64, 0, 127]) + "x",
            lines(0..40),
            lines([1_000]),
            lines([3, 1_000, 5]) + &"x".repeat(1_000),
            "\u{8A}\u{10A}\u{A0A}\r\n\t\u{B}\u{C}".repeat(30),
        ];
        for text in texts {
            let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
            let lines = Lines::of(&text);
            for at in 0..=text.len() {
                let before = starts.iter().filter(|start| **start <= at).count() - 1;
                let found = lines.before(&text, at);
                assert_eq!(found as usize, before, "{at} of {text:?}");
                assert_eq!(lines.start(&text, at, found), starts[before], "{at} of {text:?}");
                assert_eq!(
                    lines.next(&text, starts[before], found),
                    starts.get(before + 1).copied(),
                    "{at} of {text:?}"
                );
            }
            for (number, start) in (0..).zip(&starts) {
                assert_eq!(lines.past(&text, number).unwrap_or(0), *start);
            }
            assert_eq!(lines.past(&text, u32::try_from(starts.len()).unwrap_or_default()), None);
            assert_eq!(lines.past(&text, u32::MAX), None);
        }
    }
}
