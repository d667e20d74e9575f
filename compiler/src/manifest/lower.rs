//! A tree becomes manifests. THE TABLE of manifest fields stands here; each family of fields is read in a room of its own.

use ambit_schema::capability::Kinds;
use ambit_schema::limits::Quota;
use ambit_schema::name::PluginId;
use semver::Version;

use super::artifact::{self, Entry};
use super::depend::Usual;
use super::recovery::{RECOVERY, recovery};
use super::request::Families;
use super::{About, ArtifactClaim, Claim, Dependency, Engine, HookClaim, Manifest, NameClaim, NamedBy, Request};
use super::{ConfigClaim, RecoveryClaim, config, declare, depend, endpoint, hook, permission, request};
use crate::diag::{Code, Diagnostic, Fix, Sink};
use crate::lower::{
    Field, Spanned, block_once, fields, limit, list as list_items, name, read_fields, text, texts, texts_once,
    unknown_field, version,
};
use crate::source::Span;
use crate::syntax::{Node, Shape, Tree};

/// The manifests of a text: one, or one for each entry of a `plugins` list. Those that have no usable id are left out, with
/// a diagnostic.
pub fn lower(tree: &Tree, kinds: &Kinds, sink: &mut Sink) -> Vec<Manifest> {
    let root = tree.root();
    if tree.is_empty() {
        return vec![];
    }
    match root.field("plugins") {
        Some(list) => lower_list(root, list, kinds, sink),
        None => lower_one(root, kinds, root_place(root), NamedBy::Plugin, sink).into_iter().collect(),
    }
}

/// What has been read so far.
#[derive(Default)]
pub(crate) struct Partial {
    kinds: Kinds,
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
    config: ConfigClaim,
    recovery: Option<RecoveryClaim>,
}

/// THE TABLE of manifest fields.
pub(crate) const FIELDS: &[Field<Partial>] = fields! {
    "id" Once "the plugin's id: letters and digits with `-`, `_`, `.` between them; without one, `name` is the id"
        |to, node, sink| to.id = text(node, sink);
    "name" Once "the id, or beside an `id` a name for people"
        |to, node, sink| to.name = text(node, sink);
    "version" Once "required; a semantic version such as `1.2.3`"
        |to, node, sink| to.version = version(node, sink);
    "title" Once "a name for people"
        |to, node, sink| to.about.title = text(node, sink);
    "description" Once "one paragraph for people"
        |to, node, sink| to.about.description = text(node, sink);
    "author" Once "who made it, as in `A. Author <a@example.com>`"
        |to, node, sink| to.about.authors.extend(text(node, sink));
    "authors" Once "the same, several"
        |to, node, sink| add(&mut to.about.authors, texts_once(node, sink));
    "license" Once "an SPDX expression"
        |to, node, sink| to.about.license = text(node, sink);
    "homepage" Once "where to read more"
        |to, node, sink| to.about.homepage = text(node, sink);
    "repository" Once "where the sources are"
        |to, node, sink| to.about.repository = text(node, sink);
    "keywords" Once "words to find it by"
        |to, node, sink| to.about.keywords = texts(node, sink);
    "categories" Once "shelves to put it on"
        |to, node, sink| to.about.categories = texts(node, sink);
    "engines" Once "names and version ranges: of the host, or of what it `provides`"
        |to, node, sink| to.engines = depend::engines(node, sink);
    "wasm" Once "the artifact, beside the manifest: a component or a core module"
        |to, node, sink| artifact::wasm(&mut to.entry, node, sink);
    "native" Once "the artifact, a shared library"
        |to, node, sink| artifact::native(&mut to.entry, node, sink);
    "path" Once "the artifact; `.wasm`, `.so`, `.dylib` or `.dll` tells its tier"
        |to, node, sink| artifact::by_extension(&mut to.entry, node, sink);
    "main" Once "the same; a file that has to be built first, such as JavaScript, is warned about"
        |to, node, sink| artifact::main(&mut to.entry, node, sink);
    "command" Once "a process: the program"
        |to, node, sink| artifact::command(&mut to.entry, node, sink);
    "args" Once "its arguments"
        |to, node, sink| artifact::arguments(&mut to.entry, node, sink);
    "protocol" Once "how it speaks: `stdio`"
        |to, node, sink| artifact::protocol(&mut to.entry, node, sink);
    "types" Once "read by nobody here"
        |_, node, sink| { text(node, sink); };
    "capabilities" Once "requests, by kind: targets, each with `why`, `optional`, and for folders `as`"
        |to, node, sink| permissions(to, node, sink);
    "permissions" Once "the same"
        |to, node, sink| permissions(to, node, sink);
    "commands" Many "names that users call, each with a summary, and with `parameters` perhaps"
        |to, node, sink| declare::commands(&mut to.names, node, sink);
    "entry_points" Once "the same as a list of `name`, `description` and `parameters`"
        |to, node, sink| declare::entry_points(&mut to.names, node, sink);
    "tools" Many "names that agents call, each with a summary, and with `parameters` perhaps"
        |to, node, sink| declare::tools(&mut to.names, node, sink);
    "panes" Many "kinds of panes that it draws, each with a summary"
        |to, node, sink| declare::panes(&mut to.names, node, sink);
    "events" Many "events that it defines, each with a summary"
        |to, node, sink| declare::events(&mut to.names, node, sink);
    "prompts" Many "texts for models, each with a summary"
        |to, node, sink| declare::prompts(&mut to.names, node, sink);
    "api" Once "`endpoints` that answer HTTP requests; each asks for `http.serve`"
        |to, node, sink| endpoint::api(to, node, sink);
    "hooks" Many "hook points to stand on"
        |to, node, sink| hook::hooks(&mut to.hooks, node, sink);
    "dependencies" Once "ids and version ranges, of plugins or of what the host `provides`"
        |to, node, sink| depend::dependencies(Usual::RUNTIME, &mut to.dependencies, node, sink);
    "peerDependencies" Once "the same, of what the host has to have already, one for all"
        |to, node, sink| depend::dependencies(Usual::PEER, &mut to.dependencies, node, sink);
    "optionalDependencies" Once "the same, of what the plugin can do without; what is there has to fit"
        |to, node, sink| depend::dependencies(Usual::OPTIONAL, &mut to.dependencies, node, sink);
    "devDependencies" Once "the same, of what making the plugin takes; no plan has it"
        |to, node, sink| depend::dependencies(Usual::DEV, &mut to.dependencies, node, sink);
    "quotas" Once "how much it wants to use at most, with units"
        |to, node, sink| add(&mut to.quotas, quotas(node, None, sink));
    "resources" Once "the same; a bare number is read in bytes or milliseconds, with a warning"
        |to, node, sink| add(&mut to.quotas, quotas(node, Some(()), sink));
    "configuration" Once "what its `init` gets, by environment, and the schema that it fits"
        |to, node, sink| config::configuration(&mut to.config, node, sink);
    "recovery" Once "what becomes of it when its calls fail: restarts, rests, and who stands in"
        |to, node, sink| to.recovery = Some(recovery(RECOVERY, node, sink));
    "metadata" Once "anything; read by nobody here"
        |_, _, _| {};
};

/// An entry of a host's `plugins` list names a file and need say nothing of itself.
fn lower_one(node: Node<'_>, kinds: &Kinds, place: Span, named_by: NamedBy, sink: &mut Sink) -> Option<Manifest> {
    let mut partial = Partial { kinds: kinds.clone(), ..Partial::default() };
    read_fields(node, "a manifest", FIELDS, &mut partial, sink);
    empty_blocks(node, sink);
    request::bounded(&mut partial.requests, sink);
    let artifact = std::mem::take(&mut partial.entry).finish(place, named_by, sink);
    let id = identify(&mut partial, artifact.as_ref(), place, named_by, sink);
    let version = partial.version.take().unwrap_or_else(|| no_version(node, place, named_by, sink));
    Some(Manifest {
        file: place.file,
        id: id?.into(),
        version: version.into(),
        about: Some(Box::new(partial.about)),
        engines: fitted(partial.engines),
        artifact,
        names: fitted(partial.names),
        hooks: fitted(partial.hooks),
        requests: fitted(partial.requests),
        dependencies: fitted(partial.dependencies),
        quotas: fitted(partial.quotas),
        config: partial.config,
        recovery: partial.recovery.map(Box::new),
    })
}

/// Most lists are short, and there are as many as there are plugins: room that nobody fills adds up.
fn fitted<T>(mut list: Vec<T>) -> Vec<T> {
    list.shrink_to_fit();
    list
}

/// Blocks that say nothing. An empty list says that there is none of something.
fn empty_blocks(node: Node<'_>, sink: &mut Sink) {
    const BLOCKS: [&str; 18] = [
        "capabilities",
        "permissions",
        "commands",
        "tools",
        "hooks",
        "engines",
        "dependencies",
        "peerDependencies",
        "optionalDependencies",
        "devDependencies",
        "panes",
        "events",
        "prompts",
        "api",
        "configuration",
        "quotas",
        "resources",
        "recovery",
    ];
    let is_empty = |field: &Node<'_>| {
        matches!(field.shape(), Shape::Map | Shape::Node)
            && field.below().next().is_none()
            // A bare KDL node has no block at all.
            && field.value_span().end > field.key_span().end
            && field.key().is_some_and(|key| BLOCKS.contains(&key))
    };
    for field in node.fields().filter(is_empty) {
        let key = field.key().unwrap_or_default();
        let found = Diagnostic::new(Code::EmptyBlock, field.key_span(), format!("`{key}` has nothing in it"));
        sink.add(found.help("remove it").fix_with(Fix::safe("remove it").remove(field.key_span())));
    }
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

fn lower_list(root: Node<'_>, list: Node<'_>, kinds: &Kinds, sink: &mut Sink) -> Vec<Manifest> {
    let others = root.fields().filter(|field| field.key() != Some("plugins"));
    for field in others {
        unknown_field(field, "a list of plugins", ["plugins"].into_iter(), sink);
    }
    let entries = list_items(list, "a list of plugins", sink);
    entries.into_iter().filter_map(|item| lower_one(item, kinds, first_place(item), NamedBy::Host, sink)).collect()
}

/// Requests, and the quotas that some designs write among them.
fn permissions(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    let families = request::capabilities(&mut to.requests, &to.kinds, node, sink);
    if families == Families::Some {
        to.quotas.extend(permission::limits(node, sink));
    }
}

/// What is read first is kept as it is.
fn add<T>(list: &mut Vec<T>, found: Vec<T>) {
    if list.is_empty() { *list = found } else { list.extend(found) }
}

/// Quotas by key. In `resources`, a design that leaves units out, a bare number is read in the quota's usual unit.
fn quotas(node: Node<'_>, bare: Option<()>, sink: &mut Sink) -> Vec<(Quota, Claim<u64>)> {
    let fields = block_once(node, "a block of quotas", sink);
    let mut found = Vec::with_capacity(fields.len());
    for child in fields {
        let Some(quota) = Quota::find(child.key().unwrap_or_default()) else {
            unknown_field(child, "a set of quotas", Quota::ALL.iter().map(|quota| quota.key()), sink);
            continue;
        };
        let assumed = bare.map(|()| quota.unit().scale()[0].0);
        found.extend(limit(child, quota, assumed, sink).map(|value| (quota, value.into())));
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
