//! Lists in which one thing stands once. Comes in: a [`Node`]. Goes out: texts, each once.

use std::collections::BTreeMap;

use super::{Spanned, texts};
use crate::diag::{Code, Diagnostic, Fix, Sink};
use crate::source::Span;
use crate::syntax::Node;

/// One text or a list of them; what stands there again is reported and left out.
pub fn texts_once(node: Node<'_>, sink: &mut Sink) -> Vec<Spanned<String>> {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    let mut written = texts(node, sink);
    written.retain(|text| match seen.get(&text.value) {
        Some(first) => {
            let message = format!("`{}` is there twice", text.value.escape_debug());
            let found = Diagnostic::new(Code::RepeatedItem, text.span, message).because(*first, "first here");
            sink.add(found.help("remove the second").fix_with(Fix::safe("remove the second").remove(text.span)));
            false
        }
        None => seen.insert(text.value.clone(), text.span).is_none(),
    });
    written
}
