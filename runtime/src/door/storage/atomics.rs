//! Changing a key in one step: `wasi:keyvalue/atomics`. Comes in: a number to add, or a value for a key that must not have changed
//! since it was looked at. Goes out: what came of it; nobody else changes the key meanwhile, of whatever instance or process.
//! Both tell what a key has and change it, so both take `storage.read` and `storage.write`. A number is kept as its decimal
//! digits; the drafts of the interface differ in whether it has a sign.

use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;
use ambit_schema::name::PluginId;
use sha2::{Digest, Sha256};
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource, ResourceType};

use super::{Answer, Asked, Bucket, Error, Store, StoreError};
use crate::tier::wasm::state::PluginState;

/// A key that is about to be swapped, and what it had when it was looked at last: the digest of its value, as values can be large
/// and handles many.
struct Swap {
    key: String,
    seen: Option<Seen>,
}

type Seen = [u8; 32];

/// What a swap answers with instead of nothing.
#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum SwapError {
    #[component(name = "store-error")]
    Store(Error),
    #[component(name = "cas-failed")]
    Failed(Resource<Swap>),
}

/// A number that a key can have.
trait Number: Sized + Copy + ToString {
    fn read(text: &str) -> Option<Self>;
    fn plus(self, other: Self) -> Option<Self>;
}

impl Number for u64 {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn plus(self, other: Self) -> Option<Self> {
        self.checked_add(other)
    }
}

impl Number for i64 {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn plus(self, other: Self) -> Option<Self> {
        self.checked_add(other)
    }
}

/// Links the door.
pub(in crate::door) fn link(functions: &mut LinkerInstance<'_, PluginState>, import: &str) -> wasmtime::Result<()> {
    if import.ends_with("-draft") {
        return functions.func_wrap("increment", increment::<u64>);
    }
    functions.func_wrap("increment", increment::<i64>)?;
    functions.resource("cas", ResourceType::host::<Swap>(), |mut store, rep| {
        store.data_mut().table.delete(Resource::<Swap>::new_own(rep))?;
        Ok(())
    })?;
    functions.func_wrap("[static]cas.new", begin)?;
    functions.func_wrap("[method]cas.current", current)?;
    functions.func_wrap("swap", swap)
}

fn increment<N: Number>(
    mut store: StoreContextMut<'_, PluginState>,
    (_, key, delta): (Resource<Bucket>, String, N),
) -> Answer<N> {
    let state = store.data_mut();
    let most = state.quota(Quota::Storage).limit;
    let increment = |store: &dyn Store, plugin: &PluginId| {
        let mut sum = Err("the store did not ask for a value");
        store.update(plugin, &key, most, &mut |value| {
            sum = added(value, delta);
            sum.ok().map(|sum| sum.to_string().into_bytes())
        })?;
        sum.map_err(|why| StoreError::Failed(why.to_owned()))
    };
    Ok((asked(state, &key, "increment").and_then(|asked| asked.done(state, increment)),))
}

/// What a key has once a number is added to it. One that is not there has none, which is 0.
fn added<N: Number>(value: Option<&[u8]>, delta: N) -> Result<N, &'static str> {
    let Some(value) = value else { return Ok(delta) };
    let number = std::str::from_utf8(value).ok().and_then(N::read).ok_or("the value is not a number")?;
    number.plus(delta).ok_or("the number would be too large or too small")
}

fn begin(mut store: StoreContextMut<'_, PluginState>, (_, key): (Resource<Bucket>, String)) -> Answer<Resource<Swap>> {
    let state = store.data_mut();
    let asked = Asked { kind: Kind::StorageRead, operation: "compare", key: &key };
    let seen = match asked.done(state, |store, plugin| store.get(plugin, &key)) {
        Ok(value) => value.as_deref().map(seen),
        Err(error) => return Ok((Err(error),)),
    };
    Ok((Ok(state.table.push(Swap { key, seen })?),))
}

fn current(mut store: StoreContextMut<'_, PluginState>, (swap,): (Resource<Swap>,)) -> Answer<Option<Vec<u8>>> {
    let state = store.data_mut();
    let key = state.table.get(&swap)?.key.clone();
    let asked = Asked { kind: Kind::StorageRead, operation: "get", key: &key };
    let value = asked.done(state, |store, plugin| store.get(plugin, &key));
    if let Ok(value) = &value {
        state.table.get_mut(&swap)?.seen = value.as_deref().map(seen);
    }
    Ok((value,))
}

fn swap(
    mut store: StoreContextMut<'_, PluginState>,
    (swap, value): (Resource<Swap>, Vec<u8>),
) -> wasmtime::Result<(Result<(), SwapError>,)> {
    let state = store.data_mut();
    let Swap { key, seen: expected } = state.table.delete(swap)?;
    let most = state.quota(Quota::Storage).limit;
    let mut value = Some(value);
    let exchange = |store: &dyn Store, plugin: &PluginId| {
        let mut found = expected;
        store.update(plugin, &key, most, &mut |now| {
            found = now.map(seen);
            value.take_if(|_| found == expected)
        })?;
        Ok(found)
    };
    Ok((match asked(state, &key, "swap").and_then(|asked| asked.done(state, exchange)) {
        Ok(found) if found == expected => Ok(()),
        Ok(found) => Err(SwapError::Failed(state.table.push(Swap { key, seen: found })?)),
        Err(error) => Err(SwapError::Store(error)),
    },))
}

/// An operation that tells what a key has and changes it: the one right is asked for here, the other when it is done.
fn asked<'k>(state: &mut PluginState, key: &'k str, operation: &'static str) -> Result<Asked<'k>, Error> {
    Asked { kind: Kind::StorageRead, operation, key }.ask(state)?;
    Ok(Asked { kind: Kind::StorageWrite, operation, key })
}

fn seen(value: &[u8]) -> Seen {
    Sha256::digest(value).into()
}
