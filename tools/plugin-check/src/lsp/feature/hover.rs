//! What stands under the cursor, and what comes of it. Comes in: a byte of a text. Goes out: what is granted in effect, and by
//! which lines; what a name, a field or a kind means; and the pages of the rules that found something there.

use ambit_compiler::diag::Diagnostic;
use ambit_compiler::source::{FileId, Span};
use ambit_schema::limits::Quota;
use lsp_types::Hover;

use super::grammar::{Inside, Line, Share, fields};
use super::known;
use super::markdown::{self, code};
use super::spot::{On, Spot, holds, spot};
use crate::lsp::view::{Role, View};
use crate::pages;

mod names;
mod quota;
mod rights;

/// All that is to be said of a byte.
pub(crate) fn hover(view: &View, file: FileId, at: u32) -> Option<Hover> {
    let tree = view.tree(file);
    let spot = spot(view.role(file)?, &tree, at);
    let here: Vec<&Diagnostic> =
        view.found(file).iter().filter(|found| holds(found.primary.span, at)).take(MOST_PAGES).collect();
    let found = here.iter().map(|found| rule(found));
    let mut paragraphs = meaning(view, &spot, at);
    let span = spot.text().map(|(_, span)| span).or(here.first().map(|found| found.primary.span))?;
    paragraphs.extend(found);
    markdown::hover(view, span, &paragraphs)
}

/// How many findings of one place are explained.
const MOST_PAGES: usize = 3;

/// What was found, and the page of its rule.
fn rule(found: &Diagnostic) -> String {
    format!("---\n\n{}", pages::page(found.code))
}

fn meaning(view: &View, spot: &Spot<'_>, at: u32) -> Vec<String> {
    let Some((text, span)) = spot.text() else { return vec![] };
    match (spot.inside, spot.on) {
        (Inside::Kinds(line), On::Key) => {
            let mut said = rights::kind(view, text);
            said.extend(of_line(view, spot, line, span, at));
            said
        }
        (Inside::Targets(line), On::Value) => of_line(view, spot, line, span, at),
        (Inside::Targets(_), On::Key) => vec![extra(text)],
        (Inside::KindNames, On::Value) | (Inside::Blocks("a kind"), On::Key) => rights::kind(view, text),
        (Inside::Quotas(share), On::Key) => quota::said(view, spot, share, at),
        (Inside::Amount, _) => quota::said(view, spot, share(spot), at),
        (Inside::Block(block), On::Key) => field(spot.role, block, text),
        (Inside::Subjects(_), _) => names::subject(view, text),
        (inside, _) => names::said(view, inside, text, at),
    }
}

/// What the lines there come to.
fn of_line(view: &View, spot: &Spot<'_>, line: Line, span: Span, at: u32) -> Vec<String> {
    match line {
        Line::Request => rights::request(view, spot, span, at),
        Line::Offer => rights::offer(view, span),
        Line::Grant(_) => rights::grant(view, spot, span),
        Line::Never | Line::Flow => vec![],
    }
}

fn share(spot: &Spot<'_>) -> Share {
    match spot.role {
        Role::Manifest | Role::Index => Share::Asked,
        Role::Grants => Share::Given,
        Role::Profile if spot.keys().any(|key| matches!(key, "budget" | "group")) => Share::Together,
        Role::Profile => Share::Ruled,
    }
}

/// The quota that a place is about.
fn quota_of(spot: &Spot<'_>) -> Option<Quota> {
    spot.keys().filter_map(Quota::find).last()
}

/// A field, as the references say it.
fn field(role: Role, block: &str, key: &str) -> Vec<String> {
    let known = fields(role, block).into_iter().find(|field| field.key == key);
    known.map(|field| format!("{} of {block}: {}", code(key), field.says)).into_iter().collect()
}

fn extra(key: &str) -> String {
    match key {
        "why" => "`why`: the reason, for whoever is asked".to_owned(),
        "optional" => "`optional`: the plugin works without it".to_owned(),
        "as" => "`as`: the path under which the plugin sees the folder".to_owned(),
        "target" => "`target`: what it is about".to_owned(),
        _ => String::new(),
    }
}
