//! Each quota with a guest that fills it, and a neighbour in the same host that serves on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ambit_runtime::{CallError, Context, Exit, Plugin};
use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;

use crate::support::{Probe, World, neighbour_serves, said};

/// The quota that ended a call, its number, and the line that set it.
pub(crate) fn quota_of<T: std::fmt::Debug>(result: Result<T, CallError>) -> (Quota, u64, Option<String>) {
    match result {
        Err(CallError::Quota { hit, .. }) => (hit.quota, hit.limit, hit.place.map(|place| place.to_string())),
        other => panic!("{other:?}"),
    }
}

/// How long something takes.
pub(crate) fn timed<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let done = run();
    (began.elapsed(), done)
}

/// Runs while a neighbour serves from another thread.
pub(crate) fn beside_a_neighbour<T>(world: &World, run: impl FnOnce() -> T) -> T {
    let mut neighbour = world.load(&Probe::greeter());
    neighbour_serves(&mut neighbour);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let serving = scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                neighbour_serves(&mut neighbour);
                std::thread::sleep(Duration::from_millis(2));
            }
            neighbour_serves(&mut neighbour);
        });
        let result = run();
        over.store(true, Ordering::Relaxed);
        serving.join().unwrap();
        result
    })
}

#[test]
fn cpu_ends_what_spins() {
    let world = World::new();
    let mut plugin = world.load(&Probe::guest("hostile/spin.wat").quota(Quota::Cpu, 100));
    let (took, ended) = beside_a_neighbour(&world, || timed(|| plugin.run(&[])));
    assert_eq!(quota_of(ended), (Quota::Cpu, 100, Some("quotas.kdl:1:1".into())));
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert_eq!(world.exceeded(), [Quota::Cpu]);
    let told = plugin.run(&[]).unwrap_err().to_string();
    assert_eq!(told, "the quota `cpu` of 100 ms (set at quotas.kdl:1:1) is used up");
}

#[test]
fn cpu_ends_what_spins_before_it_starts() {
    let world = World::new();
    let mut plugin = world.load(&Probe::guest("hostile/spin-in-start-section.wat").quota(Quota::Cpu, 50));
    let ended = beside_a_neighbour(&world, || plugin.run(&[]));
    assert_eq!(quota_of(ended).0, Quota::Cpu);
}

/// Takes a string and gives one, and never ends where `$where` says: `realloc` runs before the call, `post` after it.
fn spins_around_a_call(place: &str) -> Probe {
    let spin = |here: &str| if here == place { "(loop $again (br $again)) (unreachable)" } else { "" };
    Probe::of(
        format!(
            r#"(component
  (core module $main
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) {} (i32.const 64))
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 0) (local.get 0)) (i32.store (i32.const 4) (local.get 1)) (i32.const 0))
    (func (export "post") (param i32) {}))
  (core instance $main (instantiate $main))
  (func (export "echo") (param "text" string) (result string)
    (canon lift (core func $main "echo") (memory $main "memory") (realloc (func $main "realloc"))
      (post-return (func $main "post")))))"#,
            spin("realloc"),
            spin("post")
        )
        .as_bytes(),
    )
}

#[test]
fn time_ends_what_spins_around_a_call() {
    let world = World::new();
    for (place, quota) in ["realloc", "post"].into_iter().flat_map(|p| [(p, Quota::Cpu), (p, Quota::Wall)]) {
        let mut plugin = world.load(&spins_around_a_call(place).quota(quota, 50));
        assert_eq!(quota_of(plugin.call_export("echo", &["text"])).0, quota, "{place}");
        let mut echo = plugin.typed::<(&str,), (String,)>("echo").unwrap();
        assert_eq!(quota_of(plugin.call(&mut echo, ("text",))).0, quota, "{place}, by a typed call");
    }
    let mut plugin = world.load(&spins_around_a_call("nowhere"));
    assert_eq!(plugin.call_export("echo", &["text"]).unwrap().answer.as_deref(), Some("text"));
}

#[test]
fn cpu_ends_what_spins_after_a_long_wait() {
    let world = World::new();
    let mut plugin = world.load(&Probe::greeter().quota(Quota::Cpu, 50));
    assert_eq!(said(&mut plugin, "sleep", &["400"]), Ok(String::new()));
    let (took, ended) = timed(|| plugin.command("spin", &[]));
    assert_eq!(quota_of(ended).0, Quota::Cpu);
    assert!(took < Duration::from_secs(3), "{took:?}");
}

/// What a plugin may take of a processor in some time, in milliseconds: its part, what it may have at once, and a few ticks.
fn most_cpu(percent: u32, passed: Duration) -> Duration {
    (passed + Duration::from_millis(100)) * percent / 100 + Duration::from_millis(10)
}

#[test]
fn a_part_of_a_processor_slows_what_spins() {
    let world = World::new();
    let spinner = |share: u64, wall: u64| {
        Probe::greeter().quota(Quota::CpuShare, share).quota(Quota::Cpu, 200).quota(Quota::Wall, wall)
    };
    let mut slow = world.load(&spinner(20, 700));
    let (took, report) = beside_a_neighbour(&world, || timed(|| slow.execute(&Context::default(), "spin", &[])));
    assert_eq!(quota_of(report.ended).0, Quota::Wall, "it never comes to its 200 ms of CPU time");
    assert!(report.usage.cpu <= most_cpu(20, took), "{:?} in {took:?}", report.usage.cpu);
    let told: Vec<String> = report.exceeded.iter().map(ToString::to_string).collect();
    assert!(told.contains(&"`cpu-share` of 20 % (set at quotas.kdl:1:1)".into()), "{told:?}");
    let mut fast = world.load(&spinner(100, 60_000));
    let report = fast.execute(&Context::default(), "spin", &[]);
    assert_eq!(quota_of(report.ended).0, Quota::Cpu);
    assert!(report.exceeded.iter().all(|hit| hit.quota != Quota::CpuShare), "{:?}", report.exceeded);
}

/// Counts down from what it is given.
const COUNTS: &str = r#"(component
  (core module $main
    (func (export "count") (param $n i32) (result i32)
      (loop $again (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $n)))
  (core instance $main (instantiate $main))
  (func (export "count") (param "n" u32) (result u32) (canon lift (core func $main "count"))))"#;

#[test]
fn a_part_of_a_processor_is_of_all_calls_and_instances() {
    let world = World::new();
    let probe = Probe::of(COUNTS.as_bytes()).quota(Quota::CpuShare, 10);
    let began = Instant::now();
    let calls = |mut plugin: Plugin| {
        let used = (0..20).map(|_| plugin.execute(&Context::default(), "count", &["2000000"]).usage.cpu);
        used.sum::<Duration>()
    };
    let both = [world.load(&probe), world.load(&probe)];
    let used: Duration = std::thread::scope(|scope| {
        let threads = both.map(|plugin| scope.spawn(move || calls(plugin)));
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert!(used <= most_cpu(10, began.elapsed()), "{used:?} in {:?}", began.elapsed());
    assert!(used > most_cpu(10, Duration::ZERO), "{used:?} is too little to be slowed");
}

#[test]
fn no_more_calls_run_at_one_time_than_may() {
    let world = World::new();
    for (most, other) in [(1, Some(Quota::Concurrency)), (2, None)] {
        let probe = Probe::greeter().quota(Quota::Concurrency, most);
        let (mut long, mut short) = (world.load(&probe), world.load(&probe));
        let over = AtomicBool::new(false);
        let refused = std::thread::scope(|scope| {
            scope.spawn(|| {
                // The other may be running just then.
                let slept = (0..1_000).find_map(|_| {
                    std::thread::sleep(Duration::from_millis(1));
                    long.command("sleep", &["700"]).ok()
                });
                over.store(true, Ordering::Relaxed);
                assert!(slept.is_some());
            });
            let mut refused = None;
            while refused.is_none() && !over.load(Ordering::Relaxed) {
                refused = short.command("greet", &["you"]).err();
                std::thread::sleep(Duration::from_millis(5));
            }
            refused
        });
        let (told, hit) =
            (refused.as_ref().map(ToString::to_string), refused.map(|error| quota_of::<()>(Err(error)).0));
        assert_eq!(hit, other, "{told:?}");
        assert!(told.is_none_or(|told| told == "the quota `concurrency` of 1 (set at quotas.kdl:1:1) is used up"));
        neighbour_serves(&mut short);
    }
}

#[test]
fn wall_ends_what_spins_on_a_busy_machine() {
    let world = World::new();
    let mut plugin = world.load(&Probe::guest("hostile/spin.wat").quota(Quota::Wall, 50));
    assert_eq!(quota_of(plugin.run(&[])), (Quota::Wall, 50, Some("quotas.kdl:1:1".into())));
}

#[test]
fn wall_ends_what_sleeps() {
    let world = World::new();
    let mut plugin = world.load(&Probe::guest("hostile/sleep-forever.wat").quota(Quota::Wall, 100));
    let (took, ended) = beside_a_neighbour(&world, || timed(|| plugin.run(&[])));
    assert_eq!(quota_of(ended).0, Quota::Wall);
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert_eq!(world.exceeded(), [Quota::Wall]);
}

#[test]
fn time_is_counted_by_the_call_and_a_stopped_plugin_starts_afresh() {
    let world = World::new();
    let mut plugin = world.load(&Probe::greeter().quota(Quota::Wall, 300));
    for _ in 0..4 {
        assert_eq!(said(&mut plugin, "sleep", &["100"]), Ok(String::new()));
    }
    assert_eq!(quota_of(plugin.command("sleep", &["60000"])).0, Quota::Wall);
    neighbour_serves(&mut plugin);
    let mut plugin = world.load(&Probe::greeter().quota(Quota::Cpu, 50));
    assert_eq!(quota_of(plugin.command("spin", &[])).0, Quota::Cpu);
    neighbour_serves(&mut plugin);
}

#[test]
fn memory_is_refused_and_the_refusal_told() {
    let world = World::new();
    let mut hungry = world.load(&Probe::guest("hostile/hungry.wat").quota(Quota::Memory, 4 << 20));
    let outcome = beside_a_neighbour(&world, || hungry.run(&[])).unwrap();
    assert!(outcome.stdout.bytes().ends_with(b"refused\n"), "{}", outcome.stdout);
    assert_eq!(outcome.exceeded.iter().map(|hit| hit.quota).collect::<Vec<_>>(), [Quota::Memory]);
    assert!(outcome.usage.peak_memory <= 4 << 20, "{:?}", outcome.usage);
    assert_eq!(world.exceeded(), [Quota::Memory]);
    let mut fed = world.load(&Probe::guest("hostile/hungry.wat").quota(Quota::Memory, 1 << 30));
    assert!(fed.run(&[]).unwrap().stdout.bytes().ends_with(b"took 512 MiB\n"));
}

#[test]
fn memory_is_counted_over_a_plugin_and_given_back() {
    let world = World::new();
    let mut plugin = world.load(&Probe::greeter().quota(Quota::Memory, 16 << 20));
    assert_eq!(said(&mut plugin, "grow", &["4"]), Ok("took 4 MiB".into()));
    let refused = said(&mut plugin, "grow", &["64"]);
    assert!(refused.clone().is_err_and(|why| why.starts_with("refused after")), "{refused:?}");
    assert_eq!(world.exceeded(), [Quota::Memory]);
    let mut small = world.load(&Probe::guest("hello-p1.wat").quota(Quota::Memory, 512 << 10));
    for _ in 0..20 {
        assert_eq!(small.run(&[]).unwrap().exit, Exit::Success);
    }
    let mut none = world.load(&Probe::guest("hello-p1.wat").quota(Quota::Memory, 1000));
    assert_eq!(quota_of(none.run(&[])).0, Quota::Memory);
}

#[test]
fn tables_are_memory() {
    let world = World::new();
    let mut plugin = world.load(&Probe::guest("hostile/many-tables.wat").quota(Quota::Memory, 2 << 20));
    let outcome = beside_a_neighbour(&world, || plugin.run(&[])).unwrap();
    assert!(outcome.stdout.bytes().ends_with(b"refused\n"), "{}", outcome.stdout);
    assert_eq!(outcome.exceeded.len(), 1);
}

#[test]
fn a_stack_that_ends_is_a_trap() {
    let world = World::new();
    let mut plugin = world.load(&Probe::guest("hostile/deep-recursion.wat"));
    let ended = beside_a_neighbour(&world, || plugin.run(&[]));
    assert!(matches!(&ended, Err(CallError::Trap(why)) if why.contains("stack")), "{ended:?}");
    let mut plugin = world.load(&Probe::greeter());
    assert_eq!(said(&mut plugin, "recurse", &["100"]), Ok("100".into()));
    assert!(matches!(plugin.command("recurse", &["100000000"]), Err(CallError::Trap(_))));
    neighbour_serves(&mut plugin);
}

#[test]
fn handles_are_refused_and_given_back() {
    let world = World::new();
    world.file("in/a.txt", "text");
    let mut plugin = world.load(&Probe::greeter().mount("in", "r").quota(Quota::Handles, 10));
    for _ in 0..3 {
        assert_eq!(said(&mut plugin, "open", &["/in/a.txt", "10"]), Ok("opened 10 times".into()));
    }
    let refused = said(&mut plugin, "open", &["/in/a.txt", "11"]);
    assert!(refused.clone().is_err_and(|why| why.starts_with("refused after 10")), "{refused:?}");
    assert_eq!(world.exceeded(), [Quota::Handles]);
    assert_eq!(said(&mut plugin, "read", &["/in/a.txt"]), Ok("text".into()));
}

/// Asks for standard output again and again, and never lets go.
const HOARDER: &str = r#"(component
  (import "wasi:io/streams@0.2.0" (instance $streams (export "output-stream" (type (sub resource)))))
  (alias export $streams "output-stream" (type $stream))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $stream (type $outer))
    (export "output-stream" (type $inner (eq $outer)))
    (export "get-stdout" (func (result (own $inner))))))
  (core func $get (canon lower (func $stdout "get-stdout")))
  (core module $main
    (import "host" "get" (func $get (result i32)))
    (func (export "run") (result i32) (loop $again (drop (call $get)) (br $again)) (unreachable)))
  (core instance $main (instantiate $main (with "host" (instance (export "get" (func $get))))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $cli (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $cli)))"#;

#[test]
fn handles_of_every_sort_are_bounded() {
    let world = World::new();
    let mut plugin = world.load(&Probe::of(HOARDER.as_bytes()).quota(Quota::Handles, 10));
    assert_eq!(quota_of(beside_a_neighbour(&world, || plugin.run(&[]))).0, Quota::Handles);
}

#[test]
fn files_grow_no_further_than_they_may() {
    let world = World::new();
    world.file("out/large.txt", &"x".repeat(300));
    let probe = Probe::greeter().mount("out", "rw").right(Kind::FsTemp, "private").quota(Quota::FileSize, 200);
    let mut plugin = world.load(&probe);
    let (fits, too_much) = ("x".repeat(200), "x".repeat(201));
    for path in ["/out/a.txt", "/tmp/a.txt"] {
        assert_eq!(said(&mut plugin, "write", &[path, &fits]), Ok(String::new()), "{path}");
    }
    assert_eq!(world.exceeded(), []);
    for (command, path, text) in [
        ("write", "/out/b.txt", too_much.as_str()),
        ("append", "/out/a.txt", "y"),
        ("append", "/tmp/a.txt", "y"),
        ("append", "/out/large.txt", "y"),
    ] {
        let outcome = plugin.command(command, &[path, text]).unwrap();
        assert!(
            matches!(&outcome.exit, Exit::Failure { reason: Some(why), .. } if why.contains("too large")),
            "{outcome:?}"
        );
        let told: Vec<String> = outcome.exceeded.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["`file-size` of 200 B (set at quotas.kdl:1:1)"], "{command} {path}");
        assert_eq!(world.exceeded(), [Quota::FileSize], "{command} {path}");
    }
    assert_eq!((world.read("out/a.txt").len(), world.read("out/b.txt").len()), (200, 0));
    assert_eq!(world.read("out/large.txt").len(), 300);
    neighbour_serves(&mut plugin);
}

/// Opens `f` in its first folder, does one thing to it, and prints a letter for the error: `A` for none, `W` for too large.
fn changes_a_file(what: &str) -> Probe {
    let source = format!(
        r#"(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_pwrite" (func $pwrite (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_filestat_set_size" (func $set_size (param i32 i64) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\01\00\00\00")
  (data (i32.const 40) "\c8\00\00\00\0a\00\00\00")
  (data (i32.const 100) "f")
  (data (i32.const 200) "0123456789")
  (func (export "_start")
    (drop (call $open (i32.const 3) (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 0)
      (i64.const 0x400042) (i64.const 0) (i32.const 0) (i32.const 60)))
    (i32.store8 (i32.const 16) (i32.add (i32.const 65) {what}))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#
    );
    Probe::of(source.as_bytes()).mount("out", "rw").quota(Quota::FileSize, 100)
}

#[test]
fn what_a_file_has_may_be_written_again_and_it_grows_by_no_other_way() {
    let world = World::new();
    let done = |what: &str| world.load(&changes_a_file(what)).run(&[]).unwrap().stdout.to_string();
    let at = |offset: u64| {
        format!(
            "(call $pwrite (i32.load (i32.const 60)) (i32.const 40) (i32.const 1) (i64.const {offset}) (i32.const 64))"
        )
    };
    let size = |size: u64| format!("(call $set_size (i32.load (i32.const 60)) (i64.const {size}))");
    for (before, what, letter, after) in [
        (0, at(90), "A", 100),
        (0, at(91), "W", 0),
        (0, at(1 << 40), "W", 0),
        (300, at(200), "A", 300),
        (300, at(290), "A", 300),
        (300, at(291), "W", 300),
        (0, size(100), "A", 100),
        (0, size(101), "W", 0),
        (300, size(250), "A", 250),
        (300, size(301), "W", 300),
    ] {
        world.file("out/f", &"x".repeat(before));
        assert_eq!((done(&what).as_str(), world.read("out/f").len()), (letter, after), "{before} {what}");
    }
    assert_eq!(world.exceeded().len(), 5);
}
