//! The plugins of a draft by id. Comes in: a draft, in load order. Goes out: where a plugin stands in it. Deliberately absent:
//! whether it may stand there.

use crate::cores;
use crate::name::{Finder, PluginId};
use crate::plan::Draft;

/// Where each plugin stands, by id, then place.
pub(super) struct Ids<'d> {
    ids: Vec<(&'d PluginId, usize)>,
    finder: Finder,
}

impl<'d> Ids<'d> {
    pub(super) fn new(draft: &'d Draft) -> Self {
        let mut ids: Vec<_> = draft.plugins.iter().map(|plugin| &plugin.id).zip(0..).collect();
        // Stages are sorted, which this sort makes use of.
        cores::sort(&mut ids);
        let finder = Finder::new(ids.iter().map(|(id, _)| *id));
        Ids { ids, finder }
    }

    /// The first place of a plugin in the load order.
    pub(super) fn place(&self, id: &PluginId) -> Option<usize> {
        self.rank(id).map(|at| self.ids[at].1)
    }

    /// Where a plugin stands here.
    pub(super) fn rank(&self, id: &PluginId) -> Option<usize> {
        self.finder.find(id, |rank| self.ids[rank].0)
    }

    pub(super) fn is(&self, id: &PluginId, rank: usize) -> bool {
        self.ids.get(rank).is_some_and(|(other, _)| *other == id)
    }

    /// The first place of a plugin whose id stands at an earlier one too.
    pub(super) fn first_twice(&self) -> Option<usize> {
        self.ids.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1].1).min()
    }

    /// The places of all plugins, by id.
    pub(super) fn into_places(self) -> Vec<usize> {
        self.ids.into_iter().map(|(_, at)| at).collect()
    }
}
