//! A tree becomes a layer of grants. THE TABLE of grants fields stands here.

use ambit_schema::capability::Kinds;
use ambit_schema::limits::Quota;
use ambit_schema::name::{LocalName, PluginId};
use ambit_schema::plan::{CONSENT_LAYER, Effect, HOST_LAYER, LAYERS, OWN_LAYER};

use super::accept::accept;
use super::subject::subject;
use super::{Alias, FlowLine, Grants, Line, Pin, QuotaLine, Statements, Subject, never, publisher};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{
    Field, Spanned, fields, kind_of, limit, name, named, read_fields, text, text_items, texts, unknown_field,
    version_of, word, wrong_type,
};
use crate::syntax::{Node, Shape, Tree};

/// What has been read so far, and the kinds that it may name.
pub(crate) struct Partial {
    pub(super) grants: Grants,
    pub(super) kinds: Kinds,
}

/// THE TABLE of grants fields.
pub(crate) const FIELDS: &[Field<Partial>] = fields! {
    "layer" Once "which layer this is; without it what the file's name says, as `grants.system.kdl` does, else `user`"
        layer;
    "allow" Many "for a plugin, a pattern over ids, `*`, `publisher:…`, `trust:…` or `digest:sha256:…`: kinds and targets that it may have"
        |to, node, sink| rules(to, Effect::Allow, node, sink);
    "deny" Many "the same: what it may not have, whatever any layer allows"
        |to, node, sink| rules(to, Effect::Deny, node, sink);
    "ask" Many "the same: what it gets only once someone was asked and said yes, or has written an `allow`"
        |to, node, sink| rules(to, Effect::Ask, node, sink);
    "accept" Many "for a plugin by its id: what it gets beyond what it is allowed, where its tier can give no less; with `why=`"
        accept;
    "quotas" Many "for a plugin: how much it may use at most"
        quotas;
    "never" Many "for a plugin: what it may not end up with, or there is no plan; with `together=#true`, not all of it at once"
        |to, node, sink| never(&mut to.grants.statements, &to.kinds, node, sink);
    "publisher" Many "a publisher, its plugins, and how far it is trusted"
        |to, node, sink| publisher(&mut to.grants.statements, node, sink);
    "alias" Many "a short name for a command"
        alias;
    "flow" Many "for a plugin and another: what the first is meant to reach through the second"
        flow;
    "pin" Many "for a plugin: the one version of it that is to be taken"
        pin;
};

/// The layer of a text at `path`, whose name says the layer where the text does not.
pub fn lower(tree: &Tree, kinds: &Kinds, path: &str, sink: &mut Sink) -> Grants {
    let layer = layer_of(path).unwrap_or(OWN_LAYER).to_owned();
    let grants = Grants {
        file: tree.file(),
        layer,
        // A line has a kind and a target, and stands in a block: most files need no other room.
        lines: Vec::with_capacity(tree.len() / 3),
        quotas: vec![],
        statements: Statements::default(),
        aliases: vec![],
        flows: vec![],
        pins: vec![],
    };
    let mut partial = Partial { grants, kinds: kinds.clone() };
    if !tree.is_empty() {
        read_fields(tree.root(), "a grants file", FIELDS, &mut partial, sink);
    }
    partial.grants
}

/// The layer that a file's name says: `system` for `grants.system.kdl`. Names that could be no layer say nothing.
#[must_use]
pub fn layer_of(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    let (layer, _) = name.strip_prefix("grants.")?.rsplit_once('.')?;
    (LocalName::parse(layer).is_ok() && !is_taken(layer)).then_some(layer)
}

/// Whether a layer is not one that grants can be in.
fn is_taken(layer: &str) -> bool {
    [HOST_LAYER, CONSENT_LAYER].contains(&layer)
}

fn layer(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    let layer = text(node, sink).and_then(|written| name(&written, "the name of a layer", LocalName::parse, sink));
    match layer {
        Some(layer) if is_taken(layer.value.as_str()) => {
            let what = if layer.value.as_str() == HOST_LAYER { "the host profile" } else { "what people answered" };
            let message = format!("`{}` is {what}, and no layer of grants", layer.value);
            let found = Diagnostic::new(Code::BadName, layer.span, message);
            sink.add(found.help(format!("write one of `{}`", LAYERS.join("`, `"))));
        }
        Some(layer) => to.grants.layer = layer.value.to_string(),
        None => {}
    }
}

fn rules(to: &mut Partial, effect: Effect, node: Node<'_>, sink: &mut Sink) {
    const FORM: &str = "a plugin and a block, as in `allow \"my-plugin\" { fs.read \"./data/\" }`";
    if matches!(node.shape(), Shape::Node | Shape::Map) && node.below().next().is_none() {
        wrong_type(node, FORM, sink);
    }
    for (written, block) in named(node, FORM, sink) {
        if block.fields().next().is_none() {
            wrong_type(block, FORM, sink);
        }
        let Some(subject) = subject(written, sink) else { continue };
        for field in block.fields() {
            let Some(kind) = kind_of(field, &to.kinds, &[], sink) else { continue };
            for target in text_items(field, sink) {
                let Some(target) = text(target, sink) else { continue };
                let (subject, block) = (subject.clone(), block.span());
                to.grants.lines.push(Line { effect, subject, block, kind, target, reason: None });
            }
        }
    }
}

fn quotas(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    for (written, block) in named(node, "a plugin and a block, as in `quotas \"my-plugin\" { memory \"8 MiB\" }`", sink)
    {
        let Some(subject) = subject(written, sink) else { continue };
        for field in block.fields() {
            let Some(quota) = Quota::find(field.key().unwrap_or_default()) else {
                unknown_field(field, "a set of quotas", Quota::ALL.iter().map(|quota| quota.key()), sink);
                continue;
            };
            let value = limit(field, quota, None, sink);
            to.grants.quotas.extend(value.map(|value| QuotaLine { subject: subject.clone(), quota, value }));
        }
    }
}

/// `alias "count" "text-tool:count"`, or in YAML and JSON `alias: {count: "text-tool:count"}`.
fn alias(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    const FORM: &str = "a short name and a whole name, as in `alias \"count\" \"text-tool:count\"`";
    for (short, whole) in pairs(node, FORM, sink) {
        let short = name(&short, "the name of a command", LocalName::parse, sink);
        to.grants.aliases.extend(short.map(|short| Alias { short, whole }));
    }
}

/// `flow "a" "b" { net.connect "https://api.example.com" }`, or in YAML and JSON `flow: {a: {b: {…}}}`.
fn flow(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    const FORM: &str =
        "two plugins and a block, as in `flow \"panel\" \"fetcher\" { net.connect \"https://example.com\" }`";
    let words: Vec<Node<'_>> = node.items().collect();
    let pairs: Vec<_> = match (node.shape(), words.as_slice()) {
        (Shape::Node, [from, through]) => {
            let pair = word(*from, sink).zip(word(*through, sink));
            pair.into_iter().map(|(from, through)| (from, through, node)).collect()
        }
        (Shape::Map, []) => {
            let outer = named(node, FORM, sink);
            let inner = |(from, block), sink: &mut Sink| {
                let pair = move |(through, block)| (Spanned::clone(&from), through, block);
                named(block, FORM, sink).map(pair).collect::<Vec<_>>()
            };
            outer.flat_map(|one| inner(one, sink)).collect()
        }
        _ => return wrong_type(node, FORM, sink),
    };
    for (from, through, block) in pairs {
        if block.fields().next().is_none() {
            wrong_type(block, FORM, sink);
        }
        if let Some((from, through)) = subject(from, sink).zip(subject(through, sink)) {
            let lines = flow_lines(&from, &through, &to.kinds, block, sink);
            to.grants.flows.extend(lines);
        }
    }
}

fn flow_lines(from: &Subject, through: &Subject, kinds: &Kinds, block: Node<'_>, sink: &mut Sink) -> Vec<FlowLine> {
    let mut lines = vec![];
    for field in block.fields() {
        let Some(kind) = kind_of(field, kinds, &[], sink) else { continue };
        lines.extend(texts(field, sink).into_iter().map(|target| FlowLine {
            from: from.clone(),
            through: through.clone(),
            kind,
            target,
        }));
    }
    lines
}

/// `pin "form-utils" "1.2.0"`, or in YAML and JSON `pin: {form-utils: "1.2.0"}`.
fn pin(to: &mut Partial, node: Node<'_>, sink: &mut Sink) {
    for (id, written) in pairs(node, "a plugin and a version, as in `pin \"my-plugin\" \"1.2.0\"`", sink) {
        let id = name(&id, "a plugin's id", PluginId::parse, sink);
        let version = version_of(&written.value, written.span, sink);
        to.grants.pins.extend(id.zip(version).map(|(id, version)| Pin { id, version }));
    }
}

/// Two texts side by side, or a map of them.
fn pairs(node: Node<'_>, form: &str, sink: &mut Sink) -> Vec<(Spanned<String>, Spanned<String>)> {
    let mut arguments = node.items();
    let pair = (arguments.next().and_then(Node::string), arguments.next().and_then(Node::string), arguments.next());
    let spanned = |(text, span): (&str, _)| Spanned::new(text.to_owned(), span);
    if let (Some(first), Some(second), None) = pair {
        return vec![(spanned(first), spanned(second))];
    }
    if node.fields().next().is_none() || node.items().next().is_some() {
        wrong_type(node, form, sink);
        return vec![];
    }
    let by_key = |field: Node<'_>, sink: &mut Sink| {
        text(field, sink).map(|value| (spanned((field.key().unwrap_or_default(), field.key_span())), value))
    };
    node.fields().filter_map(|field| by_key(field, sink)).collect()
}
