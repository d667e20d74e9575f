//! Text of users as it may be shown. Comes in: any text. Goes out: text without a character that drives a terminal, turns
//! the direction of writing, or takes no room; each is spelled out. Deliberately absent: letters that look alike.

use std::fmt::Write;

/// How much of one text is shown to people, in characters.
const MOST: usize = 600;

/// A text on one line, with hidden characters spelled out as `\u{…}`, cut where it is very long.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len().min(MOST));
    for (at, c) in text.chars().enumerate() {
        if at == MOST {
            shown.push('…');
            break;
        }
        push(&mut shown, c);
    }
    shown
}

/// Adds a character as it may be shown.
pub(super) fn push(shown: &mut String, c: char) {
    match c {
        '\t' | '\n' | '\r' => shown.extend(c.escape_default()),
        _ if is_hidden(c) => shown.extend(c.escape_unicode()),
        _ => shown.push(c),
    }
}

/// JSON text in which hidden characters stand as escapes. It says the same to whoever reads it as JSON: outside of strings
/// such characters do not occur.
#[must_use]
pub fn json_safe(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !is_hidden(c) {
            safe.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a `String` cannot fail.
            let _ = write!(safe, "\\u{unit:04x}");
        }
    }
    safe
}

/// A path as a URI: relative as it is, absolute with `file://` before it. What has a meaning in URIs is written as `%XX`.
#[must_use]
pub fn uri(path: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    let before = if path.starts_with('/') { "file://" } else { "" };
    std::iter::once(before.to_owned()).chain(path.bytes().map(one)).collect()
}

/// Characters that a reader does not see as such.
fn is_hidden(c: char) -> bool {
    match c {
        ' '..='~' => false,
        '\u{AD}' | '\u{034F}' | '\u{061C}' | '\u{180E}' | '\u{FEFF}' => true,
        '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' => true,
        '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}' => true,
        _ => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, json_safe, visible};

    #[test]
    fn what_drives_a_terminal_is_spelled_out() {
        assert_eq!(visible("a\u{1b}[31mb\u{9b}c\u{7f}"), "a\\u{1b}[31mb\\u{9b}c\\u{7f}");
        assert_eq!(visible("a\u{202e}b\u{2066}\u{200b}"), "a\\u{202e}b\\u{2066}\\u{200b}");
        assert_eq!(visible("a\tb\r\nc"), "a\\tb\\r\\nc");
        assert_eq!(visible("größe → 文字"), "größe → 文字");
    }

    #[test]
    fn very_long_text_is_cut() {
        assert_eq!(visible(&"x".repeat(MOST + 1)).chars().count(), MOST + 1);
        assert!(visible(&"x".repeat(1 << 20)).ends_with("x…"));
    }

    #[test]
    fn json_says_the_same_with_escapes() {
        let value = serde_json::Value::from("\u{1b}[31m \u{202e} \u{9b} \u{e0041} ö");
        let safe = json_safe(&value.to_string());
        assert_eq!(safe, "\"\\u001b[31m \\u202e \\u009b \\udb40\\udc41 ö\"");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
    }
}
