//! The few colours that this tool uses outside source excerpts. Comes in: text. Goes out: the same text between the escapes
//! of a colour.

/// An error, or a no.
#[must_use]
pub fn red(text: &str) -> String {
    paint("1;31", text)
}

/// A yes.
#[must_use]
pub fn green(text: &str) -> String {
    paint("1;32", text)
}

/// A word that names what follows: `help:`, `note:`.
#[must_use]
pub fn cyan(text: &str) -> String {
    paint("36", text)
}

/// A heading.
#[must_use]
pub fn bold(text: &str) -> String {
    paint("1", text)
}

fn paint(how: &str, text: &str) -> String {
    format!("\u{1b}[{how}m{text}\u{1b}[0m")
}
