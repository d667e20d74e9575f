use std::collections::BTreeSet;

use super::super::{Finding, MAX_TERMS, Names, Paths, Ranges, Set};
use super::{member, pattern, set};

#[test]
fn nothing_written_covers_nothing() {
    let none = Set::<Names>::from_patterns([]);
    assert!(none.is_empty() && none.witness().is_none() && !none.contains(&member::<Names>("a")));
    let hollow = Set::<Names>::from_terms([(BTreeSet::new(), BTreeSet::new())]);
    assert_eq!(hollow, none);
    let only_exceptions = Set::<Names>::from_terms([(BTreeSet::new(), BTreeSet::from([pattern::<Names>("a")]))]);
    assert!(only_exceptions.is_empty());
}

#[test]
fn terms_survive_the_wire() {
    let written = set::<Paths>(&["/a/", "/**/*.rs"]).intersect(&set(&["/a/", "/src/"])).difference(&set(&["/a/x/"]));
    let terms: Vec<_> = written.terms().map(|(within, except)| (within.to_vec(), except.to_vec())).collect();
    assert_eq!(Set::from_terms(terms), written);
}

#[test]
fn sets_are_shown_to_people() {
    let text = |set: Set<Paths>| set.to_string();
    assert_eq!(text(Set::empty()), "nothing");
    assert_eq!(text(set(&["/b", "/a/"])), "/a/**, /b");
    assert_eq!(text(set(&["/a/"]).difference(&set(&["/a/x", "/a/y/"]))), "/a/** except /a/x, /a/y/**");
    assert_eq!(text(set(&["/a/", "/b"]).difference(&set(&["/a/x"]))), "(/a/** except /a/x), /b");
}

#[test]
fn normal_forms_are_short() {
    assert_eq!(set::<Paths>(&["/a/", "/a/b", "/a/*.rs", "/a/x/"]).to_string(), "/a/**");
    let cut = set::<Paths>(&["/a/"]).difference(&set(&["/b/", "/a/x/y", "/a/x/"]));
    assert_eq!(cut.to_string(), "/a/** except /a/x/**");
    assert_eq!(set::<Paths>(&["/a/"]).difference(&set(&["/*/x"])).to_string(), "/a/** except /a/x");
    let back = cut.union(&set(&["/a/x/"])).simplify();
    assert_eq!(back.to_string(), "/a/**");
    let together = set::<Names>(&["a*", "?b*", "*"]);
    assert_eq!(together.to_string(), "*");
}

#[test]
fn differences_of_differences_are_exact() {
    let granted = set::<Paths>(&["/a/"]).difference(&set(&["/a/secret/"]));
    let missing = set::<Paths>(&["/a/"]).difference(&granted);
    assert_eq!(missing.to_string(), "/a/secret/**");
}

#[test]
fn too_much_is_refused_in_every_place() {
    let many = Set::<Ranges>::from_patterns((0..=MAX_TERMS as u64).map(|n| (2 * n).to_string().parse().unwrap()));
    let one = set::<Ranges>(&["1"]);
    assert!(many.is_too_complex() && !many.is_empty() && !many.contains(&0));
    assert!(!many.is_subset(&Set::everything()) && !one.is_subset(&many) && !many.is_disjoint(&one));
    assert_eq!(many.find(), Finding::Undecided);
    assert!(one.difference(&many).is_too_complex() && !one.difference(&many).contains(&1));
    assert!(one.union(&many).is_too_complex() && one.intersect(&many).is_too_complex());
    assert!(!many.has_same_members(&many));
}

#[test]
fn sets_are_small() {
    // A plan has many, most of them of one pattern.
    assert!(size_of::<Set<Paths>>() <= 40 && size_of::<Set<Names>>() <= 40);
}
