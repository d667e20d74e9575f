//! A tree becomes answers. THE TABLES of their fields stand here. Deliberately absent: what kinds and patterns mean, so that
//! answers can be listed and taken back where the host profile is gone.

use ambit_schema::capability::Term;
use ambit_schema::name::PluginId;
use ambit_schema::plan::digest;
use semver::Version;

use super::{Answer, Answers, FORM};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{Field, Spanned, fields, integer, list, name, read_fields, text, texts, version, wrong_type};
use crate::syntax::{Node, Shape, Tree};

/// THE TABLE of what a text of answers says.
const FIELDS: &[Field<Answers>] = fields! {
    "ambit_consents" Once "the version of this form"
        form;
    "host" Once "the name of the host that the answers are for"
        |to, node, sink| to.host = text(node, sink).map_or_else(String::new, |host| host.value);
    "folder" Once "the folder of the host profile"
        |to, node, sink| to.folder = text(node, sink).map_or_else(String::new, |folder| folder.value);
    "answers" Once "the answers, from the oldest"
        |to, node, sink| {
            for item in list(node, "a list of answers", sink) {
                to.answers.extend(answer(item, sink));
            }
        };
    "seal" Once "what vouches for all that stands before it"
        |_, node, sink| drop(text(node, sink));
};

/// THE TABLE of what an answer says.
const ANSWER: &[Field<Said>] = fields! {
    "plugin" Once "the plugin's id"
        |to, node, sink| to.plugin = text(node, sink).and_then(|id| Some(name(&id, "a plugin's id", PluginId::parse, sink)?.value));
    "version" Once "its version"
        |to, node, sink| to.version = version(node, sink).map(|version| version.value);
    "digest" Once "the SHA-256 of its file"
        |to, node, sink| to.digest = text(node, sink).and_then(|written| hexadecimal(&written, sink));
    "answer" Once "`yes` or `no`"
        |to, node, sink| to.yes = text(node, sink).and_then(|written| yes(&written, sink));
    "capability" Once "the kind of right"
        |to, node, sink| to.capability = text(node, sink).map(|key| key.value);
    "set" Once "the terms of the set"
        |to, node, sink| to.set = list(node, "a list of terms", sink).into_iter().map(|item| term(item, sink)).collect();
};

/// An answer as far as it has been read.
#[derive(Default)]
struct Said {
    plugin: Option<PluginId>,
    version: Option<Version>,
    digest: Option<String>,
    yes: Option<bool>,
    capability: Option<String>,
    set: Vec<Term>,
}

/// The answers of a text.
pub fn lower(tree: &Tree, sink: &mut Sink) -> Answers {
    let mut answers = Answers::default();
    if !tree.is_empty() {
        read_fields(tree.root(), "a text of answers", FIELDS, &mut answers, sink);
    }
    answers
}

fn form(_: &mut Answers, node: Node<'_>, sink: &mut Sink) {
    let Some(form) = integer(node, sink).filter(|form| form.value != FORM) else { return };
    let message = format!("these answers are written in form {}, and this version reads form {FORM}", form.value);
    sink.add(Diagnostic::new(Code::BadNumber, form.span, message).help("use the version of Ambit that wrote them"));
}

fn answer(node: Node<'_>, sink: &mut Sink) -> Option<Answer> {
    let mut said = Said::default();
    read_fields(node, "an answer", ANSWER, &mut said, sink);
    let span = Some(node.span());
    let Said { plugin, version, digest, yes, capability, set } = said;
    let whole = (|| {
        let (plugin, version, digest, yes, capability) = (plugin?, version?, digest?, yes?, capability?);
        Some(Answer { plugin, version, digest, yes, capability, set, span })
    })();
    if whole.is_none() && !sink.has_errors() {
        wrong_type(node, "`plugin`, `version`, `digest`, `answer`, `capability` and `set`", sink);
    }
    whole
}

fn hexadecimal(written: &Spanned<String>, sink: &mut Sink) -> Option<String> {
    let read = digest(&written.value);
    if let Err(error) = &read {
        let message = format!("`{}` is no digest: {}", written.value.escape_debug(), error.0);
        sink.add(Diagnostic::new(Code::WrongType, written.span, message));
    }
    read.ok()
}

fn yes(written: &Spanned<String>, sink: &mut Sink) -> Option<bool> {
    match written.value.as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        other => {
            let message = format!("`{}` is neither `yes` nor `no`", other.escape_debug());
            sink.add(Diagnostic::new(Code::WrongType, written.span, message));
            None
        }
    }
}

/// One pattern, or a map that says what is within and what is not.
fn term(node: Node<'_>, sink: &mut Sink) -> Term {
    const CUT: &[Field<Term>] = fields! {
        "within" Once "patterns that all cover it"
            |to, node, sink| to.within = texts(node, sink).into_iter().map(|text| text.value).collect();
        "except" Once "patterns that do not"
            |to, node, sink| to.except = texts(node, sink).into_iter().map(|text| text.value).collect();
    };
    let mut term = Term::default();
    match node.shape() {
        Shape::Map => read_fields(node, "a term", CUT, &mut term, sink),
        _ => term.within.extend(text(node, sink).map(|text| text.value)),
    }
    term
}
