//! From bytes to the first answer, with code that was compiled before.

use ambit_benches::{Effort, Task, compare};
use ambit_runtime::Host;
use ambit_schema::plan::Plan;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use super::{Done, Raw, engine};

pub(crate) fn loads(bytes: &[u8], plan: &Plan) -> Done {
    let engine = engine()?;
    let compiled = Component::new(&engine, bytes)?.serialize()?;
    let linker = Linker::new(&engine);
    let host = Host::builder(".").build()?;
    let folder = tempfile::tempdir()?;
    Host::builder(".").cache(folder.path()).build()?.load(plan, "calc", bytes)?;
    let fresh = || Host::builder(".").cache(folder.path()).build();
    let tasks = vec![
        Task::new("wasmtime alone: deserialize, instantiate, call", || raw_load(&engine, &linker, &compiled)),
        Task::new("under its plan, host has it compiled", || our_load(&host, plan, bytes)),
        Task::new("wasmtime alone, new engine", || raw_cold(&compiled)),
        Task::new("under its plan, new host, code from the cache", || fresh().map(|host| our_load(&host, plan, bytes))),
    ];
    compare("warm load to first answer", 0, Effort::default(), tasks);
    Ok(())
}

#[expect(unsafe_code, reason = "the bytes were serialised by this very process")]
fn raw_load(engine: &Engine, linker: &Linker<()>, compiled: &[u8]) -> wasmtime::Result<u32> {
    // SAFETY: `compiled` comes from `Component::serialize` of the same engine, a few lines above, and was nowhere since.
    let component = unsafe { Component::deserialize(engine, compiled)? };
    let mut raw = Raw::new(engine, &linker.instantiate_pre(&component)?)?;
    Ok(raw.add.call(&mut raw.store, (2, 3))?.0)
}

fn raw_cold(compiled: &[u8]) -> wasmtime::Result<u32> {
    let engine = engine()?;
    raw_load(&engine, &Linker::new(&engine), compiled)
}

fn our_load(host: &Host, plan: &Plan, bytes: &[u8]) -> Result<u32, Box<dyn std::error::Error>> {
    let mut plugin = host.load(plan, "calc", bytes)?;
    let mut add = plugin.typed::<(u32, u32), (u32,)>("add")?;
    Ok(plugin.call(&mut add, (2, 3))?.0)
}
