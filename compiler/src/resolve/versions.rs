//! Dependencies become edges. Comes in: what each plugin needs. Goes out: for each plugin the plugins that it depends on, as
//! indices of the model. Packages that the host provides are no plugins and leave no edge.

use semver::Version;

use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::did_you_mean;
use crate::manifest::{Dependency, Scope};
use crate::profile::Profile;
use crate::source::Span;

pub(super) fn resolve(profile: &Profile, model: &Model<'_>, sink: &mut Sink) -> Vec<Vec<usize>> {
    let some = |plugins: &[Plugin]| {
        let mut sink = Sink::default();
        (plugins.iter().map(|plugin| edges(profile, model, plugin, &mut sink)).collect::<Vec<_>>(), sink)
    };
    sink.gather(model.cores.stretches(&model.plugins, some))
}

fn edges(profile: &Profile, model: &Model<'_>, plugin: &Plugin, sink: &mut Sink) -> Vec<usize> {
    let edge = |dependency: &Dependency| {
        let id = dependency.id.said();
        match model.plugins.binary_search_by(|other| other.manifest.id.said().cmp(id)) {
            Ok(at) => {
                let version = &model.plugins[at].manifest.version;
                fits(dependency, version.said(), version.span(), sink).then_some(at)
            }
            Err(_) => {
                provided(profile, model, dependency, sink);
                None
            }
        }
    };
    let planned = plugin.manifest.dependencies.iter().filter(|dependency| dependency.scope != Scope::Dev);
    let mut edges: Vec<usize> = planned.filter_map(edge).collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

fn provided(profile: &Profile, model: &Model<'_>, dependency: &Dependency, sink: &mut Sink) {
    let id = dependency.id.said();
    if let Some(version) = profile.provides.get(id.as_str()) {
        fits(dependency, &version.value, version.span, sink);
        return;
    }
    if dependency.optional {
        return;
    }
    let found = Diagnostic::new(Code::MissingDependency, dependency.id.span(), format!("there is no plugin `{id}`"));
    let known = model.plugins.iter().map(|plugin| plugin.id()).chain(profile.provides.keys().map(String::as_str));
    let found = did_you_mean(found, dependency.id.span(), id.as_str(), known).risky();
    sink.add(found.note("dependencies are other plugins, and packages that the host profile `provides`"));
}

fn fits(dependency: &Dependency, version: &Version, place: Span, sink: &mut Sink) -> bool {
    let range = dependency.range.said();
    let fits = range.contains(version);
    if !fits {
        let message = format!("`{}` has version {version}, and {range} is needed", dependency.id.said());
        let found = Diagnostic::new(Code::DependencyVersion, dependency.range.span(), message)
            .because(place, "the version that is there");
        sink.add(found.help("use a version of it that fits, or widen the range if this one works"));
    }
    fits
}
