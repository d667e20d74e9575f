//! Edits as the protocol has them. Comes in: edits of texts of one view. Goes out: an edit of a workspace, for the states of the
//! texts that the view is of, where the client can tell states apart.

use std::collections::BTreeMap;

use ambit_compiler::diag::Edit;
use ambit_compiler::source::FileId;
use lsp_types::{DocumentChange, TextDocumentEdit, TextEdit, WorkspaceEdit};

use super::view::View;

/// All of these edits together. `versioned`: the client takes edits for one state of a text.
pub(super) fn of(view: &View, edits: &BTreeMap<FileId, Vec<Edit>>, versioned: bool) -> WorkspaceEdit {
    let made = edits.iter().map(|(file, edits)| (*file, text_edits(view, *file, edits)));
    if versioned {
        let change = |(file, edits): (FileId, Vec<TextEdit>)| {
            let edits = edits.into_iter().map(Into::into).collect();
            Some(DocumentChange::from(TextDocumentEdit { text_document: view.versioned(file)?, edits }))
        };
        return WorkspaceEdit { document_changes: Some(made.filter_map(change).collect()), ..WorkspaceEdit::default() };
    }
    let changes = made.filter_map(|(file, edits)| Some((view.uri(file)?, edits))).collect();
    WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
}

fn text_edits(view: &View, file: FileId, edits: &[Edit]) -> Vec<TextEdit> {
    let lines = view.lines(file);
    let one =
        |edit: &Edit| TextEdit { range: lines.range(edit.span.start, edit.span.end), new_text: edit.text.clone() };
    edits.iter().map(one).collect()
}
