//! Targets become narrower ones. Comes in: a target, and what is to stand in its place. Goes out: the same text with another
//! word, with more words beside it, or with its whole line or item again for each folder that is seen under a path of its own.

use std::ops::Range;

use super::page::{Page, is_blank};
use super::word::like;
use crate::diag::{Edit, Narrow};
use crate::source::Span;
use crate::syntax::{Role, Shape, Syntax};

/// `None` where the text says the target in another way, or has no place for several.
pub(super) fn edits(page: &Page<'_>, narrow: &Narrow) -> Option<Vec<Edit>> {
    let at = page.find(narrow.target)?;
    let (_, value) = page.items[at].node.string()?;
    let value = value.range();
    let mount = match narrow.mount {
        None => None,
        Some(span) => Some(page.items[page.find(span)?].node.string()?.1.range()),
    };
    if let [piece] = narrow.pieces.as_slice() {
        return Some(words(page, &value, mount.as_ref(), piece));
    }
    let whole = page.whole(narrow.target)?;
    let has_words = whole != at || mount.is_some();
    if has_words { again(page, at, whole, (&value, mount.as_ref()), narrow) } else { beside(page, at, value, narrow) }
}

/// Each word in the place of the one before it.
fn words(
    page: &Page<'_>,
    value: &Range<usize>,
    mount: Option<&Range<usize>>,
    (target, guest): &(String, Option<String>),
) -> Vec<Edit> {
    let word = |range: &Range<usize>, word: &str| {
        let text = like(page.syntax, page.slice(range.clone()), word);
        Edit { span: page.span(range.clone()), text }
    };
    let guest = mount.zip(guest.as_ref()).map(|(range, guest)| word(range, guest));
    std::iter::once(word(value, target)).chain(guest).collect()
}

/// More words in the list that the first stands in.
fn beside(page: &Page<'_>, at: usize, value: Range<usize>, narrow: &Narrow) -> Option<Vec<Edit>> {
    let node = page.items[at].node;
    let old = page.slice(value.clone());
    let words: Vec<String> = narrow.pieces.iter().map(|(target, _)| like(page.syntax, old, target)).collect();
    let text = match (page.syntax, node.role()) {
        (Syntax::Kdl, Role::Argument) => words.join(" "),
        (Syntax::Kdl, _) => return None,
        (_, Role::Argument) => words.join(&joint(page, at, value.start)?),
        _ if matches!(node.shape(), Shape::Scalar(_)) && !old.contains('\n') => format!("[{}]", words.join(", ")),
        _ => return None,
    };
    Some(vec![Edit { span: page.span(value), text }])
}

/// The whole line or item once more for each, with its own words.
fn again(
    page: &Page<'_>,
    at: usize,
    whole: usize,
    (value, mount): (&Range<usize>, Option<&Range<usize>>),
    narrow: &Narrow,
) -> Option<Vec<Edit>> {
    let unit = if page.syntax == Syntax::Kdl { page.items[at].parent } else { whole };
    let range = page.range(unit);
    let is_alone =
        page.items[unit].below.iter().filter(|below| page.items[**below].node.role() == Role::Argument).count();
    let is_unit = match page.syntax {
        Syntax::Kdl => page.items[unit].node.role() == Role::Node && is_alone == 1,
        _ => unit != at && page.items[unit].node.role() == Role::Argument,
    };
    if !is_unit || page.has_comment(&[unit], range.clone()) {
        return None;
    }
    let joint = joint(page, unit, range.start)?;
    let copy = |piece| {
        let mut edits = words(page, value, mount, piece);
        edits.sort_by_key(|edit| edit.span);
        let (mut text, mut from) = (String::new(), range.start);
        for edit in edits {
            text.push_str(page.slice(from..edit.span.start as usize));
            text.push_str(&edit.text);
            from = edit.span.end as usize;
        }
        text + page.slice(from..range.end)
    };
    let text = narrow.pieces.iter().map(copy).collect::<Vec<_>>().join(&joint);
    let span: Span = page.span(range);
    Some(vec![Edit { span, text }])
}

/// What stands between two items of a list, or two nodes.
fn joint(page: &Page<'_>, at: usize, start: usize) -> Option<String> {
    let newline = page.newline();
    let before = page.before(start).trim_start_matches('\u{FEFF}');
    match page.syntax {
        Syntax::Kdl if is_blank(before) => Some(format!("{newline}{before}")),
        Syntax::Kdl => Some("; ".to_owned()),
        _ if page.is_flow(page.items[at].parent) && is_blank(before) => Some(format!(",{newline}{before}")),
        _ if page.is_flow(page.items[at].parent) => Some(", ".to_owned()),
        _ => {
            let dash = before.strip_suffix(' ').map(|rest| rest.trim_end_matches(' '));
            let is_dash = dash.is_some_and(|rest| rest.trim_start_matches(' ') == "-");
            is_dash.then(|| format!("{newline}{before}"))
        }
    }
}
