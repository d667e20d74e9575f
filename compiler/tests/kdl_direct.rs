//! KDL that is read straight from its bytes: wherever there is a tree, the parser gives the same tree and nothing is reported; and there
//! is one for what people write.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "tests read their corpus")]

#[path = "syntax_support/corpora.rs"]
mod corpora;
#[path = "syntax_support/mutants.rs"]
mod mutants;
#[path = "syntax_support/twice.rs"]
mod twice;

use std::path::Path;

use ambit_compiler::syntax::kdl::{parse_directly, parse_in_full};
use mutants::Mutants;
use twice::{Found, count, texts};

/// How many mutants there are.
const MUTANTS: usize = 150_000;

/// Whether a text is read directly. What it becomes is what it becomes in full.
fn is_direct(text: &str) -> bool {
    twice::is_direct(text, parse_directly, parse_in_full)
}

fn ours(name: &str) -> Vec<Found> {
    twice::ours(name, &["kdl"])
}

#[test]
fn our_texts_are_read_directly() {
    for name in ["fixtures/check", "examples"] {
        let texts = ours(name);
        assert!(texts.len() > 5 && count(name, &texts, is_direct) * 10 > texts.len() * 9, "{name}");
    }
}

#[test]
fn the_suite() {
    let Some(folder) = corpora::find("kdl-v2") else { return };
    let texts = texts(&folder, &["kdl"]);
    let wrong = |path: &Path| path.file_stem().is_some_and(|name| name.to_string_lossy().ends_with("_fail"));
    let (wrong, right): (Vec<Found>, Vec<Found>) = texts.into_iter().partition(|(path, _)| wrong(path));
    assert!(wrong.len() > 50 && count("wrong", &wrong, is_direct) == 0);
    assert!(count("right", &right, is_direct) > 50);
}

#[test]
fn mutants_of_manifests() {
    let mut samples: Vec<String> = SAMPLES.iter().map(|text| (*text).to_owned()).collect();
    samples.extend(ours("fixtures").into_iter().map(|(_, text)| text).filter(|text| text.len() < 300));
    let mut mutants = Mutants::new(5, PIECES);
    let direct = (0..MUTANTS).filter(|_| is_direct(&mutants.of(&samples))).count();
    let soups = (0..MUTANTS).filter(|_| is_direct(&mutants.soup())).count();
    println!("{direct} of {MUTANTS} mutants directly, and {soups} texts of pieces");
    assert!(direct * 5 > MUTANTS && soups > 100, "{direct} of {MUTANTS}, {soups}");
}

/// What a mutant may get.
const PIECES: &[&str] = &[
    " ", "  ", "\n", "\r\n", "\r", "\t", "\u{B}", ";", "; ", "{", "}", " { ", " }", "{}", "\"", "\"\"", "\"\"\"",
    "\"a\"", " \"a b\"", "a", " a", "a ", " b", "a=1", " b=\"c\"", " b=c", " b=#true", "=", " = ", "-", " -1", "+1",
    " 10", "0x1F", "1_0", "1.5", "1e3", "01", ".5", "...", "r", "#", "#true", " #false", "#null", "#inf", "#nul",
    "true", "null", "inf", "(", ")", "(t)", "/-", "/*", "*/", "//", " // c", "\\", "\\n", "\\\"", "\\ \n", ",", "[",
    "]", ":", "é", "💻", "\u{3000}", "\u{FEFF}", "\u{2028}", "\u{85}", "\u{A0}", "\u{0}", "\u{7F}",
];

/// Each is read directly.
const SAMPLES: [&str; 8] = [
    "",
    "\n\n  // nothing\r\n",
    "a\nb 1 -2 +3 007;c \"d e\" f{g}\n",
    "node \"arg\" key=\"value\" \"other\"=1 flag=#true none=#null {\n\tchild #false // why\n\tchild { deep; deeper }\n}\n",
    "a{b{c{}}};d",
    "\"quoted name\" \"\" \"é💻 \u{3000} é\" é=é",
    "fs.read \"${workspace}/a/\" \"~/b\" why=\"it is needed\" optional=#true\nnet.connect \"https://a.example.com\"",
    "// é\nhooks {\n    note.saved priority=10; note.removed priority=20\n} // end",
];

#[test]
fn samples_are_read_directly() {
    let others: Vec<_> = SAMPLES.iter().filter(|text| !is_direct(text)).collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn what_is_rare_or_wrong_is_left_to_the_parser() {
    let texts = [
        "{",
        "}",
        "a {",
        "a }",
        "a { } b",
        "a { } { }",
        "a\"b\"",
        "a \"b\"c",
        "a \"b\" \"c",
        "a \"\\n\"",
        "a \"\"\"\nb\n\"\"\"",
        "a \"b\nc\"",
        "a #\"b\"#",
        "r\"a\"",
        "a #x",
        "a #inf",
        "a true",
        "null",
        "a 1x",
        "a 1.5",
        "a 0x1",
        "a -",
        "a .5",
        "a =1",
        "a b=",
        "a b= 1",
        "a b =1",
        "a 1=2",
        "a b=1 b=2",
        "=",
        ";",
        "(t)a",
        "a (t)1",
        "/-a",
        "a /-1",
        "/* */a",
        "a /* */",
        "a \\\n1",
        "a,b=1, 2",
        "\u{FEFF}a",
        "a\u{A0}b",
        "a\u{3000}b",
        "// \u{202E}",
        "\u{0}",
        "a / 1",
        "/- kdl-version 1\na",
    ];
    let direct: Vec<_> = texts.iter().filter(|text| is_direct(text)).collect();
    assert!(direct.is_empty(), "{direct:#?}");
}

#[test]
fn limits_are_those_of_the_parser() {
    let read = |made: &dyn Fn(usize) -> String, few: usize, many: usize| {
        let direct = (few..=many).filter(|count| is_direct(&made(*count))).count();
        assert!((1..=many - few).contains(&direct), "{direct} of {few} to {many}, {:?}", made(3));
    };
    read(&|depth| format!("{}{}", "a{".repeat(depth), "}".repeat(depth)), 60, 70);
    read(&|items| "a\n".repeat(items), 49_995, 50_002);
    read(&|items| format!("a {}", "1 ".repeat(items)), 49_995, 50_002);
    read(&|count| (0..count).fold("a".to_owned(), |all, at| format!("{all} p{at}=1")), 10, 20);
}
