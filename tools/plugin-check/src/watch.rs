//! Linting again and again. Comes in: arguments. Goes out: what linting prints, each time that a text changes, comes or goes; and at the
//! end, on Ctrl-C, how it ended last. Deliberately absent: what linting does.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use notify::event::{CreateKind, ModifyKind, RemoveKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use plugin_check::config;
use plugin_check::{print, render};

use crate::arguments::Lint;
use crate::{CouldNot, Verdict, lint};

/// Nothing changes for so long before it is looked at: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(80);
/// And no longer than this, where changes never end.
const LONGEST: Duration = Duration::from_secs(1);
/// How deep below a folder changes are seen: as deep as plugins are looked for.
const MAX_FOLDERS: usize = 16;

enum Signal {
    Changed,
    Stop,
}

/// Lints until it is stopped.
pub(crate) fn run(lint: &Lint) -> Result<Verdict, CouldNot> {
    let (send, receive) = mpsc::channel();
    let stop = send.clone();
    ctrlc::set_handler(move || drop(stop.send(Signal::Stop))).map_err(|why| format!("cannot be stopped: {why}"))?;
    let mut watched = Watched::new(Heard::new(lint), send)?;
    loop {
        watched.renew(lint)?;
        if io::stdout().is_terminal() {
            // Clears the screen, and what was scrolled off it.
            drop(print::bytes(b"\x1b[2J\x1b[3J\x1b[H"));
        }
        let ended = lint::run(lint);
        if let Err(why) = &ended {
            print::err(&format!("plugin-check: {why}\n"));
        }
        print::err("watching for changes; Ctrl-C ends it\n");
        if let Signal::Stop = wait(&receive) {
            // What went wrong has been told.
            return ended.map_err(|_| "it could not be checked".to_owned());
        }
    }
}

/// Waits for a change, and then until nothing changes.
fn wait(receive: &Receiver<Signal>) -> Signal {
    let Ok(Signal::Changed) = receive.recv() else { return Signal::Stop };
    let first = Instant::now();
    while first.elapsed() < LONGEST {
        match receive.recv_timeout(QUIET) {
            Ok(Signal::Changed) => {}
            Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return Signal::Stop,
            Err(RecvTimeoutError::Timeout) => break,
        }
    }
    Signal::Changed
}

/// Folders whose files are watched. Each by itself, so that what tools build beside them is not.
struct Watched {
    watcher: RecommendedWatcher,
    folders: BTreeSet<PathBuf>,
}

impl Watched {
    fn new(heard: Heard, send: Sender<Signal>) -> Result<Self, CouldNot> {
        let tell = move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| heard.is_change(&event)) {
                drop(send.send(Signal::Changed));
            }
        };
        let watcher = notify::recommended_watcher(tell).map_err(cannot)?;
        Ok(Watched { watcher, folders: BTreeSet::new() })
    }

    /// Watches what is there now: folders come and go.
    fn renew(&mut self, lint: &Lint) -> Result<(), CouldNot> {
        let now = folders(lint);
        for gone in self.folders.difference(&now) {
            // A folder that is gone is no longer watched, and that is no error.
            drop(self.watcher.unwatch(gone));
        }
        for folder in &now {
            // Again also where it was watched: another of its name may have come in its place.
            match self.watcher.watch(folder, RecursiveMode::NonRecursive) {
                Err(error) if folder.is_dir() => return Err(cannot(error)),
                _ => {}
            }
        }
        self.folders = now;
        Ok(())
    }
}

fn cannot(error: notify::Error) -> CouldNot {
    format!("cannot watch for changes: {}", render::visible(&error.to_string()))
}

/// What texts, artifacts and recordings are called.
const ENDS: [&str; 10] = ["kdl", "yaml", "yml", "json", "jsonl", "wasm", "so", "dylib", "dll", "lock"];

/// Tells changes of what a run reads from others, its own output among them: it must not be what starts the next run.
struct Heard {
    /// Files that are named, whatever they are called.
    named: BTreeSet<OsString>,
    outputs: Vec<Output>,
}

impl Heard {
    fn new(lint: &Lint) -> Self {
        let named = lint.paths.iter().chain(lint.instead.files()).chain(&lint.known.baseline);
        let named = named.chain(&lint.observing.observed).filter_map(|path| path.file_name().map(OsStr::to_owned));
        Heard { named: named.collect(), outputs: outputs() }
    }

    /// What is read is no change. Folders come and go under any name, texts under theirs.
    fn is_change(&self, event: &Event) -> bool {
        let is_of_folders = matches!(
            event.kind,
            EventKind::Create(CreateKind::Folder)
                | EventKind::Remove(RemoveKind::Folder)
                | EventKind::Modify(ModifyKind::Name(_))
        );
        let is_seen = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default();
            let end = path.extension().unwrap_or_default();
            let is_hidden = name.to_string_lossy().starts_with('.') && name != config::NAME;
            let is_text = self.named.contains(name) || ENDS.iter().any(|known| end == *known) || path.is_dir();
            !is_hidden && (is_of_folders || is_text) && !self.outputs.iter().any(|output| is_at(*output, path))
        };
        !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(is_seen)
    }
}

/// A file that this program writes to: its device and its number there.
type Output = (u64, u64);

/// What standard output and standard error lead to, where that is a file.
#[cfg(unix)]
fn outputs() -> Vec<Output> {
    use std::os::fd::AsFd;
    let (out, err) = (io::stdout(), io::stderr());
    let copies = [out.as_fd().try_clone_to_owned(), err.as_fd().try_clone_to_owned()];
    let about = copies.into_iter().filter_map(|copy| fs::File::from(copy.ok()?).metadata().ok());
    about.filter(fs::Metadata::is_file).map(|about| identity(&about)).collect()
}

#[cfg(unix)]
fn is_at(output: Output, path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| identity(&about) == output)
}

#[cfg(unix)]
fn identity(about: &fs::Metadata) -> Output {
    use std::os::unix::fs::MetadataExt;
    (about.dev(), about.ino())
}

#[cfg(not(unix))]
fn outputs() -> Vec<Output> {
    vec![]
}

#[cfg(not(unix))]
fn is_at(_: Output, _: &Path) -> bool {
    false
}

/// The folders of everything that a run reads.
fn folders(lint: &Lint) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for path in lint.paths() {
        if path.is_dir() {
            below(&path, 0, &mut found);
        }
        beside(&path, &mut found);
        let config = lint.configured.config.clone().or_else(|| config::find(&path).path);
        config.iter().for_each(|path| beside(path, &mut found));
    }
    lint.instead.files().chain(&lint.known.baseline).for_each(|path| beside(path, &mut found));
    found
}

fn beside(path: &Path, found: &mut BTreeSet<PathBuf>) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = if path.is_dir() { path } else { folder };
    found.insert(folder.to_owned());
}

fn below(folder: &Path, depth: usize, found: &mut BTreeSet<PathBuf>) {
    found.insert(folder.to_owned());
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if depth < MAX_FOLDERS && !name.starts_with('.') && name != "target" && name != "node_modules" {
            below(&entry.path(), depth + 1, found);
        }
    }
}
