//! `--observe`. Comes in: a file, and what passes the doors. Goes out: the recording, whole or not at all. Deliberately absent:
//! replacing anything that is no recording, and writing where a plugin could write too.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ambit_runtime::{AuditLog, AuditSink, Exit, Recorder};
use ambit_schema::plan::Plan;
use ambit_schema::recording::Ended;
use ambit_schema::wire;
use plugin_check::render::visible;
use plugin_check::write::replace;

/// Keeps what a plugin does, for a file.
pub(crate) struct Observer {
    file: PathBuf,
    recorder: Arc<Recorder>,
}

impl Observer {
    /// Looks whether the file may be written, before anything runs. Every event goes on to `audit`.
    pub(crate) fn new(file: &Path, plan: &Plan, base: &Path, audit: &Arc<AuditLog>) -> Result<Self, String> {
        let shown = visible(&file.display().to_string());
        may_replace(file).map_err(|why| format!("`{shown}` is not written: {why}"))?;
        if let Some(plugin) = writer(file, plan, base) {
            return Err(format!("`{shown}` is not written: `{plugin}` may write there, and could change what it did"));
        }
        let next: Arc<dyn AuditSink> = Arc::<AuditLog>::clone(audit);
        Ok(Observer { file: file.to_owned(), recorder: Arc::new(Recorder::new(next)) })
    }

    /// Who is told of what passes the doors.
    pub(crate) fn sink(&self) -> Arc<dyn AuditSink> {
        Arc::<Recorder>::clone(&self.recorder)
    }

    /// Writes the recording. No exit: the run was stopped.
    pub(crate) fn write(&self, plan: &Plan, plugin: &str, exit: Option<&Exit>) -> Result<(), String> {
        let ended = match exit {
            Some(Exit::Success) => Ended::Success,
            Some(Exit::Failure { .. }) => Ended::Failure,
            None => Ended::Stopped,
        };
        let recording = self.recorder.take(plan, plugin, ended).ok_or("the plan has no such plugin")?;
        let shown = visible(&self.file.display().to_string());
        may_replace(&self.file).map_err(|why| format!("`{shown}` is not written: {why}"))?;
        let bytes = wire::encode_recording(&recording);
        replace(&self.file, &bytes).map_err(|error| format!("cannot write `{shown}`: {error}"))
    }
}

/// Whether nothing is there, or a recording.
fn may_replace(file: &Path) -> Result<(), String> {
    let about = match fs::metadata(file) {
        Ok(about) => about,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    if !about.is_file() {
        return Err("it is there, and no regular file".to_owned());
    }
    let mut start = vec![];
    let open = File::open(file).map_err(|error| error.to_string())?;
    open.take(wire::MARK.len() as u64).read_to_end(&mut start).map_err(|error| error.to_string())?;
    if start == wire::MARK.as_bytes() { Ok(()) } else { Err("it is there, and no recording".to_owned()) }
}

/// The plugin that may write where the file is to be.
fn writer<'p>(file: &Path, plan: &'p Plan, base: &Path) -> Option<&'p str> {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let place = fs::canonicalize(file).or_else(|_| fs::canonicalize(parent)).ok()?;
    let holds = |folder: &str| {
        let folder = base.join(folder.strip_prefix("./").unwrap_or(folder));
        fs::canonicalize(folder).is_ok_and(|folder| place.starts_with(folder))
    };
    let plugins = plan.content().plugins.iter();
    let mut writers =
        plugins.filter(|plugin| plugin.mounts.iter().any(|mount| mount.write.is_some() && holds(&mount.folder)));
    writers.next().map(|plugin| plugin.id.as_str())
}
