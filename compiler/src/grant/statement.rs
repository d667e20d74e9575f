//! What both a profile and grants may state: who publishes what, and what nobody may end up with.

use ambit_schema::capability::{Kind, Kinds};
use ambit_schema::name::LocalName;
use ambit_schema::plan::digest;
use ambit_schema::set::{Names, Set};

use super::Subject;
use super::subject::{ids, subject};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{
    Field, Spanned, are_few, boolean, fields, kind_of, name, named, read_fields, text, text_items, texts, word,
    wrong_type,
};
use crate::source::Span;
use crate::syntax::Node;

/// The statements of one text.
#[derive(Debug, Clone, Default)]
pub struct Statements {
    /// Who publishes what.
    pub publishers: Vec<Publisher>,
    /// What nobody may end up with.
    pub nevers: Vec<Never>,
}

/// `publisher "acme" { plugins "acme.*"; trust "verified" }`.
#[derive(Debug, Clone)]
pub struct Publisher {
    /// Who.
    pub name: Spanned<LocalName>,
    /// The plugins it has, by id.
    pub plugins: Vec<Set<Names>>,
    /// And by the SHA-256 of their artifacts, in lower-case hexadecimal.
    pub digests: Vec<String>,
    /// How far it is trusted.
    pub trust: Option<Spanned<LocalName>>,
}

/// No plugin of `subject` may have something of every part.
#[derive(Debug, Clone)]
pub struct Never {
    /// Who.
    pub subject: Subject,
    /// Where.
    pub span: Span,
    /// What: one part, or with `together` one for each line of the block.
    pub parts: Vec<Part>,
}

/// Something of one kind.
#[derive(Debug, Clone)]
pub struct Part {
    /// What kind.
    pub kind: Kind,
    /// The patterns, as written: any of them.
    pub targets: Vec<Spanned<String>>,
}

/// THE TABLE of a publisher's fields.
pub(crate) const PUBLISHER: &[Field<Publisher>] = fields! {
    "plugins" Many "the plugins it has, by id or pattern"
        |to, node, sink| for item in text_items(node, sink) { to.plugins.extend(word(item, sink).and_then(|id| ids(&id, sink))); };
    "digests" Many "and by the digest of their artifacts: `sha256:` and 64 hexadecimal digits"
        digests;
    "trust" Once "how far it is trusted, in a word of your own"
        |to, node, sink| to.trust = text(node, sink).and_then(|it| name(&it, "a trust tier", LocalName::parse, sink));
};

pub(crate) fn publisher(to: &mut Statements, node: Node<'_>, sink: &mut Sink) {
    for (written, block) in named(node, "a name and a block, as in `publisher \"acme\" { plugins \"acme.*\" }`", sink) {
        let Some(name) = name(&written, "a publisher", LocalName::parse, sink) else { continue };
        let mut publisher = Publisher { name, plugins: vec![], digests: vec![], trust: None };
        read_fields(block, "a publisher", PUBLISHER, &mut publisher, sink);
        are_few(publisher.plugins.len(), publisher.name.span, sink);
        to.publishers.push(publisher);
    }
}

fn digests(to: &mut Publisher, node: Node<'_>, sink: &mut Sink) {
    for written in texts(node, sink) {
        match digest(&written.value) {
            Ok(digits) => to.digests.push(digits),
            Err(error) => {
                let message = format!("`{}` is no digest: {}", written.value.escape_debug(), error.0);
                let found = Diagnostic::new(Code::BadPattern, written.span, message);
                sink.add(found.help("write the SHA-256 of the artifact, as `plugin-check plan` shows it"));
            }
        }
    }
}

pub(crate) fn never(to: &mut Statements, kinds: &Kinds, node: Node<'_>, sink: &mut Sink) {
    const FORM: &str = "a plugin and a block, as in `never \"*\" { fs.write \"~/.ssh/\" }`";
    for (written, block) in named(node, FORM, sink) {
        let span = written.span;
        let Some(subject) = subject(written, sink) else { continue };
        let (mut together, mut parts) = (false, vec![]);
        for field in block.fields() {
            if field.key() == Some("together") {
                together = boolean(field, sink).is_some_and(|it| it.value);
            } else if let Some(kind) = kind_of(field, kinds, &["together"], sink) {
                parts.push(Part { kind, targets: texts(field, sink) });
            }
        }
        parts.retain(|part| !part.targets.is_empty());
        if together && !parts.iter().all(|part| are_few(part.targets.len(), span, sink)) {
            continue;
        }
        if parts.is_empty() {
            wrong_type(block, FORM, sink);
        } else if together {
            to.nevers.push(Never { subject, span, parts });
        } else {
            to.nevers.extend(parts.into_iter().flat_map(|part| each(&subject, part)));
        }
    }
}

/// An assertion for each target.
fn each(subject: &Subject, part: Part) -> impl Iterator<Item = Never> {
    part.targets.into_iter().map(move |target| Never {
        subject: subject.clone(),
        span: target.span,
        parts: vec![Part { kind: part.kind, targets: vec![target] }],
    })
}
