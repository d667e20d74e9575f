//! The door to the environment: `wasi:cli/environment` and `wasi:cli/exit`. A plugin sees the variables that `env.read` names
//! and its own arguments. Deliberately absent: the environment of the host's process, which is never read here.

use ambit_schema::capability::Kind;
use wasmtime_wasi::p2::bindings::cli::{environment, exit};

use crate::tier::wasm::call::Stop;
use crate::tier::wasm::state::PluginState;

impl environment::Host for PluginState {
    fn get_environment(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        let offered = self.environment.clone();
        let granted =
            offered.iter().filter(|(name, _)| self.gate.holds(Kind::EnvRead, name)).cloned().collect::<Vec<_>>();
        for (name, _) in &granted {
            self.gate.ask(Kind::EnvRead, name, "read")?;
        }
        Ok(granted)
    }

    fn get_arguments(&mut self) -> wasmtime::Result<Vec<String>> {
        Ok(self.arguments.clone())
    }

    fn initial_cwd(&mut self) -> wasmtime::Result<Option<String>> {
        Ok(None)
    }
}

impl exit::Host for PluginState {
    fn exit(&mut self, status: Result<(), ()>) -> wasmtime::Result<()> {
        Err(Stop::Exit(u8::from(status.is_err())).into())
    }

    fn exit_with_code(&mut self, status: u8) -> wasmtime::Result<()> {
        Err(Stop::Exit(status).into())
    }
}
