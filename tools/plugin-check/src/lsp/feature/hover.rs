//! What stands under the cursor. Comes in: a byte of a text. Goes out: what is found there, with the page of its rule.

use ambit_compiler::diag::Diagnostic;
use ambit_compiler::source::FileId;
use lsp_types::{Hover, MarkupContent, MarkupKind};

use crate::lsp::view::View;
use crate::pages;

/// The rules that have something to say about a byte.
pub(crate) fn hover(view: &View, file: FileId, at: u32) -> Option<Hover> {
    let here = |found: &&Diagnostic| found.primary.span.start <= at && at <= found.primary.span.end;
    let found: Vec<&Diagnostic> = view.found(file).iter().filter(here).collect();
    let first = found.first()?;
    let texts: Vec<&str> = found.iter().map(|found| pages::page(found.code)).collect();
    let contents = MarkupContent { kind: MarkupKind::Markdown, value: texts.join("\n---\n\n") };
    Some(Hover { contents: contents.into(), range: Some(view.range(first.primary.span)) })
}
