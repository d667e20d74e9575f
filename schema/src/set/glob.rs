//! Text patterns over segments, shared by names, paths and host names. Comes in: segments that a domain has split
//! and read. Goes out: matching, cheap comparison, intersection, and the machine that searches run. Absent on
//! purpose: roots, separators' meaning and any other thing that differs between the domains.

mod machine;
mod parse;
mod proof;
mod quick;
mod search;
mod state;
mod universe;

pub(super) use parse::{Piece, Segment, check_size, is_plain, parse_segment};
pub(super) use search::search;
pub(super) use state::Leaf;
pub(super) use universe::{NO_CHARACTERS, Universe};

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use super::domain::{Meet, Relation};
use machine::Machine;

/// A canonical pattern over separated segments. Two globs with the same text are equal.
#[derive(Clone, Debug)]
pub(super) struct Glob(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    text: Box<str>,
    separator: char,
    head: Head,
    shape: Shape,
    /// Where the wildcard stands in a pattern of one segment with one `*` and nothing else that is special.
    star: Option<usize>,
    /// Made when something asks for it: most patterns are decided by their heads.
    parsed: OnceLock<Box<Parsed>>,
}

/// The leading segments without wildcards, joined and without escapes.
#[derive(Debug)]
enum Head {
    /// So many bytes of the text.
    Text(usize),
    /// The text has escapes there.
    Own(Box<str>),
}

#[derive(Debug)]
struct Parsed {
    segments: Vec<Segment>,
    machine: Machine,
}

impl Parsed {
    fn new(segments: Vec<Segment>) -> Box<Self> {
        Box::new(Self { machine: Machine::new(&segments), segments })
    }
}

/// What the quick answers rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// No wildcard: exactly the head.
    Literal,
    /// The head and all beneath it.
    Subtree,
    /// Anything else.
    Wild,
}

impl Glob {
    pub(super) fn new(segments: Vec<Segment>, separator: char) -> Self {
        let segments = parse::canonical(segments);
        let literal: Vec<String> = segments.iter().map_while(Segment::literal).collect();
        let text = join(segments.iter().map(ToString::to_string), separator);
        Self(Arc::new(Parts {
            star: quick::star(&text, separator),
            text: text.into(),
            shape: shape(&segments, literal.len()),
            head: Head::Own(join(literal, separator).into()),
            separator,
            parsed: OnceLock::from(Parsed::new(segments)),
        }))
    }

    /// The pattern for every text of segments.
    pub(super) fn everything(separator: char) -> Self {
        Self::beneath("", separator)
    }

    /// The pattern for exactly this text of segments.
    pub(super) fn exact(text: &str, separator: char) -> Self {
        if is_plain(text) {
            return Self::plain(text.into(), text.len(), separator);
        }
        let segments = text.split(separator).filter(|segment| !segment.is_empty());
        Self::new(segments.map(Segment::exact).collect(), separator)
    }

    /// The pattern of a canonical text: plain segments up to byte `head`, after it nothing or a `**`.
    pub(super) fn plain(text: Box<str>, head: usize, separator: char) -> Self {
        let shape = if text.len() == head { Shape::Literal } else { Shape::Subtree };
        Self(Arc::new(Parts { text, separator, head: Head::Text(head), shape, star: None, parsed: OnceLock::new() }))
    }

    /// Exactly what this text of segments covers, and all beneath it.
    pub(super) fn beneath(text: &str, separator: char) -> Self {
        if is_plain(text) {
            return Self::plain_beneath(text, separator);
        }
        let segments = text.split(separator).filter(|segment| !segment.is_empty());
        Self::new(segments.map(Segment::exact).chain([Segment::Rest]).collect(), separator)
    }

    /// The same of plain segments.
    pub(super) fn plain_beneath(text: &str, separator: char) -> Self {
        Self::plain(beneath_text(text, separator), text.len(), separator)
    }

    fn parsed(&self) -> &Parsed {
        self.0.parsed.get_or_init(|| Parsed::new(parse::segments(&self.0.text, self.0.separator)))
    }

    pub(super) fn text(&self) -> &str {
        &self.0.text
    }

    pub(super) fn shape(&self) -> Shape {
        self.0.shape
    }

    /// The leading segments without wildcards.
    pub(super) fn head(&self) -> &str {
        match &self.0.head {
            Head::Text(end) => &self.0.text[..*end],
            Head::Own(head) => head,
        }
    }

    pub(super) fn segments(&self) -> &[Segment] {
        &self.parsed().segments
    }

    fn machine(&self) -> &Machine {
        &self.parsed().machine
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        match self.0.shape {
            Shape::Literal => text == self.head(),
            Shape::Subtree => self.is_beneath(text, self.head()),
            Shape::Wild => self.is_beneath(text, self.head()) && self.runs(text),
        }
    }

    /// Whether a text is accepted; without the machine where that is told quickly.
    fn runs(&self, text: &str) -> bool {
        let separator = self.0.separator;
        if let Some(star) = self.0.star.filter(|_| !text.is_empty()) {
            return quick::around(&self.0.text, star, text, separator);
        }
        quick::runs(&self.0.text, text, separator).unwrap_or_else(|| self.machine().runs(text, separator))
    }

    /// Whether it takes all that a folder of plain segments has beneath it, as far as that is told quickly.
    fn takes_beneath(&self, folder: &str) -> bool {
        quick::takes_beneath(&self.0.text, folder, self.0.separator)
    }

    /// Whether `text` is `folder` or continues it with a whole segment.
    fn is_beneath(&self, text: &str, folder: &str) -> bool {
        let rest = text.strip_prefix(folder);
        folder.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(self.0.separator))
    }

    /// How two globs lie to each other, as far as heads and tails tell.
    pub(super) fn compare(&self, other: &Self) -> Relation {
        if self == other {
            return Relation::Equal;
        }
        match (self.0.shape, other.0.shape) {
            (Shape::Literal, Shape::Literal) if self.head() != other.head() => Relation::Disjoint,
            (Shape::Literal, _) if other.matches(self.head()) => Relation::Within,
            (_, Shape::Literal) if self.matches(other.head()) => Relation::Covers,
            (Shape::Literal, _) | (_, Shape::Literal) => Relation::Disjoint,
            (_, Shape::Subtree) if self.is_beneath(self.head(), other.head()) => Relation::Within,
            (Shape::Subtree, _) if self.is_beneath(other.head(), self.head()) => Relation::Covers,
            (Shape::Subtree, Shape::Subtree) => Relation::Disjoint,
            (Shape::Subtree, _) if other.takes_beneath(self.head()) => Relation::Within,
            (_, Shape::Subtree) if self.takes_beneath(other.head()) => Relation::Covers,
            _ if self.machine().clashes(other.machine()) => Relation::Disjoint,
            _ => Relation::Unknown,
        }
    }

    /// Whether all of this lies in `other`, as far as reading the one with the other tells.
    pub(super) fn lies_in(&self, other: &Self, universe: Universe) -> Option<bool> {
        other.machine().covers(self.machine(), universe.max_chars())
    }

    /// A text that it covers, unless the text would be too long.
    pub(super) fn sample(&self, universe: Universe) -> Option<String> {
        if self.0.shape == Shape::Literal && self.head().len() <= universe.max_chars() {
            return Some(self.head().to_owned());
        }
        let letters = self.machine().sample('z');
        let text = letters.iter().map(|letter| letter.as_char(self.0.separator));
        (letters.len() <= universe.max_chars() + 1).then(|| text.take(letters.len().saturating_sub(1)).collect())
    }

    /// The intersection of two globs whose only `**` is the last segment, when segments pair off simply.
    pub(super) fn meet(&self, other: &Self, universe: Universe) -> Meet<Self> {
        match parse::meet(self.segments(), other.segments()) {
            Meet::Empty => Meet::Empty,
            Meet::One(segments) if parse::fits(&segments, universe) => Meet::One(Self::new(segments, self.0.separator)),
            Meet::One(_) | Meet::Unknown => Meet::Unknown,
        }
    }
}

/// The text of the pattern for a folder and all beneath it, made in one piece.
fn beneath_text(folder: &str, separator: char) -> Box<str> {
    const ALL: &str = "**";
    if folder.is_empty() {
        return ALL.into();
    }
    let mut text = String::with_capacity(folder.len() + separator.len_utf8() + ALL.len());
    text.push_str(folder);
    text.push(separator);
    text.push_str(ALL);
    text.into()
}

fn join(segments: impl IntoIterator<Item = String>, separator: char) -> String {
    segments.into_iter().collect::<Vec<_>>().join(separator.encode_utf8(&mut [0; 4]))
}

fn shape(segments: &[Segment], literal: usize) -> Shape {
    match &segments[literal.min(segments.len())..] {
        [] => Shape::Literal,
        [Segment::Rest] => Shape::Subtree,
        _ => Shape::Wild,
    }
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.text == other.0.text
    }
}

impl Eq for Glob {}

impl PartialOrd for Glob {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Glob {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.text.cmp(&other.0.text)
    }
}
