//! Sets of versions, exactly as npm means its ranges. A release is in a range when it lies between its bounds; a preview
//! (`1.2.0-beta.1`) only where, besides, a bound is a preview of the same release. So a set is two: of releases and of previews,
//! and each is a union of spans `[a, b)` whose bounds are themselves of that sort, which makes equal sets equal values.

mod plain;

use std::cmp::Ordering;
use std::fmt;
use std::ops::Bound;

use pubgrub::{Ranges, VersionSet};
use semver::{BuildMetadata, Prerelease, Version};

/// A set of versions. What stands behind `+` in a version decides nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    releases: Ranges<Version>,
    previews: Ranges<Version>,
}

/// One end of a span: a version, and whether it is in.
type End = Option<(Version, bool)>;

impl Versions {
    /// The set of an npm range. `None`: it is none.
    pub(super) fn parse(written: &str) -> Option<Self> {
        written.split("||").try_fold(Self::empty(), |all, part| {
            let (from, to) = conjunction(part)?;
            Some(all.union(&between_ends(&from, &to)))
        })
    }

    /// The highest of versions that are sorted upwards and either all releases or all previews.
    pub(crate) fn highest<'v, T: Copy>(&self, sorted: &[T], version: impl Fn(T) -> &'v Version) -> Option<T> {
        let is_preview = sorted.first().is_some_and(|first| !version(*first).pre.is_empty());
        let spans = if is_preview { &self.previews } else { &self.releases };
        spans.clone().into_iter().rev().find_map(|(from, to)| {
            let below = sorted.partition_point(|one| match &to {
                Bound::Unbounded => true,
                Bound::Included(to) => version(*one) <= to,
                Bound::Excluded(to) => version(*one) < to,
            });
            let found = *sorted.get(below.checked_sub(1)?)?;
            let is_above = match &from {
                Bound::Unbounded => true,
                Bound::Included(from) => version(found) >= from,
                Bound::Excluded(from) => version(found) > from,
            };
            is_above.then_some(found)
        })
    }
}

impl VersionSet for Versions {
    type V = Version;

    fn empty() -> Self {
        Versions { releases: Ranges::empty(), previews: Ranges::empty() }
    }

    fn full() -> Self {
        Versions { releases: Ranges::full(), previews: Ranges::full() }
    }

    fn singleton(version: Version) -> Self {
        let end = Some((version, true));
        let is_preview = end.as_ref().is_some_and(|(version, _)| !version.pre.is_empty());
        match is_preview {
            true => Versions { releases: Ranges::empty(), previews: previews(&end, &end) },
            false => Versions { releases: releases(&end, &end), previews: Ranges::empty() },
        }
    }

    fn complement(&self) -> Self {
        Versions { releases: self.releases.complement(), previews: self.previews.complement() }
    }

    fn intersection(&self, other: &Self) -> Self {
        let releases = self.releases.intersection(&other.releases);
        Versions { releases, previews: self.previews.intersection(&other.previews) }
    }

    fn union(&self, other: &Self) -> Self {
        let releases = self.releases.union(&other.releases);
        Versions { releases, previews: self.previews.union(&other.previews) }
    }

    fn contains(&self, version: &Version) -> bool {
        if version.pre.is_empty() { self.releases.contains(version) } else { self.previews.contains(version) }
    }

    fn is_disjoint(&self, other: &Self) -> bool {
        self.releases.is_disjoint(&other.releases) && self.previews.is_disjoint(&other.previews)
    }

    fn subset_of(&self, other: &Self) -> bool {
        self.releases.subset_of(&other.releases) && self.previews.subset_of(&other.previews)
    }
}

/// For logs; what people read names the versions that there are.
impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and previews {}", self.releases, self.previews)
    }
}

/// What lies in all comparators of a part between `||`. The library reads them one by one: of two that exclude each other it
/// would make an `or`.
fn conjunction(part: &str) -> Option<(End, End)> {
    if part.contains(" - ") {
        return ends(part);
    }
    let mut all: Option<(End, End)> = None;
    let mut operator = String::new();
    for token in part.split_whitespace() {
        operator.push_str(token);
        if token.trim_start_matches(['^', '~', '<', '>', '=']).is_empty() {
            continue;
        }
        let (from, to) = ends(&std::mem::take(&mut operator))?;
        all = Some(match all {
            None => (from, to),
            Some((lower, upper)) => (inner(lower, from, Ordering::Greater), inner(upper, to, Ordering::Less)),
        });
    }
    all.filter(|_| operator.is_empty())
}

/// The ends of one comparator such as `^1.2` or `1.0 - 2.0`, which the library turns into `*`, one version, or one or two of
/// `>=1.0.0`, `>1.0.0`, `<=2.0.0`, `<2.0.0`.
fn ends(comparator: &str) -> Option<(End, End)> {
    if let Some(ends) = plain_ends(comparator) {
        return Some(ends);
    }
    let range = nodejs_semver::Range::parse(comparator).ok()?.to_string();
    let (mut from, mut to): (End, End) = (None, None);
    for bound in range.split_whitespace().filter(|bound| *bound != "*") {
        let at = bound.find(|c: char| c.is_ascii_digit())?;
        let end = Some((Version::parse(&bound[at..]).ok()?, !matches!(&bound[..at], ">" | "<")));
        match &bound[..at] {
            ">" | ">=" => from = end,
            "<" | "<=" => to = end,
            "" => (from, to) = (end.clone(), end),
            _ => return None,
        }
    }
    Some((from, to))
}

/// The same of the two that most ranges are, without the library.
fn plain_ends(comparator: &str) -> Option<(End, End)> {
    let (from, below) = plain::bounds(comparator)?;
    Some((Some((from, true)), below.map(|below| (with(&below, "0"), false))))
}

/// The end that leaves less: of two lower ones the greater, of two upper ones the lesser, and of equal ones the one that is out.
fn inner(a: End, b: End, wanted: Ordering) -> End {
    let (Some(first), Some(second)) = (&a, &b) else { return a.or(b) };
    match first.0.cmp_precedence(&second.0) {
        Ordering::Equal => {
            if first.1 {
                b
            } else {
                a
            }
        }
        order if order == wanted => a,
        _ => b,
    }
}

/// The versions between two ends: releases, and previews of the releases that an end is a preview of.
fn between_ends(from: &End, to: &End) -> Versions {
    // No preview of a release is below its `-0`, which is where `^` and `~` end.
    let is_least = |(version, is_in): &&(Version, bool)| !is_in && version.pre.as_str() == "0";
    let ends = || from.iter().chain(to.iter().filter(|end| !is_least(end)));
    let near = || ends().filter(|(version, _)| !version.pre.is_empty());
    if near().next().is_none() {
        return Versions { releases: releases(from, to), previews: Ranges::empty() };
    }
    let windows = near().fold(Ranges::empty(), |all, (version, _)| all.union(&previews_of(version)));
    Versions { releases: releases(from, to), previews: previews(from, to).intersection(&windows) }
}

/// The releases between two ends.
fn releases(from: &End, to: &End) -> Ranges<Version> {
    let first = |(version, is_in): &(Version, bool)| match version.pre.is_empty() && !is_in {
        true => next_release(version),
        false => Some(release(version)),
    };
    let past = |(version, is_in): &(Version, bool)| match version.pre.is_empty() && *is_in {
        true => next_release(version),
        false => Some(release(version)),
    };
    between(from.as_ref().map(first), to.as_ref().map(past), &Version::new(0, 0, 0))
}

/// The previews between two ends, of whatever release.
fn previews(from: &End, to: &End) -> Ranges<Version> {
    let bound = |version: &Version, past: bool| match (version.pre.is_empty(), past) {
        (true, _) => next_release(version).map(|next| with(&next, "0")),
        (false, true) => Some(with(version, &format!("{}.0", version.pre))),
        (false, false) => Some(Version { build: BuildMetadata::EMPTY, ..version.clone() }),
    };
    let from = from.as_ref().map(|(version, is_in)| bound(version, !is_in));
    let to = to.as_ref().map(|(version, is_in)| bound(version, *is_in));
    between(from, to, &with(&Version::new(0, 0, 0), "0"))
}

/// All previews of the release that `version` is a preview of.
fn previews_of(version: &Version) -> Ranges<Version> {
    previews(&Some((with(version, "0"), true)), &Some((release(version), false)))
}

/// `[from, to)`. An outer `None` is no bound; an inner one lies past every version. `least` is the lowest of its sort.
fn between(from: Option<Option<Version>>, to: Option<Option<Version>>, least: &Version) -> Ranges<Version> {
    let from = match from {
        Some(None) => return Ranges::empty(),
        Some(Some(from)) if from > *least => Some(from),
        _ => None,
    };
    match (from, to.flatten()) {
        (None, None) => Ranges::full(),
        (Some(from), None) => Ranges::higher_than(from),
        (None, Some(to)) if to > *least => Ranges::strictly_lower_than(to),
        (Some(from), Some(to)) if from < to => Ranges::between(from, to),
        _ => Ranges::empty(),
    }
}

fn release(version: &Version) -> Version {
    Version::new(version.major, version.minor, version.patch)
}

/// The lowest release above the one of `version`. `None`: there is none.
fn next_release(version: &Version) -> Option<Version> {
    let patch = version.patch.checked_add(1).map(|patch| Version::new(version.major, version.minor, patch));
    let minor = || version.minor.checked_add(1).map(|minor| Version::new(version.major, minor, 0));
    patch.or_else(minor).or_else(|| Some(Version::new(version.major.checked_add(1)?, 0, 0)))
}

/// A preview of the release of `version`.
fn with(version: &Version, preview: &str) -> Version {
    // A preview's text with `.0` behind it is one, and so is `0`.
    Version { pre: Prerelease::new(preview).unwrap_or(Prerelease::EMPTY), ..release(version) }
}
