//! What is not as it was locked. Comes in: a workspace, what came of it, and the `ambit.lock` beside its host profile, if there is
//! one. Goes out: what `plugin-check --locked` would say at the lines of the lock. The lock is no text of the workspace: a plan
//! names its texts, and it is not made of its lock. Deliberately absent: that there is no lock; not everybody wants one.

use ambit_compiler::Compilation;
use ambit_compiler::diag::Diagnostic;
use ambit_compiler::lock::NAME;
use ambit_compiler::manifest::Environment;
use lsp_types::Uri;

use super::view::View;
use super::whole::COMPARED;
use super::{client, diagnostics};
use crate::load::Workspace;
use crate::locked::{Held, held};

/// What a lock has to say. A host of many plugins is not compiled for every environment again.
pub(super) fn findings(view: &View, workspace: &Workspace, done: &Compilation) -> Vec<lsp_types::Diagnostic> {
    if workspace.profile.is_none() {
        return vec![];
    }
    let others = if done.plugins <= COMPARED { Environment::ALL } else { &[] };
    // One that cannot be read is no text that anything could be said at.
    let Ok(Some(Held { sources, found })) = held(&mut workspace.clone(), done, others) else { return vec![] };
    let mut found: Vec<Diagnostic> = found.into_iter().flat_map(|found| found.diagnostics).collect();
    found.sort_by_key(|found| (found.primary.span, found.code));
    found.dedup();
    let mut view = view.clone();
    view.workspace.sources = sources;
    found.iter().map(|found| diagnostics::one(&view, found)).collect()
}

impl View {
    /// What the client would call the lock of a workspace, unless it has it open.
    pub(super) fn lock(&self) -> Option<Uri> {
        Uri::from_file_path(self.base().join(NAME)).ok()
    }

    /// What is found in its lock, if this is what the client calls it.
    pub(super) fn locked(&self, uri: &Uri) -> Option<&[lsp_types::Diagnostic]> {
        let path = client::path(uri)?;
        let is_it = path.file_name().is_some_and(|name| name == NAME) && path.parent() == Some(self.base());
        self.whole().filter(|_| is_it).map(|whole| whole.locked.as_slice())
    }
}
