//! `duplicate-plugin` and `duplicate-declaration`: one id for two plugins, one name twice in a plugin.

use std::collections::BTreeMap;

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
    model.plugins.iter().for_each(|plugin| names(plugin, sink));
}

/// Several versions of one plugin are for `select` to choose from.
fn is_same_version(a: &Plugin, b: &Plugin) -> bool {
    a.manifest.version.said().cmp_precedence(b.manifest.version.said()).is_eq()
}

fn names(plugin: &Plugin, sink: &mut Sink) {
    let mut seen: BTreeMap<(_, &str), Span> = BTreeMap::new();
    for name in &plugin.manifest.names {
        let text = name.route.as_ref().map_or(name.local.said().as_str(), |route| route.said());
        declared(&mut seen, (Some(name.sort), text), name.local.span(), sink);
    }
    for hook in &plugin.manifest.hooks {
        declared(&mut seen, (None, hook.point.said().as_str()), hook.point.span(), sink);
    }
}

fn declared<'n, K: Ord>(seen: &mut BTreeMap<(K, &'n str), Span>, key: (K, &'n str), span: Span, sink: &mut Sink) {
    let text = key.1;
    if let Some(first) = seen.insert(key, span) {
        let found = Diagnostic::new(Code::DuplicateDeclaration, span, format!("`{text}` is declared twice"));
        sink.add(found.because(first, "first here").help("keep one of the two"));
    }
}
