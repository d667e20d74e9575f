//! What the library refuses, in our words. Comes in: its error and where it had come to. Goes out: a diagnostic at the
//! text that is wrong. Deliberately absent: repair; the library reads no further.

use granit_parser::{ErrorKind, ScanError};

use crate::diag::{Code, Diagnostic};
use crate::source::{FileId, Span};
use crate::syntax::{hidden, too_deep};

/// A mistake: its code, what is wrong, and the edit where there is a usual one.
type Mistake = (Code, &'static str, Option<&'static str>);

/// The diagnostic for an error; `passed` is where the last thing that was read ended.
pub(super) fn diagnostic(error: &ScanError, file: FileId, text: &str, passed: usize) -> Option<Diagnostic> {
    let at = error.marker().byte_offset().unwrap_or(passed).min(text.len());
    let span = place(error.kind(), file, text, at, passed);
    let shown = text.get(span.range()).unwrap_or_default();
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => return Some(too_deep(span)),
        ErrorKind::UnexpectedCharacter { character } if hidden::is_hidden(*character) => {
            return Some(hidden::found(hidden_at(file, text, at, *character), *character));
        }
        ErrorKind::BomInsideDocument => return Some(hidden::found(hidden_at(file, text, at, '\u{FEFF}'), '\u{FEFF}')),
        _ => {}
    }
    let (code, message, help) = mistake(error.kind());
    let message =
        if shown.is_empty() { message.to_owned() } else { format!("{message}: `{}`", hidden::visible(shown)) };
    let found = Diagnostic::new(code, span, message);
    Some(help.into_iter().fold(found, Diagnostic::help))
}

fn mistake(kind: &ErrorKind) -> Mistake {
    quoted(kind)
        .or_else(|| brackets(kind))
        .or_else(|| indentation(kind))
        .or_else(|| refused(kind))
        .or_else(|| blocks(kind))
        .unwrap_or((Code::UnexpectedToken, "this is not YAML", None))
}

fn quoted(kind: &ErrorKind) -> Option<Mistake> {
    Some(match kind {
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::DocumentIndicatorInQuotedScalar => {
            (Code::UnterminatedText, "the string does not end", Some("close the quotes, and indent what follows them"))
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            (Code::UnexpectedToken, "text after the end of a string", Some("quote the whole value"))
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            (Code::BadEscape, "an escape that does not exist", Some("write `\\\\` for a backslash"))
        }
        ErrorKind::InvalidQuotedScalarHexEscape | ErrorKind::InvalidUnicodeEscape => {
            (Code::BadEscape, "an escape that is no character", None)
        }
        ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate => (Code::BadEscape, "an escape that is half of a surrogate pair", None),
        _ => return None,
    })
}

fn brackets(kind: &ErrorKind) -> Option<Mistake> {
    Some(match kind {
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            (Code::UnterminatedText, "a bracket that is never closed", None)
        }
        ErrorKind::MisplacedFlowCollectionEnd => (Code::UnexpectedToken, "a bracket that closes nothing", None),
        ErrorKind::MismatchedFlowCollectionEnd { .. } => {
            (Code::UnexpectedToken, "a bracket that another kind of bracket closes", None)
        }
        ErrorKind::ExpectedFlowMappingSeparator => (Code::UnexpectedToken, "expected `,` or `}`", None),
        ErrorKind::ExpectedFlowSequenceSeparator => (Code::UnexpectedToken, "expected `,` or `]`", None),
        ErrorKind::BlockEntryInFlowCollection | ErrorKind::PlainScalarStartsWithDashFlowIndicator => {
            (Code::UnexpectedToken, "a `-` item inside brackets", Some("quote it, or separate items with `,`"))
        }
        ErrorKind::FlowMappingValueAdjacentCollection | ErrorKind::InvalidColonPlacement => {
            (Code::UnexpectedToken, "a `:` that cannot stand here", Some("write a space after the `:`"))
        }
        _ => return None,
    })
}

fn indentation(kind: &ErrorKind) -> Option<Mistake> {
    const SPACES: Option<&str> = Some("indent with spaces");
    const ALIGN: Option<&str> = Some("indent the line like the ones it belongs to");
    Some(match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => (Code::UnexpectedToken, "a tab where only spaces indent", SPACES),
        ErrorKind::InvalidIndentation
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::InvalidBlockScalarIndent
        | ErrorKind::UnexpectedEndOfPlainScalar => {
            (Code::UnexpectedToken, "the line is not indented like what it belongs to", ALIGN)
        }
        ErrorKind::ExpectedBlockMappingKey => (Code::UnexpectedToken, "expected a key", ALIGN),
        ErrorKind::ExpectedBlockSequenceEntry => (Code::UnexpectedToken, "expected a `-` item", ALIGN),
        ErrorKind::BlockSequenceEntryNotAllowed => (Code::UnexpectedToken, "a `-` item cannot start here", ALIGN),
        _ => return None,
    })
}

fn refused(kind: &ErrorKind) -> Option<Mistake> {
    Some(match kind {
        ErrorKind::DirectiveDisallowed => {
            (Code::YamlFeature, "a directive", Some("remove the line: every file is read as YAML 1.2"))
        }
        ErrorKind::UndeclaredTagHandle
        | ErrorKind::ExpectedTagBang
        | ErrorKind::InvalidGlobalTagCharacter
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::MissingTagUri
        | ErrorKind::UnclosedVerbatimTag
        | ErrorKind::InvalidTagEscape
        | ErrorKind::InvalidTagUtf8LeadingByte
        | ErrorKind::InvalidTagUtf8TrailingByte
        | ErrorKind::InvalidTagUtf8 => {
            (Code::YamlFeature, "a tag that cannot be read", Some("quote text that starts with `!`"))
        }
        ErrorKind::UnknownAnchor | ErrorKind::MissingAnchorOrAliasName => {
            (Code::YamlFeature, "an anchor or alias", Some("quote text that starts with `*` or `&`"))
        }
        _ => return None,
    })
}

fn blocks(kind: &ErrorKind) -> Option<Mistake> {
    Some(match kind {
        ErrorKind::MappingValueNotAllowed | ErrorKind::MappingKeyNotAllowed => {
            let help = "quote the text that has the `:`, or check the indentation";
            (Code::UnexpectedToken, "no key can start here", Some(help))
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            (Code::UnexpectedToken, "a key without a `:`", Some("write `key: value` on one line"))
        }
        ErrorKind::UnexpectedCharacter { .. } => {
            (Code::UnexpectedToken, "text without quotes cannot start with this", Some("quote the text"))
        }
        ErrorKind::CommentNotSeparated | ErrorKind::CommentInterceptedScalar => {
            (Code::UnexpectedToken, "a comment that cannot stand here", Some("write a space before `#`"))
        }
        ErrorKind::InvalidMappingValueWhitespace
        | ErrorKind::InvalidBlockEntryWhitespace
        | ErrorKind::ExpectedWhitespace => (Code::UnexpectedToken, "expected a space", None),
        ErrorKind::ZeroBlockScalarIndent | ErrorKind::InvalidBlockScalarHeader => {
            (Code::UnexpectedToken, "only an indentation from 1 to 9, `+` or `-` follow `|` and `>`", None)
        }
        ErrorKind::InvalidDocumentEnd => (Code::UnexpectedToken, "text after the end of the document", None),
        ErrorKind::ExpectedNodeContent => (Code::UnexpectedToken, "expected a value", None),
        ErrorKind::ExpectedDocumentStart => (Code::UnexpectedToken, "text that belongs to nothing before it", None),
        _ => return None,
    })
}

/// The text to point at. The library says where it stopped, which may lie behind what is wrong.
fn place(kind: &ErrorKind, file: FileId, text: &str, at: usize, passed: usize) -> Span {
    let mistake = mistake(kind);
    let at = text.floor_char_boundary(at);
    let rest = &text[at..];
    if mistake.1.starts_with("a tab") {
        return tab(file, text, at);
    }
    match mistake.0 {
        Code::BadEscape => escape(file, text, at),
        Code::UnterminatedText if !rest.starts_with(['"', '\'', '[', '{']) => opening_quote(file, text, at, passed),
        Code::UnterminatedText => Span::new(file, at, at + line_length(rest)),
        Code::YamlFeature if rest.starts_with('%') => Span::new(file, at, at + line_length(rest)),
        _ if rest.starts_with(['[', ']', '{', '}']) => Span::new(file, at, at + 1),
        _ if rest.trim().is_empty() => last_line(file, text, at),
        _ => Span::new(file, at, at + word_length(rest)),
    }
}

/// The first tab on the line, or else the next one.
fn tab(file: FileId, text: &str, at: usize) -> Span {
    let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let on_line = text[line..line + line_length(&text[line..])].find('\t').map(|found| line + found);
    let tab = on_line.or_else(|| text[at..].find('\t').map(|found| at + found)).unwrap_or(at);
    Span::new(file, tab, text.ceil_char_boundary(tab + 1))
}

/// From the quote that was opened after what was read last.
fn opening_quote(file: FileId, text: &str, at: usize, passed: usize) -> Span {
    let between = text.get(passed..at).unwrap_or_default();
    match between.find(['"', '\'']) {
        Some(found) => Span::new(file, passed + found, passed + found + line_length(&between[found..])),
        None => last_line(file, text, at),
    }
}

/// The first escape of the string at `at` that is none.
fn escape(file: FileId, text: &str, at: usize) -> Span {
    let mut rest = text[at..].char_indices();
    while let Some((slash, _)) = rest.find(|(_, c)| *c == '\\') {
        let start = at + slash;
        let length = escape_length(&text[start..]);
        if !is_escape(&text[start..start + length]) {
            return Span::new(file, start, start + length);
        }
        rest.next();
    }
    Span::new(file, at, at + line_length(&text[at..]))
}

/// How long the escape at the start of `rest` is, with the digits it has.
fn escape_length(rest: &str) -> usize {
    let Some(c) = rest.chars().nth(1) else {
        return rest.len();
    };
    let digits = match c {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    1 + c.len_utf8() + rest.bytes().skip(2).take(digits).take_while(u8::is_ascii_hexdigit).count()
}

fn is_escape(escape: &str) -> bool {
    let digits = escape.get(2..).unwrap_or_default();
    match escape.chars().nth(1) {
        Some('x') => digits.len() == 2,
        Some('u' | 'U') => u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).is_some(),
        Some(c) => "0abt\tnvfre \"/\\N_LP\n\r".contains(c),
        None => false,
    }
}

/// The end of the text that stands before `at`, where the text itself has nothing more to point at.
fn last_line(file: FileId, text: &str, at: usize) -> Span {
    let before = text[..at].trim_end();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let indent = before.len() - start - before[start..].trim_start().len();
    Span::new(file, start + indent, before.len())
}

fn line_length(rest: &str) -> usize {
    rest.lines().next().unwrap_or_default().trim_end().len()
}

/// Up to the next white space, and at least one character of a line that has one.
fn word_length(rest: &str) -> usize {
    rest.find(char::is_whitespace).unwrap_or(rest.len())
}

/// The character that an error is about: the library may stop at the start of the text that it is in.
fn hidden_at(file: FileId, text: &str, at: usize, c: char) -> Span {
    let at = text.floor_char_boundary(at);
    let start = text[at..].find(c).map_or(at, |found| at + found);
    Span::new(file, start, text.ceil_char_boundary(start + 1))
}
