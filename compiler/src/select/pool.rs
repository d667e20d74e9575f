//! Everything that could be chosen. Comes in: manifests, the index, the host profile, pins. Goes out: a [`Pool`] of packages with
//! their candidates, upwards, and what each needs of which other package. Taken back releases are no candidates unless pinned.

use std::collections::BTreeMap;

use semver::{BuildMetadata, Version};

use crate::grant::Pin;
use crate::index::{Index, Release};
use crate::lower::Spanned;
use crate::manifest::{Claim, Dependency, Engine, Manifest, Scope, VersionRange, Versions};
use crate::profile::Profile;
use crate::source::Span;

/// Every package that is here, provided, known of or asked for. The first is the host itself, which needs all plugins.
pub(super) struct Pool<'p> {
    pub(super) packages: Vec<Package<'p>>,
}

/// A plugin, a package of the host's, or an engine.
pub(super) struct Package<'p> {
    pub(super) name: &'p str,
    pub(super) is_engine: bool,
    /// Whether a manifest of it is here.
    pub(super) present: bool,
    /// Upwards by version.
    pub(super) candidates: Vec<Candidate<'p>>,
    /// Releases that were taken back.
    pub(super) yanked: Vec<&'p Release>,
    pub(super) pin: Option<&'p Pin>,
    /// What is chosen first: releases, and previews that are here. Then previews that are only in the index.
    first: [Vec<usize>; 2],
    last: Vec<usize>,
}

/// One version of a package.
pub(super) struct Candidate<'p> {
    /// Without what stands behind `+`.
    pub(super) version: Version,
    pub(super) origin: Origin<'p>,
    pub(super) needs: Vec<Need<'p>>,
}

/// Where a candidate is told of.
#[derive(Clone, Copy)]
pub(super) enum Origin<'p> {
    Manifest(&'p Manifest),
    Release(&'p Release),
    Host(Span),
}

/// A line that says what a candidate needs.
pub(super) struct Need<'p> {
    pub(super) package: usize,
    pub(super) range: &'p Claim<VersionRange>,
    /// Whether the candidate works without it, or its host has to have it: it draws nothing in by itself.
    pub(super) soft: bool,
    pub(super) peer: bool,
}

impl Package<'_> {
    /// The candidate that is preferred in a set.
    pub(super) fn choose(&self, set: &Versions) -> Option<usize> {
        let highest = |of: &Vec<usize>| set.highest(of, |at: usize| &self.candidates[at].version);
        let [releases, previews] = &self.first;
        highest(releases).max(highest(previews)).or_else(|| highest(&self.last))
    }

    /// Whether something of this name is with the host already.
    pub(super) fn is_there(&self) -> bool {
        self.present || self.candidates.iter().any(|candidate| matches!(candidate.origin, Origin::Host(_)))
    }
}

impl Origin<'_> {
    /// Where the version stands.
    pub(super) fn span(&self) -> Span {
        match self {
            Origin::Manifest(manifest) => manifest.version.span(),
            Origin::Release(release) => release.version.span,
            Origin::Host(span) => *span,
        }
    }

    /// Whether the user can change what it says.
    pub(super) fn is_here(&self) -> bool {
        matches!(self, Origin::Manifest(_))
    }
}

/// A version by which candidates are told apart.
pub(super) fn plain(version: &Version) -> Version {
    Version { build: BuildMetadata::EMPTY, ..version.clone() }
}

impl<'p> Pool<'p> {
    pub(super) fn new(
        profile: &'p Profile,
        index: &'p Index,
        pins: &BTreeMap<&str, &'p Pin>,
        manifests: &BTreeMap<&'p str, Vec<&'p Manifest>>,
    ) -> Self {
        let mut build =
            Build { packages: vec![Package::named("")], plugins: BTreeMap::new(), engines: BTreeMap::new() };
        for (id, here) in manifests {
            build.present(id, here, index, pins.get(id).copied());
        }
        for (name, version) in &profile.provides {
            build.provided(name, version);
        }
        build.engine(profile.name.value.as_str(), &profile.version);
        for (id, releases) in index.packages() {
            build.known(id, releases, pins.get(id).copied());
        }
        build.finish()
    }
}

struct Build<'p> {
    packages: Vec<Package<'p>>,
    plugins: BTreeMap<&'p str, usize>,
    engines: BTreeMap<&'p str, usize>,
}

impl<'p> Package<'p> {
    fn named(name: &'p str) -> Self {
        Package {
            name,
            is_engine: false,
            present: false,
            candidates: vec![],
            yanked: vec![],
            pin: None,
            first: [vec![], vec![]],
            last: vec![],
        }
    }

    fn with(&mut self, version: &Version, origin: Origin<'p>) {
        self.candidates.push(Candidate { version: plain(version), origin, needs: vec![] });
    }
}

impl<'p> Build<'p> {
    fn present(&mut self, id: &'p str, here: &[&'p Manifest], index: &'p Index, pin: Option<&'p Pin>) {
        let mut package = Package { present: true, pin, ..Package::named(id) };
        let mut here = here.to_vec();
        here.dedup_by(|a, b| a.version.said().cmp_precedence(b.version.said()).is_eq());
        let taken_back = |version| index.release(id, version).filter(|release| release.yanked);
        for manifest in &here {
            match taken_back(manifest.version.said()) {
                Some(release) if pin.is_none() => package.yanked.push(release),
                _ => package.with(manifest.version.said(), Origin::Manifest(manifest)),
            }
        }
        let is_here = |release: &&Release| {
            here.binary_search_by(|here| here.version.said().cmp_precedence(&release.version.value)).is_ok()
        };
        self.add(package, index.releases(id).iter().filter(|release| !is_here(release)));
    }

    fn known(&mut self, id: &'p str, releases: &'p [Release], pin: Option<&'p Pin>) {
        if !self.plugins.contains_key(id) {
            self.add(Package { pin, ..Package::named(id) }, releases.iter());
        }
    }

    fn add(&mut self, mut package: Package<'p>, releases: impl Iterator<Item = &'p Release>) {
        for release in releases {
            match release.yanked && package.pin.is_none() {
                true => package.yanked.push(release),
                false => package.with(&release.version.value, Origin::Release(release)),
            }
        }
        if let Some(pin) = package.pin {
            let pinned = |candidate: &Candidate<'_>| candidate.version.cmp_precedence(&pin.version.value).is_eq();
            package.candidates.retain(pinned);
        }
        package.candidates.sort_by(|a, b| a.version.cmp(&b.version));
        self.plugins.insert(package.name, self.packages.len());
        self.packages.push(package);
    }

    fn provided(&mut self, name: &'p str, version: &'p Spanned<Version>) {
        self.engine(name, version);
        if !self.plugins.contains_key(name) {
            let mut package = Package::named(name);
            package.with(&version.value, Origin::Host(version.span));
            self.plugins.insert(name, self.packages.len());
            self.packages.push(package);
        }
    }

    fn engine(&mut self, name: &'p str, version: &'p Spanned<Version>) {
        let mut package = Package { is_engine: true, ..Package::named(name) };
        package.with(&version.value, Origin::Host(version.span));
        self.engines.insert(name, self.packages.len());
        self.packages.push(package);
    }

    fn finish(mut self) -> Pool<'p> {
        for at in 0..self.packages.len() {
            for number in 0..self.packages[at].candidates.len() {
                let (dependencies, engines): (&[Dependency], &[Engine]) =
                    match self.packages[at].candidates[number].origin {
                        Origin::Manifest(manifest) => (&manifest.dependencies, &manifest.engines),
                        Origin::Release(release) => (&release.dependencies, &release.engines),
                        Origin::Host(_) => continue,
                    };
                let needs = self.needs(at, dependencies, engines);
                self.packages[at].candidates[number].needs = needs;
            }
        }
        self.packages.iter_mut().for_each(sort);
        Pool { packages: self.packages }
    }

    /// What a plugin needs of itself is a circle, which is told elsewhere.
    fn needs(&mut self, of: usize, dependencies: &'p [Dependency], engines: &'p [Engine]) -> Vec<Need<'p>> {
        let mut needs = vec![];
        for line in dependencies.iter().filter(|line| line.scope != Scope::Dev) {
            let package = self.asked(line.id.said().as_str(), false);
            let peer = line.scope == Scope::Peer && !line.optional;
            let soft = (peer || line.optional) && !self.packages[package].is_there();
            needs.push(Need { package, range: &line.range, soft, peer });
        }
        for line in engines {
            let package = self.asked(line.name.said(), true);
            needs.push(Need { package, range: &line.range, soft: false, peer: false });
        }
        needs.retain(|need| need.package != of);
        needs
    }

    /// The package of a name; one that nobody has is made, without candidates.
    fn asked(&mut self, name: &'p str, is_engine: bool) -> usize {
        let next = self.packages.len();
        let known = if is_engine { &mut self.engines } else { &mut self.plugins };
        let at = *known.entry(name).or_insert(next);
        if at == next {
            self.packages.push(Package { is_engine, ..Package::named(name) });
        }
        at
    }
}

fn sort(package: &mut Package<'_>) {
    for (at, candidate) in package.candidates.iter().enumerate() {
        match (candidate.version.pre.is_empty(), matches!(candidate.origin, Origin::Release(_))) {
            (true, _) => package.first[0].push(at),
            (false, false) => package.first[1].push(at),
            (false, true) => package.last.push(at),
        }
    }
}
