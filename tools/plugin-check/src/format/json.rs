//! JSON's layout: two blanks for each level, one member a line. A list or map that stood on one line stays there while it fits.

use super::{WIDTH, newline};
use crate::lex::{Kind, Token, tokens};
use ambit_compiler::syntax::Syntax;

const INDENT: &str = "  ";

pub(super) fn lay_out(text: &str) -> String {
    let all = tokens(Syntax::Json, text);
    let blocks = blocks(text, &all);
    let said: Vec<(&Token, Block)> = all.iter().zip(blocks).filter(|(token, _)| !token.kind.is_blank()).collect();
    let mut page = Page { out: String::new(), line: 0, newline: newline(text), open: vec![] };
    if text.starts_with('\u{FEFF}') {
        page.put("\u{FEFF}");
    }
    for (at, (token, block)) in said.iter().enumerate() {
        let written = text.get(token.place.clone()).unwrap_or_default();
        let next = said.get(at + 1).map(|(token, _)| token.kind);
        page.token(token.kind, written, *block, next);
    }
    page.out.push_str(page.newline);
    page.out
}

/// What is known of a bracket: how wide its block is on one line, and whether it stood on one.
#[derive(Debug, Clone, Copy, Default)]
struct Block {
    width: usize,
    lines: bool,
}

/// For each token that opens a block, what is known of it.
fn blocks(text: &str, all: &[Token]) -> Vec<Block> {
    let mut blocks = vec![Block::default(); all.len()];
    let (mut open, mut width, mut lines) = (vec![], 0_usize, 0_usize);
    for (at, token) in all.iter().enumerate() {
        match token.kind {
            Kind::Newline => lines += 1,
            Kind::Space => {}
            // `: `, `, ` and the blanks inside braces.
            Kind::Equals | Kind::Separator => width += 2,
            _ => width += text.get(token.place.clone()).unwrap_or_default().chars().count(),
        }
        match token.kind {
            Kind::Open => open.push((at, width, lines)),
            Kind::Close => {
                if let Some((opened, before, lined)) = open.pop() {
                    blocks[opened] = Block { width: width - before + 3, lines: lines > lined };
                }
            }
            _ => {}
        }
    }
    blocks
}

struct Page {
    out: String,
    /// Where the line that is written begins.
    line: usize,
    newline: &'static str,
    /// For each block that is open, whether it takes several lines.
    open: Vec<bool>,
}

impl Page {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn break_line(&mut self) {
        self.out.push_str(self.newline);
        self.line = self.out.len();
        let depth = self.open.iter().filter(|lines| **lines).count();
        self.out.push_str(&INDENT.repeat(depth));
    }

    fn token(&mut self, kind: Kind, written: &str, block: Block, next: Option<Kind>) {
        match kind {
            Kind::Open => {
                self.put(written);
                let column = self.out.get(self.line..).map_or(0, |line| line.chars().count());
                let is_empty = next == Some(Kind::Close);
                // What follows on the line of its end is a comma at most.
                let lines = !is_empty && (block.lines || column + block.width > WIDTH);
                self.open.push(lines);
                self.edge(lines, is_empty, written == "{");
            }
            Kind::Close => {
                let lines = self.open.pop().unwrap_or_default();
                let is_empty = self.out.ends_with(['{', '[']);
                self.edge(lines, is_empty, written == "}");
                self.put(written);
            }
            Kind::Separator => {
                self.put(",");
                if self.open.last().copied().unwrap_or_default() { self.break_line() } else { self.put(" ") }
            }
            Kind::Equals => self.put(": "),
            _ => self.put(written),
        }
    }

    /// Behind an opening bracket and before a closing one.
    fn edge(&mut self, lines: bool, is_empty: bool, is_map: bool) {
        if lines {
            self.break_line();
        } else if is_map && !is_empty {
            self.put(" ");
        }
    }
}
