//! Folders in the place of templates. Comes in: what a text says of a target, and the id of a plugin. Goes out: the target with its
//! folders, or why it has no meaning. What the folders are is in `profile`.

use std::borrow::Cow;

use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{Spanned, did_you_mean};
use crate::profile::{FolderError, Folders};

/// Puts folders in the place of templates. A name that the profile does not define is reported.
pub fn expand<'t>(
    folders: &Folders,
    target: &'t Spanned<String>,
    plugin: &str,
    sink: &mut Sink,
) -> Option<Cow<'t, str>> {
    match folders.expand(&target.value, plugin) {
        Ok(expanded) => Some(expanded),
        Err(error) => {
            sink.add(match error {
                FolderError::Unknown(name) => unknown_folder(folders, target, &name),
                FolderError::TooLong => endless(target),
            });
            None
        }
    }
}

fn endless(target: &Spanned<String>) -> Diagnostic {
    let message = "with its folders in place this is longer than any pattern may be";
    let found = Diagnostic::new(Code::BadPattern, target.span, message);
    found.help("name fewer folders in it, or define shorter ones in the host profile")
}

fn unknown_folder(folders: &Folders, target: &Spanned<String>, name: &str) -> Diagnostic {
    let message = format!("`{}` names the folder `{name}`, which the host profile does not define", target.value);
    let found = Diagnostic::new(Code::UnknownFolder, target.span, message);
    let found = match folders.names().next() {
        None => found.help(format!("define it in the host profile, as in `folders {{ {name} \"/some/folder\" }}`")),
        Some(_) => did_you_mean(found, target.span, name, folders.names()),
    };
    Diagnostic { fix: None, ..found }
}
