//! What a configuration may say: THE TABLE of its fields. Comes in: nodes. Goes out: what is [`Said`], or what is wrong with it.

use ambit_compiler::diag::{Code, Diagnostic, Sink};
use ambit_compiler::lower::{Field, Spanned, Times, closest, did_you_mean, text, texts};
use ambit_compiler::syntax::Node;

use super::FORMATS;
use crate::levels::{Level, Which, which};

/// What has been read so far.
#[derive(Default)]
pub(super) struct Said {
    pub(super) format: Option<String>,
    pub(super) baseline: Option<Spanned<String>>,
    pub(super) levels: Vec<(Which, Level)>,
    pub(super) left_out: Vec<Spanned<String>>,
}

/// THE TABLE of fields.
pub(super) const FIELDS: &[Field<Said>] = &[
    Field { key: "format", times: Times::Once, says: "how findings are written", read: format },
    Field {
        key: "baseline",
        times: Times::Once,
        says: "the file of what is known",
        read: |to, node, sink| to.baseline = text(node, sink).filter(|path| is_path(path, sink)),
    },
    Field {
        key: "allow",
        times: Times::Many,
        says: "rules whose findings are left out",
        read: |to, node, sink| levels(to, Level::Allow, node, sink),
    },
    Field {
        key: "warn",
        times: Times::Many,
        says: "rules that are warnings",
        read: |to, node, sink| levels(to, Level::Warn, node, sink),
    },
    Field {
        key: "deny",
        times: Times::Many,
        says: "rules that are errors",
        read: |to, node, sink| levels(to, Level::Deny, node, sink),
    },
    Field {
        key: "leave-out",
        times: Times::Many,
        says: "files and folders of which nothing is told",
        read: |to, node, sink| {
            let written = texts(node, sink);
            to.left_out.extend(written.into_iter().filter(|path| is_path(path, sink)));
        },
    },
];

fn format(to: &mut Said, node: Node<'_>, sink: &mut Sink) {
    let Some(written) = text(node, sink) else { return };
    if FORMATS.contains(&written.value.as_str()) {
        to.format = Some(written.value);
        return;
    }
    let message = format!("there is no format `{}`", written.value.escape_debug());
    let found = Diagnostic::new(Code::WrongType, written.span, message);
    sink.add(did_you_mean(found, written.span, &written.value, FORMATS.into_iter()));
}

fn levels(to: &mut Said, level: Level, node: Node<'_>, sink: &mut Sink) {
    for written in texts(node, sink) {
        match which(&written.value) {
            None => sink.add(unknown(&written)),
            Some(Which::One(code))
                if code.severity() == ambit_compiler::diag::Severity::Error && level != Level::Deny =>
            {
                let message = format!("{} {} cannot be made less", code.id(), code.name());
                let found = Diagnostic::new(Code::AllowedError, written.span, message);
                sink.add(found.help("remove it, and mend what it finds").note("it forbids a plan"));
            }
            Some(which) => to.levels.push((which, level)),
        }
    }
}

fn unknown(written: &Spanned<String>) -> Diagnostic {
    let message = format!("there is no rule `{}`", written.value.escape_debug());
    let found = Diagnostic::new(Code::UnknownRule, written.span, message);
    let is_name = written.value.contains('-');
    let known = Code::ALL.iter().map(|code| if is_name { code.name() } else { code.id() });
    match closest(&written.value, known) {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found
            .help("write a code, a name, or `warnings` or `notes` for all of them; `plugin-check explain` lists all"),
    }
}

/// A path is one of this folder or below it: a configuration is kept with what it is about.
fn is_path(written: &Spanned<String>, sink: &mut Sink) -> bool {
    let path = &written.value;
    let is_below = !path.is_empty()
        && !path.starts_with('/')
        && !path.contains(['\\', ':'])
        && !path.contains(char::is_control)
        && path.split('/').all(|part| part != "..");
    if !is_below {
        let message = format!("`{}` lies not below this file", path.escape_debug());
        let found = Diagnostic::new(Code::BadPattern, written.span, message);
        sink.add(found.help("write a path from the folder of this file, without `..`, as in `plugins/old/`"));
    }
    is_below
}
