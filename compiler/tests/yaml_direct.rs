//! YAML that is read straight from its bytes: wherever there is a tree, the library's events give the same tree and nothing is
//! reported; and there is one for what people write.

#![cfg(test)]
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests read and unpack their corpus")]

#[path = "syntax_support/corpora.rs"]
mod corpora;
#[path = "syntax_support/mutants.rs"]
mod mutants;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use ambit_compiler::diag::Sink;
use ambit_compiler::source::{FileId, Sources};
use ambit_compiler::syntax::yaml::{parse_by_events, parse_directly};
use mutants::Mutants;

/// How many mutants of each sort there are.
const MUTANTS: usize = 100_000;

/// Whether a text is read directly. What it becomes is what it becomes by events.
fn is_direct(text: &str) -> bool {
    let text: Arc<str> = text.into();
    let Some(direct) = parse_directly(file(), &text) else { return false };
    let mut sink = Sink::default();
    let tree = parse_by_events(file(), &text, &mut sink);
    assert!(sink.is_empty(), "{text:?} was read, and has {:?}", sink.finish());
    assert!(direct == tree, "{text:?}\nbecomes {direct:?}\nand by events {tree:?}");
    true
}

fn file() -> FileId {
    Sources::default().add("a.yaml", Vec::new())
}

/// The YAML files below a folder.
fn texts(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        for path in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.is_symlink() {
                left.push(path);
            } else if path.extension().is_some_and(|end| end == "yaml" || end == "yml")
                && let Ok(text) = String::from_utf8(std::fs::read(&path).unwrap())
            {
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

fn ours(name: &str) -> Vec<(PathBuf, String)> {
    texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name))
}

/// How many of the texts are read directly.
fn count(name: &str, texts: &[(PathBuf, String)]) -> usize {
    let others: Vec<_> = texts.iter().filter(|(_, text)| !is_direct(text)).map(|(path, _)| path).collect();
    println!("{name}: {} of {} directly; not {others:#?}", texts.len() - others.len(), texts.len());
    texts.len() - others.len()
}

#[test]
fn our_manifests_are_read_directly() {
    let measured = ours("benches/data");
    assert_eq!(count("measured", &measured), measured.len());
    let fixtures = ours("fixtures");
    assert!(count("fixtures", &fixtures) * 10 > fixtures.len() * 7);
}

#[test]
fn manifests_of_other_systems() {
    let Some(folder) = corpora::find("manifests") else { return };
    let texts = texts(&folder);
    assert!(texts.len() > 300 && count("others", &texts) > 0);
}

#[test]
fn the_suite() {
    let Some(archive) = corpora::find("yaml-test-suite.tar.gz") else { return };
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("yaml-direct-suite");
    std::fs::create_dir_all(&target).unwrap();
    assert!(Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(&target).status().unwrap().success());
    let texts = texts(&target);
    assert!(texts.len() >= 402 && count("suite", &texts) > 40);
}

#[test]
fn mutants_of_manifests() {
    let mut samples: Vec<String> = SAMPLES.iter().map(|text| (*text).to_owned()).collect();
    samples.extend(ours("fixtures").into_iter().map(|(_, text)| text).filter(|text| text.len() < 400));
    let mut mutants = Mutants::new(1);
    let direct = (0..MUTANTS).filter(|_| is_direct(&mutants.of(&samples))).count();
    println!("{direct} of {MUTANTS} mutants directly");
    assert!(direct * 5 > MUTANTS, "{direct} of {MUTANTS}");
}

#[test]
fn texts_of_pieces() {
    let mut mutants = Mutants::new(2);
    let soups = (0..MUTANTS / 2).filter(|_| is_direct(&mutants.soup())).count();
    let lines = (0..MUTANTS).filter(|_| is_direct(&mutants.lines())).count();
    println!("{soups} and {lines} of {MUTANTS} texts of pieces directly");
    assert!(soups > 100 && lines * 20 > MUTANTS, "{soups} and {lines} of {MUTANTS}");
}

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
