//! Ports of a pattern. Comes in: `443`, `8000-8010`, `80,443`, `*`. Goes out: sorted intervals with gaps between.

use std::fmt;

use super::super::domain::{Meet, Relation};
use super::super::error::{PatternError, PatternErrorKind};

/// The most intervals of one pattern.
const MAX_INTERVALS: usize = 16;

/// Ports from 1 to 65535, as sorted intervals that neither overlap nor touch; never none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ports(Vec<(u16, u16)>);

impl Ports {
    /// Every port.
    pub fn all() -> Self {
        Self(vec![(1, u16::MAX)])
    }

    pub(super) fn one(port: u16) -> Self {
        Self(vec![(port, port)])
    }

    /// Whether it is this port and no other.
    pub(super) fn is_one(&self, port: u16) -> bool {
        self.0 == [(port, port)]
    }

    /// The intervals, both ends included.
    pub fn intervals(&self) -> &[(u16, u16)] {
        &self.0
    }

    /// Whether `port` is one of them.
    pub fn contains(&self, port: u16) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&port))
    }

    pub(super) fn parse(text: &str, at: usize) -> Result<Self, PatternError> {
        if text == "*" {
            return Ok(Self::all());
        }
        let mut intervals = Vec::new();
        let mut place = at;
        for part in text.split(',') {
            intervals.push(parse_interval(part, place)?);
            place += part.len() + 1;
        }
        let ports = Self::merged(intervals);
        let limit = MAX_INTERVALS;
        if ports.0.len() > limit { Err(PatternErrorKind::TooManyRanges { limit }.at(at)) } else { Ok(ports) }
    }

    fn merged(mut intervals: Vec<(u16, u16)>) -> Self {
        intervals.sort_unstable();
        let mut merged: Vec<(u16, u16)> = Vec::with_capacity(intervals.len());
        for (first, last) in intervals {
            match merged.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }

    pub(super) fn compare(&self, other: &Self) -> Relation {
        if self == other {
            return Relation::Equal;
        }
        let common = self.common(other);
        if common.0.is_empty() {
            Relation::Disjoint
        } else if common == *self {
            Relation::Within
        } else if common == *other {
            Relation::Covers
        } else {
            Relation::Unknown
        }
    }

    pub(super) fn meet(&self, other: &Self) -> Meet<Self> {
        let common = self.common(other);
        match common.0.len() {
            0 => Meet::Empty,
            1..=MAX_INTERVALS => Meet::One(common),
            _ => Meet::Unknown,
        }
    }

    /// The ports in both; here alone there can be none.
    fn common(&self, other: &Self) -> Self {
        let pairs = self.0.iter().flat_map(|a| other.0.iter().map(move |b| (a.0.max(b.0), a.1.min(b.1))));
        Self(pairs.filter(|(first, last)| first <= last).collect())
    }
}

fn parse_interval(text: &str, at: usize) -> Result<(u16, u16), PatternError> {
    let Some((first, last)) = text.split_once('-') else {
        let port = parse_port(text, at)?;
        return Ok((port, port));
    };
    let interval = (parse_port(first, at)?, parse_port(last, at + first.len() + 1)?);
    if interval.0 > interval.1 { Err(PatternErrorKind::ReversedRange.at(at)) } else { Ok(interval) }
}

/// Decimal digits without a sign, from 1 to 65535.
pub(super) fn parse_port(text: &str, at: usize) -> Result<u16, PatternError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let port = text.parse().ok().filter(|port| digits && *port != 0);
    port.ok_or_else(|| PatternErrorKind::BadPort.at(at))
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == [(1, u16::MAX)] {
            return f.write_str("*");
        }
        for (place, (first, last)) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            match first == last {
                true => write!(f, "{comma}{first}")?,
                false => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}
