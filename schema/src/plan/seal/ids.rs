//! The plugins of a draft by id. Comes in: a draft, in load order. Goes out: where a plugin stands in it. Deliberately absent:
//! whether it may stand there.

use crate::name::PluginId;
use crate::plan::Draft;

/// Where each plugin stands, by id, then place.
pub(super) struct Ids<'d>(Vec<(&'d PluginId, usize)>);

impl<'d> Ids<'d> {
    pub(super) fn new(draft: &'d Draft) -> Self {
        let mut ids: Vec<_> = draft.plugins.iter().map(|plugin| &plugin.id).zip(0..).collect();
        // Stages are sorted, which this sort makes use of.
        ids.sort();
        Ids(ids)
    }

    /// The first place of a plugin in the load order.
    pub(super) fn place(&self, id: &PluginId) -> Option<usize> {
        self.rank(id).map(|at| self.0[at].1)
    }

    /// Where a plugin stands here.
    pub(super) fn rank(&self, id: &PluginId) -> Option<usize> {
        let rank = self.0.partition_point(|(other, _)| *other < id);
        self.is(id, rank).then_some(rank)
    }

    pub(super) fn is(&self, id: &PluginId, rank: usize) -> bool {
        self.0.get(rank).is_some_and(|(other, _)| *other == id)
    }

    /// The first place of a plugin whose id stands at an earlier one too.
    pub(super) fn first_twice(&self) -> Option<usize> {
        self.0.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1].1).min()
    }

    /// The places of all plugins, by id.
    pub(super) fn into_places(self) -> Vec<usize> {
        self.0.into_iter().map(|(_, at)| at).collect()
    }
}
