//! Compiling in a process of its own: what comes of it is the same, and what takes too much is stopped.

use std::time::{Duration, Instant};

use ambit_runtime::{CompileLimit, Compiler, Exit, LoadError};

use crate::support::{Probe, World, said};

fn compiler() -> Compiler {
    Compiler::new(env!("CARGO_BIN_EXE_ambit-compile"))
}

/// A module of one function of so many steps, each with its own place in a graph that the compiler has to keep whole.
fn bomb(steps: usize) -> Probe {
    let mut text =
        String::from("(module (memory (export \"memory\") 1) (func (export \"_start\") (local i64 i64 i64 i64)");
    for step in 0..steps {
        let (a, b) = (step % 4, (step * 7 + 1) % 4);
        text += &format!("(local.set {a} (i64.mul (i64.load (i32.wrap_i64 (local.get {b}))) (local.get {a})))");
        text += "(block (br_if 0 (i64.eqz (local.get 1))) (local.set 2 (i64.add (local.get 2) (local.get 3))))";
    }
    text += "))";
    Probe::of(text.as_bytes())
}

#[test]
fn what_is_compiled_elsewhere_runs_here() {
    let keep = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let world = World::with(|host| host.compiler(compiler()).cache(keep.path()));
        let outcome = world.load(&Probe::guest("hello-p1.wat")).run(&[]).unwrap();
        assert_eq!((outcome.exit, outcome.stdout.bytes()), (Exit::Success, &b"hello from p1\n"[..]));
        assert_eq!(said(&mut world.load(&Probe::greeter()), "greet", &["you"]), Ok("hello, you".into()));
        assert_eq!(bomb(10).refusal(&world), None);
    }
    // What the cache has needs no compiler.
    let world = World::with(|host| host.compiler(Compiler::new("/nowhere")).cache(keep.path()));
    assert!(world.try_load(&Probe::greeter()).is_ok());
}

#[test]
fn what_takes_too_long_to_compile_is_stopped() {
    let limit = Duration::from_millis(700);
    let world = World::with(|host| host.compiler(compiler().time(limit)));
    let mut neighbour = World::new().load(&Probe::greeter());
    let bomb = bomb(100_000);
    let began = Instant::now();
    let refused = bomb.refusal(&world);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(refused, Some(LoadError::CompileLimit(CompileLimit::Time(limit))));
    let told = refused.unwrap().to_string();
    assert_eq!(told, "compiling its artifact takes longer than 700 ms, which is all that the host allows");
    assert_eq!(said(&mut neighbour, "greet", &["you"]), Ok("hello, you".into()));
}

#[test]
fn what_takes_too_much_memory_to_compile_is_stopped() {
    let world = World::with(|host| host.compiler(compiler().memory(48 << 20)));
    let refused = bomb(100_000).refusal(&world);
    assert_eq!(refused, Some(LoadError::CompileLimit(CompileLimit::Memory(48 << 20))));
    let told = refused.unwrap().to_string();
    assert_eq!(told, "compiling its artifact takes more memory than 48 MiB, which is all that the host allows");
    assert_eq!(bomb(10).refusal(&world), None, "the host lives, and its compiler with it");
}

#[test]
fn what_is_wrong_is_told_as_without_a_compiler() {
    let (alone, with) = (World::new(), World::with(|host| host.compiler(compiler())));
    let mut empty = Probe::greeter();
    empty.bytes.truncate(5_000);
    let cut = Probe::of_binary(empty.bytes);
    // Its import is of a memory, which nothing has.
    let other =
        Probe::of(b"(module (import \"wasi_snapshot_preview1\" \"memory\" (memory 1)) (func (export \"_start\")))");
    let unknown = Probe::guest("hostile/unknown-import.wat");
    for probe in [cut, other, unknown] {
        let refused = probe.refusal(&alone);
        assert!(refused.is_some());
        assert_eq!(probe.refusal(&with), refused);
    }
}

/// Imports are looked at before anything is compiled: this compiler could not be started.
#[test]
fn imports_are_checked_before_anything_is_compiled() {
    let world = World::with(|host| host.compiler(Compiler::new("/nowhere/ambit-compile")));
    let unknown = Probe::guest("hostile/unknown-import.wat").refusal(&world);
    assert_eq!(unknown, Some(LoadError::Import("acme:secret/vault@1.0.0".into())));
    let other = Probe::greeter().refusal(&world);
    assert!(matches!(&other, Some(LoadError::Compiler(why)) if why.contains("/nowhere/ambit-compile")), "{other:?}");
}

/// A program that is no compiler, or one of another build.
#[test]
fn a_program_that_is_no_compiler_is_told() {
    for (program, argument) in [("/bin/false", ""), ("/bin/echo", "Code"), ("/bin/cat", "/dev/null")] {
        let world = World::with(|host| host.compiler(Compiler::new(program).argument(argument)));
        let refused = Probe::greeter().refusal(&world);
        assert!(matches!(refused, Some(LoadError::Compiler(_))), "{program}: {refused:?}");
    }
}
