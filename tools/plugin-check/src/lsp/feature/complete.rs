//! What could be written at a cursor. Comes in: a byte of a text, also of one that is half written. Goes out: words that fit there,
//! each with the edit that writes it as its syntax has it. The text is read once more with a mark in the place of the word at
//! the cursor: where the mark ends up says what may stand there. Deliberately absent: what would be allowed; the compiler
//! says that of what was written.

use ambit_compiler::source::FileId;
use ambit_compiler::syntax::Syntax;
use lsp_types::{CompletionItem, CompletionList, Documentation, MarkupContent, MarkupKind, Range, TextEdit};

use super::markdown;
use crate::lsp::view::View;

mod cursor;
mod options;
mod place;
mod targets;

use cursor::Cursor;
use options::Choices;

/// How many words are offered at once.
const MOST: usize = 200;

/// The words that fit at a byte.
pub(crate) fn complete(view: &View, file: FileId, at: u32) -> CompletionList {
    let empty = CompletionList { is_incomplete: false, ..CompletionList::default() };
    let (Some(role), Some(syntax)) = (view.role(file), view.syntax(file)) else { return empty };
    let window = window(view, file, syntax, at as usize);
    let text = view.text(file).get(window.clone()).unwrap_or_default();
    let Some(cursor) = Cursor::new(syntax, text, (at as usize).saturating_sub(window.start)) else { return empty };
    let Some(choices) = place::choices(view, role, &cursor) else { return empty };
    let (start, end) = cursor.replaced();
    let at = |at: usize| u32::try_from(window.start + at).unwrap_or(u32::MAX);
    list(view.lines(file).range(at(start), at(end)), &cursor, &choices)
}

/// How long a text is that is read once more as a whole, in bytes.
const SHORT: usize = 32 << 10;

/// The part of a text that says what may stand at a byte: of a long one in KDL the node that it is in or behind.
fn window(view: &View, file: FileId, syntax: Syntax, at: usize) -> std::ops::Range<usize> {
    let text = view.text(file);
    if syntax != Syntax::Kdl || text.len() <= SHORT {
        return 0..text.len();
    }
    let tree = view.tree(file);
    let (mut start, mut end) = (0, text.len());
    for node in tree.root().below() {
        let first = node.key_span().start as usize;
        // Slashdashes and types stand before a node, on its line.
        let line = text.get(..first).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        if line > at {
            end = line;
            break;
        }
        start = line;
    }
    start..end
}

fn list(range: Range, cursor: &Cursor<'_>, choices: &Choices) -> CompletionList {
    let is_incomplete = choices.list.len() > MOST;
    let chosen = choices.list.iter().take(MOST);
    let items = chosen.enumerate().map(|(order, choice)| {
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
    in_order(word.chars(), letters)
}

fn in_order(mut word: impl Iterator<Item = char>, letters: &str) -> bool {
    letters.chars().all(|letter| word.any(|character| letter.eq_ignore_ascii_case(&character)))
}

/// A text of a user among words of ours.
fn quoted(text: &str) -> String {
    markdown::code(text)
}
