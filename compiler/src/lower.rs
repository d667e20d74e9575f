//! Reading typed values out of a tree. Comes in: a [`Node`] and what a field expects. Goes out: a value with its span, or a
//! diagnostic and nothing. Every field of a manifest, profile or grants file stands in a table of [`Field`]s, so that what
//! is known, what is suggested and what is read cannot differ.

use std::collections::BTreeMap;

use ambit_schema::limits::{QuantityError, Quota, Unit};
use ambit_schema::name::NameError;
use semver::Version;

use crate::diag::{Code, Diagnostic, Fix, Sink};
use crate::source::Span;
use crate::syntax::{Node, Scalar, Shape};

mod field;
mod kind;
mod list;
mod passage;
mod suggest;
mod value;

pub use field::{Block, Field, Known, Times, read_fields};
pub(crate) use field::{Order, fields, read_fields_again};
pub use kind::{kind, kind_of};
pub(crate) use list::{WITH_FEWER, make_room};
pub use list::{are_few, texts_once};
pub use passage::{Passage, passage, passages, passages_once};
pub use suggest::{NearNames, closest, did_you_mean};
pub use value::{Is, Value, value};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub fn new(value: T, span: Span) -> Self {
        Spanned { value, span }
    }
}

/// Reports a key that a block does not know.
pub fn unknown_field<'k>(child: Node<'_>, block: &str, known: impl Iterator<Item = &'k str>, sink: &mut Sink) {
    let key = child.key().unwrap_or_default();
    let found = Diagnostic::new(Code::UnknownField, child.key_span(), format!("{block} has no field `{key}`"));
    sink.add(did_you_mean(found, child.key_span(), key, known));
}

/// Reports a key that stood there before.
pub fn duplicate(child: Node<'_>, first: Span, sink: &mut Sink) {
    sink.add(twice(child, first));
}

/// Reports a field that stood there before. One that says the same can go.
fn repeated(child: Node<'_>, first: Node<'_>, sink: &mut Sink) {
    let found = twice(child, first.key_span());
    let fix = Fix::safe("remove the second").remove(child.key_span());
    sink.add(if child.equals(first) { found.fix_with(fix) } else { found });
}

fn twice(child: Node<'_>, first: Span) -> Diagnostic {
    let key = child.key().unwrap_or_default();
    let found = Diagnostic::new(Code::DuplicateKey, child.key_span(), format!("`{key}` is there twice"));
    found.because(first, "first here").help("keep one of the two")
}

/// Reports a value of another type.
pub fn wrong_type(node: Node<'_>, expected: &str, sink: &mut Sink) {
    if sink.is_broken(node.span()) {
        return;
    }
    let name = node.key().map_or_else(|| "this item".to_owned(), |key| format!("`{key}`"));
    let message = format!("{name} takes {expected}, not {}", describe(node));
    let place = node.scalar().map_or_else(|| node.value_span(), |(_, span)| span);
    sink.add(Diagnostic::new(Code::WrongType, place, message));
}

fn describe(node: Node<'_>) -> &'static str {
    match (node.shape(), node.scalar()) {
        (_, Some((Scalar::Null, _))) => "nothing",
        (_, Some((Scalar::Bool(_), _))) => "true or false",
        (_, Some((Scalar::Number(_), _))) => "a number",
        (_, Some((Scalar::String(_), _))) => "a text",
        (Shape::Map, _) => "a map",
        (Shape::List, _) => "a list",
        (Shape::Node, _) if node.items().next().is_some() => "several values",
        (Shape::Node, _) if node.fields().next().is_none() => "nothing",
        _ => "a block",
    }
}

/// The fields of a block. Whatever else stands there is an error, because nothing would read it.
pub fn block<'t>(node: Node<'t>, expected: &str, sink: &mut Sink) -> impl Iterator<Item = Node<'t>> + use<'t> {
    expect_block(node, expected, sink);
    node.fields()
}

/// Reports what is no block, or has items.
pub fn expect_block(node: Node<'_>, expected: &str, sink: &mut Sink) {
    if !matches!(node.shape(), Shape::Node | Shape::Map) || node.items().next().is_some() {
        wrong_type(node, expected, sink);
    }
}

/// The fields of a block in which no key may stand twice. What stands there again is reported and left out.
pub fn block_once<'t>(node: Node<'t>, expected: &str, sink: &mut Sink) -> impl Iterator<Item = Node<'t>> + use<'t> {
    expect_block(node, expected, sink);
    let are_different = few_fields_differ(node);
    let as_written = are_different.then(|| node.fields());
    let left = if are_different { vec![] } else { first_of_each(node, sink) };
    as_written.into_iter().flatten().chain(left)
}

/// Whether a block has few fields and no two have the same key, which is how it is nearly always: told without a list.
fn few_fields_differ(node: Node<'_>) -> bool {
    let is_new = |(at, field): (usize, Node<'_>)| {
        let key = field.key().unwrap_or_default();
        node.fields().take(at).all(|other| !other.is_keyed(key))
    };
    node.fields().nth(FEW).is_none() && node.fields().enumerate().all(is_new)
}

fn first_of_each<'t>(node: Node<'t>, sink: &mut Sink) -> Vec<Node<'t>> {
    let mut fields: Vec<Node<'t>> = node.fields().collect();
    let mut seen: BTreeMap<&str, Node<'t>> = BTreeMap::new();
    fields.retain(|field| match seen.get(field.key().unwrap_or_default()) {
        Some(first) => {
            repeated(*field, *first, sink);
            false
        }
        None => seen.insert(field.key().unwrap_or_default(), *field).is_none(),
    });
    fields
}

/// How many texts are compared each with each.
const FEW: usize = 16;

/// Whether there are few of something and no two have the same text, which is how it is nearly always: told without a map.
fn few_differ<'a, T>(all: &'a [T], text: impl Fn(&'a T) -> &'a str) -> bool {
    let is_new = |(at, one): (usize, &'a T)| all[..at].iter().all(|other| text(other) != text(one));
    all.len() <= FEW && all.iter().enumerate().all(is_new)
}

/// The items of a list. Fields among them are an error, because nothing would read them.
pub fn list<'t>(node: Node<'t>, expected: &str, sink: &mut Sink) -> Vec<Node<'t>> {
    if node.shape() == Shape::Map || node.fields().next().is_some() {
        wrong_type(node, expected, sink);
    }
    node.items().collect()
}

/// What stands beside the one value of a field, as in `version "1.0.0" beta=#true`, would be read by nobody.
fn nothing_beside(node: Node<'_>, sink: &mut Sink) {
    for child in node.fields() {
        let field = format!("`{}`", node.key().unwrap_or("this item"));
        unknown_field(child, &field, std::iter::empty(), sink);
    }
}

/// A text.
pub fn text(node: Node<'_>, sink: &mut Sink) -> Option<Spanned<String>> {
    word(node, sink).map(|word| Spanned::new(word.value.to_owned(), word.span))
}

/// A text that is read and not kept.
pub fn word<'t>(node: Node<'t>, sink: &mut Sink) -> Option<Spanned<&'t str>> {
    if let Some((word, span)) = node.lone_string() {
        return Some(Spanned::new(word, span));
    }
    let found = node.string().map(|(word, span)| Spanned::new(word, span));
    match found {
        Some(_) => nothing_beside(node, sink),
        None => no_text(node, "a text", sink),
    }
    found
}

/// Reports a value that is no text. A number is one in quotes.
fn no_text(node: Node<'_>, expected: &str, sink: &mut Sink) {
    wrong_type(node, expected, sink);
    if let Some((spelling, span)) = node.number() {
        let quoted = format!("\"{spelling}\"");
        sink.fix_all(Code::WrongType, span, Fix::safe(format!("write `{quoted}`")).edit(span, quoted));
    }
}

/// One text or a list of them.
pub fn texts(node: Node<'_>, sink: &mut Sink) -> Vec<Spanned<String>> {
    text_items(node, sink).filter_map(|item| text(item, sink)).collect()
}

/// The items of the same, each to be read as a text.
pub fn text_items<'t>(node: Node<'t>, sink: &mut Sink) -> impl Iterator<Item = Node<'t>> + use<'t> {
    let is_bare = node.shape() == Shape::Node && node.items().next().is_none();
    if is_bare || node.shape() == Shape::Map || node.fields().next().is_some() {
        wrong_type(node, "a text or a list of texts", sink);
    }
    node.items()
}

/// True or false.
pub fn boolean(node: Node<'_>, sink: &mut Sink) -> Option<Spanned<bool>> {
    if let Some((Scalar::Bool(value), span)) = node.scalar() {
        nothing_beside(node, sink);
        return Some(Spanned::new(value, span));
    }
    wrong_type(node, "true or false", sink);
    None
}

/// A whole number.
pub fn integer(node: Node<'_>, sink: &mut Sink) -> Option<Spanned<i64>> {
    let Some((spelling, span)) = node.number() else {
        wrong_type(node, "a whole number", sink);
        return None;
    };
    nothing_beside(node, sink);
    let value = spelling.parse().or_else(|_| spelling.replace('_', "").parse()).ok();
    if value.is_none() {
        let message = format!("`{spelling}` is not a whole number");
        sink.add(Diagnostic::new(Code::BadNumber, span, message).help("write digits only, with an optional sign"));
    }
    value.map(|value| Spanned::new(value, span))
}

/// A quantity with its unit, in the base unit. A bare number is taken in `assumed` with a warning, or refused without one.
pub fn quantity(node: Node<'_>, unit: Unit, assumed: Option<&str>, sink: &mut Sink) -> Option<Spanned<u64>> {
    let lone = node.lone_string();
    let Some((written, span)) = lone.or_else(|| node.string()).or_else(|| node.number()) else {
        wrong_type(node, &format!("a quantity such as `{}`", unit.example()), sink);
        return None;
    };
    if lone.is_none() {
        nothing_beside(node, sink);
    }
    match (unit.parse(written), assumed) {
        (Ok(value), _) => Some(Spanned::new(value, span)),
        (Err(QuantityError::NoUnit), Some(assumed)) => bare_number(written, span, unit, assumed, sink),
        (Err(error), _) => bad_quantity(written, span, unit, &error, sink),
    }
}

fn bad_quantity(written: &str, span: Span, unit: Unit, error: &QuantityError, sink: &mut Sink) -> Option<Spanned<u64>> {
    let message = format!("`{}` is not a quantity: {error}", written.escape_debug());
    let help = format!("write it as in `{}`; the units are {}", unit.example(), units(unit));
    sink.add(Diagnostic::new(Code::BadQuantity, span, message).help(help));
    None
}

/// How much of a quota there is. None of what nothing runs without is an error.
pub fn limit(node: Node<'_>, quota: Quota, assumed: Option<&str>, sink: &mut Sink) -> Option<Spanned<u64>> {
    let found = quantity(node, quota.unit(), assumed, sink)?;
    if found.value > 0
        || !matches!(quota, Quota::Memory | Quota::Cpu | Quota::Wall | Quota::CpuShare | Quota::Concurrency)
    {
        return Some(found);
    }
    let message = format!("without any `{}` nothing runs", quota.key());
    let found = Diagnostic::new(Code::BadQuantity, found.span, message);
    sink.add(found.help(format!("write how much there is, as in `{}`", quota.unit().example())));
    None
}

fn bare_number(written: &str, span: Span, unit: Unit, assumed: &str, sink: &mut Sink) -> Option<Spanned<u64>> {
    let exact = format!("{written} {assumed}");
    let value = match unit.parse(&exact) {
        Ok(value) => value,
        Err(error) => return bad_quantity(written, span, unit, &error, sink),
    };
    let message = format!("`{written}` has no unit: it is read as `{exact}`");
    let found = Diagnostic::new(Code::BareNumber, span, message).help(format!("write `\"{exact}\"`"));
    sink.add(found.fix(span, format!("\"{exact}\"")));
    Some(Spanned::new(value, span))
}

fn units(unit: Unit) -> String {
    let names: Vec<String> = unit.scale().iter().map(|(name, _)| format!("`{name}`")).collect();
    names.join(", ")
}

/// A version, as in `1.2.3`.
pub fn version(node: Node<'_>, sink: &mut Sink) -> Option<Spanned<Version>> {
    let Some((written, span)) = node.string() else {
        no_text(node, "a version in quotes, as in `\"1.2.3\"`", sink);
        return None;
    };
    nothing_beside(node, sink);
    version_of(written, span, sink)
}

/// A version that stands where a name does.
pub fn version_of(written: &str, span: Span, sink: &mut Sink) -> Option<Spanned<Version>> {
    match Version::parse(written) {
        Ok(version) => Some(Spanned::new(version, span)),
        Err(error) => {
            let message = format!("`{written}` is not a version: {error}");
            let found = Diagnostic::new(Code::BadVersion, span, message);
            let found =
                found.help("write three numbers, as in `1.2.3`, and after them `-alpha.1` or `+build` if needed");
            sink.add(match meant(written) {
                Some(version) => {
                    found.fix_with(Fix::safe(format!("write `{version}`")).word(span, version.to_string()))
                }
                None => found,
            });
            None
        }
    }
}

/// The version that `v1.2.3`, `1.2` or `1` must have meant.
fn meant(written: &str) -> Option<Version> {
    let short = written.trim().trim_start_matches(['v', 'V', '=']).trim_start();
    ["", ".0", ".0.0"].into_iter().find_map(|rest| Version::parse(&format!("{short}{rest}")).ok())
}

/// An identifier.
pub fn name<T>(
    written: &Spanned<impl AsRef<str>>,
    what: &str,
    parse: fn(&str) -> Result<T, NameError>,
    sink: &mut Sink,
) -> Option<Spanned<T>> {
    let text = written.value.as_ref();
    match parse(text) {
        Ok(value) => Some(Spanned::new(value, written.span)),
        Err(error) => {
            let message = format!("`{}` cannot be {what}: {error}", text.escape_debug());
            let found = Diagnostic::new(Code::BadName, written.span, message);
            sink.add(found.help("use letters and digits, with `-`, `_` or `.` between them"));
            None
        }
    }
}

/// The names that a block is about and what is said of each: KDL writes `allow "a" { … }`, YAML and JSON `allow: {a: …}`.
pub fn named<'t>(
    node: Node<'t>,
    expected: &str,
    sink: &mut Sink,
) -> impl Iterator<Item = (Spanned<&'t str>, Node<'t>)> + use<'t> {
    let is_list = node.shape() == Shape::Node && node.items().next().is_some();
    if !is_list {
        expect_block(node, expected, sink);
    }
    let mut one = |item: Node<'t>| if is_list { Some((word(item, sink)?, node)) } else { Some((key(item), item)) };
    let mut items = node.below().filter(move |item| is_list == item.is_item());
    // Most blocks are about one, which needs no list.
    let first = items.next().and_then(&mut one);
    let others: Vec<_> = items.filter_map(one).collect();
    first.into_iter().chain(others)
}

/// The key of a field, and where it stands.
pub fn key(field: Node<'_>) -> Spanned<&str> {
    Spanned::new(field.key().unwrap_or_default(), field.key_span())
}
