//! Who declares what. Comes in: the manifests of one text. Goes out: the names in it that other texts say, with their places,
//! small enough to be kept for every text of a workspace. Deliberately absent: what plugins ask for.

use ambit_compiler::diag::Sink;
use ambit_compiler::manifest::{self, Claim, Manifest};
use ambit_compiler::source::{FileId, Sources, Span};
use ambit_compiler::syntax;
use ambit_schema::capability::Kinds;
use ambit_schema::plan::NameSort;

/// A name and where it stands, in the text that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// The name.
    pub(crate) name: Box<str>,
    /// Where.
    pub(crate) span: Span,
}

/// One plugin of a manifest; a text with a `plugins` list has several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declared {
    /// Its id.
    pub(crate) id: Named,
    /// Its version.
    pub(crate) version: Named,
    /// Its commands, tools and endpoints, by their names inside the plugin.
    pub(crate) names: Box<[(NameSort, Named)]>,
    /// The plugins that it says that it needs, or runs before or after.
    pub(crate) others: Box<[Named]>,
    /// The hook points that it wants to stand on.
    pub(crate) hooks: Box<[Named]>,
}

/// What a text declares. Kinds of a host's own matter to no name.
pub(crate) fn read(sources: &Sources, file: FileId) -> Box<[Declared]> {
    let sink = &mut Sink::default();
    let manifests = manifest::lower(&syntax::parse(sources, file, sink), &Kinds::default(), sink);
    manifests.iter().map(declared).collect()
}

fn declared(manifest: &Manifest) -> Declared {
    let names = manifest.names.iter().map(|name| (name.sort, named(&name.local)));
    let needs = manifest.dependencies.iter().map(|needs| named(&needs.id));
    let neighbours = manifest.hooks.iter().flat_map(|hook| hook.before.iter().chain(&hook.after));
    Declared {
        id: named(&manifest.id),
        version: named(&manifest.version),
        names: names.collect(),
        others: needs.chain(neighbours.map(named)).collect(),
        hooks: manifest.hooks.iter().map(|hook| named(&hook.point)).collect(),
    }
}

fn named<T: ToString>(claim: &Claim<T>) -> Named {
    Named { name: claim.said().to_string().into(), span: claim.span() }
}
