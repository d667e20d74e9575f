//! Where lines of the last plan stand now. Comes in: a place of the plan, or a stretch of a text. Goes out: the other. Between the
//! two lies whatever was written since; what was written over is nowhere.

use ambit_compiler::source::{FileId, Source, Span};
use ambit_schema::plan::Place;

use crate::lsp::moved::moved;
use crate::lsp::view::View;

/// Where a line of the plan stands now: from the place that the plan has to the end of the word there.
pub(crate) fn now(view: &View, place: &Place) -> Option<Span> {
    let file = file(view, &place.path)?;
    let was = view.whole()?.source(file)?;
    let start = offset(was, place)?;
    let end = start + word(was.text().get(start as usize..).unwrap_or_default());
    let then = Span { file, start, end };
    match was.text() == view.source(file).text() {
        true => Some(then),
        false => moved(was.text(), view.text(file), then),
    }
}

/// The place of the plan that stands here now.
pub(crate) fn then(view: &View, span: Span) -> Option<Place> {
    let was = view.whole()?.source(span.file)?;
    let now = view.source(span.file);
    let then = if was.text() == now.text() { span } else { moved(now.text(), was.text(), span)? };
    let at = was.position(then.start);
    Some(Place { path: was.shared_path().clone(), line: at.line, column: at.column })
}

/// The text of a path of the plan.
pub(crate) fn file(view: &View, path: &str) -> Option<FileId> {
    view.file(&view.base().join(path))
}

/// The byte at a place.
fn offset(source: &Source, place: &Place) -> Option<u32> {
    let line = source.line(place.line);
    let before: usize = line.chars().take(place.column.max(1) as usize - 1).map(char::len_utf8).sum();
    (place.line <= source.lines()).then(|| source.line_start(place.line) + u32::try_from(before).unwrap_or_default())
}

/// How long the word at the start of a text is, quotes included.
fn word(rest: &str) -> u32 {
    let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
    let length = match quote {
        Some(quote) => rest.get(1..).and_then(|rest| rest.find([quote, '\n'])).map_or(rest.len(), |at| at + 2),
        None => rest.find(|c: char| c.is_whitespace() || ",;{}[]()".contains(c)).unwrap_or(rest.len()),
    };
    u32::try_from(rest.floor_char_boundary(length.min(rest.len()))).unwrap_or_default()
}
