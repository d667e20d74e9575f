//! The door to a plugin's own configuration: `wasi:config/store`. Comes in: a key. Goes out: the value as the plan has it, which
//! `init` of the contract is given too. Deliberately absent: any other plugin's configuration, and anything of the host's.

use serde_json::Value;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower};

use crate::tier::wasm::state::PluginState;

/// What the interface can answer with instead of a value. This door never does.
#[derive(Debug, ComponentType, Lift, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "upstream")]
    Upstream(String),
    #[component(name = "io")]
    Io(String),
}

/// Links the door. What is in it is the plugin's own, so there is nothing to ask.
pub(super) fn link(functions: &mut LinkerInstance<'_, PluginState>, _: &str) -> wasmtime::Result<()> {
    functions.func_wrap("get", |mut store: StoreContextMut<'_, PluginState>, (key,): (String,)| {
        let value = read(store.data_mut()).into_iter().find(|(name, _)| *name == key).map(|(_, value)| value);
        Ok((Ok::<_, Error>(value),))
    })?;
    functions.func_wrap("get-all", |mut store: StoreContextMut<'_, PluginState>, (): ()| {
        Ok((Ok::<_, Error>(read(store.data_mut())),))
    })
}

/// The outermost names with their values: texts as they are, everything else as JSON.
fn read(state: &mut PluginState) -> Vec<(String, String)> {
    state.traffic.host_calls += 1;
    let config = state.gate.entry().config.as_deref().unwrap_or("{}");
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    match serde_json::from_str(config) {
        Ok(Value::Object(all)) => all.into_iter().map(|(name, value)| (name, text(value))).collect(),
        _ => Vec::new(),
    }
}
