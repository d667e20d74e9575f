//! Findings for code scanners: a log of SARIF 2.1.0 with one run, the rules that speak in it with their pages, and a result for each
//! finding, with the lines that decided it and the edits that resolve it.

use std::collections::BTreeMap;

use ambit_compiler::diag::{Code, Diagnostic, Edit, Fix, Label, Severity, Suppressed};
use ambit_compiler::source::{Source, Span};
use serde_json::{Value, json};

use super::{fingerprint, json as plain, short, uri};
use crate::load::Workspace;
use crate::pages::page;

/// The log, sorted by path, place and code; what comments took is in it as suppressed, with its reason.
#[must_use]
pub fn all<'w>(
    found: impl Iterator<Item = (&'w Workspace, &'w Diagnostic)>,
    suppressed: impl Iterator<Item = (&'w Workspace, &'w Suppressed)>,
) -> String {
    let mut found: Vec<_> = found.collect();
    found.sort_by_cached_key(|(workspace, found)| short::one(workspace, found));
    let told = found.len();
    let suppressed: Vec<_> = suppressed.collect();
    found.extend(suppressed.iter().map(|(workspace, one)| (*workspace, &one.found)));
    let prints = fingerprint::all(found.iter().copied());
    let codes: BTreeMap<Code, usize> = found.iter().map(|(_, found)| (found.code, 0)).collect();
    let codes: BTreeMap<Code, usize> = codes.into_keys().zip(0..).collect();
    let results = found.iter().zip(&prints);
    let mut results: Vec<Value> =
        results.map(|((workspace, found), print)| result(workspace, found, (&codes, print))).collect();
    for (result, (workspace, one)) in results.iter_mut().skip(told).zip(&suppressed) {
        result["suppressions"] = json!([suppression(workspace, one)]);
    }
    plain::to_text(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "plugin-check",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.keys().map(|code| rule(*code)).collect::<Vec<Value>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn rule(code: Code) -> Value {
    let page = page(code);
    json!({
        "id": code.id(),
        "name": code.name(),
        "shortDescription": {"text": section(page, "What")},
        "fullDescription": {"text": section(page, "Why")},
        "help": {"text": section(page, "Fix"), "markdown": page},
        "defaultConfiguration": {"level": level(code.severity())},
    })
}

/// The first paragraph of a section of a page.
fn section<'p>(page: &'p str, name: &str) -> &'p str {
    let after = page.split_once(&format!("\n## {name}\n\n")).map_or(page, |(_, after)| after);
    after.split("\n\n").next().unwrap_or(after).trim_end()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result(workspace: &Workspace, found: &Diagnostic, (codes, print): (&BTreeMap<Code, usize>, &str)) -> Value {
    let help = found.help.iter().map(|help| format!("\nhelp: {help}"));
    let notes = found.notes.iter().map(|note| format!("\nnote: {note}"));
    let text: String = std::iter::once(found.message.clone()).chain(help).chain(notes).collect();
    let related = |(at, label): (usize, &Label)| {
        let mut location = location(workspace, label.span);
        location["id"] = json!(at);
        location["message"] = json!({"text": label.text});
        location
    };
    let mut result = json!({
        "ruleId": found.code.id(),
        "ruleIndex": codes.get(&found.code),
        "level": level(found.severity),
        "message": {"text": text},
        "locations": [location(workspace, found.primary.span)],
        "relatedLocations": (1..).zip(&found.secondary).map(related).collect::<Vec<Value>>(),
        "partialFingerprints": {"primaryLocationLineHash": print},
    });
    if let Some(fix) = found.fix.as_ref().filter(|fix| !fix.edits.is_empty()) {
        result["fixes"] = json!([repair(workspace, fix)]);
    }
    result
}

fn suppression(workspace: &Workspace, one: &Suppressed) -> Value {
    json!({
        "kind": "inSource",
        "status": "accepted",
        "justification": one.reason,
        "location": location(workspace, one.comment),
    })
}

fn location(workspace: &Workspace, span: Span) -> Value {
    let source = workspace.sources.get(span.file);
    json!({"physicalLocation": {"artifactLocation": artifact(workspace, source), "region": region(source, span)}})
}

fn artifact(workspace: &Workspace, source: &Source) -> Value {
    json!({"uri": uri(&workspace.shown(source.path()))})
}

fn region(source: &Source, span: Span) -> Value {
    let (start, end) = (source.position(span.start), source.position(span.end));
    json!({
        "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
    })
}

/// The edits of a fix, by file.
fn repair(workspace: &Workspace, fix: &Fix) -> Value {
    let mut files: BTreeMap<&str, (&Source, Vec<&Edit>)> = BTreeMap::new();
    for edit in &fix.edits {
        let source = workspace.sources.get(edit.span.file);
        files.entry(source.path()).or_insert((source, vec![])).1.push(edit);
    }
    let change = |(source, edits): &(&Source, Vec<&Edit>)| {
        let replacement =
            |edit: &&Edit| json!({"deletedRegion": region(source, edit.span), "insertedContent": {"text": edit.text}});
        json!({
            "artifactLocation": artifact(workspace, source),
            "replacements": edits.iter().map(replacement).collect::<Vec<Value>>(),
        })
    };
    json!({
        "description": {"text": format!("{} ({})", fix.title, fix.safety.word())},
        "artifactChanges": files.values().map(change).collect::<Vec<Value>>(),
    })
}
