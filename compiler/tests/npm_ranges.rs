//! Ranges of versions: npm's own rows, and laws of the sets that ranges become. Comes in: the folder that `AMBIT_CORPORA`
//! names; random ranges and versions, over which the library that reads ranges is the oracle.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "tests read their corpus")]

#[path = "syntax_support/corpora.rs"]
mod corpora;

use ambit_compiler::manifest::{VersionRange, Versions};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use pubgrub::VersionSet;
use semver::Version;

/// Rows of npm's that a manifest may not have: how they begin, or what they have in them.
fn is_loose(range: &str) -> bool {
    range.is_empty() || VersionRange::parse(range).is_none()
}

fn rows(table: &str) -> Vec<Vec<serde_json::Value>> {
    let Some(path) = corpora::find("node-semver.json") else { return vec![] };
    let all: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    serde_json::from_value(all[table].clone()).unwrap()
}

/// The rows without options, as pairs of texts.
fn plain(table: &str) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    rows(table).iter().filter(|row| row.len() == 2).filter_map(|row| Some((text(&row[0])?, text(&row[1])?))).collect()
}

fn fits(table: &str, expected: bool) {
    let rows = plain(table);
    let (mut tried, mut wrong) = (0, vec![]);
    for (range, version) in rows.iter().filter(|(range, _)| !is_loose(range)) {
        let Ok(parsed) = Version::parse(version) else { continue };
        tried += 1;
        if VersionRange::parse(range).unwrap().contains(&parsed) != expected {
            wrong.push(format!("{range} and {version}"));
        }
    }
    println!("{table}: {tried} of {} rows", rows.len());
    assert!(wrong.is_empty(), "{table}: {wrong:#?}");
    assert!(rows.is_empty() || tried * 4 > rows.len() * 3, "{tried} of {}", rows.len());
}

#[test]
fn npm_includes() {
    fits("range-include", true);
}

#[test]
fn npm_excludes() {
    fits("range-exclude", false);
}

/// A version that npm calls lower or higher than a range is not in it.
#[test]
fn npm_compares() {
    fits("version-gt-range", false);
    fits("version-lt-range", false);
}

#[test]
fn npm_intersects() {
    let mut wrong = vec![];
    for row in rows("range-intersection") {
        let (Some(a), Some(b), Some(expected)) = (row[0].as_str(), row[1].as_str(), row[2].as_bool()) else { continue };
        let (Some(left), Some(right)) = (VersionRange::parse(a), VersionRange::parse(b)) else { continue };
        let meets = !left.versions().is_disjoint(right.versions());
        assert_eq!(meets, !right.versions().is_disjoint(left.versions()), "{a} and {b}, either way");
        if meets != expected {
            wrong.push(format!("{a} and {b}: {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn version() -> impl Strategy<Value = Version> {
    let preview = prop_oneof![Just(""), Just("-0"), Just("-a"), Just("-a.0"), Just("-a.1"), Just("-b")];
    (0..3_u64, 0..3_u64, 0..3_u64, preview)
        .prop_map(|(a, b, c, preview)| Version::parse(&format!("{a}.{b}.{c}{preview}")).unwrap())
}

fn range() -> impl Strategy<Value = String> {
    let operator = prop_oneof![Just(""), Just("^"), Just("~"), Just(">"), Just(">="), Just("<"), Just("<=")];
    let comparator = (operator, version()).prop_map(|(operator, version)| format!("{operator}{version}"));
    let both = (version(), any::<bool>(), version(), any::<bool>()).prop_map(|(from, a, to, b)| {
        format!("{}{from} {}{to}", if a { ">" } else { ">=" }, if b { "<" } else { "<=" })
    });
    let one = prop_oneof![comparator, both];
    proptest::collection::vec(one, 1..4).prop_map(|all| all.join(" || "))
}

/// Whether a version passes every comparator, and a preview besides one that is about previews of its release. Asked one by
/// one: of comparators that exclude each other the library makes an `or`.
fn oracle(part: &str, version: &Version) -> bool {
    let read = |comparator| nodejs_semver::Range::parse(comparator).unwrap();
    let comparators: Vec<_> = part.split_whitespace().map(read).collect();
    let version = nodejs_semver::Version::parse(version.to_string()).unwrap();
    comparators.iter().all(|one| one.satisfies_with_prerelease(&version, true))
        && (!version.is_prerelease() || comparators.iter().any(|one| one.satisfies(&version)))
}

fn set(range: &str) -> Versions {
    VersionRange::parse(range).unwrap().versions().clone()
}

/// The members of a set among all versions that `version` makes.
fn members(set: &Versions) -> Vec<Version> {
    let mut all = vec![];
    for release in 0..27_u64 {
        for preview in ["", "-0", "-a", "-a.0", "-a.1", "-b"] {
            all.push(Version::parse(&format!("{}.{}.{}{preview}", release / 9, release / 3 % 3, release % 3)).unwrap());
        }
    }
    all.retain(|version| set.contains(version));
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_set_has_what_npm_has(range in range(), version in version()) {
        let expected = range.split("||").any(|part| oracle(part, &version));
        assert_eq!(VersionRange::parse(&range).unwrap().contains(&version), expected, "{range} and {version}");
    }

    #[test]
    fn sets_are_an_algebra(a in range(), b in range(), version in version()) {
        let (left, right) = (set(&a), set(&b));
        let (in_left, in_right) = (left.contains(&version), right.contains(&version));
        assert_eq!(left.complement().contains(&version), !in_left);
        assert_eq!(left.intersection(&right).contains(&version), in_left && in_right);
        assert_eq!(left.union(&right).contains(&version), in_left || in_right);
        assert_eq!(left.complement().complement(), left, "{a}");
        assert_eq!(left.union(&left.complement()), Versions::full(), "{a}");
        assert_eq!(left.intersection(&left.complement()), Versions::empty(), "{a}");
        assert_eq!(left.is_disjoint(&right), left.intersection(&right) == Versions::empty(), "{a} and {b}");
        assert_eq!(left.subset_of(&right), left.intersection(&right) == left, "{a} and {b}");
        assert_eq!(left.union(&right), left.complement().intersection(&right.complement()).complement(), "{a} and {b}");
    }

    /// Sets that have the same versions are the same value. That a set is empty shows in the versions of its bounds.
    #[test]
    fn equal_sets_are_one_value(a in range(), b in range()) {
        let (left, right) = (set(&a), set(&b));
        let differ = left.intersection(&right.complement()).union(&right.intersection(&left.complement()));
        assert_eq!(differ == Versions::empty(), left == right, "{a} and {b}");
        if left == right {
            assert_eq!(members(&left), members(&right));
        }
    }

    #[test]
    fn a_singleton_has_its_version_alone(version in version(), other in version()) {
        let one = Versions::singleton(version.clone());
        assert!(one.contains(&version));
        assert_eq!(one.contains(&other), version == other);
        assert_eq!(members(&one), [version]);
    }
}

#[test]
fn the_largest_numbers_have_no_next() {
    let largest = Version::new(u64::MAX, u64::MAX, u64::MAX);
    let one = Versions::singleton(largest.clone());
    assert!(one.contains(&largest) && !one.contains(&Version::new(u64::MAX, u64::MAX, 0)));
    assert_eq!(one.complement().complement(), one);
}

/// Ranges that are read without the library, whole or in part, have what the library says.
#[test]
fn plain_ranges_have_what_npm_has() {
    let numbers = ["0", "1", "2", "10", "123456789"];
    let in_part = numbers.iter().flat_map(|a| numbers.iter().map(move |b| format!("{a}.{b}")));
    let whole = in_part.clone().flat_map(|part| ["0", "7"].map(|patch| format!("{part}.{patch}")));
    let texts = numbers.iter().map(|a| (*a).to_owned()).chain(in_part).chain(whole);
    for (text, operator) in texts.flat_map(|text| [(text.clone(), "^"), (text, ">=")]) {
        let range = format!("{operator}{text}");
        let set = VersionRange::parse(&range).unwrap();
        let all = numbers.iter().flat_map(|a| numbers.iter().map(move |b| format!("{a}.{b}")));
        for version in all.flat_map(|part| ["0-0", "0-a", "0", "6", "7-0", "7"].map(|last| format!("{part}.{last}"))) {
            let version = Version::parse(&version).unwrap();
            assert_eq!(set.contains(&version), oracle(&range, &version), "{range} and {version}");
        }
    }
}
