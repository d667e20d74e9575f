//! The texts a compilation is about. Comes in: paths and bytes that the caller read. Goes out: [`Sources`], which owns
//! them and turns a [`Span`] into a line and a column. Deliberately absent: any way to open a file.

mod lines;

use std::ops::Range;
use std::sync::Arc;

use lines::Lines;

/// The texts of one compilation, in the order they were added.
#[derive(Debug, Default, Clone)]
pub struct Sources {
    /// Shared, because whoever compiles while somebody writes keeps the texts as they were.
    files: Vec<Arc<Source>>,
}

/// One text and where its lines start.
#[derive(Debug, Clone)]
pub struct Source {
    path: Arc<str>,
    /// What was given, where it is not UTF-8.
    raw: Option<Arc<[u8]>>,
    text: Arc<str>,
    /// Whether a column is a count of bytes.
    is_ascii: bool,
    lines: Lines,
}

/// Names one text of a [`Sources`]. Holding one proves nothing about another `Sources`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A stretch of one text, in bytes; `start <= end`. Always present: a diagnostic without a place does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A line and a column as editors count them: both from 1, the column in Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl Sources {
    /// Adds a text. `path` is what diagnostics and plans call it: relative, with `/`. Bytes that are not UTF-8 are kept
    /// for hashing and shown with replacement characters; [`Source::is_utf8`] tells.
    pub fn add(&mut self, path: impl Into<String>, bytes: impl AsRef<[u8]>) -> FileId {
        self.push(Source::new(path.into(), bytes))
    }

    /// Adds a text that was made elsewhere, such as on another thread.
    pub fn push(&mut self, source: impl Into<Arc<Source>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(source.into());
        id
    }

    /// Puts another text in the place of one. Spans of the old one mean nothing any more.
    pub fn replace(&mut self, id: FileId, bytes: impl AsRef<[u8]>) {
        if let Some(file) = self.files.get_mut(id.0 as usize) {
            *file = Arc::new(Source::new(Arc::clone(&file.path), bytes));
        }
    }

    /// The texts that were added before one. Their ids stay what they are.
    #[must_use]
    pub fn before(&self, id: FileId) -> Sources {
        Sources { files: self.files.iter().take(id.0 as usize).cloned().collect() }
    }

    /// The text behind an id.
    #[must_use]
    pub fn get(&self, id: FileId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// The same; `None`: it was added later, to a copy of these.
    #[must_use]
    pub fn find(&self, id: FileId) -> Option<&Source> {
        self.files.get(id.0 as usize).map(|file| &**file)
    }

    /// The same, for those who keep it.
    #[must_use]
    pub fn shared(&self, id: FileId) -> &Arc<Source> {
        &self.files[id.0 as usize]
    }

    /// Puts a text that was kept in the place of one. Spans of the old one mean nothing any more.
    pub fn restore(&mut self, id: FileId, source: Arc<Source>) {
        if let Some(file) = self.files.get_mut(id.0 as usize) {
            *file = source;
        }
    }

    /// How many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Every text with its id, in the order added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(at, file)| (FileId(u32::try_from(at).unwrap_or(u32::MAX)), &**file))
    }

    /// The user's own text under a span.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.file).slice(span.range())
    }

    /// Where a span starts.
    #[must_use]
    pub fn position(&self, span: Span) -> Position {
        self.get(span.file).position(span.start)
    }
}

impl Source {
    /// A text and its path, as [`Sources::add`] takes them.
    pub fn new(path: impl Into<Arc<str>>, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        let (text, raw): (Arc<str>, _) = match std::str::from_utf8(bytes) {
            Ok(text) => (text.into(), None),
            Err(_) => (String::from_utf8_lossy(bytes).into(), Some(bytes.into())),
        };
        Source { path: path.into(), raw, is_ascii: text.is_ascii(), lines: Lines::of(&text), text }
    }

    /// What diagnostics and plans call this text.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The same, for those who keep it.
    #[must_use]
    pub fn shared_path(&self) -> &Arc<str> {
        &self.path
    }

    /// The bytes as they were given.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.raw.as_deref().unwrap_or(self.text.as_bytes())
    }

    /// The text that spans index.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Whether the bytes were UTF-8.
    #[must_use]
    pub fn is_utf8(&self) -> bool {
        self.raw.is_none()
    }

    /// The text under a byte range, widened to character boundaries and cut at the end.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> &str {
        let start = self.text.floor_char_boundary(range.start);
        let end = self.text.ceil_char_boundary(range.end.max(start));
        &self.text[start..end]
    }

    /// Line and column of a byte offset; an offset past the end is the end.
    #[must_use]
    pub fn position(&self, at: u32) -> Position {
        self.within_line(at).0
    }

    /// The same, and the text of that line with its end.
    #[must_use]
    pub fn around(&self, at: u32) -> (Position, &str) {
        let (position, start) = self.within_line(at);
        (position, &self.text[start..self.end_of(start, position.line - 1)])
    }

    fn within_line(&self, at: u32) -> (Position, usize) {
        let at = self.text.len().min(at as usize);
        let before = self.lines.before(&self.text, at);
        let start = self.lines.start(&self.text, at, before);
        let column = if self.is_ascii { at - start } else { self.slice(start..at).chars().count() };
        (Position { line: before + 1, column: offset(column) + 1 }, start)
    }

    /// How many lines there are; an empty text has one.
    #[must_use]
    pub fn lines(&self) -> u32 {
        self.lines.before(&self.text, self.text.len()) + 1
    }

    /// The first byte of a line (from 1); past the last line, the end of the text.
    #[must_use]
    pub fn line_start(&self, line: u32) -> u32 {
        offset(self.start_of(line))
    }

    fn start_of(&self, line: u32) -> usize {
        let before = line.max(1) - 1;
        if before == 0 { 0 } else { self.lines.past(&self.text, before).unwrap_or(self.text.len()) }
    }

    /// The text of a line (from 1), without its end.
    #[must_use]
    pub fn line(&self, line: u32) -> &str {
        self.line_from(self.start_of(line), line.max(1) - 1)
    }

    /// What stands in a line (from 1) from a column (from 1, in characters) on, without blanks at the end.
    #[must_use]
    pub fn rest_of_line(&self, line: u32, column: u32) -> Range<usize> {
        let (start, line) = (self.line_start(line) as usize, self.line(line));
        let before: usize = line.chars().take(column.max(1) as usize - 1).map(char::len_utf8).sum();
        start + before..start + line.trim_end().len().max(before)
    }

    fn end_of(&self, start: usize, before: u32) -> usize {
        self.lines.next(&self.text, start, before).unwrap_or(self.text.len())
    }

    /// The line that starts at `start`, before which so many end.
    fn line_from(&self, start: usize, before: u32) -> &str {
        let end = self.end_of(start, before);
        let said = self.text.as_bytes()[start..end].iter().rposition(|byte| !matches!(byte, b'\n' | b'\r'));
        &self.text[start..said.map_or(start, |last| start + last + 1)]
    }
}

impl Span {
    /// A span from byte `start` to byte `end` of `file`.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Span { file, start: offset(start), end: offset(end.max(start)) }
    }

    /// The bytes covered.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// From the start of `self` to the end of `last`.
    #[must_use]
    pub fn to(self, last: Span) -> Span {
        Span { file: self.file, start: self.start.min(last.start), end: self.end.max(last.end) }
    }
}

/// Texts are at most 1 MiB when they are parsed, so offsets fit; anything longer saturates.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
