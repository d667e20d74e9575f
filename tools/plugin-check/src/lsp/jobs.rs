//! What takes long. Comes in: folders to read and workspaces to compile, as they are. Goes out: what came of it, in the order in
//! which it was asked for. One thread does all of it, and leaves a core to whoever types. Deliberately absent: deciding when.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{io, thread};

use ambit_compiler::diag::Diagnostic;
use ambit_compiler::source::FileId;
use ambit_schema::cores::Cores;
use crossbeam_channel::{Receiver, Sender, unbounded};

use super::declared::{self, Declared};
use super::view::{View, Whole};
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
}

/// A workspace that was compiled.
pub(super) struct Compiled {
    pub(super) whole: Arc<Whole>,
    pub(super) found: BTreeMap<FileId, Arc<[Diagnostic]>>,
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
            Done::Loaded(root, read.map(|found| found.into_iter().map(loaded).collect()).or_else(nothing))
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

fn loaded(workspace: Workspace) -> Loaded {
    let declare = |file: &FileId| (*file, declared::read(&workspace.sources, *file).into());
    let declared = cores().map(&workspace.manifests, declare).into_iter().collect();
    Loaded { workspace, declared }
}

fn compiled(view: &View) -> Compiled {
    let start = Instant::now();
    let mut done = view.workspace().compile_with(cores());
    let mut found: BTreeMap<FileId, Vec<Diagnostic>> = BTreeMap::new();
    for one in std::mem::take(&mut done.diagnostics) {
        found.entry(one.primary.span.file).or_default().push(one);
    }
    let found = found.into_iter().map(|(file, found)| (file, found.into())).collect();
    Compiled { whole: Arc::new(Whole { done, sources: view.sources().clone() }), found, took: start.elapsed() }
}

/// All cores but one.
fn cores() -> Cores {
    let all = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    NonZeroUsize::new(all - 1).map_or(Cores::ONE, Cores::new)
}
