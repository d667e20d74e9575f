//! What an artifact really is. Comes in: its bytes. Goes out: [`Wasm`] or [`Library`]: what it imports, exports and needs to
//! start, or why it is neither. Deliberately absent: compiling or running it, and any judgement; see `check`.

use std::sync::Arc;

mod native;
mod secret;
mod wasm;

pub use native::Library;
pub use secret::Secret;
pub use wasm::{Contract, Export, Form, Invalid, MOST_IMPORTS, Start, Wasm};

/// Where the compilation gets the files that manifests name. Asked from several threads at once.
pub trait Artifacts: Sync {
    /// The bytes of a file. `path` starts with `./` for files below the folder of the host profile, and with `/` for others.
    ///
    /// # Errors
    /// It is not there, or cannot be read.
    fn read(&self, path: &str) -> Result<Arc<[u8]>, Unread>;
}

/// Why there are no bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// There is no such file.
    Missing,
    /// There is one, and it is not read: the text says why, as in "it is larger than 64 MiB".
    Refused(String),
}

/// No files at all: every artifact is missing.
#[derive(Debug, Clone, Copy)]
pub struct NoArtifacts;

impl Artifacts for NoArtifacts {
    fn read(&self, _path: &str) -> Result<Arc<[u8]>, Unread> {
        Err(Unread::Missing)
    }
}

/// What a file of the wasm tier is.
///
/// # Errors
/// Why it is nothing that the tier loads.
pub fn wasm(bytes: &[u8]) -> Result<Wasm, Invalid> {
    wasm::inspect(bytes)
}

/// What a file of the native tier is. `None`: a library in another format than ELF, which is not looked into.
///
/// # Errors
/// Why it is no shared library.
pub fn native(bytes: &[u8]) -> Result<Option<Library>, String> {
    native::inspect(bytes, ambit_schema::interface::is_telling)
}
