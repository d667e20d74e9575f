//! The rules, a file each. Comes in: a model, with its host or without. Goes out: diagnostics.

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
mod too_many_patterns;
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

pub use too_many_patterns::unproved;

/// A rule about everything at once, and one that needs a host for that.
type OfAll = fn(&Model<'_>, &mut Sink);
type OfHost = fn(&Profile, &Model<'_>, &mut Sink);

/// A rule about plugins by themselves, and one about plugins in their host, for some plugins of the model.
type OfEach = fn(&Model<'_>, &[Plugin], &mut Sink);
type InHost = fn(&Profile, &Model<'_>, &[Plugin], &mut Sink);

/// How many plugins every rule is asked about before the next ones are: as many as stay in the cache of a core meanwhile.
const AT_ONCE: usize = 32;

const OF_ALL: [OfAll; 3] = [look_alike::check, duplicate::check, unknown_target::lines];

/// What takes longest comes first, so that nobody waits for it at the end.
const OF_HOST: [OfHost; 14] = [
    |_, model, sink| unused_grant::check(model, sink),
    flows,
    |profile, _, sink| tidy_profile::check(profile, sink),
    |_, model, sink| redundant_request::offers(model, sink),
    |_, model, sink| unguarded_route::check(model, sink),
    look_alike_name::check,
    |_, model, sink| coarse_request::check(model, sink),
    unenforceable_quota::limits,
    |_, model, sink| unknown_plugin::check(model, sink),
    unknown_publisher::check,
    |_, model, sink| unknown_digest::check(model, sink),
    |_, model, sink| broken_assertion::check(model, sink),
    |_, model, sink| overbroad_grant::check(model, sink),
    |_, model, sink| accept::check(model, sink),
];

const OF_EACH: [OfEach; 7] = [
    duplicate::names,
    unenforceable_quota::requests,
    about::check,
    texts::check,
    unknown_target::requests,
    risky_request::check,
    redundant_request::check,
];

const IN_HOST: [InHost; 9] = [
    tier_accepted::check,
    too_many_patterns::check,
    unknown_hook::check,
    unkept_endpoint::check,
    not_granted::check,
    denied_request::check,
    unenforceable::check,
    unenforceable_quota::limited,
    needs_consent::check,
];

/// A host, and what is known of versions.
type Host<'h> = (&'h Profile, &'h Index);

/// Asks every rule about plugins themselves and about texts, and those about plugins in their host where there is one. Several
/// are asked at once; what they find stands in their order, what those about each plugin find behind it.
pub fn all(host: Option<Host<'_>>, model: &Model<'_>, sink: &mut Sink) {
    type Rule<'r> = Box<dyn Fn(&mut Sink) + Send + 'r>;
    let of_host = host.into_iter().flat_map(|(profile, _)| {
        OF_HOST.iter().map(move |rule| -> Rule<'_> { Box::new(move |sink| rule(profile, model, sink)) })
    });
    let texts: [OfAll; 1] = [pasted_secret::check];
    let of_all = OF_ALL.into_iter().chain(texts).map(|rule| -> Rule<'_> { Box::new(move |sink| rule(model, sink)) });
    let rules: Vec<Rule<'_>> = of_host.chain(of_all).collect();
    let (cores, found) = (model.cores, |rule: &dyn Fn(&mut Sink)| {
        let mut sink = Sink::default();
        rule(&mut sink);
        sink
    });
    let each =
        |plugins: &[Plugin]| found(&|sink| plugins.chunks(AT_ONCE).for_each(|some| of_each(host, model, some, sink)));
    let (all, each) = cores.both(|| cores.run(rules, |rule| found(&*rule)), || cores.stretches(&model.plugins, each));
    all.into_iter().chain(each).for_each(|found| sink.append(found));
}

fn of_each(host: Option<Host<'_>>, model: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    OF_EACH.iter().for_each(|rule| rule(model, plugins, sink));
    if let Some((profile, index)) = host {
        host_mismatch::check(profile, index, plugins, sink);
        IN_HOST.iter().for_each(|rule| rule(profile, model, plugins, sink));
    }
}

/// The rules about the plugins of one text that are decided by each plugin, the host and the grants.
pub fn one(host: Option<Host<'_>>, model: &Model<'_>, sink: &mut Sink) {
    OF_ALL.iter().for_each(|rule| rule(model, sink));
    of_each(host, model, &model.plugins, sink);
    if let Some((profile, _)) = host {
        coarse_request::check(model, sink);
        unenforceable_quota::limits(profile, model, sink);
    }
}

/// The rules about one text, whatever stands in it.
pub fn text(sources: &Sources, file: FileId, sink: &mut Sink) {
    pasted_secret::text(file, sources.get(file), sink);
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
