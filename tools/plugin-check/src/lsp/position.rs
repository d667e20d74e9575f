//! Places as editors count them. Comes in: a text, spans in bytes, and what client and server agreed to count. Goes out: ranges
//! of the protocol, and back. Deliberately absent: any opinion about what stands there.

use std::borrow::Cow;

use ambit_compiler::source::Source;
use line_index::{LineCol, LineIndex, TextSize, WideEncoding, WideLineCol};
use lsp_types::{Position, PositionEncodingKind, Range};

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of two bytes, as every client can.
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The best that the client offers; what every client can, where it offers nothing.
    pub(crate) fn agreed(offered: Option<&[PositionEncodingKind]>) -> Self {
        let offers = |kind: &PositionEncodingKind| offered.is_some_and(|offered| offered.contains(kind));
        match () {
            () if offers(&PositionEncodingKind::UTF8) => Encoding::Utf8,
            () if offers(&PositionEncodingKind::UTF16) || offered.is_none() => Encoding::Utf16,
            () if offers(&PositionEncodingKind::UTF32) => Encoding::Utf32,
            () => Encoding::Utf16,
        }
    }

    /// Its word in the protocol.
    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn wide(self) -> Option<WideEncoding> {
        match self {
            Encoding::Utf8 => None,
            Encoding::Utf16 => Some(WideEncoding::Utf16),
            Encoding::Utf32 => Some(WideEncoding::Utf32),
        }
    }
}

/// The lines of one text.
#[derive(Debug)]
pub(crate) struct Lines<'t> {
    index: LineIndex,
    text: &'t str,
    encoding: Encoding,
}

impl<'t> Lines<'t> {
    /// The lines of a text. It has at most 4 GiB.
    pub(crate) fn new(text: &'t str, encoding: Encoding) -> Self {
        Lines { index: LineIndex::new(&ended(text)), text, encoding }
    }

    /// The lines of a text.
    pub(crate) fn of(source: &'t Source, encoding: Encoding) -> Self {
        Lines::new(source.text(), encoding)
    }

    /// Where a byte stands; one past the end is the end, one inside of a character its first.
    pub(crate) fn position(&self, at: u32) -> Position {
        let at = self.text.floor_char_boundary(at as usize);
        let at = TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
        let Some(place) = self.index.try_line_col(at) else { return Position::new(0, 0) };
        let wide = self.encoding.wide().and_then(|encoding| self.index.to_wide(encoding, place));
        wide.map_or(Position::new(place.line, place.col), |wide| Position::new(wide.line, wide.col))
    }

    /// Where a stretch of bytes stands.
    pub(crate) fn range(&self, start: u32, end: u32) -> Range {
        Range { start: self.position(start), end: self.position(end.max(start)) }
    }

    /// The byte at a place. A column past the end of its line is that end, as the protocol has it; a line past the last is
    /// `None`.
    pub(crate) fn offset(&self, place: Position) -> Option<u32> {
        let line = self.index.line(place.line)?;
        let start = usize::from(line.start());
        let text = self.text.get(start..usize::from(line.end()))?;
        let text = text.trim_end_matches(['\n', '\r']);
        let column = self.column(place, text);
        let within = text.floor_char_boundary(column as usize);
        u32::try_from(start + within).ok()
    }

    /// A column in bytes.
    fn column(&self, place: Position, line: &str) -> u32 {
        // A line has at most as many units as bytes.
        let column = place.character.min(u32::try_from(line.len()).unwrap_or(u32::MAX));
        let Some(encoding) = self.encoding.wide() else { return column };
        let units = match encoding {
            WideEncoding::Utf16 => line.encode_utf16().count(),
            _ => line.chars().count(),
        };
        let col = column.min(u32::try_from(units).unwrap_or(u32::MAX));
        let wide = WideLineCol { line: place.line, col };
        self.index.to_utf8(encoding, wide).map_or(column, |LineCol { col, .. }| col)
    }
}

/// The protocol ends lines at a lone CR too. It is as long as what the index knows.
fn ended(text: &str) -> Cow<'_, str> {
    let is_lone = |(at, byte): (usize, u8)| byte == b'\r' && text.as_bytes().get(at + 1) != Some(&b'\n');
    if !text.bytes().enumerate().any(is_lone) {
        return Cow::Borrowed(text);
    }
    let mut done = String::with_capacity(text.len());
    for (at, part) in text.char_indices() {
        done.push(if part == '\r' && text.as_bytes().get(at + 1) != Some(&b'\n') { '\n' } else { part });
    }
    Cow::Owned(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str, encoding: Encoding) -> Vec<(u32, u32)> {
        let lines = Lines::new(text, encoding);
        let boundaries = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        let place = |at: usize| {
            let place = lines.position(u32::try_from(at).unwrap_or_default());
            (place.line, place.character)
        };
        boundaries.map(place).collect()
    }

    #[test]
    fn columns_count_what_was_agreed() {
        let text = "aß𝄞z";
        assert_eq!(places(text, Encoding::Utf8), [(0, 0), (0, 1), (0, 3), (0, 7), (0, 8)]);
        assert_eq!(places(text, Encoding::Utf16), [(0, 0), (0, 1), (0, 2), (0, 4), (0, 5)]);
        assert_eq!(places(text, Encoding::Utf32), [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4)]);
    }

    #[test]
    fn every_place_leads_back() {
        for text in ["", "a", "a\r\nß\n", "𝄞\r𝄞\n\nx", "\r", "\n\r", "é́\u{2028}z\r\n"] {
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                let lines = Lines::new(text, encoding);
                let inside = |at: &usize| !text[*at..].starts_with('\n') || !text[..*at].ends_with('\r');
                for at in text.char_indices().map(|(at, _)| at).chain([text.len()]).filter(inside) {
                    let at = u32::try_from(at).unwrap_or_default();
                    assert_eq!(lines.offset(lines.position(at)), Some(at), "{text:?} {encoding:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_out_of_bounds_is_the_end_of_its_line_or_nothing() {
        let lines = Lines::new("aß\r\nb", Encoding::Utf16);
        assert_eq!(lines.offset(Position::new(0, 99)), Some(3));
        assert_eq!(lines.offset(Position::new(1, u32::MAX)), Some(6));
        assert_eq!(lines.offset(Position::new(2, 0)), None);
        assert_eq!(lines.position(99), Position::new(1, 1));
        // The middle of a pair is the character that it is of.
        assert_eq!(Lines::new("𝄞", Encoding::Utf16).offset(Position::new(0, 1)), Some(0));
    }
}
