//! What a text looks like: folding, selecting, colours, formatting, and blocks that close themselves. Comes in: a view and a text.
//! Goes out: ranges and edits. Deliberately absent: what any of it means; that is in the other features.

use ambit_compiler::source::{FileId, Span};
use ambit_compiler::syntax::{Node, Shape, Syntax};
use lsp_types::{FoldingRange, FoldingRangeKind, Range, SelectionRange, TextEdit};

use super::spot::holds;
use crate::format;
use crate::lex::{Kind, Token, tokens};
use crate::lsp::view::View;

/// Every block, list and run of comments of several lines.
pub(crate) fn folding(view: &View, file: FileId) -> Vec<FoldingRange> {
    let (tree, lines) = (view.tree(file), view.lines(file));
    let mut found = vec![];
    blocks(tree.root(), &mut |span| found.push((span, FoldingRangeKind::Region)));
    if let Some(syntax) = view.syntax(file) {
        found.extend(comments(file, view.text(file), syntax).into_iter().map(|span| (span, FoldingRangeKind::Comment)));
    }
    let range = |(span, kind): (Span, FoldingRangeKind)| {
        let end = u32::try_from(view.text(file).get(..span.end as usize).map_or(0, |text| text.trim_end().len()));
        let (start, end) = (lines.position(span.start).line, lines.position(end.unwrap_or(span.end)).line);
        (end > start).then(|| FoldingRange {
            start_line: start,
            end_line: end,
            kind: Some(kind),
            ..FoldingRange::default()
        })
    };
    let mut ranges: Vec<FoldingRange> = found.into_iter().filter_map(range).collect();
    ranges.sort_by_key(|range| (range.start_line, range.end_line));
    ranges.dedup_by_key(|range| range.start_line);
    ranges
}

/// As deep as trees are, which is bounded.
fn blocks(node: Node<'_>, found: &mut impl FnMut(Span)) {
    for child in node.below().filter(|child| !matches!(child.shape(), Shape::Scalar(_))) {
        found(child.span());
        blocks(child, found);
    }
}

/// Comments on lines of their own that follow each other, and comments of several lines.
fn comments(file: FileId, text: &str, syntax: Syntax) -> Vec<Span> {
    let (mut found, mut run): (Vec<Span>, Option<Span>) = (vec![], None);
    let (mut lines, mut is_own) = (0, true);
    for Token { kind, place } in tokens(syntax, text) {
        match kind {
            Kind::Newline => (lines, is_own) = (lines + 1, true),
            Kind::Space => {}
            Kind::BlockComment => found.push(Span::new(file, place.start, place.end)),
            Kind::LineComment if is_own => {
                let span = Span::new(file, place.start, place.end);
                run = match run {
                    Some(before) if lines == 1 => Some(before.to(span)),
                    other => {
                        found.extend(other);
                        Some(span)
                    }
                };
                (lines, is_own) = (0, false);
            }
            _ => {
                found.extend(run.take());
                (lines, is_own) = (0, false);
            }
        }
    }
    found.extend(run);
    found
}

/// For each byte, what is selected first, and what around it.
pub(crate) fn selection(view: &View, file: FileId, at: u32) -> SelectionRange {
    let tree = view.tree(file);
    let mut spans = vec![tree.root().span()];
    let mut here = tree.root();
    while let Some(child) = here.below().filter(|child| holds(child.span(), at)).last() {
        spans.push(child.span());
        spans.extend([child.key_span(), child.value_span()].into_iter().filter(|span| holds(*span, at)));
        here = child;
    }
    if let Some(inner) = spans.last().copied().filter(|span| is_quoted(view.text(file), *span)) {
        let inside = Span { start: inner.start + 1, end: inner.end - 1, ..inner };
        spans.extend(Some(inside).filter(|inside| holds(*inside, at)));
    }
    let lines = view.lines(file);
    let mut selected: Option<SelectionRange> = None;
    for span in spans {
        let range = lines.range(span.start, span.end);
        if selected.as_ref().is_none_or(|around| is_within(range, around.range)) {
            selected = Some(SelectionRange { range, parent: selected.map(Box::new) });
        }
    }
    selected.unwrap_or_default()
}

/// Whether a range lies within another, and is not the same.
fn is_within(range: Range, around: Range) -> bool {
    range != around && around.start <= range.start && range.end <= around.end
}

fn is_quoted(text: &str, span: Span) -> bool {
    text.get(span.range()).is_some_and(|text| text.len() > 1 && text.starts_with('"') && text.ends_with('"'))
}

/// The edits that lay a text out. None where it is, and none where it cannot be read.
pub(crate) fn formatting(view: &View, file: FileId) -> Vec<TextEdit> {
    let text = view.text(file);
    let Some(new) = view.syntax(file).and_then(|syntax| format::format(syntax, text).ok()) else { return vec![] };
    let lines = view.lines(file);
    let edit = |(start, end, new): (usize, usize, &str)| {
        let at = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        TextEdit { range: lines.range(at(start), at(end)), new_text: new.to_owned() }
    };
    changes(text, &new).into_iter().map(edit).collect()
}

/// The runs of lines that differ, so that cursors and marks on the others stay.
fn changes<'n>(old: &str, new: &'n str) -> Vec<(usize, usize, &'n str)> {
    let diff = similar::TextDiff::from_lines(old, new);
    let starts = |text: &str| {
        let ends = text.split_inclusive('\n').scan(0, |at, line| {
            *at += line.len();
            Some(*at)
        });
        std::iter::once(0).chain(ends).collect::<Vec<usize>>()
    };
    let (before, after) = (starts(old), starts(new));
    let at = |starts: &[usize], line: usize| starts.get(line).or(starts.last()).copied().unwrap_or_default();
    let changed = diff.ops().iter().filter(|op| op.tag() != similar::DiffTag::Equal);
    let change = |op: &similar::DiffOp| {
        let (old, lines) = (op.old_range(), op.new_range());
        let text = new.get(at(&after, lines.start)..at(&after, lines.end)).unwrap_or_default();
        (at(&before, old.start), at(&before, old.end), text)
    };
    changed.map(change).collect()
}

/// What is written behind a cursor that has just begun a line inside of a block, in KDL and JSON: its end, where it has none.
pub(crate) fn closing(view: &View, file: FileId, at: u32) -> Vec<TextEdit> {
    let text = view.text(file);
    let syntax = view.syntax(file).filter(|syntax| *syntax != Syntax::Yaml);
    let Some(closed) = syntax.and_then(|syntax| closed(syntax, text, at as usize)) else { return vec![] };
    let place = view.lines(file).range(at, at);
    vec![TextEdit { range: place, new_text: closed }]
}

/// The end of the block whose opening bracket is the last on the line before, with the indentation of that line.
fn closed(syntax: Syntax, text: &str, at: usize) -> Option<String> {
    let before = text.get(..at)?;
    let line = before.trim_end_matches([' ', '\t']).strip_suffix('\n')?;
    let line = line.strip_suffix('\r').unwrap_or(line).trim_end_matches([' ', '\t']);
    let close = match line.chars().next_back()? {
        '{' => '}',
        '[' if syntax == Syntax::Json => ']',
        _ => return None,
    };
    let rest = text.get(at..)?.split('\n').next()?;
    let opened = line.len() - 1;
    if !rest.trim().is_empty() || !is_open(syntax, text, opened) {
        return None;
    }
    let start = line.rfind('\n').map_or(0, |at| at + 1);
    let head = line.get(start..)?;
    let indent = head.get(..head.len() - head.trim_start().len())?;
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    Some(format!("{newline}{indent}{close}"))
}

/// Whether the bracket there is a bracket, and the text has one end too few for all that are open.
fn is_open(syntax: Syntax, text: &str, bracket: usize) -> bool {
    let (mut depth, mut is_bracket) = (0_i64, false);
    for token in tokens(syntax, text) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            _ => {}
        }
        is_bracket |= token.kind == Kind::Open && token.place.start == bracket;
    }
    is_bracket && depth > 0
}
