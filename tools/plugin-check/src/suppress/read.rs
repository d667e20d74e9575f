//! What comments say: `allow CODE[, CODE…] because REASON`. Comes in: a text. Goes out: an [`Allowance`] for each comment that says
//! something, and a finding for what one says that nobody could follow.

use ambit_compiler::diag::{Code, Diagnostic, Severity};
use ambit_compiler::lower::{closest, did_you_mean};
use ambit_compiler::source::{FileId, Sources, Span};

use super::comment::{Comment, MOST, comments};
use super::place::Items;

/// A comment that allows something.
pub(super) struct Allowance {
    /// The comment.
    pub(super) comment: Span,
    /// What it is about. `None`: nothing stands below it.
    pub(super) about: Option<Span>,
    /// Which rules, at least one.
    pub(super) wanted: Vec<Wanted>,
    /// Why, not empty.
    pub(super) reason: String,
}

/// A rule as a comment names it.
pub(super) struct Wanted {
    pub(super) code: Code,
    pub(super) span: Span,
}

const FORM: &str = "write it as in `ambit: allow G014 because everybody may read the time`";

/// What the comments of a text allow.
pub(super) fn allowances(sources: &Sources, file: FileId, wrong: &mut Vec<Diagnostic>) -> Vec<Allowance> {
    let comments = comments(sources, file);
    if comments.is_empty() {
        return vec![];
    }
    let (text, items) = (sources.get(file).text(), Items::of(sources, file));
    let comments: Vec<Comment> = comments.into_iter().filter(|one| !items.is_inside(one.span.start)).collect();
    let mut all = vec![];
    for comment in comments.iter().take(MOST) {
        let Some((wanted, reason)) = read(text, comment, wrong) else { continue };
        let about = items.below(sources, file, comment.span.end);
        all.push(Allowance { comment: comment.span, about, wanted, reason });
    }
    if let Some(extra) = comments.get(MOST) {
        let message = format!("one text has at most {MOST} comments to this tool");
        let found = Diagnostic::new(Code::BadSuppression, extra.span, message);
        wrong.push(found.help("say it once for the whole run, in the configuration"));
    }
    all
}

/// The rules and the reason of a comment. `None`: it says nothing that could be followed, which is reported.
fn read(text: &str, comment: &Comment, wrong: &mut Vec<Diagnostic>) -> Option<(Vec<Wanted>, String)> {
    if comment.behind {
        let found = Diagnostic::new(Code::BadSuppression, comment.span, "a comment to this tool stands behind text");
        wrong.push(found.help("put it on a line of its own, above what it is about"));
        return None;
    }
    let mut words = words(text, comment.says);
    match words.next() {
        Some(("allow", _)) => {}
        Some((word, span)) => {
            let message = format!("a comment cannot tell this tool to `{}`", word.escape_debug());
            let found = Diagnostic::new(Code::BadSuppression, span, message);
            wrong.push(did_you_mean(found, span, word, ["allow"].into_iter()).note(FORM));
            return None;
        }
        None => {
            let found = Diagnostic::new(Code::BadSuppression, comment.span, "this comment says nothing");
            wrong.push(found.help(FORM));
            return None;
        }
    }
    let (mut wanted, mut reason, mut is_bad) = (vec![], None, false);
    for (word, span) in words {
        if word == "because" {
            reason = Some(text[span.end as usize..comment.span.end as usize].trim().to_owned());
            break;
        }
        match rule(word, span) {
            Ok(code) => wanted.push(Wanted { code, span }),
            Err(found) => {
                is_bad = true;
                wrong.push(*found);
            }
        }
    }
    if wanted.is_empty() && !is_bad {
        wrong.push(Diagnostic::new(Code::BadSuppression, comment.span, "this comment names no rule").help(FORM));
        return None;
    }
    let reason = reason.filter(|reason| reason.chars().any(char::is_alphabetic));
    if reason.is_none() {
        let found = Diagnostic::new(Code::UnexplainedSuppression, comment.span, "this comment gives no reason");
        wrong.push(found.help("say why it is all right here: `because …`").note("without one it allows nothing"));
    }
    reason.filter(|_| !wanted.is_empty()).map(|reason| (wanted, reason))
}

/// A rule that a comment may allow.
fn rule(word: &str, span: Span) -> Result<Code, Box<Diagnostic>> {
    let Some(code) = Code::find(word) else {
        let message = format!("there is no rule `{}`", word.escape_debug());
        let known = Code::ALL.iter().map(|code| if word.contains('-') { code.name() } else { code.id() });
        let near = closest(word, known);
        let found = Diagnostic::new(Code::UnknownRule, span, message);
        let help = near.map_or(FORM.to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Box::new(found.help(help)));
    };
    let why = match (code.severity(), code.is_of_comments()) {
        (Severity::Error, _) => "it forbids a plan, and a comment decides nothing about a plan",
        (_, true) => "it says what is wrong with comments",
        _ => return Ok(code),
    };
    let message = format!("{} {} cannot be allowed", code.id(), code.name());
    let found = Diagnostic::new(Code::AllowedError, span, message).note(why);
    Err(Box::new(found.help(format!("mend what it finds: `plugin-check explain {}` says how", code.id()))))
}

/// Words with their places; commas are as good as blanks.
fn words(text: &str, span: Span) -> impl Iterator<Item = (&str, Span)> {
    let mut at = span.start as usize;
    let end = span.end as usize;
    std::iter::from_fn(move || {
        let is_gap = |c: char| c.is_whitespace() || c == ',';
        at += text[at..end].len() - text[at..end].trim_start_matches(is_gap).len();
        let length = text[at..end].find(is_gap).unwrap_or(end - at);
        let word = &text[at..at + length];
        let place = Span::new(span.file, at, at + length);
        at += length;
        (!word.is_empty()).then_some((word, place))
    })
}
