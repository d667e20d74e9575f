//! Opening files. Comes in: a path. Goes out: bytes, never more than there is room for. Only regular files are opened: a
//! pipe would keep the linter waiting, and a device may never end.

use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use ambit_compiler::binary::{Artifacts, Unread};
use ambit_compiler::syntax::MAX_BYTES;
use ambit_schema::limits::MAX_ARTIFACT;

use super::{LoadError, find};

/// How much text one workspace may have in all its files, in bytes.
pub const MAX_TEXTS: u64 = 128 << 20;

/// The largest plan that is read, in bytes.
const MAX_PLAN: u64 = 1 << 30;

/// Reads one byte more than a text may have, so that the compiler can say that it is too large.
pub(super) fn text(path: &Path, room: &mut u64) -> Result<Vec<u8>, LoadError> {
    let bytes = bounded(path, MAX_BYTES as u64 + 1)?;
    take(bytes.len() as u64, path, room)?;
    Ok(bytes)
}

/// The same of a file that was found to be a regular one. There may be room for it or not.
pub(super) fn found_text(path: &Path, opened: io::Result<fs::File>) -> Result<Vec<u8>, LoadError> {
    all(path, opened, MAX_BYTES as u64 + 1)
}

/// Reads a text again that was read before: one byte more than a text may have.
///
/// # Errors
/// It cannot be read, or is no regular file any more.
pub fn again(path: &Path) -> Result<Vec<u8>, LoadError> {
    bounded(path, MAX_BYTES as u64 + 1)
}

/// A file that a tool keeps in a folder, and one byte more than it may have. `None`: there is none.
///
/// # Errors
/// What is there is no regular file, leads out of the folder, or cannot be read.
pub fn kept(folder: &Path, name: &str, most: usize) -> Result<Option<Vec<u8>>, LoadError> {
    let path = folder.join(name);
    if find::regular(folder, &path)? { opened(&path, most as u64 + 1).map(Some) } else { Ok(None) }
}

/// Takes the room that a text needs.
pub(super) fn take(length: u64, path: &Path, room: &mut u64) -> Result<(), LoadError> {
    *room = room.checked_sub(length).ok_or_else(|| {
        LoadError::new(path, format!("the texts of this folder have more than {} MiB together", MAX_TEXTS >> 20))
    })?;
    Ok(())
}

/// The bytes of a file that may be a plan: a regular file named `….json` that says `"ambit_plan"`. `None`: it is none.
///
/// # Errors
/// The file is named like a plan and cannot be read, or is too large.
pub fn read_plan(path: &Path) -> Result<Option<Vec<u8>>, LoadError> {
    let named = path.extension().is_some_and(|end| end == "json");
    if !named || !fs::metadata(path).is_ok_and(|about| about.is_file()) {
        return Ok(None);
    }
    let bytes = bounded(path, MAX_PLAN + 1)?;
    if bytes.len() as u64 > MAX_PLAN {
        return Err(LoadError::new(path, format!("it is larger than {} MiB", MAX_PLAN >> 20)));
    }
    const MARK: &[u8] = b"\"ambit_plan\"";
    Ok(bytes.windows(MARK.len()).any(|window| window == MARK).then_some(bytes))
}

/// The bytes of a file that should be a recording: at most one more than a recording has.
///
/// # Errors
/// It cannot be read, or is no regular file.
pub fn read_recording(path: &Path) -> Result<Vec<u8>, LoadError> {
    bounded(path, ambit_schema::wire::MAX_BYTES as u64 + 1)
}

fn bounded(path: &Path, limit: u64) -> Result<Vec<u8>, LoadError> {
    let failed = |error| LoadError::new(path, error);
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(LoadError::new(path, "it is not a regular file"));
    }
    opened(path, limit)
}

fn opened(path: &Path, limit: u64) -> Result<Vec<u8>, LoadError> {
    all(path, fs::File::open(path), limit)
}

fn all(path: &Path, opened: io::Result<fs::File>, limit: u64) -> Result<Vec<u8>, LoadError> {
    // Room for most manifests, and for the byte that is not there.
    const MOST: usize = 4 << 10;
    let failed = |error| LoadError::new(path, error);
    let mut bytes = Vec::with_capacity(MOST);
    opened.map_err(failed)?.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// The way from a folder to a file, as in `../profiles/host.kdl`, with `/` on every machine.
pub(super) fn way(from: &Path, to: &Path) -> Result<String, LoadError> {
    let real = |path: &Path| fs::canonicalize(path).map_err(|error| LoadError::new(path, error));
    let (from, to) = (real(from)?, real(to)?);
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| "..".into());
    let down = to.components().skip(shared).map(|part: Component<'_>| part.as_os_str().to_string_lossy());
    Ok(up.chain(down).collect::<Vec<_>>().join("/"))
}

/// The artifacts of a workspace: `./…` below its base, `/…` on the machine. Links are followed: a plan keeps the hash of
/// what they lead to, and a runtime loads nothing else.
#[derive(Debug, Clone)]
pub struct Folder {
    /// The base.
    pub base: PathBuf,
}

impl Folder {
    /// Where a path of the plan is on this machine.
    #[must_use]
    pub fn locate(&self, path: &str) -> PathBuf {
        path.strip_prefix("./").map_or_else(|| PathBuf::from(path), |below| self.base.join(below))
    }
}

impl Artifacts for Folder {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, Unread> {
        let file = self.locate(path);
        match bounded(&file, MAX_ARTIFACT + 1) {
            Ok(bytes) if bytes.len() as u64 <= MAX_ARTIFACT => Ok(bytes.into()),
            Ok(_) => Err(Unread::Refused(format!("it is larger than {} MiB", MAX_ARTIFACT >> 20))),
            Err(_) if !file.exists() => Err(Unread::Missing),
            Err(LoadError::Unreadable { why, .. }) => Err(Unread::Refused(why)),
            Err(other) => Err(Unread::Refused(other.to_string())),
        }
    }
}
