//! A folder of a git revision, without touching any work tree. Comes in: a revision and a folder. Goes out: a copy of what is
//! committed there, in a temporary folder that goes with it.
//!
//! The `git` program reads, because it is what wrote: whoever has a repository has it, and it knows every format of objects.
//! Nothing of the repository is run: `ls-tree` and `cat-file --batch` have no hooks, filters or text conversions, nothing is
//! fetched, and no pager or monitor is started. Links are made last, and never lead out, so that no file is written through one.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::render::visible;

/// How much one folder of a revision may hold, in bytes and in files.
const MAX_BYTES: u64 = 1 << 30;
const MAX_FILES: usize = 200_000;

/// What one git says at most where it is asked for a word.
const MAX_WORDS: u64 = 64 << 20;

/// A folder of a revision, as it was committed.
#[derive(Debug)]
pub struct Revision {
    copy: TempDir,
    shown: String,
}

/// A file of a tree.
struct Entry {
    mode: String,
    id: String,
    size: u64,
    /// From the folder that was asked for.
    path: PathBuf,
}

impl Revision {
    /// Reads a folder: from the top of the repository or, where it starts with `./`, from where one is. Nothing is the top.
    ///
    /// # Errors
    /// There is no git, no repository, no such revision, or no such folder in it; or the folder holds what cannot be read from
    /// a revision. The text is for people and safe to show.
    pub fn read(revision: &str, folder: &str) -> Result<Self, String> {
        Self::read_at(Path::new("."), revision, folder)
    }

    /// The same, where one is elsewhere.
    ///
    /// # Errors
    /// As those of [`Revision::read`].
    pub fn read_at(here: &Path, revision: &str, folder: &str) -> Result<Self, String> {
        let commit = Self::id(here, revision)?;
        let folder = from_top(here, folder)?;
        let tree = format!("{commit}:{folder}");
        let is_tree = said(here, &["cat-file", "-t", &tree]).is_ok_and(|kind| kind.trim() == "tree");
        if !is_tree {
            return Err(format!("there is no folder `{}` in the revision `{}`", visible(&folder), visible(revision)));
        }
        let entries = entries(here, &tree)?;
        let copy = TempDir::new().map_err(|error| format!("cannot make a temporary folder: {error}"))?;
        unpack(here, copy.path(), &entries)?;
        let at = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        Ok(Revision { copy, shown: format!("{revision}:{}", at.trim_end_matches('/')) })
    }

    /// The commit that a revision is.
    ///
    /// # Errors
    /// There is no git, no repository, or no such revision.
    pub fn id(here: &Path, revision: &str) -> Result<String, String> {
        if revision.is_empty() || revision.starts_with('-') || revision.contains(['\n', '\0', ':']) {
            return Err(format!("`{}` is no revision", visible(revision)));
        }
        said(here, &["rev-parse", "--git-dir"])
            .map_err(|_| "this is no git repository, so there are no revisions".to_owned())?;
        said(here, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])
            .map(|commit| commit.trim().to_owned())
            .map_err(|_| format!("there is no revision `{}` in this repository", visible(revision)))
    }

    /// Where the copy is.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.copy.path().to_owned()
    }

    /// What the folder is called.
    #[must_use]
    pub fn shown(&self) -> String {
        self.shown.clone()
    }
}

/// The program, with everything off that could run something else.
fn git(here: &Path, words: &[&str]) -> Command {
    let mut git = Command::new("git");
    git.current_dir(here);
    git.args(["--no-pager", "--no-replace-objects", "--literal-pathspecs"]);
    git.args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never"]);
    git.args(words).stdin(Stdio::null()).stderr(Stdio::piped());
    for (name, value) in [
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_NO_LAZY_FETCH", "1"),
        ("GIT_ATTR_NOSYSTEM", "1"),
        ("LC_ALL", "C"),
    ] {
        git.env(name, value);
    }
    git
}

/// What git says to a question.
fn said(here: &Path, words: &[&str]) -> Result<String, String> {
    String::from_utf8(bytes(here, words)?).map_err(|_| "git says what is not UTF-8 text".to_owned())
}

fn bytes(here: &Path, words: &[&str]) -> Result<Vec<u8>, String> {
    let mut child = started(git(here, words).stdout(Stdio::piped()))?;
    let mut out = vec![];
    let read = child.stdout.take().map(|stdout| stdout.take(MAX_WORDS + 1).read_to_end(&mut out));
    // Whoever still writes gets an error and ends.
    if out.len() as u64 > MAX_WORDS {
        return Err("git says too much: the folder has too many files".to_owned());
    }
    let done = child.wait_with_output().map_err(|error| format!("git cannot be waited for: {error}"))?;
    match (read, done.status.success()) {
        (Some(Ok(_)), true) => Ok(out),
        _ => Err(format!("git says: {}", visible(String::from_utf8_lossy(&done.stderr).trim()))),
    }
}

fn started(git: &mut Command) -> Result<Child, String> {
    git.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            "there is no `git` here to read revisions with: name a folder or a plan instead".to_owned()
        }
        _ => format!("git cannot be started: {error}"),
    })
}

/// A folder as git names it: from the top, without `.` and `..`.
fn from_top(here: &Path, folder: &str) -> Result<String, String> {
    let inside = match folder {
        "." => Some(""),
        _ => folder.strip_prefix("./"),
    };
    let whole = match inside {
        Some(below) => format!("{}{below}", said(here, &["rev-parse", "--show-prefix"])?.trim_end_matches('\n')),
        None => folder.to_owned(),
    };
    let parts: Vec<&str> = whole.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    match folder.starts_with('/') || parts.contains(&"..") {
        true => Err(format!("`{}` is no folder below the top of the repository", visible(folder))),
        false => Ok(parts.join("/")),
    }
}

/// The files of a tree: `MODE TYPE ID SIZE\tPATH` and a zero byte each.
fn entries(here: &Path, tree: &str) -> Result<Vec<Entry>, String> {
    let listed = bytes(here, &["ls-tree", "-r", "-z", "-l", "--full-tree", tree])?;
    let mut found = vec![];
    for line in listed.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
        let line = std::str::from_utf8(line).map_err(|_| "a path in it is not UTF-8 text".to_owned())?;
        found.push(entry(line)?);
    }
    let total = found.iter().try_fold(0_u64, |sum, entry| sum.checked_add(entry.size));
    match total.is_some_and(|total| total <= MAX_BYTES) && found.len() <= MAX_FILES {
        true => Ok(found),
        false => Err(format!("it holds more than {} MiB or {MAX_FILES} files", MAX_BYTES >> 20)),
    }
}

fn entry(line: &str) -> Result<Entry, String> {
    let unread = || format!("git lists `{}`, which is not understood", visible(line));
    let (about, path) = line.split_once('\t').ok_or_else(unread)?;
    let words: Vec<&str> = about.split_whitespace().collect();
    let [mode, kind, id, size] = words[..] else { return Err(unread()) };
    if kind == "commit" {
        return Err(format!("`{}` is a submodule: what is in it cannot be read from this repository", visible(path)));
    }
    let is_clean = |part: &str| !matches!(part, "" | "." | "..") && !part.eq_ignore_ascii_case(".git");
    if !path.split('/').all(is_clean) || path.contains('\\') && cfg!(windows) {
        return Err(format!("the path `{}` cannot be a file of a folder", visible(path)));
    }
    let size = size.parse().map_err(|_| unread())?;
    Ok(Entry { mode: mode.to_owned(), id: id.to_owned(), size, path: PathBuf::from(path) })
}

/// Writes all files, then all links.
fn unpack(here: &Path, to: &Path, entries: &[Entry]) -> Result<(), String> {
    let mut child = started(
        git(here, &["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()),
    )?;
    let (Some(mut asked), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("git has no streams".to_owned());
    };
    let mut answers = BufReader::new(answers);
    let mut links = BTreeMap::new();
    let unwritten = |path: &Path, error: std::io::Error| {
        format!("cannot write a copy of `{}`: {error}", visible(&path.to_string_lossy()))
    };
    for entry in entries {
        let bytes = writeln!(asked, "{}", entry.id)
            .and_then(|()| asked.flush())
            .map_err(|error| format!("git cannot be asked: {error}"))
            .and_then(|()| blob(&mut answers, entry))?;
        let path = to.join(&entry.path);
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(|error| unwritten(&entry.path, error))?;
        if entry.mode == "120000" {
            links.insert(entry.path.clone(), bytes);
            continue;
        }
        let mut file = fs::File::create_new(&path).map_err(|error| unwritten(&entry.path, error))?;
        file.write_all(&bytes).map_err(|error| unwritten(&entry.path, error))?;
    }
    drop(asked);
    drop(child.wait());
    links.iter().try_for_each(|(path, target)| link(to, path, target).map_err(|error| unwritten(path, error)))
}

/// One answer: `ID TYPE SIZE`, the bytes, a line end.
fn blob(answers: &mut impl BufRead, entry: &Entry) -> Result<Vec<u8>, String> {
    let missing = || format!("git does not have the content of `{}` here", visible(&entry.path.to_string_lossy()));
    let mut head = String::new();
    answers.read_line(&mut head).map_err(|_| missing())?;
    if head.trim_end() != format!("{} blob {}", entry.id, entry.size) {
        return Err(missing());
    }
    let mut bytes = vec![];
    answers.take(entry.size + 1).read_to_end(&mut bytes).map_err(|_| missing())?;
    match bytes.pop() {
        Some(b'\n') if bytes.len() as u64 == entry.size => Ok(bytes),
        _ => Err(missing()),
    }
}

/// A link that stays in the folder. One that would lead out leads nowhere: who follows it is told that nothing is there.
#[cfg(unix)]
fn link(to: &Path, path: &Path, target: &[u8]) -> std::io::Result<()> {
    let target = String::from_utf8_lossy(target).into_owned();
    let deep = path.components().count().saturating_sub(1);
    let stays = !target.starts_with('/') && {
        let mut depth = Some(deep);
        target.split('/').for_each(|part| {
            depth = match part {
                "" | "." => depth,
                ".." => depth.and_then(|depth| depth.checked_sub(1)),
                _ => depth.map(|depth| depth + 1),
            };
        });
        depth.is_some()
    };
    std::os::unix::fs::symlink(if stays { target.as_str() } else { ".leads-out-of-the-folder" }, to.join(path))
}

/// Where links are no matter of course, git writes them as files with the target in them.
#[cfg(not(unix))]
fn link(to: &Path, path: &Path, target: &[u8]) -> std::io::Result<()> {
    fs::File::create_new(to.join(path))?.write_all(target)
}
