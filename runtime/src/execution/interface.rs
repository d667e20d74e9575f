//! How plugins are told of the execution they are in: the interface `ambit:host/execution`, as `runtime/wit/execution.wit` says.
//! Comes in: the context. Goes out: its parts. For host authors to add to their host, and for plugins whose plan lists it.

use wasmtime::StoreContextMut;

use crate::host::Interface;
use crate::tier::wasm::PluginState;

/// The interface, for [`HostBuilder::interface`](crate::HostBuilder::interface) under the name `ambit:host/execution`.
#[must_use]
pub fn execution_interface() -> Interface {
    Box::new(|functions| {
        functions.func_wrap("id", |store: StoreContextMut<'_, PluginState>, (): ()| {
            let state = store.data();
            let named = state.context.as_ref().and_then(|context| context.execution.clone());
            Ok((named.unwrap_or_else(|| state.gate.execution_name()),))
        })?;
        functions.func_wrap("user", |store: StoreContextMut<'_, PluginState>, (): ()| {
            Ok((store.data().context.as_ref().and_then(|context| context.user.clone()),))
        })?;
        functions.func_wrap("workspace", |store: StoreContextMut<'_, PluginState>, (): ()| {
            Ok((store.data().context.as_ref().and_then(|context| context.workspace.clone()),))
        })?;
        functions.func_wrap("application", |store: StoreContextMut<'_, PluginState>, (): ()| {
            Ok((store.data().context.as_ref().and_then(|context| context.application.clone()),))
        })
    })
}
