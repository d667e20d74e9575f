//! `diff`. Comes in: two plans, folders or folders of git revisions. Goes out: what the second allows that the first does not,
//! and everything else that differs. A difference is no finding; one that is wider is, where that was asked for.

use ambit_compiler::diff;
use ambit_compiler::manifest::Environment;
use plugin_check::print;
use plugin_check::render::diff::{Report, human, json, markdown, sarif};
use plugin_check::side::{Side, sides};

use crate::arguments::{Diff, DiffFormat};
use crate::{CouldNot, Verdict, unwritten};

/// Compares.
pub(crate) fn run(asked: &Diff) -> Result<Verdict, CouldNot> {
    let environment = asked.environment.as_deref().and_then(Environment::find);
    let (old, new) = sides(&asked.old, asked.new.as_deref())?;
    let (old, new) = (Side::load(&old, environment)?, Side::load(&new, environment)?);
    let found = diff::diff(&old.plan, &new.plan).map_err(|error| error.to_string())?;
    let report = Report { diff: &found, old: &old, new: &new, only_wider: asked.only.is_some() };
    let text = match asked.format {
        DiffFormat::Human => human::text(&report),
        DiffFormat::Markdown => markdown::text(&report),
        DiffFormat::Json => json::text(&report),
        DiffFormat::Sarif => sarif::text(&report),
    };
    print::out(&text).map_err(unwritten)?;
    let is_bad = asked.deny_widening && (found.verdict().is_wider() || found.is_cut);
    Ok(if is_bad { Verdict::Bad } else { Verdict::Fine })
}
