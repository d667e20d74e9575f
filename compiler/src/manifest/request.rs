//! `capabilities` and `permissions`: what a plugin asks for. A key is a capability kind (`fs.read "./texts/"`) or a family
//! word of a design (`filesystem`, `network`, …), which `permission` reads. Goes out: a [`Request`] for each target.

use ambit_schema::capability::{Kind, Kinds};

use super::permission;
use super::{Claim, Request};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{Spanned, boolean, kind_of, text, unknown_field, wrong_type};
use crate::source::Span;
use crate::syntax::{Node, Scalar, Shape};

/// Whether a block of requests has family words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Families {
    None,
    Some,
}

/// Reads a block of requests.
pub(super) fn capabilities(into: &mut Vec<Request>, kinds: &Kinds, node: Node<'_>, sink: &mut Sink) -> Families {
    let mut families = Families::None;
    if let Shape::Scalar(_) = node.shape() {
        wrong_type(node, "a block of capabilities", sink);
    }
    for field in node.below() {
        if field.is_item() {
            wrong_type(field, "a block of capabilities", sink);
            continue;
        }
        let key = field.key().unwrap_or_default();
        // No kind is called as a family is.
        if let Some(kind) = kinds.find(key) {
            exact(into, kind, field, sink);
        } else if let Some(read) = permission::family(key) {
            families = Families::Some;
            read(into, field, sink);
        } else {
            kind_of(field, kinds, &permission::FAMILIES.map(|(word, _)| word), sink);
        }
    }
    families
}

/// What KDL says behind the targets, and YAML and JSON in the block of a target.
#[derive(Default)]
struct Extras {
    optional: bool,
    reason: Option<Claim<String>>,
    mount: Option<Claim<String>>,
}

/// How long the path may be under which a plugin sees a folder, in bytes.
const LONGEST_MOUNT: usize = 1024;

const EXTRAS: [&str; 3] = ["why", "optional", "as"];

/// `fs.read "a" "b" why="…"`, `fs.read: ["a"]`, `fs.read: [{target: "a", why: "…"}]`.
fn exact(into: &mut Vec<Request>, kind: Kind, field: Node<'_>, sink: &mut Sink) {
    // Most ask for one target and say nothing else.
    if let Some((target, span)) = field.lone_string() {
        return into.push(plain(kind, Spanned::new(target.to_owned(), span)));
    }
    if field.shape() == Shape::Map {
        return block(into, kind, field, sink);
    }
    let extras = (field.shape() == Shape::Node).then(|| extras(kind, field, &EXTRAS, sink));
    let before = into.len();
    for item in field.items() {
        if item.shape() == Shape::Map {
            block(into, kind, item, sink);
        } else if let Some(target) = text(item, sink) {
            into.push(plain(kind, target));
        }
    }
    extras.into_iter().for_each(|extras| extras.give(&mut into[before..]));
    if into.len() == before && field.shape() == Shape::Node && field.items().next().is_none() {
        wrong_type(field, "the targets that it asks for", sink);
    }
}

fn block(into: &mut Vec<Request>, kind: Kind, item: Node<'_>, sink: &mut Sink) {
    let extras = extras(kind, item, &["target", "why", "optional", "as"], sink);
    match item.field("target").map(|target| text(target, sink)) {
        Some(Some(target)) => {
            into.push(plain(kind, target));
            let last = into.len() - 1;
            extras.give(&mut into[last..]);
        }
        Some(None) => {}
        None => wrong_type(item, "a block with `target`", sink),
    }
}

impl Extras {
    /// Most are of one request, which gets them as they are.
    fn give(self, requests: &mut [Request]) {
        let Extras { optional, reason, mount } = self;
        let Some((last, others)) = requests.split_last_mut() else { return };
        for other in others {
            (other.optional, other.reason, other.mount) = (optional, reason.clone(), mount.clone());
        }
        (last.optional, last.reason, last.mount) = (optional, reason, mount);
    }
}

fn extras(kind: Kind, node: Node<'_>, known: &[&str], sink: &mut Sink) -> Extras {
    let mut extras = Extras::default();
    for field in node.fields() {
        match field.key().unwrap_or_default() {
            "why" => extras.reason = text(field, sink).map(Claim::from),
            "as" => extras.mount = mount(kind, field, sink),
            "optional" => extras.optional = boolean(field, sink).is_some_and(|flag| flag.value),
            "target" if known.contains(&"target") => {}
            _ => unknown_field(field, "a request", known.iter().copied(), sink),
        }
    }
    extras
}

/// Where a plugin sees a folder: a path, and of a folder.
fn mount(kind: Kind, field: Node<'_>, sink: &mut Sink) -> Option<Claim<String>> {
    let written = text(field, sink)?;
    let path = &written.value;
    if !matches!(kind, Kind::FsRead | Kind::FsWrite | Kind::FsMkdir) {
        let found = Diagnostic::new(Code::IdleField, field.key_span(), format!("`as` says nothing of `{kind}`"));
        sink.add(found.help("leave it out").note("only folders are seen under a path"));
        return None;
    }
    let is_path = !path.trim().is_empty() && path.len() <= LONGEST_MOUNT && !path.contains(|c: char| c.is_control());
    if !is_path || path.split('/').any(|segment| segment == "..") {
        let shown: String = path.chars().take(80).collect();
        let message = format!("`{}` is no path to see a folder under", shown.escape_debug());
        let found = Diagnostic::new(Code::BadPattern, written.span, message);
        sink.add(found.help("write a path without `..`, as in `/texts`"));
        return None;
    }
    Some(written.into())
}

/// How many requests one plugin may make: each is compared with others, and people are asked about them.
const MOST_REQUESTS: usize = 4096;

/// Reports requests that are too many, and leaves them out: there is no plan, and nothing is to be compared with them.
pub(super) fn bounded(requests: &mut Vec<Request>, sink: &mut Sink) {
    if let Some(first) = requests.get(MOST_REQUESTS) {
        too_many(first.span, requests.len(), sink);
        requests.clear();
    }
}

/// Whether lists that are combined, each of one with each of the others, stand for as many requests as there may be.
pub(super) fn combine(node: Node<'_>, lengths: &[usize], sink: &mut Sink) -> bool {
    let all = lengths.iter().fold(1_usize, |all, length| all.saturating_mul(*length));
    if all > MOST_REQUESTS {
        too_many(node.key_span(), all, sink);
    }
    all <= MOST_REQUESTS
}

fn too_many(span: Span, count: usize, sink: &mut Sink) {
    let message = format!("these are {count} requests, and a plugin makes at most {MOST_REQUESTS}");
    let found = Diagnostic::new(Code::TooManyRequests, span, message);
    sink.add(found.help("say it with fewer: one pattern such as `*.example.com` or `/plugins/**` covers many"));
}

/// A required request without a reason.
pub(super) fn plain(kind: Kind, target: Spanned<String>) -> Request {
    let span = target.span;
    Request { kind, target: Some(target.into()), optional: false, reason: None, mount: None, span }
}

/// A request that does not say what it is about: it asks for whatever the grants give, and a warning says so.
pub(super) fn coarse(kind: Kind, span: Span, written: &str, exact: &str, sink: &mut Sink) -> Request {
    let message = format!("`{written}` asks for `{kind}` and does not say what it is about");
    let found = Diagnostic::new(Code::CoarseRequest, span, message);
    let found =
        found.note(format!("it is read as a request for all of `{kind}`: the plugin gets what the grants name"));
    sink.add(found.help(format!("say it exactly, as in `{exact}`")));
    Request { kind, target: None, optional: false, reason: None, mount: None, span }
}

/// A request for each text of a list; an empty list asks for nothing.
pub(super) fn listed(into: &mut Vec<Request>, kind: Kind, node: Node<'_>, sink: &mut Sink) {
    if matches!(node.scalar(), Some((Scalar::Null, _))) {
        return;
    }
    into.extend(crate::lower::texts(node, sink).into_iter().map(|target| plain(kind, target)));
}

/// One request where a design says yes or no.
pub(super) fn flagged(into: &mut Vec<Request>, kind: Kind, target: &str, node: Node<'_>, sink: &mut Sink) {
    if boolean(node, sink).is_some_and(|flag| flag.value) {
        into.push(plain(kind, Spanned::new(target.to_owned(), node.span())));
    }
}

#[cfg(test)]
mod tests {
    use ambit_schema::capability::Kinds;

    use super::permission::FAMILIES;

    #[test]
    fn no_kind_is_called_as_a_family_is() {
        assert!(FAMILIES.iter().all(|(word, _)| Kinds::default().find(word).is_none()));
        // Those of a host have a dot.
        assert!(FAMILIES.iter().all(|(word, _)| !word.contains('.')));
    }
}
