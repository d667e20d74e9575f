//! The store that keeps everything in memory, for as long as the host lives. Comes in: nothing. Goes out: a [`Store`].

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ambit_schema::name::PluginId;

use super::{Store, StoreChange, StoreError};

/// How many keys a plugin can have, however short they are: each takes more of the machine than its own bytes.
const MAX_KEYS: usize = 10_000;

/// Keys and values in memory. What is in it goes with it.
#[derive(Debug, Default)]
pub struct MemoryStore {
    kept: Mutex<BTreeMap<PluginId, BTreeMap<String, Vec<u8>>>>,
}

impl MemoryStore {
    fn kept(&self) -> MutexGuard<'_, BTreeMap<PluginId, BTreeMap<String, Vec<u8>>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn get(&self, plugin: &PluginId, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.kept().get(plugin).and_then(|keys| keys.get(key)).cloned())
    }

    fn update(&self, plugin: &PluginId, key: &str, most: u64, change: &mut StoreChange<'_>) -> Result<(), StoreError> {
        let mut kept = self.kept();
        let keys = kept.entry(plugin.clone()).or_default();
        let Some(value) = change(keys.get(key).map(Vec::as_slice)) else { return Ok(()) };
        let others = keys.iter().filter(|(other, _)| *other != key);
        let bytes: usize = others.map(|(other, value)| other.len() + value.len()).sum();
        if (bytes + key.len() + value.len()) as u64 > most {
            return Err(StoreError::Full);
        }
        if keys.len() >= MAX_KEYS && !keys.contains_key(key) {
            return Err(StoreError::Failed(format!("a plugin can have {MAX_KEYS} keys")));
        }
        keys.insert(key.to_owned(), value);
        Ok(())
    }

    fn delete(&self, plugin: &PluginId, key: &str) -> Result<(), StoreError> {
        self.kept().get_mut(plugin).map(|keys| keys.remove(key));
        Ok(())
    }

    fn keys(&self, plugin: &PluginId) -> Result<Vec<String>, StoreError> {
        Ok(self.kept().get(plugin).into_iter().flatten().map(|(key, _)| key.clone()).collect())
    }
}
