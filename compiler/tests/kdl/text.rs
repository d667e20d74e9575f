//! Spells strings in KDL. Comes in: a string. Goes out: an identifier where it can be one, a quoted string otherwise.

use std::fmt::Write;

/// Bare if it can be, otherwise quoted.
pub(crate) fn print_text(text: &str, out: &mut String) {
    if is_bare(text) {
        out.push_str(text);
        return;
    }
    out.push('"');
    escape(text, out);
    out.push('"');
}

/// What stands between quotes for this text.
pub(crate) fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{C}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other if must_escape(other) => write!(out, "\\u{{{:x}}}", u32::from(other)).unwrap(),
            other => out.push(other),
        }
    }
}

/// Control characters, newlines, and what the section "Disallowed Literal Code Points" lists.
pub(crate) fn must_escape(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn is_bare(text: &str) -> bool {
    let keyword = ["true", "false", "null", "inf", "-inf", "nan"].contains(&text);
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let number = unsigned.strip_prefix('.').unwrap_or(unsigned).starts_with(|first: char| first.is_ascii_digit());
    let clean = |character: char| {
        !character.is_whitespace() && !must_escape(character) && !"(){}[]/\\\"#;=".contains(character)
    };
    !text.is_empty() && !keyword && !number && text.chars().all(clean)
}
