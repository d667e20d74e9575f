//! Our own stable text of findings, for snapshots: source and message together. Characters that cannot be seen are escaped,
//! long lines are cut around what they are about. Deliberately absent: what a terminal shows; that is `plugin-check`'s.

use std::fmt::Write;

use ambit_compiler::diag::{Diagnostic, Label, Safety};
use ambit_compiler::source::{Sources, Span};

/// How much of a line is shown, in characters.
const WIDTH: usize = 110;

/// All findings, one after another.
#[must_use]
pub fn findings(sources: &Sources, found: &[Diagnostic]) -> String {
    if found.is_empty() {
        return "no findings\n".to_owned();
    }
    found.iter().map(|found| finding(sources, found)).collect::<Vec<_>>().join("\n")
}

/// One finding, with the text it is about, what decided it and what to do.
#[must_use]
pub fn finding(sources: &Sources, found: &Diagnostic) -> String {
    let code = found.code;
    let mut text = format!(
        "{} {}[{}] {}\n",
        place(sources, found.primary.span),
        code.severity().word(),
        code.id(),
        plain(&found.message)
    );
    text.push_str(&excerpt(sources, &found.primary));
    for label in &found.secondary {
        let _ = writeln!(text, "  = because {} {}", place(sources, label.span), plain(&label.text));
        text.push_str(&excerpt(sources, &Label { text: String::new(), ..label.clone() }));
    }
    if let Some(help) = &found.help {
        let _ = writeln!(text, "  = help: {}", plain(help));
    }
    for note in &found.notes {
        let _ = writeln!(text, "  = note: {}", plain(note));
    }
    let edits = found.fix.iter().flat_map(|fix| fix.edits.iter().map(move |edit| (fix.safety, edit)));
    for (safety, edit) in edits {
        let word = if safety == Safety::Safe { "fix" } else { "unsafe fix" };
        let (at, old) = (place(sources, edit.span), plain(sources.slice(edit.span)));
        let _ = writeln!(text, "  = {word}: {at} `{old}` becomes `{}`", plain(&edit.text));
    }
    text
}

/// `path:line:column`.
#[must_use]
pub fn place(sources: &Sources, span: Span) -> String {
    let position = sources.position(span);
    format!("{}:{}:{}", sources.get(span.file).path(), position.line, position.column)
}

fn excerpt(sources: &Sources, label: &Label) -> String {
    let position = sources.position(label.span);
    let line: Vec<char> = sources.get(label.span.file).line(position.line).chars().collect();
    let start = (position.column as usize - 1).min(line.len());
    let covered = sources.slice(label.span).lines().next().unwrap_or_default().chars().count();
    let end = (start + covered).min(line.len());
    let from = if line.len() > WIDTH { start.saturating_sub(WIDTH / 3) } else { 0 };
    let to = line.len().min(from + WIDTH);
    let part = |range: &[char]| plain(&range.iter().collect::<String>());
    let (before, marked, after) =
        (part(&line[from..start]), part(&line[start..end.min(to)]), part(&line[end.min(to)..to]));
    let (cut_before, cut_after) = (if from > 0 { "…" } else { "" }, if to < line.len() { "…" } else { "" });
    let indent = " ".repeat(cut_before.chars().count() + before.chars().count());
    let carets = "^".repeat(marked.chars().count().max(1));
    let said = plain(&label.text);
    format!("  | {cut_before}{before}{marked}{after}{cut_after}\n  | {indent}{carets} {said}").trim_end().to_owned()
        + "\n"
}

/// Text in which everything can be seen.
fn plain(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    text.chars().map(|c| if hidden(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}
