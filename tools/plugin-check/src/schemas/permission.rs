//! The forms of requests: by kind of right, and by the family words of other designs. Goes out: JSON Schema.

use ambit_schema::limits::Unit;
use serde_json::{Map, Value, json};

use super::form::{self, Bare, flag, integer, kinds, listed, quantity, reference, words};

/// A block of requests; an empty list says that there are none.
pub(super) fn requests() -> Value {
    let targets = json!({"anyOf": [
        {"type": "string"},
        reference("request"),
        {"type": "array", "items": {"anyOf": [{"type": "string"}, reference("request")]}},
    ]});
    json!({"anyOf": [kinds(&targets, families()), {"type": "array", "maxItems": 0}]})
}

/// One target with what is said of it.
pub(super) fn request() -> Value {
    let mut form = fields(&[
        ("target", said(form::text(), "required; what is asked for, as a pattern of its kind")),
        ("why", said(form::text(), "the reason, for whoever is asked")),
        ("optional", said(flag(), "whether the plugin works without it")),
        ("as", said(form::text(), "of folders: the path under which the plugin sees it")),
    ]);
    form["required"] = json!(["target"]);
    form
}

fn said(mut form: Value, says: &str) -> Value {
    form["description"] = says.into();
    form
}

fn families() -> Map<String, Value> {
    let all = [
        ("filesystem", said(filesystem(), "files, in the words of other designs")),
        ("network", said(network(), "places to connect to and to listen at, in the words of other designs")),
        ("environment", said(listed(), "names of variables")),
        ("database", said(coarse(&["read", "write", "execute"]), "databases, in the words of other designs")),
        ("events", said(coarse(&["subscribe", "publish"]), "events, in the words of other designs")),
        ("system", said(system(), "variables, programs and clocks, in the words of other designs")),
        ("communication", said(communication(), "messages, in the words of other designs")),
        (
            "api",
            said(fields(&[("endpoints", reference("texts")), ("methods", reference("texts"))]), "routes to answer"),
        ),
    ];
    all.into_iter().map(|(key, form)| (key.to_owned(), form)).collect()
}

fn filesystem() -> Value {
    let block = fields(&[
        ("read", listed()),
        ("write", reference("texts")),
        ("read_paths", listed()),
        ("write_paths", reference("texts")),
        ("temp_access", flag()),
        ("max_file_size", unenforced(Unit::Bytes)),
        ("create_directories", flag()),
    ]);
    json!({"anyOf": [words(["read-only", "read-write", "read", "write", "none", "deny"]), block]})
}

fn network() -> Value {
    let ports = json!({"anyOf": [integer(None, None), {"type": "array", "items": integer(None, None)}]});
    let block = fields(&[
        ("outbound", reference("texts")),
        ("inbound", flag()),
        ("allowed_domains", reference("texts")),
        ("allowed_ports", ports),
        ("max_connections", unenforced(Unit::Count)),
        ("require_https", flag()),
        ("can_listen", flag()),
    ]);
    let endpoint = json!({"type": "string", "pattern": "://"});
    json!({"anyOf": [
        words(["allow", "outbound", "inbound", "deny", "none"]),
        endpoint, {"type": "array", "items": endpoint},
        block,
    ]})
}

/// Words, or a block with a list for each.
fn coarse(known: &[&str]) -> Value {
    let block: Vec<(&str, Value)> = known.iter().map(|word| (*word, listed())).collect();
    json!({"anyOf": [words(known.iter().copied()), fields(&block)]})
}

fn system() -> Value {
    fields(&[
        ("env_vars", listed()),
        ("spawn_processes", flag()),
        ("max_threads", integer(Some(1), None)),
        ("system_time", flag()),
    ])
}

fn communication() -> Value {
    fields(&[
        ("allowed_plugins", listed()),
        ("host_communication", flag()),
        ("max_message_size", unenforced(Unit::Bytes)),
    ])
}

/// A limit that a design knows and nothing enforces, or nothing.
fn unenforced(unit: Unit) -> Value {
    let bare = if unit == Unit::Count { Bare::Refused } else { Bare::Read };
    json!({"anyOf": [{"type": "null"}, quantity(unit, bare)]})
}

fn fields(fields: &[(&str, Value)]) -> Value {
    form::block(fields.iter().map(|(key, form)| ((*key).to_owned(), form.clone())).collect::<Map<_, _>>())
}
