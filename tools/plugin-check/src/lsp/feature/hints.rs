//! What a text comes to, beside it. Comes in: a stretch of a manifest. Goes out: how much a quota is where that is not what the
//! manifest asks for, which version a range came to, and when the plugin loads.

use ambit_compiler::source::FileId;
use ambit_schema::limits::Quota;
use lsp_types::{InlayHint, InlayHintKind};

use super::grammar::Inside;
use super::walk::{Mention, mentions};
use super::{known, past};
use crate::lsp::decided::Decided;
use crate::lsp::view::{Role, View};
use crate::render::visible;

/// The hints of a stretch of a text.
pub(crate) fn hints(view: &View, file: FileId, (start, end): (u32, u32)) -> Vec<InlayHint> {
    let (Some(role), Some(decided)) = (view.role(file), known::decided(view)) else { return vec![] };
    if role != Role::Manifest {
        return vec![];
    }
    let (tree, lines) = (view.tree(file), view.lines(file));
    let all = mentions(role, &tree);
    let asked = all.iter().filter(|mention| mention.span.end >= start && mention.span.start <= end);
    let hint = |mention: &Mention<'_>| {
        let (label, tooltip) = said(view, decided, mention)?;
        Some(InlayHint {
            position: lines.position(mention.span.end),
            label: label.into(),
            kind: Some(InlayHintKind::Type),
            text_edits: None,
            tooltip: tooltip.map(Into::into),
            padding_left: Some(true),
            padding_right: None,
            data: None,
        })
    };
    asked.filter_map(hint).collect()
}

/// A hint, and what it says when it is pointed at.
fn said(view: &View, decided: &Decided, mention: &Mention<'_>) -> Option<(String, Option<String>)> {
    match mention.inside {
        Inside::Amount => quota(view, mention),
        Inside::Range => version(view, decided, mention),
        Inside::OwnId if mention.plugin == Some(mention.text) => position(decided, mention.text),
        _ => None,
    }
}

fn quota(view: &View, mention: &Mention<'_>) -> Option<(String, Option<String>)> {
    let quota = Quota::find(mention.field?)?;
    let id = mention.plugin?;
    let entry = known::entry(view, id)?;
    let has = entry.quotas.iter().find(|has| has.quota == quota);
    let Some(has) = has else { return Some(("no limit".to_owned(), None)) };
    if quota.unit().parse(mention.text) == Ok(has.value) {
        return None;
    }
    let by = has.place.as_ref().filter(|place| past::file(view, &place.path).is_some());
    let by = by.map(|place| format!("decided by {}:{}", visible(&place.path), place.line));
    Some((format!("is {}", quota.unit().show(has.value)), by))
}

fn version(view: &View, decided: &Decided, mention: &Mention<'_>) -> Option<(String, Option<String>)> {
    let id = mention.field?;
    let id = if id == "version" { mention.line.field("name")?.string()?.0 } else { id };
    let of_plugin = decided.member(id).map(|plugin| plugin.version.to_string());
    let of_host = || (decided.host.0.as_str() == id).then(|| decided.host.1.to_string());
    let provided =
        || known::host(view).provides.into_iter().find(|(name, ..)| name == id).map(|(_, version, _)| version);
    let version = of_plugin.or_else(of_host).or_else(provided)?;
    (version != mention.text).then(|| (format!("is {}", visible(&version)), None))
}

fn position(decided: &Decided, id: &str) -> Option<(String, Option<String>)> {
    let at = decided.find(id)?;
    let stage = format!("in stage {} of {}", decided.at(at).stage + 1, decided.stages);
    Some((format!("loads {} of {}", at + 1, decided.plugins.len()), Some(stage)))
}
