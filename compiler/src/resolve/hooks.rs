//! Hook tables: by point, higher priorities first, then by id. Two plugins with one priority on one point are told so, since
//! their order is then only their names'.

use std::cmp::Reverse;

use ambit_schema::plan::HookEntry;

use crate::bind::{Model, Plugin, place};
use crate::diag::{Code, Diagnostic, Sink};
use crate::manifest::HookClaim;

pub(super) fn resolve(model: &Model<'_>, sink: &mut Sink) -> Vec<HookEntry> {
    let mut claims: Vec<(&Plugin, &HookClaim)> =
        model.plugins.iter().flat_map(|plugin| plugin.manifest.hooks.iter().map(move |hook| (plugin, hook))).collect();
    claims.sort_by_key(|(plugin, hook)| (hook.point.said().clone(), Reverse(hook.priority), plugin.id().to_owned()));
    claims.windows(2).for_each(|pair| tie(pair[0], pair[1], sink));
    let mut entries: Vec<HookEntry> = claims.into_iter().map(|(plugin, hook)| entry(model, plugin, hook)).collect();
    entries.dedup_by(|a, b| a.point == b.point && a.plugin == b.plugin);
    entries
}

fn tie(first: (&Plugin, &HookClaim), second: (&Plugin, &HookClaim), sink: &mut Sink) {
    let same = first.1.point.said() == second.1.point.said() && first.1.priority == second.1.priority;
    if same && first.0.id() != second.0.id() {
        let message = format!(
            "`{}` and `{}` stand on `{}` with priority {}: the order of their names decides",
            first.0.id(),
            second.0.id(),
            second.1.point.said(),
            second.1.priority
        );
        let found = Diagnostic::new(Code::HookTie, second.1.point.span(), message);
        sink.add(
            found
                .because(first.1.point.span(), "runs first")
                .help("give one of them another priority if the order matters"),
        );
    }
}

fn entry(model: &Model<'_>, plugin: &Plugin, hook: &HookClaim) -> HookEntry {
    HookEntry {
        point: hook.point.said().clone(),
        plugin: plugin.manifest.id.said().clone(),
        priority: hook.priority,
        detached: hook.detached,
        place: place(model.sources, hook.point.span()).0,
    }
}
