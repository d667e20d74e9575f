//! What is committed. Comes in: a workspace in a git repository. Goes out: the plan of it as `HEAD` has it, made once for each
//! commit. It takes as long as compiling does, so only those ask who can wait. Deliberately absent: what differs.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use ambit_schema::plan::Plan;

use super::view::View;
use crate::load::{Overrides, Revision, load};

/// The plan of the last commit that anybody asked about.
#[derive(Debug, Default)]
pub(super) struct Head(Mutex<Option<(String, Committed)>>);

/// A plan, or why there is none.
pub(crate) type Committed = Result<Arc<Plan>, String>;

impl Head {
    /// The plan of `HEAD`.
    pub(super) fn plan(&self, base: &Path) -> Committed {
        let commit = Revision::id(base, "HEAD")?;
        // Whoever asks meanwhile would have to make the same plan.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, plan)) = &*known
            && *of == commit
        {
            return plan.clone();
        }
        let plan = compiled(base, &commit).map(Arc::new);
        *known = Some((commit, plan.clone()));
        plan
    }
}

fn compiled(base: &Path, commit: &str) -> Result<Plan, String> {
    let folder = Revision::read_at(base, commit, "./")?;
    let loaded = load(&folder.folder(), &Overrides::default()).map_err(|_| "nothing is committed here".to_owned())?;
    let workspace = loaded.into_iter().next().ok_or("nothing is committed here")?;
    workspace.compile().plan.ok_or_else(|| "what is committed has errors".to_owned())
}

/// Whether a workspace is in a repository, as far as names tell.
pub(crate) fn is_committed(view: &View) -> bool {
    view.base().ancestors().any(|folder| folder.join(".git").exists())
}
