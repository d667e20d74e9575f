//! Files become inputs. Comes in: a path and options. Goes out: a [`Workspace`]: the texts, which of them is the profile,
//! which are grants and manifests, and where the artifacts are. The one place of the linter that reads the disk.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ambit_compiler::binary::Artifacts;
use ambit_compiler::source::{FileId, Sources};
use ambit_compiler::syntax::{MAX_BYTES, Syntax};
use ambit_compiler::{Compilation, Inputs, compile};

/// The names a manifest can have in its folder, in the order in which they are looked for.
pub const MANIFEST_NAMES: [&str; 4] = ["plugin.kdl", "plugin.yaml", "plugin.yml", "plugin.json"];

/// The largest artifact that is read, in bytes.
pub const MAX_ARTIFACT: u64 = 256 << 20;

/// How deep below a workspace's folder plugins are looked for.
const MAX_FOLDERS: usize = 16;

/// A folder with a host profile, grants and plugins; or lone files.
#[derive(Debug)]
pub struct Workspace {
    /// The folder that paths of the plan are relative to.
    pub base: PathBuf,
    /// What stands before a source's path when it is shown, so that it can be opened from where the user is.
    pub shown_base: String,
    /// All texts.
    pub sources: Sources,
    /// The host profile.
    pub profile: Option<FileId>,
    /// The grants, lowest layer first.
    pub grants: Vec<FileId>,
    /// The manifests.
    pub manifests: Vec<FileId>,
}

/// What the command line says beside the path.
#[derive(Debug, Default, Clone)]
pub struct Overrides {
    /// A host profile instead of the folder's own.
    pub host: Option<PathBuf>,
    /// Grants instead of the folder's own, lowest layer first.
    pub grants: Vec<PathBuf>,
}

/// Why something could not be loaded at all.
#[derive(Debug)]
pub struct LoadError {
    /// Which file or folder.
    pub path: PathBuf,
    /// Why.
    pub why: String,
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot read `{}`: {}", self.path.display(), self.why)
    }
}

impl std::error::Error for LoadError {}

impl Workspace {
    /// Compiles it.
    #[must_use]
    pub fn compile(&self) -> Compilation {
        let inputs = Inputs {
            sources: self.sources.clone(),
            profile: self.profile,
            grants: self.grants.clone(),
            manifests: self.manifests.clone(),
            artifacts: &Folder { base: self.base.clone() },
        };
        compile(&inputs)
    }

    /// How a source's path is shown.
    #[must_use]
    pub fn shown(&self, path: &str) -> String {
        match Path::new(path).is_absolute() || self.shown_base.is_empty() {
            true => path.to_owned(),
            false => format!("{}/{path}", self.shown_base.trim_end_matches('/')),
        }
    }
}

/// The workspaces that a path holds: a file, a folder, or a folder of folders that have a `host.kdl` each.
///
/// # Errors
/// The path, or a file that was named, cannot be read.
pub fn load(path: &Path, overrides: &Overrides) -> Result<Vec<Workspace>, LoadError> {
    let about = fs::metadata(path).map_err(|error| failed(path, &error))?;
    if about.is_file() {
        return lone_file(path, overrides).map(|workspace| vec![workspace]);
    }
    let hosts = if overrides.host.is_some() { vec![path.to_owned()] } else { host_folders(path)? };
    let folders = if hosts.is_empty() { vec![path.to_owned()] } else { hosts };
    folders.iter().map(|folder| folder_workspace(folder, overrides)).collect()
}

fn lone_file(path: &Path, overrides: &Overrides) -> Result<Workspace, LoadError> {
    let mut workspace = empty(path.parent().unwrap_or(Path::new("")));
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let id = add(&mut workspace, path, &name)?;
    match name.as_str() {
        "host.kdl" => workspace.profile = Some(id),
        "grants.kdl" => workspace.grants.push(id),
        _ => workspace.manifests.push(id),
    }
    named_files(&mut workspace, overrides)?;
    Ok(workspace)
}

fn folder_workspace(folder: &Path, overrides: &Overrides) -> Result<Workspace, LoadError> {
    let mut workspace = empty(folder);
    if overrides.host.is_none() && folder.join("host.kdl").is_file() {
        workspace.profile = Some(add(&mut workspace, &folder.join("host.kdl"), "host.kdl")?);
    }
    if overrides.grants.is_empty() && folder.join("grants.kdl").is_file() {
        let id = add(&mut workspace, &folder.join("grants.kdl"), "grants.kdl")?;
        workspace.grants.push(id);
    }
    named_files(&mut workspace, overrides)?;
    let mut manifests = vec![];
    find_manifests(folder, "", 0, &mut manifests)?;
    for (path, name) in manifests {
        let id = add(&mut workspace, &path, &name)?;
        workspace.manifests.push(id);
    }
    Ok(workspace)
}

fn empty(base: &Path) -> Workspace {
    let shown_base = base.to_string_lossy().into_owned();
    Workspace {
        base: base.to_owned(),
        shown_base,
        sources: Sources::default(),
        profile: None,
        grants: vec![],
        manifests: vec![],
    }
}

/// Files that the command line names are called as it names them, wherever they are.
fn named_files(workspace: &mut Workspace, overrides: &Overrides) -> Result<(), LoadError> {
    let outside = |path: &Path| std::path::absolute(path).map_err(|error| failed(path, &error));
    if let Some(host) = &overrides.host {
        let name = outside(host)?.to_string_lossy().into_owned();
        workspace.profile = Some(add(workspace, host, &name)?);
    }
    for grants in &overrides.grants {
        let name = outside(grants)?.to_string_lossy().into_owned();
        let id = add(workspace, grants, &name)?;
        workspace.grants.push(id);
    }
    Ok(())
}

/// Reads one byte more than a text may have, so that the compiler can say that it is too large.
fn add(workspace: &mut Workspace, path: &Path, name: &str) -> Result<FileId, LoadError> {
    let mut bytes = vec![];
    let file = fs::File::open(path).map_err(|error| failed(path, &error))?;
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| failed(path, &error))?;
    Ok(workspace.sources.add(name, bytes))
}

/// Folders with a `host.kdl`, at `path` or below it; those below another one belong to it.
fn host_folders(path: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let mut found = vec![];
    let mut open = vec![(path.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        if folder.join("host.kdl").is_file() {
            found.push(folder);
        } else if depth < MAX_FOLDERS {
            open.extend(subfolders(&folder)?.into_iter().map(|(path, _)| (path, depth + 1)));
        }
    }
    found.sort();
    Ok(found)
}

/// Manifests below a folder, by path. A folder with a manifest is a plugin; nothing is looked for below it.
fn find_manifests(folder: &Path, name: &str, depth: usize, found: &mut Vec<(PathBuf, String)>) -> Result<(), LoadError> {
    let manifests = MANIFEST_NAMES.iter().filter(|manifest| folder.join(manifest).is_file());
    let mut here = manifests.map(|manifest| (folder.join(manifest), format!("{name}{manifest}"))).peekable();
    if here.peek().is_some() {
        found.extend(here);
        return Ok(());
    }
    if depth < MAX_FOLDERS {
        for (path, below) in subfolders(folder)? {
            find_manifests(&path, &format!("{name}{below}/"), depth + 1, found)?;
        }
    }
    Ok(())
}

/// The folders in a folder, by name. Links are not followed, hidden folders not entered.
fn subfolders(folder: &Path) -> Result<Vec<(PathBuf, String)>, LoadError> {
    let entries = fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
    let mut found = vec![];
    for entry in entries {
        let entry = entry.map_err(|error| failed(folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && !name.starts_with('.') && name != "target" && name != "node_modules" {
            found.push((entry.path(), name));
        }
    }
    found.sort();
    Ok(found)
}

fn failed(path: &Path, error: &std::io::Error) -> LoadError {
    LoadError { path: path.to_owned(), why: error.to_string() }
}

/// The artifacts of a workspace: `./…` below its base, `/…` on the machine.
#[derive(Debug, Clone)]
pub struct Folder {
    /// The base.
    pub base: PathBuf,
}

impl Folder {
    /// Where a path of the plan is on this machine.
    #[must_use]
    pub fn locate(&self, path: &str) -> PathBuf {
        path.strip_prefix("./").map_or_else(|| PathBuf::from(path), |below| self.base.join(below))
    }
}

impl Artifacts for Folder {
    fn read(&self, path: &str) -> Option<Arc<[u8]>> {
        let mut bytes = vec![];
        let file = fs::File::open(self.locate(path)).ok()?;
        if file.metadata().ok()?.len() > MAX_ARTIFACT {
            return None;
        }
        file.take(MAX_ARTIFACT).read_to_end(&mut bytes).ok()?;
        Some(bytes.into())
    }
}

/// Whether a path's name announces a syntax that is read.
#[must_use]
pub fn is_readable(path: &Path) -> bool {
    path.to_str().is_some_and(|path| Syntax::of(path).is_some())
}
