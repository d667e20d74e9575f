//! JSON that is read straight from its bytes: wherever there is a tree, the tokens give the same tree and nothing is reported; and
//! there is one for what is correct.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "tests read their corpus")]

#[path = "syntax_support/corpora.rs"]
mod corpora;
#[path = "syntax_support/mutants.rs"]
mod mutants;
#[path = "syntax_support/twice.rs"]
mod twice;

use ambit_compiler::syntax::json::{parse_by_tokens, parse_directly};
use mutants::Mutants;
use twice::{Found, count, texts};

/// How many mutants there are.
const MUTANTS: usize = 150_000;

/// Whether a text is read directly. What it becomes is what it becomes by tokens.
fn is_direct(text: &str) -> bool {
    twice::is_direct(text, parse_directly, parse_by_tokens)
}

fn ours(name: &str) -> Vec<Found> {
    twice::ours(name, &["json"])
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
    let texts = texts(&folder, &["json"]);
    assert!(count("others", &texts, is_direct) * 10 > texts.len() * 9);
}

#[test]
fn the_suite() {
    let Some(folder) = corpora::find("JSONTestSuite") else { return };
    let mut counts = [0; 3];
    for (path, text) in texts(&folder, &["json"]) {
        let name = path.file_name().unwrap().to_string_lossy();
        let sort = ["y_", "n_", "i_"].iter().position(|start| name.starts_with(start));
        counts[sort.unwrap_or(2)] += usize::from(is_direct(&text));
    }
    println!("{counts:?}");
    assert!(counts[0] > 50 && counts[1] == 0, "{counts:?}");
}

#[test]
fn mutants_of_manifests() {
    let mut samples: Vec<String> = SAMPLES.iter().map(|text| (*text).to_owned()).collect();
    samples.extend(ours("fixtures").into_iter().map(|(_, text)| text).filter(|text| text.len() < 300));
    let mut mutants = Mutants::new(3, PIECES);
    let direct = (0..MUTANTS).filter(|_| is_direct(&mutants.of(&samples))).count();
    let soups = (0..MUTANTS / 2).filter(|_| is_direct(&mutants.soup())).count();
    println!("{direct} of {MUTANTS} mutants directly, and {soups} texts of pieces");
    assert!(direct * 20 > MUTANTS && soups > 20, "{direct} of {MUTANTS}, {soups}");
}

/// What a mutant may get.
const PIECES: &[&str] = &[
    " ", "\n", "\r\n", "\r", "\t", ":", ": ", ",", ",", "[", "]", "[]", "{", "}", "{}", "\"", "\"", "\"\"", "\"a\"",
    "\"a\":", "\"b\":1,", "\\", "\\n", "\\\"", "\\u00e9", "\\ud83d", "\\udcbb", "\\u00", "\\x", "0", "1", "-", "-1",
    "01", ".5", "1.", "1.5", "e3", "E+3", "1e-3", "true", "false", "null", "tru", "nulls", "NaN", "'", "'a'", "//",
    "/* */", "#", "é", "💻", "\u{FEFF}", "\u{2028}", "\u{85}", "\u{A0}", "\u{0}", "\u{1F}", "\u{7F}",
];

/// Each is read directly.
const SAMPLES: [&str; 6] = [
    "{}",
    " [ ] \n",
    "{\"a\": \"b\", \"c\": [1, -2.5e+3, 0, true, false, null], \"d\": {\"e\": [{}]}}\r\n",
    "{\"a\":\"\\\"\\\\ \\/\\b\\f\\n\\r\\t\\u00e9\",\"b\":\"\",\"é💻\":\"é\"}",
    "[\n\t[[\"a\"],\n\t{\"a\": {\"b\": \"c d\"}}]\n]",
    "{\"a\": 1, \"b\": 0.1, \"c\": 1E5, \"dd\": -0, \"e f\": [\"x\", \"y\"]}",
];

#[test]
fn samples_are_read_directly() {
    let others: Vec<_> = SAMPLES.iter().filter(|text| !is_direct(text)).collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn what_is_wrong_is_left_to_the_tokens() {
    let texts = [
        "",
        " ",
        "1",
        "\"a\"",
        "{",
        "[",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "[01]",
        "[1.]",
        "[.5]",
        "[+1]",
        "[-]",
        "[1e]",
        "[tru]",
        "[truex]",
        "[NaN]",
        "[\"a]",
        "[\"\n\"]",
        "[\"\t\"]",
        "[\"\\x\"]",
        "[\"\\u12\"]",
        "[\"\\ud83d\"]",
        "[1]]",
        "[1}",
        "{} {}",
        "// c\n{}",
        "[1/**/]",
        "\u{FEFF}{}",
        "[\u{A0}1]",
        "{\"a\":1,\"a\":1}",
        "[\"\\",
    ];
    let direct: Vec<_> = texts.iter().filter(|text| is_direct(text)).collect();
    assert!(direct.is_empty(), "{direct:#?}");
}

#[test]
fn limits_are_those_of_the_tokens() {
    let read = |made: &dyn Fn(usize) -> String, few: usize, many: usize| {
        let direct = (few..=many).filter(|count| is_direct(&made(*count))).count();
        assert!((1..=many - few).contains(&direct), "{direct} of {few} to {many}, {:?}", made(3));
    };
    read(&|depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth)), 60, 70);
    read(&|depth| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)), 60, 70);
    read(&|items| format!("[{}1]", "1,".repeat(items)), 49_995, 50_002);
}
