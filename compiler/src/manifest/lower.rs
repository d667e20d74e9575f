//! A tree becomes manifests. THE TABLE of manifest fields stands here; each family of fields is read in a room of its own.

use std::mem::take;

use ambit_schema::capability::Kinds;
use ambit_schema::limits::Quota;
use ambit_schema::name::PluginId;
use semver::Version;

use super::artifact::{self, Entry};
use super::depend::{Ranges, Usual};
use super::recovery::{RECOVERY, recovery};
use super::request::Families;
use super::{
    About, ArtifactClaim, Claim, Dependency, Engine, HookClaim, Manifest, Manifests, NameClaim, NamedBy, Request,
};
use super::{ConfigClaim, RecoveryClaim, config, declare, depend, endpoint, hook, permission, request};
use crate::diag::{Code, Diagnostic, Fix, Sink};
use crate::lower::{
    Field, Order, Passage, Spanned, block_once, fields, limit, list as list_items, name, passage, passages,
    passages_once, read_fields_again, text, unknown_field, version,
};
use crate::source::{FileId, Span};
use crate::syntax::{Node, Shape, Tree};

/// The manifests of a text: one, or one for each entry of a `plugins` list. Those that have no usable id are left out, with
/// a diagnostic.
pub fn lower(tree: &Tree, kinds: &Kinds, sink: &mut Sink) -> Vec<Manifest> {
    let mut manifests = Manifests::new();
    Reader::new(kinds).read(tree, &mut manifests, sink);
    manifests.into_iter().map(|manifest| *manifest).collect()
}

/// Reads the manifests of one text after another. What it reads of one depends on no other.
pub struct Reader {
    partial: Partial,
    order: Order,
}

impl Reader {
    /// Of plugins that may name these kinds.
    #[must_use]
    pub fn new(kinds: &Kinds) -> Self {
        Reader { partial: Partial { kinds: kinds.clone(), ..Partial::default() }, order: Order::default() }
    }

    /// Adds what [`lower`] gives.
    pub fn read(&mut self, tree: &Tree, into: &mut Manifests, sink: &mut Sink) {
        let root = tree.root();
        if tree.is_empty() {
            return;
        }
        match root.field("plugins") {
            Some(list) => self.list(root, list, into, sink),
            None => into.extend(self.one(root, root_place(root), NamedBy::Plugin, sink)),
        }
    }
}

/// What has been read of a manifest so far, and what is kept from one to the next.
#[derive(Default)]
pub(crate) struct Partial {
    kinds: Kinds,
    ranges: Ranges,
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
    config: Option<Box<ConfigClaim>>,
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
        |to, node, sink| to.about.title = passage(node, sink);
    "description" Once "one paragraph for people"
        |to, node, sink| to.about.description = passage(node, sink);
    "author" Once "who made it, as in `A. Author <a@example.com>`"
        |to, node, sink| to.about.authors.extend(passage(node, sink));
    "authors" Once "the same, several"
        |to, node, sink| add(&mut to.about.authors, passages_once(node, sink));
    "license" Once "an SPDX expression"
        |to, node, sink| to.about.license = passage(node, sink);
    "homepage" Once "where to read more"
        |to, node, sink| to.about.homepage = passage(node, sink);
    "repository" Once "where the sources are"
        |to, node, sink| to.about.repository = passage(node, sink);
    "keywords" Once "words to find it by"
        |to, node, sink| to.about.keywords = passages(node, sink);
    "categories" Once "shelves to put it on"
        |to, node, sink| to.about.categories = passages(node, sink);
    "engines" Once "names and version ranges: of the host, or of what it `provides`"
        |to, node, sink| to.engines = depend::engines(&mut to.ranges, node, sink);
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
        |to, node, sink| depend::dependencies(Usual::RUNTIME, (&mut to.ranges, &mut to.dependencies), node, sink);
    "peerDependencies" Once "the same, of what the host has to have already, one for all"
        |to, node, sink| depend::dependencies(Usual::PEER, (&mut to.ranges, &mut to.dependencies), node, sink);
    "optionalDependencies" Once "the same, of what the plugin can do without; what is there has to fit"
        |to, node, sink| depend::dependencies(Usual::OPTIONAL, (&mut to.ranges, &mut to.dependencies), node, sink);
    "devDependencies" Once "the same, of what making the plugin takes; no plan has it"
        |to, node, sink| depend::dependencies(Usual::DEV, (&mut to.ranges, &mut to.dependencies), node, sink);
    "quotas" Once "how much it wants to use at most, with units"
        |to, node, sink| add(&mut to.quotas, quotas(node, None, sink));
    "resources" Once "the same; a bare number is read in bytes or milliseconds, with a warning"
        |to, node, sink| add(&mut to.quotas, quotas(node, Some(()), sink));
    "configuration" Once "what its `init` gets, by environment, and the schema that it fits"
        |to, node, sink| config::configuration(to.config.get_or_insert_default(), node, sink);
    "recovery" Once "what becomes of it when its calls fail: restarts, rests, and who stands in"
        |to, node, sink| to.recovery = Some(recovery(RECOVERY, node, sink));
    "metadata" Once "anything; read by nobody here"
        |_, _, _| {};
};

impl Reader {
    /// An entry of a host's `plugins` list names a file and need say nothing of itself.
    fn one(&mut self, node: Node<'_>, place: Span, named_by: NamedBy, sink: &mut Sink) -> Option<Box<Manifest>> {
        let partial = &mut self.partial;
        read_fields_again(node, ("a manifest", FIELDS), (partial, &mut self.order), sink);
        empty_blocks(node, sink);
        request::bounded(&mut partial.requests, sink);
        let artifact = take(&mut partial.entry).finish(place, named_by, sink);
        let id = identify(partial, artifact.as_ref(), place, named_by, sink);
        let version = partial.version.take().unwrap_or_else(|| no_version(node, place, named_by, sink));
        let Some(id) = id else {
            *partial = Partial { kinds: partial.kinds.clone(), ..Partial::default() };
            return None;
        };
        Some(Box::new(partial.finish(place.file, id, version, artifact)))
    }

    fn list(&mut self, root: Node<'_>, list: Node<'_>, into: &mut Manifests, sink: &mut Sink) {
        let others = root.fields().filter(|field| field.key() != Some("plugins"));
        for field in others {
            unknown_field(field, "a list of plugins", ["plugins"].into_iter(), sink);
        }
        let entries = list_items(list, "a list of plugins", sink);
        into.extend(entries.into_iter().filter_map(|item| self.one(item, first_place(item), NamedBy::Host, sink)));
    }
}

impl Partial {
    /// Takes everything that was said, so that another manifest can be read.
    fn finish(
        &mut self,
        file: FileId,
        id: Spanned<PluginId>,
        version: Spanned<Version>,
        artifact: Option<ArtifactClaim>,
    ) -> Manifest {
        Manifest {
            file,
            id: id.into(),
            version: version.into(),
            about: Some(Box::new(take(&mut self.about))),
            engines: fitted(take(&mut self.engines)),
            artifact,
            names: fitted(take(&mut self.names)),
            hooks: fitted(take(&mut self.hooks)),
            // They are counted only once they are read, and there are more of them than of all else.
            requests: moved(&mut self.requests),
            dependencies: fitted(take(&mut self.dependencies)),
            quotas: fitted(take(&mut self.quotas)),
            config: self.config.take(),
            recovery: self.recovery.take().map(Box::new),
        }
    }
}

/// What is in a list that is going to be filled again.
fn moved<T>(list: &mut Vec<T>) -> Vec<T> {
    let mut exact = Vec::with_capacity(list.len());
    exact.append(list);
    exact
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
        partial.about.title = partial.name.take().map(Passage::of).or(partial.about.title.take());
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
    let mut found = Vec::with_capacity(node.below().count());
    for child in block_once(node, "a block of quotas", sink) {
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
