//! A tree becomes manifests. THE TABLE of manifest fields stands here; each family of fields is read in a room of its own.

use ambit_schema::limits::Quota;
use ambit_schema::name::PluginId;
use semver::Version;

use super::artifact::{self, Entry};
use super::{About, ArtifactClaim, Claim, Dependency, Engine, HookClaim, Manifest, NameClaim, NamedBy, Request};
use super::{declare, depend, permission, request};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::Times::{Many, Once};
use crate::lower::{
    Field, Spanned, block_once, list as list_items, name, quantity, read_fields, text, texts, unknown_field, version,
};
use crate::source::Span;
use crate::syntax::{Node, Tree};

/// The manifests of a text: one, or one for each entry of a `plugins` list. Those that have no usable id are left out, with
/// a diagnostic.
pub fn lower(tree: &Tree, sink: &mut Sink) -> Vec<Manifest> {
    let root = tree.root();
    if tree.is_empty() {
        return vec![];
    }
    match root.field("plugins") {
        Some(list) => lower_list(root, list, sink),
        None => lower_one(root, root_place(root), NamedBy::Plugin, sink).into_iter().collect(),
    }
}

/// What has been read so far.
#[derive(Default)]
pub(super) struct Partial {
    id: Option<Spanned<String>>,
    name: Option<Spanned<String>>,
    version: Option<Spanned<Version>>,
    about: About,
    pub(super) entry: Entry,
    pub(super) engines: Vec<Engine>,
    pub(super) names: Vec<NameClaim>,
    pub(super) hooks: Vec<HookClaim>,
    pub(super) requests: Vec<Request>,
    pub(super) dependencies: Vec<Dependency>,
    quotas: Vec<(Quota, Claim<u64>)>,
    config: Option<Claim<String>>,
}

macro_rules! fields {
    ($($key:literal $times:ident $read:expr;)*) => { &[$(Field { key: $key, times: $times, read: $read },)*] };
}

const FIELDS: &[Field<Partial>] = fields! {
    "id" Once |to, node, sink| to.id = text(node, sink);
    "name" Once |to, node, sink| to.name = text(node, sink);
    "version" Once |to, node, sink| to.version = version(node, sink);
    "title" Once |to, node, sink| to.about.title = text(node, sink);
    "description" Once |to, node, sink| to.about.description = text(node, sink);
    "author" Once |to, node, sink| to.about.authors.extend(text(node, sink));
    "authors" Once |to, node, sink| to.about.authors.extend(texts(node, sink));
    "license" Once |to, node, sink| to.about.license = text(node, sink);
    "homepage" Once |to, node, sink| to.about.homepage = text(node, sink);
    "repository" Once |to, node, sink| to.about.repository = text(node, sink);
    "keywords" Once |to, node, sink| to.about.keywords = texts(node, sink);
    "categories" Once |to, node, sink| to.about.categories = texts(node, sink);
    "engines" Once |to, node, sink| to.engines = depend::engines(node, sink);
    "wasm" Once |to, node, sink| artifact::wasm(&mut to.entry, node, sink);
    "native" Once |to, node, sink| artifact::native(&mut to.entry, node, sink);
    "path" Once |to, node, sink| artifact::by_extension(&mut to.entry, node, sink);
    "main" Once |to, node, sink| artifact::main(&mut to.entry, node, sink);
    "command" Once |to, node, sink| artifact::command(&mut to.entry, node, sink);
    "args" Once |to, node, sink| artifact::arguments(&mut to.entry, node, sink);
    "protocol" Once |_, node, sink| artifact::protocol(node, sink);
    "types" Once |_, node, sink| { text(node, sink); };
    "capabilities" Once |to, node, sink| request::capabilities(&mut to.requests, node, sink);
    "permissions" Once |to, node, sink| permission::permissions(&mut to.requests, node, sink);
    "commands" Many |to, node, sink| declare::commands(&mut to.names, node, sink);
    "entry_points" Once |to, node, sink| declare::entry_points(&mut to.names, node, sink);
    "tools" Many |to, node, sink| declare::tools(&mut to.names, node, sink);
    "api" Once |to, node, sink| declare::api(to, node, sink);
    "hooks" Many |to, node, sink| declare::hooks(&mut to.hooks, node, sink);
    "dependencies" Once |to, node, sink| depend::dependencies(&mut to.dependencies, node, sink);
    "peerDependencies" Once |to, node, sink| depend::dependencies(&mut to.dependencies, node, sink);
    "quotas" Once |to, node, sink| to.quotas.extend(quotas(node, None, sink));
    "resources" Once |to, node, sink| to.quotas.extend(quotas(node, Some(()), sink));
    "configuration" Once |to, node, sink| declare::configuration(&mut to.config, node, sink);
    "metadata" Once |_, _, _| {};
};

/// An entry of a host's `plugins` list names a file and need say nothing of itself.
fn lower_one(node: Node<'_>, place: Span, named_by: NamedBy, sink: &mut Sink) -> Option<Manifest> {
    let mut partial = Partial::default();
    read_fields(node, "a manifest", FIELDS, &mut partial, sink);
    let artifact = partial.entry.clone().finish(place, named_by, sink);
    let id = identify(&mut partial, artifact.as_ref(), place, named_by, sink);
    let version = partial.version.take().unwrap_or_else(|| no_version(node, place, named_by, sink));
    Some(Manifest {
        file: place.file,
        id: id?.into(),
        version: version.into(),
        about: partial.about,
        engines: partial.engines,
        artifact,
        names: partial.names,
        hooks: partial.hooks,
        requests: partial.requests,
        dependencies: partial.dependencies,
        quotas: partial.quotas,
        config: partial.config,
    })
}

/// `id` names a plugin and `name` is for people; without an `id`, `name` is the id; an entry of a list is named by its file.
fn identify(
    partial: &mut Partial,
    artifact: Option<&ArtifactClaim>,
    place: Span,
    named_by: NamedBy,
    sink: &mut Sink,
) -> Option<Spanned<PluginId>> {
    if partial.id.is_some() {
        partial.about.title = partial.name.take().or(partial.about.title.take());
    }
    let written = match partial.id.take().or(partial.name.take()) {
        Some(written) => written,
        None if named_by == NamedBy::Host => artifact.map(artifact::stem)?,
        None => return missing("name", "name \"my-plugin\"", place, sink),
    };
    name(&written, "a plugin's id", PluginId::parse, sink)
}

/// What stands for a version that is not there, or cannot be read: the rest of the manifest is still worth a look. There is
/// no plan then, but for entries of a list, which need none.
fn no_version(node: Node<'_>, place: Span, named_by: NamedBy, sink: &mut Sink) -> Spanned<Version> {
    if named_by == NamedBy::Plugin && node.field("version").is_none() {
        missing::<Version>("version", "version \"0.1.0\"", place, sink);
    }
    Spanned::new(Version::new(0, 0, 0), place)
}

fn missing<T>(field: &str, example: &str, place: Span, sink: &mut Sink) -> Option<Spanned<T>> {
    if sink.is_broken(Span { file: place.file, start: 0, end: u32::MAX }) {
        return None;
    }
    let found = Diagnostic::new(Code::MissingField, place, format!("this manifest has no `{field}`"));
    sink.add(found.help(format!("add the field, as in `{example}`")));
    None
}

fn lower_list(root: Node<'_>, list: Node<'_>, sink: &mut Sink) -> Vec<Manifest> {
    let others = root.fields().filter(|field| field.key() != Some("plugins"));
    for field in others {
        unknown_field(field, "a list of plugins", ["plugins"].into_iter(), sink);
    }
    let entries = list_items(list, "a list of plugins", sink);
    entries.into_iter().filter_map(|item| lower_one(item, first_place(item), NamedBy::Host, sink)).collect()
}

/// Quotas by key. In `resources`, a design that leaves units out, a bare number is read in the quota's usual unit.
fn quotas(node: Node<'_>, bare: Option<()>, sink: &mut Sink) -> Vec<(Quota, Claim<u64>)> {
    let mut found = vec![];
    for child in block_once(node, "a block of quotas", sink) {
        let Some(quota) = Quota::find(child.key().unwrap_or_default()) else {
            unknown_field(child, "a set of quotas", Quota::ALL.iter().map(|quota| quota.key()), sink);
            continue;
        };
        let assumed = bare.map(|()| quota.unit().scale()[0].0);
        found.extend(quantity(child, quota.unit(), assumed, sink).map(|value| (quota, value.into())));
    }
    found
}

fn root_place(root: Node<'_>) -> Span {
    let said = ["id", "name"].into_iter().find_map(|key| root.field(key));
    said.map_or_else(|| first_place(root), Node::span)
}

fn first_place(node: Node<'_>) -> Span {
    node.fields().next().map_or_else(|| node.span(), Node::span)
}
