//! Findings on one line each, as editors and `grep` read them: `path:line:column: error[G001]: message`.

use ambit_compiler::diag::Diagnostic;

use super::visible;
use crate::load::Workspace;

/// One finding.
#[must_use]
pub fn one(workspace: &Workspace, found: &Diagnostic) -> String {
    let span = found.primary.span;
    let path = visible(&workspace.shown(workspace.sources.get(span.file).path()));
    let at = workspace.sources.position(span);
    let (word, id) = (found.severity.word(), found.code.id());
    format!("{path}:{}:{}: {word}[{id}]: {}\n", at.line, at.column, visible(&found.message))
}
