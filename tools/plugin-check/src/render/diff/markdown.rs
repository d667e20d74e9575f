//! For a pull request: the verdict as a heading, what is wider as a list, and all the rest behind it, folded. Text of users
//! stands in code spans that it cannot end, or escaped as HTML, so that it cannot make a link, a heading, a table or a mention.

use ambit_compiler::diff::{Change, Phrase, PluginDiff, Turn};

use super::{Of, Report, fate, lines, missing, reached, said, versions, written};
use crate::render::visible;

/// How long a text may be: what a comment of the usual forges holds, with room for a few words around it.
const MOST: usize = 60_000;

/// How many lines of a change are shown, and how many plugins are named.
const MOST_LINES: usize = 6;
const MOST_NAMED: usize = 8;

/// The text.
#[must_use]
pub fn text(report: &Report<'_>) -> String {
    let mut text = format!("### Policy diff: {}\n\n{}\n", report.verdict(), report.counts());
    let mut left_out = 0;
    for (one, changes) in report.plugins() {
        let part = plugin(report, one, &changes);
        if text.len() + part.len() > MOST { left_out += 1 } else { text.push_str(&part) }
    }
    if left_out > 0 {
        text.push_str(&format!("\n**{left_out} more plugins are not shown here**\n"));
    }
    if !report.host().is_empty() {
        let part: String = report.host().iter().map(|change| item(report, change)).collect();
        let part = folded(&format!("host: {} differences", report.host().len()), &part);
        text.push_str(if text.len() + part.len() > MOST {
            "\n**what differs of the host is not shown here**\n"
        } else {
            &part
        });
    }
    if report.diff.is_cut {
        text.push_str("\nThere may be more by way of other plugins: they are too many to follow every way.\n");
    }
    text
}

fn plugin(report: &Report<'_>, one: &PluginDiff<'_>, changes: &[&Change<'_>]) -> String {
    let head = format!("<code>{}</code> {}", html(one.id().as_str()), html(&versions(one.fate)));
    let verdict = said(one.verdict(), one.risk());
    let (wider, rest): (Vec<&Change<'_>>, Vec<&Change<'_>>) =
        changes.iter().copied().partition(|change| change.turn == Turn::Wider);
    let mut about: String = fate(one.fate).iter().map(|says| format!("{}\n\n", spans(says))).collect();
    about.extend(wider.iter().map(|change| item(report, change)));
    about.extend(reached(one, MOST_NAMED).iter().map(|says| format!("\n{}\n", spans(says))));
    let rest: String = rest.iter().map(|change| item(report, change)).collect();
    match wider.is_empty() {
        true => folded(&format!("{head}: {verdict}"), &format!("{about}{rest}")),
        false if rest.is_empty() => format!("\n#### {head}: {verdict}\n\n{about}"),
        false => format!("\n#### {head}: {verdict}\n\n{about}{}", folded("and what is not wider", &rest)),
    }
}

/// A blank line after the summary makes what follows Markdown again.
fn folded(summary: &str, text: &str) -> String {
    format!("\n<details><summary>{summary}</summary>\n\n{text}\n</details>\n")
}

fn item(report: &Report<'_>, change: &Change<'_>) -> String {
    let (sign, risk) = match change.turn {
        Turn::Wider => ("**+** ", format!(" **[{}]**", change.risk)),
        Turn::Narrower => ("**−** ", String::new()),
        Turn::Other => ("", String::new()),
    };
    let mut text = format!("- {sign}{}{risk}\n", spans(&change.says));
    if let Some(delta) = &change.delta {
        let shown = delta.set.show(delta.kind);
        if delta.witness.as_ref() != Some(&shown) {
            text.push_str(&format!("  - all of it: {}\n", span(&format!("{} {shown}", delta.kind))));
        }
    }
    missing(change).iter().for_each(|says| text.push_str(&format!("  - {says}\n")));
    let all = lines(change);
    for (side, line) in all.iter().take(MOST_LINES) {
        let when = if *side == Of::New { "new" } else { "old" };
        let owner = line.owner.map(|owner| format!(" ({})", owner.key())).unwrap_or_default();
        let said = if line.text.is_empty() { String::new() } else { format!(": {}", span(line.text)) };
        text.push_str(&format!("  - {when} {}{owner}{said}\n", span(&report.at(*side, line.place))));
    }
    if all.len() > MOST_LINES {
        text.push_str(&format!("  - and {} more lines\n", all.len() - MOST_LINES));
    }
    text
}

fn spans(phrase: &Phrase) -> String {
    written(phrase, span)
}

/// A code span: between more backticks than the text has in a row.
fn span(text: &str) -> String {
    let text = visible(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let is_bare = !text.starts_with('`') && !text.ends_with('`') && !text.is_empty() && text.trim() == text;
    let room = if is_bare { "" } else { " " };
    format!("{fence}{room}{text}{room}{fence}")
}

/// Text inside of HTML: no character of it is one of HTML or of Markdown.
fn html(text: &str) -> String {
    let one = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '.' | '-' | '→' => c.to_string(),
        _ if c.is_ascii() => format!("&#{};", u32::from(c)),
        _ => c.to_string(),
    };
    visible(text).chars().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::{html, span};

    #[test]
    fn a_span_ends_where_the_text_ends() {
        assert_eq!(span("a b"), "`a b`");
        assert_eq!(span("a`b``c"), "```a`b``c```");
        assert_eq!(span("`a"), "`` `a ``");
        assert_eq!(span(""), "`  `");
        assert_eq!(span("a\n# b\u{202e}"), "`a\\n# b\\u{202e}`");
    }

    #[test]
    fn html_has_no_marks_of_its_own() {
        assert_eq!(html("@a/b<c>_d_"), "&#64;a&#47;b&#60;c&#62;&#95;d&#95;");
    }
}
