//! What can be done about findings. Comes in: a stretch of a text. Goes out: every fix of what is found there, the safe ones
//! first; what recordings allow to narrow there; and all safe fixes of the text at once. Deliberately absent: making them.

use std::collections::BTreeMap;

use ambit_compiler::diag::{Code, Diagnostic, Edit, Fix, Safety};
use ambit_compiler::fix::choose;
use ambit_compiler::source::FileId;
use ambit_schema::plan::OWN_LAYER;
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionResponse, CreateFile, CreateFileOptions,
    OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit, TextDocumentIdentifier, TextEdit, Uri,
    WorkspaceEdit,
};

use super::dispatch::Now;
use super::view::View;
use super::{diagnostics, edits};

/// The kind of action that makes all safe fixes of a text.
const FIX_ALL: &str = "source.fixAll.plugin-check";

/// What a client is told that it may ask for.
pub(super) fn offered() -> CodeActionOptions {
    let kinds = vec![CodeActionKind::QuickFix, CodeActionKind::SourceFixAll, CodeActionKind::from(FIX_ALL.to_owned())];
    CodeActionOptions { code_action_kinds: Some(kinds), ..CodeActionOptions::default() }
}

/// What can be done at a stretch of a text.
pub(super) fn all(now: &Now, asked: &CodeActionParams) -> Vec<CodeActionResponse> {
    let Some((view, file)) = now.find(&asked.text_document.uri) else { return vec![] };
    let lines = view.lines(file);
    let (Some(start), Some(end)) = (lines.offset(asked.range.start), lines.offset(asked.range.end)) else {
        return vec![];
    };
    let wants = |kind: &str| {
        let only = asked.context.only.as_ref();
        only.is_none_or(|only| only.iter().any(|only| is_of(kind, &String::from(only.clone()))))
    };
    let versioned = now.client.versions_edits;
    let mut actions = vec![];
    if wants("quickfix") {
        let here = |found: &&Diagnostic| {
            let span = found.primary.span;
            span.file == file && span.start <= end && start <= span.end
        };
        let found = view.found(file).iter().filter(here).map(|found| (found, true));
        let observed = view.whole().map_or(&[][..], |whole| &whole.observed).iter();
        let observed = observed.filter(here).filter(|_| view.is_as_compiled(file)).map(|found| (found, false));
        let mut fixes: Vec<_> =
            found.chain(observed).filter_map(|(found, told)| Some((found, fix(found)?, told))).collect();
        fixes.sort_by_key(|(_, fix, _)| fix.safety);
        if now.client.makes_files {
            actions.extend(view.found(file).iter().filter(here).filter_map(|found| first_grant(view, found)));
        }
        actions.extend(fixes.into_iter().map(|(found, fix, told)| quick(view, (found, fix), told, versioned)));
    }
    if wants(FIX_ALL) {
        actions.extend(every(view, file, versioned));
    }
    actions.into_iter().map(Into::into).collect()
}

fn fix(found: &Diagnostic) -> Option<&Fix> {
    found.fix.as_ref().filter(|fix| !fix.edits.is_empty())
}

/// Whether a kind of action is one that is asked for: `source.fixAll.x` is a `source`.
fn is_of(kind: &str, asked: &str) -> bool {
    kind.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// `told`: whether what was found is shown there. Where it is not, the action says it, and is nobody's first choice.
fn quick(view: &View, (found, fix): (&Diagnostic, &Fix), told: bool, versioned: bool) -> CodeAction {
    let about = if told { String::new() } else { format!(": {}", found.message) };
    let title = match fix.safety {
        Safety::Safe => format!("{}{about}", fix.title),
        Safety::Unsafe => format!("{}{about} (changes what is asked for or given)", fix.title),
    };
    let mut by_file: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
    fix.edits.iter().for_each(|edit| by_file.entry(edit.span.file).or_default().push(edit.clone()));
    CodeAction {
        title,
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: told.then(|| vec![diagnostics::one(view, found)]),
        is_preferred: Some(told && fix.safety == Safety::Safe),
        edit: Some(edits::of(view, &by_file, versioned)),
        ..CodeAction::default()
    }
}

/// Where nobody has granted anything yet, a grant needs a file first: that of the layer that is the user's own.
fn first_grant(view: &View, found: &Diagnostic) -> Option<CodeAction> {
    if found.code != Code::NotGranted || !view.grants().is_empty() || found.fix.is_some() {
        return None;
    }
    let line = found.help.as_deref()?.split_once('`')?.1.strip_suffix('`')?;
    let uri = Uri::from_file_path(view.path(view.profile()?).with_file_name("grants.kdl")).ok()?;
    let options = CreateFileOptions { overwrite: Some(false), ignore_if_exists: Some(false) };
    let create = CreateFile { uri: uri.clone(), options: Some(options), annotation_id: None };
    let text_document_identifier = TextDocumentIdentifier { uri };
    let text_document = OptionalVersionedTextDocumentIdentifier { version: None, text_document_identifier };
    let write = TextEdit { range: Range::default(), new_text: format!("layer \"{OWN_LAYER}\"\n{line}\n") };
    let changes = vec![create.into(), TextDocumentEdit { text_document, edits: vec![write.into()] }.into()];
    Some(CodeAction {
        title: format!("write `grants.kdl` with `{line}` (changes what is asked for or given)"),
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![diagnostics::one(view, found)]),
        is_preferred: Some(false),
        edit: Some(WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }),
        ..CodeAction::default()
    })
}

/// All safe fixes of a text that can be made at once.
fn every(view: &View, file: FileId, versioned: bool) -> Option<CodeAction> {
    let here = |found: &Diagnostic| fix(found).is_some_and(|fix| fix.edits.iter().all(|edit| edit.span.file == file));
    let chosen = choose(view.sources(), view.found(file), Safety::Safe, here);
    (!chosen.edits.is_empty()).then(|| CodeAction {
        title: format!("make every safe fix of this file ({})", chosen.findings.len()),
        kind: Some(CodeActionKind::from(FIX_ALL.to_owned())),
        edit: Some(edits::of(view, &chosen.edits, versioned)),
        ..CodeAction::default()
    })
}
