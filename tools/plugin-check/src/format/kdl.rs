//! KDL's layout: four blanks for each level, one blank between words, at most one blank line between nodes. A block that stood
//! on one line stays there; one that did not has its braces at the ends of lines.

use super::newline;
use crate::lex::{Kind, Token, tokens};
use ambit_compiler::syntax::Syntax;

const INDENT: &str = "    ";

pub(super) fn lay_out(text: &str) -> String {
    let parts = parts(text);
    let mut page = Page { out: String::new(), newline: newline(text), open: vec![], goes_on: false };
    if text.starts_with('\u{FEFF}') {
        page.out.push('\u{FEFF}');
    }
    let mut last: Option<&Part<'_>> = None;
    for (at, part) in parts.iter().enumerate() {
        if part.kind == Kind::Separator && is_idle(parts.get(at + 1)) {
            continue;
        }
        page.part(last, part);
        last = Some(part);
    }
    if last.is_some() {
        page.out.push_str(page.newline);
    }
    page.out
}

/// A token that says something, and the layout before it.
#[derive(Debug)]
struct Part<'t> {
    kind: Kind,
    text: &'t str,
    /// How many lines end before it.
    lines: usize,
    spaced: bool,
    /// Of a brace: whether its block takes several lines.
    is_tall: bool,
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = vec![];
    let (mut lines, mut spaced, mut open) = (0, false, vec![]);
    for Token { kind, place } in tokens(Syntax::Kdl, text) {
        let written = text.get(place.clone()).unwrap_or_default();
        match kind {
            Kind::Newline => lines += 1,
            Kind::Space => spaced = true,
            _ => {
                let written = if kind == Kind::LineComment { written.trim_end() } else { written };
                parts.push(Part { kind, text: written, lines, spaced, is_tall: false });
                (lines, spaced) = (0, false);
            }
        }
        match kind {
            Kind::Open => open.push((parts.len() - 1, place.end)),
            Kind::Close => close(text, &mut parts, open.pop(), place.start),
            _ => {}
        }
    }
    parts
}

/// Both braces of a block know whether it is tall: it has several lines, and something on them.
fn close(text: &str, parts: &mut [Part<'_>], opened: Option<(usize, usize)>, end: usize) {
    let Some((opened, start)) = opened else { return };
    let inside = text.get(start..end).unwrap_or_default();
    let is_tall = parts.len() > opened + 2 && inside.contains(['\n', '\r']);
    for at in [opened, parts.len() - 1] {
        if let Some(part) = parts.get_mut(at) {
            part.is_tall = is_tall;
        }
    }
}

/// Whether a `;` before this part says no more than the end of the line does.
fn is_idle(next: Option<&Part<'_>>) -> bool {
    next.is_none_or(|next| next.lines > 0 || matches!(next.kind, Kind::Close | Kind::LineComment))
}

/// What stands between two parts.
enum Gap {
    None,
    Space,
    Line,
    Blank,
}

struct Page {
    out: String,
    newline: &'static str,
    /// For each block that is open, whether it is tall.
    open: Vec<bool>,
    /// Whether the line goes on after its end, because of a `\`.
    goes_on: bool,
}

impl Page {
    fn part(&mut self, last: Option<&Part<'_>>, part: &Part<'_>) {
        if part.kind == Kind::Close {
            self.open.pop();
        }
        if let Some(last) = last {
            match gap(last, part) {
                Gap::None => {}
                Gap::Space => self.out.push(' '),
                Gap::Line => self.line(),
                Gap::Blank => {
                    self.out.push_str(self.newline);
                    self.goes_on = false;
                    self.line();
                }
            }
        }
        self.out.push_str(part.text);
        if part.kind == Kind::Open {
            self.open.push(part.is_tall);
        }
        self.goes_on |= part.kind == Kind::Mark;
    }

    fn line(&mut self) {
        self.out.push_str(self.newline);
        let depth = self.open.iter().filter(|tall| **tall).count() + usize::from(self.goes_on);
        self.out.push_str(&INDENT.repeat(depth));
        self.goes_on = false;
    }
}

fn gap(last: &Part<'_>, part: &Part<'_>) -> Gap {
    match (last.kind, part.kind) {
        (Kind::Open, Kind::LineComment) if part.lines == 0 => Gap::Space,
        (Kind::Open, Kind::Close) if !part.is_tall => Gap::None,
        (Kind::Open, _) if last.is_tall => Gap::Line,
        (_, Kind::Close) if part.is_tall => Gap::Line,
        _ if part.lines > 1 => Gap::Blank,
        _ if part.lines > 0 => Gap::Line,
        (_, Kind::Separator | Kind::Equals | Kind::TypeClose)
        | (Kind::Equals | Kind::TypeOpen | Kind::TypeClose, _) => Gap::None,
        (Kind::Slashdash, _) if !part.spaced => Gap::None,
        _ => Gap::Space,
    }
}
