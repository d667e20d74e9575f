//! Many keys at once: `wasi:keyvalue/batch`. Comes in: keys, perhaps with values. Goes out: what each has, or that each was set or
//! removed. Every key is asked about before anything is done with one of them; a batch that fails on the way has done a part, as
//! the interface says. What is read together fits the memory of the plugin.

use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;
use wasmtime::StoreContextMut;
use wasmtime::component::{LinkerInstance, Resource};

use super::{Answer, Asked, Bucket, Error, put};
use crate::tier::wasm::state::PluginState;

/// Links the door.
pub(in crate::door) fn link(functions: &mut LinkerInstance<'_, PluginState>, _: &str) -> wasmtime::Result<()> {
    functions.func_wrap("get-many", get_many)?;
    functions.func_wrap("set-many", set_many)?;
    functions.func_wrap("delete-many", delete_many)
}

type Found = Option<(String, Vec<u8>)>;

fn get_many(
    mut store: StoreContextMut<'_, PluginState>,
    (_, keys): (Resource<Bucket>, Vec<String>),
) -> Answer<Vec<Found>> {
    let state = store.data_mut();
    if let Err(error) = all(state, keys.iter().map(|key| reading(key))) {
        return Ok((Err(error),));
    }
    let mut left = state.quota(Quota::Memory).limit;
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        in_time(state)?;
        let value = match reading(&key).granted(state, |store, plugin| store.get(plugin, &key)) {
            Ok(value) => value,
            Err(error) => return Ok((Err(error),)),
        };
        let bytes = value.as_ref().map_or(0, |value| (key.len() + value.len()) as u64);
        let Some(rest) = left.checked_sub(bytes) else {
            return Ok((Err(Error::Other("the values are more than the plugin has memory".to_owned())),));
        };
        left = rest;
        found.push(value.map(|value| (key, value)));
    }
    Ok((Ok(found),))
}

fn set_many(
    mut store: StoreContextMut<'_, PluginState>,
    (_, pairs): (Resource<Bucket>, Vec<(String, Vec<u8>)>),
) -> Answer<()> {
    let state = store.data_mut();
    let asked = |key| Asked { kind: Kind::StorageWrite, operation: "set", key };
    if let Err(error) = all(state, pairs.iter().map(|(key, _)| asked(key))) {
        return Ok((Err(error),));
    }
    for (key, value) in &pairs {
        in_time(state)?;
        let set = put(state, key, value);
        if let Err(error) = asked(key).granted(state, set) {
            return Ok((Err(error),));
        }
    }
    Ok((Ok(()),))
}

fn delete_many(mut store: StoreContextMut<'_, PluginState>, (_, keys): (Resource<Bucket>, Vec<String>)) -> Answer<()> {
    let state = store.data_mut();
    let asked = |key| Asked { kind: Kind::StorageWrite, operation: "delete", key };
    if let Err(error) = all(state, keys.iter().map(|key| asked(key))) {
        return Ok((Err(error),));
    }
    for key in &keys {
        in_time(state)?;
        if let Err(error) = asked(key).granted(state, |store, plugin| store.delete(plugin, key)) {
            return Ok((Err(error),));
        }
    }
    Ok((Ok(()),))
}

fn reading(key: &str) -> Asked<'_> {
    Asked { kind: Kind::StorageRead, operation: "get", key }
}

/// Asks for each key of a batch.
fn all<'k>(state: &mut PluginState, mut keys: impl Iterator<Item = Asked<'k>>) -> Result<(), Error> {
    keys.try_for_each(|asked| asked.ask(state))
}

/// Ends a call that takes longer than it may: no tick reaches it in here.
fn in_time(state: &PluginState) -> wasmtime::Result<()> {
    if state.clock.wall_left().is_zero() { Err(state.clock.out_of_time().into()) } else { Ok(()) }
}
