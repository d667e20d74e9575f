//! `accept "my-plugin" { fs.read "./data/" why="…" }`: a user accepts, of one plugin, what its tier gives beyond what it is
//! allowed. In YAML and JSON `accept: {my-plugin: {fs.read: [{target: "./data/", why: "…"}]}}`, or plain texts.

use ambit_schema::capability::Kind;
use ambit_schema::plan::{Effect, Who};

use super::lower::Partial;
use super::subject::subject;
use super::{Line, Subject};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{Spanned, kind_of, named, text, unknown_field, wrong_type};
use crate::syntax::{Node, Shape};

const FORM: &str = "a plugin and a block, as in `accept \"my-plugin\" { fs.read \"./data/\" why=\"…\" }`";

pub(super) fn accept(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    if matches!(node.shape(), Shape::Node | Shape::Map) && node.below().next().is_none() {
        wrong_type(node, FORM, sink);
    }
    for (written, block) in named(node, FORM, sink) {
        if block.fields().next().is_none() {
            wrong_type(block, FORM, sink);
        }
        let Some(subject) = one_plugin(written, sink) else { continue };
        for field in block.fields() {
            let Some(kind) = kind_of(field, &to.kinds, &[], sink) else { continue };
            let line = |(target, reason): (Spanned<String>, Option<String>)| Line {
                effect: Effect::Accept,
                subject: subject.clone(),
                block: block.span(),
                kind,
                target,
                reason,
            };
            let lines = targets(kind, field, sink).into_iter().map(line);
            to.grants.lines.extend(lines);
        }
    }
}

/// What is accepted is accepted by name: a pattern would accept it of plugins that nobody has seen.
fn one_plugin(written: Spanned<&str>, sink: &mut Sink) -> Option<Subject> {
    let span = written.span;
    let subject = subject(written, sink)?;
    if subject.ids.as_member().is_some() && subject.who == Who::Anyone {
        return Some(subject);
    }
    let message = format!("`{}` is more than one plugin", subject.written.value.escape_debug());
    let found = Diagnostic::new(Code::BadPattern, span, message);
    sink.add(found.help("write the id of one plugin: what a tier gives in excess is accepted for each by its name"));
    None
}

/// Targets with their reasons: one behind all targets of KDL, one in the block of each target elsewhere.
fn targets(kind: Kind, field: Node<'_>, sink: &mut Sink) -> Vec<(Spanned<String>, Option<String>)> {
    if field.shape() == Shape::Map {
        return block(field, sink).into_iter().collect();
    }
    let reason = reason(field, &["why"], sink);
    let mut found = vec![];
    for item in field.items() {
        match item.shape() {
            Shape::Map => found.extend(block(item, sink)),
            _ => found.extend(text(item, sink).map(|target| (target, reason.clone()))),
        }
    }
    if field.shape() == Shape::Node && field.items().next().is_none() {
        wrong_type(field, &format!("what is accepted, as in `{kind} \"{}\"`", kind.domain().example()), sink);
    }
    found
}

fn block(item: Node<'_>, sink: &mut Sink) -> Option<(Spanned<String>, Option<String>)> {
    let reason = reason(item, &["target", "why"], sink);
    let Some(target) = item.field("target") else {
        wrong_type(item, "a block with `target`", sink);
        return None;
    };
    Some((text(target, sink)?, reason))
}

fn reason(node: Node<'_>, known: &[&str], sink: &mut Sink) -> Option<String> {
    let mut reason = None;
    for field in node.fields() {
        match field.key().unwrap_or_default() {
            "why" => reason = text(field, sink).map(|why| why.value),
            "target" if known.contains(&"target") => {}
            _ => unknown_field(field, "what is accepted", known.iter().copied(), sink),
        }
    }
    reason
}
