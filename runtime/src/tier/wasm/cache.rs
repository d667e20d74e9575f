//! Compiled code, kept. Comes in: the hash of an artifact. Goes out: its code, compiled at most once per host, and with a
//! cache folder at most once per machine and engine. Native code is loaded only if it carries the seal of this user's key;
//! whatever is damaged, foreign or stale is compiled again and replaced.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ambit_schema::capability::{CapSet, Kind};
use ambit_schema::plan::{Compat, PluginEntry, Withheld};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use wasmtime::Engine;
use wasmtime_wasi::{Rng, thread_rng};

use super::code::{Code, Linked, Sort};
use super::code_memory::CodeMemory;
use crate::door::{http, served};

type Seal = Hmac<Sha256>;

/// How long a key is, in bytes: a block of the hash.
const KEY: usize = 64;
/// How long a seal is, in bytes.
const SEAL: usize = 32;

/// The compiled code of one host.
pub(crate) struct Cache {
    engine: Engine,
    memory: Arc<CodeMemory>,
    ready: Mutex<BTreeMap<String, Code>>,
    linked: Mutex<BTreeMap<LinkKey, Linked>>,
    disk: Option<Disk>,
}

/// Everything that decides what a plugin is linked to: the artifact, and what of the plan the linker reads.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct LinkKey {
    sha256: String,
    imports: Vec<String>,
    interfaces: Vec<String>,
    compat: Vec<Compat>,
    withheld: Vec<Withheld>,
    /// What is linked of what is withheld from others.
    used: Option<CapSet>,
    has_http: bool,
    served: Vec<String>,
}

/// A folder with sealed code.
struct Disk {
    folder: PathBuf,
    key: [u8; KEY],
}

impl Cache {
    /// # Errors
    /// When the folder cannot be made, or its key is not this user's own.
    pub(crate) fn open(engine: Engine, memory: Arc<CodeMemory>, folder: Option<&Path>) -> io::Result<Self> {
        let disk = folder.map(Disk::open).transpose()?;
        Ok(Cache { engine, memory, ready: Mutex::default(), linked: Mutex::default(), disk })
    }

    /// The artifact with this hash, linked as the plan says; `link` does it the first time.
    pub(crate) fn linked<E>(
        &self,
        sha256: &str,
        entry: &PluginEntry,
        link: impl FnOnce() -> Result<Linked, E>,
    ) -> Result<Linked, E> {
        let imports = entry.artifact.as_ref().map(|artifact| artifact.imports.clone()).unwrap_or_default();
        let (interfaces, has_http) = (entry.interfaces.clone(), http::is_granted(entry));
        let (compat, withheld) = (entry.compat.clone(), entry.withheld.clone());
        let used = entry.granted(Kind::InterfaceUse).map(|right| right.set.clone());
        let served = imports.iter().filter(|import| served::is_granted(entry, import)).cloned().collect();
        let key = LinkKey { sha256: sha256.to_owned(), imports, interfaces, compat, withheld, used, has_http, served };
        if let Some(linked) = self.linked.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(linked.clone());
        }
        let linked = link()?;
        self.linked.lock().unwrap_or_else(PoisonError::into_inner).insert(key, linked.clone());
        Ok(linked)
    }

    /// The code of the artifact with this hash, which is of this sort; `compile` gives it where it is not kept.
    pub(crate) fn code<E>(
        &self,
        sha256: &str,
        sort: Sort,
        compile: impl FnOnce() -> Result<Code, E>,
    ) -> Result<Code, E> {
        if let Some(code) = self.lock().get(sha256) {
            return Ok(code.clone());
        }
        let stored = self.disk.as_ref().and_then(|disk| disk.load(&self.engine, &self.memory, sha256, sort));
        let code = match stored {
            Some(code) => code,
            None => {
                let code = compile()?;
                // A cache that cannot be written is no reason not to run.
                let _ = self.disk.as_ref().map(|disk| disk.store(&self.engine, sha256, &code));
                code
            }
        };
        self.lock().insert(sha256.to_owned(), code.clone());
        Ok(code)
    }

    /// Code that a [`Compiler`](super::compiler::Compiler) gave.
    ///
    /// # Errors
    /// When it is for another engine.
    pub(super) fn compiled(&self, sort: Sort, code: &[u8]) -> wasmtime::Result<Code> {
        // SAFETY: the code was written a moment ago by the program that the host's author named as its compiler, into a pipe that
        // nobody else holds; it is what `Engine::precompile_component` or `precompile_module` gave.
        #[expect(
            unsafe_code,
            reason = "native code can be loaded in no other way, and comes from the host's own compiler"
        )]
        unsafe {
            self.memory.load(&self.engine, sort, code)
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Code>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Disk {
    fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Disk { folder: folder.to_owned(), key: read_key(folder)? })
    }

    fn path(&self, engine: &Engine, sha256: &str, sort: Sort) -> PathBuf {
        self.folder.join(format!("{sha256}-{:016x}.{}", compatibility(engine), sort.key()))
    }

    fn load(&self, engine: &Engine, memory: &CodeMemory, sha256: &str, sort: Sort) -> Option<Code> {
        let bytes = fs::read(self.path(engine, sha256, sort)).ok()?;
        let (seal, code) = bytes.split_at_checked(SEAL)?;
        self.seal(engine, sha256, sort, code).verify_slice(seal).ok()?;
        // SAFETY: the seal proves that `store` wrote exactly these bytes, for this artifact, this engine and code of this sort, with a
        // key that only this user can read; `store` writes nothing but what `Code::serialize` gave.
        #[expect(unsafe_code, reason = "native code can be loaded in no other way, and its seal was just verified")]
        let code = unsafe { memory.load(engine, sort, code) };
        code.ok()
    }

    /// Whole or not at all: a reader sees the old entry or the new one.
    fn store(&self, engine: &Engine, sha256: &str, code: &Code) -> io::Result<()> {
        let (sort, code) = (code.sort(), code.serialize().map_err(io::Error::other)?);
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&self.seal(engine, sha256, sort, &code).finalize().into_bytes())?;
        file.write_all(&code)?;
        file.persist(self.path(engine, sha256, sort))?;
        Ok(())
    }

    fn seal(&self, engine: &Engine, sha256: &str, sort: Sort, code: &[u8]) -> Seal {
        let mut seal = <Seal as hmac::digest::KeyInit>::new((&self.key).into());
        seal.update(sha256.as_bytes());
        seal.update(&compatibility(engine).to_le_bytes());
        seal.update(sort.key().as_bytes());
        seal.update(code);
        seal
    }
}

fn compatibility(engine: &Engine) -> u64 {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.finish()
}

/// The key of the folder, made on first use. One that others could have read or written seals nothing: it is replaced, and
/// with it everything it sealed.
fn read_key(folder: &Path) -> io::Result<[u8; KEY]> {
    let path = folder.join("key");
    match fs::OpenOptions::new().read(true).custom_flags(no_links()).open(&path) {
        Ok(mut file) => {
            let about = file.metadata()?;
            let mut key = [0; KEY];
            let private = about.permissions().mode() & 0o077 == 0 && about.uid() == rustix::process::geteuid().as_raw();
            if private && about.len() == KEY as u64 && file.read_exact(&mut key).is_ok() {
                return Ok(key);
            }
            fs::remove_file(&path)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut key = [0; KEY];
    thread_rng().fill_bytes(&mut key);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    file.write_all(&key)?;
    Ok(key)
}

fn no_links() -> i32 {
    i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0)
}
