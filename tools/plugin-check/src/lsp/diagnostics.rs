//! Findings as the protocol has them. Comes in: a view and the findings of one of its texts. Goes out: diagnostics, with the
//! lines that decided them, the page of their rule, and what is needed to find their fix again.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use ambit_compiler::diag::{Code, Diagnostic, Safety, Severity};
use ambit_compiler::source::FileId;
use lsp_types::{
    CodeDescription, DiagnosticOptions, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    DocumentDiagnosticParams, DocumentDiagnosticReport, FullDocumentDiagnosticReport,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport,
    Uri, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};
use serde_json::json;

use super::dispatch::Now;
use super::position::Lines;
use super::view::View;

/// What the client shows as the author of a diagnostic.
pub(super) const SOURCE: &str = "plugin-check";

/// Where the pages of the rules can be read.
const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/rules/");

/// The diagnostics of a text.
pub(crate) fn of(view: &View, file: FileId) -> Vec<lsp_types::Diagnostic> {
    let found = view.found(file);
    if found.is_empty() {
        return vec![];
    }
    let lines = view.lines(file);
    found.iter().map(|found| made(view, &lines, found)).collect()
}

/// The diagnostics of whatever the client calls so: a text, or a lock.
pub(super) fn at(now: &Now, uri: &Uri) -> Vec<lsp_types::Diagnostic> {
    let of_lock = || now.views.iter().find_map(|view| view.locked(uri)).map(<[_]>::to_vec);
    now.find(uri).map(|(view, file)| of(view, file)).or_else(of_lock).unwrap_or_default()
}

/// One finding.
pub(super) fn one(view: &View, found: &Diagnostic) -> lsp_types::Diagnostic {
    made(view, &view.lines(found.primary.span.file), found)
}

fn made(view: &View, lines: &Lines<'_>, found: &Diagnostic) -> lsp_types::Diagnostic {
    let span = found.primary.span;
    let fixable = found.fix.as_ref().map(|fix| json!({ "fix": fix.title, "safe": fix.safety == Safety::Safe }));
    lsp_types::Diagnostic {
        range: lines.range(span.start, span.end),
        severity: Some(severity(found.severity)),
        code: Some(found.code.id().to_owned().into()),
        code_description: page(found.code),
        source: Some(SOURCE.to_owned()),
        message: message(found).into(),
        tags: tag(found.code).map(|tag| vec![tag]),
        related_information: Some(related(view, found)).filter(|related| !related.is_empty()),
        data: fixable,
    }
}

/// What a client that asks is told that it may ask.
pub(super) fn offered() -> DiagnosticOptions {
    DiagnosticOptions {
        identifier: Some(SOURCE.to_owned()),
        inter_file_dependencies: true,
        workspace_diagnostics: true,
        ..DiagnosticOptions::default()
    }
}

/// The diagnostics of one text, for a client that asks.
pub(super) fn document(now: &Now, asked: &DocumentDiagnosticParams) -> DocumentDiagnosticReport {
    let items = at(now, &asked.text_document.uri);
    let result_id = word(&items);
    if asked.previous_result_id.as_ref() == Some(&result_id) {
        let unchanged = UnchangedDocumentDiagnosticReport { result_id };
        return RelatedUnchangedDocumentDiagnosticReport::new(None, unchanged).into();
    }
    let full = FullDocumentDiagnosticReport { result_id: Some(result_id), items };
    RelatedFullDocumentDiagnosticReport::new(None, full).into()
}

/// The diagnostics of every text that has any, or had some when the client asked last.
pub(super) fn workspace(now: &Now, asked: &WorkspaceDiagnosticParams) -> WorkspaceDiagnosticReport {
    let mut known: BTreeMap<&Uri, &str> =
        asked.previous_result_ids.iter().map(|known| (&known.uri, known.value.as_str())).collect();
    let mut items = vec![];
    for (view, file) in now.views.iter().flat_map(|view| view.files().map(move |(file, _)| (view, file))) {
        let Some(uri) = view.uri(file) else { continue };
        let before = known.remove(&uri);
        let found = of(view, file);
        if found.is_empty() && before.is_none() {
            continue;
        }
        let version = view.open.get(&file).map(|open| open.version);
        items.push(report(uri, version, found, before));
    }
    for (uri, found) in now.views.iter().filter_map(|view| Some((view.lock()?, &view.whole()?.locked))) {
        let before = known.remove(&uri);
        if before.is_some() || !found.is_empty() {
            items.push(report(uri, None, found.clone(), before));
        }
    }
    items.extend(known.into_iter().map(|(uri, before)| report(uri.clone(), None, vec![], Some(before))));
    WorkspaceDiagnosticReport { items }
}

fn report(
    uri: Uri,
    version: Option<i32>,
    items: Vec<lsp_types::Diagnostic>,
    before: Option<&str>,
) -> WorkspaceDocumentDiagnosticReport {
    let result_id = word(&items);
    if before == Some(result_id.as_str()) {
        let unchanged = UnchangedDocumentDiagnosticReport { result_id };
        return WorkspaceUnchangedDocumentDiagnosticReport::new(uri, version, unchanged).into();
    }
    let full = FullDocumentDiagnosticReport { result_id: Some(result_id), items };
    WorkspaceFullDocumentDiagnosticReport::new(uri, version, full).into()
}

/// What tells diagnostics from others.
pub(super) fn mark(items: &[lsp_types::Diagnostic]) -> u64 {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(items).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}

/// The same as a word for the client.
fn word(items: &[lsp_types::Diagnostic]) -> String {
    format!("{:016x}", mark(items))
}

/// Where the page of a rule can be read.
fn page(code: Code) -> Option<CodeDescription> {
    Uri::parse(&format!("{PAGES}{}.md", code.id())).ok().map(|href| CodeDescription { href })
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::Error,
        Severity::Warning => DiagnosticSeverity::Warning,
        Severity::Note => DiagnosticSeverity::Information,
    }
}

/// What stands there for nothing is shown as if it were not there.
fn tag(code: Code) -> Option<DiagnosticTag> {
    let is_idle = matches!(
        code,
        Code::UnusedGrant
            | Code::UnusedFlow
            | Code::UnusedRequest
            | Code::UnusedWhenObserved
            | Code::RedundantRequest
            | Code::RedundantGrant
            | Code::ShadowedGrant
            | Code::UnofferedGrant
            | Code::CoveredOffer
            | Code::UnneededAccept
            | Code::RepeatedItem
            | Code::RepeatedName
            | Code::RepeatedKeyword
            | Code::EmptyBlock
            | Code::IdleField
            | Code::IdleInterface
            | Code::NotChosen
    );
    is_idle.then_some(DiagnosticTag::Unnecessary)
}

/// The message with what can be done and why: clients show nothing else.
fn message(found: &Diagnostic) -> String {
    let label = Some(&found.primary.text).filter(|text| !text.is_empty()).map(|text| format!("\n{text}"));
    let help = found.help.iter().map(|help| format!("\nhelp: {help}"));
    let notes = found.notes.iter().map(|note| format!("\nnote: {note}"));
    std::iter::once(found.message.clone()).chain(label).chain(help).chain(notes).collect()
}

fn related(view: &View, found: &Diagnostic) -> Vec<DiagnosticRelatedInformation> {
    let one = |label: &ambit_compiler::diag::Label| {
        let location = view.location(label.span)?;
        Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
    };
    found.secondary.iter().filter_map(one).collect()
}
