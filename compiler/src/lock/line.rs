//! What a line of a lock may have: THE TABLE of its words. Comes in: a node. Goes out: its words and values with their places;
//! or `bad-lock-line` about the first thing that stands there and that no lock says.

use crate::diag::{Code, Diagnostic, Sink};
use crate::source::Span;
use crate::syntax::{Node, Role};

/// The form of a line.
#[derive(Debug)]
pub struct Form {
    /// How it begins.
    pub key: &'static str,
    /// What its words are; those that are in `optional` may be left out, from the end.
    pub words: &'static [&'static str],
    /// How many words may be left out.
    pub optional: usize,
    /// What may be said beside them.
    pub values: &'static [&'static str],
    /// Whether it has a block: lines about a plugin.
    pub block: bool,
}

/// THE TABLE of lines.
pub const LINES: &[Form] = &[
    Form { key: "host", words: &["a name"], optional: 0, values: &["version"], block: false },
    Form { key: "plan", words: &["a hash"], optional: 0, values: &["environment"], block: false },
    Form { key: "text", words: &["a path", "a hash"], optional: 0, values: &[], block: false },
    Form { key: "plugin", words: &["an id"], optional: 0, values: &["version"], block: true },
];

/// THE TABLE of lines about a plugin.
pub const PLUGIN: &[Form] = &[
    Form { key: "artifact", words: &["a path", "a hash"], optional: 1, values: &[], block: false },
    Form { key: "interface", words: &["a name"], optional: 0, values: &["version", "for"], block: false },
];

/// A line as it is written.
pub(super) struct Line<'t> {
    pub(super) form: &'static Form,
    pub(super) node: Node<'t>,
    /// Its words, as many as the form has, or fewer where it may have.
    pub(super) words: Vec<(&'t str, Span)>,
    values: Vec<(&'t str, &'t str, Span)>,
    pub(super) below: Vec<Node<'t>>,
}

impl<'t> Line<'t> {
    /// What is said beside its words.
    pub(super) fn value(&self, key: &str) -> Option<(&'t str, Span)> {
        self.values.iter().find(|(known, ..)| *known == key).map(|(_, value, span)| (*value, *span))
    }

    /// The line of a node.
    pub(super) fn of(node: Node<'t>, table: &'static [Form], sink: &mut Sink) -> Option<Self> {
        let key = node.key().unwrap_or_default();
        let Some(form) = table.iter().find(|form| form.key == key) else {
            bad(node.key_span(), format!("no lock says `{}`", key.escape_debug()), sink);
            return None;
        };
        let mut line = Line { form, node, words: vec![], values: vec![], below: vec![] };
        for child in node.below() {
            line.take(child, sink)?;
        }
        let (has, most) = (line.words.len(), form.words.len());
        if has > most || has < most - form.optional {
            let missing = form.words.get(has).map_or("nothing more", |word| word);
            let place = line.words.get(most).map_or(node.key_span(), |(_, span)| *span);
            bad(place, format!("`{key}` takes {}, and here {missing} is expected", form.words.join(" and ")), sink);
            return None;
        }
        Some(line)
    }

    fn take(&mut self, child: Node<'t>, sink: &mut Sink) -> Option<()> {
        let key = child.key().unwrap_or_default();
        match (child.role(), child.string()) {
            (Role::Argument, Some(word)) => self.words.push(word),
            (Role::Property, Some((value, span))) if self.form.values.contains(&key) => {
                self.values.push((key, value, span));
            }
            (Role::Node, _) if self.form.block => self.below.push(child),
            _ => {
                bad(child.span(), format!("`{}` of a lock takes no such thing", self.form.key), sink);
                return None;
            }
        }
        Some(())
    }
}

/// Reports what no lock says.
pub(super) fn bad(span: Span, message: impl Into<String>, sink: &mut Sink) {
    let found = Diagnostic::new(Code::BadLockLine, span, message);
    sink.add(found.help(super::read::AGAIN).note("whoever edits a lock hides from a reviewer what drifts"));
}
