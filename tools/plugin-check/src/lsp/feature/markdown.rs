//! Markdown for editors. Comes in: words of ours and texts of users. Goes out: Markdown in which a text of a user is a code span
//! and nothing else, whatever it says.

use ambit_compiler::source::Span;
use ambit_schema::plan::Place;
use lsp_types::{Hover, MarkupContent, MarkupKind};

use super::past;
use crate::lsp::view::View;
use crate::render::visible;

/// How long a text of a user may be that is shown, in characters.
const LONGEST: usize = 120;

/// A text of a user as a code span.
pub(crate) fn code(text: &str) -> String {
    let mut text: String = visible(text).replace(['\n', '\r'], " ");
    if text.chars().count() > LONGEST {
        text = text.chars().take(LONGEST).chain("…".chars()).collect();
    }
    if text.trim().is_empty() {
        return format!("`\"{text}\"`");
    }
    match text.contains('`') {
        true => format!("`` {} ``", text.replace("``", "` `")),
        false => format!("`{text}`"),
    }
}

/// A line of a text, as a link where the client can follow it.
pub(crate) fn line(view: &View, place: &Place) -> String {
    let shown = visible(&format!("{}:{}", place.path, place.line)).replace(['[', ']', '`'], "_");
    let uri = past::file(view, &place.path).and_then(|file| view.uri(file));
    match uri {
        Some(uri) => format!("[{shown}]({}#L{})", uri.as_str().replace([' ', '(', ')'], "_"), place.line),
        None => shown,
    }
}

/// A list of at most so many, and how many more there are.
pub(crate) fn some(all: &[String], most: usize) -> String {
    let mut text = all.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    if all.len() > most {
        text.push_str(&format!(" and {} more", all.len() - most));
    }
    text
}

/// Paragraphs as a hover of a stretch of text.
pub(crate) fn hover(view: &View, span: Span, paragraphs: &[String]) -> Option<Hover> {
    let said: Vec<&str> = paragraphs.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    let contents = MarkupContent { kind: MarkupKind::Markdown, value: said.join("\n\n") };
    (!said.is_empty()).then(|| Hover { contents: contents.into(), range: Some(view.range(span)) })
}
