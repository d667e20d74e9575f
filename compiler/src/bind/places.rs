//! Where plugins stand in a list by id. Comes in: one id after another. Goes out: the place of each. Whoever writes lines about many
//! plugins mostly writes them in order, so the next one is looked for where the last one was before the list is searched.

use super::Plugin;

/// Finds plugins by their ids.
pub(crate) struct Places<'p> {
    plugins: &'p [Plugin],
    /// Where the last one was.
    last: usize,
}

impl<'p> Places<'p> {
    /// Among plugins in the order of their ids.
    pub(crate) fn of(plugins: &'p [Plugin]) -> Self {
        Places { plugins, last: 0 }
    }

    /// The place of a plugin; of several versions of it, of any.
    pub(crate) fn find(&mut self, id: &str) -> Option<usize> {
        let is_at = |at: &usize| self.plugins.get(*at).is_some_and(|plugin| plugin.id() == id);
        let near = [self.last, self.last + 1].into_iter().find(is_at);
        let search = || self.plugins.binary_search_by(|plugin| plugin.id().cmp(id)).ok();
        self.last = near.or_else(search)?;
        Some(self.last)
    }
}
