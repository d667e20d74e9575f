//! The laws of set algebra, on random sets of every domain, against members that are random, written close to the
//! patterns, or found by the sets themselves.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use super::super::{Commands, Domain, Endpoints, Names, Paths, Ranges, Set};

const CASES: u32 = 150;

/// A random set: two unions and how they are put together.
#[derive(Clone, Debug)]
struct Recipe {
    left: Vec<String>,
    right: Vec<String>,
    how: u8,
}

impl Recipe {
    fn cook<D: Domain>(&self) -> Set<D> {
        let set = |texts: &[String]| Set::<D>::from_patterns(texts.iter().filter_map(|text| text.parse().ok()));
        let (left, right) = (set(&self.left), set(&self.right));
        match self.how {
            0 => left,
            1 => left.intersect(&right),
            2 => left.difference(&right),
            _ => left.union(&right),
        }
    }
}

fn recipe(pattern: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = Recipe> {
    let side = vec(pattern, 1..4);
    (side.clone(), side, 0..4_u8).prop_map(|(left, right, how)| Recipe { left, right, how })
}

fn check<D: Domain>(pattern: impl Strategy<Value = String> + Clone, member: impl Strategy<Value = String>) {
    let sets = [recipe(pattern.clone()), recipe(pattern.clone()), recipe(pattern)];
    let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
    let test = |(recipes, texts): ([Recipe; 3], Vec<String>)| {
        let [a, b, c] = recipes.each_ref().map(Recipe::cook::<D>);
        let written = recipes.iter().flat_map(|recipe| recipe.left.iter().chain(&recipe.right)).map(|text| plain(text));
        let mut members: Vec<D::Member> =
            texts.into_iter().chain(written).filter_map(|text| D::parse_member(&text).ok()).collect();
        members.extend([&a, &b, &c].iter().filter_map(|set| set.witness()));
        members.extend([&a, &b, &c].iter().filter_map(|set| checked_sample(set)));
        check_members(&a, &b, &members);
        check_laws(&a, &b, &c);
        check_subsets(&a, &b, &members);
        check_texts(&a, &recipes[0]);
        Ok(())
    };
    runner.run(&(sets, vec(member, 8)), test).unwrap_or_else(|err| panic!("{err}"));
}

/// What a look tells to be in a set is in it, and can be written.
fn checked_sample<D: Domain>(set: &Set<D>) -> Option<D::Member> {
    let sample = set.sample()?;
    assert!(set.contains(&sample), "{sample} is not in {set}");
    assert_eq!(D::parse_member(&sample.to_string()).as_ref(), Ok(&sample));
    Some(sample)
}

/// A member close to a pattern: its wildcards become characters.
fn plain(text: &str) -> String {
    text.replace("**", "a").replace(['*', '?'], "b")
}

fn check_members<D: Domain>(a: &Set<D>, b: &Set<D>, members: &[D::Member]) {
    let derived = [a.union(b), a.intersect(b), a.difference(b), a.simplify()];
    let found = derived.iter().filter_map(Set::witness);
    for member in members.iter().cloned().chain(found) {
        let (x, y) = (a.contains(&member), b.contains(&member));
        let expected = [x || y, x && y, x && !y, x];
        assert_eq!(derived.each_ref().map(|set| set.contains(&member)), expected, "{member} in {a} and {b}");
        assert_eq!(D::parse_member(&member.to_string()).as_ref(), Ok(&member));
        assert!(D::matches(&D::exact(&member), &member) && D::matches(&D::everything(), &member));
    }
}

fn check_laws<D: Domain>(a: &Set<D>, b: &Set<D>, c: &Set<D>) {
    let same = |left: Set<D>, right: Set<D>, law: &str| {
        assert!(left.has_same_members(&right), "{law}: {left} and {right} of a = {a}, b = {b}, c = {c}");
    };
    assert_eq!(a.union(b), b.union(a));
    assert_eq!(a.intersect(b), b.intersect(a));
    assert_eq!(Set::union_all([a, b]), a.union(b));
    same(Set::union_all([a, b, c]), a.union(b).union(c), "∪ of all");
    same(a.union(a), a.clone(), "a ∪ a");
    same(a.intersect(a), a.clone(), "a ∩ a");
    same(a.union(b).union(c), a.union(&b.union(c)), "∪ associative");
    same(a.intersect(b).intersect(c), a.intersect(&b.intersect(c)), "∩ associative");
    same(a.union(&a.intersect(b)), a.clone(), "∪ absorbs");
    same(a.intersect(&a.union(b)), a.clone(), "∩ absorbs");
    same(a.intersect(&b.union(c)), a.intersect(b).union(&a.intersect(c)), "∩ distributes");
    same(a.union(&b.intersect(c)), a.union(b).intersect(&a.union(c)), "∪ distributes");
    same(a.difference(&b.union(c)), a.difference(b).intersect(&a.difference(c)), "∖ of ∪");
    same(a.difference(&b.intersect(c)), a.difference(b).union(&a.difference(c)), "∖ of ∩");
    same(a.difference(b).union(&a.intersect(b)), a.clone(), "parts make the whole");
    same(a.simplify(), a.clone(), "simplify");
}

fn check_subsets<D: Domain>(a: &Set<D>, b: &Set<D>, members: &[D::Member]) {
    let (inside, witness) = (a.is_subset(b), a.witness_outside(b));
    assert_eq!(inside, witness.is_none(), "{a} in {b}: {witness:?}");
    assert_eq!(inside, a.difference(b).is_empty(), "{a} in {b}");
    assert_eq!(a.is_disjoint(b), a.intersect(b).is_empty(), "{a} and {b}");
    assert_eq!(a.is_empty(), a.witness().is_none(), "{a}");
    if let Some(member) = witness {
        assert!(a.contains(&member) && !b.contains(&member), "{member} of {a} outside {b}");
    }
    let disjoint = a.is_disjoint(b);
    for member in members.iter().filter(|member| a.contains(member)) {
        assert!(!inside || b.contains(member), "{member} of {a} in {b}");
        assert!(!disjoint || !b.contains(member), "{member} of both {a} and {b}");
    }
}

fn check_texts<D: Domain>(a: &Set<D>, recipe: &Recipe) {
    for pattern in recipe.left.iter().filter_map(|text| text.parse::<D::Pattern>().ok()) {
        assert_eq!(pattern.to_string().parse::<D::Pattern>().as_ref(), Ok(&pattern));
    }
    let terms: Vec<_> = a.terms().map(|(within, except)| (within.to_vec(), except.to_vec())).collect();
    assert_eq!(&Set::from_terms(terms.iter().cloned()), a, "terms of {a}");
    let forwards = recipe.left.iter().filter_map(|text| text.parse().ok());
    let backwards = recipe.left.iter().rev().filter_map(|text| text.parse().ok());
    assert_eq!(Set::<D>::from_patterns(forwards), Set::from_patterns(backwards));
}

fn segment() -> impl Strategy<Value = String> + Clone {
    select(vec!["a", "b", "ab", "*", "?", "a*", "*b", "?b", "*a*", "**", "**"]).prop_map(str::to_owned)
}

fn short() -> impl Strategy<Value = String> + Clone {
    vec(select(vec!['a', 'b', 'c', '.']), 1..4).prop_map(|chars| chars.into_iter().collect())
}

#[test]
fn names_obey() {
    let pattern = vec(segment(), 1..4).prop_map(|segments| segments.join("."));
    let member = vec(select(vec!["a", "b", "ab", "bb", "c", "aab"]), 1..5).prop_map(|segments| segments.join("."));
    check::<Names>(pattern, member);
}

#[test]
fn paths_obey() {
    let root = select(vec!["/", "/", "./"]);
    let segment = prop_oneof![8 => segment(), 1 => Just(".a".to_owned()), 1 => Just(".*".to_owned())];
    let end = select(vec!["", "", "/"]);
    let pattern = (root.clone(), vec(segment, 1..4), end)
        .prop_map(|(root, segments, end)| format!("{root}{}{end}", segments.join("/")));
    let member = (root, vec(short(), 0..4)).prop_map(|(root, segments)| format!("{root}{}", segments.join("/")));
    check::<Paths>(pattern, member);
}

#[test]
fn commands_obey() {
    let word = select(vec!["a", "b", "ab", "*", "a*", "*b", "*a*", "**", "**", "\"\"", ".", "a/b", "\"a b\"", "\\*"]);
    let pattern = vec(word, 1..4).prop_map(|words| words.join(" "));
    let word = select(vec!["a", "b", "ab", "\"\"", ".", "..", "a/b", "\"a b\"", "*", "?"]);
    check::<Commands>(pattern, vec(word, 1..5).prop_map(|words| words.join(" ")));
}

#[test]
fn endpoints_obey() {
    let scheme = select(vec!["http", "https", "*"]);
    let hosts = vec![
        "*",
        "x",
        "a.x",
        "*.x",
        "**.x",
        "**.a.x",
        "*.a.x",
        "10.0.0.0/8",
        "10.1.0.0/16",
        "10.1.2.3",
        "0.0.0.0/0",
        "[::/0]",
        "[::1]",
        "[::/16]",
        "[::ffff:10.0.0.0/104]",
        "[::fffe:0:0/95]",
    ];
    let ports = select(vec!["*", "80", "443", "1-1000", "80,443", "1000-65535"]);
    let pattern = (scheme, select(hosts), ports).prop_map(|(scheme, host, port)| format!("{scheme}://{host}:{port}"));
    let names = vec!["x", "a.x", "b.x", "a.a.x", "b.a.x", "y", "10.1.2.3", "10.2.0.0", "11.0.0.0", "[::1]", "[2::]"];
    let member = (select(vec!["http", "https", "tcp"]), select(names), select(vec![1, 80, 443, 999, 65535]))
        .prop_map(|(scheme, host, port)| format!("{scheme}://{host}:{port}"));
    check::<Endpoints>(pattern, member);
}

#[test]
fn ranges_obey() {
    let number = prop_oneof![6 => 0..20_u64, 1 => u64::MAX - 3..=u64::MAX, 1 => any::<u64>()];
    let pattern = (number.clone(), number.clone()).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b)));
    check::<Ranges>(pattern, number.prop_map(|number| number.to_string()));
}

/// Matching by recursion over segments and characters, as slow as it is plain.
fn matches_plainly(pattern: &[&str], text: &[&str]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (["**", rest @ ..], _) if matches_plainly(rest, text) => true,
        (["**", ..], [_, later @ ..]) => matches_plainly(pattern, later),
        ([first, rest @ ..], [segment, later @ ..]) => {
            matches_segment(first.as_bytes(), segment.as_bytes()) && matches_plainly(rest, later)
        }
        _ => false,
    }
}

fn matches_segment(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', rest @ ..], _) if matches_segment(rest, text) => true,
        ([b'*', ..], [_, later @ ..]) => matches_segment(pattern, later),
        ([b'?', rest @ ..], [_, later @ ..]) => matches_segment(rest, later),
        ([c, rest @ ..], [d, later @ ..]) => c == d && matches_segment(rest, later),
        _ => false,
    }
}

/// Every name of up to five characters over two letters.
fn all_names() -> Vec<String> {
    let mut names = vec![String::new()];
    let mut from = 0;
    for _ in 0..5 {
        let longer: Vec<String> =
            names[from..].iter().flat_map(|name| ["a", "b", "."].map(|c| format!("{name}{c}"))).collect();
        from = names.len();
        names.extend(longer);
    }
    names.retain(|name| name.parse::<super::super::names::Name>().is_ok());
    names
}

#[test]
fn decisions_agree_with_enumeration() {
    let all = all_names();
    let pattern = || vec(segment(), 1..4);
    let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
    let test = |(a, b, c): (Vec<String>, Vec<String>, Vec<String>)| {
        let [p, q, r] = [&a, &b, &c].map(|segments| segments.join("."));
        let set = |text: &str| Set::<Names>::from_patterns([text.parse().unwrap()]);
        let (left, right) = (set(&p), set(&q).union(&set(&r)));
        let inside = left.is_subset(&right);
        for text in &all {
            let name = text.parse().unwrap();
            let segments: Vec<&str> = text.split('.').collect();
            let plain = |pattern: &[String]| {
                matches_plainly(&pattern.iter().map(String::as_str).collect::<Vec<_>>(), &segments)
            };
            assert_eq!(left.contains(&name), plain(&a), "{text} in {p}");
            assert_eq!(right.contains(&name), plain(&b) || plain(&c), "{text} in {q}, {r}");
            assert!(!inside || !plain(&a) || plain(&b) || plain(&c), "{text}: {p} in {q}, {r}");
        }
        Ok(())
    };
    runner.run(&(pattern(), pattern(), pattern()), test).unwrap_or_else(|err| panic!("{err}"));
}
