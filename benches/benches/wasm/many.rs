//! A great many plugins in one process: what one costs that waits for its next call, and what a start of all of them takes.

use std::time::{Duration, Instant};

use ambit_runtime::{Host, Plugin};
use ambit_schema::plan::Plan;

use super::{Done, plan};

/// How many plugins live at once.
const MANY: u32 = 10_000;
/// How many are started.
const STARTED: usize = 1_000;

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
pub(crate) fn idle(bytes: &[u8], plan: &Plan) -> Done {
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
    let each = (after - before) as f64 / f64::from(MANY - 1) / 1024.0;
    println!("\n{MANY} plugins live in one process, each after one call:");
    println!("  memory for each: {each:.1} KiB; loaded and called in {:.2} s", took.as_secs_f64());
    let mut add = plugins[0].typed::<(u32, u32), (u32,)>("add")?;
    assert_eq!(plugins[0].call(&mut add, (2, 3))?, (5,));
    drop((first, plugins));
    Ok(())
}

/// Loads so many different plugins to their first answer on some threads. Gives the time that passed.
fn start_all(host: &Host, all: &[(Plan, Vec<u8>)], threads: usize) -> Duration {
    let began = Instant::now();
    std::thread::scope(|scope| {
        for part in all.chunks(all.len().div_ceil(threads)) {
            scope.spawn(move || {
                for (plan, bytes) in part {
                    let answer =
                        host.load(plan, "calc", bytes).map_err(|error| error.to_string()).and_then(|mut plugin| {
                            let mut add =
                                plugin.typed::<(u32, u32), (u32,)>("add").map_err(|error| error.to_string())?;
                            plugin.call(&mut add, (2, 3)).map_err(|error| error.to_string())
                        });
                    assert_eq!(answer, Ok((5,)));
                }
            });
        }
    });
    began.elapsed()
}

/// Different artifacts are loaded by one thread and by two: to be compiled, and with code from the cache.
pub(crate) fn parallel(bytes: &[u8]) -> Done {
    let different = |n: usize| {
        let note = n.to_le_bytes();
        // A section that engines ignore: its name is `n`.
        let bytes = [bytes, &[0, 10, 1, b'n'], &note].concat();
        (plan(&bytes, ""), bytes)
    };
    let all: Vec<(Plan, Vec<u8>)> = (0..STARTED).map(different).collect();
    println!("\n{STARTED} different plugins, each loaded to its first answer:");
    let mut times = vec![];
    for (what, threads) in [("one thread", 1), ("two threads", 2)] {
        let folder = tempfile::tempdir()?;
        let host = || Host::builder(".").cache(folder.path()).build();
        let cold = start_all(&host()?, &all, threads);
        let warm = start_all(&host()?, &all, threads);
        println!("  {what}: compiled {:.2} s, from the cache {:.3} s", cold.as_secs_f64(), warm.as_secs_f64());
        times.push((cold.as_secs_f64(), warm.as_secs_f64()));
    }
    println!("  two threads are {:.2} and {:.2} times as fast", times[0].0 / times[1].0, times[0].1 / times[1].1);
    Ok(())
}
