//! Programs of the process tier. They are started by name, without a shell, so what only a shell understands names nothing.
//! Goes out: `not-a-program` and `escaping-path`. Programs without a `/` are found by the runtime, not by the compiler.

use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::Spanned;
use crate::manifest::{ArtifactClaim, NamedBy, inside_plugin};

/// Checks a program's name. Goes out: its path, where it is a file of the plugin.
pub(super) fn check<'c>(claim: &'c ArtifactClaim, sink: &mut Sink) -> Option<&'c str> {
    let written = claim.path.said();
    if let Some((why, help)) = improper(written, claim.named_by) {
        let message = format!("`{}` is not the name of a program: {why}", written.escape_debug());
        sink.add(Diagnostic::new(Code::NotAProgram, claim.path.span(), message).help(help));
        return None;
    }
    let is_template = claim.named_by == NamedBy::Host && written.starts_with(['~', '$']);
    if !written.contains('/') || written.starts_with('/') || is_template {
        return None;
    }
    let spanned = Spanned::new(written.clone(), claim.path.span());
    inside_plugin(&spanned, sink).then_some(written)
}

/// Why a text names no program, and what to write.
fn improper(written: &str, named_by: NamedBy) -> Option<(String, &'static str)> {
    const SHELL: &[char] = &['|', '&', ';', '<', '>', '`', '"', '\'', '*', '?', '(', ')', '[', ']', '!', '#', '='];
    if written.is_empty() || written.ends_with('/') {
        return Some(("it names no file".to_owned(), "write its name, as in `command \"my-tool\"`"));
    }
    let plain = match named_by {
        NamedBy::Host => written.replace("${", "").replace('}', "").replacen("~/", "", 1),
        NamedBy::Plugin => written.to_owned(),
    };
    let special = plain.chars().find(|c| SHELL.contains(c) || matches!(c, '$' | '{' | '}') || c.is_control());
    if let Some(special) = special.or_else(|| plain.starts_with('~').then_some('~')) {
        let why = format!("`{}` means something to a shell only, and no shell is asked", special.escape_debug());
        return Some((why, "name one program, and what it is given in `args`"));
    }
    let (first, rest) = plain.split_once(char::is_whitespace)?;
    let is_spaced_path = first.contains('/') && !rest.contains(" -") && !rest.starts_with('-');
    let why = "what stands behind the space would be a part of its name".to_owned();
    (!is_spaced_path).then_some((why, "name the program alone, and what it is given in `args`"))
}
