//! Prints a tree as the expected files of the KDL suite are printed. Comes in: a tree. Goes out: KDL with the rightmost
//! of equal properties only, properties sorted, and one spelling for every value.

use std::collections::BTreeMap;
use std::fmt::Write;

use ambit_compiler::syntax::{Node, Role, Scalar, Shape, Tree};

use crate::text::print_text;

pub(crate) fn canonical(tree: &Tree) -> String {
    let mut out = String::new();
    tree.root().below().for_each(|node| print_node(node, 0, &mut out));
    if out.is_empty() { "\n".to_owned() } else { out }
}

fn print_node(node: Node<'_>, depth: usize, out: &mut String) {
    out.push_str(&"    ".repeat(depth));
    print_annotation(node, out);
    print_text(node.key().unwrap(), out);
    for argument in node.below().filter(|below| below.role() == Role::Argument) {
        out.push(' ');
        print_value(argument, out);
    }
    let properties = node.below().filter(|below| below.role() == Role::Property);
    let properties: BTreeMap<_, _> = properties.map(|property| (property.key().unwrap(), property)).collect();
    for (key, property) in properties {
        out.push(' ');
        print_text(key, out);
        out.push('=');
        print_value(property, out);
    }
    let mut children = node.below().filter(|below| below.role() == Role::Node).peekable();
    if children.peek().is_some() {
        out.push_str(" {\n");
        children.for_each(|child| print_node(child, depth + 1, out));
        out.push_str(&"    ".repeat(depth));
        out.push('}');
    }
    out.push('\n');
}

fn print_annotation(node: Node<'_>, out: &mut String) {
    if let Some((text, _)) = node.annotation() {
        out.push('(');
        print_text(text, out);
        out.push(')');
    }
}

fn print_value(node: Node<'_>, out: &mut String) {
    print_annotation(node, out);
    match node.shape() {
        Shape::Scalar(Scalar::Null) => out.push_str("#null"),
        Shape::Scalar(Scalar::Bool(value)) => write!(out, "#{value}").unwrap(),
        Shape::Scalar(Scalar::Number(_)) => out.push_str(&number(node.number().unwrap().0)),
        Shape::Scalar(Scalar::String(_)) => print_text(node.string().unwrap().0, out),
        shape => panic!("a value of shape {shape:?}"),
    }
}

/// Decimal digits without underscores and leading zeros, an exponent with its sign.
fn number(spelling: &str) -> String {
    if spelling.starts_with('#') {
        return spelling.to_owned();
    }
    let plain = spelling.replace('_', "");
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", plain.strip_prefix('+').unwrap_or(&plain)),
    };
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = digits.strip_prefix(prefix) {
            return format!("{sign}{}", u128::from_str_radix(digits, radix).unwrap());
        }
    }
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, signed_exponent(exponent)),
        None => (digits, String::new()),
    };
    let (whole, fraction) = mantissa.split_at(mantissa.find('.').unwrap_or(mantissa.len()));
    let whole = whole.trim_start_matches('0');
    format!("{sign}{}{fraction}{exponent}", if whole.is_empty() { "0" } else { whole })
}

fn signed_exponent(exponent: &str) -> String {
    if exponent.starts_with(['+', '-']) { format!("E{exponent}") } else { format!("E+{exponent}") }
}
