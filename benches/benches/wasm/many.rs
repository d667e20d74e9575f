//! A great many plugins in one process: what one costs that waits for its next call, and what a start of all of them takes.

use std::hint::black_box;
use std::panic::resume_unwind;
use std::time::{Duration, Instant};

use ambit_benches::wasm::{different, engine};
use ambit_runtime::{Host, Plugin};
use ambit_schema::plan::Plan;
use nix::time::{ClockId, clock_gettime};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use super::Done;
use super::extism::Peer;
use super::loads::raw_load;

/// How many plugins live at once.
const MANY: u32 = 10_000;
/// How many are started.
const STARTED: usize = 1_000;
/// How often, of which the median counts.
const ROUNDS: usize = 3;

/// What the process holds in memory, in bytes: pages, and the tables that find them.
fn resident() -> Result<u64, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let kilobytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|number| number.parse::<u64>().ok()).unwrap_or_default()
    };
    Ok((kilobytes("VmRSS:") + kilobytes("VmPTE:")) << 10)
}

/// What each of them holds that had one call and waits for the next.
pub(crate) fn idle(bytes: &[u8], plan: &Plan, peer: &Peer) -> Done {
    let host = Host::builder(".").instances(MANY).build()?;
    let start = || -> Result<Plugin, Box<dyn std::error::Error>> {
        let mut plugin = host.load(plan, "calc", bytes)?;
        let mut add = plugin.typed::<(u32, u32), (u32,)>("add")?;
        plugin.call(&mut add, (2, 3))?;
        Ok(plugin)
    };
    let first = start()?;
    let (before, began) = (resident()?, Instant::now());
    let mut plugins: Vec<Plugin> = (1..MANY).map(|_| start()).collect::<Result<_, _>>()?;
    let (after, took) = (resident()?, began.elapsed());
    let each = (after - before) as f64 / f64::from(MANY - 1);
    println!("\n{MANY} plugins live in one process, each after one call:");
    println!("  memory for each: {:.1} KiB; loaded and called in {:.2} s", each / 1024.0, took.as_secs_f64());
    peer.memory_beside("idle-bytes", each);
    let mut add = plugins[0].typed::<(u32, u32), (u32,)>("add")?;
    assert_eq!(plugins[0].call(&mut add, (2, 3))?, (5,));
    drop((first, plugins));
    Ok(())
}

/// What some threads took: the time that passed, and the processor time of the one that took most.
#[derive(Clone, Copy)]
struct Took {
    passed: Duration,
    busy: Duration,
}

/// Has each part of some work done by a thread of its own.
fn divided<T: Sync>(all: &[T], threads: usize, one: impl Fn(&T) + Sync) -> Took {
    let began = Instant::now();
    let part = |part: &[T]| {
        part.iter().for_each(&one);
        clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
    };
    let part = &part;
    let busy = std::thread::scope(|scope| {
        let parts = all.chunks(all.len().div_ceil(threads));
        let started: Vec<_> = parts.map(|of| scope.spawn(move || part(of))).collect();
        started.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).max()
    });
    Took { passed: began.elapsed(), busy: busy.unwrap_or_default() }
}

/// Loads different plugins to their first answer.
fn start_all(host: &Host, all: &[(Plan, Vec<u8>)], threads: usize) -> Took {
    divided(all, threads, |(plan, bytes)| {
        let answer = host.load(plan, "calc", bytes).map_err(|error| error.to_string()).and_then(|mut plugin| {
            let mut add = plugin.typed::<(u32, u32), (u32,)>("add").map_err(|error| error.to_string())?;
            plugin.call(&mut add, (2, 3)).map_err(|error| error.to_string())
        });
        assert_eq!(answer, Ok((5,)));
    })
}

/// Work that waits for nothing: what more than one thread can gain on this machine, now.
fn reckon(threads: usize) -> Took {
    divided(&[(); STARTED], threads, |()| {
        black_box((0..300_000_u64).fold(0, |sum, n| black_box(sum ^ n)));
    })
}

/// The same on wasmtime alone, with code that was compiled before.
fn start_raw(engine: &Engine, all: &[Vec<u8>], threads: usize) -> Took {
    let linker = Linker::new(engine);
    divided(all, threads, |code| assert_eq!(raw_load(engine, &linker, code).ok(), Some(5)))
}

/// Different artifacts are loaded by one thread and by two: to be compiled, and with code from the cache.
pub(crate) fn parallel(bytes: &[u8]) -> Done {
    let all: Vec<(Plan, Vec<u8>)> = (0..STARTED).map(|n| different(bytes, n)).collect();
    let engine = engine(1_000)?;
    let code = all.iter().map(|(_, bytes)| Component::new(&engine, bytes)?.serialize());
    let code: Vec<Vec<u8>> = code.collect::<wasmtime::Result<_>>()?;
    let names = [
        "work that waits for nothing",
        "compiled for the first time",
        "code from the cache",
        "wasmtime alone, compiled",
    ];
    let mut times = vec![[vec![], vec![]]; names.len()];
    for _ in 0..ROUNDS {
        for threads in [1, 2] {
            let folder = tempfile::tempdir()?;
            let host = || Host::builder(".").cache(folder.path()).build();
            let raw = start_raw(&engine, &code, threads);
            let took = [reckon(threads), start_all(&host()?, &all, threads), start_all(&host()?, &all, threads), raw];
            times.iter_mut().zip(took).for_each(|(times, took)| times[threads - 1].push(took));
        }
    }
    println!(
        "\n{STARTED} different plugins, each loaded to its first answer, by one thread and by two (median of {ROUNDS}):"
    );
    for (name, [one, two]) in names.into_iter().zip(&times) {
        let row = |what: &str, of: fn(&Took) -> Duration| {
            let (one, two) = (median(one, of), median(two, of));
            println!("  {name:<28} {what:<12} {one:>8.3} s {two:>8.3} s  {:>6.2} × as fast", one / two);
        };
        row("time passed", |took| took.passed);
        row("processor", |took| took.busy);
    }
    Ok(())
}

fn median(rounds: &[Took], of: impl Fn(&Took) -> Duration) -> f64 {
    let mut rounds: Vec<Duration> = rounds.iter().map(of).collect();
    rounds.sort_unstable();
    rounds[rounds.len() / 2].as_secs_f64()
}
