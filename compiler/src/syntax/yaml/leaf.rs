//! Scalars and where they stand. Comes in: a scalar event. Goes out: its text, as a stretch of the source wherever it can
//! be one, and its value. Deliberately absent: whether a scalar may be where it is.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use granit_parser::{ScalarStyle, Tag};

use super::schema;
use crate::source::{FileId, Span};
use crate::syntax::hidden;
use crate::syntax::tree::{Builder, Scalar, Text};

/// Where an event stands, in bytes.
pub(super) struct At {
    pub(super) range: Range<usize>,
    pub(super) tag: Option<Range<usize>>,
}

/// The text that is read.
pub(super) struct Page<'t> {
    pub(super) file: FileId,
    pub(super) text: &'t Arc<str>,
}

/// A scalar.
pub(super) struct Leaf<'t, 'e> {
    pub(super) value: Cow<'t, str>,
    pub(super) tag: Option<&'e Tag>,
    pub(super) at: At,
    /// Without quotes, and in no block.
    plain: bool,
}

impl At {
    pub(super) fn of(span: &granit_parser::Span) -> Self {
        let tag = span.tag_span().and_then(|tag| tag.byte_range());
        At { range: span.byte_range().unwrap_or_default(), tag }
    }
}

impl<'t, 'e> Leaf<'t, 'e> {
    /// The library writes a missing value as `~` and says that it stands nowhere.
    pub(super) fn new(value: Cow<'t, str>, style: ScalarStyle, tag: Option<&'e Tag>, at: At) -> Self {
        let plain = style == ScalarStyle::Plain;
        let value = if plain && at.range.is_empty() { Cow::Borrowed("") } else { value };
        Leaf { value, tag, at, plain }
    }

    /// Whether there is nothing written.
    pub(super) fn is_missing(&self) -> bool {
        self.plain && self.value.is_empty()
    }

    /// Whether this is YAML 1.1's merge key.
    pub(super) fn is_merge(&self) -> bool {
        self.plain && self.value == "<<"
    }

    /// The value; nothing if its tag is not of the core schema, or does not fit.
    pub(super) fn resolve(&self, text: Text) -> Option<Scalar> {
        match self.tag {
            None if self.plain => Some(schema::plain(&self.value, text)),
            None => Some(Scalar::String(text)),
            Some(tag) => schema::tagged(tag.core_suffix()?, &self.value, text),
        }
    }

    /// Where the text is: in the source, or among those that the tree decoded.
    pub(super) fn text(&self, page: &Page<'_>, tree: &mut Builder) -> Text {
        self.written(page).map_or_else(|| tree.decoded(&self.value), Builder::source)
    }

    /// The same for the first text of a tree that is yet to be made: decoded texts start at 0.
    pub(super) fn first_text(&self, page: &Page<'_>) -> Text {
        let end = u32::try_from(self.value.len()).unwrap_or(u32::MAX);
        self.written(page).map_or(Text::Decoded(0, end), Builder::source)
    }

    /// The stretch of the source that is the value letter by letter: the whole scalar, or what is between its quotes.
    fn written(&self, page: &Page<'_>) -> Option<Range<usize>> {
        let Range { start, end } = self.at.range;
        let inner = start + 1..end.saturating_sub(1);
        [start..end, inner].into_iter().find(|range| page.text.get(range.clone()) == Some(&*self.value))
    }
}

impl<'t> Page<'t> {
    pub(super) fn slice(&self, range: &Range<usize>) -> &'t str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// A stretch as messages quote it.
    pub(super) fn shown(&self, range: &Range<usize>) -> String {
        hidden::visible(self.slice(range))
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    /// What is written from `start` to the end of its line.
    pub(super) fn line(&self, start: usize) -> Range<usize> {
        let line = self.slice(&(start..self.text.len())).lines().next().unwrap_or_default();
        let end = start + line.trim_end().len();
        end - line.trim().len()..end
    }

    /// Without the line ends that belong to a block scalar. A missing value stands behind the `:` that it is missing from.
    pub(super) fn trimmed(&self, at: &At) -> Range<usize> {
        let Range { start, end } = at.range;
        if start == end && self.text[start..].starts_with(':') {
            return start + 1..start + 1;
        }
        start..start + self.slice(&at.range).trim_end_matches([' ', '\t', '\n', '\r']).len()
    }
}
