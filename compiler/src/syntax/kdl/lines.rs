//! The values of strings that are not simply what stands in the text. Comes in: what stands between the marks, its
//! escapes checked. Goes out: the value. Deliberately absent: where strings begin and end; see [`super::strings`].

use std::ops::Range;

use super::table;
use super::wrong::Kind;

/// Whether `\` means anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    Resolved,
    Kept,
}

/// Appends the value of a multi-line string to `out`; `body` is what stands between its first newline and its closing
/// marks. Whitespace escapes go first, then the indentation of the last line, then all other escapes (section
/// "Interaction with Whitespace Escapes"). An error says which part of `body` is wrong.
pub(super) fn dedent(body: &str, escapes: Escapes, out: &mut String) -> Result<(), (Kind, Range<usize>)> {
    let flat = flatten(body, escapes);
    let (lines, indent) = match flat.rsplit_once('\n') {
        Some((lines, indent)) => (Some(lines), indent),
        None => (None, flat.as_str()),
    };
    if !is_blank(indent) {
        return Err((Kind::LinesEnd, source_line(body, escapes, flat.matches('\n').count())));
    }
    let mut joined = String::with_capacity(flat.len());
    for (count, line) in lines.into_iter().flat_map(|lines| lines.split('\n')).enumerate() {
        if count > 0 {
            joined.push('\n');
        }
        match line.strip_prefix(indent) {
            _ if is_blank(line) => {}
            Some(line) => joined.push_str(line),
            None => return Err((Kind::LinesIndent, source_line(body, escapes, count))),
        }
    }
    match escapes {
        Escapes::Resolved => unescape(&joined, out),
        Escapes::Kept => out.push_str(&joined),
    }
    Ok(())
}

/// Appends `text` with its escapes resolved. They have been checked: what is no escape stays as it is.
pub(super) fn unescape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        out.push_str(before);
        rest = one_escape(escape, out);
    }
    out.push_str(rest);
}

/// Appends what the escape stands for, and returns what follows it.
fn one_escape<'t>(escape: &'t str, out: &mut String) -> &'t str {
    let mut rest = escape.chars();
    let value = match rest.next() {
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('b') => '\u{8}',
        Some('f') => '\u{C}',
        Some('s') => ' ',
        Some('u') => return unicode(rest.as_str(), out),
        Some(mark @ ('"' | '\\')) => mark,
        _ => return skip_blank(escape),
    };
    out.push(value);
    rest.as_str()
}

fn unicode<'t>(braced: &'t str, out: &mut String) -> &'t str {
    let parts = braced.strip_prefix('{').and_then(|inner| inner.split_once('}'));
    let (digits, rest) = parts.unwrap_or(("", braced));
    out.extend(scalar_value(digits));
    rest
}

/// The character that one to six hexadecimal digits name.
pub(super) fn scalar_value(digits: &str) -> Option<char> {
    let fits = (1..=6).contains(&digits.len());
    u32::from_str_radix(digits, 16).ok().filter(|_| fits).and_then(char::from_u32)
}

/// `body` with every newline as `LF` and, if escapes are resolved, without escaped whitespace.
fn flatten(body: &str, escapes: Escapes) -> String {
    let mut flat = String::with_capacity(body.len());
    walk(body, escapes, |piece, _| {
        flat.push_str(piece);
        true
    });
    flat
}

/// The part of `body` that became line `wanted` (from 0) of its flat form.
fn source_line(body: &str, escapes: Escapes, wanted: usize) -> Range<usize> {
    let (mut line, mut found) = (0, None);
    walk(body, escapes, |piece, at| {
        if piece == "\n" {
            line += 1;
        } else if line == wanted && !piece.is_empty() {
            found.get_or_insert(at..at + piece.len());
        }
        found.is_none()
    });
    found.unwrap_or(body.len()..body.len())
}

/// Calls `each` with the pieces of the flat form of `body` and where they stand, as long as it says so. A newline is a
/// piece of its own.
fn walk<'t>(body: &'t str, escapes: Escapes, mut each: impl FnMut(&'t str, usize) -> bool) {
    let bytes = body.as_bytes();
    let (mut at, mut from) = (0, 0);
    while at < bytes.len() {
        let newline = table::newline(&bytes[at..]);
        let next = match bytes[at] {
            _ if newline > 0 => at + newline,
            b'\\' if escapes == Escapes::Resolved => {
                let blank = body.len() - skip_blank(body.get(at + 1..).unwrap_or_default()).len();
                if blank == at + 1 {
                    at = (at + 2).min(bytes.len());
                    continue;
                }
                blank
            }
            _ => {
                at += 1;
                continue;
            }
        };
        let kept = each(body.get(from..at).unwrap_or_default(), from) && (newline == 0 || each("\n", at));
        if !kept {
            return;
        }
        (at, from) = (next, next);
    }
    each(body.get(from..).unwrap_or_default(), from);
}

/// `text` without the spaces and newlines it begins with.
fn skip_blank(text: &str) -> &str {
    let mut rest = text;
    loop {
        match table::space(rest.as_bytes()).max(table::newline(rest.as_bytes())) {
            0 => return rest,
            length => rest = rest.get(length..).unwrap_or_default(),
        }
    }
}

/// Whether `line` is spaces only.
fn is_blank(line: &str) -> bool {
    let mut rest = line.as_bytes();
    loop {
        match table::space(rest) {
            0 => return rest.is_empty(),
            length => rest = rest.get(length..).unwrap_or_default(),
        }
    }
}
