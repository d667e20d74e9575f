//! Comments that allow what a rule finds: `ambit: allow G014 because …`. Comes in: texts, who wrote each, and what was found. Goes out:
//! what is left of it, what a comment took with its reason, and what is wrong with comments. A comment decides nothing about a plan:
//! what forbids one cannot be allowed, and a plugin's author allows himself nothing.

use ambit_compiler::diag::{Code, Diagnostic, MAX_PER_FILE, Suppressed};
use ambit_compiler::source::{FileId, Sources};

mod comment;
mod place;
mod read;

use crate::load::cores;
use read::{Allowance, Wanted};

/// Who wrote a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// Who decides here: the host, its user, or a plugin's author who checks his manifest alone.
    Own,
    /// Someone whose texts are checked for others: a plugin's author, a registry.
    Foreign,
}

/// Takes what comments allow out of what was found, and adds what is wrong with the comments. Both stay sorted.
pub fn apply(sources: &Sources, texts: &[(FileId, Author)], found: &mut Vec<Diagnostic>) -> Vec<Suppressed> {
    let (mut taken, mut wrong) = (vec![], vec![]);
    let may_allow = cores().map(texts, |(file, _)| comment::may_be_in(sources.get(*file)));
    for ((file, author), _) in texts.iter().zip(may_allow).filter(|(_, may)| *may) {
        let allowances = read::allowances(sources, *file, &mut wrong);
        match author {
            Author::Own => taken.extend(taken_by(&allowances, *file, found, &mut wrong)),
            Author::Foreign => wrong.extend(allowances.iter().map(foreign)),
        }
    }
    if !wrong.is_empty() {
        found.extend(wrong);
        found.sort_by(|a, b| (a.primary.span, a.code, &a.message).cmp(&(b.primary.span, b.code, &b.message)));
    }
    taken.sort_by_key(|one: &Suppressed| (one.found.primary.span, one.found.code));
    taken
}

fn taken_by(
    allowances: &[Allowance],
    file: FileId,
    found: &mut Vec<Diagnostic>,
    wrong: &mut Vec<Diagnostic>,
) -> Vec<Suppressed> {
    if allowances.is_empty() {
        return vec![];
    }
    let in_file = found.iter().filter(|one| one.primary.span.file == file).count();
    let mut used = vec![0_usize; allowances.iter().map(|one| one.wanted.len()).sum()];
    let mut taken = vec![];
    found.retain(|one| {
        let Some((at, allowance)) = allowing(allowances, one) else { return true };
        used[at] += 1;
        taken.push(Suppressed { found: one.clone(), reason: allowance.reason.clone(), comment: allowance.comment });
        false
    });
    // Of a text with that many findings some were left out, and a comment may be about one of them.
    if in_file < MAX_PER_FILE {
        let wanted = allowances.iter().flat_map(|one| one.wanted.iter().map(move |wanted| (one, wanted)));
        let idle = wanted.zip(used).filter(|(_, count)| *count == 0);
        wrong.extend(idle.map(|((allowance, wanted), _)| unused(allowance, wanted)));
    }
    taken
}

/// The comment that allows a finding, and the place of the word that does among all words of all comments.
fn allowing<'a>(allowances: &'a [Allowance], found: &Diagnostic) -> Option<(usize, &'a Allowance)> {
    let place = found.primary.span;
    let mut at = 0;
    for allowance in allowances {
        let is_near = allowance
            .about
            .is_some_and(|about| about.file == place.file && about.start <= place.start && place.start < about.end);
        let word = allowance.wanted.iter().position(|wanted| is_near && wanted.code == found.code);
        if let Some(word) = word {
            return Some((at + word, allowance));
        }
        at += allowance.wanted.len();
    }
    None
}

fn unused(allowance: &Allowance, wanted: &Wanted) -> Diagnostic {
    let (id, name) = (wanted.code.id(), wanted.code.name());
    let found = Diagnostic::new(Code::UnusedSuppression, wanted.span, format!("there is no {id} {name} here to allow"));
    let found = match allowance.about {
        Some(about) => found.because(about, "the comment is about what stands here"),
        None => found.note("a comment is about the line below it and what begins there, and there is none"),
    };
    let help = "remove the comment, or move it above the line that it is about";
    match allowance.wanted.as_slice() {
        [_] => found.help(help),
        _ => found.help("remove the code, or move the comment above the line that it is about"),
    }
}

fn foreign(allowance: &Allowance) -> Diagnostic {
    let found = Diagnostic::new(Code::SelfSuppression, allowance.comment, "a text cannot allow what is checked of it");
    let found =
        found.help("remove the comment; whoever runs the host can allow a rule, in its own texts or configuration");
    found.note("manifests and indexes are checked for others than their authors")
}
