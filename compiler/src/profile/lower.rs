//! A tree becomes a profile. THE TABLE of profile fields stands here.

use std::collections::BTreeMap;

use ambit_schema::capability::{Kinds, OwnKind, Tier};
use ambit_schema::interface;
use ambit_schema::limits::Quota;
use ambit_schema::name::{LocalName, PluginId, PointName};
use ambit_schema::plan::Condition;
use ambit_schema::set::names::NamePattern;
use ambit_schema::set::{Names, Set};
use semver::Version;

use super::folders::MAX_FOLDER;
use super::{Budget, Folders, Interface, Offer, Profile, QuotaRule, Resolution, budget};
use crate::diag::{Code, Diagnostic, Sink};
use crate::grant::{Statements, never, publisher};
use crate::lower::{
    Field, Spanned, block, block_once, did_you_mean, duplicate, fields, kind, kind_of, limit, name, named, read_fields,
    text, texts, unknown_field, version, wrong_type,
};
use crate::manifest::{BOUNDS, RecoveryClaim, recovery};
use crate::source::Span;
use crate::syntax::{Node, Shape, Tree};

#[derive(Default)]
pub(crate) struct Partial {
    known: Kinds,
    name: Option<Spanned<String>>,
    version: Option<Spanned<Version>>,
    provides: BTreeMap<String, Spanned<Version>>,
    tiers: Vec<Spanned<Tier>>,
    folders: BTreeMap<String, Spanned<String>>,
    offers: Vec<Offer>,
    statements: Statements,
    resolution: Resolution,
    interfaces: Vec<Interface>,
    endpoints: Option<Spanned<Vec<Condition>>>,
    events: Vec<Spanned<Set<Names>>>,
    hooks: Vec<Spanned<PointName>>,
    reserved: Vec<Spanned<LocalName>>,
    quotas: BTreeMap<Quota, QuotaRule>,
    budgets: Vec<Budget>,
    recovery: Option<RecoveryClaim>,
}

/// THE TABLE of profile fields.
pub(crate) const FIELDS: &[Field<Partial>] = fields! {
    "host" Once "required; the host's name"
        host;
    "version" Once "required; its version"
        |to, node, sink| to.version = version(node, sink);
    "provides" Once "names and versions of engines and packages that plugins may need"
        provides;
    // Read before all others; see `kinds`.
    "kinds" Once "kinds of right that this host has of its own, at most 64"
        |_, _, _| {};
    "resolution" Once "how versions are chosen: `strict` (without it), `latest` or `manual`"
        resolution;
    "tiers" Once "where plugins may run: `wasm`, `native`, `process`, `container`"
        tiers;
    "folders" Once "what `~` (`home`) and `${name}` stand for: absolute, or `./…` beside this file"
        folders;
    "capabilities" Many "what grants can give at all, by kind"
        capabilities;
    "interfaces" Many "imports that the host's author links, each with the kinds of right that it serves"
        interfaces;
    "never" Many "for a plugin: what it may not end up with, or there is no plan; with `together=#true`, not all of it at once"
        |to, node, sink| never(&mut to.statements, &to.known, node, sink);
    "publisher" Many "a publisher, its plugins, and how far it is trusted"
        |to, node, sink| publisher(&mut to.statements, node, sink);
    "endpoints" Once "what the host does before endpoints of plugins answer: `auth`, `rate-limit`, `middleware`, `validation`"
        endpoints;
    "events" Many "events that the host publishes itself, by name or pattern; without it nobody can say which never come"
        events;
    "hooks" Many "hook points"
        hooks;
    "reserved" Many "short names that no plugin gets"
        reserved;
    "quotas" Once "for each quota its `default` and its `ceiling`"
        quotas;
    "budget" Once "what all plugins may have together, by quota"
        |to, node, sink| budget::host(&mut to.budgets, node, sink);
    "group" Many "a name, and what its `plugins` (ids and patterns) may have together, by quota"
        |to, node, sink| budget::groups(&mut to.budgets, node, sink);
    "recovery" Once "what every plugin is held to when its calls fail: restarts, their window, rests"
        |to, node, sink| to.recovery = Some(recovery(BOUNDS, node, sink));
};

/// The profile of a text, with the kinds that [`kinds`](super::kinds) has read of it. `None` when it does not say who the
/// host is; a diagnostic says so.
pub fn lower(tree: &Tree, kinds: Vec<Spanned<&'static OwnKind>>, sink: &mut Sink) -> Option<Profile> {
    if tree.is_empty() {
        return None;
    }
    let known = Kinds::new(kinds.iter().map(|kind| kind.value));
    let mut partial = Partial { known, ..Partial::default() };
    read_fields(tree.root(), "a host profile", FIELDS, &mut partial, sink);
    let first = tree.root().fields().next().map_or(tree.root().span(), Node::span);
    let name = required(partial.name.as_ref(), "host", "host \"my-host\"", first, sink)
        .and_then(|written| name(written, "a host's name", PluginId::parse, sink));
    let version = required(partial.version.as_ref(), "version", "version \"1.0.0\"", first, sink).cloned();
    Some(Profile {
        file: tree.file(),
        name: name?,
        version: version?,
        provides: partial.provides,
        kinds,
        tiers: partial.tiers,
        folders: Folders::new(partial.folders),
        offers: partial.offers,
        statements: partial.statements,
        resolution: partial.resolution,
        interfaces: partial.interfaces,
        endpoints: partial.endpoints,
        events: partial.events,
        hooks: partial.hooks,
        reserved: partial.reserved,
        quotas: partial.quotas,
        budgets: partial.budgets,
        recovery: partial.recovery,
    })
}

fn required<'v, T>(value: Option<&'v T>, field: &str, example: &str, place: Span, sink: &mut Sink) -> Option<&'v T> {
    if value.is_none() && !sink.is_broken(Span { file: place.file, start: 0, end: u32::MAX }) {
        let found = Diagnostic::new(Code::MissingField, place, format!("this host profile has no usable `{field}`"));
        sink.add(found.help(format!("write it as in `{example}`")));
    }
    value
}

fn host(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    to.name = text(node, sink);
}

fn provides(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    for field in block_once(node, "a block of names and versions", sink) {
        let provided = version(field, sink).map(|version| (field.key().unwrap_or_default().to_owned(), version));
        to.provides.extend(provided);
    }
}

fn resolution(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    let Some(written) = text(node, sink) else { return };
    match Resolution::ALL.into_iter().find(|way| way.key() == written.value) {
        Some(way) => to.resolution = way,
        None => wrong_type(node, "`strict`, `latest` or `manual`", sink),
    }
}

fn tiers(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    for written in texts(node, sink) {
        match Tier::find(&written.value) {
            Some(tier) => to.tiers.push(Spanned::new(tier, written.span)),
            None => {
                let message = format!("there is no tier `{}`", written.value);
                let found = Diagnostic::new(Code::UnknownTier, written.span, message);
                let known = Tier::ALL.iter().map(|tier| tier.key());
                sink.add(did_you_mean(found, written.span, &written.value, known));
            }
        }
    }
}

fn folders(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    for field in block_once(node, "a block of names and folders", sink) {
        let Some(folder) = text(field, sink) else { continue };
        if !folder.value.starts_with('/') && !folder.value.starts_with("./") {
            let message = format!("`{}` is neither absolute nor relative to this file", folder.value);
            let found = Diagnostic::new(Code::BadPattern, folder.span, message);
            sink.add(found.help("start it with `/`, or with `./` for a folder beside this file"));
            continue;
        }
        if let Some(other) = foreign(&folder.value) {
            let message = format!("`{}` stands on `{}`", folder.value.escape_debug(), other.escape_debug());
            let found = Diagnostic::new(Code::BadPattern, folder.span, message);
            let found = found.note("folders are read by themselves: nothing would be put in its place");
            sink.add(found.help("write the whole path; only `${plugin.id}` can stand in a folder"));
            continue;
        }
        if folder.value.len() > MAX_FOLDER {
            let found =
                Diagnostic::new(Code::BadPattern, folder.span, "a folder with a longer path than any machine has");
            sink.add(found.help(format!("write a path of at most {MAX_FOLDER} bytes")));
            continue;
        }
        to.folders.insert(field.key().unwrap_or_default().to_owned(), folder);
    }
}

/// A template in a folder that nothing is put in the place of.
fn foreign(folder: &str) -> Option<&str> {
    let mut rest = folder;
    while let Some(start) = rest.find("${") {
        let template = rest.get(start..)?;
        let end = template.find('}').map_or(template.len(), |end| end + 1);
        let (found, after) = template.split_at(end);
        if found != "${plugin.id}" {
            return Some(found);
        }
        rest = after;
    }
    None
}

fn capabilities(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    for field in block(node, "a block of capabilities", sink) {
        let Some(kind) = kind_of(field, &to.known, &[], sink) else { continue };
        to.offers.extend(texts(field, sink).into_iter().map(|target| Offer { kind, target }));
    }
}

fn interfaces(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    for field in block_once(node, "a block of interfaces", sink) {
        let name = Spanned::new(field.key().unwrap_or_default().to_owned(), field.key_span());
        if name.value.contains('@') && interface::version(&name.value).is_none() {
            let message = format!("`{}` has no version behind its `@`", name.value.escape_debug());
            let found = Diagnostic::new(Code::BadVersion, name.span, message);
            sink.add(found.help("write a version such as `1.2.0`, or none if it is for every version"));
        }
        let is_bare = field.shape() == Shape::Node && field.below().next().is_none();
        let written = if is_bare { vec![] } else { texts(field, sink) };
        let named = |written: &Spanned<String>, sink: &mut Sink| {
            kind(&Spanned::new(&written.value, written.span), &to.known, &[], sink)
        };
        let kinds = written.iter().filter_map(|written| named(written, sink)).collect();
        to.interfaces.push(Interface { name, kinds });
    }
}

fn endpoints(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    let mut kept = vec![];
    for written in texts(node, sink) {
        match Condition::ALL.into_iter().find(|condition| condition.key() == written.value) {
            Some(condition) => kept.push(condition),
            None => {
                let message = format!("a host keeps no `{}` of endpoints", written.value.escape_debug());
                let found = Diagnostic::new(Code::WrongType, written.span, message);
                let known = Condition::ALL.into_iter().map(Condition::key);
                sink.add(did_you_mean(found, written.span, &written.value, known));
            }
        }
    }
    to.endpoints = Some(Spanned::new(kept, node.span()));
}

/// A list of names, or a block whose keys are the names.
fn names_of(node: Node<'_>, sink: &mut Sink) -> Vec<Spanned<String>> {
    let mut found = texts_or_nothing(node, sink);
    for field in node.fields().filter(|field| field.below().next().is_some() || field.scalar().is_some()) {
        wrong_type(field, "a name and nothing else", sink);
    }
    found.extend(node.fields().map(|field| Spanned::new(field.key().unwrap_or_default().to_owned(), field.key_span())));
    found
}

fn texts_or_nothing(node: Node<'_>, sink: &mut Sink) -> Vec<Spanned<String>> {
    node.items().filter_map(|item| text(item, sink)).collect()
}

fn events(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    for written in texts(node, sink) {
        match written.value.parse::<NamePattern>() {
            Ok(pattern) => to.events.push(Spanned::new(Set::one(pattern), written.span)),
            Err(error) => {
                let message = format!("`{}` names no events: {error}", written.value.escape_debug());
                let found = Diagnostic::new(Code::BadPattern, written.span, message);
                sink.add(found.help("write a name, or a pattern such as `note.*`"));
            }
        }
    }
}

fn hooks(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    for written in names_of(node, sink) {
        to.hooks.extend(name(&written, "a hook point", PointName::parse, sink));
    }
}

fn reserved(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    for written in names_of(node, sink) {
        to.reserved.extend(name(&written, "the name of a command", LocalName::parse, sink));
    }
}

/// `memory default="64 MiB" ceiling="256 MiB"`.
fn quotas(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    for (key, field) in named(node, "a block of quotas", sink) {
        let Some(quota) = Quota::find(key.value) else {
            unknown_field(field, "a set of quotas", Quota::ALL.iter().map(|quota| quota.key()), sink);
            continue;
        };
        let mut rule = QuotaRule::default();
        for part in field.fields() {
            match part.key().unwrap_or_default() {
                "default" => rule.default = limit(part, quota, None, sink),
                "ceiling" => rule.ceiling = limit(part, quota, None, sink),
                _ => unknown_field(part, "a quota", ["default", "ceiling"].into_iter(), sink),
            }
        }
        if field.items().next().is_some() {
            wrong_type(field, "`default` and `ceiling`", sink);
        }
        if let Some(first) = to.quotas.insert(quota, rule).and_then(|rule| rule.default.or(rule.ceiling)) {
            duplicate(field, first.span, sink);
        }
    }
}
