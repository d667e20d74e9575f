//! What a configuration leaves out. Comes in: workspaces, and paths. Goes out: what is left of them. A host is left out as a whole, or not:
//! of one that is checked, nothing that forbids its plan goes untold.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ambit_compiler::diag::{Diagnostic, Severity};
use ambit_compiler::source::FileId;

use crate::load::Workspace;

/// Files and folders that are left out, as the system calls them.
#[derive(Debug, Default)]
pub struct LeftOut(Vec<PathBuf>);

impl LeftOut {
    /// Those of a configuration but the ones that hold what somebody asks for by its name.
    #[must_use]
    pub fn new(paths: &[PathBuf], asked: &[PathBuf]) -> Self {
        let real = |path: &PathBuf| fs::canonicalize(path).ok();
        let asked: Vec<PathBuf> = asked.iter().filter_map(real).collect();
        let left = paths.iter().filter_map(real);
        LeftOut(left.filter(|path| !asked.iter().any(|asked| asked.starts_with(path))).collect())
    }

    fn has(&self, path: &Path) -> bool {
        // A text that is not saved yet is left out as its folder is.
        let real = fs::canonicalize(path).or_else(|error| match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => fs::canonicalize(folder).map(|folder| folder.join(name)),
            _ => Err(error),
        });
        real.is_ok_and(|path| self.0.iter().any(|left| path.starts_with(left)))
    }

    /// Takes out hosts, and manifests that belong to none. How many of both.
    pub fn take(&self, workspaces: &mut Vec<Workspace>) -> usize {
        if self.0.is_empty() {
            return 0;
        }
        let before = count(workspaces);
        for workspace in workspaces.iter_mut().filter(|one| one.profile.is_none()) {
            let (base, sources) = (&workspace.base, &workspace.sources);
            workspace.manifests.retain(|file| !self.has(&base.join(sources.get(*file).path())));
        }
        workspaces.retain(|one| match one.profile {
            Some(_) => !self.has(&one.base),
            None => !one.texts().is_empty(),
        });
        before - count(workspaces)
    }

    /// Takes out of what was found in a workspace what is not told: of a host that is checked, what is no error; of any other,
    /// everything.
    pub fn quiet(&self, workspace: &Workspace, found: &mut Vec<Diagnostic>) {
        if self.0.is_empty() {
            return;
        }
        let is_checked = workspace.profile.is_some() && !self.has(&workspace.base);
        let path = |file| workspace.base.join(workspace.sources.get(file).path());
        let mut known: BTreeMap<FileId, bool> = BTreeMap::new();
        let mut has = |file: FileId| *known.entry(file).or_insert_with(|| self.has(&path(file)));
        found.retain(|found| is_checked && found.code.severity() == Severity::Error || !has(found.primary.span.file));
    }
}

/// Hosts, and manifests that belong to none.
fn count(workspaces: &[Workspace]) -> usize {
    workspaces.iter().map(|one| if one.profile.is_some() { 1 } else { one.manifests.len() }).sum()
}
