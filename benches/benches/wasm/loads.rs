//! From bytes to the first answer, with code that was compiled before.

use std::time::Duration;

use ambit_benches::wasm::{Raw, different, engine};
use ambit_benches::{Effort, Task, compare};
use ambit_runtime::Host;
use ambit_schema::plan::Plan;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use super::Done;
use super::extism::Peer;

pub(crate) fn loads(bytes: &[u8], plan: &Plan, peer: &Peer) -> Done {
    let engine = engine(1_000)?;
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
    let medians = compare("warm load to first answer", 0, Effort::default(), tasks);
    peer.beside("load", medians[1]);
    compiling(&engine, bytes, peer)
}

/// The same from bytes that nobody compiled before.
fn compiling(engine: &Engine, bytes: &[u8], peer: &Peer) -> Done {
    // Short rounds of one turn each, and each turn has an artifact of its own.
    let effort = Effort { rounds: 31, round: Duration::from_nanos(1) };
    let mut new = (0..effort.rounds + 2).map(|n| different(bytes, n)).collect::<Vec<_>>().into_iter();
    let (linker, host) = (Linker::new(engine), Host::builder(".").build()?);
    let tasks = vec![
        Task::new("wasmtime alone: compile, instantiate, call", || -> wasmtime::Result<u32> {
            let mut raw = Raw::new(engine, &linker.instantiate_pre(&Component::new(engine, bytes)?)?)?;
            Ok(raw.add.call(&mut raw.store, (2, 3))?.0)
        }),
        Task::new("under its plan, compiled for the first time", || {
            let sum = new.next().map(|(plan, bytes)| our_load(&host, &plan, &bytes).ok());
            assert_eq!(sum, Some(Some(5)));
        }),
    ];
    let medians = compare("cold load to first answer", 0, effort, tasks);
    peer.beside("create", medians[1]);
    Ok(())
}

#[expect(unsafe_code, reason = "the bytes were serialised by this very process")]
pub(crate) fn raw_load(engine: &Engine, linker: &Linker<()>, compiled: &[u8]) -> wasmtime::Result<u32> {
    // SAFETY: `compiled` comes from `Component::serialize` of the same engine, a few lines above, and was nowhere since.
    let component = unsafe { Component::deserialize(engine, compiled)? };
    let mut raw = Raw::new(engine, &linker.instantiate_pre(&component)?)?;
    Ok(raw.add.call(&mut raw.store, (2, 3))?.0)
}

fn raw_cold(compiled: &[u8]) -> wasmtime::Result<u32> {
    let engine = engine(1_000)?;
    raw_load(&engine, &Linker::new(&engine), compiled)
}

fn our_load(host: &Host, plan: &Plan, bytes: &[u8]) -> Result<u32, Box<dyn std::error::Error>> {
    let mut plugin = host.load(plan, "calc", bytes)?;
    let mut add = plugin.typed::<(u32, u32), (u32,)>("add")?;
    Ok(plugin.call(&mut add, (2, 3))?.0)
}
