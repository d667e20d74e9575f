//! The lines that a diagnostic is about. Comes in: labels, in whatever files. Goes out: an [`Excerpt`], which holds a few
//! lines around each label, escaped and cut, and answers as one source whose pieces know their file and line. Spans are cut
//! to their first line and to what is shown of it, so that nothing here can point past the end of a text.

use ambit_compiler::source::{FileId, Sources, Span};
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::escape;

/// How many characters of one line are shown.
const WIDTH: usize = 160;

/// How many characters of a cut line stand before its label.
const BEFORE: usize = 40;

/// Lines of texts, one behind the other.
#[derive(Debug)]
pub(super) struct Excerpt {
    text: String,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    file: FileId,
    /// How its file is shown.
    name: String,
    /// From 1.
    number: u32,
    /// First byte in the excerpt.
    start: usize,
    /// Where its characters stand: their byte in the source and in the excerpt, and one past the last.
    characters: Vec<(u32, usize)>,
    /// The column of its first character that is shown, from 1.
    first_column: u32,
}

impl Excerpt {
    /// The lines of `labels` and one line around each; the first label's file first.
    pub(super) fn new(sources: &Sources, labels: &[Span], name: impl Fn(&str) -> String) -> Self {
        let first = labels.first().map(|label| label.file);
        let mut wanted: Vec<(bool, FileId, u32)> = vec![];
        for label in labels {
            let at = sources.position(*label).line;
            let last = sources.get(label.file).lines();
            let lines = at.saturating_sub(1).max(1)..=(at + 1).min(last);
            wanted.extend(lines.map(|line| (Some(label.file) != first, label.file, line)));
        }
        wanted.sort_unstable();
        wanted.dedup();
        let mut excerpt = Excerpt { text: String::new(), lines: vec![] };
        for (_, file, number) in wanted {
            excerpt.add(sources, file, number, labels, &name);
        }
        excerpt
    }

    /// Adds a line. Of a long one, the part around its first label is shown.
    fn add(&mut self, sources: &Sources, file: FileId, number: u32, labels: &[Span], name: &impl Fn(&str) -> String) {
        let source = sources.get(file);
        let (from, line) = (source.line_start(number), source.line(number));
        let here = labels.iter().filter(|label| label.file == file && sources.position(**label).line == number);
        let label = here.map(|label| label.start.saturating_sub(from)).min().unwrap_or(0) as usize;
        let before = line[..line.floor_char_boundary(label)].chars().count();
        let is_long = line.chars().nth(WIDTH).is_some();
        let skip = if is_long { before.saturating_sub(BEFORE) } else { 0 };
        let start = self.text.len();
        if skip > 0 {
            self.text.push('…');
        }
        let mut characters = vec![];
        let mut rest = line.char_indices().skip(skip);
        for (at, c) in rest.by_ref().take(WIDTH) {
            characters.push((from + offset(at), self.text.len()));
            match c {
                '\t' => self.text.push(c),
                _ => escape::push(&mut self.text, c),
            }
        }
        let next = rest.next();
        characters.push((from + offset(next.map_or(line.len(), |(at, _)| at)), self.text.len()));
        if next.is_some() {
            self.text.push('…');
        }
        self.text.push('\n');
        let first_column = offset(skip) + 1;
        self.lines.push(Line { file, name: name(source.path()), number, start, characters, first_column });
    }

    /// Where a span stands in the excerpt: on its first line only.
    pub(super) fn locate(&self, sources: &Sources, span: Span) -> SourceSpan {
        let number = sources.position(span).line;
        let line = self.lines.iter().find(|line| line.file == span.file && line.number == number);
        line.map_or((0, 0), |line| {
            let (start, end) = (line.find(span.start), line.find(span.end));
            (start, end.saturating_sub(start))
        })
        .into()
    }

    /// The index of the line that an offset of the excerpt is on.
    fn line_at(&self, at: usize) -> usize {
        self.lines.partition_point(|line| line.start <= at).saturating_sub(1)
    }

    /// Whether two lines follow each other in one file.
    fn follows(&self, index: usize) -> bool {
        let (line, next) = (&self.lines[index], &self.lines[index + 1]);
        line.file == next.file && line.number + 1 == next.number
    }

    fn end(&self, index: usize) -> usize {
        self.lines.get(index + 1).map_or(self.text.len(), |next| next.start)
    }
}

impl Line {
    /// A byte of the source as a byte of the excerpt; before and behind what is shown, its ends.
    fn find(&self, at: u32) -> usize {
        let after = self.characters.partition_point(|(source, _)| *source < at);
        self.characters.get(after).or(self.characters.last()).map_or(self.start, |(_, here)| *here)
    }

    fn column(&self, at: usize) -> usize {
        let before = self.characters.iter().filter(|(_, here)| *here < at).count();
        self.first_column as usize - 1 + before
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        if self.lines.is_empty() || end > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let (mut first, mut last) =
            (self.line_at(span.offset()), self.line_at(end.saturating_sub(1).max(span.offset())));
        if !(first..last).all(|line| self.follows(line)) {
            return Err(MietteError::OutOfBounds);
        }
        let at = &self.lines[first];
        let column = if before == 0 { at.column(span.offset()) } else { 0 };
        let name = at.name.clone();
        for _ in 0..before {
            first -= usize::from(first > 0 && self.follows(first - 1));
        }
        for _ in 0..after {
            last += usize::from(last + 1 < self.lines.len() && self.follows(last));
        }
        let start = if before == 0 { span.offset() } else { self.lines[first].start };
        let bytes = &self.text.as_bytes()[start..self.end(last)];
        let line = self.lines[first].number as usize - 1;
        let found =
            MietteSpanContents::new_named(name, bytes, (start, bytes.len()).into(), line, column, last - first + 1);
        Ok(Box::new(found))
    }
}

/// Texts are at most a little longer than 1 MiB here.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
