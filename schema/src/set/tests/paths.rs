use super::super::{Paths, PatternErrorKind as Kind, Set};
use super::{check_canonical, check_cover, check_errors, check_subset, pattern, set};
use crate::set::paths::{Path, PathPattern, Root};

#[test]
fn patterns_cover_what_they_say() {
    check_cover::<Paths>(&[
        ("/a/b", "/a/b /a/b/ /a//b /a/./b", "/a /a/b/c ./a/b /A/b"),
        ("/data/app/", "/data/app /data/app/x /data/app/.x/y", "/data/app-secret /data /data/ap ./data/app"),
        ("/data/app/**", "/data/app /data/app/x", "/data/app-secret/x"),
        ("/data/*", "/data/x /data/.hidden", "/data /data/x/y"),
        ("/data/*.rs", "/data/a.rs /data/.rs", "/data/a.r /data/a/b.rs"),
        ("/**/*.rs", "/a.rs /x/y/a.rs /x/.git/.rs", "/a.rs/b"),
        ("/a/**/z", "/a/z /a/b/z /a/b/c/z", "/a/b /az"),
        ("/a?c", "/abc /a.c", "/a/c /ac"),
        ("/[a]/{b}", "/[a]/{b}", "/a/b"),
        (r"/\*", "/*", "/a"),
        ("/", "/ /a /a/b", ". ./a"),
        ("/.", "/", "/a"),
        (".", ". ./", "./a /"),
        ("./", ". ./a ./a/b", "/ /a"),
        ("./src/**", "./src ./src/a", "./srcs /src"),
        ("**", "/ . /a ./a", ""),
    ]);
}

#[test]
fn folders_around() {
    let all = |texts: &str| set::<Paths>(&texts.split(' ').collect::<Vec<_>>());
    let show = |texts: &str, of: fn(&Set<Paths>) -> Set<Paths>| of(&all(texts)).to_string();
    let around = |texts: &str| show(texts, |set| set.subtrees_around().unwrap());
    let folders = |set: &Set<Paths>| set.folders().unwrap().iter().map(Path::text).collect::<Vec<_>>().join(" ");
    assert_eq!(around("/a/*.txt"), "/a/**");
    assert_eq!(around("/a/**/*.txt /b/ ./c/d/e"), "/a/**, /b/**, ./c/d/**");
    assert_eq!(around("/a/*/b/c/**"), "/a/**");
    assert_eq!(around("/a/b/*.txt /a/*.txt"), "/a/**");
    assert_eq!(around("/*"), "/**");
    assert_eq!(around("."), "./**");
    assert_eq!(around("**"), "/**, ./**");
    assert_eq!(folders(&all("/a/*.txt /b/ ./c/d")), "/a /b ./c");
    assert_eq!(folders(&all("/a/*.md /a/b/c/x /a/b/")), "/a /a/b");
    assert_eq!(folders(&all("**").difference(&all("./x"))), "/ .");
    let cut = all("/a/ /b/").difference(&all("/a/x/"));
    assert_eq!(cut.subtrees_around().unwrap().to_string(), "/a/**, /b/**");
    assert_eq!(folders(&cut), "/a /b");
    let met = all("/a/*/c/**").intersect(&all("/a/b/**/x"));
    assert_eq!(met.subtrees_around().unwrap().to_string(), "/a/b/**");
}

#[test]
fn one_pattern_has_one_text() {
    check_canonical::<Paths>(&[
        ("/a/b/", "/a/b/**"),
        ("/a//b/./c", "/a/b/c"),
        ("/a/.", "/a"),
        ("/", "/**"),
        ("/.", "/."),
        ("//", "/**"),
        (".", "."),
        ("./", "./**"),
        ("./.", "."),
        ("././a", "./a"),
        ("/**/", "/**"),
        ("/a/**/*", "/a/*/**"),
        ("/a/**/**/b", "/a/**/b"),
        ("**", "**"),
        (r"/a\*", r"/a\*"),
        ("/.git", "/.git"),
    ]);
}

#[test]
fn errors_say_where_and_what() {
    check_errors::<Paths>(&[
        ("", 0, Kind::Empty),
        ("a/b", 0, Kind::NoRoot),
        ("~/a", 0, Kind::NoRoot),
        ("*", 0, Kind::NoRoot),
        ("**/a", 0, Kind::NoRoot),
        ("..", 0, Kind::ParentSegment),
        ("../a", 0, Kind::ParentSegment),
        ("/a/../b", 3, Kind::ParentSegment),
        ("./..", 2, Kind::ParentSegment),
        ("/a/b**", 4, Kind::StarsInSegment),
        (r"/a\/b", 2, Kind::DanglingEscape),
        (r"/\.", 1, Kind::UselessEscape('.')),
        ("/a\0b", 2, Kind::Invisible('\0')),
        ("/a\nb", 2, Kind::Invisible('\n')),
        ("/\u{2066}b", 1, Kind::Invisible('\u{2066}')),
    ]);
    assert!(Path::parse("/a/..").is_err() && Path::parse("a").is_err() && Path::parse("/a\0").is_err());
}

#[test]
fn subsets_are_exact() {
    check_subset::<Paths>(&[
        ("/data/app-secret/", "/data/app/", false),
        ("/data/app/x", "/data/app/", true),
        ("/a/", "/a /a/*/**", true),
        ("/a/", "/a/*/**", false),
        ("/a/", "/a /a/*", false),
        ("/**/*.rs", "/", true),
        ("/src/**/*.rs", "/**/*.rs", true),
        ("/src/**/*.rs", "/src/**/a*.rs", false),
        ("/*/x", "/**/x", true),
        ("./a", "/a", false),
        ("**", "/ ./", true),
        ("**", "/", false),
        ("/.*", "/.?*", true),
        ("/a/?", "/a/a* /a/*", true),
    ]);
}

#[test]
fn dots_are_never_members() {
    let dots = set::<Paths>(&["/.?"]).witness().map(|path| path.text());
    assert_eq!(dots.as_deref(), Some("/.a"));
    let hidden = set::<Paths>(&["/.*"]).witness().map(|path| path.text());
    assert_eq!(hidden.as_deref(), Some("/.a"));
}

#[test]
fn folders_are_recognised() {
    let folder = |text: &str| pattern::<Paths>(text).as_subtree().map(|path| path.text());
    assert_eq!(folder("/a/b/").as_deref(), Some("/a/b"));
    assert_eq!(folder("/").as_deref(), Some("/"));
    assert_eq!(folder("./").as_deref(), Some("."));
    assert_eq!(folder("/a/b"), None);
    assert_eq!(folder("/a/*/**"), None);
    let prefix = |text: &str| pattern::<Paths>(text).literal_prefix().map(|path| path.text());
    assert_eq!(prefix("/a/b/c.txt").as_deref(), Some("/a/b"));
    assert_eq!(prefix("/a/b*/c").as_deref(), Some("/a"));
    assert_eq!(prefix("/a/**").as_deref(), Some("/a"));
    assert_eq!(prefix("/**/x").as_deref(), Some("/"));
    assert_eq!(prefix("**"), None);
    let tree = PathPattern::subtree(&Path::parse("./a*").unwrap());
    assert_eq!(tree.to_string(), r"./a\*/**");
}

#[test]
fn whole_folders_are_enforceable() {
    let folders = |set: Set<Paths>| {
        set.as_subtrees().map(|paths| paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(folders(set(&["/b/", "/a/", "/a/x/"])).as_deref(), Some("/a /b"));
    assert_eq!(folders(set(&["/a/", "/b"])), None);
    assert_eq!(folders(set(&["/a/"]).difference(&set(&["/a/x"]))), None);
    assert_eq!(folders(set(&["/a/"]).difference(&set(&["/b"]))).as_deref(), Some("/a"));
    assert_eq!(folders(Set::empty()).as_deref(), Some(""));
    assert_eq!(folders(Set::everything()).as_deref(), Some("/ ."));
    let mended = set(&["/a/"]).difference(&set(&["/a/x/"])).union(&set(&["/a/x/"]));
    assert_eq!(folders(mended).as_deref(), Some("/a"));
}

#[test]
fn intersections_become_one_pattern_where_they_can() {
    let both = |a: &str, b: &str| set::<Paths>(&[a]).intersect(&set(&[b])).to_string();
    assert_eq!(both("/home/*/docs/", "/home/u/"), "/home/u/docs/**");
    assert_eq!(both("/a/*", "/*/b"), "/a/b");
    assert_eq!(both("/a/", "/b/"), "nothing");
    assert_eq!(both("/a/x?", "/*/xy"), "/a/xy");
    assert_eq!(both("/**/*.rs", "/src/"), "/**/*.rs & /src/**");
    assert_eq!(both("/**/*.rs", "/src/**/*.rs"), "/src/**/*.rs");
}

#[test]
fn members_are_clean() {
    let text = |text: &str| Path::parse(text).unwrap().text();
    assert_eq!(text("/a//b/./c/"), "/a/b/c");
    assert_eq!(text("/"), "/");
    assert_eq!(text("./"), ".");
    assert_eq!(text("././x"), "./x");
    let path = Path::parse("/data/app/x").unwrap();
    assert!(path.is_in(&Path::parse("/data/app").unwrap()));
    assert!(!Path::parse("/data/app-secret").unwrap().is_in(&Path::parse("/data/app").unwrap()));
    assert_eq!(path.parent().unwrap().text(), "/data/app");
    assert_eq!(Path::parse("/").unwrap().parent(), None);
    assert_eq!(path.root(), Root::Absolute);
    assert_eq!(path.segments().collect::<Vec<_>>(), ["data", "app", "x"]);
}

#[test]
fn a_pattern_that_is_a_folder_by_its_text_is_that_folder() {
    let texts = [
        "/",
        "/a",
        "/a/b",
        ".",
        "./",
        "./a",
        "./a.b/c-d",
        "./.",
        "/./a",
        "/a*",
        "/a\\*",
        "/a\\\\b",
        "./é/x",
        "/a b",
        "//a",
    ];
    let mut known = 0;
    for text in texts {
        for pattern in texts.iter().filter_map(|text| format!("{text}/").parse::<PathPattern>().ok()) {
            if pattern.is_folder(text) {
                assert_eq!(pattern, PathPattern::subtree(&Path::parse(text).unwrap()), "{text} {pattern}");
                known += 1;
            }
            assert_eq!(pattern.folder_text(), pattern.as_subtree().map(|folder| folder.text()), "{pattern}");
        }
    }
    assert_eq!(known, 9);
}
