//! `duplicate-plugin` and `duplicate-declaration`: one id for two plugins, one name twice in a plugin.

use std::collections::BTreeMap;

use ambit_schema::plan::NameSort;

use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::Span;

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    let same = |pair: &&[Plugin]| pair[0].id() == pair[1].id() && is_same_version(&pair[0], &pair[1]);
    for pair in model.plugins.windows(2).filter(same) {
        let message = format!("two plugins are called `{}`", pair[1].id());
        let found =
            Diagnostic::new(Code::DuplicatePlugin, pair[1].span(), message).because(pair[0].span(), "the other one");
        sink.add(found.help("rename one of them, or remove it"));
    }
}

/// Names of one plugin.
pub(super) fn names(_: &Model<'_>, plugins: &[Plugin], sink: &mut Sink) {
    plugins.iter().for_each(|plugin| declared_twice(plugin, sink));
}

/// Several versions of one plugin are for `select` to choose from.
fn is_same_version(a: &Plugin, b: &Plugin) -> bool {
    a.manifest.version.said().cmp_precedence(b.manifest.version.said()).is_eq()
}

fn declared_twice(plugin: &Plugin, sink: &mut Sink) {
    if are_few_and_different(plugin) {
        return;
    }
    let mut seen: BTreeMap<Key<'_>, Span> = BTreeMap::new();
    for (key, span) in declared(plugin) {
        if let Some(first) = seen.insert(key, span) {
            let found = Diagnostic::new(Code::DuplicateDeclaration, span, format!("`{}` is declared twice", key.1));
            sink.add(found.because(first, "first here").help("keep one of the two"));
        }
    }
}

/// What may be there once: a name of a sort, or a hook.
type Key<'n> = (Option<NameSort>, &'n str);

/// Everything that a plugin declares, and where.
fn declared(plugin: &Plugin) -> impl Iterator<Item = (Key<'_>, Span)> {
    let names = plugin.manifest.names.iter().map(|name| {
        let text = name.route.as_ref().map_or(name.local.said().as_str(), |route| route.said());
        ((Some(name.sort), text), name.local.span())
    });
    let hooks = plugin.manifest.hooks.iter().map(|hook| ((None, hook.point.said().as_str()), hook.point.span()));
    names.chain(hooks)
}

/// Most plugins declare little, which is compared in pairs sooner than it is sorted.
fn are_few_and_different(plugin: &Plugin) -> bool {
    const FEW: usize = 8;
    let is_new = |(at, (key, _)): (usize, (Key<'_>, Span))| declared(plugin).take(at).all(|(other, _)| other != key);
    plugin.manifest.names.len() + plugin.manifest.hooks.len() <= FEW && declared(plugin).enumerate().all(is_new)
}
