//! Findings for programs: one array, sorted by path, place and code. Its shape is promised; fields may be added.
//!
//! ```json
//! [{
//!   "code": "G001", "name": "not-granted", "severity": "error", "message": "…",
//!   "path": "plugins/a/plugin.kdl", "line": 3, "column": 13, "end_line": 3, "end_column": 20,
//!   "labels": [{"path": "…", "line": 3, "column": 13, "end_line": 3, "end_column": 20, "text": "asked for here"}],
//!   "help": "…", "notes": ["…"],
//!   "fix": {
//!     "title": "…", "safety": "safe",
//!     "edits": [{"path": "…", "line": 3, "column": 13, "end_line": 3, "end_column": 20, "text": "…"}]
//!   }
//! }]
//! ```
//!
//! Lines and columns count from 1, columns in characters; an end is one past the last character. The first label is the
//! place itself. `help` and `fix` are `null` where there is none; the edits of a fix are made together, and `unsafe` ones change
//! what is asked for or given. Texts are whole, with hidden characters as JSON escapes.

use ambit_compiler::diag::{Diagnostic, Edit, Fix, Label};
use ambit_compiler::source::Span;
use serde::Serialize;

use super::json_safe;
use crate::load::Workspace;

/// The array.
#[must_use]
pub fn all<'w>(found: impl Iterator<Item = (&'w Workspace, &'w Diagnostic)>) -> String {
    let mut found: Vec<Finding> = found.map(|(workspace, found)| finding(workspace, found)).collect();
    found.sort_by(|a, b| (&a.place, a.code, &a.message).cmp(&(&b.place, b.code, &b.message)));
    to_text(&found)
}

/// A value as indented JSON text with a line end.
pub(super) fn to_text(value: &impl Serialize) -> String {
    let mut text = json_safe(&serde_json::to_string_pretty(value).unwrap_or_default());
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Finding {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    message: String,
    #[serde(flatten)]
    place: Place,
    labels: Vec<Said>,
    help: Option<String>,
    notes: Vec<String>,
    fix: Option<Repair>,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    path: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct Repair {
    title: String,
    safety: &'static str,
    edits: Vec<Said>,
}

#[derive(Serialize)]
struct Said {
    #[serde(flatten)]
    place: Place,
    text: String,
}

fn finding(workspace: &Workspace, found: &Diagnostic) -> Finding {
    let labels = std::iter::once(&found.primary).chain(&found.secondary);
    let said = |label: &Label| Said { place: place(workspace, label.span), text: label.text.clone() };
    Finding {
        code: found.code.id(),
        name: found.code.name(),
        severity: found.severity.word(),
        message: found.message.clone(),
        place: place(workspace, found.primary.span),
        labels: labels.map(said).collect(),
        help: found.help.clone(),
        notes: found.notes.clone(),
        fix: found.fix.as_ref().map(|fix| repair(workspace, fix)),
    }
}

fn repair(workspace: &Workspace, fix: &Fix) -> Repair {
    let said = |edit: &Edit| Said { place: place(workspace, edit.span), text: edit.text.clone() };
    Repair { title: fix.title.clone(), safety: fix.safety.word(), edits: fix.edits.iter().map(said).collect() }
}

fn place(workspace: &Workspace, span: Span) -> Place {
    let source = workspace.sources.get(span.file);
    let (start, end) = (source.position(span.start), source.position(span.end));
    Place {
        path: workspace.shown(source.path()),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

#[cfg(test)]
mod tests {
    use ambit_compiler::diag::{Code, Diagnostic};
    use ambit_compiler::source::Span;
    use serde_json::{Value, json};

    use crate::load::Workspace;

    #[test]
    fn the_shape_is_the_promised_one_and_sorted() {
        let mut workspace = Workspace::in_memory();
        let file = workspace.sources.add("b.kdl", "memory 64\n\u{202e}".as_bytes());
        let other = workspace.sources.add("a.kdl", b"x".as_slice());
        let span = Span::new(file, 7, 9);
        let first =
            Diagnostic::new(Code::BareNumber, span, "no unit").help("write it").note("why").fix(span, "\"64 MiB\"");
        let second = Diagnostic::new(Code::EmptyFile, Span::new(other, 0, 0), "\u{202e}");
        let text = super::all([&first, &second].into_iter().map(|found| (&workspace, found)));
        assert!(!text.contains('\u{202e}'));
        let place = json!({"path": "b.kdl", "line": 1, "column": 8, "end_line": 1, "end_column": 10});
        let with = |more: Value| {
            let mut all = place.clone();
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            all
        };
        let found: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(found[0]["code"], "S009");
        let expected = with(json!({
            "code": "M008", "name": "bare-number", "severity": "warning", "message": "no unit", "help": "write it",
            "notes": ["why"], "labels": [with(json!({"text": ""}))],
            "fix": {
                "title": "write `\"64 MiB\"`", "safety": "safe", "edits": [with(json!({"text": "\"64 MiB\""}))],
            },
        }));
        assert_eq!(found[1], expected);
    }
}
