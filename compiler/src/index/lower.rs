//! A tree becomes releases. THE TABLES of index fields stand here.

use ambit_schema::name::PluginId;

use super::Release;
use crate::diag::Sink;
use crate::lower::{Field, Spanned, boolean, fields, name, named, read_fields, version_of, wrong_type};
use crate::manifest::{Dependency, Engine, Ranges, Usual, dependencies, engines};
use crate::syntax::{Node, Tree};

/// THE TABLE of index fields.
pub(crate) const FIELDS: &[Field<Vec<Release>>] = fields! {
    "package" Many "an id, and a block with its releases"
        packages;
};

/// THE TABLE of what is said of a package.
pub(crate) const PACKAGE: &[Field<Vec<Entry>>] = fields! {
    "version" Many "one version that there is, and a block with what it needs"
        entries;
};

/// THE TABLE of what is said of a release.
pub(crate) const RELEASE: &[Field<Said>] = fields! {
    "dependencies" Once "as in its manifest"
        |to, node, sink| dependencies(Usual::RUNTIME, (&mut Ranges::default(), &mut to.dependencies), node, sink);
    "peerDependencies" Once "as in its manifest"
        |to, node, sink| dependencies(Usual::PEER, (&mut Ranges::default(), &mut to.dependencies), node, sink);
    "optionalDependencies" Once "as in its manifest"
        |to, node, sink| dependencies(Usual::OPTIONAL, (&mut Ranges::default(), &mut to.dependencies), node, sink);
    "engines" Once "as in its manifest"
        |to, node, sink| to.engines = engines(&mut Ranges::default(), node, sink);
    "yanked" Once "whether its author took it back"
        |to, node, sink| to.yanked = boolean(node, sink).is_some_and(|flag| flag.value);
};

/// A version as it is written, and what is said of it.
pub(crate) type Entry = (Spanned<String>, Said);

/// What is said of a release.
#[derive(Default)]
pub(crate) struct Said {
    dependencies: Vec<Dependency>,
    engines: Vec<Engine>,
    yanked: bool,
}

/// The releases of a text.
pub fn lower(tree: &Tree, sink: &mut Sink) -> Vec<Release> {
    let mut releases = vec![];
    if !tree.is_empty() {
        read_fields(tree.root(), "an index", FIELDS, &mut releases, sink);
    }
    releases
}

fn packages(to: &mut Vec<Release>, node: Node<'_>, sink: &mut Sink) {
    const FORM: &str = "an id and a block, as in `package \"a\" { version \"1.0.0\" }`";
    for (written, block) in named(node, FORM, sink) {
        let mut entries: Vec<Entry> = vec![];
        read_fields(block, "a package", PACKAGE, &mut entries, sink);
        if entries.is_empty() && block.fields().next().is_none() {
            wrong_type(block, FORM, sink);
        }
        let Some(id) = name(&written, "a package's id", PluginId::parse, sink) else { continue };
        to.extend(entries.into_iter().filter_map(|entry| release(&id, entry, sink)));
    }
}

fn entries(to: &mut Vec<Entry>, node: Node<'_>, sink: &mut Sink) {
    const FORM: &str = "a version and a block, as in `version \"1.0.0\" { dependencies { a \"^1.0\" } }`";
    for (written, block) in named(node, FORM, sink) {
        let mut said = Said::default();
        read_fields(block, "a release", RELEASE, &mut said, sink);
        to.push((Spanned::new(written.value.to_owned(), written.span), said));
    }
}

fn release(id: &Spanned<PluginId>, (written, said): Entry, sink: &mut Sink) -> Option<Release> {
    let version = version_of(&written.value, written.span, sink)?;
    let Said { dependencies, engines, yanked } = said;
    Some(Release { id: id.clone(), version, dependencies, engines, yanked })
}
