use super::super::{Names, PatternErrorKind as Kind, Set};
use super::{check_canonical, check_cover, check_errors, check_subset, set};
use crate::name::{PluginId, PointName};
use crate::set::names::{Name, NamePattern};

#[test]
fn wildcards_stay_in_their_segment() {
    check_cover::<Names>(&[
        ("form.validate", "form.validate", "form form.validate.x Form.validate form.validat"),
        ("*", "a DATABASE_URL @scope/name", "a.b"),
        ("**", "a a.b a.b.c", ""),
        ("form.*", "form.a form.validate", "form form.a.b formx.a"),
        ("a.**", "a a.b a.b.c", "ab ab.c b.a"),
        ("**.end", "end a.end a.b.end", "bend a.bend end.a"),
        ("a.**.z", "a.z a.b.z a.b.c.z", "az a.bz a.z.b"),
        ("DATABASE_*", "DATABASE_ DATABASE_URL", "DATABASE database_url DATABASE_U.X"),
        ("?.b", "a.b", "b ab.b"),
        ("@scope/*", "@scope/name", "@scope @scope/na.me @scopes/name"),
        (r"a\*", "a*", "ab a"),
        (r"\?", "?", "a"),
        (r"a\\b", r"a\b", "ab"),
        ("[ab]{c}", "[ab]{c}", "a"),
    ]);
}

#[test]
fn one_pattern_has_one_text() {
    check_canonical::<Names>(&[
        ("a.b", "a.b"),
        ("**.**", "**"),
        ("**.*", "**"),
        ("*.**", "**"),
        ("a.**.*", "a.*.**"),
        ("a.**.**.b", "a.**.b"),
        ("a*?b", "a?*b"),
        ("?*.x", "*.x"),
        (r"\*", r"\*"),
        (r"a\\", r"a\\"),
    ]);
}

#[test]
fn errors_say_where_and_what() {
    let long = "a".repeat(1025);
    let wild = "?".repeat(17);
    check_errors::<Names>(&[
        ("", 0, Kind::Empty),
        (".a", 0, Kind::EmptySegment),
        ("a..b", 2, Kind::EmptySegment),
        ("a.", 2, Kind::EmptySegment),
        ("a.b**", 3, Kind::StarsInSegment),
        ("***", 0, Kind::StarsInSegment),
        (r"a\\**", 3, Kind::StarsInSegment),
        (r"a\", 1, Kind::DanglingEscape),
        (r"a\.b", 1, Kind::DanglingEscape),
        (r"a\b", 1, Kind::UselessEscape('b')),
        ("a\u{202e}b", 1, Kind::Invisible('\u{202e}')),
        ("a\0", 1, Kind::Invisible('\0')),
        ("a\u{200b}", 1, Kind::Invisible('\u{200b}')),
        (&long, 1025, Kind::TooLong { limit: 1024 }),
        (&wild, 0, Kind::TooManyWildcards { limit: 16 }),
    ]);
    assert!("a".repeat(1024).parse::<NamePattern>().is_ok());
    assert!("?".repeat(16).parse::<NamePattern>().is_ok());
    assert!(Name::parse("a*").is_ok(), "nothing is special in a name");
}

#[test]
fn subsets_are_exact() {
    check_subset::<Names>(&[
        ("a.b", "a.*", true),
        ("a.*", "a.b", false),
        ("*", "**", true),
        ("**", "*", false),
        ("**", "* *.**", true),
        ("**", "* *.*.**", true),
        ("**", "* *.*", false),
        ("a.**.b", "**.b", true),
        ("**.a.**.b", "**.a.** **.b", true),
        ("a*", "a a?*", true),
        ("a*", "a ab* ac*", false),
        ("*a*", "a* *a ?*a*?", true),
        ("**.x.*", "**.x.**", true),
        ("*.*", "a.* *.b", false),
    ]);
}

#[test]
fn witnesses_are_shortest_and_printable() {
    let everything = Set::<Names>::everything();
    let witness = |a: &Set<Names>, b: &Set<Names>| a.witness_outside(b).map(|name| name.to_string());
    assert_eq!(witness(&everything, &set(&["*"])).as_deref(), Some("a.a"));
    assert_eq!(witness(&everything, &set(&["a", "?"])).as_deref(), Some("aa"));
    assert_eq!(witness(&set(&["log.**"]), &set(&["log", "log.a*"])).as_deref(), Some("log.b"));
    assert_eq!(witness(&set(&["a.b"]), &set(&["a.*"])), None);
}

#[test]
fn limits_of_members_are_limits_of_witnesses() {
    let (a, b) = ("a".repeat(600), "b".repeat(600));
    let (starts, ends) = (set::<Names>(&[&format!("{a}*")]), set::<Names>(&[&format!("*{b}")]));
    assert!(starts.is_disjoint(&ends), "no name is long enough for both");
    assert!(starts.intersect(&ends).is_empty());
}

#[test]
fn every_id_and_every_point_is_a_name() {
    let signs = ["a", "Z", "0", "_", "-", ".", ":", "@", "/", " ", "é"];
    let more = |texts: &[String]| -> Vec<String> {
        texts.iter().flat_map(|text| signs.iter().map(move |sign| format!("{text}{sign}"))).collect()
    };
    let (mut texts, mut longest) = (vec!["@a.b/c.d".to_owned(), "a".repeat(128)], vec![String::new()]);
    for _ in 0..4 {
        longest = more(&longest);
        texts.extend_from_slice(&longest);
    }
    let ids: Vec<PluginId> = texts.iter().filter_map(|text| PluginId::parse(text).ok()).collect();
    let points: Vec<PointName> = texts.iter().filter_map(|text| PointName::parse(text).ok()).collect();
    assert!(ids.len() > 500 && points.len() > 500);
    ids.iter().for_each(|id| assert_eq!(Name::parse(id.as_str()), Ok(Name::of(id))));
    points.iter().for_each(|point| assert!(Name::parse(point.as_str()).is_ok(), "{point}"));
}
