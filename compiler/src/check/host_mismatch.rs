//! `host-mismatch` and `unknown-engine`: a plugin made for other versions of the host, or for an engine that the host does
//! not state.

use crate::bind::Plugin;
use crate::diag::{Code, Diagnostic, Sink};
use crate::index::Index;
use crate::lower::did_you_mean;
use crate::manifest::Engine;
use crate::profile::Profile;

pub(super) fn check(profile: &Profile, index: &Index, plugins: &[Plugin], sink: &mut Sink) {
    let engines = plugins.iter().flat_map(|plugin| &plugin.manifest.engines);
    engines.for_each(|engine| one(profile, index, engine, sink));
}

fn one(profile: &Profile, index: &Index, engine: &Engine, sink: &mut Sink) {
    let name = engine.name.said();
    let host = (name == profile.name.value.as_str()).then_some(&profile.version);
    let Some(version) = host.or_else(|| profile.provides.get(name)) else {
        let message = format!("the host `{}` does not state an engine `{name}`", profile.name.value);
        let found = Diagnostic::new(Code::UnknownEngine, engine.name.span(), message);
        let known = std::iter::once(profile.name.value.as_str()).chain(profile.provides.keys().map(String::as_str));
        let found = did_you_mean(found, engine.name.span(), name, known);
        return sink.add(found.because(profile.place(), "the host"));
    };
    let range = engine.range.said();
    if !range.contains(&version.value) {
        let message = format!("this plugin needs `{name}` {range}, and the host has {}", version.value);
        let found = Diagnostic::new(Code::HostMismatch, engine.range.span(), message);
        let found = found.because(version.span, "the host's version");
        sink.add(help(index, engine, found));
    }
}

/// Where the index tells which versions of the host there are, the newest that the plugin was made for.
fn help(index: &Index, engine: &Engine, found: Diagnostic) -> Diagnostic {
    let (name, range) = (engine.name.said(), engine.range.said());
    let known = index.releases(name);
    let mut fitting = known.iter().rev().filter(|release| !release.yanked && range.contains(&release.version.value));
    let found = match (fitting.next(), known.is_empty()) {
        (Some(newest), _) => found
            .because(newest.version.span, "the newest version that it was made for")
            .note(format!("{} is the newest `{name}` that fits {range}", newest.version.value)),
        (None, false) => found.note(format!("no `{name}` that is known fits {range}")),
        (None, true) => found,
    };
    found.help("use a version of the plugin that was made for this host, or widen the range if it works there")
}
