//! Whom a line is about: plugins by id, by publisher, by trust tier, or by the digest of what runs. One text form serves KDL,
//! YAML and JSON.

use std::sync::Arc;

use ambit_schema::plan::Who;
use ambit_schema::set::names::NamePattern;
use ambit_schema::set::{Names, Set};

use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::Spanned;

/// Which plugins a line is about: those of `ids` that `who` covers.
#[derive(Debug, Clone)]
pub struct Subject {
    /// As written.
    pub written: Spanned<Arc<str>>,
    /// The ids it covers.
    pub ids: Set<Names>,
    /// Which of those.
    pub who: Who,
}

/// `*` alone is every plugin, what has a colon is someone that others vouch for, anything else is a name pattern over ids.
pub(super) fn subject(written: Spanned<&str>, sink: &mut Sink) -> Option<Subject> {
    // Each line has a subject of its own, and most blocks have several lines.
    let shared = || Spanned::new(Arc::from(written.value), written.span);
    if written.value == "*" {
        return Some(Subject { written: shared(), ids: Set::everything(), who: Who::Anyone });
    }
    match Who::parse(written.value) {
        Some(Ok(who)) => return Some(Subject { written: shared(), ids: Set::everything(), who }),
        Some(Err(error)) => {
            let help = "write `publisher:acme`, `trust:verified`, `digest:sha256:` and 64 hexadecimal digits, or an id";
            bad(&written, &error.0, help, sink);
            return None;
        }
        None => {}
    }
    let ids = ids(&written, sink)?;
    Some(Subject { written: shared(), ids, who: Who::Anyone })
}

/// The ids that a pattern covers.
pub(super) fn ids(written: &Spanned<&str>, sink: &mut Sink) -> Option<Set<Names>> {
    if written.value == "*" {
        return Some(Set::everything());
    }
    match written.value.parse::<NamePattern>() {
        Ok(pattern) => Some(Set::one(pattern)),
        Err(error) => {
            let help = "write a plugin's id, a pattern such as `org.example.*`, or `*` for every plugin";
            bad(written, &error.to_string(), help, sink);
            None
        }
    }
}

fn bad(written: &Spanned<&str>, why: &str, help: &str, sink: &mut Sink) {
    let message = format!("`{}` cannot name plugins: {why}", written.value.escape_debug());
    sink.add(Diagnostic::new(Code::BadPattern, written.span, message).help(help));
}
