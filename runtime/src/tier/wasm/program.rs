//! Programs for WASI p1, which run as they are. Comes in: a core module, whose imports were checked. Goes out: the same linked to the
//! door for WASI p1, unless the plan withholds something that stands behind one of its imports; and its run from start to end.

use std::sync::OnceLock;

use ambit_schema::interface::behind;
use ambit_schema::plan::PluginEntry;
use wasmtime::{Engine, InstancePre, Linker, Module, Store};

use super::module::START;
use super::state::PluginState;
use crate::door::p1;
use crate::host::LoadError;

/// What the programs of a host are linked to; made for the first of them.
#[derive(Default)]
pub(crate) struct Programs(OnceLock<Result<Linker<PluginState>, String>>);

impl Programs {
    /// Links a program.
    ///
    /// # Errors
    /// When the plan withholds what it imports, or what it imports is of another type.
    pub(super) fn link(&self, entry: &PluginEntry, module: &Module) -> Result<InstancePre<PluginState>, LoadError> {
        if let Some((import, place)) = forbidden(entry, module) {
            return Err(LoadError::Withheld { import, place });
        }
        let linker = self.0.get_or_init(|| linker(module.engine()).map_err(|error| format!("{error:#}")));
        let linker = linker.as_ref().map_err(|error| LoadError::Link(error.clone()))?;
        linker.instantiate_pre(module).map_err(|error| LoadError::Link(format!("{error:#}")))
    }
}

fn linker(engine: &Engine) -> wasmtime::Result<Linker<PluginState>> {
    let mut linker = Linker::new(engine);
    p1::link(&mut linker)?;
    Ok(linker)
}

/// The first import that the plan keeps from the plugin, or of what stands behind one, and the line that does.
fn forbidden(entry: &PluginEntry, module: &Module) -> Option<(String, String)> {
    let kept = |import: &str| Some((import.to_owned(), entry.forbids(import)?.place.to_string()));
    module.imports().find_map(|import| {
        let behind = behind(&format!("{}.{}", import.module(), import.name()));
        std::iter::once(import.module()).chain(behind).find_map(kept)
    })
}

/// Runs a program.
pub(super) fn run(pre: &InstancePre<PluginState>, store: &mut Store<PluginState>) -> wasmtime::Result<()> {
    let instance = pre.instantiate(&mut *store)?;
    instance.get_typed_func::<(), ()>(&mut *store, START)?.call(store, ())
}

#[cfg(test)]
mod tests {
    use wasmtime::{Engine, Module};

    use super::super::base::{FUNCTIONS, P1};
    use super::super::engine::settings;
    use super::linker;

    /// A module is taken for a program by the names of what it imports: there has to be a function for each, and no other.
    #[test]
    fn what_is_known_of_wasi_p1_is_what_is_linked() {
        let engine = Engine::new(&settings()).unwrap();
        let linker = linker(&engine).unwrap();
        let linked = |name: &str| {
            let text = format!("(module (import \"{P1}\" \"{name}\" (func (param v128))))");
            let module = Module::new(&engine, wat::parse_str(text).unwrap()).unwrap();
            linker.instantiate_pre(&module).map(drop).map_err(|error| format!("{error:#}"))
        };
        for name in FUNCTIONS {
            // It is there, and of another type.
            let told = linked(name).unwrap_err();
            assert!(told.contains("incompatible import type"), "{name}: {told}");
        }
        let told = linked("fd_dup").unwrap_err();
        assert!(told.contains("unknown import"), "{told}");
        assert!(FUNCTIONS.is_sorted());
    }
}
