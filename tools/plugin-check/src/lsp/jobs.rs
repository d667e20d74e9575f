//! What takes long. Comes in: folders to read and workspaces to compile, as they are. Goes out: what came of it, in the order in
//! which it was asked for. One thread does all of it, and leaves a core to whoever types. Deliberately absent: deciding when.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{io, thread};

use ambit_compiler::diag::Diagnostic;
use ambit_compiler::focus::Ground;
use ambit_compiler::source::FileId;
use ambit_schema::cores::Cores;
use crossbeam_channel::{Receiver, Sender, unbounded};

use super::declared::{self, Declared};
use super::moved::{Change, move_all};
use super::view::{Settings, View};
use super::whole::Whole;
use super::{frozen, recorded};
use crate::config;
use crate::leave::LeftOut;
use crate::levels::Levels;
use crate::load::{self, Overrides, Workspace, load};

/// Something to do.
pub(super) enum Job {
    /// Read what is below a folder.
    Load(PathBuf),
    /// Compile a workspace: the state of it that is named.
    Compile(u64, u64, Arc<View>),
}

/// What came of it.
pub(super) enum Done {
    /// The workspaces below a folder, each with what its manifests declare; or why there are none.
    Loaded(PathBuf, Result<Vec<Loaded>, String>),
    /// What is found in a state of a workspace.
    Compiled(u64, u64, Compiled),
    /// A defect of this program: the job is not done.
    Failed(&'static str),
}

/// A workspace that was read.
pub(super) struct Loaded {
    pub(super) workspace: Workspace,
    pub(super) declared: BTreeMap<FileId, Arc<[Declared]>>,
    /// What its configuration says; or what is wrong with that, and it says nothing.
    pub(super) settings: Result<Settings, String>,
}

/// A workspace that was compiled.
pub(super) struct Compiled {
    pub(super) whole: Arc<Whole>,
    pub(super) found: BTreeMap<FileId, Arc<[Diagnostic]>>,
    pub(super) ground: Arc<Ground>,
    pub(super) took: Duration,
}

/// Starts the thread.
pub(super) fn start() -> io::Result<(Sender<Job>, Receiver<Done>)> {
    let (ask, asked) = unbounded::<Job>();
    let (tell, told) = unbounded();
    let work = move || drop(asked.into_iter().try_for_each(|job| tell.send(done(job))));
    thread::Builder::new().name("compiler".to_owned()).spawn(work)?;
    Ok((ask, told))
}

/// A job that panics is a defect, and no reason to leave everyone without a server.
fn done(job: Job) -> Done {
    let what = match &job {
        Job::Load(_) => "reading a folder",
        Job::Compile(..) => "compiling a workspace",
    };
    catch_unwind(AssertUnwindSafe(|| match job {
        Job::Load(root) => {
            let read = load(&root, &Overrides::default());
            let found = read.map(|found| found.into_iter().map(|one| loaded(&root, one)).collect());
            Done::Loaded(root, found.or_else(nothing))
        }
        Job::Compile(site, state, view) => Done::Compiled(site, state, compiled(&view)),
    }))
    .unwrap_or(Done::Failed(what))
}

/// A folder without anything to check is no error: something may be written there.
fn nothing(error: load::LoadError) -> Result<Vec<Loaded>, String> {
    match error {
        load::LoadError::Nothing { .. } => Ok(vec![]),
        other => Err(other.to_string()),
    }
}

fn loaded(root: &Path, workspace: Workspace) -> Loaded {
    let declare = |file: &FileId| (*file, declared::read(&workspace.sources, *file).into());
    let declared = cores().map(&workspace.manifests, declare).into_iter().collect();
    let settings = settings(root, &workspace.base);
    Loaded { workspace, declared, settings }
}

/// The configuration that a folder leads up to. What the one of its root leaves out is left out too; but nobody leaves out what was
/// opened as a root.
pub(super) fn settings(root: &Path, folder: &Path) -> Result<Settings, String> {
    let first_line = |why: String| why.lines().next().unwrap_or_default().to_owned();
    let read = |path: PathBuf| config::read(&path).map_err(first_line);
    let (found, of_root) = (config::find(folder).path, config::find(root).path);
    let of_root = of_root.filter(|path| found.as_ref() != Some(path)).map(read).transpose()?;
    let config = found.map(read).transpose()?;
    let left: Vec<PathBuf> = [&config, &of_root].into_iter().flatten().flat_map(|it| it.left_out.clone()).collect();
    let levels = Levels { configured: config.map(|config| config.levels).unwrap_or_default(), ..Levels::default() };
    Ok(Settings { levels, left_out: LeftOut::new(&left, &[root.to_owned()]) })
}

/// Compiles every text as it was when it could last be read. What is found then stands where it is now.
fn compiled(view: &View) -> Compiled {
    let start = Instant::now();
    let mut workspace = view.workspace().clone();
    workspace.sources = view.good_sources();
    let mut done = workspace.compile_with(cores());
    let ground = Arc::new(workspace.ground());
    view.settings.left_out.quiet(&workspace, &mut done.diagnostics);
    view.settings.levels.apply(&mut done.diagnostics);
    let mut found: BTreeMap<FileId, Vec<Diagnostic>> = BTreeMap::new();
    for one in std::mem::take(&mut done.diagnostics) {
        found.entry(one.primary.span.file).or_default().push(one);
    }
    let mut found: BTreeMap<FileId, Arc<[Diagnostic]>> =
        found.into_iter().map(|(file, found)| (file, found.into())).collect();
    let observed = recorded::findings(&workspace, &done);
    let locked = frozen::findings(view, &workspace, &done);
    let mut whole = Whole::new(done, workspace.sources, Arc::clone(&ground), observed);
    whole.locked = locked;
    for (file, good) in &view.good {
        move_all(&mut found, *file, Change::between(good.text(), view.text(*file)));
    }
    let mut judged = View { found: Arc::new(found), ..view.clone() };
    for file in view.good.keys() {
        let Some(sort) = view.sort(*file) else { continue };
        let merged = judged.merged(*file, ground.focus(view.sources(), *file, sort));
        Arc::make_mut(&mut judged.found).insert(*file, merged);
    }
    let found = Arc::unwrap_or_clone(judged.found);
    Compiled { whole: Arc::new(whole), found, ground, took: start.elapsed() }
}

/// All cores but one.
fn cores() -> Cores {
    let all = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    NonZeroUsize::new(all - 1).map_or(Cores::ONE, Cores::new)
}
