//! YAML that is read straight from its bytes: wherever there is a tree, the library's events give the same tree and nothing is
//! reported; and there is one for what people write.

#![cfg(test)]
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests read and unpack their corpus")]

#[path = "syntax_support/corpora.rs"]
mod corpora;
#[path = "syntax_support/mutants.rs"]
mod mutants;
#[path = "syntax_support/twice.rs"]
mod twice;

use std::path::Path;
use std::process::Command;

use ambit_compiler::syntax::yaml::{parse_by_events, parse_directly};
use mutants::Mutants;
use twice::{Found, count, texts};

/// How many mutants of each sort there are.
const MUTANTS: usize = 100_000;

/// Whether a text is read directly. What it becomes is what it becomes by events.
fn is_direct(text: &str) -> bool {
    twice::is_direct(text, parse_directly, parse_by_events)
}

fn ours(name: &str) -> Vec<Found> {
    twice::ours(name, &["yaml", "yml"])
}

#[test]
fn our_manifests_are_read_directly() {
    let measured = ours("benches/data");
    assert_eq!(count("measured", &measured, is_direct), measured.len());
    let fixtures = ours("fixtures");
    assert!(count("fixtures", &fixtures, is_direct) * 10 > fixtures.len() * 7);
}

#[test]
fn manifests_of_other_systems() {
    let Some(folder) = corpora::find("manifests") else { return };
    let texts = texts(&folder, &["yaml", "yml"]);
    assert!(texts.len() > 300 && count("others", &texts, is_direct) * 10 > texts.len() * 9);
}

#[test]
fn the_suite() {
    let Some(archive) = corpora::find("yaml-test-suite.tar.gz") else { return };
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("yaml-direct-suite");
    std::fs::create_dir_all(&target).unwrap();
    assert!(Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(&target).status().unwrap().success());
    let texts = texts(&target, &["yaml"]);
    assert!(texts.len() >= 402 && count("suite", &texts, is_direct) > 40);
}

#[test]
fn mutants_of_manifests() {
    let mut samples: Vec<String> = SAMPLES.iter().map(|text| (*text).to_owned()).collect();
    samples.extend(ours("fixtures").into_iter().map(|(_, text)| text).filter(|text| text.len() < 400));
    let mut mutants = Mutants::new(1, PIECES);
    let direct = (0..MUTANTS).filter(|_| is_direct(&mutants.of(&samples))).count();
    println!("{direct} of {MUTANTS} mutants directly");
    assert!(direct * 5 > MUTANTS, "{direct} of {MUTANTS}");
}

#[test]
fn texts_of_pieces() {
    let mut mutants = Mutants::new(2, PIECES);
    let soups = (0..MUTANTS / 2).filter(|_| is_direct(&mutants.soup())).count();
    let lines = (0..MUTANTS).filter(|_| is_direct(&lines(&mut mutants))).count();
    println!("{soups} and {lines} of {MUTANTS} texts of pieces directly");
    assert!(soups > 100 && lines * 20 > MUTANTS, "{soups} and {lines} of {MUTANTS}");
}

/// Lines of keys, dashes and values, most of them where they might stand.
fn lines(mutants: &mut Mutants) -> String {
    (0..=mutants.below(7)).map(|_| line(mutants)).collect()
}

fn line(mutants: &mut Mutants) -> String {
    const STARTS: [&str; 10] = ["a: ", "b: ", "c:", "- ", "- - ", "- a: ", "-", "\"d\": ", "# ", ""];
    const VALUES: [&str; 16] = [
        "",
        "",
        "x",
        "x y",
        "1",
        "'q'",
        "\"q\\n\"",
        "[x, {y: 1}]",
        "{}",
        "x # c",
        "'q' # c",
        "a: b",
        "|",
        ">-",
        "|\n    x",
        "-",
    ];
    let indent = " ".repeat(mutants.below(3) * 2 + mutants.below(8) / 7);
    let (start, value) = (STARTS[mutants.below(STARTS.len())], VALUES[mutants.below(VALUES.len())]);
    format!("{indent}{start}{value}{}", if mutants.below(30) == 0 { "\r\n" } else { "\n" })
}

/// What a mutant may get: signs, blanks, ends of lines, and what is seen as something else.
const PIECES: &[&str] = &[
    " ", " ", "  ", "    ", "\n", "\n", "\n\n", "\n  ", "\n    ", "\r\n", "\r", "\t", ":", ": ", ":\n", " :", "- ",
    "-", "\n- ", "- - ", "\n-\n", "?", "? ", ",", ", ", "[", "]", "[]", "[a, b]", "{", "}", "{}", "{a: b}", "#", " #",
    "# c\n", "&a ", "*a", "!", "!!str ", "|", "|\n", ">-\n", "'", "''", "\"", "\"\"", "\\", "\\n", "\\u00e9", "%", "@",
    "`", "~", "null", "true", "0x1F", ".5", "-1e3", "<<", "---\n", "...", "---", "a", "a: 1\n", "b", "é", "\u{FEFF}",
    "\u{2028}", "\u{85}", "\u{A0}", "💻",
];

/// Each is read directly, as are all texts of which they are made.
const SAMPLES: [&str; 20] = [
    "a: b\n",
    "a: b",
    "# c\n\n---\na: b\n",
    "a:\n  b: 1\n  c:\n    - x\n    - y: 1\n      z: 2\n    - - p\n      - q\nd: 2\n",
    "a:\n- x\n- y\nb: [x, \"y z\", 'it''s', {k: v, l: [1, 2]}, []]\n",
    "- a\n- b: 1\n  c: 2\n-\n  d: 3\n-\n  - e\n",
    "a:\n\n  # c\n  b:   v   # c\n\n  \"c d\": 'x' # c\n",
    "a: http://x.y/z#a\nb: a b:c d#e\nc: -1\nd: --flag\n",
    "a:\nb: ~\nc: null\nd:\n  e:\n",
    "a: é 💻 # ü\nö: 1\n",
    "a: b\r\nc:\r\n  - d\r\n\r\n# e\r\n",
    "s: \"a \\\"b\\\" \\\\ \\n\"\nt: ''\nu: \"\"\n",
    "  a: 1\n  b: 2\n",
    "a: |\n  x  y\n    # z\n\n  w\nb: >-\n  x\n  y\n\n\n  z\nc: d\n",
    "- |\n  x\n- a: >\n    x\n    y\n\n  # c\n  b: |-\n   x\n",
    "a: |\r\n  x\r\n\r\n  y\r\nb:\r\n- |-\r\n  z",
    "a: |\n  x\nb: |\n  y\n\n\nc: |\n  z",
    "n: [1, -1, .5, 0x1F, +1, true, ~, null, 1.5e3]\n",
    "a: {}\nb: { x: 1, \"y\": [ a , b ] }\n",
    "id: p\nversion: \"1.0.0\"\nwhy: it is MIT OR Apache-2.0, and <b@example.com>\nm: $x ^1 (a) =b +c ;d\n",
];

#[test]
fn samples_are_read_directly() {
    let others: Vec<_> = SAMPLES.iter().filter(|text| !is_direct(text)).collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn what_is_rare_or_wrong_is_left_to_the_events() {
    let texts = [
        "",
        "\n# c\n",
        "---\n",
        "a\n",
        "[a]\n",
        "a: &x b\n",
        "a: *x\n",
        "a: !!str b\n",
        "a: |1\n  b\n",
        "a: |+\n  b\n",
        "a: |\n\n  b\n",
        "a: |\n  b\n \nc: d\n",
        "a: >\n  b\n   c\n",
        "a: |\nb: c\n",
        "a: |",
        "a: |\n  b\n c: d\n",
        "a: | # c\n  b\n",
        "a: |\n  b\n  ",
        "a: b\n  c\n",
        "a: 'b\n  c'\n",
        "? a\n: b\n",
        "%YAML 1.2\n---\na: b\n",
        "a: b\n---\nc: d\n",
        "a: b\n...\n",
        "\ta: b\n",
        "a:\tb\n",
        "a: b\nc\n",
        "a: b: c\n",
        "a: [b\n",
        "a: [b,\n c]\n",
        "a: b\na: c\n",
        "{a: 1}\n",
        "a: {b: 1, b: 2}\n",
        "<<: a\n",
        "a: - b\n",
        "a: b\n c: d\n",
        "- a\nb: c\n",
        "a: b\n- c\n",
        "a: \"b\" c\n",
        "a: [b] c\n",
        "a: @b\n",
        "a: [b]#c\n",
        "\"\\x41\": b\n",
        "a: \"\\x41\"\n",
        "a:b\n",
        "a: [b, ]\n",
        "a: {b, c}\n",
        "a: [b: c]\n",
        "a:\n   b: c\n  d: e\n",
        "\u{FEFF}a: b\n",
        "a: b\u{2028}\n",
        "a: b\rc: d\n",
        "-\n- a\n",
        "a:\n  b\n",
    ];
    let direct: Vec<_> = texts.iter().filter(|text| is_direct(text)).collect();
    assert!(direct.is_empty(), "{direct:#?}");
}

#[test]
fn limits_are_those_of_the_events() {
    let read = |made: &dyn Fn(usize) -> String, few: usize, many: usize| {
        let direct = (few..=many).filter(|count| is_direct(&made(*count))).count();
        assert!((1..=many - few).contains(&direct), "{direct} of {few} to {many}, {:?}", made(3));
    };
    read(&|length| format!("a: 1\n{}: b\n", "k".repeat(length)), 990, 1040);
    read(&|length| format!("{}: b\n", "k".repeat(length)), 990, 1040);
    read(&|length| format!("- \"{}\": b\n", "k".repeat(length)), 990, 1040);
    read(&|length| format!("a: {{{}: b}}\n", "ü".repeat(length)), 480, 1040);
    read(&|depth| format!("a: {}{}\n", "[".repeat(depth), "]".repeat(depth)), 50, 80);
    read(&|depth| format!("{}a\n", "- ".repeat(depth)), 50, 80);
    read(&|depth| (0..depth).map(|at| format!("{}a:\n", " ".repeat(at))).collect(), 50, 80);
    read(&|items| format!("a: [{}b]\n", "b,".repeat(items)), 49_995, 50_000);
    read(&|items| "- b\n".repeat(items), 49_997, 50_002);
    assert!(is_direct(&format!("a: {}\nb: [{}, \"{}\"]\n", "x".repeat(3000), "y".repeat(3000), "z".repeat(3000))));
    assert!(is_direct(&format!("- {}\n- \"{}\"\n- [{}b]\n", "x".repeat(3000), "y".repeat(3000), "z, ".repeat(3000))));
    assert!(is_direct(&(0..10_000).map(|at| format!("k{at}: {at}\n")).collect::<String>()));
}
