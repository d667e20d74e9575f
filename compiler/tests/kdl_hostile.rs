//! Texts written to hurt a KDL parser. Comes in: short pieces, repeated until the text is a quarter as long as one may be.
//! Goes out: a tree and diagnostics, all the same. There is no clock here: work that is quadratic in such a text does not
//! end while anyone waits for it.

use ambit_compiler::diag::{Code, MAX_PER_FILE};
use ambit_compiler::syntax::{MAX_BYTES, MAX_DEPTH, MAX_ITEMS};

#[path = "kdl/case.rs"]
mod case;

/// What stands once before, what is repeated, what stands once behind.
const HOSTILE: &[(&str, &str, &str)] = &[
    ("", "a /-{\n", ""),
    ("", "a {\n", ""),
    ("", "{", ""),
    ("", "}", ""),
    ("", "{}", ""),
    ("", "{ [ } ", ""),
    ("", "a {;", ""),
    ("", "/*", ""),
    ("", "a /*\n", ""),
    ("/*", "/**/", ""),
    ("", "*/", ""),
    ("", "#\"", ""),
    ("", "a #\"\n", ""),
    ("", "#\"\"\"\n", ""),
    ("", "#\"\"\"x\n", ""),
    ("", "a ##\"\"\"x \"\"\"# ", ""),
    ("", "\"", ""),
    ("", "a \"\n", ""),
    ("", "\"\"\"", ""),
    ("", "\"\"\"\n", ""),
    ("", "\"\"\"x\n", ""),
    ("", "a \"\"\"x", "\n"),
    ("", "\\\"\"\"", ""),
    ("a \"\"\"\n", "  x\\\n", "  \"\"\""),
    ("a \"\"\"\n", " ", "\"\"\""),
    ("a \"\"\"\n", "\n", "  \"\"\""),
    ("a \"\"\"\n", "\n", "  x\"\"\""),
    ("a \"", "\\u{", "\""),
    ("a \"", "\\ ", "\""),
    ("a \"", "\\\n\n", ""),
    ("", "#", ""),
    ("", "a ####\"", ""),
    ("a #\"", "\"", ""),
    ("a ########\"", "\"#######", ""),
    ("", "(", ""),
    ("", "a (b", ""),
    ("a", " (b)", ""),
    ("", "/-", ""),
    ("", "/- ", ""),
    ("a", " /-b", ""),
    ("a", " /-{}", ""),
    ("a", " /-{", ""),
    ("", "\\", ""),
    ("", "a \\ ", ""),
    ("", "a \\\n", ""),
    ("a", " \\\n/* */", " ="),
    ("a", " b", " ="),
    ("", "=", ""),
    ("a", " b=", ""),
    ("a", " b=1", ""),
    ("", ";", ""),
    ("", "a;", ""),
    ("a ", "1", "x"),
    ("a ", "1_", "."),
    ("", "\0", ""),
    ("", "\u{202E}a\n", ""),
    ("", "\u{FEFF}", ""),
    ("", "\u{2028}", ""),
    ("", "\u{3000}", "x"),
    ("", "\r", ""),
    ("", "é", ""),
    ("{", " ", "}"),
    ("{ a {\n", " ", "}}}}}}}}"),
    ("a {\n", "{}", ""),
    ("a {\n    ", "b {", ""),
];

#[test]
fn long_texts_are_read_in_linear_time() {
    for (before, piece, after) in HOSTILE {
        let text =
            before.to_string() + &piece.repeat((MAX_BYTES / 4 - before.len() - after.len()) / piece.len()) + after;
        let case = case::parse(&text);
        assert!(case.found.len() <= MAX_PER_FILE, "{piece:?}");
        assert!(case.tree.len() <= MAX_ITEMS, "{piece:?}");
    }
}

#[test]
fn indentation_before_many_braces_is_measured_once() {
    let text = format!("a {{\n{}{}", " ".repeat(MAX_BYTES / 2), "x{};".repeat(MAX_ITEMS - 10));
    assert!(case::parse(&text).found.iter().any(|found| found.code == Code::UnterminatedText));
}

#[test]
fn raw_strings_with_ever_more_marks() {
    let text: String = (1..1400).map(|marks| format!("a {}\"\"\"x\n", "#".repeat(marks))).collect();
    assert!(!case::parse(&text).found.is_empty());
}

#[test]
fn blocks_nest_to_the_limit_and_no_deeper() {
    let nested = |depth: usize| format!("{}x 1\n{}", "a {\n".repeat(depth), "}\n".repeat(depth));
    let codes = |depth| case::parse(&nested(depth)).found.iter().map(|found| found.code).collect::<Vec<_>>();
    assert_eq!(codes(MAX_DEPTH), []);
    assert_eq!(codes(MAX_DEPTH + 1), [Code::TooDeep]);
    assert_eq!(codes(10_000), [Code::TooDeep]);
}

#[test]
fn what_follows_a_block_that_is_too_deep_is_read() {
    let text = format!("{}\"}}\" /* }} */ \\\n #\"}}\"# {}\nlast 1", "a {".repeat(70), "}".repeat(70));
    let case = case::parse(&text);
    assert_eq!(case.found.iter().map(|found| found.code).collect::<Vec<_>>(), [Code::TooDeep]);
    assert!(case.tree.root().field("last").is_some());
}

#[test]
fn commented_blocks_leave_nothing_however_deep() {
    for depth in [22, 1_000] {
        let text = format!("{}{}last", "a /-{\n".repeat(depth), "}\n".repeat(depth));
        let case = case::parse(&text);
        assert_eq!(case.found.is_empty(), depth <= MAX_DEPTH);
        let names: Vec<_> = case.tree.root().below().map(|node| node.key().unwrap()).collect();
        assert_eq!(names, ["a", "last"]);
    }
}

#[test]
fn a_text_with_too_many_values_is_not_read_on() {
    for piece in ["a\n", "a 1\n", "a {\nb\n}\n", "a { b b b b }; "] {
        let case = case::parse(&format!("x {{\n{}", piece.repeat(MAX_ITEMS)));
        assert_eq!(case.found.iter().map(|found| found.code).collect::<Vec<_>>(), [Code::TooLarge], "{piece:?}");
    }
    let commented = format!("a {}\nb /-{{ {} }}", "/-1 ".repeat(MAX_ITEMS), "c; ".repeat(MAX_ITEMS / 2));
    assert_eq!(case::parse(&commented).found, []);
}
