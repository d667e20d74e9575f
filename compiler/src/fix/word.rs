//! How a text of each syntax writes a word. Comes in: what it says. Goes out: how it is written, quoted where it has to be or
//! where the word before it was.

use ambit_schema::advice;

use crate::syntax::Syntax;

/// The word in the place of another, quoted as that one is.
#[must_use]
pub fn like(syntax: Syntax, old: &str, word: &str) -> String {
    match old.starts_with(['"', '\'', '#']) {
        true => quoted(syntax, word),
        false => plain(syntax, word),
    }
}

/// The word as a key or as a text that needs no quotes if it can do without.
#[must_use]
pub fn plain(syntax: Syntax, word: &str) -> String {
    let is_plain = word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && !KEYWORDS.contains(&word.to_ascii_lowercase().as_str());
    if is_plain && syntax != Syntax::Json { word.to_owned() } else { quoted(syntax, word) }
}

/// What some reader of KDL or YAML takes for something else than text.
const KEYWORDS: [&str; 10] = ["true", "false", "null", "inf", "nan", "yes", "no", "on", "off", "y"];

/// The word in double quotes.
#[must_use]
pub fn quoted(syntax: Syntax, word: &str) -> String {
    if syntax == Syntax::Kdl {
        return advice::quoted(word);
    }
    let mut quoted = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
