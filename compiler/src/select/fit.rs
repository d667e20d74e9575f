//! Whether what is taken fits. Comes in: one version of each plugin, by id. Goes out: diagnostics about dependencies that are not there
//! or of another version. One look at each line; nothing is searched.

use std::collections::BTreeMap;

use ambit_schema::cores::Cores;
use ambit_schema::name::{Finder, PluginId};
use pubgrub::VersionSet;
use semver::Version;

use crate::diag::{Code, Diagnostic, Sink};
use crate::index::Index;
use crate::lower::NearNames;
use crate::manifest::{Dependency, Manifest, Scope, Versions};
use crate::profile::Profile;
use crate::source::Span;

pub(super) fn check(profile: &Profile, index: &Index, taken: &[&Manifest], cores: Cores, sink: &mut Sink) {
    let finder = Finder::new(taken.iter().map(|manifest| manifest.id.said()));
    let here = Here { profile, taken, finder };
    // Nearly all fit, and that they do is asked by several threads.
    let fits = cores.map(taken, |manifest| needed(manifest).all(|line| here.fits(line)));
    let mut fit = Fit { here: &here, index, wanted: BTreeMap::new(), known: None };
    let others = taken.iter().zip(fits).filter(|(_, fits)| !fits);
    others.flat_map(|(manifest, _)| needed(manifest)).for_each(|line| fit.one(line, sink));
}

/// What a plugin needs when it runs.
fn needed(manifest: &Manifest) -> impl Iterator<Item = &Dependency> {
    manifest.dependencies.iter().filter(|line| line.scope != Scope::Dev)
}

/// What is here.
struct Here<'f> {
    profile: &'f Profile,
    taken: &'f [&'f Manifest],
    finder: Finder,
}

impl<'f> Here<'f> {
    fn plugin(&self, id: &PluginId) -> Option<&'f Manifest> {
        self.finder.find(id, |at| self.taken[at].id.said()).map(|at| self.taken[at])
    }

    /// The version that a line is about, and where it stands.
    fn version(&self, line: &Dependency) -> Option<(&'f Version, Span)> {
        let id = line.id.said();
        let provided = || self.profile.provides.get(id.as_str()).map(|provided| (&provided.value, provided.span));
        self.plugin(id).map(|it| (it.version.said(), it.version.span())).or_else(provided)
    }

    fn fits(&self, line: &Dependency) -> bool {
        self.version(line).map_or(line.optional, |(version, _)| line.range.said().contains(version))
    }
}

struct Fit<'f> {
    here: &'f Here<'f>,
    index: &'f Index,
    /// The versions that everyone who needs a plugin can use, for plugins about which it was asked.
    wanted: BTreeMap<String, Versions>,
    /// What dependencies may mean, once one was not found.
    known: Option<NearNames<'f>>,
}

impl<'f> Fit<'f> {
    /// The ids of all plugins, and what the host provides.
    fn known(&self) -> NearNames<'f> {
        let ids = self.here.taken.iter().map(|manifest| manifest.id.said().as_str());
        NearNames::new(ids.chain(self.here.profile.provides.keys().map(String::as_str)))
    }

    fn one(&mut self, line: &Dependency, sink: &mut Sink) {
        match self.here.version(line) {
            _ if self.here.fits(line) => {}
            Some((version, place)) => {
                let is_plugin = self.here.plugin(line.id.said()).is_some();
                sink.add(self.unfit(line, version, place, is_plugin));
            }
            None => self.missing(line, sink),
        }
    }

    fn unfit(&mut self, line: &Dependency, version: &Version, place: Span, is_plugin: bool) -> Diagnostic {
        let (id, range) = (line.id.said(), line.range.said());
        let message = format!("`{id}` has version {version}, and {range} is needed");
        let found = Diagnostic::new(Code::DependencyVersion, line.range.span(), message);
        let found = found.because(place, "the version that is there");
        if !is_plugin || self.index.releases(id.as_str()).is_empty() {
            return found.help("use a version of it that fits, or widen the range if this one works");
        }
        let wanted = self.wanted(id.as_str());
        let fitting = |set: &Versions| {
            let releases = self.index.releases(id.as_str()).iter().rev();
            releases.filter(|release| !release.yanked).find(|release| set.contains(&release.version.value))
        };
        match (fitting(&wanted), fitting(range.versions())) {
            (Some(all), _) => {
                let found = found.because(all.version.span, "a version that is known of");
                found.help(format!("install `{id}` {}: it fits everyone who needs it", all.version.value))
            }
            (None, Some(one)) => found
                .help("widen this range, or those of the others who need it, until one version is in all")
                .note(format!("{} would fit here, and not the others who need `{id}`", one.version.value)),
            (None, None) => found
                .help("widen the range if the version that is there works")
                .note(format!("no version of `{id}` that is known fits")),
        }
    }

    /// What everyone who needs a plugin can use.
    fn wanted(&mut self, id: &str) -> Versions {
        if let Some(known) = self.wanted.get(id) {
            return known.clone();
        }
        let lines = self.here.taken.iter().flat_map(|manifest| &manifest.dependencies);
        let about = lines.filter(|line| line.id.said().as_str() == id && line.scope != Scope::Dev);
        let all = about.fold(Versions::full(), |all, line| all.intersection(line.range.said().versions()));
        self.wanted.insert(id.to_owned(), all.clone());
        all
    }

    fn missing(&mut self, line: &Dependency, sink: &mut Sink) {
        let id = line.id.said().as_str();
        let found = Diagnostic::new(Code::MissingDependency, line.id.span(), format!("there is no plugin `{id}`"));
        let releases = self.index.releases(id).iter().rev().filter(|release| !release.yanked);
        let mut fitting = releases.filter(|release| line.range.said().contains(&release.version.value));
        let found = match fitting.next() {
            Some(release) => found
                .because(release.version.span, "a version that is known of")
                .help(format!("install `{id}` {}", release.version.value)),
            None => {
                let known = self.known.take().unwrap_or_else(|| self.known());
                self.known.insert(known).did_you_mean(found, line.id.span(), id).risky()
            }
        };
        sink.add(match line.scope {
            Scope::Peer => {
                found.note("a peer is what the host has already: a plugin beside this one, or what it `provides`")
            }
            _ => found.note("dependencies are other plugins, and packages that the host profile `provides`"),
        });
    }
}
