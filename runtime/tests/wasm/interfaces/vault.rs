//! A vault of the application, as an interface for plugins. Comes in: a key. Goes out: what is kept under it, where the plan
//! gives the plugin that key.

use std::collections::BTreeMap;

use ambit_runtime::wasmtime::component::{HasSelf, bindgen};
use ambit_runtime::{Interface, PluginState};
use ambit_schema::capability::Kind;

bindgen!({
    inline: "
        package acme:secret@1.0.0;
        interface vault {
            open: func(key: string) -> string;
        }
        world host {
            import vault;
        }
    ",
    wasmtime_crate: ambit_runtime::wasmtime,
});

use acme::secret::vault;

/// What the application keeps for its plugins.
pub struct Vault(pub BTreeMap<String, String>);

impl vault::Host for PluginState {
    fn open(&mut self, key: String) -> String {
        // The gate first: it knows the plugin and its plan, and records the answer.
        if let Err(denied) = self.gate().ask(Kind::DbRead, &key, "open") {
            return denied.to_string();
        }
        let vault = self.data::<Vault>();
        vault.and_then(|vault| vault.0.get(&key).cloned()).unwrap_or_default()
    }
}

/// For `HostBuilder::interface`, under the name `acme:secret/vault`.
pub fn vault() -> Interface {
    Box::new(|functions| vault::add_to_linker_instance::<_, HasSelf<PluginState>>(functions, |state| state))
}
