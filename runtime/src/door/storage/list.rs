//! Listing keys, page by page. Comes in: where the last page ended. Goes out: keys that the plugin may read, and where the next
//! page begins. Each key that is shown is an audit event; those that may not be read are left out in silence.

use ambit_schema::capability::Kind;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource};

use super::{Answer, Bucket, Error, told};
use crate::tier::wasm::state::PluginState;

/// How many keys a page has.
const PAGE: usize = 256;

/// A page of the first draft, where a cursor is a number.
#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Counted {
    #[component(name = "keys")]
    keys: Vec<String>,
    #[component(name = "cursor")]
    cursor: Option<u64>,
}

/// A page of the second draft, where a cursor is a text: the last key of the page.
#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Named {
    #[component(name = "keys")]
    keys: Vec<String>,
    #[component(name = "cursor")]
    cursor: Option<String>,
}

const NAME: &str = "[method]bucket.list-keys";

pub(super) fn link(functions: &mut LinkerInstance<'_, PluginState>, import: &str) -> wasmtime::Result<()> {
    match import.ends_with("-draft") {
        true => functions.func_wrap(NAME, counted),
        false => functions.func_wrap(NAME, named),
    }
}

fn counted(
    mut store: StoreContextMut<'_, PluginState>,
    (_, cursor): (Resource<Bucket>, Option<u64>),
) -> Answer<Counted> {
    let listed = readable(store.data_mut()).map(|keys| {
        let from = cursor.map_or(0, |cursor| usize::try_from(cursor).unwrap_or(usize::MAX)).min(keys.len());
        let end = keys.len().min(from + PAGE);
        Counted { cursor: (end < keys.len()).then_some(end as u64), keys: shown(store.data_mut(), &keys[from..end]) }
    });
    Ok((listed,))
}

fn named(
    mut store: StoreContextMut<'_, PluginState>,
    (_, cursor): (Resource<Bucket>, Option<String>),
) -> Answer<Named> {
    let listed = readable(store.data_mut()).map(|keys| {
        let from = cursor.map_or(0, |last| keys.partition_point(|key| *key <= last));
        let end = keys.len().min(from + PAGE);
        let cursor = (end < keys.len()).then(|| keys[end - 1].clone());
        Named { cursor, keys: shown(store.data_mut(), &keys[from..end]) }
    });
    Ok((listed,))
}

/// Every key that the plugin may read.
fn readable(state: &mut PluginState) -> Result<Vec<String>, Error> {
    if state.gate().entry().granted(Kind::StorageRead).is_none() {
        return state.gate.ask(Kind::StorageRead, "*", "list").map(|()| Vec::new()).map_err(|_| Error::AccessDenied);
    }
    let keys = match &state.offers.store {
        Some(store) => store.keys(&state.gate.entry().id),
        None => return Err(Error::NoSuchStore),
    };
    let keys = keys.map_err(|error| told(state, error, "list"))?;
    Ok(keys.into_iter().filter(|key| state.gate.holds(Kind::StorageRead, key)).collect())
}

/// A page, with each of its keys asked for.
fn shown(state: &mut PluginState, page: &[String]) -> Vec<String> {
    let may = |key: &&String| state.gate.ask(Kind::StorageRead, key, "list").is_ok();
    page.iter().filter(may).cloned().collect()
}
