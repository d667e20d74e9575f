//! One workspace that the server looks after. Comes in: edits, and what came of compilations. Goes out: the view of it that
//! features look at, and when it should be compiled again. Deliberately absent: the client.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ambit_compiler::focus::Ground;
use ambit_compiler::source::{FileId, Source};

use super::declared::Declared;
use super::jobs::Compiled;
use super::judged::broken;
use super::moved::{Change, move_all};
use super::position::Encoding;
use super::view::{Open, Role, View};
use crate::load::{MANIFEST_NAMES, Workspace};

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
    pub(super) took: Duration,
    /// What its plugins meet in their host, if it is known as it is now.
    ground: Option<Arc<Ground>>,
    /// Whether it is looked at only until its root is read: then it is never compiled.
    pub(super) is_ahead: bool,
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
        Site { id, root, view, state: 0, due, is_compiling: false, took: Duration::ZERO, ground: None, is_ahead: false }
    }

    /// A host and those of its texts that are open, until its root is read.
    pub(super) fn ahead(id: u64, workspace: Workspace, encoding: Encoding) -> Self {
        let site = Site::new(id, None, (workspace, BTreeMap::new()), encoding);
        Site { due: None, is_ahead: true, ..site }
    }

    /// A text that is not saved yet becomes part of it, as it will be once it is.
    pub(super) fn adopt(&mut self, path: &Path) -> Option<FileId> {
        let view = Arc::make_mut(&mut self.view);
        let below = path.strip_prefix(view.base()).ok()?.to_str()?.replace(std::path::MAIN_SEPARATOR, "/");
        let (folder, name) = below.rsplit_once('/').unwrap_or(("", &below));
        let is_hidden = |part: &str| part.starts_with('.') || matches!(part, "target" | "node_modules");
        if folder.split('/').any(is_hidden) || !(folder.is_empty() || MANIFEST_NAMES.contains(&name)) {
            return None;
        }
        let file = view.workspace.sources.add(below.as_str(), &b""[..]);
        view.workspace.take(file, &below);
        view.sort_texts();
        self.touch();
        Some(file)
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

    /// A text is closed, and is what its file says, broken or not.
    pub(super) fn close(&mut self, file: FileId, bytes: &[u8]) {
        self.write(file, bytes);
        let view = Arc::make_mut(&mut self.view);
        view.open.remove(&file);
        if view.good.remove(&file).is_some() {
            view.declare(file);
            self.touch();
        }
    }

    /// A text is another. What was found moves with it; what its rules find in it alone is found at once, the rest when everything
    /// is compiled.
    pub(super) fn write(&mut self, file: FileId, bytes: &[u8]) {
        if self.view.source(file).bytes() == bytes {
            // Nothing is known yet of a text that is opened before everything is compiled.
            if self.view.whole.is_none() {
                self.focus(file, None);
            }
            return;
        }
        let view = Arc::make_mut(&mut self.view);
        let before = Arc::clone(view.workspace.sources.shared(file));
        view.workspace.sources.replace(file, bytes);
        let change = Change::between(before.text(), view.text(file));
        move_all(Arc::make_mut(&mut view.found), file, change);
        if self.view.role(file) != Some(Role::Manifest) {
            self.ground = None;
        }
        self.focus(file, Some(before));
        self.touch();
    }

    /// Looks at one text alone. `before` is what it was.
    fn focus(&mut self, file: FileId, before: Option<Arc<Source>>) {
        let Some(sort) = self.view.sort(file) else { return };
        let ground = Arc::clone(self.ground.get_or_insert_with(|| Arc::new(self.view.ground())));
        let focused = ground.focus(self.view.sources(), file, sort);
        let view = Arc::make_mut(&mut self.view);
        if focused.found.iter().any(broken) {
            let known = before.filter(|before| !view.is_broken(file) && view.was_read(file, before));
            view.good.extend(known.map(|before| (file, before)));
        } else {
            view.good.remove(&file);
        }
        if !view.is_broken(file) {
            view.declare(file);
        }
        let found = view.merged(file, focused);
        Arc::make_mut(&mut view.found).insert(file, found);
    }

    /// Something that the workspace depends on is another.
    pub(super) fn touch(&mut self) {
        self.state += 1;
        self.due = (!self.is_ahead).then(|| Instant::now() + self.took.min(PATIENCE));
    }

    /// Which state is to be compiled now.
    pub(super) fn begin(&mut self, now: Instant) -> Option<(u64, Arc<View>)> {
        if self.is_compiling || self.due.is_none_or(|due| due > now) {
            return None;
        }
        (self.due, self.is_compiling) = (None, true);
        Some((self.state, Arc::clone(&self.view)))
    }

    /// Whether whoever waits for it should be told that it takes a while.
    pub(super) fn takes_long(&self) -> bool {
        self.view.whole.is_none() || self.took > PATIENCE
    }

    /// Whether it is compiled as it is.
    pub(super) fn is_quiet(&self) -> bool {
        self.due.is_none() && !self.is_compiling
    }

    /// What came of a state. Of one that is no longer so nothing is kept.
    pub(super) fn end(&mut self, state: u64, compiled: Compiled) -> bool {
        (self.is_compiling, self.took) = (false, compiled.took);
        if state != self.state {
            aside(compiled);
            return false;
        }
        let view = Arc::make_mut(&mut self.view);
        let old = (view.whole.replace(compiled.whole), std::mem::replace(&mut view.found, Arc::new(compiled.found)));
        aside(old);
        self.ground = Some(compiled.ground);
        true
    }
}

/// A plan of thousands of plugins takes long to give back: nobody who types waits for it.
fn aside<T: Send + 'static>(old: T) {
    // Without a thread to be had, it goes with the job that was not started.
    drop(std::thread::Builder::new().spawn(move || drop(old)));
}
