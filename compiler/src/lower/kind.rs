//! Names of capability kinds. Comes in: a name as written, and all kinds that there are. Goes out: the kind, or a diagnostic
//! with the nearest name.

use ambit_schema::capability::{Kind, Kinds};

use super::{Spanned, did_you_mean};
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::Span;
use crate::syntax::Node;

/// The kind that is written here. `words` are other names that could stand in its place.
pub fn kind(written: &Spanned<&str>, kinds: &Kinds, words: &[&str], sink: &mut Sink) -> Option<Kind> {
    let found = kinds.find(written.value);
    if found.is_none() {
        let known = kinds.keys().collect::<Vec<&str>>().into_iter().chain(words.iter().copied());
        sink.add(unknown(written.value, written.span, known));
    }
    found
}

/// The kind that the key of a field names.
pub fn kind_of(field: Node<'_>, kinds: &Kinds, words: &[&str], sink: &mut Sink) -> Option<Kind> {
    kind(&Spanned::new(field.key().unwrap_or_default(), field.key_span()), kinds, words, sink)
}

fn unknown<'k>(written: &str, span: Span, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let found = Diagnostic::new(Code::UnknownCapability, span, format!("there is no capability `{written}`"));
    did_you_mean(found, span, written, known)
}
