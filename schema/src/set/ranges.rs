//! Numbers. Comes in: `a-b`, `a`, `..b`, `a..` or `*`. Goes out: the [`Ranges`] domain, whose sets are always sorted intervals with
//! gaps between: no intersections, no exceptions.

use std::fmt;
use std::str::FromStr;

use super::domain::{Domain, Finding, Fuel, Meet, Relation};
use super::error::{PatternError, PatternErrorKind};
use super::query::{Query, Truth};

/// The domain of unsigned 64-bit numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ranges {}

/// The numbers from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range {
    first: u64,
    last: u64,
}

impl Range {
    /// The numbers between two, both included, in whichever order they come.
    pub fn between(a: u64, b: u64) -> Self {
        Self { first: a.min(b), last: a.max(b) }
    }

    /// The smallest number.
    pub fn first(self) -> u64 {
        self.first
    }

    /// The largest number.
    pub fn last(self) -> u64 {
        self.last
    }

    fn contains(self, number: u64) -> bool {
        (self.first..=self.last).contains(&number)
    }

    /// The interval, unless it ends before it starts.
    fn new(first: u64, last: u64) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }
}

impl FromStr for Range {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if text == "*" {
            return Ok(Ranges::everything());
        }
        if let Some(last) = text.strip_prefix("..") {
            return Ok(Self::between(0, parse_number(last, 2)?));
        }
        if let Some(first) = text.strip_suffix("..") {
            return Ok(Self::between(parse_number(first, 0)?, u64::MAX));
        }
        let Some((first, last)) = text.split_once('-') else {
            let number = parse_number(text, 0)?;
            return Ok(Self::between(number, number));
        };
        let (first, last) = (parse_number(first, 0)?, parse_number(last, first.len() + 1)?);
        Self::new(first, last).ok_or_else(|| PatternErrorKind::ReversedRange.at(0))
    }
}

/// Decimal digits only; `u64::from_str` would take a sign.
fn parse_number(text: &str, at: usize) -> Result<u64, PatternError> {
    let kind = if text.is_empty() { PatternErrorKind::Empty } else { PatternErrorKind::BadNumber };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or(kind.at(at))
}

impl Domain for Ranges {
    type Pattern = Range;
    type Member = u64;

    fn everything() -> Range {
        Range::between(0, u64::MAX)
    }

    fn exact(member: &u64) -> Range {
        Range::between(*member, *member)
    }

    fn parse_member(text: &str) -> Result<u64, PatternError> {
        parse_number(text, 0)
    }

    fn matches(pattern: &Range, member: &u64) -> bool {
        pattern.contains(*member)
    }

    /// The smallest number that satisfies a question is 0, the first of some interval, or one past its last.
    fn find(query: &Query<'_, Range>, fuel: &mut Fuel) -> Finding<u64> {
        let ranges = query.patterns();
        let past = ranges.iter().filter_map(|range| range.last.checked_add(1));
        let mut candidates: Vec<u64> = ranges.iter().map(|range| range.first).chain(past).chain([0]).collect();
        candidates.sort_unstable();
        for number in candidates {
            if !fuel.burn(ranges.len() + 1) {
                return Finding::Undecided;
            }
            let truths: Vec<Truth> = ranges.iter().map(|range| Truth::from(range.contains(number))).collect();
            if query.verdict(&truths) == Truth::Yes {
                return Finding::Found(number);
            }
        }
        Finding::Empty
    }

    fn compare(a: &Range, b: &Range) -> Relation {
        if a == b {
            Relation::Equal
        } else if b.first <= a.first && a.last <= b.last {
            Relation::Within
        } else if a.first <= b.first && b.last <= a.last {
            Relation::Covers
        } else if a.last < b.first || b.last < a.first {
            Relation::Disjoint
        } else {
            Relation::Unknown
        }
    }

    fn meet(a: &Range, b: &Range) -> Meet<Range> {
        Range::new(a.first.max(b.first), a.last.min(b.last)).map_or(Meet::Empty, Meet::One)
    }

    fn join(a: &Range, b: &Range) -> Option<Range> {
        let touch = a.first <= b.last.saturating_add(1) && b.first <= a.last.saturating_add(1);
        touch.then(|| Range::between(a.first.min(b.first), a.last.max(b.last)))
    }

    fn carve(a: &Range, b: &Range) -> Option<Vec<Range>> {
        let below = b.first.checked_sub(1).and_then(|last| Range::new(a.first, last.min(a.last)));
        let above = b.last.checked_add(1).and_then(|first| Range::new(first.max(a.first), a.last));
        Some(below.into_iter().chain(above).collect())
    }
}

/// `5`, `5-9`, `..9`, `5..`, or `*` for every number.
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first, self.last) {
            (0, u64::MAX) => f.write_str("*"),
            (first, u64::MAX) => write!(f, "{first}.."),
            (0, last) if last > 0 => write!(f, "..{last}"),
            (first, last) if first == last => write!(f, "{first}"),
            (first, last) => write!(f, "{first}-{last}"),
        }
    }
}
