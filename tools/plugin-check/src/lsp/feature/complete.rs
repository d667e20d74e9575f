//! What could be written at a cursor. Comes in: a byte of a text, also of one that is half written. Goes out: words that fit there,
//! each with the edit that writes it as its syntax has it. The text is read once more with a mark in the place of the word at
//! the cursor: where the mark ends up says what may stand there. Deliberately absent: what would be allowed; the compiler
//! says that of what was written.

use ambit_compiler::source::FileId;
use lsp_types::{CompletionItem, CompletionList, Documentation, MarkupContent, MarkupKind, TextEdit};

use super::markdown;
use crate::lsp::view::View;

mod cursor;
mod options;
mod place;
mod targets;

use cursor::Cursor;
use options::{Choice, Choices};

/// How many words are offered at once.
const MOST: usize = 200;

/// The words that fit at a byte.
pub(crate) fn complete(view: &View, file: FileId, at: u32) -> CompletionList {
    let empty = CompletionList { is_incomplete: false, ..CompletionList::default() };
    let (Some(role), Some(syntax)) = (view.role(file), view.syntax(file)) else { return empty };
    let Some(cursor) = Cursor::new(syntax, view.text(file), at as usize) else { return empty };
    let Some(choices) = place::choices(view, role, &cursor) else { return empty };
    list(view, file, &cursor, choices)
}

fn list(view: &View, file: FileId, cursor: &Cursor<'_>, choices: Choices) -> CompletionList {
    let wanted = cursor.typed().to_lowercase();
    let is_many = choices.list.len() > MOST;
    let fits = |choice: &&Choice| !is_many || has(&choice.word.to_lowercase(), &wanted);
    let mut chosen: Vec<&Choice> = choices.list.iter().filter(fits).take(MOST + 1).collect();
    let is_incomplete = is_many || chosen.len() > MOST;
    chosen.truncate(MOST);
    let (start, end) = cursor.replaced();
    let at = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let range = view.lines(file).range(at(start), at(end));
    let items = chosen.iter().enumerate().map(|(order, choice)| {
        let written = cursor.written(choice, choices.is_key);
        let filter = if cursor.is_quoted() { written.clone() } else { choice.word.clone() };
        let said = MarkupContent { kind: MarkupKind::Markdown, value: choice.says.clone() };
        CompletionItem {
            label: choice.word.clone(),
            kind: Some(choice.kind),
            detail: choice.detail.clone(),
            documentation: (!choice.says.is_empty()).then_some(Documentation::MarkupContent(said)),
            sort_text: Some(format!("{order:04}")),
            filter_text: Some(filter),
            text_edit: Some(TextEdit { range, new_text: written }.into()),
            ..CompletionItem::default()
        }
    });
    CompletionList { is_incomplete, items: items.collect(), ..CompletionList::default() }
}

/// Whether letters stand in a word in this order.
fn has(word: &str, letters: &str) -> bool {
    let mut left = letters.chars().peekable();
    for character in word.chars() {
        left.next_if_eq(&character);
    }
    left.peek().is_none()
}

/// A text of a user among words of ours.
fn quoted(text: &str) -> String {
    markdown::code(text)
}
