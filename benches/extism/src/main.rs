//! What the same work costs with Extism. Comes in: nothing. Goes out: a line for each measurement, its name and nanoseconds or
//! bytes, for the bench `wasm` to set beside its own.

use std::hint::black_box;
use std::time::Instant;

use extism::{CompiledPlugin, Manifest, Plugin, PluginBuilder, Wasm};

/// As the guests of Extism's own kits work: input is read through the kernel, and output written to it.
const GUEST: &str = r#"(module
  (import "extism:host/env" "input_length" (func $input_length (result i64)))
  (import "extism:host/env" "input_load_u64" (func $input_load_u64 (param i64) (result i64)))
  (import "extism:host/env" "input_load_u8" (func $input_load_u8 (param i64) (result i32)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u64" (func $store_u64 (param i64 i64)))
  (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
  (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
  (memory (export "memory") 4)
  (func (export "add") (result i32)
    (local $both i64) (local $at i64)
    (local.set $both (call $input_load_u64 (i64.const 0)))
    (local.set $at (call $alloc (i64.const 8)))
    (call $store_u64 (local.get $at)
      (i64.extend_i32_u (i32.add (i32.wrap_i64 (local.get $both))
        (i32.wrap_i64 (i64.shr_u (local.get $both) (i64.const 32))))))
    (call $output_set (local.get $at) (i64.const 8))
    (i32.const 0))
  ;; The text goes into the guest's own memory, as a string of its language would, and from there back.
  (func (export "echo") (result i32)
    (local $length i64) (local $at i64) (local $n i64)
    (local.set $length (call $input_length))
    (local.set $at (call $alloc (local.get $length)))
    (block $read (loop $again
      (br_if $read (i64.ge_u (local.get $n) (local.get $length)))
      (i64.store (i32.wrap_i64 (local.get $n)) (call $input_load_u64 (local.get $n)))
      (local.set $n (i64.add (local.get $n) (i64.const 8)))
      (br $again)))
    (local.set $n (i64.const 0))
    (block $written (loop $again
      (br_if $written (i64.ge_u (local.get $n) (local.get $length)))
      (call $store_u64 (i64.add (local.get $at) (local.get $n)) (i64.load (i32.wrap_i64 (local.get $n))))
      (local.set $n (i64.add (local.get $n) (i64.const 8)))
      (br $again)))
    (call $output_set (local.get $at) (local.get $length))
    (i32.const 0)))"#;

/// Rounds, of which the median counts.
const ROUNDS: usize = 31;
/// How many plugins live at once. Some 8,000 do not: each takes several mappings, of which Linux gives 65,530.
const MANY: usize = 1_000;

fn median(times: usize, mut call: impl FnMut()) -> f64 {
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            (0..times).for_each(|_| call());
            began.elapsed().as_nanos() as f64 / times as f64
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

/// What the process holds in memory, in bytes: pages, and the tables that find them.
fn resident() -> Result<u64, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let kilobytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|number| number.parse::<u64>().ok()).unwrap_or_default()
    };
    Ok((kilobytes("VmRSS:") + kilobytes("VmPTE:")) << 10)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bytes = wat::parse_str(GUEST)?;
    let manifest = Manifest::new([Wasm::data(bytes)]);
    let mut plugin = Plugin::new(&manifest, [], false)?;
    let two = [2_u32.to_le_bytes(), 3_u32.to_le_bytes()].concat();
    assert_eq!(plugin.call::<&[u8], Vec<u8>>("add", &two)?[0], 5);
    let call = |plugin: &mut Plugin, name: &str, input: &[u8]| {
        let output = plugin.call::<&[u8], Vec<u8>>(name, black_box(input));
        black_box(output.unwrap_or_default());
    };
    println!("add {}", median(1_000, || call(&mut plugin, "add", &two)));
    for size in [64, 64 << 10] {
        let text = vec![b'x'; size];
        assert_eq!(plugin.call::<&[u8], Vec<u8>>("echo", &text)?, text);
        let times = if size > 64 { 50 } else { 1_000 };
        println!("echo-{size} {}", median(times, || call(&mut plugin, "echo", &text)));
    }
    let create = || {
        let compiled = PluginBuilder::new(&manifest).with_wasi(false).with_cache_disabled().build();
        if let Ok(mut plugin) = compiled {
            call(&mut plugin, "add", &two);
        }
    };
    println!("create {}", median(1, create));
    let compiled = PluginBuilder::new(&manifest).with_wasi(false).compile()?;
    let load = |compiled: &CompiledPlugin| -> Result<Plugin, extism::Error> {
        let mut plugin = Plugin::new_from_compiled(compiled)?;
        call(&mut plugin, "add", &two);
        Ok(plugin)
    };
    println!("load {}", median(20, || drop(load(&compiled))));
    let first = load(&compiled)?;
    let before = resident()?;
    let plugins = (0..MANY).map(|_| load(&compiled)).collect::<Result<Vec<_>, _>>()?;
    println!("idle-bytes {}", (resident()? - before) / MANY as u64);
    drop((first, plugins));
    Ok(())
}
