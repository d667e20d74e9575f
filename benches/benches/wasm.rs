//! A plugin under its plan beside the same component on wasmtime alone: typed calls with every quota armed, and a warm load
//! to the first answer. The engine's settings are the same on both sides.

use std::sync::Arc;

use ambit_benches::{Effort, Task, compare};
use ambit_compiler::binary::{Artifacts, Unread};
use ambit_compiler::source::Sources;
use ambit_compiler::{Inputs, compile};
use ambit_runtime::Host;
use ambit_schema::plan::Plan;
use wasmtime::component::{Component, InstancePre, Linker, TypedFunc};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store};

/// Adds two numbers, and gives a string back as it came.
const GUEST: &str = r#"(component
  (core module $m
    (memory (export "memory") 4)
    (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
    (func (export "echo") (param i32 i32) (result i32)
      i32.const 0 local.get 0 i32.store
      i32.const 4 local.get 1 i32.store
      i32.const 0))
  (core instance $i (instantiate $m))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "add")))
  (func (export "echo") (param "text" string) (result string)
    (canon lift (core func $i "echo") (memory $i "memory") (realloc (func $i "realloc")))))"#;

struct One(Arc<[u8]>);

impl Artifacts for One {
    fn read(&self, _path: &str) -> Result<Arc<[u8]>, Unread> {
        Ok(self.0.clone())
    }
}

fn plan(bytes: &[u8]) -> Plan {
    let mut sources = Sources::default();
    let host = "host \"bench\"\nversion \"1.0.0\"\ntiers \"wasm\"\ncapabilities { env.read \"**\" }\n";
    let profile = sources.add("host.kdl", host.as_bytes());
    let grants = sources.add("grants.kdl", "allow \"calc\" { env.read \"LANG\" }\n".as_bytes());
    let manifest = "id \"calc\"\nversion \"1.0.0\"\nwasm \"calc.wasm\"\ncapabilities { env.read \"LANG\" }\n";
    let manifest = sources.add("calc/plugin.kdl", manifest.as_bytes());
    let artifacts = One(bytes.into());
    let inputs = Inputs {
        sources,
        profile: Some(profile),
        grants: vec![grants],
        manifests: vec![manifest],
        index: vec![],
        consents: vec![],
        environment: None,
        artifacts: &artifacts,
    };
    let compilation = compile(&inputs);
    compilation.plan.unwrap_or_else(|| unreachable!("the workspace compiles: {:?}", compilation.diagnostics))
}

fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(1_000).total_core_instances(1_000).total_memories(1_000).total_tables(1_000);
    config.concurrency_support(false).allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config)
}

type Echo = TypedFunc<(String,), (String,)>;

/// Wasmtime alone: an instance and its exports.
struct Raw {
    store: Store<()>,
    add: TypedFunc<(u32, u32), (u32,)>,
    echo: Echo,
}

impl Raw {
    fn new(engine: &Engine, pre: &InstancePre<()>) -> wasmtime::Result<Self> {
        let mut store = Store::new(engine, ());
        let instance = pre.instantiate(&mut store)?;
        let add = instance.get_typed_func(&mut store, "add")?;
        let echo = instance.get_typed_func(&mut store, "echo")?;
        Ok(Raw { store, add, echo })
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bytes = wat::parse_str(GUEST)?;
    let plan = plan(&bytes);
    calls(&bytes, &plan)?;
    loads(&bytes, &plan)
}

fn calls(bytes: &[u8], plan: &Plan) -> Result<(), Box<dyn std::error::Error>> {
    let engine = engine()?;
    let pre = Linker::new(&engine).instantiate_pre(&Component::new(&engine, bytes)?)?;
    let mut raw = Raw::new(&engine, &pre)?;
    let host = Host::builder(".").build()?;
    let mut plugin = host.load(plan, "calc", bytes)?;
    let mut add = plugin.typed::<(u32, u32), (u32,)>("add")?;
    let tasks = vec![
        Task::new("wasmtime alone", || raw.add.call(&mut raw.store, (2, 3))),
        Task::new("under its plan, every quota armed", || plugin.call(&mut add, (2, 3))),
    ];
    compare("typed call, (u32, u32) -> u32", 0, Effort::default(), tasks);
    for size in [64, 64 << 10] {
        let text = "x".repeat(size);
        let mut echo = plugin.typed::<(String,), (String,)>("echo")?;
        let tasks = vec![
            Task::new("wasmtime alone", || raw.echo.call(&mut raw.store, (text.clone(),))),
            Task::new("under its plan, every quota armed", || plugin.call(&mut echo, (text.clone(),))),
        ];
        compare(&format!("typed call, string of {size} bytes there and back"), size, Effort::default(), tasks);
    }
    Ok(())
}

fn loads(bytes: &[u8], plan: &Plan) -> Result<(), Box<dyn std::error::Error>> {
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
