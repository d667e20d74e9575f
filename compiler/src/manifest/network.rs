//! The family word `network`: endpoints in a list (`postgres://localhost:5432`), the words `allow`, `deny`, `outbound`,
//! `inbound`, or a block of domains and ports. Goes out: requests for exact endpoints. A domain without a scheme is read as
//! `https`, and a warning says so.

use ambit_schema::capability::Kind;

use super::Request;
use super::declare::idle;
use super::permission::{Word, words};
use super::request::{coarse, combine, plain};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{Spanned, boolean, integer, list, texts, unknown_field};
use crate::syntax::{Node, Shape};

const CONNECT: (Kind, &str) = (Kind::NetConnect, "net.connect \"https://api.example.com\"");
const SERVE: (Kind, &str) = (Kind::HttpServe, "http.serve \"POST /webhook\"");

const WORDS: &[Word] =
    &[("allow", &[CONNECT]), ("outbound", &[CONNECT]), ("inbound", &[SERVE]), ("deny", &[]), ("none", &[])];

const KEYS: [&str; 7] =
    ["outbound", "inbound", "allowed_domains", "allowed_ports", "max_connections", "require_https", "can_listen"];

pub(super) fn network(into: &mut Vec<Request>, node: Node<'_>, sink: &mut Sink) {
    if node.items().next().is_some() && node.items().all(is_endpoint) {
        return super::request::listed(into, Kind::NetConnect, node, sink);
    }
    words(into, WORDS, node, sink);
    for field in node.fields() {
        match field.key().unwrap_or_default() {
            "outbound" => outbound(into, field, sink),
            "inbound" => serve(into, field, sink),
            "can_listen" => listen(into, field, sink),
            // A quota: `limits` of the permissions.
            "max_connections" => {}
            "allowed_domains" => domains(into, node, field, sink),
            "allowed_ports" => {
                if !ports(field, sink).is_empty() {
                    about_domains(node, field, sink);
                }
            }
            "require_https" => {
                if boolean(field, sink).is_some_and(|flag| flag.value) {
                    about_domains(node, field, sink);
                }
            }
            _ => unknown_field(field, "`network`", KEYS.into_iter(), sink),
        }
    }
}

/// Ports and schemes are those of domains.
fn about_domains(block: Node<'_>, field: Node<'_>, sink: &mut Sink) {
    if block.field("allowed_domains").is_none() {
        idle(field, "allowed_domains", sink);
    }
}

fn is_endpoint(item: Node<'_>) -> bool {
    item.shape() != Shape::Map && item.string().is_some_and(|(text, _)| text.contains("://"))
}

/// Domains, with or without a scheme.
fn outbound(into: &mut Vec<Request>, field: Node<'_>, sink: &mut Sink) {
    for target in texts(field, sink) {
        let exact = if target.value.contains("://") { target } else { assume_https(target, sink) };
        into.push(plain(Kind::NetConnect, exact));
    }
}

fn assume_https(domain: Spanned<String>, sink: &mut Sink) -> Spanned<String> {
    let exact = format!("https://{}", domain.value);
    let message = format!("`{}` says no scheme: it is read as `{exact}`", domain.value);
    let found = Diagnostic::new(Code::CoarseRequest, domain.span, message);
    sink.add(found.help(format!("write `{exact}`")));
    Spanned::new(exact, domain.span)
}

fn serve(into: &mut Vec<Request>, field: Node<'_>, sink: &mut Sink) {
    if let Some(flag) = boolean(field, sink).filter(|flag| flag.value) {
        into.push(coarse(SERVE.0, flag.span, "inbound", SERVE.1, sink));
    }
}

fn listen(into: &mut Vec<Request>, field: Node<'_>, sink: &mut Sink) {
    if let Some(flag) = boolean(field, sink).filter(|flag| flag.value) {
        into.push(coarse(Kind::NetListen, flag.span, "can_listen", "net.listen \"tcp://127.0.0.1:8080\"", sink));
    }
}

fn ports(field: Node<'_>, sink: &mut Sink) -> Vec<i64> {
    let items = list(field, "a list of ports", sink).into_iter();
    items.filter_map(|item| integer(item, sink)).map(|port| port.value).collect()
}

/// Domains × ports, by `https` alone or by `http` too. Without `allowed_ports` the schemes' own ports; an empty list of
/// ports asks for nothing.
fn domains(into: &mut Vec<Request>, block: Node<'_>, field: Node<'_>, sink: &mut Sink) {
    // Both are read where they stand too, and reported there: here what is wrong counts as the stricter of two.
    let mut reported = Sink::default();
    let secure = block.field("require_https").map(|flag| boolean(flag, &mut reported));
    let secure = secure.is_some_and(|flag| flag.is_none_or(|flag| flag.value));
    let schemes: &[&str] = if secure { &["https"] } else { &["http", "https"] };
    let ports = block.field("allowed_ports").map(|list| ports(list, &mut reported));
    let domains = texts(field, sink);
    if !combine(field, &[domains.len(), schemes.len(), ports.as_ref().map_or(1, Vec::len)], sink) {
        return;
    }
    for domain in domains {
        for scheme in schemes {
            let base = format!("{scheme}://{}", domain.value);
            let targets = match &ports {
                Some(ports) => ports.iter().map(|port| format!("{base}:{port}")).collect(),
                None => vec![base],
            };
            into.extend(targets.into_iter().map(|target| plain(Kind::NetConnect, Spanned::new(target, domain.span))));
        }
    }
}
