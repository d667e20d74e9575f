//! What is counted: calls of a plugin under its plan and of the same component on wasmtime alone, one after another. Comes in:
//! nothing. Goes out: calls of [`one_counted_call`], [`ROUNDS`] of each name in order.

use ambit_benches::wasm::{FEW, GUEST, Raw, asker, engine, plan, raw_asker};
use ambit_runtime::Host;
use wasmtime::Store;
use wasmtime::component::{Component, Linker, Val};

use super::Done;

/// How often each is called.
pub(crate) const ROUNDS: usize = 15;
/// How often a plugin asks its host in one call.
const ASKED: u32 = 10;

/// What is called, in this order.
pub(crate) const NAMES: &[&str] = &[
    "typed-u32-alone",
    "typed-u32",
    "typed-64b-alone",
    "typed-64b",
    "values-u32-alone",
    "values-u32",
    "host-u32-alone",
    "host-u32",
    "host-u32-turns",
    "host-64b-alone",
    "host-64b",
];

/// How many times the instructions of wasmtime alone a call may take, in a release build.
pub(crate) fn most(name: &str) -> Option<f64> {
    match name {
        _ if name.starts_with("host-") => Some(1.5),
        _ => Some(1.25),
    }
}

/// What lies between its start and its end is counted.
#[inline(never)]
fn one_counted_call(call: &mut dyn FnMut()) {
    call();
}

pub(crate) fn work() -> Done {
    let bytes = wat::parse_str(GUEST)?;
    let engine = engine(FEW)?;
    let pre = Linker::new(&engine).instantiate_pre(&Component::new(&engine, &bytes)?)?;
    let mut raw = Raw::new(&engine, &pre)?;
    let mut plugin = Host::builder(".").instances(FEW).build()?.load(&plan(&bytes, ""), "calc", &bytes)?;
    let mut add = plugin.typed::<(u32, u32), (u32,)>("add")?;
    let mut echo = plugin.typed::<(&'static str,), (String,)>("echo")?;
    let text: &'static str = "x".repeat(64).leak();

    counted(|| assert_eq!(raw.add.call(&mut raw.store, (2, 3)).ok(), Some((5,))));
    counted(|| assert_eq!(plugin.call(&mut add, (2, 3)), Ok((5,))));
    counted(|| assert!(raw.echo.call(&mut raw.store, (text,)).is_ok_and(|(same,)| same == text)));
    counted(|| assert!(plugin.call(&mut echo, (text,)).is_ok_and(|(same,)| same == text)));

    let mut store = Store::new(&engine, ());
    let function = pre.instantiate(&mut store)?.get_func(&mut store, "add").ok_or("no `add`")?;
    let mut values = plugin.dynamic("add")?;
    let (two, mut sum) = ([Val::U32(2), Val::U32(3)], [Val::Bool(false)]);
    counted(|| assert!(function.call(&mut store, &two, &mut sum).is_ok()));
    counted(|| assert!(plugin.call_dynamic(&mut values, &two, &mut sum).is_ok()));
    questions()
}

fn questions() -> Done {
    let (mut store, instance) = raw_asker()?;
    let (mut plugin, mut turning) = (asker(&["vault"])?, asker(&["vault", "attic"])?);
    for export in ["numbers", "texts"] {
        let alone = instance.get_typed_func::<(u32,), (u32,)>(&mut store, export)?;
        let mut ours = plugin.typed::<(u32,), (u32,)>(export)?;
        counted(|| assert!(alone.call(&mut store, (ASKED,)).is_ok()));
        counted(|| assert!(plugin.call(&mut ours, (ASKED,)).is_ok()));
        if export == "numbers" {
            let mut turns = turning.typed::<(u32,), (u32,)>(export)?;
            counted(|| assert!(turning.call(&mut turns, (ASKED,)).is_ok()));
        }
    }
    Ok(())
}

/// Once for what is only done once, and then so often that a tick of the clock in one of them does not count.
fn counted(mut call: impl FnMut()) {
    call();
    for _ in 0..ROUNDS {
        one_counted_call(&mut call);
    }
}
