//! The family words of the designs: `filesystem`, `environment`, `database`, `events`, `system`, `communication`, `api`, and
//! `network` in a room of its own. Each takes what its design writes: a word, a list of words, or a block. Coarse words ask
//! for whatever the grants give and are warned about; empty lists ask for nothing.

use ambit_schema::capability::Kind;
use ambit_schema::limits::{Quota, Unit};

use super::declare::idle;
use super::network::network;
use super::request::{coarse, combine, flagged, listed, plain};
use super::{Claim, Request};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{Spanned, block_once, boolean, did_you_mean, integer, limit, texts, unknown_field, wrong_type};
use crate::syntax::{Node, Scalar, Shape};

type Read = fn(&mut Vec<Request>, Node<'_>, &mut Sink);

/// THE TABLE of family words.
pub(super) const FAMILIES: [(&str, Read); 8] = [
    ("filesystem", filesystem),
    ("network", network),
    ("environment", environment),
    ("database", database),
    ("events", events),
    ("system", system),
    ("communication", communication),
    ("api", api),
];

/// How a family word is read.
pub(super) fn family(word: &str) -> Option<Read> {
    FAMILIES.iter().find(|(known, _)| *known == word).map(|(_, read)| *read)
}

/// The quotas that stand among permissions: family, field, and the quota that it asks for.
const LIMITS: [(&str, &str, Quota); 3] = [
    ("filesystem", "max_file_size", Quota::FileSize),
    ("network", "max_connections", Quota::Connections),
    ("communication", "max_message_size", Quota::MessageSize),
];

/// What permissions say of quotas. A bare number of bytes is read as such, with a warning; `null` is no limit.
pub(super) fn limits(node: Node<'_>, sink: &mut Sink) -> Vec<(Quota, Claim<u64>)> {
    let mut found = vec![];
    for (family, key, quota) in LIMITS {
        let of_family = node.fields().filter(|field| field.key() == Some(family));
        let said = of_family.filter_map(|family| family.field(key));
        for field in said.filter(|field| !matches!(field.scalar(), Some((Scalar::Null, _)))) {
            let assumed = Some(quota.unit().scale()[0].0).filter(|_| quota.unit() == Unit::Bytes);
            found.extend(limit(field, quota, assumed, sink).map(|value| (quota, value.into())));
        }
    }
    found
}

/// A word and the coarse requests that it stands for, each with its exact form.
pub(super) type Word = (&'static str, &'static [(Kind, &'static str)]);

const READ: (Kind, &str) = (Kind::FsRead, "fs.read \"./data/\"");
const WRITE: (Kind, &str) = (Kind::FsWrite, "fs.write \"./data/\"");

const FILESYSTEM: &[Word] = &[
    ("read-only", &[READ]),
    ("read-write", &[READ, WRITE]),
    ("read", &[READ]),
    ("write", &[WRITE]),
    ("none", &[]),
    ("deny", &[]),
];

fn filesystem(into: &mut Vec<Request>, node: Node<'_>, sink: &mut Sink) {
    words(into, FILESYSTEM, node, sink);
    let mut write_paths = vec![];
    for field in node.fields() {
        match field.key().unwrap_or_default() {
            "read" | "read_paths" => listed(into, Kind::FsRead, field, sink),
            "write" | "write_paths" => {
                write_paths = texts(field, sink);
                into.extend(write_paths.iter().cloned().map(|target| plain(Kind::FsWrite, target)));
            }
            "temp_access" => flagged(into, Kind::FsTemp, "private", field, sink),
            // The one is a quota, and the other is about all of them.
            "max_file_size" | "create_directories" => {}
            _ => unknown_field(field, "`filesystem`", FILESYSTEM_KEYS.into_iter(), sink),
        }
    }
    let creates = node.field("create_directories");
    if let Some(flag) = creates.and_then(|field| boolean(field, sink)).filter(|flag| flag.value) {
        let span = flag.span;
        let has_paths = ["write", "write_paths"].into_iter().any(|key| node.field(key).is_some());
        creates.filter(|_| !has_paths).into_iter().for_each(|field| idle(field, "write_paths", sink));
        into.extend(write_paths.into_iter().map(|path| plain(Kind::FsMkdir, Spanned::new(path.value, span))));
    }
}

const FILESYSTEM_KEYS: [&str; 7] =
    ["read", "write", "read_paths", "write_paths", "temp_access", "max_file_size", "create_directories"];

fn environment(into: &mut Vec<Request>, node: Node<'_>, sink: &mut Sink) {
    listed(into, Kind::EnvRead, node, sink);
}

const DATABASE: &[Word] = &[
    ("read", &[(Kind::DbRead, "db.read \"forms\"")]),
    ("write", &[(Kind::DbWrite, "db.write \"forms\"")]),
    ("execute", &[(Kind::DbExecute, "db.execute \"refresh\"")]),
];

fn database(into: &mut Vec<Request>, node: Node<'_>, sink: &mut Sink) {
    words(into, DATABASE, node, sink);
    lists(
        into,
        &[("read", Kind::DbRead), ("write", Kind::DbWrite), ("execute", Kind::DbExecute)],
        "`database`",
        node,
        sink,
    );
}

const EVENTS: &[Word] = &[
    ("subscribe", &[(Kind::EventSubscribe, "event.subscribe \"form.saved\"")]),
    ("publish", &[(Kind::EventPublish, "event.publish \"form.checked\"")]),
];

fn events(into: &mut Vec<Request>, node: Node<'_>, sink: &mut Sink) {
    words(into, EVENTS, node, sink);
    lists(into, &[("subscribe", Kind::EventSubscribe), ("publish", Kind::EventPublish)], "`events`", node, sink);
}

fn system(into: &mut Vec<Request>, node: Node<'_>, sink: &mut Sink) {
    for field in block_once(node, "a block", sink) {
        match field.key().unwrap_or_default() {
            "env_vars" => listed(into, Kind::EnvRead, field, sink),
            "spawn_processes" => {
                if let Some(flag) = boolean(field, sink).filter(|flag| flag.value) {
                    let exact = "process.spawn \"git log **\"";
                    into.push(coarse(Kind::ProcessSpawn, flag.span, "spawn_processes", exact, sink));
                }
            }
            "max_threads" => threads(field, sink),
            "system_time" => {
                ["wall", "monotonic"].into_iter().for_each(|clock| flagged(into, Kind::ClockRead, clock, field, sink));
            }
            _ => {
                let known = ["env_vars", "spawn_processes", "max_threads", "system_time"];
                unknown_field(field, "`system`", known.into_iter(), sink);
            }
        }
    }
}

/// Every tier gives one thread to begin with; more cannot be had, so a larger number is said and not kept.
fn threads(field: Node<'_>, sink: &mut Sink) {
    let Some(count) = integer(field, sink) else { return };
    if count.value < 1 {
        let message = format!("a plugin does not run on {} threads", count.value);
        sink.add(Diagnostic::new(Code::BadQuantity, count.span, message).help("write `1`, or leave it out"));
    } else if count.value > 1 {
        let message = format!("`max_threads` of {} is not given: a plugin has one thread", count.value);
        let found = Diagnostic::new(Code::UnenforcedLimit, count.span, message);
        sink.add(found.help("write `1`, or leave it out").fix(count.span, "1"));
    }
}

fn communication(into: &mut Vec<Request>, node: Node<'_>, sink: &mut Sink) {
    for field in block_once(node, "a block", sink) {
        match field.key().unwrap_or_default() {
            "allowed_plugins" => listed(into, Kind::MessageSend, field, sink),
            "host_communication" => flagged(into, Kind::MessageSend, "host", field, sink),
            "max_message_size" => {}
            _ => {
                let known = ["allowed_plugins", "host_communication", "max_message_size"];
                unknown_field(field, "`communication`", known.into_iter(), sink);
            }
        }
    }
}

/// `api: {endpoints: [...], methods: [...]}` as a permission: which routes may be registered.
fn api(into: &mut Vec<Request>, node: Node<'_>, sink: &mut Sink) {
    let list = |key: &str, sink: &mut Sink| node.field(key).map(|field| texts(field, sink));
    let methods = list("methods", sink).map(|methods| methods.into_iter().map(|method| method.value).collect());
    let methods: Vec<String> = methods.unwrap_or_else(|| vec!["*".to_owned()]);
    if let (Some(methods), None) = (node.field("methods"), node.field("endpoints")) {
        idle(methods, "endpoints", sink);
    }
    let paths = list("endpoints", sink).unwrap_or_default();
    let fits = combine(node, &[paths.len(), methods.len()], sink);
    for path in paths.into_iter().filter(|_| fits) {
        let routes = methods.iter().map(|method| format!("{method} {}", path.value));
        into.extend(routes.map(|route| plain(Kind::HttpServe, Spanned::new(route, path.span))));
    }
    let fields = block_once(node, "a block with `endpoints`", sink);
    for field in fields.filter(|field| !matches!(field.key(), Some("endpoints" | "methods"))) {
        unknown_field(field, "`api`", ["endpoints", "methods"].into_iter(), sink);
    }
}

/// Coarse words, alone or in a list.
pub(super) fn words(into: &mut Vec<Request>, known: &[Word], node: Node<'_>, sink: &mut Sink) {
    if node.shape() == Shape::Map {
        return;
    }
    for item in node.items() {
        let Some((word, span)) = item.string() else {
            wrong_type(item, "a word", sink);
            continue;
        };
        match known.iter().find(|(name, _)| *name == word) {
            Some((_, requests)) => {
                into.extend(requests.iter().map(|(kind, exact)| coarse(*kind, span, word, exact, sink)));
            }
            None => {
                let message = format!("`{}` takes no `{word}`", node.key().unwrap_or_default());
                let found = Diagnostic::new(Code::WrongType, span, message);
                sink.add(did_you_mean(found, span, word, known.iter().map(|(name, _)| *name)));
            }
        }
    }
}

fn lists(into: &mut Vec<Request>, known: &[(&str, Kind)], block: &str, node: Node<'_>, sink: &mut Sink) {
    for field in node.fields() {
        match known.iter().find(|(key, _)| field.key() == Some(key)) {
            Some((_, kind)) => listed(into, *kind, field, sink),
            None => unknown_field(field, block, known.iter().map(|(key, _)| *key), sink),
        }
    }
}
