//! Lists in which one thing stands once. Comes in: a [`Node`]. Goes out: texts, each once.

use std::collections::BTreeMap;

use ambit_schema::set::MAX_TERMS;

use super::passage::again;
use super::{Spanned, few_differ, texts};
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::Span;
use crate::syntax::Node;

/// Makes room for so many more. Most lists are filled at once, and those have none to spare then.
pub(crate) fn make_room<T>(list: &mut Vec<T>, more: usize) {
    if list.is_empty() { list.reserve_exact(more) } else { list.reserve(more) }
}

/// Whether patterns are few enough to be decided about together; else that is reported.
pub fn are_few(count: usize, span: Span, sink: &mut Sink) -> bool {
    if count > MAX_TERMS {
        let message = format!("these are {count} patterns, and {MAX_TERMS} is the most that is decided about together");
        sink.add(Diagnostic::new(Code::TooManyPatterns, span, message).help(WITH_FEWER));
    }
    count <= MAX_TERMS
}

/// What to do about too many patterns.
pub(crate) const WITH_FEWER: &str =
    "say it with fewer: one pattern such as `*.example.com` or `org.acme.**` covers many";

/// One text or a list of them; what stands there again is reported and left out.
pub fn texts_once(node: Node<'_>, sink: &mut Sink) -> Vec<Spanned<String>> {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    let mut written = texts(node, sink);
    if few_differ(&written, |text| &text.value) {
        return written;
    }
    written.retain(|text| match seen.get(&text.value) {
        Some(first) => {
            again(&text.value, text.span, *first, sink);
            false
        }
        None => seen.insert(text.value.clone(), text.span).is_none(),
    });
    written
}
