//! Every place that a KDL tree names is the user's own text. Comes in: one text with every form there is. Goes out: a row
//! an item, with what its spans cover.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use ambit_compiler::syntax::{Node, Role, Scalar, Shape};
use case::Case;

#[path = "kdl/case.rs"]
mod case;

const TEXT: &str = "\u{FEFF}/- kdl-version 2\r\n\
    ( t )\"first\" (u8)0x1F   'ключ' = (\"date\")#\"a \"\"# /-gone a=1{ // end\r\n\
    \tinner #true \\\n  #null /* a comment */\n\
    }\n\
    last \"a\\tb\" #-inf \"\"\"\n    x\n    \"\"\" ; -";

#[test]
fn spans_cover_what_was_written() {
    let case = case::parse(TEXT);
    assert_eq!(case.found, vec![]);
    let mut rows = Vec::new();
    case.tree.root().below().for_each(|node| row(&case, node, &mut rows));
    let expected = [
        "Node `\"first\"` first (t) `\"first\" (u8)0x1F   'ключ' = (\"date\")#\"a \"\"# /-gone a=1{ // end\r\n\tinner #true \\\n  #null /* a comment */\n}`",
        "Argument number 0x1F (u8) `0x1F`",
        "Property `'ключ'` 'ключ' string a \" (\"date\") `'ключ' = (\"date\")#\"a \"\"#`",
        "Property `a` a number 1 `a=1`",
        "Node `inner` inner `inner #true \\\n  #null`",
        "Argument true `#true`",
        "Argument null `#null`",
        "Node `last` last `last \"a\\tb\" #-inf \"\"\"\n    x\n    \"\"\"`",
        "Argument string a\tb `\"a\\tb\"`",
        "Argument number #-inf `#-inf`",
        "Argument string x `\"\"\"\n    x\n    \"\"\"`",
        "Node `-` - `-`",
    ];
    assert_eq!(rows, expected);
}

fn row(case: &Case, node: Node<'_>, rows: &mut Vec<String>) {
    let mut row = format!("{:?}", node.role());
    if let Some(key) = node.key() {
        row += &format!(" `{}` {key}", case.sources.slice(node.key_span()));
    }
    row += &match node.shape() {
        Shape::Scalar(Scalar::Null) => " null".to_owned(),
        Shape::Scalar(Scalar::Bool(value)) => format!(" {value}"),
        Shape::Scalar(Scalar::Number(_)) => format!(" number {}", node.number().unwrap().0),
        Shape::Scalar(Scalar::String(_)) => format!(" string {}", node.string().unwrap().0),
        _ => String::new(),
    };
    if let Some((_, span)) = node.annotation() {
        row += &format!(" ({})", case.sources.slice(span));
    }
    row += &format!(" `{}`", case.sources.slice(node.span()));
    assert!(case.sources.slice(node.span()).ends_with(case.sources.slice(node.value_span())));
    rows.push(row);
    if node.role() == Role::Node {
        node.below().for_each(|below| self::row(case, below, rows));
    }
}
