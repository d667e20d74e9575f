//! `unknown-hook`: a hook point that the host does not have.

use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::did_you_mean;
use crate::profile::Profile;

pub(super) fn check(profile: &Profile, _: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    for hook in plugins.iter().flat_map(|plugin| &plugin.manifest.hooks) {
        let point = hook.point.said();
        if profile.hooks.iter().any(|known| known.value == *point) {
            continue;
        }
        let message = format!("the host `{}` has no hook point `{point}`", profile.name.value);
        let found = Diagnostic::new(Code::UnknownHook, hook.point.span(), message);
        let known = profile.hooks.iter().map(|known| known.value.as_str());
        sink.add(did_you_mean(found, hook.point.span(), point.as_str(), known).because(profile.place(), "the host"));
    }
}
