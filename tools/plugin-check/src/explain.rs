//! `explain`. Comes in: a rule's code or name, or nothing. Goes out: its page, or the list of rules.

use ambit_compiler::diag::{Code, Severity};
use plugin_check::pages::page;
use plugin_check::render::paint;

use crate::question::unknown;
use crate::{CouldNot, Verdict, say};

/// Prints the page of a rule, or all rules.
pub(crate) fn run(rule: Option<&str>) -> Result<Verdict, CouldNot> {
    let Some(written) = rule else { return say(&list()) };
    match Code::find(written) {
        Some(code) => say(page(code)),
        None => Err(unknown_rule(written)),
    }
}

pub(crate) fn unknown_rule(written: &str) -> CouldNot {
    let codes = Code::ALL.iter().map(|code| code.id());
    let names = Code::ALL.iter().map(|code| code.name());
    let message = unknown("rule", written, codes.chain(names));
    // The list of everything is too long to be of help.
    match message.split_once("; there is ") {
        Some((message, _)) => format!("{message}; `plugin-check explain` lists all"),
        None => message,
    }
}

fn list() -> String {
    let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or(0);
    let line = |code: &Code| {
        let word = format!("{:7}", code.severity().word());
        let word = if code.severity() == Severity::Error { paint::red(&word) } else { paint::cyan(&word) };
        format!("{}  {word}  {:width$}  {}\n", paint::bold(code.id()), code.name(), code.summary())
    };
    Code::ALL.iter().map(line).collect()
}
