//! A plugin under its plan beside the same component on wasmtime alone: calls with every quota armed, calls of the host through
//! its gate, loads, and a great many plugins at once; and beside Extism, where that was built. The engine's settings are the same
//! on both sides.

use std::sync::Arc;

use ambit_compiler::binary::{Artifacts, Unread};
use ambit_compiler::source::Sources;
use ambit_compiler::{Inputs, compile};
use ambit_schema::plan::Plan;
use wasmtime::component::{InstancePre, TypedFunc};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store};

mod calls;
mod extism;
mod loads;
mod many;

type Done = Result<(), Box<dyn std::error::Error>>;

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

/// Asks the host as often as it is told: about a number, or about a text of 64 bytes.
const ASKER: &str = r#"(component
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

struct One(Arc<[u8]>);

impl Artifacts for One {
    fn read(&self, _path: &str) -> Result<Arc<[u8]>, Unread> {
        Ok(self.0.clone())
    }
}

/// A plan for one plugin; `offers` stands in the host profile.
fn plan(bytes: &[u8], offers: &str) -> Plan {
    let mut sources = Sources::default();
    let host = format!(
        "host \"bench\"\nversion \"1.0.0\"\ntiers \"wasm\"\ncapabilities {{ env.read \"**\"; db.read \"**\" }}\n{offers}"
    );
    let profile = sources.add("host.kdl", host.as_bytes());
    let grants = sources.add("grants.kdl", "allow \"calc\" { env.read \"LANG\"; db.read \"vault\" }\n".as_bytes());
    let manifest =
        "id \"calc\"\nversion \"1.0.0\"\nwasm \"calc.wasm\"\ncapabilities { env.read \"LANG\"; db.read \"vault\" }\n";
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

type Echo = TypedFunc<(&'static str,), (String,)>;

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

/// Words after `--` choose: `calls`, `loads`, `many`; none is all.
fn main() -> Done {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let is_chosen = |word: &str| chosen.is_empty() || chosen.iter().any(|chosen| chosen == word);
    let bytes = wat::parse_str(GUEST)?;
    let plan = plan(&bytes, "");
    if is_chosen("calls") {
        let peer = extism::measured();
        calls::calls(&bytes, &plan, &peer)?;
        calls::questions()?;
        calls::overshoot()?;
    }
    if is_chosen("loads") {
        loads::loads(&bytes, &plan)?;
    }
    if is_chosen("many") {
        many::idle(&bytes, &plan)?;
        many::parallel(&bytes)?;
    }
    Ok(())
}
