//! Findings as pipelines show them beside the lines of a change: commands of GitHub's log, GitLab's code quality report, and the
//! JUnit report that most others read.

use std::collections::BTreeMap;
use std::fmt::Write;

use ambit_compiler::diag::{Diagnostic, Severity, Suppressed};
use serde_json::{Value, json};

use super::{fingerprint, json as plain, short, visible};
use crate::load::Workspace;

type Found<'w> = (&'w Workspace, &'w Diagnostic);

fn sorted<'w>(found: impl Iterator<Item = Found<'w>>) -> Vec<Found<'w>> {
    let mut found: Vec<_> = found.collect();
    found.sort_by_cached_key(|(workspace, found)| short::one(workspace, found));
    found
}

/// Path, first line and column, last line and column.
fn place(workspace: &Workspace, found: &Diagnostic) -> (String, [u32; 4]) {
    let source = workspace.sources.get(found.primary.span.file);
    let (start, end) = (source.position(found.primary.span.start), source.position(found.primary.span.end));
    (workspace.shown(source.path()), [start.line, start.column, end.line, end.column])
}

/// Message, help and notes, a line each.
fn said(found: &Diagnostic) -> String {
    let help = found.help.iter().map(|help| format!("\nhelp: {}", visible(help)));
    let notes = found.notes.iter().map(|note| format!("\nnote: {}", visible(note)));
    std::iter::once(visible(&found.message)).chain(help).chain(notes).collect()
}

/// A command of GitHub's log for each finding: it becomes an annotation of the line.
#[must_use]
pub fn github<'w>(found: impl Iterator<Item = Found<'w>>) -> String {
    sorted(found).into_iter().map(|(workspace, found)| annotation(workspace, found)).collect()
}

fn annotation(workspace: &Workspace, found: &Diagnostic) -> String {
    let word = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let (path, [line, column, end_line, end_column]) = place(workspace, found);
    let title = format!("{} {}", found.code.id(), found.code.name());
    // Columns are of one line, or the annotation is not shown.
    let columns =
        if line == end_line { format!(",col={column},endColumn={}", end_column.max(column)) } else { String::new() };
    let (path, title, text) = (property(&path), property(&title), data(&said(found)));
    format!("::{word} file={path},line={line},endLine={end_line}{columns},title={title}::{text}\n")
}

/// What would end a command's text.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What would end one of its properties.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// GitLab's code quality report.
#[must_use]
pub fn gitlab<'w>(found: impl Iterator<Item = Found<'w>>) -> String {
    let found = sorted(found);
    let prints = fingerprint::all(found.iter().copied());
    let one = |((workspace, found), print): (&Found<'w>, &String)| {
        let (path, [line, _, end_line, _]) = place(workspace, found);
        let severity = match found.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Note => "info",
        };
        json!({
            "description": format!("{}: {}", found.code.id(), found.message),
            "check_name": found.code.name(),
            "fingerprint": print,
            "severity": severity,
            "location": {"path": path.strip_prefix("./").unwrap_or(&path), "lines": {"begin": line, "end": end_line}},
        })
    };
    plain::to_text(&found.iter().zip(&prints).map(one).collect::<Vec<Value>>())
}

/// A JUnit report: a suite for each file with findings, a case for each finding. Errors fail; the others are told and pass; what
/// comments took is skipped.
#[must_use]
pub fn junit<'w>(
    found: impl Iterator<Item = Found<'w>>,
    suppressed: impl Iterator<Item = (&'w Workspace, &'w Suppressed)>,
) -> String {
    let mut files: BTreeMap<String, Vec<Found<'w>>> = BTreeMap::new();
    let suppressed: Vec<_> = suppressed.collect();
    for (workspace, found) in sorted(found) {
        files.entry(place(workspace, found).0).or_default().push((workspace, found));
    }
    let failures = |found: &[Found<'_>]| found.iter().filter(|(_, found)| found.severity == Severity::Error).count();
    let (all, failed) = (files.values().map(Vec::len).sum::<usize>(), files.values().map(|one| failures(one)).sum());
    let (tests, failed): (usize, usize) = if all == 0 { (1, 0) } else { (all, failed) };
    let tests = tests + suppressed.len();
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let _ = writeln!(text, "<testsuites name=\"plugin-check\" tests=\"{tests}\" failures=\"{failed}\">");
    if files.is_empty() {
        text += "  <testsuite name=\"plugin-check\" tests=\"1\" failures=\"0\">\n    <testcase name=\"no findings\"/>\n  </testsuite>\n";
    }
    for (path, found) in &files {
        let (path, tests, failed) = (xml(path), found.len(), failures(found));
        let _ = writeln!(text, "  <testsuite name=\"{path}\" tests=\"{tests}\" failures=\"{failed}\">");
        found.iter().for_each(|(workspace, one)| text += &case(workspace, one));
        text += "  </testsuite>\n";
    }
    text + &skipped(&suppressed) + "</testsuites>\n"
}

/// A suite of what comments took, where they took anything.
fn skipped(suppressed: &[(&Workspace, &Suppressed)]) -> String {
    let mut cases: Vec<String> = suppressed.iter().map(|(workspace, one)| skipped_case(workspace, one)).collect();
    cases.sort();
    let count = cases.len();
    if count == 0 {
        return String::new();
    }
    let head = format!("  <testsuite name=\"suppressed\" tests=\"{count}\" failures=\"0\" skipped=\"{count}\">\n");
    head + &cases.concat() + "  </testsuite>\n"
}

fn skipped_case(workspace: &Workspace, one: &Suppressed) -> String {
    let (path, [line, column, ..]) = place(workspace, &one.found);
    let name = xml(&format!("{} {}", one.found.code.id(), one.found.code.name()));
    let (place, reason) = (xml(&format!("{path}:{line}:{column}")), xml(&visible(&one.reason)));
    format!("    <testcase name=\"{name}\" classname=\"{place}\"><skipped message=\"{reason}\"/></testcase>\n")
}

fn case(workspace: &Workspace, found: &Diagnostic) -> String {
    let (path, [line, column, ..]) = place(workspace, found);
    let name = xml(&format!("{} {}", found.code.id(), found.code.name()));
    let place = xml(&format!("{path}:{line}:{column}"));
    let (message, said) = (xml(&visible(&found.message)), xml(&format!("{}\n", said(found))));
    let told = match found.severity {
        Severity::Error => format!("<failure message=\"{message}\">{said}</failure>"),
        Severity::Warning | Severity::Note => format!("<system-out>{}: {said}</system-out>", found.severity.word()),
    };
    format!("    <testcase name=\"{name}\" classname=\"{place}\">{told}</testcase>\n")
}

/// Text as XML has it. Characters that no XML may hold were spelled out before, or are here.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push('\n'),
            '\u{fffe}' | '\u{ffff}' => escaped.extend(c.escape_unicode()),
            _ if c.is_control() => escaped.extend(c.escape_unicode()),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use ambit_compiler::diag::{Code, Diagnostic};
    use ambit_compiler::source::Span;

    use super::{github, gitlab, junit};
    use crate::load::Workspace;

    fn hostile() -> (Workspace, Diagnostic) {
        let mut workspace = Workspace::in_memory();
        let file = workspace.sources.add("a,b:c%/<&>.kdl", b"memory 64\n".as_slice());
        let found = Diagnostic::new(Code::BareNumber, Span::new(file, 7, 9), "x ::error::y\r\n]]> \u{1b}[2K \"&");
        (workspace, found.help("one\ntwo").note("100%"))
    }

    #[test]
    fn no_text_of_a_user_is_a_command_of_its_own() {
        let (workspace, found) = hostile();
        let text = github([(&workspace, &found)].into_iter());
        let head = "::warning file=a%2Cb%3Ac%25/<&>.kdl,line=1,endLine=1,col=8,endColumn=10,title=M008 bare-number::";
        assert!(text.starts_with(head), "{text}");
        assert_eq!((text.lines().count(), text.matches('\u{1b}').count()), (1, 0));
        assert!(text.ends_with("%0Ahelp: one\\ntwo%0Anote: 100%25\n"), "{text}");
    }

    #[test]
    fn reports_hold_text_and_no_marks() {
        let (workspace, found) = hostile();
        let text = junit([(&workspace, &found)].into_iter(), std::iter::empty());
        let marks = text.matches('<').count();
        assert_eq!(
            (marks, text.contains('\u{1b}'), text.contains("a,b:c%/&lt;&amp;&gt;.kdl")),
            (9, false, true),
            "{text}"
        );
        let quality: serde_json::Value = serde_json::from_str(&gitlab([(&workspace, &found)].into_iter())).unwrap();
        assert_eq!(quality[0]["location"]["lines"]["begin"], 1);
        assert!(quality[0]["fingerprint"].as_str().unwrap().ends_with(":1"));
    }

    #[test]
    fn a_report_of_nothing_is_a_report() {
        let nothing = || std::iter::empty();
        assert_eq!((github(nothing()), gitlab(nothing())), (String::new(), "[]\n".to_owned()));
        assert!(junit(nothing(), std::iter::empty()).contains("<testcase name=\"no findings\"/>"));
    }
}
