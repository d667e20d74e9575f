//! Which characters a text may have to be read straight from its bytes. Comes in: a text. Goes out: whether none of them can mean
//! anything but itself. Deliberately absent: what is wrong with a text that has others.

use crate::syntax::hidden;

/// Whether a text has only characters that are seen as what they are, no tab, and no carriage return but before a line feed.
pub(super) fn is_certain(text: &str) -> bool {
    is_ascii(text) || is_unicode(text)
}

/// Whole pieces are looked at before the answer: a loop that may end at each byte takes several times as long.
fn is_ascii(text: &str) -> bool {
    let certain = |byte: &u8| matches!(byte, b' '..=b'~') | (*byte == b'\n');
    let all_certain = |piece: &[u8]| piece.iter().fold(true, |all, byte| all & certain(byte));
    let (pieces, rest) = text.as_bytes().as_chunks::<64>();
    pieces.iter().all(|piece| all_certain(piece)) && all_certain(rest)
}

fn is_unicode(text: &str) -> bool {
    let mut after_return = false;
    let is_certain = text.chars().all(|c| {
        let is_end = !after_return || c == '\n';
        after_return = c == '\r';
        is_end && !matches!(c, '\t' | '\u{FFFE}' | '\u{FFFF}') && !hidden::is_hidden(c)
    });
    is_certain && !after_return
}

#[cfg(test)]
mod tests {
    use super::is_certain;
    use crate::syntax::hidden;

    #[test]
    fn plain_text_without_tabs_is_certain() {
        let plain = (0..=u8::MAX).map(|byte| char::from(byte).to_string()).filter(|text| hidden::is_plain_text(text));
        let uncertain: Vec<String> = plain.filter(|text| !is_certain(text)).collect();
        assert_eq!(uncertain, ["\t"]);
    }

    #[test]
    fn only_what_is_seen_is_certain() {
        assert!(is_certain("a: b\r\n# ü 💻\n"));
        assert!(is_certain(""));
        for text in ["\t", "a\rb", "a\r", "\r\r\n", "\u{FEFF}a", "\u{85}", "\u{FFFE}", "\u{0}", "\u{2028}", "\u{7F}"] {
            assert!(!is_certain(text), "{text:?}");
        }
    }
}
