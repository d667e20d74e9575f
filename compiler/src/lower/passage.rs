//! Texts for people, which rules read and nothing else does. Comes in: a [`Node`]. Goes out: where the text stands; a copy of it only
//! where it is no stretch of its source. Deliberately absent: what is said of such a text.

use std::collections::BTreeMap;

use super::{few_differ, text_items, word};
use crate::diag::{Code, Diagnostic, Fix, Sink};
use crate::source::{Sources, Span};
use crate::syntax::{Node, Scalar, Text};

/// A text that stands in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Where, with its quotes.
    pub span: Span,
    said: Said,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    /// These bytes of the source.
    Here(u32, u32),
    /// What escapes in it mean is not there.
    Decoded(Box<str>),
}

impl Passage {
    /// The text, from the sources that its span is about.
    #[must_use]
    pub fn read<'s>(&'s self, sources: &'s Sources) -> &'s str {
        self.within(sources.get(self.span.file).text())
    }

    fn within<'s>(&'s self, source: &'s str) -> &'s str {
        match &self.said {
            Said::Here(start, end) => source.get(*start as usize..*end as usize).unwrap_or_default(),
            Said::Decoded(text) => text,
        }
    }

    /// What was read as a text before.
    #[must_use]
    pub fn of(text: super::Spanned<String>) -> Self {
        Passage { span: text.span, said: Said::Decoded(text.value.into()) }
    }
}

/// A text that stays where it is.
pub fn passage(node: Node<'_>, sink: &mut Sink) -> Option<Passage> {
    // Most are said by one stretch of the source and nothing beside it.
    if let Some((Text::Source(start, end), span)) = node.lone_text() {
        return Some(Passage { span, said: Said::Here(start, end) });
    }
    let written = word(node, sink)?;
    let said = match node.scalar() {
        Some((Scalar::String(Text::Source(start, end)), _)) => Said::Here(start, end),
        _ => Said::Decoded(written.value.into()),
    };
    Some(Passage { span: written.span, said })
}

/// One such text or a list of them.
pub fn passages(node: Node<'_>, sink: &mut Sink) -> Vec<Passage> {
    let items = text_items(node, sink);
    let mut found = Vec::with_capacity(node.items().count());
    found.extend(items.filter_map(|item| passage(item, sink)));
    found
}

/// The same; what stands there again is reported and left out.
pub fn passages_once(node: Node<'_>, sink: &mut Sink) -> Vec<Passage> {
    let mut written = passages(node, sink);
    let source = node.source();
    if few_differ(&written, |text| text.within(source)) {
        return written;
    }
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    written.retain(|text| {
        let said = text.within(source);
        let first = seen.get(said).copied();
        match first {
            Some(first) => again(said, text.span, first, sink),
            None => drop(seen.insert(said.to_owned(), text.span)),
        }
        first.is_none()
    });
    written
}

/// Reports what stands in a list that it is in already.
pub(super) fn again(text: &str, span: Span, first: Span, sink: &mut Sink) {
    let message = format!("`{}` is there twice", text.escape_debug());
    let found = Diagnostic::new(Code::RepeatedItem, span, message).because(first, "first here");
    sink.add(found.help("remove the second").fix_with(Fix::safe("remove the second").remove(span)));
}
