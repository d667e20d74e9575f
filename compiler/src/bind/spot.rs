//! Where lines stand, and how they are written. Comes in: a span. Goes out: its place and its line, as a plan keeps them.

use std::sync::Arc;

use ambit_schema::plan::Place;

use crate::source::{Position, Source, Sources, Span};

/// How many characters of a line the plan keeps.
const MAX_LINE: usize = 160;

/// Where a span is, as the plan keeps it.
#[must_use]
pub fn spot(sources: &Sources, span: Span) -> Place {
    let source = sources.get(span.file);
    placed(source, source.position(span.start))
}

/// A line without its end and the blanks around it. Only what begins or ends with something rare needs a closer look.
fn trimmed(line: &str) -> &str {
    let line = line.trim_ascii();
    match line.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => line,
        _ => line.trim(),
    }
}

/// A span as the plan keeps it: where, and the user's own line, cut to a readable length.
#[must_use]
pub fn place(sources: &Sources, span: Span) -> (Place, String) {
    let source = sources.get(span.file);
    let (position, line) = source.around(span.start);
    let line = trimmed(line);
    // Only a line that has more bytes than that can have more characters.
    let cut = || line.char_indices().nth(MAX_LINE).map_or(line.len(), |(at, _)| at);
    let end = if line.len() <= MAX_LINE { line.len() } else { cut() };
    (placed(source, position), line[..end].to_owned())
}

fn placed(source: &Source, position: Position) -> Place {
    Place { path: Arc::clone(source.shared_path()), line: position.line, column: position.column }
}
