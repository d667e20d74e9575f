//! Items go. Comes in: which. Goes out: edits after which the text is still one: without a comma too many, an empty line or
//! an empty block, and with every comment that it had.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::page::{Page, is_blank};
use crate::diag::Edit;
use crate::syntax::{Role, Syntax};

/// The edits that remove these items together. `None` where one of them cannot go: it is all there is, or a comment stands in
/// it.
pub(super) fn edits(page: &Page<'_>, items: &[usize]) -> Option<Vec<Edit>> {
    let gone = widened(page, items)?;
    let mut families: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for at in &gone {
        families.entry(page.items[*at].parent).or_default().insert(*at);
    }
    let mut ranges = vec![];
    for (parent, members) in families {
        let between = match page.syntax {
            Syntax::Kdl => false,
            _ => page.is_flow(parent),
        };
        match between {
            true => ranges.extend(runs(page, parent, &members)?),
            false => ranges.extend(members.iter().map(|at| alone(page, *at)).collect::<Option<Vec<_>>>()?),
        }
    }
    Some(ranges.into_iter().map(|range| Edit { span: page.span(range), text: String::new() }).collect())
}

/// With a last child goes its parent. What lies below something that goes is left aside.
fn widened(page: &Page<'_>, items: &[usize]) -> Option<BTreeSet<usize>> {
    let mut gone: BTreeSet<usize> = items.iter().copied().collect();
    // Children stand behind their parents, so one look at each, from the last, sees every parent after all its children.
    let mut open: BTreeSet<usize> = gone.iter().map(|at| page.items[*at].parent).collect();
    while let Some(parent) = open.pop_last() {
        if needed(page, parent).iter().all(|at| gone.contains(at)) {
            if parent == 0 {
                return None;
            }
            gone.insert(parent);
            open.insert(page.items[parent].parent);
        }
    }
    // The same from the first: what stands below something that goes, goes with it.
    let mut kept = BTreeSet::new();
    for at in &gone {
        let mut above = page.items[*at].parent;
        while above != 0 && !gone.contains(&above) {
            above = page.items[above].parent;
        }
        if above == 0 {
            kept.insert(*at);
        }
    }
    Some(kept)
}

/// The children without which an item says nothing: of a KDL node those in its block, or its arguments, or its properties.
fn needed(page: &Page<'_>, parent: usize) -> Vec<usize> {
    let below = &page.items[parent].below;
    let with = |role| below.iter().copied().filter(|at| page.items[*at].node.role() == role).collect::<Vec<_>>();
    let kinds = [Role::Node, Role::Argument].map(with).into_iter();
    kinds.into_iter().find(|some| !some.is_empty()).unwrap_or_else(|| below.clone())
}

/// Between brackets: each run of neighbours goes up to the next item, or from the end of the one before it.
fn runs(page: &Page<'_>, parent: usize, members: &BTreeSet<usize>) -> Option<Vec<Range<usize>>> {
    let below = &page.items[parent].below;
    let mut ranges: Vec<Range<usize>> = vec![];
    let mut first = None;
    for (place, at) in below.iter().enumerate() {
        if !members.contains(at) {
            continue;
        }
        let start = *first.get_or_insert(place);
        let next = below.get(place + 1);
        if next.is_some_and(|next| members.contains(next)) {
            continue;
        }
        let kept_before = below[..place].iter().rev().find(|other| !members.contains(other));
        let range = match (next, kept_before) {
            (Some(next), _) => page.range(below[start]).start..page.range(*next).start,
            (None, Some(before)) => page.range(*before).end..page.range(*at).end,
            (None, None) => return None,
        };
        if page.has_comment(&below[start..=place], range.clone()) {
            return None;
        }
        ranges.push(range);
        first = None;
    }
    Some(ranges)
}

/// On lines: the item, and its line where nothing else is on it.
fn alone(page: &Page<'_>, at: usize) -> Option<Range<usize>> {
    let item = &page.items[at];
    let mut range = page.range(at);
    if page.has_comment(&[at], range.clone()) {
        return None;
    }
    if page.syntax == Syntax::Kdl {
        if item.node.role() != Role::Node {
            let before = page.before(range.start);
            return Some(range.start - (before.len() - before.trim_end_matches([' ', '\t']).len())..range.end);
        }
        range.end += ended(page.behind(range.end));
        return Some(line_of(page, range, is_blank));
    }
    let before = page.before(range.start).trim_start_matches('\u{FEFF}');
    let is_item = item.node.role() == Role::Argument;
    let dash = before.trim_start_matches(' ').strip_prefix('-').map(str::trim_start);
    match (is_item, dash) {
        (true, Some("")) => {
            range.start -= before.len() - (before.len() - before.trim_start_matches(' ').len());
            Some(line_of(page, range, is_blank))
        }
        (false, _) if is_blank(before) => Some(line_of(page, range, |_| true)),
        (false, Some("")) => first_of_item(page, at, range),
        _ => None,
    }
}

/// The `;` behind a node, and what stands around it.
fn ended(behind: &str) -> usize {
    let rest = behind.trim_start_matches([' ', '\t']);
    match rest.strip_prefix(';') {
        Some(rest) => behind.len() - rest.trim_start_matches([' ', '\t']).len(),
        None => 0,
    }
}

/// The whole line of a range that stands alone on it. A comment behind it stays, on a line of its own.
fn line_of(page: &Page<'_>, range: Range<usize>, stands_alone: fn(&str) -> bool) -> Range<usize> {
    let (before, behind) = (page.before(range.start).trim_start_matches('\u{FEFF}'), page.behind(range.end));
    if !stands_alone(before) || !is_blank(behind) {
        return range;
    }
    let end = range.end + behind.len();
    let rest = page.slice(end..page.text.len());
    let newline = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
    range.start - before.len()..end + newline
}

/// The member of a YAML map that stands behind the `-` of an item: the next one takes its place.
fn first_of_item(page: &Page<'_>, at: usize, range: Range<usize>) -> Option<Range<usize>> {
    let below = &page.items[page.items[at].parent].below;
    let next = below.get(below.iter().position(|other| *other == at)? + 1)?;
    let range = range.start..page.range(*next).start;
    Some(range.clone()).filter(|_| !page.has_comment(&[at], range))
}
