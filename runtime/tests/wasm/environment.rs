//! The doors to variables, clocks, randomness and output.

use std::time::{SystemTime, UNIX_EPOCH};

use ambit_runtime::Verdict;
use ambit_schema::capability::Kind;

use crate::support::{Probe, World, said};

#[test]
fn variables_are_those_that_are_granted() {
    let world = World::with(|host| {
        host.environment([("LANG".to_owned(), "en".to_owned()), ("TOKEN".to_owned(), "secret".to_owned())])
    });
    let mut plugin = world.load(&Probe::greeter().right(Kind::EnvRead, "LANG"));
    assert_eq!(said(&mut plugin, "env", &["LANG"]), Ok("en".into()));
    assert!(said(&mut plugin, "env", &["TOKEN"]).is_err());
    assert!(said(&mut plugin, "env", &["PATH"]).is_err(), "nothing comes from the process");
    assert!(said(&mut world.load(&Probe::greeter()), "env", &["LANG"]).is_err());
}

#[test]
fn clocks_stand_still_until_granted() {
    let world = World::new();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let real = said(&mut world.load(&Probe::greeter().right(Kind::ClockRead, "wall")), "clock", &[]).unwrap();
    assert!(real.parse::<u64>().unwrap() >= now);
    let mut plugin = world.load(&Probe::greeter());
    assert_eq!(said(&mut plugin, "clock", &[]), Ok("0".into()));
    let told = world.log.take().into_iter().rfind(|event| event.operation == "read" && &*event.target == "wall");
    assert!(matches!(told.unwrap().verdict, Verdict::StoodIn(_)));
}

#[test]
fn sleeping_works_without_a_clock() {
    let mut plugin = World::new().load(&Probe::greeter());
    let outcome = plugin.command("sleep", &["30"]).unwrap();
    assert!(outcome.usage.wall.as_millis() >= 30, "{:?}", outcome.usage);
    assert!(outcome.usage.cpu.as_millis() < 25, "{:?}", outcome.usage);
}

/// Prints eight random bytes, and ends.
const DICE: &str = r#"(module
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\08\00\00\00")
  (func (export "_start")
    (drop (call $random_get (i32.const 16) (i32.const 8)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;

#[test]
fn numbers_are_the_same_at_every_start_until_granted() {
    let world = World::new();
    let roll = |probe: &Probe| world.load(probe).run(&[]).unwrap().stdout;
    let (same, random) = (Probe::of(DICE.as_bytes()), Probe::of(DICE.as_bytes()).right(Kind::RandomRead, "secure"));
    assert_eq!(roll(&same), roll(&same));
    assert_ne!(roll(&random), roll(&random));
    assert_ne!(roll(&random), roll(&same));
}

#[test]
fn output_is_kept_and_cannot_command_a_terminal() {
    let mut plugin = World::new().load(&Probe::greeter());
    let outcome = plugin.command("print", &["\x1b[2Jred\u{202e}\n"]).unwrap();
    assert_eq!(outcome.stdout.bytes(), "\x1b[2Jred\u{202e}\n".as_bytes());
    assert_eq!(outcome.stdout.to_string(), "\\u{1b}[2Jred\\u{202e}\n");
    assert_eq!(plugin.command("greet", &["you"]).unwrap().stdout.bytes(), b"");
}
