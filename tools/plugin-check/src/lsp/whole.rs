//! What came of all texts together. Comes in: a compilation. Goes out: what is kept of it while somebody writes; the rest, which is
//! most of it, is let go before anything else is compiled. Deliberately absent: findings; see `View::found`.

use std::collections::BTreeSet;
use std::sync::Arc;

use ambit_compiler::Compilation;
use ambit_compiler::diag::Diagnostic;
use ambit_compiler::focus::Ground;
use ambit_compiler::source::{FileId, Source, Sources};
use ambit_schema::plan::Plan;

use super::decided::{Decided, Entry};
use super::view::View;

/// How many plugins a workspace may have whose plan is kept, to be compared with what is committed: all of that is compiled for it,
/// too.
pub(crate) const COMPARED: usize = 512;

/// What came of all texts together, and the texts that it came of.
#[derive(Debug)]
pub(crate) struct Whole {
    /// What the plan says; where something forbade it, what it would have said.
    decided: Option<Decided>,
    /// The plan of few plugins.
    plan: Option<Plan>,
    /// The manifests that are not part of it, because other versions are taken: their texts.
    unchosen: BTreeSet<FileId>,
    /// What plugins met in their host.
    ground: Arc<Ground>,
    /// The texts: places are in these.
    sources: Sources,
    /// What recordings that lie in the folder say of requests, if they are of this very plan.
    pub(crate) observed: Vec<Diagnostic>,
    /// What is not as it was locked.
    pub(crate) locked: Vec<lsp_types::Diagnostic>,
}

impl Whole {
    /// What is kept of a compilation of some texts.
    pub(crate) fn new(done: Compilation, sources: Sources, ground: Arc<Ground>, observed: Vec<Diagnostic>) -> Self {
        let Compilation { plan, draft, unchosen, .. } = done;
        let decided = plan.as_ref().map(|plan| plan.content()).or(draft.as_ref()).map(Decided::read);
        let plan = plan.filter(|plan| plan.content().plugins.len() <= COMPARED);
        Whole { decided, plan, unchosen, ground, sources, observed, locked: vec![] }
    }

    /// What was decided.
    pub(crate) fn decided(&self) -> Option<&Decided> {
        self.decided.as_ref()
    }

    /// The plan, of at most [`COMPARED`] plugins.
    pub(crate) fn plan(&self) -> Option<&Plan> {
        self.plan.as_ref()
    }

    /// Whether a manifest is not part of what was planned, because another version is taken.
    pub(crate) fn is_unchosen(&self, file: FileId) -> bool {
        self.unchosen.contains(&file)
    }

    /// A text, as it was. `None`: it was not there yet.
    pub(crate) fn source(&self, file: FileId) -> Option<&Source> {
        self.sources.find(file)
    }

    /// What was decided about a plugin.
    pub(crate) fn entry(&self, view: &View, id: &str) -> Option<Entry<'_>> {
        let decided = self.decided()?;
        let member = decided.member(id)?;
        let file = view.file(&view.base().join(&*member.place.path))?;
        Entry::of(member, decided.of(&self.ground, &self.sources, file))
    }
}
