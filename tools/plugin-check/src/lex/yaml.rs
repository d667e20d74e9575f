//! YAML's tokens, as far as lines tell. Comes in: a text. Goes out: tokens. What stands in a block scalar is cut like any
//! other line: who has to know reads the tree. Deliberately absent: indentation, which is meaning there and a blank here.

use super::{Cutter, Kind, Token, json};

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut cutter = Cutter::new(text);
    while !cutter.is_done() {
        one(&mut cutter);
    }
    cutter.tokens
}

fn one(cutter: &mut Cutter<'_>) {
    let rest = cutter.rest();
    let is_free = cutter.tokens.last().is_none_or(|last| last.kind.is_blank());
    match rest.chars().next().unwrap_or_default() {
        '\r' if rest.starts_with("\r\n") => cutter.push(Kind::Newline, 2),
        '\n' | '\r' => cutter.push(Kind::Newline, 1),
        ' ' | '\t' => cutter.run(Kind::Space, |character| matches!(character, ' ' | '\t')),
        '{' | '[' => cutter.push(Kind::Open, 1),
        '}' | ']' => cutter.push(Kind::Close, 1),
        ',' => cutter.push(Kind::Separator, 1),
        ':' if ends(rest, 1) => cutter.push(Kind::Equals, 1),
        '-' if is_free && ends(rest, 1) => cutter.push(Kind::Mark, 1),
        '#' if is_free => cutter.run(Kind::LineComment, |character| !matches!(character, '\n' | '\r')),
        '"' => {
            let (kind, length) = json::quoted(rest);
            cutter.push(kind, length);
        }
        '\'' => {
            let (kind, length) = single(rest);
            cutter.push(kind, length);
        }
        _ => {
            let length = word(rest);
            cutter.push(Kind::Word, length);
        }
    }
}

/// Whether nothing more of a word follows behind `length` bytes.
fn ends(rest: &str, length: usize) -> bool {
    rest.get(length..).and_then(|rest| rest.chars().next()).is_none_or(|next| " \t\r\n,]}".contains(next))
}

/// A text between single quotes, in which two of them are one.
fn single(rest: &str) -> (Kind, usize) {
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\'' if characters.next_if(|(_, next)| *next == '\'').is_none() => return (Kind::Quoted, at + 1),
            '\n' | '\r' => return (Kind::Unclosed, at),
            _ => {}
        }
    }
    (Kind::Unclosed, rest.len())
}

/// A plain word: up to a blank, a mark of flow, or a colon that ends a key.
fn word(rest: &str) -> usize {
    let is_end = |(at, character): &(usize, char)| {
        " \t\r\n,[]{}".contains(*character) || *character == ':' && ends(rest, at + 1)
    };
    rest.char_indices().skip(1).find(is_end).map_or(rest.len(), |(at, _)| at)
}
