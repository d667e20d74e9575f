//! Comments to this tool. Comes in: a text. Goes out: every comment that begins with `ambit:`, and whether it has its line for itself. A
//! text without that word is not read again. Deliberately absent: what a comment says.

use ambit_compiler::source::{FileId, Source, Sources, Span};
use ambit_compiler::syntax::{MAX_BYTES, Syntax};
use memchr::memmem;

use crate::lex::{Kind, Token, tokens};

/// How a comment to this tool begins.
const WORD: &str = "ambit:";

/// How many of them one text may have: each is compared with every finding of its text.
pub(super) const MOST: usize = 256;

/// A comment as it is written.
pub(super) struct Comment {
    /// From its marks to its end.
    pub(super) span: Span,
    /// What stands behind `ambit:`.
    pub(super) says: Span,
    /// Whether something stands before it on its line.
    pub(super) behind: bool,
}

/// Whether a text may have comments to this tool: few have.
pub(super) fn may_be_in(source: &Source) -> bool {
    let is_text = source.is_utf8() && source.bytes().len() <= MAX_BYTES;
    is_text && memmem::find(source.bytes(), WORD.as_bytes()).is_some()
}

/// Every comment of a text: at most one more than [`MOST`].
pub(super) fn comments(sources: &Sources, file: FileId) -> Vec<Comment> {
    let source = sources.get(file);
    let Some(syntax) = Syntax::of(source.path()).filter(|syntax| *syntax != Syntax::Json) else { return vec![] };
    if !may_be_in(source) {
        return vec![];
    }
    let text = source.text();
    let tokens = tokens(syntax, text);
    let comments = tokens.iter().filter(|token| token.kind == Kind::LineComment);
    comments.filter_map(|token| comment(text, token, file)).take(MOST + 1).collect()
}

fn comment(text: &str, token: &Token, file: FileId) -> Option<Comment> {
    let said = &text[token.place.clone()];
    let first = said.trim_start_matches(['/', '#']).trim_start();
    let rest = first.strip_prefix(WORD)?;
    let start = text[..token.place.start].rfind('\n').map_or(0, |end| end + 1);
    let end = token.place.start + said.trim_end().len();
    let says = (token.place.end - rest.len()).min(end);
    let behind = !text[start..token.place.start].trim_start_matches('\u{FEFF}').trim().is_empty();
    Some(Comment { span: Span::new(file, token.place.start, end), says: Span::new(file, says, end), behind })
}
