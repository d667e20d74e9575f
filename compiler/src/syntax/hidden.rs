//! Characters that make a text look like another one. Comes in: the text as written, and the finished tree with its
//! escapes resolved. Goes out: a diagnostic that names the code point, at most a few for a text. Deliberately absent:
//! identifiers that look alike, which are letters and a matter of the names they stand in.

use std::collections::BTreeSet;

use super::tree::{Node, Scalar, Shape, Tree};
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::{FileId, Span};

/// How many of them are worth naming in one text.
const MOST: usize = 8;

/// Reports hidden characters as they stand in a text that is not plain, comments included. A byte order mark at the start is none.
pub(super) fn check_text(file: FileId, text: &str, sink: &mut Sink) {
    let skip = text.len() - text.strip_prefix('\u{FEFF}').unwrap_or(text).len();
    let mut rest = text[skip..].char_indices().peekable();
    let mut left = MOST;
    while let Some((at, c)) = rest.next() {
        let next = rest.peek().map(|(_, next)| *next);
        if left > 0 && hides(c, next) {
            left -= 1;
            let span = Span::new(file, skip + at, skip + at + c.len_utf8());
            sink.add(found(span, c).fix(span, ""));
        }
    }
}

/// Reports hidden characters that only escapes bring in, and those that may stand in a text but not in a key. All that the tree
/// says of a plain text is plain, but for what was decoded.
pub(super) fn check_tree(text: &str, tree: &Tree, sink: &mut Sink) {
    let mut left = MOST;
    check_node(text, tree.root(), &mut left, sink);
}

/// Depth is bounded by [`super::MAX_DEPTH`].
fn check_node(text: &str, node: Node<'_>, left: &mut usize, sink: &mut Sink) {
    if let Some(key) = node.key().filter(|key| !key.bytes().all(is_plain)) {
        let escaped = escaped(text, key, node.key_span());
        report(escaped.or_else(|| key.chars().find(|c| is_invisible(*c))), node.key_span(), left, sink);
    }
    if let Some((annotation, span)) = node.annotation() {
        report(escaped(text, annotation, span), span, left, sink);
    }
    if let (Shape::Scalar(Scalar::String(_)), Some((value, span))) = (node.shape(), node.string()) {
        report(escaped(text, value, span), span, left, sink);
    }
    for below in node.below() {
        check_node(text, below, left, sink);
    }
}

fn report(hidden: Option<char>, span: Span, left: &mut usize, sink: &mut Sink) {
    if let Some(c) = hidden.filter(|_| *left > 0) {
        *left -= 1;
        sink.add(found(span, c));
    }
}

/// The first hidden character of `decoded` that does not stand in its source: a literal one is reported as such.
fn escaped(text: &str, decoded: &str, span: Span) -> Option<char> {
    let written = text.get(span.range()).unwrap_or_default();
    if decoded.bytes().all(is_plain) || written.contains(decoded) {
        return None;
    }
    // Each character is looked up once: a text full of them must not take the square of its length.
    let mut literal = BTreeSet::new();
    let mut rest = decoded.chars().peekable();
    while let Some(c) = rest.next() {
        // A carriage return that stands in a text as itself never comes through its decoding alone.
        if hides(c, rest.peek().copied()) && (c == '\r' || literal.insert(c) && !written.contains(c)) {
            return Some(c);
        }
    }
    None
}

/// The first hidden character of a text that is no source, with its line and its column in characters, both from 1. A byte order
/// mark at the start is none.
#[must_use]
pub fn hidden_in(text: &str) -> Option<(char, usize, usize)> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        if hides(c, rest.peek().map(|(_, next)| *next)) {
            let before = &text[..at];
            let start = before.rfind('\n').map_or(0, |end| end + 1);
            return Some((c, before.matches('\n').count() + 1, before[start..].chars().count() + 1));
        }
    }
    None
}

/// The finding itself, the same whoever makes it.
pub(super) fn found(span: Span, c: char) -> Diagnostic {
    let message = format!("hidden character `U+{:04X}`, {}", u32::from(c), describe(c));
    let found = Diagnostic::new(Code::HiddenCharacter, span, message);
    found.help("remove it").note("text that is shown must be the text that is used")
}

/// A text as messages quote it: one line of at most 60 characters, with hidden characters spelled out.
pub(super) fn visible(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut shown = String::new();
    for c in line.chars().take(60) {
        if c == '\r' || is_hidden(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    if line.chars().nth(60).is_some() {
        shown.push('…');
    }
    shown
}

/// Whether a text is made of lines of ASCII that are seen as what they are. Whole pieces are looked at before the answer: a
/// loop that may end at each byte takes several times as long.
pub(super) fn is_plain_text(text: &str) -> bool {
    let plain = |byte: &u8| is_plain(*byte) | (*byte == b'\n') | (*byte == b'\t');
    let all_plain = |piece: &[u8]| piece.iter().fold(true, |all, byte| all & plain(byte));
    let (pieces, rest) = text.as_bytes().as_chunks::<64>();
    // Some of the last piece is looked at twice: single bytes would take longer.
    let is_last_plain = || text.as_bytes().last_chunk::<64>().map_or_else(|| all_plain(rest), |last| all_plain(last));
    pieces.iter().all(|piece| all_plain(piece)) && is_last_plain()
}

/// Whether a byte is a character of ASCII that is seen as what it is.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Whether `c` may not stand anywhere. A carriage return hides text only without its line feed: some readers see the
/// end of a line there, and others a line that goes on.
fn hides(c: char, next: Option<char>) -> bool {
    if c == '\r' { next != Some('\n') } else { is_hidden(c) }
}

/// Whether `c` may not stand anywhere, whatever follows.
pub(super) fn is_hidden(c: char) -> bool {
    match c {
        ' '..='~' | '\t' | '\n' | '\r' => false,
        '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{FEFF}' => true,
        '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FFF9}'..='\u{FFFB}' => true,
        '\u{E0000}'..='\u{E007F}' => true,
        _ => c.is_control(),
    }
}

/// Characters that take no room. Scripts and emoji need them in prose; a key needs none.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{200C}' | '\u{200D}' | '\u{3164}' | '\u{FFA0}')
        || matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

fn describe(c: char) -> &'static str {
    match c {
        '\r' => "a carriage return without a line feed",
        '\u{202A}' | '\u{202B}' => "which embeds text in another direction",
        '\u{202D}' | '\u{202E}' => "which overrides the direction of text",
        '\u{2066}'..='\u{2068}' => "which isolates text in another direction",
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202C}' | '\u{2069}' => "which directs text",
        '\u{FEFF}' => "a byte order mark",
        '\u{2028}' | '\u{2029}' => "a line break that few programs show",
        '\u{E0000}'..='\u{E007F}' => "a letter that is never shown",
        _ if c.is_control() => "a control character",
        _ => "which takes no room",
    }
}
