//! `pasted-secret`: a key or token that someone left in a text. Found by the marks that those who issue them put there.

use memchr::memmem::Finder;

use crate::bind::Model;
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::{FileId, Source, Span};

/// What a secret begins with, how many letters and digits follow at least, and whose it is.
const MARKS: &[(&str, usize, &str)] = &[
    ("-----BEGIN ", 0, "a private key"),
    ("ghp_", 36, "a token of GitHub"),
    ("github_pat_", 40, "a token of GitHub"),
    ("glpat-", 20, "a token of GitLab"),
    ("AKIA", 16, "a key of AWS"),
    ("xoxb-", 20, "a token of Slack"),
    ("sk_live_", 20, "a key of Stripe"),
    ("npm_", 36, "a token of npm"),
];

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    let finders = finders();
    model.sources.iter().for_each(|(file, source)| marked(file, source, &finders, sink));
}

/// The same in one text.
pub(super) fn text(file: FileId, source: &Source, sink: &mut Sink) {
    marked(file, source, &finders(), sink);
}

/// A search for each mark.
fn finders() -> Vec<Finder<'static>> {
    MARKS.iter().map(|(mark, _, _)| Finder::new(*mark)).collect()
}

fn marked(file: FileId, source: &Source, finders: &[Finder<'_>], sink: &mut Sink) {
    for ((_, least, what), finder) in MARKS.iter().zip(finders) {
        if let Some(range) = find(source, finder, *least) {
            let span = Span::new(file, range.0, range.1);
            let found = Diagnostic::new(Code::PastedSecret, span, format!("this looks like {what}"));
            let found = found.note("these texts are passed on and kept; what was in one of them is no secret any more");
            sink.add(found.help("remove it, have it revoked, and let the plugin read it with `env.read`"));
        }
    }
}

/// The first of a text: where it starts, and where its mark ends.
fn find(source: &Source, mark: &Finder<'_>, least: usize) -> Option<(usize, usize)> {
    let (text, length) = (source.text(), mark.needle().len());
    let is_one = |at: usize| {
        let rest = &text[at + length..];
        let before = text[..at].chars().next_back();
        let follows =
            rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
        let is_key = least > 0 || rest.lines().next().is_some_and(|line| line.contains("PRIVATE KEY-----"));
        is_key && follows >= least && !before.is_some_and(|c| c.is_ascii_alphanumeric())
    };
    mark.find_iter(text.as_bytes()).take(64).find(|at| is_one(*at)).map(|at| (at, at + length))
}
