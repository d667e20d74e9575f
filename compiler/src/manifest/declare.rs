//! What a plugin provides: `commands`, `tools`, `entry_points` and the like. Goes out: names, still without a
//! namespace, and what they are called with. Deliberately absent: conflicts with other plugins; see `resolve`.

use ambit_schema::name::LocalName;
use ambit_schema::plan::{NameSort, Parameter, Slot};

use super::endpoint::attach;
use super::parameter::parameters;
use super::{Attached, Claim, NameClaim, Part};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{Field, Spanned, fields, key, list, make_room, name, read_fields, text, value, word, wrong_type};
use crate::syntax::{Node, Scalar};

pub(super) fn commands(into: &mut Vec<NameClaim>, node: Node<'_>, sink: &mut Sink) {
    declared(NameSort::Command, into, node, sink);
}

pub(super) fn tools(into: &mut Vec<NameClaim>, node: Node<'_>, sink: &mut Sink) {
    declared(NameSort::Tool, into, node, sink);
}

pub(super) fn panes(into: &mut Vec<NameClaim>, node: Node<'_>, sink: &mut Sink) {
    declared(NameSort::Pane, into, node, sink);
}

pub(super) fn events(into: &mut Vec<NameClaim>, node: Node<'_>, sink: &mut Sink) {
    declared(NameSort::Event, into, node, sink);
}

pub(super) fn prompts(into: &mut Vec<NameClaim>, node: Node<'_>, sink: &mut Sink) {
    declared(NameSort::Prompt, into, node, sink);
}

/// A block of names, each with a summary or a block that has one; or a plain list of names.
fn declared(sort: NameSort, into: &mut Vec<NameClaim>, node: Node<'_>, sink: &mut Sink) {
    make_room(into, node.below().count());
    for item in node.items() {
        let written = word(item, sink);
        into.extend(written.and_then(|written| claim(sort, &written, None, sink)));
    }
    for field in node.fields() {
        // Most names have a summary and nothing else.
        let claim = match field.lone_string() {
            Some((summary, span)) => claim(sort, &key(field), Some(Spanned::new(summary.to_owned(), span)), sink),
            None => claimed(sort, &key(field), said(sort, field, sink), sink),
        };
        into.extend(claim);
    }
}

/// What is said of a name.
#[derive(Default)]
pub(crate) struct Said {
    summary: Option<Spanned<String>>,
    parameters: Vec<Claim<Parameter>>,
    attached: Vec<Attached>,
}

/// THE TABLE of what is said of names that are called.
pub(crate) const CALLED: &[Field<Said>] = fields! {
    "summary" Once "one line for people; a text in place of the block is the same"
        |to, node, sink| to.summary = text(node, sink);
    "parameters" Once "what it is called with, in order; without them it takes any arguments"
        |to, node, sink| to.parameters = parameters(node, sink);
    "inputSchema" Once "in place of `parameters`: a JSON Schema, as a file or here, that its one argument fits, which is a JSON text"
        |to, node, sink| attach(&mut to.attached, Slot::Input, node, sink);
};

/// THE TABLE of what is said of prompts.
pub(crate) const PROMPT: &[Field<Said>] = fields! {
    "summary" Once "one line for people; a text in place of the block is the same"
        |to, node, sink| to.summary = text(node, sink);
    "template" Once "the file of the plugin that holds its text"
        |to, node, sink| file(&mut to.attached, node, sink);
    "text" Once "in place of `template`: its text"
        |to, node, sink| prompt(&mut to.attached, node, sink);
};

/// The same of names that nobody calls.
const NAMED: &[Field<Said>] = fields! {
    "summary" Once "one line for people; a text in place of the block is the same"
        |to, node, sink| to.summary = text(node, sink);
};

fn said(sort: NameSort, field: Node<'_>, sink: &mut Sink) -> Said {
    let table = match sort {
        NameSort::Command | NameSort::Tool => CALLED,
        NameSort::Prompt => PROMPT,
        NameSort::Endpoint | NameSort::Pane | NameSort::Event => NAMED,
    };
    let mut said = Said::default();
    read_fields(field, "a name", table, &mut said, sink);
    if field.items().count() > usize::from(field.field("summary").is_none()) {
        wrong_type(field, "one summary", sink);
    }
    let bare = field.items().next().filter(|node| !matches!(node.scalar(), Some((Scalar::Null, _))));
    if let (None, Some(bare)) = (field.field("summary"), bare) {
        said.summary = text(bare, sink);
    }
    said
}

/// The file that holds the text of a prompt.
fn file(into: &mut Vec<Attached>, node: Node<'_>, sink: &mut Sink) {
    let path = text(node, sink).filter(|path| inside_plugin(path, sink));
    into.extend(path.map(|path| Attached { slot: Slot::Template, part: Part::File(path.into()) }));
}

/// The text of a prompt.
fn prompt(into: &mut Vec<Attached>, node: Node<'_>, sink: &mut Sink) {
    if text(node, sink).is_some()
        && let Some(read) = value(node, sink)
    {
        let span = read.span;
        into.push(Attached { slot: Slot::Template, part: Part::Here(Spanned::new(read, span).into()) });
    }
}

/// A name with all that is said of it.
fn claimed(sort: NameSort, written: &Spanned<impl AsRef<str>>, said: Said, sink: &mut Sink) -> Option<NameClaim> {
    if let [first, second, ..] = &said.attached[..] {
        let found = Diagnostic::new(
            Code::DuplicateDeclaration,
            second.part.span(),
            "a prompt has one text, and this is the second",
        );
        sink.add(found.because(first.part.span(), "the first").help("keep one of `template` and `text`"));
    }
    if let (Some(first), Some(schema)) = (said.parameters.first(), said.attached.first()) {
        let found = Diagnostic::new(
            Code::BadParameter,
            schema.part.span(),
            "arguments are held to `parameters` or to a schema, not to both",
        );
        sink.add(found.because(first.span(), "a parameter").help("leave one of the two out"));
    }
    let claim = claim(sort, written, said.summary, sink)?;
    Some(NameClaim { parameters: said.parameters, attached: said.attached.into_iter().take(1).collect(), ..claim })
}

pub(super) fn claim(
    sort: NameSort,
    written: &Spanned<impl AsRef<str>>,
    summary: Option<Spanned<String>>,
    sink: &mut Sink,
) -> Option<NameClaim> {
    let what = match sort {
        NameSort::Command => "the name of a command",
        NameSort::Tool => "the name of a tool",
        NameSort::Endpoint => "the name of a handler",
        NameSort::Pane => "the name of a pane",
        NameSort::Event => "the name of an event",
        NameSort::Prompt => "the name of a prompt",
    };
    let local = name(written, what, LocalName::parse, sink)?;
    Some(NameClaim {
        sort,
        local: local.into(),
        route: None,
        parameters: vec![],
        conditions: None,
        attached: vec![],
        summary: summary.map(Claim::from),
    })
}

#[derive(Default)]
pub(crate) struct EntryPoint {
    name: Option<Spanned<String>>,
    said: Said,
}

/// THE TABLE of its fields.
pub(crate) const ENTRY_POINT: &[Field<EntryPoint>] = fields! {
    "name" Once "required; what it is called"
        |to, node, sink| to.name = text(node, sink);
    "description" Once "one line for people"
        |to, node, sink| to.said.summary = text(node, sink);
    "parameters" Once "what it is called with, in order; without them it takes any arguments"
        |to, node, sink| to.said.parameters = parameters(node, sink);
    "inputSchema" Once "in place of `parameters`: a JSON Schema, as a file or here, that its one argument fits, which is a JSON text"
        |to, node, sink| attach(&mut to.said.attached, Slot::Input, node, sink);
};

/// `entry_points: [{name, description}]`: each is a command.
pub(super) fn entry_points(into: &mut Vec<NameClaim>, node: Node<'_>, sink: &mut Sink) {
    for item in list(node, "a list of entry points", sink) {
        let mut read = EntryPoint::default();
        read_fields(item, "an entry point", ENTRY_POINT, &mut read, sink);
        match read.name {
            Some(written) => into.extend(claimed(NameSort::Command, &written, read.said, sink)),
            None => missing(item, "an entry point", "name", sink),
        }
    }
}

/// Whether a path stays in the plugin's folder.
pub(crate) fn is_inside_plugin(path: &str) -> bool {
    !path.starts_with(['/', '~', '\\'])
        && !path.contains([':', '\\', '\0'])
        && path.split('/').all(|segment| segment != "..")
}

/// Reports a path that leaves the plugin's folder.
pub(crate) fn inside_plugin(path: &Spanned<String>, sink: &mut Sink) -> bool {
    let inside = is_inside_plugin(&path.value);
    if !inside {
        let message = format!("`{}` lies outside the plugin's folder", path.value.escape_debug());
        let found = Diagnostic::new(Code::EscapingPath, path.span, message);
        sink.add(found.help("put the file beside the manifest and name it relative to it, as in `./file`"));
    }
    inside
}

/// Reports a field that is required and not there.
pub(super) fn missing(item: Node<'_>, what: &str, field: &str, sink: &mut Sink) {
    if item.field(field).is_none() {
        let message = format!("{what} has no `{field}`");
        sink.add(Diagnostic::new(Code::MissingField, item.span(), message).help(format!("add `{field}`")));
    }
}

/// Reports a field that says nothing, because the one is not there that it is about.
pub(super) fn idle(node: Node<'_>, without: &str, sink: &mut Sink) {
    let key = node.key().unwrap_or_default();
    let found = Diagnostic::new(Code::IdleField, node.key_span(), format!("`{key}` says nothing without `{without}`"));
    sink.add(found.help(format!("add `{without}`, or leave it out")));
}
