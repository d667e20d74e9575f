//! The rules, a file each. Comes in: a model. Goes out: diagnostics. [`alone`] and
//! [`artifacts`] need no host; [`together`] does.

use ambit_schema::plan::NameSort;

use crate::artifact::Looked;
use crate::bind::{Model, Plugin};
use crate::diag::Sink;
use crate::flow::{self, Graph, Party};
use crate::index::Index;
use crate::profile::Profile;
use crate::source::{FileId, Sources};

mod accept;
mod artifact;
mod about;
mod beyond_flow;
mod coarse_request;
mod broken_assertion;
mod confused_deputy;
mod cover;
mod denied_request;
mod duplicate;
mod host_mismatch;
mod look_alike;
mod look_alike_name;
mod message_cycle;
mod needs_consent;
mod not_granted;
mod overbroad_grant;
mod pasted_secret;
mod redundant_request;
mod risky_request;
mod texts;
mod tidy_profile;
mod tier_accepted;
mod unenforceable;
mod unenforceable_quota;
mod unguarded_route;
mod unkept_endpoint;
mod unknown_digest;
mod unknown_hook;
mod unknown_plugin;
mod unknown_publisher;
mod unknown_recipient;
mod unknown_target;
mod unpublished_event;
mod unused_flow;
mod unused_grant;

/// Rules about plugins themselves, and about texts.
pub fn alone(model: &Model<'_>, sink: &mut Sink) {
    let mut rules = of_plugins();
    rules.push(pasted_secret::check);
    each(model, rules, |rule, sink| rule(model, sink), sink);
}

/// The same about the plugins of one text.
pub fn one(model: &Model<'_>, sink: &mut Sink) {
    of_plugins().into_iter().for_each(|rule| rule(model, sink));
}

/// The same about one text, whatever stands in it.
pub fn text(sources: &Sources, file: FileId, sink: &mut Sink) {
    pasted_secret::text(file, sources.get(file), sink);
}

fn of_plugins() -> Vec<fn(&Model<'_>, &mut Sink)> {
    vec![
        duplicate::check,
        look_alike::check,
        unenforceable_quota::requests,
        about::check,
        texts::check,
        unknown_target::check,
        risky_request::check,
        redundant_request::check,
    ]
}

/// Rules about plugins in their host.
pub fn together(profile: &Profile, index: &Index, model: &Model<'_>, sink: &mut Sink) {
    host_mismatch::check(profile, index, model, sink);
    // What takes longest comes first, so that nobody waits for it at the end.
    let rules: Vec<fn(&Profile, &Model<'_>, &mut Sink)> = vec![
        |_, model, sink| unused_grant::check(model, sink),
        flows,
        |profile, _, sink| tidy_profile::check(profile, sink),
        |_, model, sink| redundant_request::offers(model, sink),
        tier_accepted::check,
        unknown_hook::check,
        unkept_endpoint::check,
        |_, model, sink| unguarded_route::check(model, sink),
        look_alike_name::check,
        |_, model, sink| coarse_request::check(model, sink),
        not_granted::check,
        |_, model, sink| denied_request::check(model, sink),
        unenforceable::check,
        |_, model, sink| accept::check(model, sink),
        unenforceable_quota::limits,
        |_, model, sink| unknown_plugin::check(model, sink),
        unknown_publisher::check,
        |_, model, sink| unknown_digest::check(model, sink),
        |_, model, sink| broken_assertion::check(model, sink),
        |_, model, sink| needs_consent::check(model, sink),
        |_, model, sink| overbroad_grant::check(model, sink),
    ];
    each(model, rules, |rule, sink| rule(profile, model, sink), sink);
}

/// The rules about plugins in their host that are decided by each plugin, the host and the grants.
pub fn grounded(profile: &Profile, index: &Index, model: &Model<'_>, sink: &mut Sink) {
    host_mismatch::check(profile, index, model, sink);
    tier_accepted::check(profile, model, sink);
    unknown_hook::check(profile, model, sink);
    unkept_endpoint::check(profile, model, sink);
    coarse_request::check(model, sink);
    not_granted::check(profile, model, sink);
    denied_request::check(model, sink);
    unenforceable::check(profile, model, sink);
    unenforceable_quota::limits(profile, model, sink);
    needs_consent::check(model, sink);
}

/// Asks every rule, several at once; what they find stands in their order.
fn each<R: Send>(model: &Model<'_>, rules: Vec<R>, ask: impl Fn(R, &mut Sink) + Sync, sink: &mut Sink) {
    let found = model.cores.run(rules, |rule| {
        let mut sink = Sink::default();
        ask(rule, &mut sink);
        sink
    });
    found.into_iter().for_each(|found| sink.append(found));
}

/// Rules about who reaches what through whom.
fn flows(profile: &Profile, model: &Model<'_>, sink: &mut Sink) {
    let graph = Graph::new(model.plugins.iter().map(party).collect());
    confused_deputy::check(model, &graph, sink);
    beyond_flow::check(model, sink);
    unused_flow::check(model, sink);
    message_cycle::check(model, &graph, sink);
    unknown_recipient::check(profile, model, sink);
    unpublished_event::check(profile, model, sink);
}

/// Rules about the files of plugins, `looked` in the order of the model. With a host or without.
pub fn artifacts(profile: Option<&Profile>, model: &Model<'_>, looked: &[Option<Looked>], sink: &mut Sink) {
    artifact::check(profile, model, looked, sink);
}

/// A plugin with what it was given and the tools that it has. What it depends on decides nothing here.
fn party(plugin: &Plugin) -> Party<'_> {
    let rights = plugin.decisions.iter().filter(|right| flow::moves(right.kind) && !right.granted.is_empty());
    let tools = plugin.manifest.names.iter().filter(|name| name.sort == NameSort::Tool);
    Party {
        id: plugin.id(),
        rights: rights.map(|right| (right.kind, &right.granted)).collect(),
        depends: vec![],
        tools: tools.map(|name| format!("{}:{}", plugin.id(), name.local.said())).collect(),
    }
}
