//! `pasted-secret`: a key or token that someone left in a text. Found by the marks that those who issue them put there.

use memchr::memchr3_iter;
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

/// Letters that most marks have, and few words.
const RARE: [u8; 3] = [b'_', b'I', b'x'];

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    let (finders, quick) = (finders(), Quick::new());
    let some = model.sources.iter().filter(|(_, source)| quick.may_have(source.text().as_bytes()));
    some.for_each(|(file, source)| marked(file, source, &finders, sink));
}

/// A look for any of the marks, in few passes over a text: nearly every text has none.
struct Quick {
    /// For each rare letter the marks that have it before any other, and where.
    rare: [Vec<(&'static [u8], usize)>; RARE.len()],
    others: Vec<Finder<'static>>,
}

impl Quick {
    fn new() -> Self {
        let rare = |byte: u8| RARE.iter().position(|letter| *letter == byte);
        let mut quick = Quick { rare: RARE.map(|_| vec![]), others: vec![] };
        for (mark, _, _) in MARKS {
            match mark.bytes().enumerate().find_map(|(at, byte)| Some((at, rare(byte)?))) {
                Some((at, letter)) => quick.rare[letter].push((mark.as_bytes(), at)),
                None => quick.others.push(Finder::new(*mark)),
            }
        }
        quick
    }

    fn may_have(&self, text: &[u8]) -> bool {
        let is_at = |place: usize| {
            let marks = RARE.iter().zip(&self.rare).find(|(letter, _)| **letter == text[place]);
            let is_mark = |(mark, at): &(&[u8], usize)| {
                let start = place.checked_sub(*at);
                start.is_some_and(|start| text[start] == mark[0] && text[start..].starts_with(mark))
            };
            marks.is_some_and(|(_, marks)| marks.iter().any(is_mark))
        };
        let [a, b, c] = RARE;
        memchr3_iter(a, b, c, text).any(is_at) || self.others.iter().any(|mark| mark.find(text).is_some())
    }
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

#[cfg(test)]
mod tests {
    use super::{MARKS, Quick};

    #[test]
    fn a_quick_look_finds_every_mark_wherever_it_is() {
        let quick = Quick::new();
        for (mark, _, _) in MARKS {
            for (before, after) in [("", ""), ("a_", ""), ("", "I"), ("id \"LC_ALL\"\nxI_", "_I x\n")] {
                assert!(quick.may_have(format!("{before}{mark}{after}").as_bytes()), "{before}{mark}{after}");
                let cut = &mark[..mark.len() - 1];
                assert!(!quick.may_have(format!("{before}{cut}").as_bytes()), "{before}{cut}");
            }
        }
    }
}
