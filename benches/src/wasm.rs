//! What the measurements of the wasm tier work with: two guests, a plan for one plugin, and the same guest on wasmtime alone. Comes in:
//! nothing. Goes out: things to call. The settings of the engine are those of a host.

use std::sync::Arc;

use ambit_compiler::binary::{Artifacts, Unread};
use ambit_compiler::source::Sources;
use ambit_compiler::{Inputs, compile};
use ambit_runtime::{AuditLog, AuditSink, Host, Plugin, PluginState};
use ambit_schema::capability::Kind;
use ambit_schema::plan::Plan;
use wasmtime::component::{Component, Instance, InstancePre, Linker, LinkerInstance, TypedFunc};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store, StoreContextMut};

/// How many instances there is room for where few are made: each takes 4 GiB of addresses, of which valgrind has few.
pub const FEW: u32 = 2;

/// Adds two numbers, and gives a string back as it came.
pub const GUEST: &str = r#"(component
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

/// Asks the host as often as it is told: about a number, or about a text of 64 bytes.
pub const ASKER: &str = r#"(component
  (import "acme:vault/keys@1.0.0" (instance $keys
    (export "number" (func (param "key" u32) (result u32)))
    (export "text" (func (param "key" string) (result u32)))))
  (core module $memory (memory (export "memory") 1)
    (data (i32.const 0) "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"))
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $mem))
  (core func $number (canon lower (func $keys "number")))
  (core func $text (canon lower (func $keys "text") (memory $mem)))
  (core module $main
    (import "keys" "number" (func $number (param i32) (result i32)))
    (import "keys" "text" (func $text (param i32 i32) (result i32)))
    (func (export "numbers") (param $times i32) (result i32)
      (loop $again
        (drop (call $number (local.get $times)))
        (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
      (i32.const 0))
    (func (export "texts") (param $times i32) (result i32)
      (loop $again
        (drop (call $text (i32.const 0) (i32.const 64)))
        (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
      (i32.const 0)))
  (core instance $lowered (export "number" (func $number)) (export "text" (func $text)))
  (core instance $main (instantiate $main (with "keys" (instance $lowered))))
  (func (export "numbers") (param "times" u32) (result u32) (canon lift (core func $main "numbers")))
  (func (export "texts") (param "times" u32) (result u32) (canon lift (core func $main "texts"))))"#;

/// The artifact, whatever its path.
struct One(Arc<[u8]>);

impl Artifacts for One {
    fn read(&self, _path: &str) -> Result<Arc<[u8]>, Unread> {
        Ok(self.0.clone())
    }
}

/// A plan for one plugin; `offers` stands in the host profile.
#[must_use]
pub fn plan(bytes: &[u8], offers: &str) -> Plan {
    let mut sources = Sources::default();
    let rights = "env.read \"LANG\"; db.read \"vault\"; db.read \"attic\"";
    let host = format!(
        "host \"bench\"\nversion \"1.0.0\"\ntiers \"wasm\"\ncapabilities {{ env.read \"**\"; db.read \"**\" }}\n{offers}"
    );
    let profile = sources.add("host.kdl", host.as_bytes());
    let grants = sources.add("grants.kdl", format!("allow \"calc\" {{ {rights} }}\n").as_bytes());
    let manifest = format!("id \"calc\"\nversion \"1.0.0\"\nwasm \"calc.wasm\"\ncapabilities {{ {rights} }}\n");
    let manifest = sources.add("calc/plugin.kdl", manifest.as_bytes());
    let artifacts = One(bytes.into());
    let inputs = Inputs {
        profile: Some(profile),
        grants: vec![grants],
        manifests: vec![manifest],
        ..Inputs::new(sources, &artifacts)
    };
    let compilation = compile(&inputs);
    compilation.plan.unwrap_or_else(|| unreachable!("the workspace compiles: {:?}", compilation.diagnostics))
}

/// The same artifact with another hash, and a plan for it.
#[must_use]
pub fn different(bytes: &[u8], n: usize) -> (Plan, Vec<u8>) {
    // A section that engines ignore: its name is `n`.
    let bytes = [bytes, &[0, 10, 1, b'n'], &n.to_le_bytes()].concat();
    (plan(&bytes, ""), bytes)
}

/// Wasmtime with the settings of a host: a pool for so many instances, and no concurrency inside components.
///
/// # Errors
/// When this machine cannot run it.
pub fn engine(instances: u32) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(instances).total_core_instances(instances);
    pool.total_memories(instances).total_tables(instances);
    config.concurrency_support(false).allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config)
}

/// Gives a string back.
pub type Echo = TypedFunc<(&'static str,), (String,)>;

/// Wasmtime alone: an instance and its exports.
pub struct Raw {
    /// Its store.
    pub store: Store<()>,
    /// Adds two numbers.
    pub add: TypedFunc<(u32, u32), (u32,)>,
    /// Gives a string back.
    pub echo: Echo,
}

impl Raw {
    /// Makes an instance of the guest.
    ///
    /// # Errors
    /// When it is another guest.
    pub fn new(engine: &Engine, pre: &InstancePre<()>) -> wasmtime::Result<Self> {
        let mut store = Store::new(engine, ());
        let instance = pre.instantiate(&mut store)?;
        let add = instance.get_typed_func(&mut store, "add")?;
        let echo = instance.get_typed_func(&mut store, "echo")?;
        Ok(Raw { store, add, echo })
    }
}

/// What the host has behind the interface: a number for whoever may read the room, which is one of these in turn.
fn vault(rooms: &'static [&'static str], keys: &mut LinkerInstance<'_, PluginState>) -> wasmtime::Result<()> {
    let asked = |store: &mut StoreContextMut<'_, PluginState>, room: &'static str| {
        (u32::from(store.data_mut().gate().ask(Kind::DbRead, room, "read").is_ok()),)
    };
    keys.func_wrap("number", move |mut store, (key,): (u32,)| {
        Ok(asked(&mut store, rooms[key as usize % rooms.len()]))
    })?;
    keys.func_wrap("text", move |mut store, (_,): (String,)| Ok(asked(&mut store, rooms[0])))
}

/// A plugin that asks its host about these rooms in turn, through its gate and audited.
///
/// # Errors
/// When this machine cannot run it.
pub fn asker(rooms: &'static [&'static str]) -> Result<Plugin, Box<dyn std::error::Error>> {
    let bytes = wat::parse_str(ASKER)?;
    let plan = plan(&bytes, "interfaces { \"acme:vault/keys@1.0.0\" \"db.read\" }\n");
    let log: Arc<dyn AuditSink> = Arc::new(AuditLog::default());
    let host = Host::builder(".")
        .instances(FEW)
        .audit(log)
        .interface("acme:vault/keys", Box::new(move |keys| vault(rooms, keys)));
    Ok(host.build()?.load(&plan, "calc", &bytes)?)
}

/// The same on wasmtime alone, where the host asks nothing.
///
/// # Errors
/// When this machine cannot run it.
pub fn raw_asker() -> wasmtime::Result<(Store<()>, Instance)> {
    let engine = engine(FEW)?;
    let mut linker = Linker::<()>::new(&engine);
    let mut keys = linker.instance("acme:vault/keys@1.0.0")?;
    keys.func_wrap("number", |_, (_,): (u32,)| Ok((1_u32,)))?;
    keys.func_wrap("text", |_, (_,): (String,)| Ok((1_u32,)))?;
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &Component::new(&engine, wat::parse_str(ASKER)?)?)?;
    Ok((store, instance))
}
