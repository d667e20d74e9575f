//! Why answers cannot be read or kept. Each says which file, what is wrong with it, and what to do; none changes a file.

use std::path::{Path, PathBuf};
use std::{fmt, io};

/// Why answers cannot be read or kept. The files are as they were.
#[derive(Debug)]
pub enum StoreError {
    /// The system says no.
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What it says.
        error: io::Error,
    },
    /// Others than this user could have written it, or read the key.
    NotPrivate {
        /// Which file or folder.
        path: PathBuf,
        /// Who could.
        why: String,
    },
    /// It is not what was written: cut off, changed, or of another key, host or folder.
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// There are more answers than one file may hold.
    Full {
        /// Which file.
        path: PathBuf,
    },
}

impl StoreError {
    pub(crate) fn io(path: &Path, error: impl Into<io::Error>) -> Self {
        StoreError::Io { path: path.to_owned(), error: error.into() }
    }

    pub(crate) fn damaged(path: &Path, why: impl Into<String>) -> Self {
        StoreError::Damaged { path: path.to_owned(), why: why.into() }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Io { path, error } => write!(f, "`{}`: {error}", path.display()),
            StoreError::NotPrivate { path, why } => {
                write!(
                    f,
                    "`{0}` {why}, so nobody knows who wrote the answers; look at them, then `chmod go-rwx` and `chown` it to yourself, or remove `{0}` to be asked again",
                    path.display()
                )
            }
            StoreError::Damaged { path, why } => {
                write!(f, "`{0}` is not what was written: {why}; remove it to be asked again", path.display())
            }
            StoreError::Full { path } => {
                write!(
                    f,
                    "`{}` holds as many answers as it can; take some back with `ambit consent revoke`",
                    path.display()
                )
            }
        }
    }
}

impl std::error::Error for StoreError {}
