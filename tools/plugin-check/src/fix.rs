//! Fixing. Comes in: a workspace. Goes out: the workspace with fixes made in its texts, and what was done: rounds of fixes
//! that do not touch each other, until no more can be made. A fix after which a text is worse is taken back. Deliberately
//! absent: printing, and any file but in [`write`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::{fs, io};

use ambit_compiler::Compilation;
use ambit_compiler::diag::{Code, Diagnostic, Edit, Safety, Severity};
use ambit_compiler::fix::{Choice, apply, choose};
use ambit_compiler::observe::lost;
use ambit_compiler::source::{FileId, Sources};

use crate::load::Workspace;
use crate::write::replace;

pub mod diff;

/// How many rounds of fixes are made. Each compiles everything again.
const MOST_ROUNDS: usize = 10;

/// How many fixes are tried one by one after a round that made a text worse.
const MOST_TRIALS: usize = 100;

/// What fixing came to.
#[derive(Debug)]
pub struct Fixed {
    /// The workspace, with its texts as they are now.
    pub workspace: Workspace,
    /// What is found in it now.
    pub done: Compilation,
    /// How many fixes were made.
    pub made: usize,
    /// The fixes that were taken back because they made a text worse, each a defect of its rule.
    pub taken_back: Vec<TakenBack>,
    /// The texts as they were.
    before: Sources,
}

/// A fix that did no good.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TakenBack {
    /// The rule.
    pub code: Code,
    /// The text, as it is shown.
    pub path: String,
    /// What the fix said that it does.
    pub title: String,
}

/// Makes every fix up to `most`, and whatever they make possible. Rules that `may` is false of stay as they are.
#[must_use]
pub fn fix(workspace: Workspace, most: Safety, may: impl Fn(Code) -> bool) -> Fixed {
    let (done, before) = (workspace.compile(), workspace.sources.clone());
    let mut fixed = Fixed { workspace, done, made: 0, taken_back: vec![], before };
    let mut banned = BTreeSet::new();
    for _ in 0..MOST_ROUNDS {
        let chosen = fixed.choose(most, |found| may(found.code) && !banned.contains(&fixed.key(found)));
        if chosen.findings.is_empty() || fixed.try_round(&chosen) {
            if chosen.findings.is_empty() {
                break;
            }
            continue;
        }
        fixed.one_by_one(most, &may, &mut banned);
    }
    fixed
}

/// A workspace with these edits made, one lot after the other, and what comes of it; written only by [`Fixed::write`].
#[must_use]
pub fn made(workspace: &Workspace, edits: &[BTreeMap<FileId, Vec<Edit>>]) -> Fixed {
    let before = workspace.sources.clone();
    let workspace = edits.iter().fold(workspace.clone(), edited);
    let (done, made) = (workspace.compile(), edits.iter().flat_map(|edits| edits.values()).map(Vec::len).sum());
    Fixed { workspace, done, made, taken_back: vec![], before }
}

/// The workspace with edits of its texts.
#[must_use]
pub fn edited(mut workspace: Workspace, edits: &BTreeMap<FileId, Vec<Edit>>) -> Workspace {
    for (file, edits) in edits {
        let text = apply(workspace.sources.get(*file).text(), edits);
        workspace.sources.replace(*file, text.into_bytes());
    }
    workspace
}

impl Fixed {
    /// The texts that are others now, with their text before.
    pub fn changed(&self) -> impl Iterator<Item = (FileId, &str, &str)> {
        let before = self.before.iter().map(|(file, source)| (file, &**source.text()));
        let texts = before.map(|(file, old)| (file, old, &**self.workspace.sources.get(file).text()));
        texts.filter(|(_, old, new)| old != new)
    }

    /// Writes every text that changed, each whole or not at all.
    ///
    /// # Errors
    /// The files that could not be written, and why; the others are.
    pub fn write(&self) -> Result<usize, Vec<(String, io::Error)>> {
        let (mut written, mut failed) = (0, vec![]);
        for (file, _, new) in self.changed() {
            match self.write_one(file, new) {
                Ok(()) => written += 1,
                Err(error) => failed.push((self.path(file), error)),
            }
        }
        if failed.is_empty() { Ok(written) } else { Err(failed) }
    }

    /// How a text's path is shown.
    #[must_use]
    pub fn path(&self, file: FileId) -> String {
        self.workspace.shown(self.workspace.sources.get(file).path())
    }

    /// A link is written through only where it leads to a file of the workspace. A file that is not what was read any more
    /// belongs to whoever changed it.
    fn write_one(&self, file: FileId, new: &str) -> io::Result<()> {
        let path: PathBuf = self.workspace.base.join(self.workspace.sources.get(file).path());
        if fs::symlink_metadata(&path)?.is_symlink()
            && !fs::canonicalize(&path)?.starts_with(fs::canonicalize(&self.workspace.base)?)
        {
            return Err(io::Error::other("it is a link that leads out of the folder"));
        }
        if fs::read(&path)? != self.before.get(file).bytes() {
            return Err(io::Error::other("it has changed since it was read"));
        }
        replace(&path, new.as_bytes())
    }

    fn choose(&self, most: Safety, may: impl Fn(&Diagnostic) -> bool) -> Choice {
        choose(&self.workspace.sources, &self.done.diagnostics, most, may)
    }

    /// Makes fixes and keeps them if no text is worse for it.
    fn try_round(&mut self, chosen: &Choice) -> bool {
        let sources = self.workspace.sources.clone();
        for (file, edits) in &chosen.edits {
            let text = apply(sources.get(*file).text(), edits);
            self.workspace.sources.replace(*file, text.into_bytes());
        }
        let done = self.workspace.compile();
        if is_worse(&self.done, &done) || self.loses(&done) {
            self.workspace.sources = sources;
            return false;
        }
        self.done = done;
        self.made += chosen.findings.len();
        true
    }

    /// Whether something that was observed would no longer be allowed.
    fn loses(&self, done: &Compilation) -> bool {
        done.plan.as_ref().is_some_and(|plan| !lost(plan, &self.workspace.observed, 1).is_empty())
    }

    /// Finds out which fix does harm, and does without it.
    fn one_by_one(&mut self, most: Safety, may: &impl Fn(Code) -> bool, banned: &mut BTreeSet<Key>) {
        for _ in 0..MOST_TRIALS {
            let next = {
                let free = |found: &&Diagnostic| may(found.code) && !banned.contains(&self.key(found));
                let fixes = |found: &&Diagnostic| {
                    found.fix.as_ref().is_some_and(|fix| fix.safety <= most && !fix.edits.is_empty())
                };
                self.done.diagnostics.iter().filter(fixes).find(free).cloned()
            };
            let Some(next) = next else { return };
            let chosen = self.choose(most, |found| *found == next);
            let key = self.key(&next);
            if !self.try_round(&chosen) {
                let (code, path, title) = (key.0, key.1.clone(), key.3.clone());
                self.taken_back.push(TakenBack { code, path, title });
            }
            // Tried once is enough: a fix that is still offered after it was made did not help.
            banned.insert(key);
        }
    }

    /// What a finding is called from one round to the next: by its words, because its place moves.
    fn key(&self, found: &Diagnostic) -> Key {
        let title = found.fix.as_ref().map(|fix| fix.title.clone()).unwrap_or_default();
        (found.code, self.path(found.primary.span.file), found.message.clone(), title)
    }
}

type Key = (Code, String, String, String);

/// Whether a compilation is worse than the one before: a text has more that cannot be read, or there are errors where there
/// were none.
fn is_worse(before: &Compilation, after: &Compilation) -> bool {
    let errors =
        |done: &Compilation| done.diagnostics.iter().filter(|found| found.code.severity() == Severity::Error).count();
    let unread = |done: &Compilation| {
        let mut unread: BTreeMap<FileId, usize> = BTreeMap::new();
        let of_syntax = done.diagnostics.iter().filter(|found| found.code.id().starts_with('S'));
        for found in of_syntax.filter(|found| found.code.severity() == Severity::Error) {
            *unread.entry(found.primary.span.file).or_default() += 1;
        }
        unread
    };
    let was = unread(before);
    let more = |(file, count): (&FileId, &usize)| *count > was.get(file).copied().unwrap_or(0);
    errors(before) == 0 && errors(after) > 0 || unread(after).iter().any(more)
}
