use super::super::{Domain, Names, Paths, Set};
use super::{pattern, set};

/// Patterns with as many wildcards as may be, each needing a determinised machine of exponential size.
fn bombs(count: usize) -> Vec<String> {
    let letters = ['a', 'b', 'c'];
    (0..count).map(|n| format!("*{}{}", letters[n % 3], "?".repeat(15 - n % 7))).collect()
}

#[test]
fn many_wildcards_stay_within_the_work_bound() {
    let texts = bombs(60);
    let many = Set::<Names>::from_patterns(texts.iter().map(|text| pattern::<Names>(text)));
    let other = set::<Names>(&["*x*y*z*x*y*z*", "**.a*b*.**.c*d*.**.e*f*.**"]);
    assert!(!many.is_subset(&other));
    assert!(!other.is_subset(&many));
    assert!(!many.intersect(&other).contains(&super::member::<Names>("q")));
    assert!(!many.difference(&other).is_too_complex());
    assert!(!many.simplify().is_too_complex());
}

#[test]
fn nested_double_stars_are_decided() {
    let text = |letters: &str| letters.chars().map(|c| format!("/**/{c}")).collect::<String>();
    let long = set::<Paths>(&[&text("abcdefghijklmnop")]);
    let short = set::<Paths>(&[&text("acegikmo")]);
    assert!(long.is_subset(&set(&["/**/p"])) && !long.is_subset(&short));
    assert!(long.is_subset(&set(&[&format!("{}/**", text("acegikmo"))])));
}

#[test]
fn star_chains_are_decided() {
    let long = set::<Names>(&["*a*b*c*d*e*f*g*h*"]);
    assert!(long.is_subset(&set(&["*b*d*f*h*"])));
    assert!(!long.is_subset(&set(&["*b*d*f*h*i*"])));
    assert!(!long.is_disjoint(&set(&["*h*g*f*e*d*c*b*a*"])));
}

#[test]
fn many_literals_are_compared_quickly() {
    let folders: Vec<String> = (0..2000).map(|n| format!("/data/{n}/")).collect();
    let all = Set::<Paths>::from_patterns(folders.iter().map(|text| pattern::<Paths>(text)));
    assert_eq!(all.terms().count(), 2000);
    assert!(all.is_subset(&set(&["/data/"])));
    assert!(!set::<Paths>(&["/data/"]).is_subset(&all));
}

#[test]
fn differences_cannot_explode() {
    let request = Set::<Names>::everything();
    let granted = (0..14).map(|n| set::<Names>(&[&format!("**.a{n}.**")]).difference(&set(&[&format!("**.b{n}.**")])));
    let granted = granted.fold(Set::empty(), |all, one| all.union(&one));
    let rest = request.difference(&granted);
    assert!(rest.is_too_complex(), "{} terms", rest.terms().count());
    assert!(!rest.contains(&super::member::<Names>("q")) && !rest.is_empty());
}

#[test]
fn garbage_is_refused_without_a_panic() {
    fn read<D: Domain>(text: &str) {
        if let Ok(pattern) = text.parse::<D::Pattern>() {
            assert_eq!(pattern.to_string().parse::<D::Pattern>().as_ref(), Ok(&pattern), "{text}");
        }
        let _ = D::parse_member(text);
    }
    let parts = [
        "",
        "/",
        ".",
        "..",
        "*",
        "**",
        "\\",
        "?",
        ":",
        "://",
        "[",
        "]",
        "a",
        "\u{fc}",
        "\u{1f600}",
        "0",
        "-",
        "@",
        ",",
        "::1",
    ];
    for a in parts {
        for b in parts {
            for c in parts {
                for text in [format!("{a}{b}{c}"), format!("tcp://{a}{b}{c}:1"), format!("/{a}{b}{c}")] {
                    read::<Names>(&text);
                    read::<Paths>(&text);
                    read::<super::super::Endpoints>(&text);
                    read::<super::super::Ranges>(&text);
                }
            }
        }
    }
}
