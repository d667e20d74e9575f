//! Recordings are read and held to a plan. Comes in: files, which anyone may have written, and a plan. Goes out: what was
//! observed under it, or the file and line that cannot be true.

use std::path::Path;

use ambit_compiler::Compilation;
use ambit_compiler::observe::{Policy, findings};
use ambit_schema::plan::Plan;
use ambit_schema::recording::Observed;
use ambit_schema::wire;

use crate::load::{Workspace, read_recording};
use crate::render::visible;
use crate::side::reason;

/// Reads recordings of a plan.
///
/// # Errors
/// The first file that is no recording of this plan, as `file:line:column: why`, safe to show.
pub fn read<P: AsRef<Path>>(files: &[P], plan: &Plan) -> Result<Vec<Observed>, String> {
    let hash = wire::hash(plan);
    files.iter().map(|file| one(file.as_ref(), plan, &hash)).collect()
}

fn one(file: &Path, plan: &Plan, hash: &str) -> Result<Observed, String> {
    let bytes = read_recording(file).map_err(|error| error.to_string())?;
    let read = wire::decode_recording(&bytes).and_then(|recording| recording.check(plan, hash));
    read.map_err(|error| format!("{}:{}", visible(&file.display().to_string()), visible(&error.to_string())))
}

/// What can be learned of a workspace from recordings: they are held to its plan, and then part of it, so that whatever is found
/// from now on is held against them.
///
/// # Errors
/// There is no plan to hold them to, or one of them is none of it; the text is for people and safe to show.
pub fn observe<P: AsRef<Path>>(workspace: &mut Workspace, files: &[P]) -> Result<(), String> {
    let done = workspace.compile();
    let Some(plan) = &done.plan else {
        return Err(format!("no recording can be held to a plan: {}", reason(workspace, &done.diagnostics)));
    };
    workspace.observed = read(files, plan)?;
    Ok(())
}

/// Adds what was observed to what was found.
pub(crate) fn add(workspace: &Workspace, done: &mut Compilation) {
    let (Some(plan), false) = (&done.plan, workspace.observed.is_empty()) else { return };
    let (sources, folders) = (&workspace.sources, &done.folders);
    let policy = Policy { plan, sources, manifests: &workspace.manifests, grants: &workspace.grants, folders };
    let found = findings(policy, &workspace.observed);
    done.dropped += found.dropped;
    done.diagnostics.extend(found.diagnostics);
    done.diagnostics.sort_by_key(|found| (found.primary.span, found.code));
}
