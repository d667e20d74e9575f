//! The door to the key-value store: `wasi:keyvalue/store`, and beside it `atomics` and `batch`. Comes in: a key of a plugin. Goes out: what the host's [`Store`] has
//! for that plugin under it, after the gate allowed that key. Listing shows the keys that may be read, and no others.
//! Deliberately absent: stores that several plugins share, and keys of other plugins.

use std::fmt;

use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;
use ambit_schema::name::PluginId;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource, ResourceType};

use crate::tier::wasm::state::PluginState;

pub(super) mod atomics;
pub(super) mod batch;
mod files;
mod list;
mod memory;

pub use files::FileStore;
pub use memory::MemoryStore;

/// Keeps keys and values, for each plugin its own. Called on the thread of the plugin, inside its call, after the gate was
/// asked; plugins on several threads call it at once.
pub trait Store: Send + Sync {
    /// The value of a key.
    ///
    /// # Errors
    /// [`StoreError::Failed`]; the plugin is told its text.
    fn get(&self, plugin: &PluginId, key: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Sets a key: wholly or not at all. All keys and values of a plugin together take at most `most` bytes.
    ///
    /// # Errors
    /// [`StoreError::Full`] where they would take more, and nothing is changed.
    fn set(&self, plugin: &PluginId, key: &str, value: &[u8], most: u64) -> Result<(), StoreError> {
        self.update(plugin, key, most, &mut |_| Some(value.to_owned()))
    }

    /// Calls `change`, once, with the value of a key, and sets the key to what that makes of it; `None` leaves it as it is. Nobody
    /// else, of whatever thread or process, changes the key meanwhile. Otherwise as [`set`](Self::set).
    ///
    /// # Errors
    /// Those of `set`. A store that cannot do this in one step answers [`StoreError::Failed`] before it calls `change`.
    fn update(&self, plugin: &PluginId, key: &str, most: u64, change: &mut StoreChange<'_>) -> Result<(), StoreError>;

    /// Removes a key, if it is there.
    ///
    /// # Errors
    /// [`StoreError::Failed`].
    fn delete(&self, plugin: &PluginId, key: &str) -> Result<(), StoreError>;

    /// Every key of a plugin, sorted.
    ///
    /// # Errors
    /// [`StoreError::Failed`].
    fn keys(&self, plugin: &PluginId) -> Result<Vec<String>, StoreError>;
}

/// What a key is to have, by what it has.
pub type StoreChange<'c> = dyn FnMut(Option<&[u8]>) -> Option<Vec<u8>> + 'c;

/// Why a store did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// The plugin's keys and values would take more bytes than they may.
    Full,
    /// Anything else, in words that the plugin may read.
    Failed(String),
}

/// What the interface answers with instead of a value.
#[derive(Debug, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "no-such-store")]
    NoSuchStore,
    #[component(name = "access-denied")]
    AccessDenied,
    #[component(name = "other")]
    Other(String),
}

/// A bucket that a plugin holds. There is one store, so there is nothing in it.
struct Bucket;

type Answer<T> = wasmtime::Result<(Result<T, Error>,)>;

/// Links the door. The drafts of the interface differ in what a cursor is.
pub(super) fn link(functions: &mut LinkerInstance<'_, PluginState>, import: &str) -> wasmtime::Result<()> {
    functions.resource("bucket", ResourceType::host::<Bucket>(), |mut store, rep| {
        store.data_mut().table.delete(Resource::<Bucket>::new_own(rep))?;
        Ok(())
    })?;
    functions.func_wrap("open", open)?;
    functions.func_wrap("[method]bucket.get", get)?;
    functions.func_wrap("[method]bucket.exists", exists)?;
    functions.func_wrap("[method]bucket.set", set)?;
    functions.func_wrap("[method]bucket.delete", delete)?;
    list::link(functions, import)
}

fn open(mut store: StoreContextMut<'_, PluginState>, (name,): (String,)) -> Answer<Resource<Bucket>> {
    let state = store.data_mut();
    state.traffic.host_calls += 1;
    if !["", "default"].contains(&name.as_str()) {
        return Ok((Err(Error::NoSuchStore),));
    }
    Ok((Ok(state.table.push(Bucket)?),))
}

fn get(mut store: StoreContextMut<'_, PluginState>, (_, key): (Resource<Bucket>, String)) -> Answer<Option<Vec<u8>>> {
    let asked = Asked { kind: Kind::StorageRead, operation: "get", key: &key };
    Ok((asked.done(store.data_mut(), |store, plugin| store.get(plugin, &key)),))
}

fn exists(mut store: StoreContextMut<'_, PluginState>, (_, key): (Resource<Bucket>, String)) -> Answer<bool> {
    let asked = Asked { kind: Kind::StorageRead, operation: "exists", key: &key };
    let has = |store: &dyn Store, plugin: &PluginId| store.get(plugin, &key).map(|value| value.is_some());
    Ok((asked.done(store.data_mut(), has),))
}

fn set(
    mut store: StoreContextMut<'_, PluginState>,
    (_, key, value): (Resource<Bucket>, String, Vec<u8>),
) -> Answer<()> {
    let state = store.data_mut();
    let asked = Asked { kind: Kind::StorageWrite, operation: "set", key: &key };
    let set = put(state, &key, &value);
    Ok((asked.done(state, set),))
}

/// How a key is set.
fn put<'v>(
    state: &PluginState,
    key: &'v str,
    value: &'v [u8],
) -> impl FnOnce(&dyn Store, &PluginId) -> Result<(), StoreError> + use<'v> {
    let most = state.quota(Quota::Storage).limit;
    move |store, plugin| match (key.len() as u64).saturating_add(value.len() as u64) > most {
        true => Err(StoreError::Full),
        false => store.set(plugin, key, value, most),
    }
}

fn delete(mut store: StoreContextMut<'_, PluginState>, (_, key): (Resource<Bucket>, String)) -> Answer<()> {
    let asked = Asked { kind: Kind::StorageWrite, operation: "delete", key: &key };
    Ok((asked.done(store.data_mut(), |store, plugin| store.delete(plugin, &key)),))
}

/// An operation on one key.
struct Asked<'k> {
    kind: Kind,
    operation: &'static str,
    key: &'k str,
}

impl Asked<'_> {
    fn ask(&self, state: &mut PluginState) -> Result<(), Error> {
        let answer = state.gate().ask_named(self.kind, self.key, self.operation);
        answer.map_err(|_| Error::AccessDenied)
    }

    /// Does it, if the plugin may.
    fn done<T>(
        self,
        state: &mut PluginState,
        operation: impl FnOnce(&dyn Store, &PluginId) -> Result<T, StoreError>,
    ) -> Result<T, Error> {
        self.ask(state)?;
        self.granted(state, operation)
    }

    /// Does what was asked about.
    fn granted<T>(
        self,
        state: &mut PluginState,
        operation: impl FnOnce(&dyn Store, &PluginId) -> Result<T, StoreError>,
    ) -> Result<T, Error> {
        let done = match &state.offers.store {
            Some(store) => operation(store.as_ref(), &state.gate.entry().id),
            None => return Err(Error::NoSuchStore),
        };
        // It may have waited for another instance.
        state.clock.resume();
        done.map_err(|error| told(state, error, self.operation))
    }
}

/// What a plugin is told of what went wrong. A quota that is used up is told to the host too.
fn told(state: &mut PluginState, error: StoreError, operation: &'static str) -> Error {
    if let StoreError::Failed(why) = error {
        return Error::Other(why);
    }
    let hit = state.quota(Quota::Storage);
    let text = format!("the quota {hit} is used up");
    state.note_exceeded(hit, operation);
    Error::Other(text)
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Full => write!(f, "keys and values would take more than they may"),
            StoreError::Failed(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for StoreError {}
