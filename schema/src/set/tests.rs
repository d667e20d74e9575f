//! What the algebra promises: laws on random sets of every domain, tables of rules, and hostile patterns.

mod commands;
mod endpoints;
mod hostile;
mod laws;
mod names;
mod paths;
mod ranges;
mod sets;

use super::{Domain, PatternErrorKind, Set};

/// The union of patterns, written.
fn set<D: Domain>(patterns: &[&str]) -> Set<D> {
    Set::from_patterns(patterns.iter().map(|text| pattern::<D>(text)))
}

fn pattern<D: Domain>(text: &str) -> D::Pattern {
    text.parse().unwrap_or_else(|err| panic!("{text}: {err}"))
}

fn member<D: Domain>(text: &str) -> D::Member {
    D::parse_member(text).unwrap_or_else(|err| panic!("{text}: {err}"))
}

/// Checks `pattern | members that it covers | members that it does not`, members separated by spaces.
fn check_cover<D: Domain>(rows: &[(&str, &str, &str)]) {
    for (text, inside, outside) in rows {
        let covers = |name: &str| D::matches(&pattern::<D>(text), &member::<D>(name));
        for name in inside.split_whitespace() {
            assert!(covers(name), "`{text}` covers `{name}`");
        }
        for name in outside.split_whitespace() {
            assert!(!covers(name), "`{text}` does not cover `{name}`");
        }
    }
}

/// Checks `pattern → canonical text`, and that the canonical text stands for itself.
fn check_canonical<D: Domain>(rows: &[(&str, &str)]) {
    for (text, canonical) in rows {
        assert_eq!(pattern::<D>(text).to_string(), *canonical, "of `{text}`");
        assert_eq!(pattern::<D>(canonical), pattern::<D>(text));
    }
}

/// Checks `text → byte and kind of the error` for patterns.
fn check_errors<D: Domain>(rows: &[(&str, usize, PatternErrorKind)]) {
    for (text, at, kind) in rows {
        let err = text.parse::<D::Pattern>().expect_err(text);
        assert_eq!((err.at, &err.kind), (*at, kind), "of `{text}`");
        assert!(err.at <= text.len() && !err.help().is_empty());
    }
}

/// Checks `a ⊆ b` as sets of one or several patterns, separated by spaces.
fn check_subset<D: Domain>(rows: &[(&str, &str, bool)]) {
    for (a, b, expected) in rows {
        let split = |text: &str| set::<D>(&text.split_whitespace().collect::<Vec<_>>());
        let (a_set, b_set) = (split(a), split(b));
        assert_eq!(a_set.is_subset(&b_set), *expected, "`{a}` in `{b}`");
        let witness = a_set.witness_outside(&b_set);
        assert_eq!(witness.is_none(), *expected, "witness of `{a}` outside `{b}`: {witness:?}");
    }
}
