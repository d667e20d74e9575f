//! YAML's layout, carefully: blanks mean something there. Comes in: a text. Goes out: texts to try, the best first: indented by
//! two, then only without blanks at the ends of lines. The last is the text as it was.

use super::newline;

pub(super) fn candidates(text: &str) -> Vec<String> {
    let trimmed = trimmed(text);
    vec![indented(&trimmed), trimmed, text.to_owned()]
}

/// Lines without blanks at their ends, at most one blank line between them, and one end of the last line.
fn trimmed(text: &str) -> String {
    let newline = newline(text);
    let mut out = String::with_capacity(text.len() + 1);
    let mut blank = 0;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            blank += 1;
            continue;
        }
        if blank > 0 && !out.is_empty() {
            out.push_str(newline);
        }
        blank = 0;
        out.push_str(line);
        out.push_str(newline);
    }
    out
}

/// A column that something is indented to, and the one that it gets.
#[derive(Debug, Clone, Copy)]
struct Level {
    was: usize,
    is: usize,
}

/// The text with two blanks for each level. Where that is not what it means, the trees differ and nobody gets it.
fn indented(text: &str) -> String {
    let newline = newline(text);
    let mut levels: Vec<Level> = vec![];
    let mut out = String::with_capacity(text.len());
    let mut block: Option<Level> = None;
    for (at, line) in text.lines().enumerate() {
        let body = line.trim_start_matches(' ');
        let was = line.len() - body.len();
        if at > 0 {
            out.push_str(newline);
        }
        if body.is_empty() {
            continue;
        }
        // Lines of a block scalar move as one.
        block = block.filter(|head| was > head.was);
        let is = match block {
            Some(head) => (was + head.is).saturating_sub(head.was),
            None => column(&mut levels, was, body),
        };
        if block.is_none() && opens_block(body) {
            block = Some(Level { was, is });
        }
        out.push_str(&" ".repeat(is));
        out.push_str(body);
    }
    if !text.is_empty() {
        out.push_str(newline);
    }
    out
}

/// Where a line goes, and what its dashes make of the ones below it.
fn column(levels: &mut Vec<Level>, was: usize, body: &str) -> usize {
    if body.starts_with('#') {
        let known = levels.iter().rev().find(|level| level.was <= was);
        return known.map_or(0, |level| if level.was == was { level.is } else { level.is + 2 });
    }
    levels.retain(|level| level.was <= was);
    let is = match levels.last() {
        Some(level) if level.was == was => level.is,
        Some(level) => level.is + 2,
        None => 0,
    };
    if levels.last().is_none_or(|level| level.was != was) {
        levels.push(Level { was, is });
    }
    let mut inside = 0;
    while let Some(rest) = body.get(inside..).and_then(|body| body.strip_prefix("- ")) {
        inside += 2 + rest.len() - rest.trim_start_matches(' ').len();
        levels.push(Level { was: was + inside, is: is + inside });
    }
    is
}

/// Whether the lines below this one, indented more, are the text of a block scalar.
fn opens_block(body: &str) -> bool {
    let body = body.split(" #").next().unwrap_or_default().trim_end();
    let head = body.rsplit([' ', ':']).next().unwrap_or_default();
    head.starts_with(['|', '>'])
        && head.get(1..).is_some_and(|rest| rest.chars().all(|mark| "+-0123456789".contains(mark)))
}
