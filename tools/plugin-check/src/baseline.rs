//! Findings that are known: a list that is kept, so that only new ones are told. Comes in: findings and a file. Goes out: the
//! findings that are not in it; or the file. A finding is known by its [`fingerprint`], so lines may move.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ambit_compiler::diag::Diagnostic;

use crate::load::Workspace;
use crate::render::{fingerprint, short, visible};
use crate::write;

/// What stands at the top.
const HEAD: &str = "# Findings that are known: `plugin-check --baseline FILE` tells only others. `--write-baseline FILE` writes it anew.\n";
/// How many bytes a baseline may have.
const MOST: u64 = 16 << 20;

/// Fingerprints of findings that are known.
#[derive(Debug, Default)]
pub struct Baseline(BTreeSet<String>);

impl Baseline {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or is no baseline; the text is for people and safe to show.
    pub fn read(path: &Path) -> Result<Baseline, String> {
        let shown = visible(&path.display().to_string());
        let size = fs::metadata(path).map_err(|error| format!("cannot read `{shown}`: {error}"))?.len();
        if size > MOST {
            return Err(format!("`{shown}` is no baseline: it is larger than 16 MiB"));
        }
        let text = fs::read_to_string(path).map_err(|error| format!("cannot read `{shown}`: {error}"))?;
        let mut known = BTreeSet::new();
        for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.is_empty() && !text.starts_with('#')) {
            let print = text.split_whitespace().next().unwrap_or_default();
            let (hash, count) = print.split_once(':').unwrap_or_default();
            let is_print = !hash.is_empty() && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !is_print || count.parse::<u32>().is_err() {
                return Err(format!(
                    "`{shown}` is no baseline: line {line} does not start with a fingerprint; write it anew with `--write-baseline`"
                ));
            }
            known.insert(print.to_owned());
        }
        Ok(Baseline(known))
    }

    /// Whether each finding is known, in their order. What differs from a lock never is: a file that is swapped once more is
    /// another file, and looks the same.
    pub fn knows<'w>(&self, found: impl Iterator<Item = (&'w Workspace, &'w Diagnostic)>) -> Vec<bool> {
        let found: Vec<_> = found.collect();
        let prints = fingerprint::all(found.iter().copied());
        let known =
            |((_, found), print): (&(_, &Diagnostic), String)| !found.code.is_of_lock() && self.0.contains(&print);
        found.iter().zip(prints).map(known).collect()
    }
}

/// Writes a baseline of all findings but what differs from a lock: a line each, sorted by what people read.
///
/// # Errors
/// It cannot be written; the text is for people and safe to show.
pub fn write<'w>(path: &Path, found: impl Iterator<Item = (&'w Workspace, &'w Diagnostic)>) -> Result<usize, String> {
    let found: Vec<_> = found.filter(|(_, found)| !found.code.is_of_lock()).collect();
    let prints = fingerprint::all(found.iter().copied());
    let place = |workspace: &Workspace, found: &Diagnostic| {
        let source = workspace.sources.get(found.primary.span.file);
        visible(&workspace.shown(source.path()))
    };
    let lines = found.iter().zip(prints);
    let mut lines: Vec<(String, String)> = lines
        .map(|((workspace, found), print)| {
            let line =
                format!("{print} {} {}: {}\n", found.code.id(), place(workspace, found), visible(&found.message));
            (short::one(workspace, found), line)
        })
        .collect();
    lines.sort();
    let text: String = std::iter::once(HEAD.to_owned()).chain(lines.into_iter().map(|(_, line)| line)).collect();
    let shown = visible(&path.display().to_string());
    write::replace(path, text.as_bytes()).map_err(|error| format!("cannot write `{shown}`: {error}"))?;
    Ok(found.len())
}
