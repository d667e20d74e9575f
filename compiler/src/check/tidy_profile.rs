//! `default-above-ceiling`, `repeated-name`, `everything-offered` and `idle-interface`: a host profile that says what it cannot
//! mean, or more than its author will have meant.

use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::capability::Kind;

use super::risky_request::is_everything;
use crate::diag::{Code, Diagnostic, Fix, Sink};
use crate::profile::Profile;
use crate::source::Span;

pub(super) fn check(profile: &Profile, sink: &mut Sink) {
    quotas(profile, sink);
    repeated(profile.reserved.iter().map(|name| (name.value.as_str(), name.span)), sink);
    repeated(profile.hooks.iter().map(|name| (name.value.as_str(), name.span)), sink);
    everything(profile, sink);
    interfaces(profile, sink);
}

fn quotas(profile: &Profile, sink: &mut Sink) {
    for (quota, rule) in &profile.quotas {
        let (Some(default), Some(ceiling)) = (&rule.default, &rule.ceiling) else { continue };
        if default.value > ceiling.value {
            let unit = quota.unit();
            let (given, most) = (unit.show(default.value), unit.show(ceiling.value));
            let message = format!("the default of `{}` is {given}, and its ceiling {most}", quota.key());
            let found = Diagnostic::new(Code::DefaultAboveCeiling, default.span, message);
            let found = found.because(ceiling.span, "the ceiling").help(format!("write a default of at most {most}"));
            sink.add(found.fix_with(Fix::risky(format!("write `{most}`")).word(default.span, most)));
        }
    }
}

fn repeated<'n>(names: impl Iterator<Item = (&'n str, Span)>, sink: &mut Sink) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for (name, span) in names {
        if let Some(first) = seen.get(name) {
            let found = Diagnostic::new(Code::RepeatedName, span, format!("`{name}` is there twice"));
            let found = found.because(*first, "first here").help("remove the second");
            sink.add(found.fix_with(Fix::safe("remove the second").remove(span)));
        } else {
            seen.insert(name, span);
        }
    }
}

fn everything(profile: &Profile, sink: &mut Sink) {
    let grave = |kind: Kind| matches!(kind, Kind::FsWrite | Kind::FsMkdir | Kind::NetConnect | Kind::ProcessSpawn);
    for offer in profile.offers.iter().filter(|offer| grave(offer.kind)) {
        let target = &offer.target.value;
        if is_everything(offer.kind, target) && !target.starts_with(['~', '$']) {
            let message = format!("the host offers all of `{}`", offer.kind);
            let found = Diagnostic::new(Code::EverythingOffered, offer.target.span, message);
            let found = found.note("the profile is what a wrong grant cannot go beyond; this goes everywhere");
            sink.add(found.help("offer the folders, hosts or programs that plugins of this host are for"));
        }
    }
}

fn interfaces(profile: &Profile, sink: &mut Sink) {
    if profile.interfaces.is_empty() {
        return;
    }
    let offered: BTreeSet<Kind> = profile.offers.iter().map(|offer| offer.kind).collect();
    for interface in profile.interfaces.iter().filter(|interface| !interface.kinds.is_empty()) {
        if interface.kinds.iter().any(|kind| offered.contains(kind)) {
            continue;
        }
        let kinds: Vec<String> = interface.kinds.iter().map(|kind| format!("`{kind}`")).collect();
        let message =
            format!("`{}` is linked for nobody: the host offers no {}", interface.name.value, kinds.join(" or "));
        let found = Diagnostic::new(Code::IdleInterface, interface.name.span, message);
        sink.add(
            found.help(format!("offer some of {} in `capabilities`, or remove the interface", kinds.join(" or "))),
        );
    }
}
