//! Budgets: how much plugins may have together. Comes in: `budget { … }` for the host as a whole, `group "forms" { … }` for
//! some of its plugins. Goes out: [`Budget`]s. Deliberately absent: the sums; see `resolve`.

use std::collections::BTreeMap;

use ambit_schema::limits::Quota;
use ambit_schema::name::LocalName;
use ambit_schema::set::names::NamePattern;
use ambit_schema::set::{Names, Set};

use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{Spanned, are_few, block, duplicate, name, named, quantity, texts, unknown_field};
use crate::source::Span;
use crate::syntax::Node;

/// How many groups a host may have: each is compared with every plugin.
const MOST_GROUPS: usize = 256;

/// How much some plugins may have together.
#[derive(Debug, Clone)]
pub struct Budget {
    /// What the group is called. `None`: the host as a whole.
    pub group: Option<Spanned<LocalName>>,
    /// The ids of its plugins.
    pub plugins: Set<Names>,
    /// Where the profile says which plugins.
    pub place: Span,
    /// How much of each quota, in the quota's unit.
    pub limits: BTreeMap<Quota, Spanned<u64>>,
}

/// `budget { memory "1 GiB" }`: every plugin of the host.
pub(super) fn host(into: &mut Vec<Budget>, node: Node<'_>, sink: &mut Sink) {
    let fields = block(node, "a block of quotas", sink);
    let limits = limits(fields, "a budget", &[], sink);
    into.push(Budget { group: None, plugins: Set::everything(), place: node.key_span(), limits });
}

/// `group "forms" { plugins "forms-*"; memory "256 MiB" }`.
pub(super) fn groups(into: &mut Vec<Budget>, node: Node<'_>, sink: &mut Sink) {
    const FORM: &str = "a name and a block, as in `group \"forms\" { plugins \"forms-*\"; memory \"256 MiB\" }`";
    for (written, body) in named(node, FORM, sink) {
        let Some(name) = name(&written, "the name of a group", LocalName::parse, sink) else { continue };
        if into.len() > MOST_GROUPS {
            let message = format!("a host has at most {MOST_GROUPS} groups");
            let found = Diagnostic::new(Code::WrongType, name.span, message);
            return sink.add(found.help("say it with fewer: a group takes any number of patterns"));
        }
        if let Some(first) = into.iter().find(|other| other.group.as_ref().is_some_and(|it| it.value == name.value)) {
            let found =
                Diagnostic::new(Code::DuplicateDeclaration, name.span, format!("two groups are `{}`", name.value));
            sink.add(found.because(first.place, "the first").help("give one of them another name"));
            continue;
        }
        let place = body.field("plugins").map_or(name.span, Node::span);
        let plugins = members(&name, body, sink);
        let limits = limits(body.fields(), "a group", &["plugins"], sink);
        into.push(Budget { group: Some(name), plugins, place, limits });
    }
}

fn members(group: &Spanned<LocalName>, body: Node<'_>, sink: &mut Sink) -> Set<Names> {
    let Some(field) = body.field("plugins") else {
        let message = format!("the group `{}` does not say which plugins", group.value);
        let found = Diagnostic::new(Code::MissingField, group.span, message);
        sink.add(found.help("add the field, as in `plugins \"forms-*\"`"));
        return Set::empty();
    };
    let patterns: Vec<NamePattern> = texts(field, sink).iter().filter_map(|written| member(written, sink)).collect();
    are_few(patterns.len(), field.key_span(), sink);
    Set::from_patterns(patterns)
}

/// `*` alone is every plugin; anything else is a name pattern over ids.
fn member(written: &Spanned<String>, sink: &mut Sink) -> Option<NamePattern> {
    let text = if written.value == "*" { "**" } else { &written.value };
    match text.parse::<NamePattern>() {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            let message = format!("`{}` cannot name plugins: {error}", written.value.escape_debug());
            let found = Diagnostic::new(Code::BadPattern, written.span, message);
            sink.add(found.help("write a plugin's id, a pattern such as `org.example.*`, or `*` for every plugin"));
            None
        }
    }
}

fn limits<'t>(
    fields: impl Iterator<Item = Node<'t>>,
    what: &str,
    others: &[&'static str],
    sink: &mut Sink,
) -> BTreeMap<Quota, Spanned<u64>> {
    let mut limits: BTreeMap<Quota, Spanned<u64>> = BTreeMap::new();
    for field in fields.filter(|field| !field.key().is_some_and(|key| others.contains(&key))) {
        let Some(quota) = Quota::find(field.key().unwrap_or_default()).filter(|quota| quota.adds_up()) else {
            let known = Quota::ALL.iter().filter(|quota| quota.adds_up()).map(|quota| quota.key());
            unknown_field(field, what, others.iter().copied().chain(known), sink);
            continue;
        };
        match limits.get(&quota) {
            Some(first) => duplicate(field, first.span, sink),
            None => limits.extend(quantity(field, quota.unit(), None, sink).map(|value| (quota, value))),
        }
    }
    limits
}
