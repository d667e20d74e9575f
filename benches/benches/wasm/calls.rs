//! Calls: of a plugin by its host, typed and by values; of the host by a plugin, through its gate; and how much longer than its
//! quota a plugin that spins can spin.

use ambit_benches::wasm::{Raw, asker, engine, plan, raw_asker};
use ambit_benches::{Effort, Task, compare};
use ambit_runtime::{Context, Host};
use ambit_schema::limits::Quota;
use ambit_schema::plan::Plan;
use wasmtime::Store;
use wasmtime::component::{Component, Linker, Val};

use super::Done;
use super::extism::Peer;

/// How often a plugin asks in one call, so that the call itself is no part of what is measured.
const TIMES: u32 = 1_000;

pub(crate) fn calls(bytes: &[u8], plan: &Plan, peer: &Peer) -> Done {
    let engine = engine(1_000)?;
    let component = Component::new(&engine, bytes)?;
    let pre = Linker::new(&engine).instantiate_pre(&component)?;
    let mut raw = Raw::new(&engine, &pre)?;
    let host = Host::builder(".").build()?;
    let mut plugin = host.load(plan, "calc", bytes)?;
    let mut add = plugin.typed::<(u32, u32), (u32,)>("add")?;
    let tasks = vec![
        Task::new("wasmtime alone", || raw.add.call(&mut raw.store, (2, 3))),
        Task::new("under its plan, every quota armed", || plugin.call(&mut add, (2, 3))),
    ];
    let medians = compare("typed call, (u32, u32) -> u32", 0, Effort::default(), tasks);
    peer.beside("add", medians[1]);
    by_value(&mut raw, &pre, &mut plugin)?;
    for size in [64, 64 << 10] {
        let text: &'static str = "x".repeat(size).leak();
        let mut echo = plugin.typed::<(&'static str,), (String,)>("echo")?;
        let tasks = vec![
            Task::new("wasmtime alone", || raw.echo.call(&mut raw.store, (text,))),
            Task::new("under its plan, every quota armed", || plugin.call(&mut echo, (text,))),
        ];
        let title = format!("typed call, string of {size} bytes there and back");
        let medians = compare(&title, size, Effort::default(), tasks);
        peer.beside(&format!("echo-{size}"), medians[1]);
    }
    Ok(())
}

fn by_value(raw: &mut Raw, pre: &wasmtime::component::InstancePre<()>, plugin: &mut ambit_runtime::Plugin) -> Done {
    let mut store = Store::new(raw.store.engine(), ());
    let function = pre.instantiate(&mut store)?.get_func(&mut store, "add").ok_or("no `add`")?;
    let mut add = plugin.dynamic("add")?;
    let two = [Val::U32(2), Val::U32(3)];
    let (mut one, mut other) = ([Val::Bool(false)], [Val::Bool(false)]);
    let tasks = vec![
        Task::new("wasmtime alone", || function.call(&mut store, &two, &mut one)),
        Task::new("under its plan, every quota armed", || plugin.call_dynamic(&mut add, &two, &mut other)),
    ];
    compare("call by values, (u32, u32) -> u32", 0, Effort::default(), tasks);
    Ok(())
}

/// A plugin asks the host: by a bare function, and by one that asks the gate and is audited; always about the same, and about
/// two things in turn.
pub(crate) fn questions() -> Done {
    let (mut store, instance) = raw_asker()?;
    let (mut plugin, mut turning) = (asker(&["vault"])?, asker(&["vault", "attic"])?);
    for (export, title) in [("numbers", "u32"), ("texts", "a string of 64 bytes")] {
        let raw = instance.get_typed_func::<(u32,), (u32,)>(&mut store, export)?;
        let mut ours = plugin.typed::<(u32,), (u32,)>(export)?;
        let mut turns = turning.typed::<(u32,), (u32,)>(export)?;
        let mut tasks = vec![
            Task::new("wasmtime alone, nothing asked", || raw.call(&mut store, (TIMES,))),
            Task::new("asked and audited", || plugin.call(&mut ours, (TIMES,))),
        ];
        if export == "numbers" {
            tasks.push(Task::new("asked and audited, two things in turn", || turning.call(&mut turns, (TIMES,))));
        }
        compare(&format!("{TIMES} calls of the host, {title}"), 0, Effort::default(), tasks);
    }
    Ok(())
}

/// Never ends.
const SPIN: &str = r#"(component
  (core module $m (func (export "spin") (loop $again (br $again))))
  (core instance $i (instantiate $m))
  (func (export "spin") (canon lift (core func $i "spin"))))"#;

/// How much CPU time a plugin takes beyond what it has.
pub(crate) fn overshoot() -> Done {
    let bytes = wat::parse_str(SPIN)?;
    let mut plugin = Host::builder(".").build()?.load(&plan(&bytes, ""), "calc", &bytes)?;
    let context = Context { limits: [(Quota::Cpu, 50)].into(), ..Context::default() };
    let mut over: Vec<f64> =
        (0..21).map(|_| plugin.execute(&context, "spin", &[]).usage.cpu.as_secs_f64() * 1e3 - 50.0).collect();
    over.sort_by(f64::total_cmp);
    println!("\nCPU time beyond a quota of 50 ms, 21 rounds: median {:.2} ms, most {:.2} ms", over[10], over[20]);
    Ok(())
}
