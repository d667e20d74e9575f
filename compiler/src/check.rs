//! The rules, a file each. Comes in: a model. Goes out: diagnostics. [`alone`] and
//! [`artifacts`] need no host; [`together`] does.

use crate::artifact::Looked;
use crate::bind::Model;
use crate::diag::Sink;
use crate::profile::Profile;

mod artifact;
mod about;
mod coarse_request;
mod denied_request;
mod duplicate;
mod host_mismatch;
mod look_alike;
mod not_granted;
mod pasted_secret;
mod redundant_request;
mod risky_request;
mod tidy_profile;
mod tier_accepted;
mod unenforceable;
mod unenforceable_quota;
mod unknown_hook;
mod unused_grant;

type Rule = fn(&Profile, &Model<'_>, &mut Sink);

/// Rules about plugins themselves.
pub fn alone(model: &Model<'_>, sink: &mut Sink) {
    duplicate::check(model, sink);
    look_alike::check(model, sink);
    unenforceable_quota::requests(model, sink);
    about::check(model, sink);
    risky_request::check(model, sink);
    redundant_request::check(model, sink);
    pasted_secret::check(model, sink);
}

/// Rules about plugins in their host.
pub fn together(profile: &Profile, model: &Model<'_>, sink: &mut Sink) {
    let rules: Vec<Rule> = vec![
        |profile, _, sink| tidy_profile::check(profile, sink),
        |_, model, sink| redundant_request::offers(model, sink),
        host_mismatch::check,
        tier_accepted::check,
        unknown_hook::check,
        |_, model, sink| coarse_request::check(model, sink),
        not_granted::check,
        |_, model, sink| denied_request::check(model, sink),
        |_, model, sink| unenforceable::check(model, sink),
        unenforceable_quota::limits,
        |_, model, sink| unused_grant::check(model, sink),
    ];
    let found = model.cores.run(rules, |rule| {
        let mut sink = Sink::default();
        rule(profile, model, &mut sink);
        sink
    });
    found.into_iter().for_each(|found| sink.append(found));
}

/// Rules about the files of plugins, `looked` in the order of the model. With a host or without.
pub fn artifacts(profile: Option<&Profile>, model: &Model<'_>, looked: &[Option<Looked>], sink: &mut Sink) {
    artifact::check(profile, model, looked, sink);
}
