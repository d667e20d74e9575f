//! One workspace that the server looks after. Comes in: edits, and what came of compilations. Goes out: the view of it that
//! features look at, and when it should be compiled again. Deliberately absent: the client.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ambit_compiler::diag::Diagnostic;
use ambit_compiler::source::FileId;

use super::declared::Declared;
use super::jobs::Compiled;
use super::moved::{self, Change};
use super::position::Encoding;
use super::view::{Open, View};
use crate::load::Workspace;

/// The longest wait after an edit for another one, before everything is compiled.
const PATIENCE: Duration = Duration::from_millis(200);

/// A workspace.
pub(super) struct Site {
    /// Its number, which no other has.
    pub(super) id: u64,
    /// The root that it was found below. `None`: a text that belongs to nothing.
    pub(super) root: Option<PathBuf>,
    /// As it is now.
    pub(super) view: Arc<View>,
    /// Which state of it that is.
    state: u64,
    /// When it is to be compiled.
    pub(super) due: Option<Instant>,
    /// Whether that is being done.
    pub(super) is_compiling: bool,
    /// How long it took last.
    took: Duration,
}

impl Site {
    /// A workspace that nothing is known of yet but its texts; it is to be compiled at once.
    pub(super) fn new(
        id: u64,
        root: Option<PathBuf>,
        (workspace, declared): (Workspace, BTreeMap<FileId, Arc<[Declared]>>),
        encoding: Encoding,
    ) -> Self {
        let mut view = View::new(workspace, encoding);
        view.declared = Arc::new(declared);
        let (view, due) = (Arc::new(view), Some(Instant::now()));
        Site { id, root, view, state: 0, due, is_compiling: false, took: Duration::ZERO }
    }

    /// The text of a file.
    pub(super) fn file(&self, path: &Path) -> Option<FileId> {
        self.view.file(path)
    }

    /// A text is open, or another state of it.
    pub(super) fn open(&mut self, file: FileId, open: Open, bytes: &[u8]) {
        Arc::make_mut(&mut self.view).open.insert(file, open);
        self.write(file, bytes);
    }

    /// A text is closed, and is what its file says.
    pub(super) fn close(&mut self, file: FileId, bytes: &[u8]) {
        Arc::make_mut(&mut self.view).open.remove(&file);
        self.write(file, bytes);
    }

    /// A text is another. What was found moves with it, until everything is compiled.
    pub(super) fn write(&mut self, file: FileId, bytes: &[u8]) {
        if self.view.source(file).bytes() == bytes {
            return;
        }
        let view = Arc::make_mut(&mut self.view);
        let before = Arc::clone(view.workspace.sources.shared(file));
        view.workspace.sources.replace(file, bytes);
        let change = Change::between(before.text(), view.text(file));
        move_all(Arc::make_mut(&mut view.found), file, change);
        view.declare(file);
        self.touch();
    }

    /// Something that the workspace depends on is another.
    pub(super) fn touch(&mut self) {
        self.state += 1;
        self.due = Some(Instant::now() + self.took.min(PATIENCE));
    }

    /// Which state is to be compiled now.
    pub(super) fn begin(&mut self, now: Instant) -> Option<(u64, Arc<View>)> {
        if self.is_compiling || self.due.is_none_or(|due| due > now) {
            return None;
        }
        (self.due, self.is_compiling) = (None, true);
        Some((self.state, Arc::clone(&self.view)))
    }

    /// Whether it is compiled as it is.
    pub(super) fn is_quiet(&self) -> bool {
        self.due.is_none() && !self.is_compiling
    }

    /// What came of a state. Of one that is no longer so nothing is kept.
    pub(super) fn end(&mut self, state: u64, compiled: Compiled) -> bool {
        (self.is_compiling, self.took) = (false, compiled.took);
        if state != self.state {
            return false;
        }
        let view = Arc::make_mut(&mut self.view);
        (view.whole, view.found) = (Some(compiled.whole), Arc::new(compiled.found));
        true
    }
}

/// Moves whatever points into a text.
fn move_all(found: &mut BTreeMap<FileId, Arc<[Diagnostic]>>, file: FileId, change: Change) {
    for all in found.values_mut() {
        if all.iter().any(|one| moved::touches(one, file)) {
            *all = all.iter().filter_map(|one| moved::finding(one, file, change)).collect();
        }
    }
}
