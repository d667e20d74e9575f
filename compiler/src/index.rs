//! What versions there are. Comes in: trees of index files. Goes out: an [`Index`] of packages and their releases, which says
//! what could be installed and with what it would fit. Deliberately absent: fetching; an index is a text like all others.

use std::collections::BTreeMap;

use ambit_schema::name::PluginId;
use semver::Version;

use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{Block, Spanned};
use crate::manifest::{Dependency, Engine};

mod lower;

pub use lower::lower;

/// The blocks of an index, for references: the outermost first.
pub(crate) fn blocks() -> Vec<Block> {
    vec![
        Block::of("an index", lower::FIELDS),
        Block::of("a package", lower::PACKAGE),
        Block::of("a release", lower::RELEASE),
    ]
}

/// One version of a package that can be had somewhere.
#[derive(Debug, Clone)]
pub struct Release {
    /// Of which package.
    pub id: Spanned<PluginId>,
    /// Which version.
    pub version: Spanned<Version>,
    /// What it needs.
    pub dependencies: Vec<Dependency>,
    /// The versions of the host and its engines that it was made for.
    pub engines: Vec<Engine>,
    /// Whether its author took it back: it is chosen only where it is pinned.
    pub yanked: bool,
}

/// All releases that are known of.
#[derive(Debug, Default)]
pub struct Index {
    packages: BTreeMap<String, Vec<Release>>,
}

impl Index {
    /// An index of these releases. One version of a package that stands there twice is reported.
    #[must_use]
    pub fn new(mut releases: Vec<Release>, sink: &mut Sink) -> Self {
        let mut index = Index::default();
        releases.sort_by(|a, b| {
            (a.version.value.cmp_precedence(&b.version.value)).then(a.version.span.cmp(&b.version.span))
        });
        for release in releases {
            let known = index.packages.entry(release.id.value.as_str().to_owned()).or_default();
            match known.last().filter(|last| last.version.value.cmp_precedence(&release.version.value).is_eq()) {
                Some(first) => sink.add(twice(first, &release)),
                None => known.push(release),
            }
        }
        index
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
    }

    /// The releases of a package, upwards.
    #[must_use]
    pub fn releases(&self, id: &str) -> &[Release] {
        self.packages.get(id).map_or(&[], Vec::as_slice)
    }

    /// The release of a package that has this version.
    #[must_use]
    pub fn release(&self, id: &str, version: &Version) -> Option<&Release> {
        let releases = self.releases(id);
        let at = releases.binary_search_by(|release| release.version.value.cmp_precedence(version)).ok()?;
        releases.get(at)
    }

    /// The packages, by id.
    pub fn packages(&self) -> impl Iterator<Item = (&str, &[Release])> {
        self.packages.iter().map(|(id, releases)| (id.as_str(), releases.as_slice()))
    }
}

fn twice(first: &Release, second: &Release) -> Diagnostic {
    let message = format!("`{}` {} stands in the index twice", second.id.value, second.version.value);
    let found = Diagnostic::new(Code::DuplicateDeclaration, second.version.span, message);
    found.because(first.version.span, "first here").help("keep one of the two")
}
