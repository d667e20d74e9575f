//! Why there is no host, and why a plugin is not loaded. Each text says what is missing and, where one can do something about it,
//! what.

use std::fmt;

use ambit_schema::capability::Tier;

use crate::tier::wasm::Unfit;
use crate::tier::wasm::compiler::CompileLimit;

/// Why there is no host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostError {
    /// The engine cannot run on this machine.
    Engine(String),
    /// The machine gives no thread for the ticker.
    Thread(String),
    /// The folder for compiled code cannot be used.
    Cache(String),
    /// No temporary folder can be made.
    Folder(String),
}

/// Why a plugin is not loaded. None of its code ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadError {
    /// The plan has no plugin with this id.
    NoPlugin(String),
    /// This version has no runtime for the plugin's tier.
    Tier(Tier),
    /// The plan names nothing that could run.
    NoArtifact,
    /// The plan names no hash: the file was not there when the plan was made.
    NotPinned,
    /// The bytes are not those that the plan was made for.
    Tampered {
        /// The hash in the plan.
        expected: String,
        /// The hash of the bytes.
        found: String,
    },
    /// The file cannot be read.
    Read {
        /// Where it should be.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// The artifact is larger than [`MAX_ARTIFACT`](ambit_schema::limits::MAX_ARTIFACT).
    TooLarge,
    /// The artifact is not wasm as this version knows it.
    Malformed(String),
    /// The artifact imports this, and the plan does not say so.
    Import(String),
    /// The artifact imports what the plan keeps from it.
    Withheld {
        /// The import.
        import: String,
        /// The line that keeps it back.
        place: String,
    },
    /// The artifact does not compile.
    Compile(String),
    /// Compiling the artifact took more than the host allows.
    CompileLimit(CompileLimit),
    /// The host's program for compiling does not work.
    Compiler(String),
    /// The artifact's imports do not fit what they are linked to.
    Link(String),
    /// A folder cannot be opened.
    Mount {
        /// The path that the plugin uses.
        guest: String,
        /// The folder.
        folder: String,
        /// The system's words.
        reason: String,
    },
}

impl From<Unfit> for LoadError {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Malformed(why) => LoadError::Malformed(why),
            Unfit::Import(import) => LoadError::Import(import),
        }
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostError::Engine(why) => write!(f, "the engine cannot run on this machine: {why}"),
            HostError::Thread(why) => write!(f, "no thread for the ticker: {why}"),
            HostError::Cache(why) => write!(f, "the folder for compiled code cannot be used: {why}"),
            HostError::Folder(why) => write!(f, "no temporary folder: {why}"),
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::NoPlugin(id) => write!(f, "the plan has no plugin `{id}`"),
            LoadError::Tier(tier) => {
                write!(f, "this version has no runtime for the tier `{tier}`: only `wasm` plugins can run")
            }
            LoadError::NoArtifact => write!(f, "the plan names no artifact for it"),
            LoadError::NotPinned => {
                write!(f, "its artifact was not there when the plan was made; build it and make the plan again")
            }
            LoadError::Tampered { expected, found } => {
                write!(f, "its artifact is not the one that the plan was made for: SHA-256 {found}, planned {expected}")
            }
            LoadError::Read { path, reason } => write!(f, "its artifact `{path}` cannot be read: {reason}"),
            LoadError::TooLarge => {
                write!(f, "its artifact is larger than {} MiB", ambit_schema::limits::MAX_ARTIFACT >> 20)
            }
            LoadError::Malformed(why) => write!(f, "its artifact is no plugin: {why}"),
            LoadError::Import(import) => {
                write!(f, "its artifact imports `{import}`, which the plan does not know of; make the plan again")
            }
            LoadError::Withheld { import, place } => {
                write!(f, "its artifact imports `{import}`, which {place} keeps from it")
            }
            LoadError::CompileLimit(limit) => {
                write!(f, "compiling its artifact {limit}, which is all that the host allows")
            }
            LoadError::Compiler(why) => write!(f, "the host's compiler does not work: {why}"),
            LoadError::Compile(why) => write!(f, "its artifact does not compile: {why}"),
            LoadError::Link(why) => write!(f, "its imports do not fit: {why}"),
            LoadError::Mount { guest, folder, reason } => {
                write!(f, "its folder `{folder}`, which it sees as `{guest}`, cannot be opened: {reason}")
            }
        }
    }
}

impl std::error::Error for HostError {}
impl std::error::Error for LoadError {}
