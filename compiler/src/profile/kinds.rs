//! `kinds`: the kinds of right that an application has beside the built-in ones. Comes in: a tree. Goes out: each with its
//! place, before anything else of the profile is read, because manifests, grants and the profile itself name them.

use ambit_schema::capability::{DomainKind, MAX_OWN_KINDS, MAX_PHRASE, OwnKind, OwnKindError};

use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{Field, Spanned, block_once, did_you_mean, fields, read_fields, text, wrong_type};
use crate::syntax::{Node, Tree};

/// The kinds that a profile declares, by key. What cannot be one is reported and left out.
pub fn kinds(tree: &Tree, sink: &mut Sink) -> Vec<Spanned<&'static OwnKind>> {
    let Some(node) = tree.root().field("kinds") else { return vec![] };
    let declared: Vec<Node<'_>> = block_once(node, "a block of kinds", sink).collect();
    if let Some(extra) = declared.get(MAX_OWN_KINDS) {
        too_many(*extra, declared.len(), sink);
    }
    let mut found: Vec<_> = declared.into_iter().take(MAX_OWN_KINDS).filter_map(|field| one(field, sink)).collect();
    found.sort_by_key(|kind| kind.value);
    found
}

fn too_many(extra: Node<'_>, count: usize, sink: &mut Sink) {
    let message = format!("a host has at most {MAX_OWN_KINDS} kinds of its own, not {count}");
    let found = Diagnostic::new(Code::TooManyKinds, extra.key_span(), message);
    let found = found.note("people read and grant each of them by its name");
    sink.add(found.help("remove this kind and those below it, and tell what they cover apart by their targets"));
}

#[derive(Default)]
pub(crate) struct Declared {
    domain: Option<Spanned<String>>,
    phrase: Option<Spanned<String>>,
}

pub(crate) const FIELDS: &[Field<Declared>] = fields! {
    "domain" Once "required; what its targets are: `paths`, `names`, `endpoints`, `routes`, `numbers`, `commands`"
        |to, node, sink| to.domain = text(node, sink);
    "phrase" Once "required; what it lets a plugin do, as in `push to the branch`"
        |to, node, sink| to.phrase = text(node, sink);
};

/// `git.push domain="names" phrase="push to the branch"`.
fn one(field: Node<'_>, sink: &mut Sink) -> Option<Spanned<&'static OwnKind>> {
    if field.items().next().is_some() {
        wrong_type(field, "`domain` and `phrase`", sink);
    }
    let mut declared = Declared::default();
    read_fields(field, "a kind", FIELDS, &mut declared, sink);
    let domain = declared.domain.as_ref().or_else(|| missing(field, "domain", "names", sink));
    let phrase = declared.phrase.as_ref().or_else(|| missing(field, "phrase", "push to the branch", sink));
    let (domain, phrase) = (known_domain(domain?, sink)?, phrase?);
    match OwnKind::new(field.key().unwrap_or_default(), domain, &phrase.value) {
        Ok(own) => Some(Spanned::new(own, field.key_span())),
        Err(error) => {
            sink.add(cannot(field, phrase, &error));
            None
        }
    }
}

fn missing<'v, T>(field: Node<'_>, key: &str, example: &str, sink: &mut Sink) -> Option<&'v T> {
    if field.field(key).is_none() {
        let name = field.key().unwrap_or_default();
        let found = Diagnostic::new(Code::MissingField, field.key_span(), format!("the kind `{name}` has no `{key}`"));
        sink.add(found.help(format!("add it, as in `{key}=\"{example}\"`")));
    }
    None
}

fn known_domain(written: &Spanned<String>, sink: &mut Sink) -> Option<DomainKind> {
    let found = DomainKind::find(&written.value);
    if found.is_none() {
        let message = format!("there is no domain `{}`", written.value.escape_debug());
        let unknown = Diagnostic::new(Code::BadKind, written.span, message);
        let known = DomainKind::ALL.iter().map(|domain| domain.key());
        sink.add(did_you_mean(unknown, written.span, &written.value, known));
    }
    found
}

fn cannot(field: Node<'_>, phrase: &Spanned<String>, error: &OwnKindError) -> Diagnostic {
    let key = field.key().unwrap_or_default();
    let span = if *error == OwnKindError::Phrase { phrase.span } else { field.key_span() };
    let message = format!("`{}` cannot be a kind of the host's own: {error}", key.escape_debug());
    let found = Diagnostic::new(Code::BadKind, span, message);
    match error {
        OwnKindError::Key => found.help("name it as in `git.push`: letters in lower case, digits, `-` and `_`"),
        OwnKindError::BuiltIn => found.help("remove it: the profile can offer the built-in kind in `capabilities`"),
        OwnKindError::Family(family) => {
            let rest = key.strip_prefix(family.as_str()).unwrap_or_default();
            found.help(format!("begin it with a word of the host's own, as in `my-host{rest}`"))
        }
        OwnKindError::Phrase => found
            .help(format!("say in at most {MAX_PHRASE} letters what it lets a plugin do, as in `push to the branch`")),
        OwnKindError::Full => found.help("compile in a new process"),
    }
}
