//! A text becomes a lock. Comes in: a text that should be one. Goes out: its facts with their places; or what is wrong with it, and
//! nothing: of a lock that is not understood whole, no line counts. Work and memory are bounded by [`super::BOUNDS`].

use std::collections::BTreeMap;

use super::fact::{Fact, Key, Part};
use super::line::{LINES, Line, PLUGIN, bad};
use super::{BOUNDS, VERSION};
use crate::diag::{Code, Diagnostic, Sink};
use crate::manifest::Environment;
use crate::source::{FileId, Source, Sources, Span};
use crate::syntax::{self, Syntax, Tree};

/// What to do about a lock that cannot be read.
pub(super) const AGAIN: &str = "write it again with `plugin-check lock`";

/// A lock that was read.
pub(super) struct Lock {
    /// Where it says that it is one.
    pub(super) head: Span,
    /// Its lines.
    pub(super) facts: BTreeMap<Key, Kept>,
}

/// A line of a lock.
pub(super) struct Kept {
    pub(super) fact: Fact,
    /// Where it says what it is about.
    pub(super) subject: Span,
    /// Where its value stands; the subject where it has none.
    pub(super) value: Span,
}

/// Reads a lock.
pub(super) fn read(sources: &Sources, file: FileId, sink: &mut Sink) -> Option<Lock> {
    let source = sources.get(file);
    if let Some(found) = unmerged(file, source) {
        sink.add(found);
        return None;
    }
    let mut own = Sink::default();
    let tree = syntax::parse_within(sources, file, (Syntax::Kdl, BOUNDS), &mut own);
    let head = match form(&tree, &mut own) {
        Form::Newer(found) => {
            sink.add(*found);
            return None;
        }
        Form::Ours(head) => Some(head),
        Form::None => None,
    };
    let is_read = !own.has_errors();
    let lock = head.filter(|_| is_read).map(|head| Lock { head, facts: facts(&tree, &mut own) });
    let lock = lock.filter(|_| !own.has_errors());
    own.finish().into_iter().for_each(|found| sink.add(generated(found)));
    lock
}

/// Nobody is asked to edit a lock: whatever is wrong with it, it is written again.
fn generated(found: Diagnostic) -> Diagnostic {
    Diagnostic { help: Some(AGAIN.to_owned()), fix: None, ..found }
}

/// The marks that a merge leaves at the start of a line.
const MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

fn unmerged(file: FileId, source: &Source) -> Option<Diagnostic> {
    let mut at = 0;
    let mut marks = source.text().split_inclusive('\n').filter_map(|line| {
        let start = at;
        at += line.len();
        let is_mark = MARKS.iter().any(|mark| line.strip_prefix(mark).is_some_and(|rest| !rest.starts_with('=')));
        is_mark.then(|| Span::new(file, start, start + line.trim_end().len()))
    });
    let first = marks.next()?;
    let found = Diagnostic::new(Code::UnmergedLock, first, "a merge left its marks in this lock");
    let found = found
        .label("both sides of a conflict follow")
        .help("run `plugin-check lock`: it writes the lock of the texts as they were merged");
    Some(match marks.last() {
        Some(last) => found.because(last, "and end here"),
        None => found,
    })
}

/// What a text says of its form.
enum Form {
    /// The one that is read here.
    Ours(Span),
    /// One that is not known yet.
    Newer(Box<Diagnostic>),
    /// Nothing, or nonsense, which has been told.
    None,
}

fn form(tree: &Tree, sink: &mut Sink) -> Form {
    let Some(first) = tree.root().fields().next() else { return Form::None };
    // What else stands on the line is the affair of the form that it says.
    let number = first.items().next().and_then(|item| item.number()).filter(|_| first.key() == Some("lock"));
    let Some((spelling, span)) = number else {
        bad(first.key_span(), "a lock begins with its form, as in `lock 1`", sink);
        return Form::None;
    };
    match spelling.parse::<u32>() {
        Ok(VERSION) if first.below().count() == 1 => Form::Ours(first.span()),
        Ok(newer) if newer > VERSION => {
            let message = format!("a lock of form {newer}, and form {VERSION} is read");
            let found = Diagnostic::new(Code::NewerLock, span, message);
            Form::Newer(Box::new(
                found.help("use the version of this tool that wrote it, or write it again with `plugin-check lock`"),
            ))
        }
        _ => {
            bad(span, format!("`lock {spelling}` is no form of a lock; this is `lock {VERSION}`"), sink);
            Form::None
        }
    }
}

fn facts(tree: &Tree, sink: &mut Sink) -> BTreeMap<Key, Kept> {
    let mut facts = BTreeMap::new();
    for node in tree.root().fields().skip(1) {
        let Some(line) = Line::of(node, LINES, sink) else { continue };
        let Some(key) = key(&line, sink) else { continue };
        let id = line.words[0].0;
        keep(key, &line, &mut facts, sink);
        for below in &line.below {
            let Some(line) = Line::of(*below, PLUGIN, sink) else { continue };
            keep(Key::Plugin(id.to_owned(), part(&line)), &line, &mut facts, sink);
        }
    }
    facts
}

/// What a line is about.
fn key(line: &Line<'_>, sink: &mut Sink) -> Option<Key> {
    let word = line.words[0].0.to_owned();
    Some(match line.form.key {
        "host" => Key::Host,
        "plan" => match line.value("environment") {
            None => Key::Plan(None),
            Some((written, span)) => match Environment::find(written) {
                Some(environment) => Key::Plan(Some(environment)),
                None => {
                    bad(span, format!("there is no environment `{}`", written.escape_debug()), sink);
                    return None;
                }
            },
        },
        "text" => Key::Text(word),
        _ => Key::Plugin(word, Part::Itself),
    })
}

fn part(line: &Line<'_>) -> Part {
    match line.form.key {
        "artifact" => Part::Artifact,
        _ => {
            let asked = line.value("for").map(|(asked, _)| asked.to_owned());
            Part::Interface { name: line.words[0].0.to_owned(), asked }
        }
    }
}

/// Keeps a line, whose thing no other line may be about.
fn keep(key: Key, line: &Line<'_>, facts: &mut BTreeMap<Key, Kept>, sink: &mut Sink) {
    let subject = line.words[0].1;
    let name = match key {
        Key::Host | Key::Plugin(_, Part::Artifact) => line.words[0].0.to_owned(),
        _ => String::new(),
    };
    let value = match key {
        Key::Plan(_) => line.words.first().copied(),
        Key::Text(_) | Key::Plugin(_, Part::Artifact) => line.words.get(1).copied(),
        Key::Host | Key::Plugin(..) => line.value("version"),
    };
    let fact = Fact { name, value: value.map(|(value, _)| value.to_owned()) };
    let kept = Kept { fact, subject, value: value.map_or(subject, |(_, span)| span) };
    match facts.get(&key) {
        Some(first) => {
            let message = format!("two lines of this lock are about one `{}`", line.form.key);
            let found = Diagnostic::new(Code::RepeatedLockLine, line.node.key_span().to(subject), message);
            sink.add(found.because(first.subject, "first here").help(AGAIN));
        }
        None => drop(facts.insert(key, kept)),
    }
}
