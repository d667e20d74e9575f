//! `api`: the endpoints that a plugin answers, and what it wants its host to do before they answer. Goes out: a name and a
//! request for each. Deliberately absent: whether the host does it; see the rule `unkept-endpoint`.

use ambit_schema::capability::Kind;
use ambit_schema::limits::Unit;
use ambit_schema::name::PointName;
use ambit_schema::plan::{Auth, Conditions, NameSort, Rate, Slot};

use super::Attached;
use super::config::part;
use super::declare::{claim, missing};
use super::lower::Partial;
use super::request;
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{
    Field, Spanned, block, boolean, fields, integer, list, name, quantity, read_fields, text, texts_once,
    unknown_field, wrong_type,
};
use crate::syntax::{Node, Scalar, Shape};

#[derive(Default)]
pub(crate) struct Endpoint {
    path: Option<Spanned<String>>,
    method: Option<Spanned<String>>,
    handler: Option<Spanned<String>>,
    conditions: Conditions,
    attached: Vec<Attached>,
}

/// THE TABLE of its fields.
pub(crate) const ENDPOINT: &[Field<Endpoint>] = fields! {
    "path" Once "required; where it answers"
        |to, node, sink| to.path = text(node, sink);
    "method" Once "the HTTP method in capitals; without it every one"
        |to, node, sink| to.method = text(node, sink);
    "handler" Once "required; the name inside the plugin"
        |to, node, sink| to.handler = text(node, sink);
    "auth" Once "a block: only callers that the host knows"
        |to, node, sink| to.conditions.auth = auth(node, sink);
    "rateLimit" Once "a block: so many requests in so long"
        |to, node, sink| to.conditions.rate = rate(node, sink);
    "middleware" Once "names of what the host has a request pass first, in this order"
        |to, node, sink| to.conditions.middleware = names(node, sink);
    "validation" Once "a block: what comes with a request fits these schemas"
        |to, node, sink| validation(&mut to.attached, node, sink);
};

/// THE TABLE of the fields of `validation`.
pub(crate) const VALIDATION: &[Field<Vec<Attached>>] = fields! {
    "body" Once "a JSON Schema, as a file or here, that bodies fit"
        |to, node, sink| attach(to, Slot::Body, node, sink);
    "query" Once "one that the members of the query fit"
        |to, node, sink| attach(to, Slot::Query, node, sink);
    "params" Once "one that the parts of the path fit"
        |to, node, sink| attach(to, Slot::Params, node, sink);
};

#[derive(Default)]
pub(crate) struct Callers {
    required: Option<Spanned<bool>>,
    auth: Auth,
}

/// THE TABLE of the fields of `auth`.
pub(crate) const AUTH: &[Field<Callers>] = fields! {
    "required" Once "whether callers have to be known; they have to if not said"
        |to, node, sink| to.required = boolean(node, sink);
    "roles" Once "the roles that a caller has, all of them"
        |to, node, sink| to.auth.roles = names(node, sink);
    "permissions" Once "the permissions that a caller has, all of them"
        |to, node, sink| to.auth.permissions = names(node, sink);
};

#[derive(Default)]
pub(crate) struct Limit {
    requests: Option<u64>,
    window: Option<u64>,
}

/// THE TABLE of the fields of `rateLimit`.
pub(crate) const RATE: &[Field<Limit>] = fields! {
    "requests" Once "required; how many, at least 1"
        |to, node, sink| to.requests = requests(node, sink);
    "window" Once "required; in how long, as in `1 min`; a bare number is read in seconds, with a warning"
        |to, node, sink| to.window = window(node, sink);
};

/// `api: {endpoints: [{path, method, handler}]}`. Declaring an endpoint asks for the right to answer it.
pub(super) fn api(into: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    for field in block(node, "a block with `endpoints`", sink) {
        match field.key() {
            Some("endpoints") => {
                let items = list(field, "a list of endpoints", sink);
                items.into_iter().for_each(|item| endpoint(into, item, sink));
            }
            _ => unknown_field(field, "`api`", ["endpoints"].into_iter(), sink),
        }
    }
}

fn endpoint(into: &mut Partial, item: Node<'_>, sink: &mut Sink) {
    let mut read = Endpoint::default();
    read_fields(item, "an endpoint", ENDPOINT, &mut read, sink);
    let Some(path) = read.path else { return missing(item, "an endpoint", "path", sink) };
    let Some(handler) = read.handler else { return missing(item, "an endpoint", "handler", sink) };
    let method = read.method.map_or_else(|| "*".to_owned(), |method| method.value);
    let route = Spanned::new(format!("{method} {}", path.value), path.span);
    if let Some(mut claim) = claim(NameSort::Endpoint, &handler, None, sink) {
        claim.route = Some(route.clone().into());
        claim.conditions = Some(Box::new(read.conditions));
        claim.attached = read.attached;
        into.names.push(claim);
        into.requests.push(request::plain(Kind::HttpServe, route));
    }
}

/// `required: false` and nothing else asks for nothing.
fn auth(node: Node<'_>, sink: &mut Sink) -> Option<Auth> {
    if is_nothing(node) || !is_block(node, "a block with `required`, `roles`, `permissions`", sink) {
        return None;
    }
    let mut read = Callers::default();
    read_fields(node, "`auth`", AUTH, &mut read, sink);
    let Some(waived) = read.required.filter(|required| !required.value) else { return Some(read.auth) };
    if read.auth != Auth::default() {
        let found = Diagnostic::new(
            Code::WrongType,
            waived.span,
            "callers need not be known, and yet have to have roles or permissions",
        );
        sink.add(found.help("write `true`, or leave `roles` and `permissions` out"));
    }
    None
}

fn validation(into: &mut Vec<Attached>, node: Node<'_>, sink: &mut Sink) {
    if !is_nothing(node) && is_block(node, "a block with `body`, `query`, `params`", sink) {
        read_fields(node, "`validation`", VALIDATION, into, sink);
    }
}

/// A text that belongs to a name: a file, or the value.
pub(super) fn attach(into: &mut Vec<Attached>, slot: Slot, node: Node<'_>, sink: &mut Sink) {
    into.extend(part(node, sink).map(|part| Attached { slot, part }));
}

fn rate(node: Node<'_>, sink: &mut Sink) -> Option<Rate> {
    if is_nothing(node) || !is_block(node, "a block with `requests` and `window`", sink) {
        return None;
    }
    let mut read = Limit::default();
    read_fields(node, "`rateLimit`", RATE, &mut read, sink);
    ["requests", "window"].into_iter().for_each(|field| missing(node, "`rateLimit`", field, sink));
    Some(Rate { requests: read.requests?, window: read.window? })
}

fn requests(node: Node<'_>, sink: &mut Sink) -> Option<u64> {
    let written = integer(node, sink)?;
    let found = u64::try_from(written.value).ok().filter(|requests| *requests > 0);
    if found.is_none() {
        let message = format!("a limit of `{}` requests lets nobody through", written.value);
        sink.add(Diagnostic::new(Code::BadQuantity, written.span, message).help("write at least `1`"));
    }
    found
}

fn window(node: Node<'_>, sink: &mut Sink) -> Option<u64> {
    let written = quantity(node, Unit::Milliseconds, Some("s"), sink)?;
    if written.value == 0 {
        let found = Diagnostic::new(Code::BadQuantity, written.span, "a window of no time limits nothing");
        sink.add(found.help("write a time such as `1 min`"));
    }
    Some(written.value).filter(|window| *window > 0)
}

fn names(node: Node<'_>, sink: &mut Sink) -> Vec<PointName> {
    let written = texts_once(node, sink);
    let read = written.iter().filter_map(|text| name(text, "a name of the host", PointName::parse, sink));
    read.map(|name| name.value).collect()
}

fn is_nothing(node: Node<'_>) -> bool {
    matches!(node.scalar(), Some((Scalar::Null, _)))
}

fn is_block(node: Node<'_>, expected: &str, sink: &mut Sink) -> bool {
    let is_block = matches!(node.shape(), Shape::Node | Shape::Map) && node.items().next().is_none();
    if !is_block {
        wrong_type(node, expected, sink);
    }
    is_block
}
