//! Which texts are members at all. Comes in: one character after another. Goes out: whether a member can still come
//! of it. Searches run this beside the patterns, so every witness is a real member.

use super::super::error::is_invisible;
use super::machine::Letter;

/// Stands in a command for a word without characters, and never beside others.
pub(in super::super) const NO_CHARACTERS: char = '\u{1}';

/// The members of one domain of segmented texts. No segment is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Universe {
    /// One or more segments.
    Names,
    /// Any number of segments, none of which is `.` or `..`.
    Paths,
    /// One or more segments, which are the words of a command.
    Commands,
}

/// How far a text has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Progress {
    /// Nothing yet.
    Start,
    /// After a segment.
    Between,
    /// In a segment that may end here.
    Free,
    /// In a segment of a path that is `.` so far.
    Dot,
    /// In a segment of a path that is `..` so far.
    Dots,
    /// After the mark of a word without characters: nothing more of the word may come.
    Wordless,
}

impl Universe {
    pub(super) fn separator(self) -> char {
        match self {
            Self::Names => '.',
            Self::Paths => '/',
            Self::Commands => '\0',
        }
    }

    /// The most characters of a member, separators between segments included.
    pub(in super::super) fn max_chars(self) -> usize {
        match self {
            Self::Names => 1024,
            Self::Paths | Self::Commands => 4096,
        }
    }

    /// Whether a text that has come so far is a member.
    pub(super) fn accepts(self, progress: Progress) -> bool {
        progress == Progress::Between || (progress == Progress::Start && self == Self::Paths)
    }

    /// Where `letter` leads, or nothing when no member continues so.
    pub(super) fn step(self, progress: Progress, letter: Letter) -> Option<Progress> {
        match (letter, progress) {
            (Letter::End, Progress::Free | Progress::Wordless) => Some(Progress::Between),
            (Letter::End, _) => None,
            (Letter::Char(NO_CHARACTERS), _) if self == Self::Commands => {
                matches!(progress, Progress::Start | Progress::Between).then_some(Progress::Wordless)
            }
            (Letter::Char(_), Progress::Wordless) => None,
            (Letter::Char('.'), Progress::Start | Progress::Between) if self == Self::Paths => Some(Progress::Dot),
            (Letter::Char('.'), Progress::Dot) => Some(Progress::Dots),
            (Letter::Char(_), _) => Some(Progress::Free),
        }
    }
}

/// A character that is none of `taken`, which is sorted: the first of `a-z`, `0-9`, then others. It stands for all
/// characters that no pattern names; they act alike, but for the dot, which leads to fewer members.
pub(super) fn fresh(taken: &[char]) -> Option<char> {
    let plain = ('a'..='z').chain('0'..='9').chain('A'..='Z').chain('\u{e0}'..=char::MAX);
    plain.filter(|c| !is_invisible(*c)).find(|c| taken.binary_search(c).is_err())
}
