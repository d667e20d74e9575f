//! Findings for people: the message, the text it is about with what decided it, help and notes. Comes in: a diagnostic. Goes
//! out: text in colour. Lines are not wrapped: a terminal does that, and a path stays in one piece.

use std::fmt;

use ambit_compiler::diag::{Diagnostic, Label, Severity};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use super::excerpt::Excerpt;
use super::{paint, visible};
use crate::load::Workspace;

/// How many labels of one finding are drawn. The rest is counted.
const MOST_LABELS: usize = 12;

/// One finding, and an empty line behind it.
#[must_use]
pub fn one(workspace: &Workspace, found: &Diagnostic) -> String {
    let report = Report::new(workspace, found);
    let mut text = String::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode())
        .with_context_lines(1)
        .with_wrap_lines(false)
        .with_urls(false);
    // Writing to a `String` cannot fail, and an excerpt has every line that a label of it is on.
    if handler.render_report(&mut text, &report).is_err() {
        text = super::short::one(workspace, found);
    }
    let help = found.help.iter().map(|help| ("help", help));
    let left_out = (found.secondary.len() + 1).saturating_sub(MOST_LABELS);
    if left_out > 0 {
        text.push_str(&format!("  and {left_out} more places\n"));
    }
    for (word, said) in help.chain(found.notes.iter().map(|note| ("note", note))) {
        text.push_str(&format!("  {} {}\n", paint::cyan(&format!("{word}:")), visible(said)));
    }
    text.push('\n');
    text
}

/// A diagnostic as miette draws it.
#[derive(Debug)]
struct Report {
    code: String,
    message: String,
    severity: Severity,
    excerpt: Excerpt,
    labels: Vec<LabeledSpan>,
}

impl Report {
    fn new(workspace: &Workspace, found: &Diagnostic) -> Self {
        let labels: Vec<&Label> = std::iter::once(&found.primary).chain(&found.secondary).take(MOST_LABELS).collect();
        let spans: Vec<_> = labels.iter().map(|label| label.span).collect();
        let excerpt = Excerpt::new(&workspace.sources, &spans, |path| visible(&workspace.shown(path)));
        let labels = labels.iter().enumerate().map(|(at, label)| {
            let span = excerpt.locate(&workspace.sources, label.span);
            let text = Some(visible(&label.text)).filter(|text| !text.is_empty());
            match at {
                0 => LabeledSpan::new_primary_with_span(text, span),
                _ => LabeledSpan::new_with_span(text, span),
            }
        });
        Report {
            code: format!("{}[{}] {}", found.severity.word(), found.code.id(), found.code.name()),
            message: visible(&found.message),
            severity: found.severity,
            labels: labels.collect(),
            excerpt,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

#[cfg(test)]
mod tests {
    use ambit_compiler::diag::{Code, Diagnostic};
    use ambit_compiler::source::Span;

    use crate::load::Workspace;
    use crate::render::short;

    /// Two texts, and the text of a finding without its colours.
    fn drawn(manifest: &str, grants: &str, find: impl Fn(Span, Span) -> Diagnostic) -> String {
        let mut workspace = Workspace::in_memory();
        let a = workspace.sources.add("plugins/a/plugin.kdl", manifest.as_bytes());
        let b = workspace.sources.add("grants.kdl", grants.as_bytes());
        let found = find(Span::new(a, 0, manifest.len()), Span::new(b, 0, grants.len()));
        anstream::adapter::strip_str(&super::one(&workspace, &found)).to_string()
    }

    fn part(span: Span, start: usize, end: usize) -> Span {
        Span::new(span.file, start, end)
    }

    #[test]
    fn a_finding_shows_the_claim_and_in_its_own_file_the_grant() {
        let text = drawn(
            "id \"a\"\ncapabilities {\n    fs.read \"./in/\"\n}\n",
            "deny \"*\" {\n    fs.read \"./\"\n}\n",
            |a, b| {
                let found = Diagnostic::new(Code::DeniedRequest, part(a, 34, 41), "`a` needs to read `./in`")
                    .label("asked for here");
                found.because(part(b, 23, 27), "denied here").help("narrow the deny").note("deny beats allow")
            },
        );
        let expected = "\
error[G002] denied-request

  × `a` needs to read `./in`
   ╭─[plugins/a/plugin.kdl:3:13]
 2 │ capabilities {
 3 │     fs.read \"./in/\"
   ·             ───┬───
   ·                ╰── asked for here
 4 │ }
   ╰────
   ╭─[grants.kdl:2:13]
 1 │ deny \"*\" {
 2 │     fs.read \"./\"
   ·             ──┬─
   ·               ╰── denied here
 3 │ }
   ╰────
  help: narrow the deny
  note: deny beats allow

";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_drives_a_terminal_is_spelled_out_wherever_it_comes_from() {
        let text = drawn("a \"\u{1b}[2J\u{202e}\"\n", "", |a, _| {
            let found = Diagnostic::new(Code::WrongType, part(a, 3, 11), "\u{1b}[31m").label("\u{9b}1m");
            found.help("\u{7f}").note("\u{2066}")
        });
        assert!(text.contains("1 │ a \"\\u{1b}[2J\\u{202e}\""), "{text}");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}' && c != '\u{2066}'), "{text:?}");
    }

    #[test]
    fn spans_at_and_past_the_end_are_drawn() {
        for text in ["", "a", "a\n", "é", "a\r\n\r\n"] {
            for start in 0..=text.len() + 2 {
                for end in start..=text.len() + 3 {
                    drawn(text, "", |a, b| {
                        Diagnostic::new(Code::EmptyFile, part(a, start, end), "m").label("l").because(b, "b")
                    });
                }
            }
        }
    }

    #[test]
    fn of_a_long_line_the_part_around_the_label_is_shown() {
        let long = format!("a {} needle {}\n", "x".repeat(5_000), "y".repeat(5_000));
        let text = drawn(&long, "", |a, _| Diagnostic::new(Code::WrongType, part(a, 5_003, 5_009), "m").label("here"));
        assert!(text.contains("plugins/a/plugin.kdl:1:5004") && text.contains(" needle "), "{text}");
        assert!(text.lines().all(|line| line.chars().count() < 200), "{text}");
    }

    #[test]
    fn labels_far_apart_and_close_by_share_no_line() {
        let manifest: String = (1..=40).map(|line| format!("line{line:02}\n")).collect();
        let line = |a: Span, number: usize| part(a, (number - 1) * 7, (number - 1) * 7 + 6);
        let text = drawn(&manifest, "", |a, _| {
            let found = Diagnostic::new(Code::DuplicateKey, line(a, 30), "m").label("again");
            found.because(line(a, 3), "first").because(line(a, 6), "near").because(line(a, 40), "last")
        });
        let shown: Vec<&str> = text.lines().filter_map(|line| line.split("│ line").nth(1)).collect();
        assert_eq!(shown, ["02", "03", "04", "05", "06", "07", "29", "30", "31", "39", "40"]);
    }

    #[test]
    fn the_short_form_is_one_line() {
        let mut workspace = Workspace::in_memory();
        let file = workspace.sources.add("plugins/\u{1b}/plugin.kdl", b"a\nb\n".as_slice());
        let found = Diagnostic::new(Code::BareNumber, Span::new(file, 2, 3), "two\nlines");
        assert_eq!(short::one(&workspace, &found), "plugins/\\u{1b}/plugin.kdl:2:1: warning[M008]: two\\nlines\n");
    }
}
