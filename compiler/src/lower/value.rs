//! Values of any shape, such as a plugin's configuration: JSON with a span on each value. Comes in: a [`Node`]. Goes out: a
//! [`Value`], and by RFC 7386 another merged over it. Deliberately absent: what the value means.

use std::collections::BTreeMap;

use super::wrong_type;
use crate::diag::Sink;
use crate::source::Span;
use crate::syntax::{Node, Scalar, Shape};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Where.
    pub span: Span,
    /// Whether that is in a file of a plugin, and not in a text of the compilation.
    pub elsewhere: bool,
    /// What.
    pub is: Is,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Is {
    /// Text, a number, true, false or nothing, as JSON.
    Leaf(serde_json::Value),
    /// A list.
    List(Vec<Value>),
    /// A map.
    Map(BTreeMap<String, Value>),
}

/// Any value. A KDL node with one argument is that argument, with several a list, with children or properties a map.
pub fn value(node: Node<'_>, sink: &mut Sink) -> Option<Value> {
    let has_fields = node.fields().next().is_some();
    let is = match (node.scalar(), node.shape()) {
        (Some((scalar, _)), _) if !has_fields => Is::Leaf(leaf(node, scalar, sink)?),
        (_, Shape::Map) => map(node, sink),
        (_, Shape::Node) if has_fields && node.items().next().is_none() => map(node, sink),
        (_, Shape::Node | Shape::List) if !has_fields => {
            Is::List(node.items().filter_map(|item| value(item, sink)).collect())
        }
        _ => {
            wrong_type(node, "a value, a list or a block", sink);
            return None;
        }
    };
    let span = node.scalar().map_or_else(|| node.span(), |(_, span)| span);
    Some(Value { span, elsewhere: false, is })
}

fn map(node: Node<'_>, sink: &mut Sink) -> Is {
    let mut fields = BTreeMap::new();
    for field in node.fields() {
        let key = field.key().unwrap_or_default().to_owned();
        if let Some(first) = fields.get(&key).map(|first: &Value| first.span) {
            super::duplicate(field, first, sink);
        } else if let Some(value) = value(field, sink) {
            fields.insert(key, value);
        }
    }
    Is::Map(fields)
}

fn leaf(node: Node<'_>, scalar: Scalar, sink: &mut Sink) -> Option<serde_json::Value> {
    match scalar {
        Scalar::Null => Some(serde_json::Value::Null),
        Scalar::Bool(flag) => Some(flag.into()),
        Scalar::String(_) => node.string().map(|(text, _)| text.into()),
        Scalar::Number(_) => {
            let spelling = node.number().map_or_else(String::new, |(spelling, _)| spelling.replace('_', ""));
            let number = spelling.strip_prefix('+').unwrap_or(&spelling).parse::<serde_json::Number>().ok();
            if number.is_none() {
                wrong_type(node, "a decimal number", sink);
            }
            number.map(serde_json::Value::Number)
        }
    }
}

impl Value {
    /// As JSON, without spans.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        match &self.is {
            Is::Leaf(leaf) => leaf.clone(),
            Is::List(items) => items.iter().map(Value::json).collect(),
            Is::Map(fields) => {
                serde_json::Value::Object(fields.iter().map(|(key, value)| (key.clone(), value.json())).collect())
            }
        }
    }

    /// The same, read from a file of a plugin.
    #[must_use]
    pub fn of_file(self) -> Value {
        let is = match self.is {
            Is::Leaf(leaf) => Is::Leaf(leaf),
            Is::List(items) => Is::List(items.into_iter().map(Value::of_file).collect()),
            Is::Map(fields) => Is::Map(fields.into_iter().map(|(key, value)| (key, value.of_file())).collect()),
        };
        Value { span: self.span, elsewhere: true, is }
    }

    /// RFC 7386: maps are merged, `null` takes a member away, anything else replaces.
    #[must_use]
    pub fn merged(self, over: &Value) -> Value {
        let Is::Map(patch) = &over.is else { return over.clone() };
        let (span, elsewhere) = (self.span, self.elsewhere);
        let mut fields = if let Is::Map(fields) = self.is { fields } else { BTreeMap::new() };
        for (key, value) in patch {
            let before = fields.remove(key);
            if value.is != Is::Leaf(serde_json::Value::Null) {
                let nothing =
                    Value { span: value.span, elsewhere: value.elsewhere, is: Is::Leaf(serde_json::Value::Null) };
                fields.insert(key.clone(), before.unwrap_or(nothing).merged(value));
            }
        }
        Value { span, elsewhere, is: Is::Map(fields) }
    }

    /// The value at a path of keys and places, or the last one on the way to it.
    #[must_use]
    pub fn at(&self, path: impl Iterator<Item = String>) -> &Value {
        let mut here = self;
        for step in path {
            let next = match &here.is {
                Is::Map(fields) => fields.get(&step),
                Is::List(items) => step.parse::<usize>().ok().and_then(|at| items.get(at)),
                Is::Leaf(_) => None,
            };
            let Some(next) = next else { break };
            here = next;
        }
        here
    }
}
