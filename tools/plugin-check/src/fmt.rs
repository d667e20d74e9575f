//! `fmt`. Comes in: texts and folders with texts. Goes out: the texts in their one layout, each replaced whole or not at all; or
//! what would change. A text that cannot be read is left alone, and named.

use std::io::{self, IsTerminal};
use std::path::Path;

use ambit_compiler::source::{FileId, Source};
use ambit_compiler::syntax::Syntax;
use plugin_check::fix::diff::unified;
use plugin_check::format::format;
use plugin_check::load::{Overrides, Workspace, load};
use plugin_check::{print, render, write};

use crate::arguments::Fmt;
use crate::{CouldNot, Verdict, unwritten};

/// How many texts there were, and what became of them.
#[derive(Debug, Default)]
struct Count {
    all: usize,
    changed: usize,
    left: usize,
}

/// Lays out.
pub(crate) fn run(asked: &Fmt) -> Result<Verdict, CouldNot> {
    let mut count = Count::default();
    for path in &asked.paths {
        let workspaces = load(path, &Overrides::default()).map_err(|error| error.to_string())?;
        for workspace in &workspaces {
            for file in texts(workspace) {
                one(asked, workspace, workspace.sources.get(file), &mut count)?;
            }
        }
    }
    let many = if count.all == 1 { "" } else { "s" };
    let what = if asked.check || asked.diff { "to lay out" } else { "laid out" };
    print::err(&format!("{} text{many}, {} {what}, {} left alone\n", count.all, count.changed, count.left));
    let is_bad = count.left > 0 || (asked.check || asked.diff) && count.changed > 0;
    Ok(if is_bad { Verdict::Bad } else { Verdict::Fine })
}

fn texts(workspace: &Workspace) -> Vec<FileId> {
    let mut texts = workspace.texts();
    texts.sort();
    texts.dedup();
    texts
}

fn one(asked: &Fmt, workspace: &Workspace, source: &Source, count: &mut Count) -> Result<(), CouldNot> {
    count.all += 1;
    let path = workspace.shown(source.path());
    let shown = render::visible(&path);
    let left = |why: &str| print::err(&format!("`{shown}` is left alone: {why}\n"));
    let Some(syntax) = Syntax::of(source.path()).filter(|_| source.is_utf8()) else {
        count.left += 1;
        left("it is no text of a syntax that is known");
        return Ok(());
    };
    let new = match format(syntax, source.text()) {
        Ok(new) if new == **source.text() => return Ok(()),
        Ok(new) => new,
        Err(why) => {
            count.left += 1;
            left(&why.to_string());
            return Ok(());
        }
    };
    count.changed += 1;
    match (asked.diff, asked.check) {
        (true, _) => print::out(&unified(&path, source.text(), &new, io::stdout().is_terminal())).map_err(unwritten),
        (_, true) => print::out(&format!("{shown}\n")).map_err(unwritten),
        (false, false) => replace(&workspace.base.join(source.path()), &new, &shown),
    }
}

fn replace(file: &Path, new: &str, shown: &str) -> Result<(), CouldNot> {
    write::replace(file, new.as_bytes()).map_err(|error| format!("cannot write `{shown}`: {error}"))
}
