//! What lies in a folder. Comes in: a folder. Goes out: the folders of hosts and the manifests below it, sorted. Links to
//! folders are not followed, so there are no loops; a link to a file counts only where it stays in the folder, so that a
//! plugin cannot have a file of its reader's quoted in a diagnostic. Deliberately absent: reading; whoever asks says what becomes
//! of a manifest as soon as it is found.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use ambit_schema::cores::{Cores, sort};
use ambit_schema::plan::LAYERS;

use super::open::Open;
use super::{LoadError, cores};
use crate::render::visible;

/// The names a manifest can have in its folder, in the order in which they are looked for.
pub const MANIFEST_NAMES: [&str; 4] = ["plugin.kdl", "plugin.yaml", "plugin.yml", "plugin.json"];

/// How deep below a folder plugins are looked for.
const MAX_FOLDERS: usize = 16;

/// Folders with more folders in them than this are looked through by several threads.
const MANY: usize = 64;

/// A file, and its path from the folder in which it was looked for.
pub(super) type Stray = (PathBuf, String);

/// A manifest that was found.
pub(super) struct Manifest<'f> {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its path from the folder in which it was looked for.
    pub(super) name: String,
    /// Its folder, where that could be opened.
    at: Option<&'f Open>,
    file: &'f str,
}

impl Manifest<'_> {
    pub(super) fn open(&self) -> io::Result<File> {
        self.at.map_or_else(|| File::open(&self.path), |at| at.file(self.file))
    }
}

/// What becomes of a manifest as soon as it is found.
pub(super) type Make<'w, M> = &'w (dyn Fn(Manifest<'_>) -> M + Sync);

/// The hosts below a folder, and the manifests that belong to none of them.
#[derive(Debug)]
pub(super) struct Found {
    /// Folders with a `host.kdl`. One below another belongs to it.
    pub(super) hosts: Vec<PathBuf>,
    /// The rest.
    pub(super) strays: Vec<Stray>,
}

/// Looks for hosts and stray manifests, `path` included.
pub(super) fn hosts(path: &Path) -> Result<Found, LoadError> {
    let mut walk = Walk::new(path, true, &|found: Manifest<'_>| (found.path, found.name));
    walk.folder(path, Open::folder(path).ok().as_ref(), "", 0)?;
    walk.hosts.sort();
    Ok(Found { hosts: walk.hosts, strays: walk.manifests })
}

/// Looks for manifests below the folder of a host, or below a folder that has none, and makes something of each.
pub(super) fn manifests<M: Send>(path: &Path, make: Make<'_, M>) -> Result<Vec<M>, LoadError> {
    let mut walk = Walk::new(path, false, make);
    walk.folder(path, Open::folder(path).ok().as_ref(), "", 0)?;
    Ok(walk.manifests)
}

/// The grants in a folder, by name: `grants.kdl` and `grants.LAYER.kdl`, and the same in YAML and JSON. Which layers there are
/// is known, so a name that says another is an error: a deny must not go unread because of a typing mistake, and a copy that
/// someone put aside must not count.
pub(super) fn grants(folder: &Path) -> Result<Vec<Stray>, LoadError> {
    let entries = fs::read_dir(folder).map_err(|error| LoadError::new(folder, error))?;
    let mut found = vec![];
    for entry in entries {
        let entry = entry.map_err(|error| LoadError::new(folder, error))?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let Some(layer) = grants_name(&name) else { continue };
        if !regular(folder, &path)? {
            continue;
        }
        match layer {
            Some(layer) if !LAYERS.contains(&layer) => return Err(LoadError::new(&path, unknown_layer(layer))),
            _ => found.push((path, name)),
        }
    }
    found.sort();
    Ok(found)
}

fn unknown_layer(layer: &str) -> String {
    let known = LAYERS.map(|known| format!("`{known}`")).join(", ");
    let layer = visible(layer);
    format!("its name says the layer `{layer}`, which is none of {known}; rename it, or name it with `--grants`")
}

/// Whether a file of this name is for grants, and the layer that the name says.
fn grants_name(name: &str) -> Option<Option<&str>> {
    let (stem, end) = name.rsplit_once('.')?;
    let is_ours = MANIFEST_NAMES.iter().any(|manifest| manifest.rsplit('.').next() == Some(end));
    match stem.strip_prefix("grants") {
        Some("") if is_ours => Some(None),
        Some(rest) if is_ours => rest.strip_prefix('.').map(Some),
        _ => None,
    }
}

struct Walk<'w, M> {
    root: &'w Path,
    ends_at_hosts: bool,
    cores: Cores,
    make: Make<'w, M>,
    hosts: Vec<PathBuf>,
    manifests: Vec<M>,
}

impl<'w, M: Send> Walk<'w, M> {
    fn new(root: &'w Path, ends_at_hosts: bool, make: Make<'w, M>) -> Self {
        Walk { root, ends_at_hosts, cores: cores(), make, hosts: vec![], manifests: vec![] }
    }

    /// A folder with a manifest is a plugin, and nothing is looked for below it, unless it is a host's too.
    fn folder(&mut self, folder: &Path, at: Option<&Open>, name: &str, depth: usize) -> Result<(), LoadError> {
        let listed = Listed(at.and_then(|at| at.few(Listed::FEW)));
        let is_host = self.has(&listed, folder, "host.kdl")?.is_some();
        if is_host && self.ends_at_hosts {
            self.hosts.push(folder.to_owned());
            return Ok(());
        }
        let is_plugin = self.manifests_in(&listed, folder, at, name)?;
        if is_plugin && !is_host || depth >= MAX_FOLDERS {
            return Ok(());
        }
        let inside = subfolders(folder)?;
        let enter = |walk: &mut Self, inside: &OsStr| {
            let path = below(folder, inside);
            let opened = at.and_then(|at| at.inside(inside).ok());
            walk.folder(&path, opened.as_ref(), &format!("{name}{}/", inside.to_string_lossy()), depth + 1)
        };
        if inside.len() < MANY || self.cores == Cores::ONE {
            return inside.iter().try_for_each(|inside| enter(self, inside));
        }
        let (root, ends_at_hosts, make) = (self.root, self.ends_at_hosts, self.make);
        let aside = |folders: &[OsString]| {
            let mut walk = Walk { cores: Cores::ONE, ..Walk::new(root, ends_at_hosts, make) };
            let walked = folders.iter().try_for_each(|inside| enter(&mut walk, inside));
            walked.map(|()| (walk.hosts, walk.manifests))
        };
        for walked in self.cores.stretches(&inside, aside) {
            let (hosts, manifests) = walked?;
            self.hosts.extend(hosts);
            self.manifests.extend(manifests);
        }
        Ok(())
    }

    /// Two manifests in one folder are both read: which of them counts is not for a reader to guess.
    fn manifests_in(
        &mut self,
        listed: &Listed,
        folder: &Path,
        at: Option<&Open>,
        name: &str,
    ) -> Result<bool, LoadError> {
        let before = self.manifests.len();
        for file in MANIFEST_NAMES {
            let Some(path) = self.has(listed, folder, file)? else { continue };
            if name.contains(char::REPLACEMENT_CHARACTER) {
                return Err(LoadError::new(&path, "the name of its folder is not UTF-8 text"));
            }
            self.manifests.push((self.make)(Manifest { path, name: format!("{name}{file}"), at, file }));
        }
        Ok(self.manifests.len() > before)
    }

    /// The path of a regular file of this name in a folder, if there is one.
    fn has(&self, listed: &Listed, folder: &Path, name: &str) -> Result<Option<PathBuf>, LoadError> {
        let there = listed.says(name);
        if there == Some(There::Nothing) {
            return Ok(None);
        }
        let path = below(folder, name);
        let is_file = there == Some(There::File) || regular(self.root, &path)?;
        Ok(is_file.then_some(path))
    }
}

/// What a list says of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum There {
    Nothing,
    /// A file, and no link to one.
    File,
}

/// What lies in a folder, where that is little: one list takes less time than a look for each name that a file may have. None of a
/// folder that cannot be listed, or has more in it: files in it are looked for by name.
#[derive(Debug)]
struct Listed(Option<Vec<(OsString, bool)>>);

impl Listed {
    /// How much is little.
    const FEW: usize = 64;

    /// What is there under a name. `None`: only a look tells.
    fn says(&self, name: &str) -> Option<There> {
        let listed = self.0.as_ref()?;
        match listed.iter().find(|(other, _)| other == name) {
            Some((_, true)) => Some(There::File),
            Some((_, false)) => None,
            // Some file systems find a name in whatever case it is written.
            None if listed.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) => None,
            None => Some(There::Nothing),
        }
    }
}

/// The path of a file in a folder, made in one piece.
fn below(folder: &Path, name: impl AsRef<OsStr>) -> PathBuf {
    let name = name.as_ref();
    let mut path = PathBuf::with_capacity(folder.as_os_str().len() + 1 + name.len());
    path.push(folder);
    path.push(name);
    path
}

/// Whether there is a regular file. What is there and is neither that nor a folder is an error: a plugin that cannot be
/// looked at must not pass for one that is fine.
pub(super) fn regular(root: &Path, path: &Path) -> Result<bool, LoadError> {
    let here = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(false),
        Err(error) => return Err(LoadError::new(path, error)),
    };
    let is_link = here.is_symlink();
    let there = if is_link { fs::metadata(path).map_err(|error| LoadError::new(path, error))? } else { here };
    if there.is_dir() {
        return Ok(false);
    }
    if !there.is_file() {
        return Err(LoadError::new(path, "it is not a regular file"));
    }
    if is_link && !stays_in(root, path)? {
        return Err(LoadError::new(path, "it is a link that leads out of the folder"));
    }
    Ok(true)
}

fn stays_in(root: &Path, path: &Path) -> Result<bool, LoadError> {
    let real = |path: &Path| fs::canonicalize(path).map_err(|error| LoadError::new(path, error));
    Ok(real(path)?.starts_with(real(root)?))
}

/// The names of the folders in a folder, sorted. Links are not followed, hidden folders not entered.
fn subfolders(folder: &Path) -> Result<Vec<OsString>, LoadError> {
    let entries = fs::read_dir(folder).map_err(|error| LoadError::new(folder, error))?;
    let mut found = vec![];
    for entry in entries {
        let entry = entry.map_err(|error| LoadError::new(folder, error))?;
        let name = entry.file_name();
        let is_left = name.as_encoded_bytes().starts_with(b".") || name == "target" || name == "node_modules";
        if !is_left && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.push(name);
        }
    }
    sort(&mut found);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Listed, Open, There, manifests};

    #[test]
    fn a_manifest_is_found_in_a_folder_with_little_and_in_one_with_much() {
        let folder = tempfile::tempdir().unwrap();
        for (name, others) in [("few", 3), ("many", 2 * Listed::FEW)] {
            let plugin = folder.path().join(name);
            fs::create_dir(&plugin).unwrap();
            (0..others).for_each(|at| fs::write(plugin.join(format!("{at}.txt")), "").unwrap());
            fs::write(plugin.join("plugin.yaml"), "id: a\n").unwrap();
            fs::create_dir(plugin.join("plugin.json")).unwrap();
        }
        let found = manifests(folder.path(), &|found| found.name).unwrap();
        assert_eq!(found, ["few/plugin.yaml", "many/plugin.yaml"]);
    }

    #[test]
    fn a_list_says_what_is_certain_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("plugin.kdl"), "").unwrap();
        fs::write(folder.path().join("Plugin.YAML"), "").unwrap();
        fs::create_dir(folder.path().join("host.kdl")).unwrap();
        let few = |path: &Path| Listed(Open::folder(path).ok().and_then(|at| at.few(Listed::FEW)));
        let says = |name| few(folder.path()).says(name);
        assert_eq!((says("plugin.kdl"), says("plugin.json")), (Some(There::File), Some(There::Nothing)));
        assert_eq!((says("plugin.yaml"), says("host.kdl")), (None, None));
        assert_eq!(few(&folder.path().join("nowhere")).says("plugin.kdl"), None);
    }
}
