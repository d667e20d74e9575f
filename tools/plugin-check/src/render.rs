//! Findings and answers as text. Comes in: a [`Workspace`] and what the compiler said of it. Goes out: text for people
//! (`human`, and `answer`, `change` and `who` for questions), for editors and `grep` (`short`), or for programs (`json`, `sarif`,
//! `ci`). Text of users is
//! escaped in every form: a hostile manifest must not be able to drive the terminal of whoever lints it. Deliberately
//! absent: deciding about colour; text comes out coloured, and `print` takes that away where it is not wanted.

use ambit_compiler::diag::{Diagnostic, Severity};
use ambit_compiler::explain::Answer;
use ambit_schema::capability::Kind;

use crate::load::Workspace;
use crate::print;

pub mod answer;
pub mod change;
pub mod diff;
pub mod ci;
mod escape;
mod excerpt;
pub mod fingerprint;
pub mod human;
pub mod json;
pub mod paint;
pub mod sarif;
pub mod short;
pub mod snapshot;
pub mod suggest;
pub mod who;

pub use escape::{json_safe, uri, visible};

/// Prints the errors among `diagnostics` on standard error, for people.
pub fn errors(workspace: &Workspace, diagnostics: &[Diagnostic]) {
    let errors = diagnostics.iter().filter(|found| found.severity == Severity::Error);
    errors.for_each(|found| print::err(&human::one(workspace, found)));
}

/// Prints on standard error why a plugin may, or may not, do something.
pub fn answer(workspace: &Workspace, plugin: &str, kind: Kind, target: &str, answer: &Answer) {
    print::err(&answer::human(&|path| workspace.shown(path), plugin, kind, target, answer));
}
