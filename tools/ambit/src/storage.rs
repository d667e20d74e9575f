//! Where `ambit run` keeps the keys and values of plugins. Comes in: the folder of a host, and what the user says. Goes out: a
//! store that is this host's alone, for plugins that may use one.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use ambit_runtime::FileStore;
use ambit_schema::capability::Kind;
use ambit_schema::plan::PluginEntry;
use sha2::{Digest, Sha256};

/// The store of the host in `base`. `None`: the plugin may use none, or there is to be none.
///
/// # Errors
/// When the folder is not this user's alone.
pub(crate) fn store(said: Option<&Path>, base: &Path, plugin: &PluginEntry) -> Result<Option<FileStore>, String> {
    let uses = [Kind::StorageRead, Kind::StorageWrite].into_iter().any(|kind| plugin.granted(kind).is_some());
    let is_none = said.is_some_and(|said| said.as_os_str() == "none");
    let Some(folder) = folder(said).filter(|_| uses && !is_none) else { return Ok(None) };
    // Hosts in other folders are other hosts, whatever they call themselves.
    let base = base.canonicalize().unwrap_or_else(|_| base.to_owned());
    let host: String = Sha256::digest(base.as_os_str().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let opened = FileStore::open(folder.join(host));
    opened.map(Some).map_err(|error| format!("there is nothing to keep keys and values in: {error}"))
}

fn folder(said: Option<&Path>) -> Option<PathBuf> {
    let user = || std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    let usual = || user().or_else(home).map(|folder| folder.join("ambit/storage"));
    said.map_or_else(usual, |said| Some(said.to_owned()))
}
