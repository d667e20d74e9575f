//! What a configuration leaves out. Comes in: workspaces, and paths. Goes out: what is left of them. A host is left out as a whole, or not:
//! of one that is checked, nothing that forbids its plan goes untold.

use std::fs;
use std::path::{Path, PathBuf};

use ambit_compiler::Compilation;
use ambit_compiler::diag::Severity;
use plugin_check::load::Workspace;

/// Files and folders that are left out, as the system calls them.
pub(crate) struct LeftOut(Vec<PathBuf>);

impl LeftOut {
    /// Those of a configuration but the ones that hold what somebody asks for by its name.
    pub(crate) fn new(paths: &[PathBuf], asked: &[PathBuf]) -> Self {
        let real = |path: &PathBuf| fs::canonicalize(path).ok();
        let asked: Vec<PathBuf> = asked.iter().filter_map(real).collect();
        let left = paths.iter().filter_map(real);
        LeftOut(left.filter(|path| !asked.iter().any(|asked| asked.starts_with(path))).collect())
    }

    fn has(&self, path: &Path) -> bool {
        fs::canonicalize(path).is_ok_and(|path| self.0.iter().any(|left| path.starts_with(left)))
    }

    /// Takes out hosts, and manifests that belong to none. How many of both.
    pub(crate) fn take(&self, workspaces: &mut Vec<Workspace>) -> usize {
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

    /// Takes what is no error out of what was found in texts of a host that is checked.
    pub(crate) fn quiet(&self, workspace: &Workspace, done: &mut Compilation) {
        if self.0.is_empty() {
            return;
        }
        let path = |file| workspace.base.join(workspace.sources.get(file).path());
        done.diagnostics
            .retain(|found| found.code.severity() == Severity::Error || !self.has(&path(found.primary.span.file)));
    }
}

/// Hosts, and manifests that belong to none.
fn count(workspaces: &[Workspace]) -> usize {
    workspaces.iter().map(|one| if one.profile.is_some() { 1 } else { one.manifests.len() }).sum()
}
