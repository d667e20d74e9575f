//! Routes, which are kept as paths. Comes in: a method and a path as people write them, or a set of such paths. Goes out: the one as
//! the other.

use super::CapTextError;
use crate::set::{Paths, PatternError, Set};

/// `POST /a` is kept as the path `/POST/a`, so that one algebra serves both.
pub(super) fn route_path(text: &str) -> Result<String, CapTextError> {
    let (method, path) = text.split_once(' ').unwrap_or(("*", text));
    let known = method == "*" || !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
    if !known || !path.starts_with('/') {
        let message = "it is no route".to_owned();
        let help = "write a method in capitals and a path, as in `POST /webhook`, or `* /webhook` for every method";
        return Err(CapTextError { at: 0, message, help });
    }
    // As a path it would be left out, and what is left may be no route.
    if path.split('/').any(|part| part == ".") {
        let message = "a route has no part that is `.`".to_owned();
        return Err(CapTextError { at: 0, message, help: "leave it out: requests are compared as they are written" });
    }
    Ok(format!("/{method}{path}"))
}

/// An error in the path of a route, counted in the text as it was written: without a method, two bytes stand before it.
pub(super) fn in_route<T>(text: &str, parsed: Result<T, PatternError>) -> Result<T, PatternError> {
    let added = if text.contains(' ') { 0 } else { "/*".len() };
    parsed.map_err(|error| PatternError { at: error.at.saturating_sub(added).min(text.len()), kind: error.kind })
}

/// A route that someone could write: with a method that HTTP has, where the set holds one.
pub(super) fn route_witness(set: &Set<Paths>) -> Option<String> {
    const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    let by = |method: &str| Some(set.intersect(&Set::one(format!("/{method}/").parse().ok()?)));
    let common = METHODS.iter().find_map(|method| by(method)?.witness());
    common.or_else(|| set.witness()).map(|member| show_route(&member.to_string()))
}

/// `/POST/a` is shown as `POST /a`.
pub(super) fn show_route(text: &str) -> String {
    text.split(", ").map(one_route).collect::<Vec<_>>().join(", ")
}

pub(super) fn one_route(route: &str) -> String {
    match route.strip_prefix('/').and_then(|rest| rest.split_once('/')) {
        Some((method, path)) => format!("{method} /{path}"),
        None => route.to_owned(),
    }
}
