//! What would change, as `patch` and people read it. Comes in: two texts. Goes out: a unified diff.

use similar::TextDiff;

use crate::render::{paint, visible};

/// A unified diff with three lines around each change; nothing where the texts are the same. `shown` makes every line safe
/// for a terminal; a diff that is applied has to have the lines as they are.
#[must_use]
pub fn unified(path: &str, old: &str, new: &str, shown: bool) -> String {
    let diff = TextDiff::from_lines(old, new);
    let plain = diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string();
    if shown { plain.split_inclusive('\n').map(coloured).collect() } else { plain }
}

fn coloured(line: &str) -> String {
    let (text, end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
    let text = visible(text);
    let text = match text.as_bytes().first() {
        Some(b'+') => paint::green(&text),
        Some(b'-') => paint::red(&text),
        Some(b'@') => paint::cyan(&text),
        _ => text,
    };
    format!("{text}{end}")
}
