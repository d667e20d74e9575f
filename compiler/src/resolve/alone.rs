//! What is resolved of a plugin without any other. Comes in: a decided model. Goes out: entries of a plan, as far as they follow
//! from profile, grants and manifest. Deliberately absent: whom a plugin needs, and what its files say.

use ambit_schema::plan::PluginEntry;

use super::{claims, plugin_entry, quotas};
use crate::binary::NoArtifacts;
use crate::bind::Model;
use crate::diag::Sink;
use crate::profile::Profile;

/// The plugins of a model, each without its artifact, its configuration and whom it needs. What is wrong with them was said.
pub(crate) fn alone(profile: &Profile, model: &mut Model<'_>) -> Vec<PluginEntry> {
    let said = &mut Sink::default();
    let (quotas, usual) = (quotas::resolve(profile, model, said), quotas::Usual::new());
    let mut entries = vec![];
    for (plugin, decided) in model.plugins.iter().zip(&quotas) {
        let quotas = quotas::entries(model, &usual, plugin, decided);
        entries.push(plugin_entry(profile, model, plugin, vec![], quotas, (None, &NoArtifacts), said));
    }
    for (entry, plugin) in entries.iter_mut().zip(&mut model.plugins) {
        entry.claims = claims(plugin);
        entry.config = None;
    }
    entries
}
