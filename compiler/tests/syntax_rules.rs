//! Every rule of the YAML and JSON front ends: a text, and where which code stands with which text under it.

#![cfg(test)]

#[path = "syntax_support/value.rs"]
mod value;

use value::{Value, parse};

/// One text: its file name, itself, and its findings as `code line:column text`.
type Row = (&'static str, &'static str, &'static [&'static str]);

fn check(rows: &[Row]) {
    for (name, text, expected) in rows {
        let parsed = parse(name, text);
        assert_eq!(parsed.lines(), *expected, "{name}: {text:?}: {:#?}", parsed.found);
    }
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn number(value: &str) -> Value {
    Value::Number(value.to_owned())
}

#[test]
fn whole_files() {
    check(&[
        ("a.json", "", &["S009 1:1 "]),
        ("a.yaml", "", &["S009 1:1 "]),
        ("a.json", " \n\t\r\n", &["S009 1:1  "]),
        ("a.yaml", "\n\n", &["S009 1:1 \n"]),
        ("a.yaml", "# only a comment\n", &["S009 1:1 #"]),
        ("a.yaml", "---\n...\n", &["S009 1:1 -"]),
        ("a.yaml", "\u{FEFF}", &["S009 1:1 \u{FEFF}"]),
        ("a.json", "{}", &["S009 1:1 {"]),
        ("a.json", "[1]", &["M003 1:1 [1]"]),
        ("a.json", "\n  \"x\"\n", &["M003 2:3 \"x\""]),
        ("a.json", "\"\\u0041\"", &["M003 1:1 \"\\u0041\""]),
        ("a.json", "null", &["M003 1:1 null"]),
        ("a.yaml", "- a\n- b\n", &["M003 1:1 - a"]),
        ("a.yaml", "just words\n", &["M003 1:1 just words"]),
        ("a.yaml", "~\n", &["M003 1:1 ~"]),
        ("a.toml", "a = 1", &["S012 1:1 a"]),
        ("a.json", "\u{FEFF}{\"a\": 1}", &["S013 1:1 \u{FEFF}"]),
        ("a.yaml", "\u{FEFF}a: 1\n", &["S013 1:1 \u{FEFF}"]),
    ]);
}

#[test]
fn bytes_that_are_no_text() {
    let parsed = parse("a.yaml", b"a: 1\nb: \"x\xFF\"\n");
    assert_eq!(parsed.lines(), ["S005 2:6 \u{FFFD}"]);
    assert_eq!(parsed.found[0].message, "the byte `0xFF` is not UTF-8 text");
    let utf16 = parse("a.json", b"\xFF\xFE{\0}\0");
    assert!(utf16.found[0].help.as_deref().unwrap().contains("UTF-16"));
    assert_eq!(parse("a.json", b"{\"a\": \"\xE2\x82\"}").lines(), ["S005 1:8 \u{FFFD}"]);
    let large = parse("a.json", vec![b' '; (1 << 20) + 1]);
    assert_eq!(large.lines(), ["S004 1:1  "]);
}

#[test]
fn json_mistakes() {
    check(&[
        ("a.json", "{\"a\": 1, \"b\": 2, \"a\": 3}", &["S006 1:18 \"a\""]),
        ("a.json", "{\"a\": 1, \"\\u0061\": 3}", &["S006 1:10 \"\\u0061\""]),
        ("a.json", "{\"a\": \"\\ud800\"}", &["S011 1:8 \\ud800"]),
        ("a.json", "{\"a\": \"x\\udc00y\", \"b\": 1}", &["S011 1:9 \\udc00"]),
        ("a.json", "{\"a\": \"\\ud800\\u0041\"}", &["S011 1:8 \\ud800"]),
        ("a.json", "{\"a\": \"\\q\"}", &["S011 1:8 \\q"]),
        ("a.json", "{\"a\": \"\\u12\"}", &["S011 1:8 \\u12"]),
        ("a.json", "{\"a\": \"\\é\"}", &["S011 1:8 \\é"]),
        ("a.json", "{\"a\": 012}", &["S010 1:7 012"]),
        ("a.json", "{\"a\": +1}", &["S010 1:7 +1"]),
        ("a.json", "{\"a\": .5}", &["S010 1:7 .5"]),
        ("a.json", "{\"a\": 0x1F}", &["S010 1:7 0x1F"]),
        ("a.json", "{\"a\": NaN}", &["S010 1:7 NaN"]),
        ("a.json", "{\"a\": yes}", &["S001 1:7 yes"]),
        ("a.json", "{\"a\": True}", &["S001 1:7 True"]),
        ("a.json", "{a: 1}", &["S001 1:2 a"]),
        ("a.json", "{'a': 1}", &["S001 1:2 'a'"]),
        ("a.json", "{\"a\" 1}", &["S001 1:2 \"a\""]),
        ("a.json", "{\"a\": }", &["S001 1:7 }"]),
        ("a.json", "{\"a\": 1,}", &["S001 1:8 ,"]),
        ("a.json", "{\"a\": 1 \"b\": 2}", &["S001 1:9 \"b\""]),
        ("a.json", "{\"a\": [1, 2}", &["S001 1:12 }"]),
        ("a.json", "{\"a\": [1, 2", &["S002 1:7 ["]),
        ("a.json", "{\"a\": 1} x", &["S001 1:10 x"]),
        ("a.json", "// c\n{\"a\": 1 /* d */}", &["S001 1:1 // c", "S001 2:9 /* d */"]),
        ("a.json", "{\"a\": \"x\n, \"b\": 1}", &["S002 1:7 \"x"]),
        ("a.json", "{\"a\": \"x\ty\"}", &["S001 1:9 \t"]),
        ("a.json", "{\"a\":\u{A0}1}", &["S001 1:6 \u{A0}"]),
        ("a.json", "{\"a\":\u{B}1}", &["S007 1:6 \u{B}"]),
        ("a.json", "{\"a\": 1, \"b\": *}", &["S001 1:15 *"]),
    ]);
}

#[test]
fn json_keeps_what_is_right() {
    let parsed = parse(
        "a.json",
        "{\"a\": 1, b: 2, \"c\": [1, x, 3], \"a\": 9, \"d\": {\"e\": '', \"f\": \"\\n\"}, \"g\": \"z\n}",
    );
    let members = [("c", Value::List(vec![number("1"), number("3")])), ("d", map(&[("f", text("\n"))]))];
    let [c, d] = members.map(|(key, value)| (key.to_owned(), value));
    assert_eq!(parsed.value, Value::Map(vec![("a".into(), number("1")), c, d]));
    assert_eq!(parsed.found.len(), 5, "{:#?}", parsed.found);
}

fn map(members: &[(&str, Value)]) -> Value {
    Value::Map(members.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

#[test]
fn yaml_features() {
    check(&[
        ("a.yaml", "a: &x 1\nb: *x\n", &["S008 2:4 *x"]),
        ("a.yaml", "a: *nowhere\nb: 1\n", &["S008 1:4 *nowhere"]),
        ("a.yaml", "<<: {a: 1}\nb: 1\n", &["S008 1:1 <<"]),
        ("a.yaml", "\"<<\": 1\n", &[]),
        ("a.yaml", "a: !env HOME\n", &["S008 1:4 !env"]),
        ("a.yaml", "a: !!binary aGk=\n", &["S008 1:4 !!binary"]),
        ("a.yaml", "a: ! x\n", &["S008 1:4 !"]),
        ("a.yaml", "a: !!set {x}\n", &["S008 1:4 !!set"]),
        ("a.yaml", "a: !!map [x]\n", &["S008 1:4 !!map"]),
        ("a.yaml", "a: !!int x\n", &["S008 1:4 !!int"]),
        ("a.yaml", "!x a: 1\nb: 1\n", &["S008 1:1 !x"]),
        ("a.yaml", "a: 1\n---\nb: 2\n", &["S008 2:1 ---"]),
        ("a.yaml", "%YAML 1.1\n---\na: 1\n", &["S008 1:1 %YAML 1.1"]),
        ("a.yaml", "? [x]\n: 1\nb: 2\n", &["S008 1:3 [x]"]),
        ("a.yaml", "? {x: 1}\n: 1\nb: 2\n", &["S008 1:3 {x: 1}"]),
        ("a.yaml", "a: 1\n: 2\n", &["S008 2:1 : 2"]),
        ("a.yaml", "a: 1\nb: 2\na: 3\n", &["S006 3:1 a"]),
        ("a.yaml", "a: 1\n\"a\": 2\n", &["S006 2:1 \"a\""]),
        ("a.yaml", "x: {a: 1, a: 2}\n", &["S006 1:11 a"]),
    ]);
}

#[test]
fn yaml_mistakes() {
    check(&[
        ("a.yaml", "a: b: c\n", &["S001 1:5 :"]),
        ("a.yaml", "a: 1\n\tb: 2\n", &["S001 2:1 \t"]),
        ("a.yaml", "a: @x\n", &["S001 1:4 @x"]),
        ("a.yaml", "a: \"\\q\"\n", &["S011 1:5 \\q"]),
        ("a.yaml", "a: \"b\\ud800\"\n", &["S011 1:6 \\ud800"]),
        ("a.yaml", "a: \"x\nb: 1\n", &["S002 1:4 \"x"]),
        ("a.yaml", "a: 'x\n", &["S002 1:4 'x"]),
        ("a.yaml", "a: [1, 2\n", &["S002 1:4 [1, 2"]),
        ("a.yaml", "a: [1, 2}\n", &["S001 1:4 ["]),
        ("a.yaml", "a: 1\n}\n", &["S001 2:1 }"]),
        ("a.yaml", "a: x#y\nb: |0\n  x\n", &["S001 2:4 |0"]),
    ]);
}

#[test]
fn yaml_scalars() {
    let text_of = "a: yes\nb: no\nc: on\nd: off\ne: 1e3\nf: 0o17\ng: 1:30\nh: 1_000\ni: 0b1\nj: +.5\nk: .inf\nl: \"1\"\nm: '~'\nn: ~\n\
         o:\np: True\nq: null\nr: 0x1F\ns: 017\nt: 1.2.3\nu: 2001-01-01\nv: !!str 1\nw: !!float 1\nx: y\ny: -\nz: +\n";
    let strings = [("a", "yes"), ("b", "no"), ("c", "on"), ("d", "off"), ("g", "1:30"), ("h", "1_000"), ("i", "0b1")];
    let others = [("l", "1"), ("m", "~"), ("t", "1.2.3"), ("u", "2001-01-01"), ("v", "1"), ("x", "y"), ("z", "+")];
    let numbers = [("e", "1e3"), ("f", "0o17"), ("j", "+.5"), ("k", ".inf"), ("r", "0x1F"), ("s", "017"), ("w", "1")];
    let parsed = parse("a.yaml", text_of.replace("y: -\n", ""));
    assert!(parsed.found.is_empty(), "{:#?}", parsed.found);
    let Value::Map(members) = parsed.value else { panic!("no map") };
    let get = |key: &str| members.iter().find(|(name, _)| name == key).unwrap().1.clone();
    strings.iter().chain(&others).for_each(|(key, value)| assert_eq!(get(key), text(value), "{key}"));
    numbers.iter().for_each(|(key, value)| assert_eq!(get(key), number(value), "{key}"));
    ["n", "o", "q"].iter().for_each(|key| assert_eq!(get(key), Value::Null, "{key}"));
    assert_eq!(get("p"), Value::Bool(true));
}

#[test]
fn hidden_characters() {
    check(&[
        ("a.yaml", "a: x\u{202E}y\n", &["S007 1:5 \u{202E}"]),
        ("a.yaml", "# \u{2066}\na: 1\n", &["S007 1:3 \u{2066}"]),
        ("a.yaml", "a: \u{7}x\n", &["S007 1:4 \u{7}"]),
        ("a.yaml", "a: é\u{9D}x\n", &["S007 1:5 \u{9D}"]),
        ("a.yaml", "a: 1\nb: \u{FEFF}2\n", &["S007 2:4 \u{FEFF}"]),
        ("a.yaml", "# a\rb: 1\nc: 2\n", &["S007 1:4 \r"]),
        ("a.yaml", "a: 1\r\nb: 2\r\n", &[]),
        ("a.yaml", "a: \"\\u202e\"\n", &["S007 1:4 \"\\u202e\""]),
        ("a.yaml", "a\u{200D}b: \u{200D}\n", &["S007 1:1 a\u{200D}b"]),
        ("a.json", "{\"a\": \"\u{202E}\"}", &["S007 1:8 \u{202E}"]),
        ("a.json", "{\"a\": \"\\u202E\"}", &["S007 1:7 \"\\u202E\""]),
        ("a.json", "{\"\\u0000\": 1}", &["S007 1:2 \"\\u0000\""]),
        ("a.json", "{\"a\": \"\u{1}\"}", &["S007 1:8 \u{1}"]),
        ("a.json", "{\"a\": \"\\t\\r\\n👩\u{200D}💻\"}", &[]),
        ("a.json", "{\"a\": \"\\r\"}", &["S007 1:7 \"\\r\""]),
    ]);
    let many = parse("a.yaml", format!("a: {}\n", "\u{202E}".repeat(1000)));
    assert!((1..=30).contains(&many.found.len()));
    assert!(many.found[0].message.contains("`U+202E`"));
}

#[test]
fn messages_show_nothing_hidden() {
    let texts = ["{\"\u{202E}\": 1, \"\u{202E}\": 2, \u{1}: 3}", "{\"a\": \u{0}x\u{200F}}", "[1] \u{202E}"];
    for text in texts.iter().flat_map(|text| [parse("a.json", text), parse("a.yaml", text)]) {
        for found in text.found {
            assert!(
                !found.message.contains(|c: char| c.is_control() || c == '\u{202E}' || c == '\u{200F}'),
                "{found:?}"
            );
        }
    }
}

#[test]
fn depth() {
    for (name, open, close) in
        [("a.json", "[", "]"), ("a.yaml", "[", "]"), ("a.json", "{\"a\":", "}"), ("a.yaml", "{a: ", "}")]
    {
        let nested = |depth: usize| parse(name, format!("{}1{}", open.repeat(depth), close.repeat(depth)));
        let codes =
            |depth| nested(depth).codes().iter().map(|code| code.id()).filter(|id| *id != "M003").collect::<Vec<_>>();
        assert!(codes(64).is_empty(), "{name} {open}");
        assert_eq!(codes(65), ["S003"], "{name} {open}");
        assert_eq!(codes(200), ["S003"], "{name} {open}");
    }
    let block = (0..65).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<String>();
    assert_eq!(parse("a.yaml", block).lines(), ["S003 65:65 a:"]);
}

/// Key and value of every member slice to the user's own text.
#[test]
fn spans() {
    use ambit_compiler::{diag::Sink, source::Sources, syntax};
    let rows = [
        (
            "a.yaml",
            "é:\n  b: 1 # c\n  'c':\n\n# x\nd: [1, {x: y}, \"\\n\"]\ne: |\n  one\n  two\n\nf: >-\n  x\n",
            [
                "é: | é | b: 1 # c\n  'c': | é:\n  b: 1 # c\n  'c':",
                "d: | d | [1, {x: y}, \"\\n\"] | d: [1, {x: y}, \"\\n\"]",
                "e: | e | one\n  two | e: |\n  one\n  two",
                "f: | f | x | f: >-\n  x",
            ],
        ),
        (
            "a.json",
            "{\"é\": {\"b\": 1}, \"d\":[1,2 ],\"e\": \"\\n\" , \"f\":true}",
            [
                "é: | \"é\" | {\"b\": 1} | \"é\": {\"b\": 1}",
                "d: | \"d\" | [1,2 ] | \"d\":[1,2 ]",
                "e: | \"e\" | \"\\n\" | \"e\": \"\\n\"",
                "f: | \"f\" | true | \"f\":true",
            ],
        ),
    ];
    for (name, text, expected) in rows {
        let mut sources = Sources::default();
        let file = sources.add(name, text.as_bytes());
        let tree = syntax::parse(&sources, file, &mut Sink::default());
        let of = |span| sources.slice(span);
        let lines: Vec<_> = tree
            .root()
            .fields()
            .map(|field| {
                let (key, value, whole) = (of(field.key_span()), of(field.value_span()), of(field.span()));
                format!("{}: | {key} | {value} | {whole}", field.key().unwrap())
            })
            .collect();
        assert_eq!(lines, expected);
    }
}

#[test]
fn a_second_finding_points_at_the_first() {
    for (name, text, first) in [
        ("a.json", "{\"a\": 1, \"a\": 2}", "\"a\""),
        ("a.yaml", "a: 1\na: 2\n", "a"),
        ("a.yaml", "x: &y 1\nz: *y\n", "&y"),
    ] {
        let parsed = parse(name, text);
        let span = parsed.found[0].secondary[0].span;
        assert_eq!(parsed.sources.slice(span), first);
        assert!(span < parsed.found[0].primary.span);
    }
}
