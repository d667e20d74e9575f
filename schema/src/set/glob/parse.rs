//! Segments of a glob. Comes in: the text between two separators. Goes out: its pieces, and canonical lists of
//! segments. Two spellings of one pattern, such as `*?` and `?*`, become the same pieces here.

use std::fmt;

use super::super::domain::Meet;
use super::super::error::{PatternError, PatternErrorKind};
use super::machine::Machine;
use super::universe::Universe;

/// The most wildcards (`*`, `?`, `**`) in one pattern.
const MAX_WILDCARDS: usize = 16;

/// One segment of a glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Segment {
    /// `**`: any number of whole segments, also none.
    Rest,
    /// One segment of this form.
    One(Vec<Piece>),
}

/// A piece of a segment. None of them ever covers a separator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Piece {
    /// This character.
    Literal(char),
    /// `?`: any one character.
    Any,
    /// `*`: any characters, also none.
    Many,
}

impl Piece {
    fn is_wild(self) -> bool {
        !matches!(self, Self::Literal(_))
    }
}

/// Reads the text of one segment, which starts at byte `at` of what a person wrote.
pub(in super::super) fn parse_segment(text: &str, at: usize) -> Result<Segment, PatternError> {
    if text == "**" {
        return Ok(Segment::Rest);
    }
    if let Some(place) = find_stars(text) {
        return Err(PatternErrorKind::StarsInSegment.at(at + place));
    }
    let mut pieces = Vec::with_capacity(text.len());
    let mut chars = text.char_indices();
    while let Some((place, c)) = chars.next() {
        pieces.push(match c {
            '\\' => escaped(chars.next(), at + place)?,
            '*' => Piece::Many,
            '?' => Piece::Any,
            _ => Piece::Literal(c),
        });
    }
    Ok(Segment::One(canonical_pieces(pieces)))
}

/// Whether a text stands for itself: printable ASCII in which no character is a wildcard or an escape.
pub(in super::super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'*' | b'?' | b'\\'))
}

/// The segments of a canonical text.
pub(super) fn segments(text: &str, separator: char) -> Vec<Segment> {
    let one = |segment: &str| parse_segment(segment, 0).unwrap_or_else(|_| Segment::exact(segment));
    if text.is_empty() { Vec::new() } else { text.split(separator).map(one).collect() }
}

/// The place of two stars in a row, the first of which is not escaped.
fn find_stars(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at + 1 < bytes.len() {
        match (bytes[at], bytes[at + 1]) {
            (b'*', b'*') => return Some(at),
            (b'\\', _) => at += 2,
            _ => at += 1,
        }
    }
    None
}

fn escaped(next: Option<(usize, char)>, at: usize) -> Result<Piece, PatternError> {
    match next {
        Some((_, c @ ('*' | '?' | '\\'))) => Ok(Piece::Literal(c)),
        Some((_, c)) => Err(PatternErrorKind::UselessEscape(c).at(at)),
        None => Err(PatternErrorKind::DanglingEscape.at(at)),
    }
}

/// Sorts each run of wildcards to `?`, then one `*`. A whole segment `?*` is `*`, since no segment is empty.
fn canonical_pieces(mut pieces: Vec<Piece>) -> Vec<Piece> {
    for run in pieces.chunk_by_mut(|a, b| a.is_wild() && b.is_wild()) {
        run.sort_by_key(|piece| *piece == Piece::Many);
    }
    pieces.dedup_by(|a, b| *a == Piece::Many && *b == Piece::Many);
    if pieces == [Piece::Any, Piece::Many] { vec![Piece::Many] } else { pieces }
}

/// Sorts each run of `*` and `**` segments to the stars, then one `**`.
pub(super) fn canonical(mut segments: Vec<Segment>) -> Vec<Segment> {
    for run in segments.chunk_by_mut(|a, b| a.is_loose() && b.is_loose()) {
        run.sort_by_key(|segment| *segment == Segment::Rest);
    }
    segments.dedup_by(|a, b| *a == Segment::Rest && *b == Segment::Rest);
    segments
}

/// Refuses a pattern that has too many wildcards, or covers only texts that are too long to be members.
pub(in super::super) fn check_size(segments: &[Segment], universe: Universe, text: &str) -> Result<(), PatternError> {
    if wildcards(segments) > MAX_WILDCARDS {
        return Err(PatternErrorKind::TooManyWildcards { limit: MAX_WILDCARDS }.at(0));
    }
    let limit = universe.max_chars();
    if fits(segments, universe) { Ok(()) } else { Err(PatternErrorKind::TooLong { limit }.at(text.len())) }
}

/// Whether the canonical text of these segments parses again.
pub(super) fn fits(segments: &[Segment], universe: Universe) -> bool {
    let shortest: usize = segments.iter().map(Segment::shortest).sum();
    wildcards(segments) <= MAX_WILDCARDS && shortest <= universe.max_chars() + 1
}

fn wildcards(segments: &[Segment]) -> usize {
    segments.iter().map(Segment::wildcards).sum()
}

impl Segment {
    pub(super) fn exact(text: &str) -> Self {
        Self::One(text.chars().map(Piece::Literal).collect())
    }

    /// A whole segment `*`.
    pub(in super::super) fn star() -> Self {
        Self::One(vec![Piece::Many])
    }

    fn is_loose(&self) -> bool {
        *self == Self::Rest || *self == Self::star()
    }

    /// The text, when the segment has no wildcard.
    pub(super) fn literal(&self) -> Option<String> {
        let literal = |piece: &Piece| match piece {
            Piece::Literal(c) => Some(*c),
            Piece::Any | Piece::Many => None,
        };
        match self {
            Self::Rest => None,
            Self::One(pieces) => pieces.iter().map(literal).collect(),
        }
    }

    fn wildcards(&self) -> usize {
        match self {
            Self::Rest => 1,
            Self::One(pieces) => pieces.iter().filter(|piece| piece.is_wild()).count(),
        }
    }

    /// The fewest characters that it covers, with the separator that follows.
    fn shortest(&self) -> usize {
        match self {
            Self::Rest => 0,
            Self::One(pieces) => pieces.iter().filter(|piece| **piece != Piece::Many).count().max(1) + 1,
        }
    }
}

/// The common part of two lists of segments, when each segment of one meets one of the other.
pub(super) fn meet(a: &[Segment], b: &[Segment]) -> Meet<Vec<Segment>> {
    match (split_rest(a), split_rest(b)) {
        (Some(a), Some(b)) if a.0.len() <= b.0.len() => meet_fixed(a, b),
        (Some(a), Some(b)) => meet_fixed(b, a),
        _ => Meet::Unknown,
    }
}

/// The common part of a list and one that is at least as long, each with or without a trailing `**`.
fn meet_fixed((short, open): (&[Segment], bool), (long, also_open): (&[Segment], bool)) -> Meet<Vec<Segment>> {
    if short.len() < long.len() && !open {
        return Meet::Empty;
    }
    let mut common = Vec::with_capacity(long.len() + 1);
    for (a, b) in short.iter().zip(long) {
        match meet_one(a, b) {
            Meet::One(segment) => common.push(segment),
            Meet::Empty => return Meet::Empty,
            Meet::Unknown => return Meet::Unknown,
        }
    }
    common.extend_from_slice(&long[short.len()..]);
    common.extend((open && also_open).then_some(Segment::Rest));
    Meet::One(common)
}

/// The segments before a trailing `**`, and whether there is one; nothing when there is another `**`.
fn split_rest(segments: &[Segment]) -> Option<(&[Segment], bool)> {
    let (fixed, open) = match segments {
        [fixed @ .., Segment::Rest] => (fixed, true),
        fixed => (fixed, false),
    };
    (!fixed.contains(&Segment::Rest)).then_some((fixed, open))
}

fn meet_one(a: &Segment, b: &Segment) -> Meet<Segment> {
    if a == b || *b == Segment::star() {
        return Meet::One(a.clone());
    }
    if *a == Segment::star() {
        return Meet::One(b.clone());
    }
    match (a.literal(), b.literal()) {
        (Some(text), _) => fixed_meet(&text, a, b),
        (_, Some(text)) => fixed_meet(&text, b, a),
        (None, None) => Meet::Unknown,
    }
}

/// The common part of a segment without wildcards and any other.
fn fixed_meet(text: &str, fixed: &Segment, other: &Segment) -> Meet<Segment> {
    let machine = Machine::new(std::slice::from_ref(other));
    if machine.runs_segment(text) { Meet::One(fixed.clone()) } else { Meet::Empty }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rest => f.write_str("**"),
            Self::One(pieces) => pieces.iter().try_for_each(|piece| write!(f, "{piece}")),
        }
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(c @ ('*' | '?' | '\\')) => write!(f, "\\{c}"),
            Self::Literal(c) => write!(f, "{c}"),
            Self::Any => f.write_str("?"),
            Self::Many => f.write_str("*"),
        }
    }
}
