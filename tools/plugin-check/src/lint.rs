//! Linting. Comes in: paths. Goes out: findings on standard output, a summary on standard error.

use std::path::{Path, PathBuf};

use ambit_compiler::Compilation;
use ambit_compiler::diag::Severity;
use plugin_check::load::{Workspace, load};
use plugin_check::{print, render};

use crate::arguments::{Format, Lint};
use crate::{CouldNot, Verdict, unwritten};

/// Lints every path; what cannot be read is told, and the rest is checked all the same.
pub(crate) fn run(lint: &Lint) -> Result<Verdict, CouldNot> {
    let (workspaces, unread) = load_all(lint);
    let checked: Vec<Checked> = workspaces.into_iter().map(Checked::new).collect();
    print::out(&text(lint, &checked)).map_err(unwritten)?;
    let counts = counted(&checked);
    if lint.format == Format::Human && !lint.quiet && !checked.is_empty() {
        print::err(&format!("{counts}\n"));
    }
    if counts.dropped > 0 {
        print::err(&format!(
            "plugin-check: {} were left out of files with very many\n",
            number(counts.dropped, "finding")
        ));
    }
    if let Some(defect) = checked.iter().find_map(|one| one.done.unsealed.as_ref()) {
        return Err(crate::plan::defect(defect));
    }
    match unread.is_empty() {
        false => Err(unread.join("\nplugin-check: ")),
        true if counts.errors > 0 => Ok(Verdict::Bad),
        true => Ok(Verdict::Fine),
    }
}

/// A workspace and what came of it.
struct Checked {
    workspace: Workspace,
    done: Compilation,
}

impl Checked {
    fn new(workspace: Workspace) -> Self {
        Checked { done: workspace.compile(), workspace }
    }
}

/// The workspaces of all paths, and what kept others from being read.
fn load_all(lint: &Lint) -> (Vec<Workspace>, Vec<String>) {
    let here = [PathBuf::from(".")];
    let paths = if lint.paths.is_empty() { &here[..] } else { &lint.paths[..] };
    let overrides = lint.instead.overrides();
    let (mut workspaces, mut unread) = (vec![], vec![]);
    for (at, path) in paths.iter().enumerate() {
        if paths[..at].iter().any(|before| same(before, path)) {
            continue;
        }
        match load(path, &overrides) {
            Ok(found) => workspaces.extend(found),
            Err(error) => unread.push(error.to_string()),
        }
    }
    (workspaces, unread)
}

fn same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn text(lint: &Lint, checked: &[Checked]) -> String {
    let found = checked.iter().flat_map(|one| one.done.diagnostics.iter().map(move |found| (&one.workspace, found)));
    let found = found.filter(|(_, found)| !lint.quiet || found.code.severity() == Severity::Error);
    match lint.format {
        Format::Human => found.map(|(workspace, found)| render::human::one(workspace, found)).collect(),
        Format::Short => found.map(|(workspace, found)| render::short::one(workspace, found)).collect(),
        Format::Json => render::json::all(found),
    }
}

/// What came of it, in numbers.
#[derive(Debug, Default)]
struct Counts {
    plugins: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    dropped: usize,
}

fn counted(checked: &[Checked]) -> Counts {
    let mut counts = Counts::default();
    for Checked { done, .. } in checked {
        counts.plugins += done.plugins;
        counts.dropped += done.dropped;
        for found in &done.diagnostics {
            match found.code.severity() {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Note => counts.notes += 1,
            }
        }
    }
    counts
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (plugins, errors, warnings) =
            (number(self.plugins, "plugin"), number(self.errors, "error"), number(self.warnings, "warning"));
        write!(f, "{plugins}, {errors}, {warnings}")?;
        if self.notes > 0 { write!(f, ", {}", number(self.notes, "note")) } else { Ok(()) }
    }
}

fn number(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
