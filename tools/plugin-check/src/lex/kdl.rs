//! KDL's tokens. Comes in: a text. Goes out: tokens, also of what is no KDL. Deliberately absent: what may stand where.

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
        first if is_newline(first) => cutter.push(Kind::Newline, 1),
        first if is_space(first) => cutter.run(Kind::Space, is_space),
        '{' => cutter.push(Kind::Open, 1),
        '}' => cutter.push(Kind::Close, 1),
        ';' => cutter.push(Kind::Separator, 1),
        '=' => cutter.push(Kind::Equals, 1),
        '(' => cutter.push(Kind::TypeOpen, 1),
        ')' => cutter.push(Kind::TypeClose, 1),
        '\\' => cutter.push(Kind::Mark, 1),
        '/' if rest.starts_with("//") => cutter.run(Kind::LineComment, |character| !is_newline(character)),
        '/' if rest.starts_with("/-") => cutter.push(Kind::Slashdash, 2),
        '/' if rest.starts_with("/*") => {
            let length = block_comment(rest);
            cutter.push(Kind::BlockComment, length);
        }
        '"' => {
            let (kind, length) = if rest.starts_with("\"\"\"") { lines(rest) } else { quoted(rest) };
            cutter.push(kind, length);
        }
        '#' => {
            let (kind, length) = raw(rest);
            cutter.push(kind, length);
        }
        _ => cutter.run(Kind::Word, |character| !ends_word(character)),
    }
}

/// Section "Newline" of the specification.
fn is_newline(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Section "Whitespace", and the mark of byte order, which stands at the start alone.
fn is_space(character: char) -> bool {
    let wide =
        matches!(character, '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}');
    matches!(character, ' ' | '\t' | '\u{FEFF}') || wide
}

fn is_blank(character: char) -> bool {
    is_newline(character) || is_space(character)
}

fn ends_word(character: char) -> bool {
    is_blank(character) || "{}()\\/\";=".contains(character)
}

/// Comments nest. One without an end takes the rest.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    let bytes = rest.as_bytes();
    while at < bytes.len() {
        match bytes.get(at..at + 2) {
            Some(b"/*") => depth += 1,
            Some(b"*/") => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn quoted(rest: &str) -> (Kind, usize) {
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (Kind::Quoted, at + 1),
            // An escape may be of white space, newlines among it: then the text goes on behind all of it.
            '\\' if characters.next().is_some_and(|(_, next)| is_blank(next)) => {
                while characters.next_if(|(_, next)| is_blank(*next)).is_some() {}
            }
            character if is_newline(character) => return (Kind::Unclosed, at),
            _ => {}
        }
    }
    (Kind::Unclosed, rest.len())
}

/// `"""…"""`, with escapes.
fn lines(rest: &str) -> (Kind, usize) {
    let bytes = rest.as_bytes();
    let mut at = 3;
    while at < bytes.len() {
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            _ if rest.get(at..).is_some_and(|rest| rest.starts_with("\"\"\"")) => return (Kind::Quoted, at + 3),
            _ => at += 1,
        }
    }
    (Kind::Unclosed, rest.len())
}

/// `#"…"#`, `#"""…"""#`, or a keyword.
fn raw(rest: &str) -> (Kind, usize) {
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    let inner = rest.get(hashes..).unwrap_or_default();
    if !inner.starts_with('"') {
        let word = inner.find(|character| ends_word(character) || character == '#').unwrap_or(inner.len());
        return (Kind::Word, hashes + word);
    }
    let quotes = if inner.starts_with("\"\"\"") { 3 } else { 1 };
    let end = format!("{}{}", "\"".repeat(quotes), "#".repeat(hashes));
    let from = hashes + quotes;
    let body = rest.get(from..).unwrap_or_default();
    let line = if quotes == 3 { body.len() } else { body.find(is_newline).unwrap_or(body.len()) };
    match body.get(..line).and_then(|body| body.find(&end)) {
        Some(at) => (Kind::Quoted, from + at + end.len()),
        None => (Kind::Unclosed, from + line),
    }
}
