//! A tally goes in, text comes out: columns for a terminal, or a Markdown page.

use std::fmt::Write;

use crate::tally::{Counts, Tally};

/// Columns, numbers to the right, the total last.
pub fn plain(tally: &Tally) -> String {
    let rows = rows(tally);
    let width = |column: fn(&Row) -> &str, head: &str| {
        rows.iter().map(|row| column(row).chars().count()).fold(head.len(), usize::max)
    };
    let widths = [
        width(|row| &row[0], "file"),
        width(|row| &row[1], "lines"),
        width(|row| &row[2], "words"),
        width(|row| &row[3], "bytes"),
    ];
    let head = ["file", "lines", "words", "bytes"].map(str::to_owned);

    let mut text = String::new();
    for [name, lines, words, bytes] in [head].iter().chain(&rows) {
        let [n, l, w, b] = widths;
        _ = writeln!(text, "{name:n$}  {lines:>l$}  {words:>w$}  {bytes:>b$}");
    }
    for name in &tally.skipped {
        _ = writeln!(text, "{name}: not text, not counted");
    }
    text
}

/// A page with one table.
pub fn markdown(dir: &str, tally: &Tally) -> String {
    let mut text = format!("# Text files in `{dir}`\n\n| file | lines | words | bytes |\n|---|--:|--:|--:|\n");
    for [name, lines, words, bytes] in rows(tally) {
        _ = writeln!(text, "| {} | {lines} | {words} | {bytes} |", name.replace('|', "\\|"));
    }
    if !tally.skipped.is_empty() {
        _ = writeln!(text, "\nNot text, not counted: {}.", tally.skipped.join(", "));
    }
    text
}

type Row = [String; 4];

fn rows(tally: &Tally) -> Vec<Row> {
    let files = tally.files.iter().map(|(name, counts)| row(name, *counts));
    files.chain([row("total", tally.total())]).collect()
}

fn row(name: &str, counts: Counts) -> Row {
    [name.to_owned(), counts.lines.to_string(), counts.words.to_string(), counts.bytes.to_string()]
}
