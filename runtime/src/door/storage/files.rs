//! The store that keeps files: a folder for each plugin, a file for each key. Comes in: a folder that only this user can look
//! into. Goes out: a [`Store`]. A file is replaced whole, so that whoever is killed leaves the old value or the new one; what a
//! plugin has is counted by whoever holds its lock. Deliberately absent: encryption.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ambit_schema::name::PluginId;
use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;
use sha2::{Digest, Sha256};

use super::{Store, StoreChange, StoreError};

/// How long the length of a key is that a file begins with, in bytes.
const HEAD: u64 = 4;

/// How long a change waits for one of another process, or of another instance of the same plugin.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keys and values in files that only this user can read, below one folder. Several processes can use a folder at once.
pub struct FileStore {
    folder: PathBuf,
    /// The plugins whose count was made anew by this process: after a loss of power an older one could be wrong.
    counted: Mutex<BTreeSet<PluginId>>,
}

impl FileStore {
    /// How many keys a plugin can have, however short they are: each is a file.
    pub const MAX_KEYS: u64 = 10_000;

    /// Opens a folder, or makes it.
    ///
    /// # Errors
    /// When it cannot be made, is another user's, or others can look into it.
    pub fn open(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let about = fs::metadata(&folder)?;
        if about.uid() != rustix::process::geteuid().as_raw() || about.mode() & 0o077 != 0 {
            let why = format!("`{}` is not this user's alone", folder.display());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        }
        Ok(FileStore { folder, counted: Mutex::default() })
    }

    fn place(&self, plugin: &PluginId) -> PathBuf {
        // No id has a `+`, or begins with a dot.
        self.folder.join(plugin.as_str().replace('/', "+"))
    }

    /// A plugin's folder, held against everyone else who would change it.
    fn hold(&self, plugin: &PluginId) -> io::Result<Held> {
        let folder = self.place(plugin);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let lock = opening().write(true).create(true).truncate(false).mode(0o600).open(folder.join("lock"))?;
        wait_for(&lock)?;
        let held = Held { folder, _lock: lock };
        if !self.counted.lock().unwrap_or_else(PoisonError::into_inner).contains(plugin) {
            held.forget_count()?;
            self.counted.lock().unwrap_or_else(PoisonError::into_inner).insert(plugin.clone());
        }
        Ok(held)
    }
}

impl Store for FileStore {
    fn get(&self, plugin: &PluginId, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let read = || match opening().read(true).open(self.place(plugin).join(file_name(key))) {
            Ok(mut file) => {
                let found = read_key(&mut file)?;
                let mut value = Vec::new();
                file.read_to_end(&mut value)?;
                if found == key { Ok(Some(value)) } else { Err(io::ErrorKind::InvalidData.into()) }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        read().map_err(failed)
    }

    fn update(&self, plugin: &PluginId, key: &str, most: u64, change: &mut StoreChange<'_>) -> Result<(), StoreError> {
        let held = self.hold(plugin).map_err(failed)?;
        let value = self.get(plugin, key)?;
        change(value.as_deref()).map_or(Ok(()), |value| held.put(key, &value, most))
    }

    fn set(&self, plugin: &PluginId, key: &str, value: &[u8], most: u64) -> Result<(), StoreError> {
        self.hold(plugin).map_err(failed)?.put(key, value, most)
    }

    fn delete(&self, plugin: &PluginId, key: &str) -> Result<(), StoreError> {
        let remove = || {
            let held = self.hold(plugin)?;
            let (bytes, keys) = held.count()?;
            let Some(old) = held.size(key)? else { return Ok(()) };
            held.forget_count()?;
            fs::remove_file(held.folder.join(file_name(key)))?;
            held.keep_count(bytes.saturating_sub(old), keys.saturating_sub(1))
        };
        remove().map_err(failed)
    }

    fn keys(&self, plugin: &PluginId) -> Result<Vec<String>, StoreError> {
        let read = || {
            let mut keys = BTreeSet::new();
            for path in entries(&self.place(plugin))? {
                match opening().read(true).open(path) {
                    Ok(mut file) => drop(keys.insert(read_key(&mut file)?)),
                    // Removed since.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(keys.into_iter().collect())
        };
        read().map_err(failed)
    }
}

/// One plugin's folder, while nobody else changes it.
struct Held {
    folder: PathBuf,
    _lock: File,
}

impl Held {
    /// What the plugin has: bytes of keys and values, and how many keys.
    fn count(&self) -> io::Result<(u64, u64)> {
        if let Ok(kept) = fs::read(self.folder.join("count"))
            && let Some((bytes, keys)) = kept.split_at_checked(8)
            && let (Ok(bytes), Ok(keys)) = (bytes.try_into(), keys.try_into())
        {
            return Ok((u64::from_le_bytes(bytes), u64::from_le_bytes(keys)));
        }
        let (mut bytes, mut keys) = (0, 0);
        for path in entries(&self.folder)? {
            bytes += fs::symlink_metadata(path)?.len().saturating_sub(HEAD);
            keys += 1;
        }
        Ok((bytes, keys))
    }

    /// Called before anything changes: whoever is killed on the way leaves no count, and the next one counts.
    fn forget_count(&self) -> io::Result<()> {
        match fs::remove_file(self.folder.join("count")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn keep_count(&self, bytes: u64, keys: u64) -> io::Result<()> {
        let mut file = opening().write(true).create_new(true).mode(0o600).open(self.folder.join("count"))?;
        file.write_all(&[bytes.to_le_bytes(), keys.to_le_bytes()].concat())
    }

    /// How much a key takes with its value. `None`: it is not there.
    fn size(&self, key: &str) -> io::Result<Option<u64>> {
        match fs::symlink_metadata(self.folder.join(file_name(key))) {
            Ok(about) => Ok(Some(about.len().saturating_sub(HEAD))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sets a key, where that fits.
    fn put(&self, key: &str, value: &[u8], most: u64) -> Result<(), StoreError> {
        let (bytes, keys) = self.count().map_err(failed)?;
        let old = self.size(key).map_err(failed)?;
        let bytes = bytes.saturating_sub(old.unwrap_or(0)).saturating_add(key.len() as u64 + value.len() as u64);
        let keys = keys + u64::from(old.is_none());
        if bytes > most {
            return Err(StoreError::Full);
        }
        if keys > FileStore::MAX_KEYS {
            return Err(StoreError::Failed(format!("a plugin can have {} keys", FileStore::MAX_KEYS)));
        }
        self.forget_count().and_then(|()| self.replace(key, value)).map_err(failed)?;
        self.keep_count(bytes, keys).map_err(failed)
    }

    fn replace(&self, key: &str, value: &[u8]) -> io::Result<()> {
        let length = u32::try_from(key.len()).map_err(io::Error::other)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&[&length.to_le_bytes(), key.as_bytes(), value].concat())?;
        file.as_file().sync_data()?;
        file.persist(self.folder.join(file_name(key)))?;
        Ok(())
    }
}

/// Waits for the lock, but not for ever: whoever holds it may have been stopped.
fn wait_for(lock: &File) -> io::Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        match flock(lock, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) if Instant::now() < until => std::thread::sleep(Duration::from_millis(1)),
            other => return Ok(other?),
        }
    }
}

/// The files of keys in a folder.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let all = match fs::read_dir(folder) {
        Ok(all) => all,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let paths = all.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter(|path| path.extension().is_some_and(|end| end == "key")).collect())
}

/// A name of one length for keys of any, in which nothing of the key is left.
fn file_name(key: &str) -> String {
    let digest: String = Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{digest}.key")
}

/// The key that a file begins with.
fn read_key(file: &mut File) -> io::Result<String> {
    let mut length = [0; HEAD as usize];
    file.read_exact(&mut length)?;
    let length = u64::from(u32::from_le_bytes(length));
    let mut key = Vec::new();
    file.take(length).read_to_end(&mut key)?;
    String::from_utf8(key).map_err(|_| io::ErrorKind::InvalidData.into())
}

fn opening() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.custom_flags(i32::try_from((OFlags::NOFOLLOW | OFlags::CLOEXEC).bits()).unwrap_or(0));
    options
}

/// What a plugin may read of it: no paths of the host.
fn failed(error: io::Error) -> StoreError {
    StoreError::Failed(format!("the store does not answer: {}", error.kind()))
}
