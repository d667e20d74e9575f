//! JSON's tokens. Comes in: a text. Goes out: tokens, also of what is no JSON.

use super::{Cutter, Kind, Token};

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut cutter = Cutter::new(text);
    while !cutter.is_done() {
        one(&mut cutter);
    }
    cutter.tokens
}

fn one(cutter: &mut Cutter<'_>) {
    let rest = cutter.rest();
    match rest.chars().next().unwrap_or_default() {
        '\r' if rest.starts_with("\r\n") => cutter.push(Kind::Newline, 2),
        '\n' | '\r' => cutter.push(Kind::Newline, 1),
        first if is_space(first) => cutter.run(Kind::Space, is_space),
        '{' | '[' => cutter.push(Kind::Open, 1),
        '}' | ']' => cutter.push(Kind::Close, 1),
        ',' => cutter.push(Kind::Separator, 1),
        ':' => cutter.push(Kind::Equals, 1),
        '"' => {
            let (kind, length) = quoted(rest);
            cutter.push(kind, length);
        }
        _ => cutter.run(Kind::Word, |character| !ends_word(character)),
    }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\u{FEFF}')
}

fn ends_word(character: char) -> bool {
    is_space(character) || "\r\n{}[],:\"".contains(character)
}

/// A text between double quotes; one without an end breaks off with its line.
pub(super) fn quoted(rest: &str) -> (Kind, usize) {
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (Kind::Quoted, at + 1),
            '\\' => drop(characters.next_if(|(_, next)| !matches!(next, '\n' | '\r'))),
            '\n' | '\r' => return (Kind::Unclosed, at),
            _ => {}
        }
    }
    (Kind::Unclosed, rest.len())
}
