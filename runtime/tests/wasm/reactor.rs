//! Plugins that stay loaded: `init`, calls, traps, exits, and modules that know numbers only.

use std::time::Duration;

use ambit_runtime::{CallError, Exit, Health, Plugin};
use ambit_schema::limits::Quota;
use ambit_schema::plan::{Otherwise, ParameterType};

use crate::support::{Probe, World, neighbour_serves, said};

#[test]
fn init_gets_the_configuration_once() {
    let world = World::new();
    let mut probe = Probe::greeter();
    assert_eq!(said(&mut world.load(&probe), "config", &[]), Ok("{}".into()));
    probe.config = Some(r#"{"a":1}"#.into());
    let mut plugin = world.load(&probe);
    assert_eq!(said(&mut plugin, "config", &[]), Ok(r#"{"a":1}"#.into()));
    assert_eq!(plugin.shutdown(), Ok(()));
    probe.config = Some(r#"{"fail":true}"#.into());
    let failed = world.load(&probe).command("greet", &["you"]);
    assert_eq!(failed, Err(CallError::Init("the configuration asks for a failure".into())));
}

#[test]
fn failures_are_the_plugins_own_words() {
    let mut plugin = World::new().load(&Probe::greeter());
    assert_eq!(said(&mut plugin, "fail", &[]), Err("failed, as asked".into()));
    assert!(said(&mut plugin, "nothing", &[]).is_err());
}

#[test]
fn a_plugin_that_broke_starts_afresh() {
    let mut plugin = World::new().load(&Probe::greeter());
    assert!(matches!(plugin.command("panic", &[]), Err(CallError::Trap(_))));
    let (stdout, stderr) = plugin.take_unfinished();
    assert_eq!(stdout.bytes(), b"");
    assert!(stderr.to_string().contains("panicked, as asked"), "{stderr}");
    neighbour_serves(&mut plugin);
    assert_eq!(plugin.command("exit", &["3"]), Err(CallError::Exited(1)));
    neighbour_serves(&mut plugin);
}

#[test]
fn a_plugin_that_breaks_rests_and_is_then_disabled() {
    let world = World::new();
    let mut plugin = world.load(&Probe::greeter().recovery(1, 40));
    assert_eq!(plugin.health(), Health::Ready);
    neighbour_serves(&mut plugin);
    assert_eq!(said(&mut plugin, "fail", &[]), Err("failed, as asked".into()), "its own failure is none here");
    neighbour_serves(&mut plugin);
    assert!(matches!(plugin.command("panic", &[]), Err(CallError::Trap(_))));
    assert!(matches!(plugin.command("greet", &["you"]), Err(CallError::Resting(_))));
    std::thread::sleep(Duration::from_millis(50));
    neighbour_serves(&mut plugin);
    assert_eq!(plugin.command("exit", &["3"]), Err(CallError::Exited(1)));
    assert_eq!(plugin.command("greet", &["you"]), Err(CallError::Disabled));
    assert!(matches!(plugin.typed::<(i32,), (i32,)>("greet"), Err(CallError::Disabled)));
    assert_eq!(plugin.health(), Health::Disabled);
    plugin.enable();
    neighbour_serves(&mut plugin);
    neighbour_serves(&mut world.load(&Probe::greeter()));
}

#[test]
fn programs_and_starts_that_fail_count_too() {
    let world = World::new();
    let mut program = world.load(&Probe::guest("hostile/spin.wat").quota(Quota::Cpu, 20).recovery(0, 0));
    assert!(matches!(program.run(&[]), Err(CallError::Quota { .. })));
    assert_eq!(program.run(&[]), Err(CallError::Disabled));
    let mut refusing = Probe::greeter().recovery(0, 0);
    refusing.config = Some(r#"{"fail":true}"#.into());
    let mut refusing = world.load(&refusing);
    assert!(matches!(refusing.command("greet", &["you"]), Err(CallError::Init(_))));
    assert_eq!(refusing.command("greet", &["you"]), Err(CallError::Disabled));
}

#[test]
fn calls_are_held_to_declared_parameters() {
    let whole = |name| (name, ParameterType::Integer, Otherwise::Required);
    let probe = Probe::guest("add-reactor.wat")
        .command("add", &[whole("a"), ("b", ParameterType::Integer, Otherwise::Default("7".into()))]);
    let mut plugin = World::new().load(&probe);
    let answer = |plugin: &mut Plugin, args: &[&str]| plugin.command("add", args).map(|outcome| outcome.answer);
    assert_eq!(answer(&mut plugin, &["2", "3"]), Ok(Some("5".into())));
    assert_eq!(answer(&mut plugin, &["2"]), Ok(Some("9".into())), "the default");
    for wrong in [&[][..], &["x"], &["1", "2.5"], &["1", "2", "3"]] {
        assert!(matches!(answer(&mut plugin, wrong), Err(CallError::Argument(_))), "{wrong:?}");
    }
}

#[test]
fn numbers_of_a_plain_module() {
    let world = World::new();
    let mut plugin = world.load(&Probe::guest("add-reactor.wat"));
    let outcome = plugin.command("add", &["2", "-5"]).unwrap();
    assert_eq!((outcome.exit, outcome.answer), (Exit::Success, Some("-3".into())));
    let mut add = plugin.typed::<(i32, i32), (i32,)>("add").unwrap();
    assert_eq!(plugin.call(&mut add, (40, 2)), Ok((42,)));
    assert!(matches!(plugin.command("add", &["2"]), Err(CallError::Argument(_))));
    assert!(matches!(plugin.command("add", &["2", "x"]), Err(CallError::Argument(_))));
    assert!(matches!(plugin.command("subtract", &[]), Err(CallError::Export(_))));
    assert!(matches!(plugin.typed::<(f64,), (i32,)>("add"), Err(CallError::Export(_))));
    assert!(matches!(plugin.run(&[]), Err(CallError::Export(_))));
}

#[test]
fn calls_by_values_are_calls_like_others() {
    use wasmtime::component::Val;
    let mut plugin = World::new().load(&Probe::guest("add-reactor.wat").quota(Quota::Cpu, 50));
    let mut add = plugin.dynamic("add").unwrap();
    let mut sum = [Val::Bool(false)];
    assert_eq!(plugin.call_dynamic(&mut add, &[Val::S32(40), Val::S32(2)], &mut sum), Ok(()));
    assert_eq!(sum, [Val::S32(42)]);
    let wrong = plugin.call_dynamic(&mut add, &[Val::Bool(true)], &mut sum);
    assert!(matches!(wrong, Err(CallError::Trap(_))), "{wrong:?}");
    assert_eq!(plugin.call_dynamic(&mut add, &[Val::S32(1), Val::S32(2)], &mut sum), Ok(()), "a fresh instance");
    assert_eq!(sum, [Val::S32(3)]);
    assert!(matches!(plugin.dynamic("subtract"), Err(CallError::Export(_))));
}

#[test]
fn typed_calls_find_their_export_again() {
    let source = r#"(module (memory (export "memory") 1) (global $calls (mut i32) (i32.const 0))
      (func (export "count") (result i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1))) (global.get $calls))
      (func (export "break") unreachable))"#;
    let mut plugin = World::new().load(&Probe::of(source.as_bytes()));
    let mut count = plugin.typed::<(), (i32,)>("count").unwrap();
    let mut fail = plugin.typed::<(), ()>("break").unwrap();
    assert_eq!(plugin.call(&mut count, ()), Ok((1,)));
    assert_eq!(plugin.call(&mut count, ()), Ok((2,)));
    assert!(matches!(plugin.call(&mut fail, ()), Err(CallError::Trap(_))));
    assert_eq!(plugin.call(&mut count, ()), Ok((1,)), "a fresh instance");
    let mut other = World::new().load(&Probe::of(source.as_bytes()));
    assert_eq!(other.call(&mut count, ()), Ok((1,)), "another plugin, in another host");
    assert_eq!(plugin.call(&mut count, ()), Ok((2,)), "and back");
}

#[test]
fn instances_inherit_nothing_from_each_other() {
    let source = r#"(module (memory (export "memory") 1) (global $kept (mut i32) (i32.const 0))
      (func (export "swap") (param i32) (result i32)
        (i32.add (i32.load (i32.const 4096)) (global.get $kept))
        (global.set $kept (local.get 0)) (i32.store (i32.const 4096) (local.get 0))))"#;
    let world = World::with(|host| host.instances(1));
    let probe = Probe::of(source.as_bytes());
    for _ in 0..3 {
        let mut plugin = world.load(&probe);
        assert_eq!(plugin.command("swap", &["7"]).unwrap().answer.as_deref(), Some("0"));
        assert_eq!(plugin.command("swap", &["0"]).unwrap().answer.as_deref(), Some("14"));
        assert_eq!(plugin.command("swap", &["7"]).unwrap().answer.as_deref(), Some("0"));
    }
}

#[test]
fn a_tool_is_called_with_what_fits_its_schema() {
    let schema = r#"{"type": "object", "required": ["whom"], "properties": {"whom": {"type": "string"}}}"#;
    let mut plugin = World::new().load(&Probe::greeter().tool("greet", schema));
    let outcome = plugin.command("greet", &[r#"{"whom": "you"}"#]).unwrap();
    assert!(outcome.answer.unwrap().contains(r#"{"whom": "you"}"#), "the plugin gets the argument as it was given");
    for wrong in [&[][..], &["you"], &[r#"{"whom": 1}"#], &["{}"], &[r#"{"whom": "a"}"#, "b"]] {
        assert!(matches!(plugin.command("greet", wrong), Err(CallError::Argument(_))), "{wrong:?}");
    }
}

#[test]
fn a_command_that_says_nothing_does_not_lift_the_schema_of_a_tool() {
    let schema = r#"{"type": "object"}"#;
    let mut plugin = World::new().load(&Probe::greeter().command("greet", &[]).tool("greet", schema));
    assert!(matches!(plugin.command("greet", &["you"]), Err(CallError::Argument(_))));
    assert!(plugin.command("greet", &["{}"]).is_ok());
}
