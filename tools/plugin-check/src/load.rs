//! Files become inputs. Comes in: a path and options. Goes out: [`Workspace`]s: the texts, which of them is the profile,
//! which are grants and manifests, and where the artifacts are. This room, with what is below it, is the one place of the
//! linter that reads the disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ambit_compiler::focus::Ground;
use ambit_compiler::grant::layer_of;
use ambit_compiler::manifest::Environment;
use ambit_compiler::source::{FileId, Source, Sources};
use ambit_compiler::{Compilation, Inputs, compile_on};
use ambit_schema::cores::Cores;
use ambit_schema::recording::Observed;

use crate::observed;
use crate::render::visible;
use crate::suppress::{self, Author};

mod find;
mod open;
mod read;
mod revision;

pub use find::MANIFEST_NAMES;
use find::{Found, Stray};
pub use read::{Folder, MAX_TEXTS, again, kept, read_plan, read_recording};
pub use revision::Revision;

/// A folder with a host profile, grants and plugins; or lone files.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The folder that paths of the plan are relative to.
    pub base: PathBuf,
    /// What stands before a source's path when it is shown, so that it can be opened from where the user is.
    pub shown_base: String,
    /// All texts.
    pub sources: Sources,
    /// The host profile.
    pub profile: Option<FileId>,
    /// The grants, in any order.
    pub grants: Vec<FileId>,
    /// The manifests.
    pub manifests: Vec<FileId>,
    /// What is known of versions that could be installed.
    pub index: Vec<FileId>,
    /// What people answered; no file of the folder is one.
    pub consents: Vec<FileId>,
    /// What its plugins did, under the plan as it was read: findings are held against it.
    pub observed: Vec<Observed>,
    /// For what the application runs.
    pub environment: Option<Environment>,
    /// How many more bytes of text it may hold.
    room: u64,
}

/// What the command line says beside the path.
#[derive(Debug, Default, Clone)]
pub struct Overrides {
    /// A host profile instead of the folder's own.
    pub host: Option<PathBuf>,
    /// Grants instead of the folder's own, in any order.
    pub grants: Vec<PathBuf>,
    /// Index files instead of the folder's own.
    pub index: Vec<PathBuf>,
    /// For what the application runs.
    pub environment: Option<Environment>,
}

/// Why something could not be loaded at all.
#[derive(Debug)]
pub enum LoadError {
    /// A file or folder cannot be read, or must not be. Shown with its path escaped.
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A folder in which nothing is what this linter reads.
    Nothing {
        /// Which.
        path: PathBuf,
    },
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |path: &Path| visible(&path.display().to_string());
        match self {
            LoadError::Unreadable { path, why } => write!(f, "cannot read `{}`: {why}", shown(path)),
            LoadError::Nothing { path } => {
                let names = MANIFEST_NAMES.join("`, `");
                write!(f, "nothing to check in `{}`: no `host.kdl`, no `grants.kdl`, no `{names}`", shown(path))
            }
        }
    }
}

impl std::error::Error for LoadError {}

impl LoadError {
    fn new(path: &Path, why: impl ToString) -> Self {
        LoadError::Unreadable { path: path.to_owned(), why: why.to_string() }
    }
}

impl Workspace {
    /// Compiles it.
    #[must_use]
    pub fn compile(&self) -> Compilation {
        self.compile_with(cores())
    }

    /// Compiles it on so many cores.
    #[must_use]
    pub fn compile_with(&self, cores: Cores) -> Compilation {
        self.compile_of((self.sources.clone(), self.consents.clone()), cores)
    }

    /// Compiles it without what people answered. Answers are the last texts that are added: where another stands behind them,
    /// they stay among the sources of the plan, and its hash is another.
    #[must_use]
    pub fn compile_unanswered(&self) -> Compilation {
        let last = self.texts().into_iter().max();
        let first = self.consents.iter().min().copied().filter(|first| last < Some(*first));
        let sources = first.map_or_else(|| self.sources.clone(), |first| self.sources.before(first));
        self.compile_of((sources, vec![]), cores())
    }

    /// The texts of the folder: everything but what people answered.
    #[must_use]
    pub fn texts(&self) -> Vec<FileId> {
        let lists = [&self.grants, &self.manifests, &self.index].into_iter().flatten();
        self.profile.iter().chain(lists).copied().collect()
    }

    fn compile_of(&self, (sources, consents): (Sources, Vec<FileId>), cores: Cores) -> Compilation {
        let artifacts = Folder { base: self.base.clone() };
        let inputs = self.inputs((sources, consents), &artifacts);
        let mut done = compile_on(&inputs, cores);
        observed::add(self, &mut done);
        done.suppressed = suppress::apply(&inputs.sources, &self.authors(), &mut done.diagnostics);
        done
    }

    fn inputs<'f>(&self, (sources, consents): (Sources, Vec<FileId>), artifacts: &'f Folder) -> Inputs<'f> {
        Inputs {
            sources,
            profile: self.profile,
            grants: self.grants.clone(),
            manifests: self.manifests.clone(),
            index: self.index.clone(),
            consents,
            environment: self.environment,
            artifacts,
        }
    }

    /// What its plugins meet in their host, for looking at one text alone.
    #[must_use]
    pub fn ground(&self) -> Ground {
        let artifacts = Folder { base: self.base.clone() };
        ambit_compiler::ground(&self.inputs((self.sources.clone(), vec![]), &artifacts))
    }

    /// Who wrote each text that may have comments to this tool. Without a host profile, a manifest is checked by its author.
    #[must_use]
    pub fn authors(&self) -> Vec<(FileId, Author)> {
        let of_plugins = if self.profile.is_some() { Author::Foreign } else { Author::Own };
        let own = self.profile.iter().chain(&self.grants).map(|file| (*file, Author::Own));
        let manifests = self.manifests.iter().map(|file| (*file, of_plugins));
        own.chain(manifests).chain(self.index.iter().map(|file| (*file, Author::Foreign))).collect()
    }

    /// The same with what people answered: texts that somebody vouches for, each with its path.
    #[must_use]
    pub fn with_answers<'t>(&self, texts: impl IntoIterator<Item = (&'t str, &'t [u8])>) -> Workspace {
        let mut workspace = self.clone();
        for (path, bytes) in texts {
            let file = workspace.sources.add(path, bytes);
            workspace.consents.push(file);
        }
        workspace
    }

    /// How a source's path is shown.
    #[must_use]
    pub fn shown(&self, path: &str) -> String {
        match Path::new(path).is_absolute() || self.shown_base.is_empty() {
            true => path.to_owned(),
            false => format!("{}/{path}", self.shown_base.trim_end_matches('/')),
        }
    }

    /// A workspace without files, for tests of what is shown.
    #[cfg(test)]
    pub(crate) fn in_memory() -> Self {
        Self::empty(Path::new("."))
    }

    /// A workspace of a folder, with nothing in it yet.
    pub(crate) fn new(base: &Path) -> Self {
        Self::empty(base)
    }

    fn empty(base: &Path) -> Self {
        let shown_base = if base == Path::new(".") { String::new() } else { base.to_string_lossy().into_owned() };
        Workspace {
            base: base.to_owned(),
            shown_base,
            sources: Sources::default(),
            profile: None,
            grants: vec![],
            manifests: vec![],
            index: vec![],
            consents: vec![],
            observed: vec![],
            environment: None,
            room: MAX_TEXTS,
        }
    }

    /// A text with a path that begins with a folder, linted alone. Nothing is read.
    #[must_use]
    pub fn alone(base: &Path, name: &str, bytes: &[u8]) -> Self {
        let mut workspace = Self::empty(base);
        let id = workspace.sources.add(name, bytes);
        workspace.take(id, name);
        workspace
    }

    /// One more text, as the name of its file says what it is: `host.…`, `grants.…`, `index.…`, anything else is a manifest.
    pub fn take(&mut self, id: FileId, name: &str) {
        let name = name.rsplit('/').next().unwrap_or(name);
        match name.rsplit_once('.').map(|(stem, _)| stem) {
            Some("host") => self.profile = Some(id),
            Some("grants") => self.grants.push(id),
            Some("index") => self.index.push(id),
            Some(_) if layer_of(name).is_some() => self.grants.push(id),
            _ => self.manifests.push(id),
        }
    }

    fn add(&mut self, path: &Path, name: &str) -> Result<FileId, LoadError> {
        let bytes = read::text(path, &mut self.room)?;
        Ok(self.sources.add(name, bytes))
    }

    /// Files that several threads have read. Where there is no room for all of them, it does not matter which were.
    fn add_all(&mut self, reader: Reader, texts: Vec<Text>) -> Result<Vec<FileId>, LoadError> {
        read::take(reader.held.into_inner(), &self.base, &mut self.room)?;
        let mut added = Vec::with_capacity(texts.len());
        for text in texts {
            added.extend(text?.map(|source| self.sources.push(source)));
        }
        Ok(added)
    }

    /// Files that the command line names are called by their way from the base, so that a plan does not depend on where its
    /// folders stand on a machine.
    fn add_named(&mut self, overrides: &Overrides) -> Result<(), LoadError> {
        self.environment = overrides.environment;
        if let Some(host) = &overrides.host {
            let name = read::way(&self.base, host)?;
            self.profile = Some(self.add(host, &name)?);
        }
        for grants in &overrides.grants {
            let name = read::way(&self.base, grants)?;
            let id = self.add(grants, &name)?;
            self.grants.push(id);
        }
        for index in &overrides.index {
            let name = read::way(&self.base, index)?;
            let id = self.add(index, &name)?;
            self.index.push(id);
        }
        Ok(())
    }
}

/// A file that was read, where there was room for it.
type Text = Result<Option<Arc<Source>>, LoadError>;

/// Reads files, several at once, until there is no room for more.
struct Reader {
    room: u64,
    /// How many bytes they have together; more than there is room for, when that is all that is to be known.
    held: AtomicU64,
}

impl Reader {
    fn new(room: u64) -> Self {
        Reader { room, held: AtomicU64::new(0) }
    }

    fn read(&self, path: &Path, name: String, opened: io::Result<fs::File>) -> Text {
        if self.held.load(Ordering::Relaxed) > self.room {
            return Ok(None);
        }
        let bytes = read::found_text(path, opened)?;
        let length = bytes.len() as u64;
        let fits = self.held.fetch_add(length, Ordering::Relaxed) + length <= self.room;
        Ok(fits.then(|| Arc::new(Source::new(name, bytes))))
    }
}

/// As many threads as the machine has cores for this process.
#[must_use]
pub fn cores() -> Cores {
    std::thread::available_parallelism().map_or(Cores::ONE, Cores::new)
}

/// The workspaces that a path holds: a file; or a folder with a `host.kdl`; or every such folder below a folder and, beside
/// them, the plugins that belong to none, which are linted without a host.
///
/// # Errors
/// The path, or a file that was found or named, cannot be read; or there is nothing to check.
pub fn load(path: &Path, overrides: &Overrides) -> Result<Vec<Workspace>, LoadError> {
    cores().within(|| loaded(path, overrides))
}

fn loaded(path: &Path, overrides: &Overrides) -> Result<Vec<Workspace>, LoadError> {
    let about = fs::metadata(path).map_err(|error| LoadError::new(path, error))?;
    if !about.is_dir() {
        return lone_file(path, overrides).map(|workspace| vec![workspace]);
    }
    if overrides.host.is_some() {
        return folder(path, overrides).map(|workspace| vec![workspace]);
    }
    let Found { hosts, strays } = find::hosts(path)?;
    if hosts.is_empty() {
        return folder(path, overrides).map(|workspace| vec![workspace]);
    }
    let mut workspaces = vec![];
    for host in hosts {
        workspaces.push(folder(&host, overrides)?);
    }
    if !strays.is_empty() {
        workspaces.push(unhosted(path, strays)?);
    }
    Ok(workspaces)
}

/// A file that is linted alone. Its name says what it is.
fn lone_file(path: &Path, overrides: &Overrides) -> Result<Workspace, LoadError> {
    let base = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut workspace = Workspace::empty(base);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let id = workspace.add(path, &name)?;
    if path.file_stem().is_some_and(|stem| stem == "host") && overrides.host.is_some() {
        return Err(LoadError::new(path, "`--host` names another profile in its place"));
    }
    workspace.take(id, &name);
    workspace.add_named(overrides)?;
    Ok(workspace)
}

fn folder(folder: &Path, overrides: &Overrides) -> Result<Workspace, LoadError> {
    let mut workspace = without_plugins(folder, overrides)?;
    let reader = Reader::new(workspace.room);
    let manifests = find::manifests(folder, &|found| {
        let opened = found.open();
        reader.read(&found.path, found.name, opened)
    })?;
    if manifests.is_empty() && workspace.profile.is_none() && workspace.grants.is_empty() {
        return Err(LoadError::Nothing { path: folder.to_owned() });
    }
    workspace.add_named(overrides)?;
    workspace.manifests = workspace.add_all(reader, manifests)?;
    Ok(workspace)
}

/// The host of a folder: its profile, its grants, its index, and none of its plugins.
fn host_of(folder: &Path) -> Result<Workspace, LoadError> {
    without_plugins(folder, &Overrides::default())
}

/// The host that a file below a root belongs to, without plugins; where there is none, a workspace with nothing in it. `None`: it
/// cannot be read.
#[must_use]
pub fn host_around(root: &Path, file: &Path) -> Option<Workspace> {
    let below = file.parent()?.strip_prefix(root).ok()?;
    let folders = std::iter::once(root.to_owned()).chain(below.components().scan(root.to_owned(), |folder, part| {
        folder.push(part);
        Some(folder.clone())
    }));
    match { folders }.find(|folder| folder.join("host.kdl").is_file()) {
        Some(folder) => host_of(&folder).ok(),
        None => Some(Workspace::empty(root)),
    }
}

fn without_plugins(folder: &Path, overrides: &Overrides) -> Result<Workspace, LoadError> {
    let mut workspace = Workspace::empty(folder);
    let own = |name: &str| find::regular(folder, &folder.join(name));
    if overrides.host.is_none() && own("host.kdl")? {
        workspace.profile = Some(workspace.add(&folder.join("host.kdl"), "host.kdl")?);
    }
    if overrides.grants.is_empty() {
        for (path, name) in find::grants(folder)? {
            let id = workspace.add(&path, &name)?;
            workspace.grants.push(id);
        }
    }
    if overrides.index.is_empty() && own("index.kdl")? {
        let id = workspace.add(&folder.join("index.kdl"), "index.kdl")?;
        workspace.index.push(id);
    }
    Ok(workspace)
}

fn unhosted(base: &Path, strays: Vec<Stray>) -> Result<Workspace, LoadError> {
    let mut workspace = Workspace::empty(base);
    let reader = Reader::new(workspace.room);
    let texts = cores().map(&strays, |(path, name)| reader.read(path, name.clone(), fs::File::open(path)));
    workspace.manifests = workspace.add_all(reader, texts)?;
    Ok(workspace)
}
