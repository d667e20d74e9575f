//! Linting. Comes in: paths. Goes out: findings on standard output, a summary on standard error; with `--fix` fixed files
//! before that, with `--diff` what would change instead of findings.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use ambit_compiler::Compilation;
use ambit_compiler::diag::{Diagnostic, Safety, Severity, Suppressed};
use plugin_check::baseline::Baseline;
use plugin_check::fix::{Fixed, TakenBack, diff, fix};
use plugin_check::leave::LeftOut;
use plugin_check::levels::Levels;
use plugin_check::load::{Workspace, load};
use plugin_check::observed::observe;
use plugin_check::{baseline, locked, print, render};

use crate::arguments::{Format, Lint};
use crate::settings::{Known, Settings};
use crate::{CouldNot, Verdict, unwritten};

/// Lints every path; what cannot be read is told, and the rest is checked all the same.
pub(crate) fn run(lint: &Lint) -> Result<Verdict, CouldNot> {
    let asked = &lint.fixing;
    if asked.with_unsafe && !asked.fix && !asked.diff {
        return Err("`--unsafe` says which fixes are made: write it with `--fix` or `--diff`".to_owned());
    }
    let paths = lint.paths();
    let settings = Settings::new(lint, &paths)?;
    if lint.configured.show_config {
        return settings.show();
    }
    let levels = &settings.levels;
    // What is locked is locked as a whole.
    let config = settings.config.as_ref().filter(|_| !lint.locked);
    let left_out = LeftOut::new(config.map_or(&[], |config| &config.left_out), &paths);
    let (mut workspaces, mut unread) = load_all(lint, &paths);
    let taken = left_out.take(&mut workspaces);
    if taken > 0 && !lint.quiet {
        print::err(&format!("plugin-check: hosts and manifests left out, as the configuration says: {taken}\n"));
    }
    unread.extend(observed(lint, &mut workspaces).err());
    if asked.fix || asked.diff {
        let most = if asked.with_unsafe { Safety::Unsafe } else { Safety::Safe };
        let fixed = workspaces.into_iter().map(|one| fix(one, most, |code| levels.severity(code).is_some())).collect();
        return fixing((lint, settings.format), levels, fixed, unread);
    }
    let (mut checked, unread) = compiled(lint, workspaces, (levels, &left_out), unread);
    if let Some(file) = &lint.known.write_baseline {
        return keep(file, &checked, unread);
    }
    if let Some(known) = &settings.known {
        only_new(&mut checked, known)?;
    }
    let verdict = told((lint, settings.format), &checked, &unread);
    if !lint.watching.watch {
        // The process ends: giving back the memory of a large plan piece by piece takes longer than that.
        std::mem::forget(checked);
    }
    verdict
}

/// Holds what is found against recordings, where some are named.
fn observed(lint: &Lint, workspaces: &mut [Workspace]) -> Result<(), String> {
    let recordings = &lint.observing.observed;
    match workspaces {
        _ if recordings.is_empty() => Ok(()),
        [workspace] => observe(workspace, recordings),
        [] => Ok(()),
        _ => Err("a recording is of one host: name the folder of one".to_owned()),
    }
}

/// Compiles every workspace; with `--locked`, what could not be compared with a lock is told as what could not be read is.
fn compiled(
    lint: &Lint,
    workspaces: Vec<Workspace>,
    (levels, left_out): (&Levels, &LeftOut),
    mut unread: Vec<String>,
) -> (Vec<Checked>, Vec<String>) {
    let mut checked = vec![];
    for mut workspace in workspaces {
        let done = if lint.locked { locked::checked_whole(&mut workspace) } else { Ok(workspace.compile()) };
        match done {
            Ok(mut done) => {
                left_out.quiet(&workspace, &mut done.diagnostics);
                checked.push(Checked::new(done, workspace, levels));
            }
            Err(why) => unread.push(why),
        }
    }
    (checked, unread)
}

/// Writes a baseline. What could not be read would be missing in it.
fn keep(file: &Path, checked: &[Checked], unread: Vec<String>) -> Result<Verdict, CouldNot> {
    if !unread.is_empty() {
        return Err(unread.join("\nplugin-check: "));
    }
    let count = baseline::write(file, all(checked))?;
    let shown = render::visible(&file.display().to_string());
    print::err(&format!("{} written to `{shown}`\n", number(count, "finding")));
    Ok(Verdict::Fine)
}

/// Leaves out what is known.
fn only_new(checked: &mut [Checked], known: &Known) -> Result<(), CouldNot> {
    let mut is_known = Baseline::read(&known.file)?.knows(all(checked)).into_iter();
    for one in checked {
        let told = |found: &Diagnostic| found.is_error() && !known.hides_errors;
        one.done.diagnostics.retain(|found| !is_known.next().unwrap_or(false) || told(found));
    }
    Ok(())
}

/// Every finding with its workspace.
fn all(checked: &[Checked]) -> impl Iterator<Item = (&Workspace, &Diagnostic)> {
    checked.iter().flat_map(|one| one.done.diagnostics.iter().map(move |found| (&one.workspace, found)))
}

/// Writes what was fixed, or shows it.
fn fixing(
    (lint, format): Asked<'_>,
    levels: &Levels,
    fixed: Vec<Fixed>,
    mut unread: Vec<String>,
) -> Result<Verdict, CouldNot> {
    fixed.iter().flat_map(|one| &one.taken_back).for_each(taken_back);
    if lint.fixing.diff {
        let shown = io::stdout().is_terminal();
        let diffs = fixed.iter().flat_map(|one| one.changed().map(move |change| (one, change)));
        let text: String =
            diffs.map(|(one, (file, old, new))| diff::unified(&one.path(file), old, new, shown)).collect();
        print::out(&text).map_err(unwritten)?;
        return match (unread.is_empty(), text.is_empty()) {
            (false, _) => Err(unread.join("\nplugin-check: ")),
            (true, true) => Ok(Verdict::Fine),
            (true, false) => Ok(Verdict::Bad),
        };
    }
    let (mut made, mut files) = (0, 0);
    for one in &fixed {
        match one.write() {
            Ok(written) => (made, files) = (made + one.made, files + written),
            Err(failed) => {
                let shown = |path: &str| render::visible(path);
                unread.extend(failed.iter().map(|(path, why)| format!("cannot write `{}`: {why}", shown(path))));
            }
        }
    }
    if !lint.quiet {
        print::err(&format!("{} made in {}\n", number(made, "fix"), number(files, "file")));
    }
    let checked: Vec<Checked> = fixed.into_iter().map(|one| Checked::new(one.done, one.workspace, levels)).collect();
    told((lint, format), &checked, &unread)
}

fn taken_back(fix: &TakenBack) {
    let (path, title) = (render::visible(&fix.path), render::visible(&fix.title));
    let id = fix.code.id();
    print::err(&format!(
        "plugin-check: the fix of {id} in `{path}`, {title}, made it worse and was taken back: a defect of the rule\n"
    ));
}

/// What was asked for, and how findings are written.
type Asked<'a> = (&'a Lint, Format);

/// Prints findings and summary.
fn told((lint, format): Asked<'_>, checked: &[Checked], unread: &[String]) -> Result<Verdict, CouldNot> {
    print::out(&text((lint, format), checked)).map_err(unwritten)?;
    let counts = counted(checked);
    if format == Format::Human && !lint.quiet && !checked.is_empty() {
        print::err(&format!("{counts}\n{}", counts.advice(lint)));
    }
    if counts.suppressed > 0 && format != Format::Human && !lint.quiet {
        let count = number(counts.suppressed, "finding");
        print::err(&format!("plugin-check: {count} suppressed by comments\n"));
    }
    if counts.dropped > 0 {
        print::err(&format!(
            "plugin-check: {} were left out of files with very many\n",
            number(counts.dropped, "finding")
        ));
    }
    if let Some(defect) = checked.iter().find_map(|one| one.done.unsealed.as_ref()) {
        return Err(plugin_check::side::defect(defect));
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
    fn new(mut done: Compilation, workspace: Workspace, levels: &Levels) -> Self {
        levels.apply(&mut done.diagnostics);
        done.suppressed.retain(|one| levels.severity(one.found.code).is_some());
        Checked { workspace, done }
    }
}

/// The workspaces of all paths, and what kept others from being read.
fn load_all(lint: &Lint, paths: &[PathBuf]) -> (Vec<Workspace>, Vec<String>) {
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

fn text((lint, format): Asked<'_>, checked: &[Checked]) -> String {
    let found = all(checked).filter(|(_, found)| !lint.quiet || found.severity == Severity::Error);
    match format {
        Format::Human => found.map(|(workspace, found)| render::human::one(workspace, found)).collect(),
        Format::Short => found.map(|(workspace, found)| render::short::one(workspace, found)).collect(),
        Format::Json => render::json::all(found),
        Format::Sarif => render::sarif::all(found, suppressed(lint, checked)),
        Format::Github => render::ci::github(found),
        Format::Gitlab => render::ci::gitlab(found),
        Format::Junit => render::ci::junit(found, suppressed(lint, checked)),
    }
}

/// What comments took, where more than errors is told.
fn suppressed<'c>(lint: &Lint, checked: &'c [Checked]) -> impl Iterator<Item = (&'c Workspace, &'c Suppressed)> {
    let told = checked.iter().filter(|_| !lint.quiet);
    told.flat_map(|one| one.done.suppressed.iter().map(move |found| (&one.workspace, found)))
}

/// What came of it, in numbers.
#[derive(Debug, Default)]
struct Counts {
    plugins: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    suppressed: usize,
    dropped: usize,
    /// Findings with a fix, safe and unsafe.
    fixes: (usize, usize),
}

fn counted(checked: &[Checked]) -> Counts {
    let mut counts = Counts::default();
    for Checked { done, .. } in checked {
        counts.plugins += done.plugins;
        counts.dropped += done.dropped;
        counts.suppressed += done.suppressed.len();
        for found in &done.diagnostics {
            match found.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Note => counts.notes += 1,
            }
            match found.fix.as_ref().map(|fix| fix.safety) {
                Some(Safety::Safe) => counts.fixes.0 += 1,
                Some(Safety::Unsafe) => counts.fixes.1 += 1,
                None => {}
            }
        }
    }
    counts
}

impl Counts {
    /// What can be fixed, on a line of its own.
    fn advice(&self, lint: &Lint) -> String {
        if lint.fixing.fix && (self.fixes.1 == 0 || lint.fixing.with_unsafe) {
            return String::new();
        }
        match self.fixes {
            (0, 0) => String::new(),
            (0, more) => format!("{more} can be fixed with `--fix --unsafe`\n"),
            (safe, 0) => format!("{safe} can be fixed with `--fix`\n"),
            (safe, more) => format!("{safe} can be fixed with `--fix`, {more} more with `--fix --unsafe`\n"),
        }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (plugins, errors, warnings) =
            (number(self.plugins, "plugin"), number(self.errors, "error"), number(self.warnings, "warning"));
        write!(f, "{plugins}, {errors}, {warnings}")?;
        if self.notes > 0 {
            write!(f, ", {}", number(self.notes, "note"))?;
        }
        if self.suppressed > 0 { write!(f, ", {} suppressed", self.suppressed) } else { Ok(()) }
    }
}

fn number(count: usize, what: &str) -> String {
    let many = if what == "fix" { "es" } else { "s" };
    format!("{count} {what}{}", if count == 1 { "" } else { many })
}
