//! What the compiler says. Comes in: findings of every stage. Goes out: [`Diagnostic`]s sorted by file, offset and code.
//! Deliberately absent: printing; see the `render` room of `plugin-check`.

mod code;
mod fix;
mod reach;

pub use code::{Code, Severity};
pub(crate) use fix::{Add, Block, Change, Narrow};
pub use fix::{Edit, Fix, Safety};
pub use reach::Reach;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ambit_schema::cores::{Cores, IndexedParallelIterator, IntoParallelIterator};

use crate::source::Span;

/// How many errors of one text are kept, and how many other findings; the rest is counted. Bounds memory on hostile input.
pub const MAX_PER_FILE: usize = 200;

/// One finding. Messages are lower case without a full stop, with the user's text in backticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule speaks.
    pub code: Code,
    /// How grave it is: what its rule says, where nobody has said otherwise.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// The text it is about: usually a claim.
    pub primary: Label,
    /// Texts that decided it: a grant, a profile line, the first of two duplicates.
    pub secondary: Vec<Label>,
    /// The edit that resolves it, as a sentence without a full stop.
    pub help: Option<String>,
    /// Why the rule holds here.
    pub notes: Vec<String>,
    /// The edits that resolve it, for machines.
    pub fix: Option<Fix>,
}

/// A finding that a comment took, with the reason that it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// What was found.
    pub found: Diagnostic,
    /// Why it is all right, in the words of the comment.
    pub reason: String,
    /// The comment.
    pub comment: Span,
}

/// A stretch of text and what to say beneath it; the text may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What to say there.
    pub text: String,
}

/// Where stages put their findings.
#[derive(Debug, Default)]
pub struct Sink {
    diagnostics: Vec<Diagnostic>,
    /// What other sinks found after that, list by list: findings are large, and stay where they are until they are sorted.
    appended: Vec<Vec<Diagnostic>>,
    /// Where texts could not be parsed: a few places for each.
    broken: Vec<Span>,
    /// Fixes that only a later stage knows, by what they are of.
    late: BTreeMap<(Span, Code), Fix>,
    dropped: usize,
}

impl Diagnostic {
    /// A finding about `span`.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let primary = Label { span, text: String::new() };
        let (severity, message) = (code.severity(), message.into());
        Diagnostic { code, severity, message, primary, secondary: vec![], help: None, notes: vec![], fix: None }
    }

    /// Whether its rule forbids a plan.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.code.severity() == Severity::Error
    }

    /// Says something beneath the primary text.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Points at a text that decided this.
    #[must_use]
    pub fn because(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// States the edit.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// States why.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Offers the edit to machines: it keeps what the text means, or must have meant.
    #[must_use]
    pub fn fix(self, span: Span, text: impl Into<String>) -> Self {
        self.fix_with(Fix::one(Safety::Safe, span, text))
    }

    /// Offers to machines an edit that changes what is asked for or given.
    #[must_use]
    pub fn fix_unsafe(self, span: Span, text: impl Into<String>) -> Self {
        self.fix_with(Fix::one(Safety::Unsafe, span, text))
    }

    /// Says of the edits that someone has to be asked: they change what is asked for or given.
    #[must_use]
    pub fn risky(mut self) -> Self {
        self.fix.iter_mut().for_each(|fix| fix.safety = Safety::Unsafe);
        self
    }

    /// Offers edits to machines.
    #[must_use]
    pub fn fix_with(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}

impl Sink {
    /// Keeps a finding.
    pub fn add(&mut self, diagnostic: Diagnostic) {
        if diagnostic.code.is_broken_text() {
            self.broken.push(diagnostic.primary.span);
        }
        self.appended.last_mut().unwrap_or(&mut self.diagnostics).push(diagnostic);
    }

    /// Gives a fix to every finding of a rule at a place, whichever stage makes or made it.
    pub fn fix_all(&mut self, code: Code, span: Span, fix: Fix) {
        self.late.insert((span, code), fix);
    }

    /// Keeps what another sink found, after what is here.
    pub fn append(&mut self, other: Sink) {
        let lists = std::iter::once(other.diagnostics).chain(other.appended);
        self.appended.extend(lists.filter(|list| !list.is_empty()));
        self.broken.extend(other.broken);
        self.late.extend(other.late);
        self.dropped += other.dropped;
    }

    /// What was made in stretches of a list, in one, and after what is here everything that was found on the way.
    pub fn gather<T>(&mut self, mut stretches: Vec<(Vec<T>, Sink)>) -> Vec<T> {
        if stretches.len() == 1 {
            return stretches.pop().map_or_else(Vec::new, |(all, found)| {
                self.append(found);
                all
            });
        }
        let mut all = Vec::with_capacity(stretches.iter().map(|(some, _)| some.len()).sum());
        for (some, found) in stretches {
            all.extend(some);
            self.append(found);
        }
        all
    }

    /// Makes one thing of each item on several cores, in order; what is found on the way stands in the same order, after what is
    /// here.
    pub fn each<L, T: Send, R: Send>(
        &mut self,
        cores: Cores,
        list: L,
        make: impl Fn(T, &mut Sink) -> R + Send + Sync,
    ) -> Vec<R>
    where
        L: IntoIterator<Item = T> + IntoParallelIterator<Item = T, Iter: IndexedParallelIterator>,
    {
        let found = Mutex::new(vec![]);
        let made = cores.numbered(list, |at, item| {
            let mut sink = Sink::default();
            let made = make(item, &mut sink);
            if !sink.is_untouched() {
                found.lock().unwrap_or_else(PoisonError::into_inner).push((at, sink));
            }
            made
        });
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_by_key(|(at, _)| *at);
        found.into_iter().for_each(|(_, sink)| self.append(sink));
        made
    }

    fn is_untouched(&self) -> bool {
        self.is_empty() && self.broken.is_empty() && self.late.is_empty() && self.dropped == 0
    }

    fn found(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().chain(self.appended.iter().flatten())
    }

    /// Whether anything found so far forbids a plan.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.found().any(|found| found.code.severity() == Severity::Error)
    }

    /// Whether the text of a file, from `span`'s start to its end, could not be parsed. What was read there is then no one's
    /// intention, and not worth a second finding.
    #[must_use]
    pub fn is_broken(&self, span: Span) -> bool {
        let here = self.broken.iter().rev().take_while(|broken| broken.file == span.file);
        here.into_iter().any(|broken| broken.start >= span.start && broken.start <= span.end)
    }

    /// How many findings there are so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.found().count()
    }

    /// Whether nothing was found so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty() && self.appended.is_empty()
    }

    /// How many findings [`Sink::finish`] left out, past [`MAX_PER_FILE`] of one text.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// The findings, sorted by file, offset and code, each once, at most [`MAX_PER_FILE`] errors and as many others for a text.
    pub fn finish(&mut self) -> Vec<Diagnostic> {
        let mut found = std::mem::take(&mut self.diagnostics);
        let appended = std::mem::take(&mut self.appended);
        found.reserve_exact(appended.iter().map(Vec::len).sum());
        appended.into_iter().for_each(|list| found.extend(list));
        for found in found.iter_mut().filter(|_| !self.late.is_empty()) {
            found.fix = self.late.get(&(found.primary.span, found.code)).cloned().or(found.fix.take());
        }
        found.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        // One stage may find what another did, and know how to fix it.
        found.dedup_by(|again, first| {
            let is_same = sort_key(again) == sort_key(first) && again.secondary == first.secondary;
            if is_same && first.fix.is_none() {
                first.fix = again.fix.take();
            }
            is_same
        });
        let before = found.len();
        let (mut file, mut kept) = (None, [0, 0]);
        found.retain(|diagnostic| {
            if file.replace(diagnostic.primary.span.file) != Some(diagnostic.primary.span.file) {
                kept = [0, 0];
            }
            let count = &mut kept[usize::from(diagnostic.severity == Severity::Error)];
            *count += 1;
            *count <= MAX_PER_FILE
        });
        self.dropped += before - found.len();
        found
    }
}

fn sort_key(found: &Diagnostic) -> (Span, Code, &str) {
    (found.primary.span, found.code, &found.message)
}
