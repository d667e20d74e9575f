//! Parsing and comparing for tests. Comes in: a file name and a text. Goes out: diagnostics and plain values.

use ambit_compiler::diag::{Code, Diagnostic, Sink};
use ambit_compiler::source::{Sources, Span};
use ambit_compiler::syntax::{self, Node, Scalar, Shape};

/// What a text became.
pub(crate) struct Parsed {
    pub(crate) sources: Sources,
    pub(crate) found: Vec<Diagnostic>,
    pub(crate) value: Value,
}

/// A value without places. Maps keep their order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// As it is spelled.
    Number(String),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

/// Parses a text as the syntax that the name announces, and checks every span on the way.
pub(crate) fn parse(name: &str, text: impl AsRef<[u8]>) -> Parsed {
    let mut sources = Sources::default();
    let file = sources.add(name, text.as_ref());
    let mut sink = Sink::default();
    let tree = syntax::parse(&sources, file, &mut sink);
    let found = sink.finish();
    check_spans(&sources, tree.root());
    for diagnostic in &found {
        let fix = diagnostic.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        let labels = diagnostic.secondary.iter().map(|label| label.span);
        fix.chain(labels).chain([diagnostic.primary.span]).for_each(|span| check_span(&sources, span));
        assert!(!diagnostic.message.contains('\n'), "one line: {diagnostic:?}");
    }
    let value = value(tree.root());
    Parsed { sources, found, value }
}

impl Parsed {
    /// The findings, as `code line:column text`.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |found: &Diagnostic| {
            let at = self.sources.position(found.primary.span);
            let text = self.sources.slice(found.primary.span);
            format!("{} {}:{} {text}", found.code.id(), at.line, at.column)
        };
        self.found.iter().map(line).collect()
    }

    /// The codes, in the order of the text.
    pub(crate) fn codes(&self) -> Vec<Code> {
        self.found.iter().map(|found| found.code).collect()
    }
}

fn value(node: Node<'_>) -> Value {
    match node.shape() {
        Shape::Scalar(Scalar::Null) => Value::Null,
        Shape::Scalar(Scalar::Bool(value)) => Value::Bool(value),
        Shape::Scalar(Scalar::Number(_)) => Value::Number(node.number().unwrap().0.to_owned()),
        Shape::Scalar(Scalar::String(_)) => Value::Text(node.string().unwrap().0.to_owned()),
        Shape::List => Value::List(node.below().map(value).collect()),
        Shape::Map | Shape::Node => Value::Map(node.below().map(|below| (key(below), value(below))).collect()),
    }
}

fn key(node: Node<'_>) -> String {
    node.key().unwrap_or_default().to_owned()
}

fn check_spans(sources: &Sources, node: Node<'_>) {
    for span in [node.span(), node.key_span(), node.value_span()] {
        check_span(sources, span);
    }
    for below in node.below() {
        let (inner, outer) = (below.span(), node.span());
        assert!(outer.start <= inner.start && inner.end <= outer.end, "{inner:?} lies outside of {outer:?}");
        check_spans(sources, below);
    }
}

fn check_span(sources: &Sources, span: Span) {
    let text = sources.get(span.file).text();
    assert!(text.get(span.range()).is_some(), "{span:?} is not a stretch of {:?}", text.get(..text.len().min(80)));
}
