//! Files that only this user can have written. Comes in: a path. Goes out: its bytes, or why they cannot be trusted. Links are
//! not followed, and pipes and devices are not opened.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};

use crate::error::StoreError;

/// How long a file may be, in bytes: as any text of a compilation.
pub(crate) const MAX_FILE: u64 = 1 << 20;

/// Whom a file may be open to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Others may read it, and not write.
    Anyone,
    /// Nobody else may read it.
    Owner,
}

/// Whether there is a folder, and it is this user's.
pub(crate) fn folder(path: &Path) -> Result<bool, StoreError> {
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(StoreError::io(path, error)),
    };
    if !about.is_dir() {
        return Err(StoreError::io(path, io::Error::from(io::ErrorKind::NotADirectory)));
    }
    owned(path, &about, Readers::Anyone).map(|()| true)
}

/// Makes a folder for this user alone, if there is none.
pub(crate) fn make_folder(path: &Path) -> Result<(), StoreError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| StoreError::io(path, error))?;
    folder(path).map(drop)
}

/// A path without links, as far as there is anything.
pub(crate) fn whole(path: &Path) -> Result<PathBuf, StoreError> {
    match fs::canonicalize(path) {
        Ok(whole) => Ok(whole),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) if parent != Path::new("") => Ok(whole(parent)?.join(name)),
            (Some(_), Some(name)) => Ok(whole(Path::new("."))?.join(name)),
            _ => Err(StoreError::io(path, error)),
        },
        Err(error) => Err(StoreError::io(path, error)),
    }
}

/// The whole file. `None`: there is none.
pub(crate) fn read(path: &Path, readers: Readers) -> Result<Option<Vec<u8>>, StoreError> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let mut file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::io(path, error)),
    };
    let about = file.metadata().map_err(|error| StoreError::io(path, error))?;
    if !about.is_file() {
        return Err(StoreError::damaged(path, "it is no regular file"));
    }
    owned(path, &about, readers)?;
    let mut bytes = vec![];
    let read = (&mut file).take(MAX_FILE + 1).read_to_end(&mut bytes);
    read.map_err(|error| StoreError::io(path, error))?;
    match bytes.len() as u64 > MAX_FILE {
        true => Err(StoreError::damaged(path, "it is larger than 1 MiB")),
        false => Ok(Some(bytes)),
    }
}

/// Whether a file is this user's, and nobody else's to write.
fn owned(path: &Path, about: &Metadata, readers: Readers) -> Result<(), StoreError> {
    let not = |why: &str| Err(StoreError::NotPrivate { path: path.to_owned(), why: why.to_owned() });
    match about.mode() {
        _ if about.uid() != rustix::process::geteuid().as_raw() => not("belongs to another user"),
        mode if mode & 0o022 != 0 => not("can be written by other users"),
        mode if readers == Readers::Owner && mode & 0o077 != 0 => not("can be read by other users"),
        _ => Ok(()),
    }
}

/// What a file that is being written is called until it is whole.
const UNFINISHED: &str = ".unfinished-";

/// Replaces a file whole or not at all, on the disk as well.
pub(crate) fn replace(folder: &Path, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let written = || -> io::Result<()> {
        sweep(folder)?;
        // Files of this kind are made for their owner alone.
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        File::open(folder)?.sync_all()
    };
    written().map_err(|error| StoreError::io(path, error))
}

/// Makes a file that must not be there yet; where it is, that one stays.
pub(crate) fn make(folder: &Path, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let made = || -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(path) {
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made.map(drop).map_err(|error| error.error),
        }
    };
    made().map_err(|error| StoreError::io(path, error))
}

/// What was left behind by a process that was killed. Called by the only writer.
fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Waits until nobody else writes in the folder, for as long as what is returned lives.
pub(crate) fn only_writer(folder: &Path) -> Result<File, StoreError> {
    let path = folder.join("lock");
    let flags = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or(0);
    let open = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).custom_flags(flags).open(&path);
    let file = open.map_err(|error| StoreError::io(&path, error))?;
    flock(&file, FlockOperation::LockExclusive).map_err(|error| StoreError::io(&path, error))?;
    Ok(file)
}
