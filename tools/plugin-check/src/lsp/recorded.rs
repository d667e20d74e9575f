//! What plugins were seen to do. Comes in: a workspace, what came of it, and the recordings that lie in its folder. Goes out: which
//! requests are wider than what was used, for whoever wants to narrow them. A recording of another plan says nothing.

use std::fs;
use std::path::PathBuf;

use ambit_compiler::Compilation;
use ambit_compiler::diag::Diagnostic;
use ambit_compiler::observe::{Policy, findings as held};
use ambit_schema::recording::Observed;

use crate::load::Workspace;
use crate::observed::read;

/// How many recordings of a folder are read.
const MOST: usize = 8;

/// What recordings say of requests.
pub(super) fn findings(workspace: &Workspace, done: &Compilation) -> Vec<Diagnostic> {
    let Some(plan) = &done.plan else { return vec![] };
    let recordings = recordings(workspace);
    let observed: Vec<Observed> = recordings.iter().filter_map(|file| read(&[file], plan).ok()?.pop()).collect();
    if observed.is_empty() {
        return vec![];
    }
    let Workspace { sources, manifests, grants, .. } = workspace;
    held(Policy { plan, sources, manifests, grants, folders: &done.folders }, &observed).diagnostics
}

/// The recordings in the folder of the host, by name.
fn recordings(workspace: &Workspace) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(&workspace.base) else { return vec![] };
    let files = entries.filter_map(Result::ok).filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let named = files.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "jsonl"));
    let mut found: Vec<PathBuf> = named.collect();
    found.sort();
    found.truncate(MOST);
    found
}
