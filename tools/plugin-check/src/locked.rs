//! The lock of a folder, `ambit.lock`, which lies where paths of the plan start: beside the host profile. Comes in: a workspace.
//! Goes out: a compilation that is as it is locked, or what is not; or the text of a lock. A lock is read for
//! `--locked`, and by the language server.

use ambit_compiler::Compilation;
use ambit_compiler::diag::Diagnostic;
use ambit_compiler::lock::{self, BOUNDS, Checked, NAME, Now};
use ambit_compiler::manifest::Environment;
use ambit_compiler::source::Sources;
use ambit_schema::plan::Plan;

use crate::load::{Folder, LoadError, Workspace, kept};
use crate::render::visible;

/// Compiles what a lock is about: the texts and files of the folder, and nothing that one user says and another does not. Whatever
/// is written to a lock or compared with one comes from here, so that the two cannot be of different things.
#[must_use]
pub fn compiled(workspace: &Workspace) -> Compilation {
    workspace.compile_unanswered()
}

/// Compiles, and compares with the lock. Where the two differ there are errors, at lines of the lock, which is then one of the
/// workspace's texts; and there is no plan. Where they do not, the workspace is as it was.
///
/// # Errors
/// There is no host profile, or the lock is there and cannot be read. The text is for people and safe to show.
pub fn checked(workspace: &mut Workspace) -> Result<Compilation, String> {
    against(workspace, &[])
}

/// The same; and where nobody says for which environment, the plans for all of them are compared, because a lock is of all.
///
/// # Errors
/// See [`checked`].
pub fn checked_whole(workspace: &mut Workspace) -> Result<Compilation, String> {
    let others = if workspace.environment.is_none() { Environment::ALL } else { &[] };
    against(workspace, others)
}

fn against(workspace: &mut Workspace, others: &[Environment]) -> Result<Compilation, String> {
    let Some(profile) = workspace.profile else { return Err(unlockable(workspace)) };
    let mut done = compiled(workspace);
    let Some(held) = held(workspace, &done, others).map_err(|error| error.to_string())? else {
        let found = lock::missing(profile, done.plan.as_ref(), &workspace.sources);
        add(&mut done, Checked { diagnostics: vec![found], dropped: 0 });
        return Ok(done);
    };
    if held.found.iter().any(|found| !found.diagnostics.is_empty()) {
        workspace.sources = held.sources;
    }
    held.found.into_iter().for_each(|found| add(&mut done, found));
    Ok(done)
}

/// What a lock has to say.
pub(crate) struct Held {
    /// The texts with the lock, which is the last of them.
    pub(crate) sources: Sources,
    /// What differs, for one environment after the other until something does.
    pub(crate) found: Vec<Checked>,
}

/// Holds what came of a folder against its lock, and what comes of it for other environments. `None`: there is no lock.
pub(crate) fn held(
    workspace: &mut Workspace,
    done: &Compilation,
    others: &[Environment],
) -> Result<Option<Held>, LoadError> {
    let Some(bytes) = read(workspace)? else { return Ok(None) };
    let others = if done.plan.is_some() { compiled_for(workspace, others) } else { vec![] };
    let mut sources = workspace.sources.clone();
    let file = sources.add(NAME, bytes);
    let (texts, artifacts) = (workspace.texts(), Folder { base: workspace.base.clone() });
    let check = |plan: &Option<Plan>, environment| {
        let now = plan.as_ref().map_or(Now::Files(&texts, &artifacts), |plan| Now::Plan(plan, environment));
        lock::check(&sources, file, now)
    };
    let mut found = vec![check(&done.plan, workspace.environment)];
    for (environment, other) in others {
        if !found.iter().flat_map(|found| &found.diagnostics).any(Diagnostic::is_error) {
            found.push(check(&other.plan, Some(environment)));
        }
    }
    Ok(Some(Held { sources, found }))
}

/// Compiles for other environments.
fn compiled_for(workspace: &mut Workspace, environments: &[Environment]) -> Vec<(Environment, Compilation)> {
    let asked = workspace.environment;
    let mut all = vec![];
    for environment in environments {
        workspace.environment = Some(*environment);
        all.push((*environment, compiled(workspace)));
    }
    workspace.environment = asked;
    all
}

/// Adds what a lock has to say. An error leaves no plan.
fn add(done: &mut Compilation, found: Checked) {
    if found.diagnostics.iter().any(Diagnostic::is_error) {
        done.plan = None;
    }
    done.dropped += found.dropped;
    done.diagnostics.extend(found.diagnostics);
    done.diagnostics.sort_by_key(|found| (found.primary.span, found.code));
    done.diagnostics.dedup();
}

/// A lock that was made.
#[derive(Debug)]
pub struct Made {
    /// Its text.
    pub text: String,
    /// How many plugins are locked.
    pub plugins: usize,
    /// Whether the lock that is kept says the same.
    pub is_kept: bool,
}

/// Makes the lock of a folder, for all environments. Nothing is written.
///
/// # Errors
/// There is no plan; or a lock cannot be read where one is, or could not be read again.
pub fn made(workspace: &mut Workspace) -> Result<Made, Unmade> {
    if workspace.profile.is_none() {
        return Err(Unmade::Because(unlockable(workspace)));
    }
    let old = read(workspace).map_err(|error| Unmade::Because(error.to_string()))?;
    let asked = workspace.environment.take();
    let default = compiled(workspace);
    let others = if default.plan.is_some() { compiled_for(workspace, Environment::ALL) } else { vec![] };
    workspace.environment = asked;
    let mut plans = vec![];
    let others = others.into_iter().map(|(environment, done)| (Some(environment), done));
    for (environment, done) in [(None, default)].into_iter().chain(others) {
        match done.plan {
            Some(plan) => plans.push((environment, plan)),
            None => return Err(Unmade::NoPlan(Box::new(done))),
        }
    }
    let plans: Vec<(Option<Environment>, &Plan)> = plans.iter().map(|(one, plan)| (*one, plan)).collect();
    let text = lock::text(&plans);
    if !says(workspace, text.as_bytes(), &plans) {
        let name = visible(&workspace.shown(NAME));
        return Err(Unmade::Because(format!(
            "`{name}` could not be read again: it would be larger than {} MiB, or a path in it has characters that no text may have",
            BOUNDS.bytes >> 20
        )));
    }
    let is_kept = old.is_some_and(|old| says(workspace, &old, &plans));
    Ok(Made { text, plugins: plans[0].1.content().plugins.len(), is_kept })
}

/// Why there is no lock.
#[derive(Debug)]
pub enum Unmade {
    /// There is no plan: what was found says why.
    NoPlan(Box<Compilation>),
    /// For people, and safe to show.
    Because(String),
}

fn says(workspace: &Workspace, lock: &[u8], plans: &lock::Plans<'_>) -> bool {
    let mut sources = workspace.sources.clone();
    let file = sources.add(NAME, lock);
    lock::agrees(&sources, file, plans)
}

fn read(workspace: &Workspace) -> Result<Option<Vec<u8>>, LoadError> {
    kept(&workspace.base, NAME, BOUNDS.bytes)
}

fn unlockable(workspace: &Workspace) -> String {
    let folder = visible(&workspace.base.to_string_lossy());
    format!("`{folder}` has no host profile, so there is nothing that could be locked")
}
