//! Characters that make a text look like another. Comes in: the whole text. Goes out: a diagnostic for every run of code
//! points that the section "Disallowed Literal Code Points" forbids or that no one can see, in names, strings and comments
//! alike. Deliberately absent: KDL's newlines, which the grammar allows, and characters that escapes bring in.

use super::super::hidden;
use super::table;
use crate::source::{FileId, Span};
use crate::syntax::Report;

/// Reports hidden characters. A mark of byte order at the start is none.
pub(super) fn check(file: FileId, text: &str, report: &mut Report<'_>) {
    if !may_hide(text.as_bytes()) {
        return;
    }
    let (mut last, skip) = (0, usize::from(text.starts_with('\u{FEFF}')));
    for (at, character) in text.char_indices().skip(skip).filter(|(at, character)| is_hidden(text, *at, *character)) {
        let end = at + character.len_utf8();
        if at != last {
            let span = Span::new(file, at, end);
            report.add(hidden::found(span, character).fix(span, ""));
        }
        last = end;
        if report.is_spent() {
            return;
        }
    }
}

fn is_hidden(text: &str, at: usize, character: char) -> bool {
    hidden::is_hidden(character) && table::newline(text.as_bytes().get(at..).unwrap_or_default()) == 0
}

/// Whether any byte can belong to a hidden character. Written without branches, because every text is asked.
pub(super) fn may_hide(bytes: &[u8]) -> bool {
    let any_suspect = |chunk: &[u8]| chunk.iter().fold(false, |any, byte| any | is_suspect(*byte));
    let (chunks, rest) = bytes.as_chunks::<64>();
    chunks.iter().any(|chunk| any_suspect(chunk)) || any_suspect(rest)
}

/// Whether a hidden character can begin with this byte.
fn is_suspect(byte: u8) -> bool {
    let control = (byte < 0x20) & !(0x09..=0x0D).contains(&byte) | (byte == 0x7F);
    let first = (byte == 0xC2) | (byte == 0xD8) | (byte == 0xE1) | (byte == 0xE2) | (byte == 0xEF) | (byte == 0xF3);
    control | first
}

#[cfg(test)]
mod tests {
    use super::{is_hidden, may_hide};

    #[test]
    fn no_hidden_character_begins_with_another_byte() {
        for character in '\0'..=char::MAX {
            let text = character.to_string();
            assert!(may_hide(text.as_bytes()) || !is_hidden(&text, 0, character), "{character:?}");
        }
    }
}
