//! Words of a command. Comes in: text with blanks, quotes and backslashes. Goes out: words of letters, and text again.

use std::fmt;

use super::super::error::{self, PatternError, PatternErrorKind};

/// One letter of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letter {
    /// This character.
    Char(char),
    /// A `*` that no backslash stands before; bare outside of quotes.
    Star {
        /// Whether it stands outside of quotes.
        bare: bool,
    },
}

impl Letter {
    /// The character, where `*` is one like others.
    pub(super) fn char(self) -> char {
        match self {
            Letter::Char(c) => c,
            Letter::Star { .. } => '*',
        }
    }
}

/// The words of a text, each with the byte at which it starts.
pub(super) fn split(text: &str, limit: usize) -> Result<Vec<(usize, Vec<Letter>)>, PatternError> {
    error::check_text(text, limit)?;
    let mut words = vec![];
    let mut word: Option<(usize, Vec<Letter>)> = None;
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == ' ' && quote.is_none() {
            words.extend(word.take());
            continue;
        }
        let (_, letters) = word.get_or_insert_with(|| (at, vec![]));
        match c {
            '"' => quote = if quote.is_none() { Some(at) } else { None },
            '*' => letters.push(Letter::Star { bare: quote.is_none() }),
            '\\' => letters.push(Letter::Char(escaped(chars.next(), at)?)),
            c => letters.push(Letter::Char(c)),
        }
    }
    words.extend(word);
    match quote {
        Some(at) => Err(PatternErrorKind::OpenQuote.at(at)),
        None if words.is_empty() => Err(PatternErrorKind::Empty.at(0)),
        None => Ok(words),
    }
}

fn escaped(next: Option<(usize, char)>, at: usize) -> Result<char, PatternError> {
    match next {
        Some((_, c @ ('*' | '"' | '\\'))) => Ok(c),
        Some((_, c)) => Err(PatternErrorKind::UselessEscapeInWord(c).at(at)),
        None => Err(PatternErrorKind::DanglingEscape.at(at)),
    }
}

/// Writes one word of a pattern.
pub(super) fn write_letters(f: &mut fmt::Formatter<'_>, letters: impl Iterator<Item = Letter>) -> fmt::Result {
    let text: String = letters
        .flat_map(|letter| match letter {
            Letter::Char(c @ ('*' | '"' | '\\')) => vec!['\\', c],
            Letter::Char(c) => vec![c],
            Letter::Star { .. } => vec!['*'],
        })
        .collect();
    quoted(f, &text)
}

/// Writes one word of a command, in which `*` is a character like others.
pub(super) fn write_word(f: &mut fmt::Formatter<'_>, word: &str) -> fmt::Result {
    quoted(f, &word.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Quotes hold together what blanks would part, and a comma, which stands between patterns where people read them.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    match text.is_empty() || text.contains([' ', ',']) {
        true => write!(f, "\"{text}\""),
        false => f.write_str(text),
    }
}
