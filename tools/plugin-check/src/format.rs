//! One layout for a text. Comes in: a text and its syntax. Goes out: the same text laid out, or why it was left alone. What is
//! laid out twice is what is laid out once; every comment is kept; and the tree of the new text is compared with the old one
//! before anybody gets it. Deliberately absent: options, and any change of a word: quotes, order and numbers stay.

use ambit_compiler::diag::{Severity, Sink};
use ambit_compiler::source::Sources;
use ambit_compiler::syntax::{Syntax, Tree, parse};

use crate::lex::{Kind, tokens};

mod json;
mod kdl;
mod same;
mod yaml;

/// Why a text was left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// It is no text of its syntax; what is wrong is in the findings.
    Broken,
    /// Laid out it would not have been the same text.
    Unsure,
}

impl std::fmt::Display for Left {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Left::Broken => "it cannot be read as it is; `plugin-check` says why",
            Left::Unsure => "it would not have been the same text",
        })
    }
}

/// How many columns a list or map of JSON may take on one line.
const WIDTH: usize = 100;

/// A text in its one layout.
///
/// # Errors
/// It has errors of syntax, or cannot be laid out without a doubt.
pub fn format(syntax: Syntax, text: &str) -> Result<String, Left> {
    let tree = read(syntax, text).ok_or(Left::Broken)?;
    let candidates = match syntax {
        Syntax::Kdl => vec![kdl::lay_out(text)],
        Syntax::Json => vec![json::lay_out(text)],
        Syntax::Yaml => yaml::candidates(text),
    };
    let fits = |new: &String| is_same(syntax, (text, &tree), new);
    candidates.into_iter().find(fits).ok_or(Left::Unsure)
}

fn is_same(syntax: Syntax, (text, tree): (&str, &Tree), new: &str) -> bool {
    let has_words = || match syntax {
        Syntax::Kdl | Syntax::Json => words(syntax, text).eq(words(syntax, new)),
        // Of a block scalar the tokens are lines like others: the tree knows better.
        Syntax::Yaml => text.split_whitespace().eq(new.split_whitespace()),
    };
    has_words() && read(syntax, new).is_some_and(|laid| same::trees(tree, &laid))
}

/// All that a text says, comments included, without the marks that a line's end can stand for.
fn words(syntax: Syntax, text: &str) -> impl Iterator<Item = &str> {
    let said = tokens(syntax, text)
        .into_iter()
        .filter(move |token| !(token.kind.is_blank() || syntax == Syntax::Kdl && token.kind == Kind::Separator));
    said.map(|token| text.get(token.place.clone()).unwrap_or_default().trim_end())
}

/// The tree of a text without errors.
fn read(syntax: Syntax, text: &str) -> Option<Tree> {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let file = sources.add(name(syntax), text.as_bytes());
    let tree = parse(&sources, file, &mut sink);
    let is_wrong = sink.finish().iter().any(|found| found.code.severity() == Severity::Error);
    (!is_wrong).then_some(tree)
}

fn name(syntax: Syntax) -> &'static str {
    match syntax {
        Syntax::Kdl => "text.kdl",
        Syntax::Yaml => "text.yaml",
        Syntax::Json => "text.json",
    }
}

/// The end of lines that a text has: that of its first.
fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text.get(..at).is_some_and(|before| before.ends_with('\r')) => "\r\n",
        _ => "\n",
    }
}
