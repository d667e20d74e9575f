//! `look-alike`: two ids that a reader cannot tell apart. Ids are ASCII, so what is left are letters and digits of one shape
//! and marks that people overlook.

use std::collections::BTreeMap;

use crate::bind::{Model, Plugin};
use crate::diag::{Code, Diagnostic, Sink};

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    let mut seen: BTreeMap<String, &Plugin> = BTreeMap::new();
    for plugin in &model.plugins {
        let shape = shape(plugin.id());
        match seen.get(&shape) {
            Some(other) if other.id() != plugin.id() => {
                let message = format!("`{}` looks like `{}`", plugin.id(), other.id());
                let found = Diagnostic::new(Code::LookAlike, plugin.span(), message);
                let found = found.because(other.span(), "the plugin it can be mistaken for");
                sink.add(found.help("rename one of them so that a reader of a prompt can tell them apart"));
            }
            Some(_) => {}
            None => drop(seen.insert(shape, plugin)),
        }
    }
}

/// What is left of an id when letters that look alike are one, and marks are none.
pub(super) fn shape(id: &str) -> String {
    let skeleton: String = unicode_security::skeleton(id).collect();
    let folded = skeleton.to_lowercase().replace("rn", "m").replace("vv", "w");
    folded.chars().filter(|c| !matches!(c, '-' | '_' | '.')).map(same).collect()
}

fn same(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | 'i' | '|' => 'l',
        '5' => 's',
        _ => c,
    }
}
