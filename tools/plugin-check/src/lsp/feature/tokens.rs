//! Colours by meaning. Comes in: a text. Goes out: its names with what each is one of, for editors that know no more than strings.

use std::collections::BTreeMap;

use ambit_compiler::lower::Known;
use ambit_compiler::source::{FileId, Span};
use ambit_schema::capability::Kinds;
use ambit_schema::limits::Quota;
use lsp_types::{SemanticToken, SemanticTokens, SemanticTokensLegend};

use super::grammar::{Inside, fields};
use super::known;
use super::walk::{Mention, mentions};
use crate::lsp::view::{Role, View};

/// The names of colours, in the order in which tokens count them.
const COLOURS: [&str; 8] = ["keyword", "type", "namespace", "function", "event", "interface", "enumMember", "number"];

/// What a client is told of the colours.
pub(crate) fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend { token_types: COLOURS.map(str::to_owned).into(), token_modifiers: vec![] }
}

/// The names of a stretch of a text.
pub(crate) fn tokens(view: &View, file: FileId, within: Option<(u32, u32)>) -> SemanticTokens {
    let Some(role) = view.role(file) else { return SemanticTokens::default() };
    let (tree, kinds, lines) = (view.tree(file), known::kinds(view), view.lines(file));
    let is_asked = |span: Span| within.is_none_or(|(start, end)| span.start < end && start < span.end);
    let mut all: Vec<(Span, u32)> = vec![];
    let mut known = Fields::default();
    for mention in mentions(role, &tree).iter().filter(|mention| is_asked(mention.span)) {
        all.extend(colour(role, (&kinds, &mut known), mention).map(|colour| (mention.span, colour)));
    }
    all.sort();
    all.dedup_by_key(|(span, _)| span.start);
    let (mut data, mut line, mut column) = (vec![], 0, 0);
    for (span, token_type) in all {
        let range = lines.range(span.start, span.end);
        if range.start.line != range.end.line || range.start == range.end {
            continue;
        }
        let delta_line = range.start.line - line;
        let delta_start = if delta_line == 0 { range.start.character - column } else { range.start.character };
        (line, column) = (range.start.line, range.start.character);
        let length = range.end.character - range.start.character;
        data.push(SemanticToken { delta_line, delta_start, length, token_type, token_modifiers_bitset: 0 });
    }
    SemanticTokens { result_id: None, data }
}

/// The fields of the blocks that were met.
type Fields = BTreeMap<&'static str, Vec<Known>>;

fn colour(role: Role, (kinds, known): (&Kinds, &mut Fields), mention: &Mention<'_>) -> Option<u32> {
    let text = mention.text;
    let name = match (mention.inside, mention.is_key) {
        (Inside::Block(block), true) => {
            let fields = known.entry(block).or_insert_with(|| fields(role, block));
            fields.iter().any(|field| field.key == text).then_some("keyword")?
        }
        (Inside::Kinds(_), true) | (Inside::KindNames, false) => kinds.find(text).map(|_| "type")?,
        (Inside::Quotas(_), true) => Quota::find(text).map(|_| "keyword")?,
        (Inside::Blocks("a kind"), true) => "type",
        (Inside::OwnId | Inside::Ids(_), false) | (Inside::Subjects(_), _) => "namespace",
        (Inside::Needs | Inside::Engines | Inside::Pins, true) => "namespace",
        (Inside::Names(_), _) | (Inside::Command, false) => "function",
        (Inside::Points | Inside::OwnPoints, _) | (Inside::OwnEvents, false) => "event",
        (Inside::Interfaces, true) => "interface",
        (Inside::Words(words), false) => words.contains(&text).then_some("enumMember")?,
        (Inside::Layer, false) => "enumMember",
        (Inside::Amount | Inside::Time | Inside::Range | Inside::Version, false) => "number",
        (Inside::Targets(_), true) => "keyword",
        _ => return None,
    };
    COLOURS.iter().position(|colour| *colour == name).and_then(|at| u32::try_from(at).ok())
}
