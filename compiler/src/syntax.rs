//! Text becomes a tree, in one of three syntaxes. Comes in: a text. Goes out: a [`Tree`] and diagnostics, always both:
//! parsing never fails, it reports and goes on. Deliberately absent: the meaning of any key.

mod ends;
mod hidden;
pub mod json;
pub mod kdl;
mod keys;
mod near;
mod scan;
pub mod tree;
pub mod yaml;

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Fix, Sink};
use crate::source::{FileId, Source, Sources, Span};
pub use hidden::hidden_in;
pub use tree::{Builder, Node, Role, Scalar, Shape, Text, Tree};

/// How deep values may nest in any syntax.
pub const MAX_DEPTH: usize = 64;

/// How long a text may be, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

/// How many items a tree may have. Bounds memory: an item takes far more room than the two bytes that can make one.
pub const MAX_ITEMS: usize = 50_000;

/// How much a text may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How long it may be.
    pub bytes: usize,
    /// How many items its tree may have.
    pub items: usize,
}

impl Bounds {
    /// Of what people write.
    pub const TEXT: Bounds = Bounds { bytes: MAX_BYTES, items: MAX_ITEMS };
}

/// The syntaxes, told apart by the end of the file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Syntax {
    /// KDL 2.0: `.kdl`.
    Kdl,
    /// YAML 1.2: `.yaml`, `.yml`.
    Yaml,
    /// JSON: `.json`.
    Json,
}

impl Syntax {
    /// The syntax that a file's name announces.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        match path.rsplit_once('.')?.1 {
            "kdl" => Some(Syntax::Kdl),
            "yaml" | "yml" => Some(Syntax::Yaml),
            "json" => Some(Syntax::Json),
            _ => None,
        }
    }
}

/// Parses a text. A text that is too large, empty or not UTF-8 is an empty tree and a diagnostic. A text that is well
/// formed but is neither a map nor KDL nodes keeps its tree and gets a diagnostic.
#[must_use]
pub fn parse(sources: &Sources, file: FileId, sink: &mut Sink) -> Tree {
    let source = sources.get(file);
    let Some(syntax) = Syntax::of(source.path()) else {
        let message = "the name ends in none of `.kdl`, `.yaml`, `.yml`, `.json`";
        return refuse(Diagnostic::new(Code::UnknownSyntax, first_character(file, source), message), sink);
    };
    parse_within(sources, file, (syntax, Bounds::TEXT), sink)
}

/// Parses a text whose syntax is known, and that may hold as much as it is said. Only KDL may have more items than
/// [`MAX_ITEMS`].
#[must_use]
pub fn parse_within(sources: &Sources, file: FileId, form: (Syntax, Bounds), sink: &mut Sink) -> Tree {
    let source = sources.get(file);
    let most = form.1.bytes;
    if source.bytes().len() > most {
        let message = format!("the file is larger than {} MiB", most >> 20);
        return refuse(Diagnostic::new(Code::TooLarge, first_character(file, source), message), sink);
    }
    if !source.is_utf8()
        && let Err(error) = std::str::from_utf8(source.bytes())
    {
        return refuse(not_text(file, source, error.valid_up_to()), sink);
    }
    let before = sink.len();
    // Asked once: a plain text has nothing of what most checks of characters look for.
    let is_plain = hidden::is_plain_text(source.text());
    let tree = read(form, is_plain, (file, source.text()), sink);
    if sink.len() == before {
        check_root(&tree, source, sink);
    }
    if !is_plain && !tree.is_empty() {
        ends::check(file, source.text(), sink);
    }
    tree
}

fn read(
    (syntax, bounds): (Syntax, Bounds),
    is_plain: bool,
    (file, text): (FileId, &Arc<str>),
    sink: &mut Sink,
) -> Tree {
    if !is_plain {
        hidden::check_text(file, text, sink);
    }
    let tree = match syntax {
        Syntax::Kdl => kdl::parse_policy(bounds.items, is_plain, (file, text), sink),
        Syntax::Yaml => yaml::parse_known(is_plain, (file, text), sink),
        Syntax::Json => json::parse(file, text, sink),
    };
    if !(is_plain && tree.is_as_written()) {
        hidden::check_tree(text, &tree, sink);
    }
    tree
}

/// Every file is a map of fields, or nodes, and has at least one. Asked only of a text that is well formed.
fn check_root(tree: &Tree, source: &Source, sink: &mut Sink) {
    let found = match tree.root().shape() {
        Shape::List => "a list",
        Shape::Scalar(_) => "one value",
        Shape::Map | Shape::Node if !tree.is_empty() => return,
        Shape::Map | Shape::Node => {
            let place = first_character(tree.file(), source);
            return sink.add(Diagnostic::new(Code::EmptyFile, place, "there is nothing in this file"));
        }
    };
    let message = format!("the file is {found}, and a map of fields is expected");
    let wrong = Diagnostic::new(Code::WrongType, first_line(tree.file(), source), message);
    sink.add(wrong.help("start the file with a field and its value"));
}

/// The first bad byte by its value; line and column are the span's.
fn not_text(file: FileId, source: &Source, at: usize) -> Diagnostic {
    let byte = source.bytes().get(at).copied().unwrap_or_default();
    let span = Span::new(file, at, at + char::REPLACEMENT_CHARACTER.len_utf8());
    let wrong = Diagnostic::new(Code::NotText, span, format!("the byte `0x{byte:02X}` is not UTF-8 text"));
    let utf16 = matches!(source.bytes(), [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]);
    wrong.help(if utf16 { "this looks like UTF-16: save the file as UTF-8" } else { "save the file as UTF-8" })
}

fn refuse(why: Diagnostic, sink: &mut Sink) -> Tree {
    let file = why.primary.span.file;
    sink.add(why);
    Builder::new(file, "".into(), Shape::Map).finish()
}

fn first_character(file: FileId, source: &Source) -> Span {
    Span::new(file, 0, source.text().chars().next().map_or(0, char::len_utf8))
}

fn first_line(file: FileId, source: &Source) -> Span {
    let text = source.text();
    let start = text.len() - text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}').len();
    let line = text[start..].lines().next().unwrap_or_default();
    Span::new(file, start, start + line.trim_end().len())
}

/// Where one parser puts its findings: a few of them, because a text that is wrong in a hundred places is usually wrong
/// in one, and because every mistake recovered from costs time.
#[derive(Debug)]
struct Report<'s> {
    sink: &'s mut Sink,
    left: usize,
}

impl<'s> Report<'s> {
    /// How many findings one parser makes about one text.
    const MOST: usize = 20;

    fn new(sink: &'s mut Sink) -> Self {
        Report { sink, left: Self::MOST }
    }

    fn add(&mut self, found: Diagnostic) {
        if self.left > 0 {
            self.left -= 1;
            self.sink.add(found);
        }
    }

    /// Whether nothing more will be kept, and parsing may as well stop.
    fn is_spent(&self) -> bool {
        self.left == 0
    }
}

fn too_deep(span: Span) -> Diagnostic {
    let message = format!("values are nested deeper than {MAX_DEPTH}");
    Diagnostic::new(Code::TooDeep, span, message).help("flatten the value")
}

fn too_many(span: Span) -> Diagnostic {
    Diagnostic::new(Code::TooLarge, span, format!("the file has more than {MAX_ITEMS} values"))
}

fn duplicate(key: &str, again: Span, first: Span) -> Diagnostic {
    let wrong = Diagnostic::new(Code::DuplicateKey, again, format!("the key `{}` is here twice", hidden::visible(key)));
    wrong.because(first, "first here").help("keep one of the two")
}

/// The second of two that say the same can go.
fn without(whole: Span) -> Fix {
    Fix::safe("remove the second").edit(whole, "")
}
