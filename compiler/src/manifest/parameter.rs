//! `parameters`: what a command or tool is called with. Goes out: [`Parameter`]s in the order of arguments. Deliberately absent:
//! calls; who runs a plan holds them to it.

use std::collections::BTreeMap;

use ambit_schema::name::LocalName;
use ambit_schema::plan::{MAX_PARAMETERS, Otherwise, Parameter, ParameterType};

use super::Claim;
use super::declare::missing;
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{
    Field, Spanned, block, boolean, did_you_mean, fields, name, read_fields, text, unknown_field, wrong_type,
};
use crate::source::Span;
use crate::syntax::{Node, Scalar, Shape};

#[derive(Default)]
pub(crate) struct Written {
    name: Option<Spanned<String>>,
    of: Option<Spanned<ParameterType>>,
    required: Option<Spanned<bool>>,
    default: Option<Spanned<String>>,
    summary: Option<Spanned<String>>,
}

/// THE TABLE of its fields.
pub(crate) const PARAMETER: &[Field<Written>] = fields! {
    "name" Once "in a list of parameters, required: what it is called; in a block its key is"
        |to, node, sink| to.name = text(node, sink);
    "type" Once "`string` (without it), `integer`, `number` or `boolean`: what its argument reads as"
        |to, node, sink| to.of = of(node, sink);
    "required" Once "whether there is no call without it; without this and without a `default` there is none"
        |to, node, sink| to.required = boolean(node, sink);
    "default" Once "the argument that stands for one that is left out"
        |to, node, sink| to.default = default(node, sink);
    "summary" Once "one line for people"
        |to, node, sink| to.summary = text(node, sink);
};

/// A block of parameters by name, or a list of blocks that say theirs.
pub(super) fn parameters(node: Node<'_>, sink: &mut Sink) -> Vec<Claim<Parameter>> {
    let mut found: Vec<(Parameter, Span)> = vec![];
    let mut seen: BTreeMap<LocalName, Span> = BTreeMap::new();
    for (written, place) in listed(node, sink) {
        let Some(named) = &written.name else { continue };
        let Some(name) = name(named, "the name of a parameter", LocalName::parse, sink) else { continue };
        if let Some(first) = seen.insert(name.value.clone(), name.span) {
            let twice = Diagnostic::new(Code::DuplicateDeclaration, name.span, "two parameters have one name");
            sink.add(twice.because(first, "the first").help("give one of them another name"));
        } else if found.len() == MAX_PARAMETERS {
            let message = format!("a command or tool has at most {MAX_PARAMETERS} parameters");
            sink.add(Diagnostic::new(Code::BadParameter, name.span, message).help("take several at once, as one text"));
            break;
        } else {
            found.push((written.parameter(name.value, sink), place));
        }
    }
    in_order(&found, sink);
    found.into_iter().map(|(parameter, place)| Spanned::new(parameter, place).into()).collect()
}

fn listed(node: Node<'_>, sink: &mut Sink) -> Vec<(Written, Span)> {
    if node.scalar().is_some() {
        wrong_type(node, "a block of parameters", sink);
        return vec![];
    }
    if node.items().next().is_none() && node.shape() != Shape::List {
        let fields = block(node, "a block of parameters", sink);
        return fields.filter_map(|field| by_key(field, sink)).collect();
    }
    node.fields().for_each(|field| unknown_field(field, "a list of parameters", std::iter::empty(), sink));
    node.items().filter_map(|item| by_name(item, sink)).collect()
}

fn by_key(field: Node<'_>, sink: &mut Sink) -> Option<(Written, Span)> {
    let mut written = read(field, sink)?;
    if let Some(second) = &written.name {
        let found = Diagnostic::new(Code::WrongType, second.span, "a parameter that its key names has no other name");
        sink.add(found.help("leave `name` out"));
    }
    written.name = Some(Spanned::new(field.key().unwrap_or_default().to_owned(), field.key_span()));
    Some((written, field.key_span()))
}

fn by_name(item: Node<'_>, sink: &mut Sink) -> Option<(Written, Span)> {
    let written = read(item, sink)?;
    if written.name.is_none() {
        missing(item, "a parameter", "name", sink);
    }
    let place = written.name.as_ref().map_or_else(|| item.span(), |name| name.span);
    Some((written, place))
}

/// A parameter of which nothing is said but its name is a required text.
fn read(node: Node<'_>, sink: &mut Sink) -> Option<Written> {
    let is_nothing = matches!(node.scalar(), Some((Scalar::Null, _)));
    if !is_nothing && (node.items().next().is_some() || !matches!(node.shape(), Shape::Node | Shape::Map)) {
        wrong_type(node, "a block with `type`, `default` and the like", sink);
        return None;
    }
    let mut written = Written::default();
    read_fields(node, "a parameter", PARAMETER, &mut written, sink);
    Some(written)
}

fn of(node: Node<'_>, sink: &mut Sink) -> Option<Spanned<ParameterType>> {
    let word = text(node, sink)?;
    let known = ParameterType::find(&word.value);
    if known.is_none() {
        let message = format!("there is no type `{}` of parameters", word.value.escape_debug());
        let found = Diagnostic::new(Code::WrongType, word.span, message);
        sink.add(did_you_mean(found, word.span, &word.value, ParameterType::ALL.into_iter().map(ParameterType::key)));
    }
    known.map(|of| Spanned::new(of, word.span))
}

/// Arguments are texts: a number is the one that is written.
fn default(node: Node<'_>, sink: &mut Sink) -> Option<Spanned<String>> {
    let found = match (node.string().or_else(|| node.number()), node.scalar()) {
        (Some((written, span)), _) => Some(Spanned::new(written.to_owned(), span)),
        (None, Some((Scalar::Bool(flag), span))) => Some(Spanned::new(flag.to_string(), span)),
        _ => None,
    };
    match found {
        Some(_) => node.fields().for_each(|field| unknown_field(field, "`default`", std::iter::empty(), sink)),
        None => wrong_type(node, "a text, a number, or true or false", sink),
    }
    found
}

impl Written {
    fn parameter(self, name: LocalName, sink: &mut Sink) -> Parameter {
        let of = self.of.map_or(ParameterType::String, |of| of.value);
        if let (Some(required), Some(default)) = (self.required.as_ref().filter(|it| it.value), &self.default) {
            let message = format!("`{name}` is required, and has a default that no call would use");
            let found = Diagnostic::new(Code::BadParameter, required.span, message);
            sink.add(found.because(default.span, "the default").help("keep one of the two"));
        }
        let fitting = self.default.filter(|default| fits(&name, of, default, sink));
        let is_required = self.required.map(|required| required.value);
        let otherwise = match (is_required, fitting) {
            (Some(true), _) | (None, None) => Otherwise::Required,
            (_, Some(default)) => Otherwise::Default(default.value),
            (Some(false), None) => Otherwise::Absent,
        };
        Parameter { name, of, otherwise, summary: self.summary.map(|summary| summary.value) }
    }
}

fn fits(name: &LocalName, of: ParameterType, default: &Spanned<String>, sink: &mut Sink) -> bool {
    let fits = of.fits(&default.value);
    if !fits {
        let message =
            format!("`{}`, the default of `{name}`, is not of type `{}`", default.value.escape_debug(), of.key());
        let help = match of {
            ParameterType::String => "write a text",
            ParameterType::Integer => "write a whole number in digits, of 64 bits, such as `-7`",
            ParameterType::Number => "write a number in digits, such as `1.5`",
            ParameterType::Boolean => "write `true` or `false`",
        };
        sink.add(Diagnostic::new(Code::BadParameter, default.span, message).help(help));
    }
    fits
}

/// A call leaves out the last arguments: none before one that it has to give, and none without a default before one with.
fn in_order(found: &[(Parameter, Span)], sink: &mut Sink) {
    for pair in found.windows(2) {
        let ((before, place), (after, span)) = (&pair[0], &pair[1]);
        if before.otherwise.rank() > after.otherwise.rank() {
            let message = format!("`{}` stands behind `{}`, which a call may leave out", after.name, before.name);
            let found = Diagnostic::new(Code::BadParameter, *span, message).because(*place, "may be left out");
            let found = found.help("put what is required first, then what has a default, then the rest");
            sink.add(found.note("arguments are told apart by their order: only the last can be left out"));
        }
    }
}
