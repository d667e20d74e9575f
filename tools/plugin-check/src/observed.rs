//! Recordings are read and held to a plan. Comes in: files, which anyone may have written, and a plan. Goes out: what was
//! observed under it, or the file and line that cannot be true.

use std::path::Path;

use ambit_schema::plan::Plan;
use ambit_schema::recording::Observed;
use ambit_schema::wire;

use crate::load::read_recording;
use crate::render::visible;

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
