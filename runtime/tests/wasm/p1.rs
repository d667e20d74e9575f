//! Programs for WASI p1 as they are run: without an adapter, by a door of their own. What the WASI test suite has no program for.

use std::fs;

use ambit_runtime::{CallError, Exit, LoadError, Plugin};
use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;

use crate::hostile::functions_of_p1;
use crate::quotas::{beside_a_neighbour, quota_of};
use crate::support::{Probe, World};

mod files;
mod wild;

/// A program that imports every function of WASI p1 under its own name. `say` prints a letter for an error, `0` for none; `print` prints
/// what lies somewhere. The first 64 bytes of the memory are theirs.
pub(crate) fn program(data: &str, body: &str) -> Probe {
    let functions = functions_of_p1();
    let imports = functions.iter().filter(|function| !function.name.starts_with("adapter_"));
    let imports: String = imports.map(|function| function.import()).collect();
    Probe::of(
        format!(
            r#"(module {imports}
  (memory (export "memory") 1)
  {data}
  (func $print (param i32 i32)
    (i32.store (i32.const 0) (local.get 0))
    (i32.store (i32.const 4) (local.get 1))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func $say (param i32)
    (i32.store8 (i32.const 16) (i32.add (local.get 0) (i32.const 48)))
    (call $print (i32.const 16) (i32.const 1)))
  (func (export "_start") (local i32 i32 i64) {body}))"#
        )
        .as_bytes(),
    )
}

/// A call that is written as `name argument…`.
fn call(text: &str) -> String {
    let mut words = text.split(' ');
    let name = words.next().unwrap();
    let types = &functions_of_p1().into_iter().find(|function| function.name == name).unwrap().params;
    let arguments = words.zip(types).map(|(argument, ty)| format!("({ty}.const {argument})"));
    format!("(call ${name} {})", arguments.collect::<String>())
}

/// Makes each of these calls, and says what came of it.
fn says(calls: &[&str]) -> String {
    calls.iter().map(|text| format!("(call $say {})", call(text))).collect()
}

/// The letter of an error.
fn letters(errors: &[u8]) -> String {
    errors.iter().map(|error| char::from(b'0' + error)).collect()
}

const OK: u8 = 0;
const BADF: u8 = 8;
const DQUOT: u8 = 19;
const INVAL: u8 = 28;
const SPIPE: u8 = 70;
const NOTDIR: u8 = 54;
const NOTCAPABLE: u8 = 76;

/// A file `f` in its first folder, which it opens or makes as 5; 4 is nowhere, and a list of one buffer of ten bytes at 40.
const FILE: &str = r#"
  (data (i32.const 40) "\c8\00\00\00\0a\00\00\00")
  (data (i32.const 100) "f") (data (i32.const 200) "0123456789")"#;
const OPENS: &str = "path_open 3 0 100 1 1 0x400042 0 0 64";

fn printed(world: &World, probe: &Probe) -> String {
    world.load(probe).run(&["demo"]).unwrap().stdout.to_string()
}

#[test]
fn a_program_is_told_with_the_status_that_it_gives() {
    let world = World::new();
    let ends = |status: u32| {
        let outcome = world.load(&program("", &format!("(call $proc_exit (i32.const {status}))"))).run(&[]);
        outcome.map(|outcome| outcome.exit)
    };
    let failed = |status| Ok(Exit::Failure { status, reason: None });
    assert_eq!((ends(0), ends(7), ends(255)), (Ok(Exit::Success), failed(7), failed(255)));
    // What does not fit is not taken for another number, least of all for that of a success.
    assert_eq!(ends(256), Err(CallError::Trap("an exit status above 255".into())));
    assert_eq!(world.load(&program("", "")).run(&[]).unwrap().exit, Exit::Success);
    assert!(matches!(world.load(&program("", "unreachable")).run(&[]), Err(CallError::Trap(_))));
}

#[test]
fn nothing_of_a_program_is_called() {
    let world = World::new();
    let mut plugin = world.load(&Probe::guest("hello-p1.wat"));
    assert!(matches!(plugin.call_export("_start", &[]), Err(CallError::Export(_))));
    assert!(matches!(plugin.typed::<(), ()>("_start"), Err(CallError::Export(_))));
    assert!(matches!(plugin.dynamic("memory"), Err(CallError::Export(_))));
    assert!(!plugin.answers("GET", "/"));
    let said = |plugin: &mut Plugin| plugin.command("any", &[]).unwrap().stdout.to_string();
    assert_eq!((said(&mut plugin), said(&mut plugin)), ("hello from p1\n".into(), "hello from p1\n".into()));
    assert_eq!(plugin.shutdown(), Ok(()));
}

/// A plugin that is loaded and has been called is one of the instances that a host is made for.
#[test]
fn a_program_takes_the_room_of_one_instance() {
    let world = World::with(|host| host.instances(1));
    let (mut greeter, mut program) = (world.load(&Probe::greeter()), world.load(&Probe::guest("hello-p1.wat")));
    assert!(program.run(&[]).is_ok() && program.run(&[]).is_ok(), "the first has gone");
    assert!(greeter.command("greet", &["you"]).is_ok());
    assert_eq!(program.run(&[]), Err(CallError::Full));
    drop(greeter);
    assert!(program.run(&[]).is_ok());
}

#[test]
fn each_function_that_is_called_counts() {
    let calls = ["sched_yield", "args_sizes_get 64 68", "clock_time_get 1 0 72"];
    let calls = calls.map(|text| format!("(drop {})", call(text)));
    let outcome = World::new().load(&program("", &calls.concat())).run(&[]).unwrap();
    assert_eq!(outcome.usage.host_calls, 3);
}

/// What a program without files looks for, it looks for in a folder that it can do nothing else with.
#[test]
fn nowhere_is_asked_for_and_is_no_folder_otherwise() {
    let world = World::new();
    let calls = [
        "fd_prestat_get 3 64",
        "fd_prestat_dir_name 3 64 1",
        "fd_fdstat_get 3 64",
        "path_open 3 0 100 4 0 2 0 0 64",
        "path_filestat_get 3 0 100 4 64",
        "path_unlink_file 3 100 4",
        "path_rename 3 100 4 3 100 4",
        "fd_readdir 3 256 64 0 64",
        "fd_filestat_get 3 256",
        "fd_renumber 3 1",
        "fd_renumber 1 3",
        "sock_shutdown 3 0",
        "fd_close 3",
        "fd_prestat_get 3 64",
        "fd_prestat_get 4 64",
    ];
    let probe = program(r#"(data (i32.const 100) "made")"#, &says(&calls));
    let refused = [NOTCAPABLE; 4];
    let expected = [&[OK; 3][..], &refused, &[BADF; 6], &[OK, BADF]].concat();
    assert_eq!(printed(&world, &probe), letters(&expected));
    assert_eq!(world.denials(), ["open /made", "stat /made", "remove /made", "rename /made"]);
}

#[test]
fn code_of_one_sort_is_not_taken_for_the_other() {
    let keep = tempfile::tempdir().unwrap();
    let run = || {
        let world = World::with(|host| host.cache(keep.path()));
        let said = world.load(&Probe::guest("hello-p1.wat")).run(&[]).unwrap().stdout.to_string();
        assert_eq!(said, "hello from p1\n");
        let added = world.load(&Probe::guest("add-reactor.wat")).command("add", &["40", "2"]).unwrap();
        assert_eq!(added.answer.as_deref(), Some("42"));
    };
    let entry = |end: &str| {
        let mut entries = fs::read_dir(keep.path()).unwrap().map(|entry| entry.unwrap().path());
        entries.find(|path| path.extension().is_some_and(|found| found == end)).unwrap()
    };
    run();
    let (program, component) = (entry("program"), entry("code"));
    let kept = (fs::read(&program).unwrap(), fs::read(&component).unwrap());
    // Each under the name of the other, whole, with its seal.
    fs::write(&program, &kept.1).unwrap();
    fs::write(&component, &kept.0).unwrap();
    run();
    assert_ne!(fs::read(&program).unwrap(), kept.1, "it is replaced");
    let mut damaged = kept.0.clone();
    damaged[5_000] ^= 1;
    fs::write(&program, &damaged).unwrap();
    run();
    assert_ne!(fs::read(&program).unwrap(), damaged, "it is replaced");
}

/// What is nearly such a program is made a component of, as ever, or told what is wrong with it.
#[test]
fn what_is_nearly_a_program_is_told_what_is_wrong() {
    let world = World::new();
    let refused = |module: &str| Probe::of(module.as_bytes()).refusal(&world);
    let import = r#"(import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))"#;
    let whole = format!(r#"(module {import} (memory (export "memory") 1) (func (export "_start")))"#);
    assert_eq!(refused(&whole), None);
    for (from, to) in [
        ("fd_close", "fd_open"),
        (r#"(export "memory")"#, ""),
        (r#""_start")"#, r#""_start") (result i32) i32.const 0"#),
    ] {
        let told = refused(&whole.replace(from, to));
        assert!(matches!(told, Some(LoadError::Malformed(_) | LoadError::Compile(_))), "{to}: {told:?}");
    }
    assert!(matches!(refused(&whole.replace("(param i32)", "(param i64)")), Some(LoadError::Link(_))));
    assert_eq!(refused(&whole.replace("wasi_snapshot_preview1", "env")), Some(LoadError::Import("env".into())));
    let listed = Probe { denied: vec!["wasi_snapshot_preview1"], ..Probe::of(whole.as_bytes()) };
    assert!(matches!(listed.refusal(&world), Some(LoadError::Withheld { .. })));
}

#[test]
fn variables_and_arguments_are_those_that_are_given() {
    let world = World::with(|host| host.environment([("HOME".into(), "/x".into()), ("KEY".into(), "secret".into())]));
    let body = "(drop (call $args_sizes_get (i32.const 64) (i32.const 68)))
      (drop (call $args_get (i32.const 72) (i32.const 1024)))
      (call $print (i32.const 1024) (i32.load (i32.const 68)))
      (drop (call $environ_sizes_get (i32.const 64) (i32.const 68)))
      (drop (call $environ_get (i32.const 72) (i32.const 1024)))
      (call $print (i32.load (i32.const 72)) (i32.load (i32.const 68)))";
    let probe = program("", body).right(Kind::EnvRead, "HOME");
    let outcome = world.load(&probe).run(&["demo", "ä", ""]).unwrap();
    assert_eq!(outcome.stdout.bytes(), "demo\0ä\0\0HOME=/x\0".as_bytes());
    assert_eq!(world.denials(), Vec::<String>::new());
}

/// Each waits or works inside one call of the host.
#[test]
fn time_ends_what_waits_in_the_host() {
    let world = World::new();
    let sleeps = r#"(data (i32.const 112) "\01") (data (i32.const 120) "\ff\ff\ff\ff\ff\ff\ff\0f")"#;
    let probe =
        program(sleeps, "(drop (call $poll_oneoff (i32.const 96) (i32.const 256) (i32.const 1) (i32.const 64)))");
    let mut plugin = world.load(&probe.quota(Quota::Wall, 60));
    let ended = beside_a_neighbour(&world, || plugin.run(&[]));
    assert_eq!(quota_of(ended), (Quota::Wall, 60, Some("quotas.kdl:1:1".into())));
    // A list of 1,024 buffers, each of all the memory.
    let body = "(loop $list
        (i32.store (i32.add (i32.const 1024) (i32.shl (local.get 0) (i32.const 3))) (i32.const 0))
        (i32.store (i32.add (i32.const 1028) (i32.shl (local.get 0) (i32.const 3))) (i32.const 0x4000000))
        (local.set 0 (i32.add (local.get 0) (i32.const 1)))
        (br_if $list (i32.lt_u (local.get 0) (i32.const 1024))))
      (drop (memory.grow (i32.const 1023)))
      (drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 9) (i64.const 0x400042)
        (i64.const 0) (i32.const 0) (i32.const 64)))
      (drop (call $fd_filestat_set_size (i32.const 5) (i64.const 0x1000000000)))
      (drop (call $fd_read (i32.const 5) (i32.const 1024) (i32.const 1024) (i32.const 64)))";
    for quota in [Quota::Cpu, Quota::Wall] {
        let probe = program(FILE, body).mount("out", "rw").quota(quota, 80).quota(Quota::Memory, 128 << 20);
        fs::create_dir_all(world.path("out")).unwrap();
        let mut plugin = world.load(&probe.quota(Quota::FileSize, 1 << 40).quota(Quota::Disk, 1 << 40));
        let ended = beside_a_neighbour(&world, || plugin.run(&[]));
        assert_eq!(quota_of(ended), (quota, 80, Some("quotas.kdl:1:1".into())));
    }
}
