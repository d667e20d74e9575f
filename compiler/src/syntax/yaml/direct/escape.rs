//! Escapes in quotes. Comes in: what stands between the quotes. Goes out: the text it means, or nothing if it has any but the usual
//! escapes. Deliberately absent: escapes by number.

use super::scalar::Style;

/// Each of them is shorter than it is written, so that no value is a stretch of the text.
pub(super) fn decoded(style: Style, text: &str) -> Option<String> {
    if style == Style::Single {
        return Some(text.replace("''", "'"));
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        decoded.push(if c == '\\' { meant(rest.next()?)? } else { c });
    }
    Some(decoded)
}

fn meant(escape: char) -> Option<char> {
    match escape {
        '\\' | '"' | '/' => Some(escape),
        'n' => Some('\n'),
        't' => Some('\t'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Style, decoded};

    #[test]
    fn usual_escapes_are_decoded() {
        assert_eq!(decoded(Style::Single, "it''s \\n").as_deref(), Some("it's \\n"));
        assert_eq!(decoded(Style::Double, r#"\"a\" \\ \/\n\t''"#).as_deref(), Some("\"a\" \\ /\n\t''"));
        for text in [r"\x41", r"\u0041", r"\0", r"\ ", r"\_", "\\"] {
            assert_eq!(decoded(Style::Double, text), None, "{text}");
        }
    }
}
