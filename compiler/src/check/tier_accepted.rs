//! `tier-not-accepted`: a plugin for a tier that the host does not accept.

use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::profile::Profile;

pub(super) fn check(profile: &Profile, _: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    for artifact in plugins.iter().filter_map(|plugin| plugin.manifest.artifact.as_ref()) {
        if profile.tiers.iter().any(|tier| tier.value == artifact.tier) {
            continue;
        }
        let message =
            format!("`{}` runs in the {} tier, which the host does not accept", artifact.path.said(), artifact.tier);
        let found = Diagnostic::new(Code::TierNotAccepted, artifact.path.span(), message);
        let place = profile.tiers.first().map_or(profile.place(), |tier| tier.span);
        let found = found.because(place, "the tiers that the host accepts");
        sink.add(found.help(format!(
            "build the plugin for another tier, or add `\"{}\"` to `tiers` in the host profile",
            artifact.tier
        )));
    }
}
