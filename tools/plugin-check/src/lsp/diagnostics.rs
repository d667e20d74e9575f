//! Findings as the protocol has them. Comes in: a view and the findings of one of its texts. Goes out: diagnostics, with the
//! lines that decided them, the page of their rule, and what is needed to find their fix again.

use ambit_compiler::diag::{Code, Diagnostic, Safety, Severity};
use ambit_compiler::source::FileId;
use lsp_types::{CodeDescription, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Uri};
use serde_json::json;

use super::view::View;

/// What the client shows as the author of a diagnostic.
pub(super) const SOURCE: &str = "plugin-check";

/// Where the pages of the rules can be read.
const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/rules/");

/// The diagnostics of a text.
pub(crate) fn of(view: &View, file: FileId) -> Vec<lsp_types::Diagnostic> {
    let lines = view.lines(file);
    let one = |found: &Diagnostic| {
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
    };
    view.found(file).iter().map(one).collect()
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
