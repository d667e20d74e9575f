//! Files are replaced whole or not at all. Comes in: a path and bytes. Goes out: a file with those bytes, or the old one.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Replaces a file, or makes it: the bytes go into a new file beside it, which then takes its name and its permissions. A
/// link stays one, and what it leads to is replaced. What is there and is no regular file, such as a pipe, is written to.
///
/// # Errors
/// What the system says. The old file is then still there.
pub fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let (target, permissions) = match fs::metadata(file) {
        Ok(about) if about.is_file() => (fs::canonicalize(file)?, Some(about.permissions())),
        Ok(_) => return OpenOptions::new().write(true).open(file)?.write_all(bytes),
        Err(_) => (file.to_owned(), None),
    };
    let beside = beside(&target);
    let written = write_new(&beside, bytes)
        .and_then(|()| permissions.map_or(Ok(()), |permissions| fs::set_permissions(&beside, permissions)))
        .and_then(|()| fs::rename(&beside, &target));
    if written.is_err() {
        drop(fs::remove_file(&beside));
    }
    written
}

fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
