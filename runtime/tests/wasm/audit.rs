//! What is asked many times: told of at once, told of whole, and before whatever is refused after it.

use std::sync::{Arc, Mutex};

use ambit_runtime::{AuditEvent, AuditLog, AuditSink, CallError, Context, Plugin, Subject, Verdict};
use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;

use crate::support::{ID, Probe, World};

/// Asks the host: so often about one thing, about two in turn, and then it breaks or does not end.
const ASKER: &str = r#"(component
  (import "acme:secret/vault@1.0.0" (instance $vault (export "open" (func (param "room" u32) (result u32)))))
  (core func $open (canon lower (func $vault "open")))
  (core module $main
    (import "vault" "open" (func $open (param i32) (result i32)))
    (func $ask (export "ask") (param $room i32) (param $times i32) (result i32)
      (local $given i32)
      (loop $again
        (local.set $given (i32.add (local.get $given) (call $open (local.get $room))))
        (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
      (local.get $given))
    (func (export "turns") (param $times i32) (result i32)
      (loop $again
        (drop (call $open (i32.const 0)))
        (drop (call $open (i32.const 1)))
        (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
      (i32.const 0))
    (func (export "refused") (result i32)
      (drop (call $ask (i32.const 0) (i32.const 3)))
      (drop (call $ask (i32.const 2) (i32.const 2)))
      (call $ask (i32.const 0) (i32.const 2)))
    (func (export "break") (drop (call $ask (i32.const 0) (i32.const 4))) unreachable)
    (func (export "spin") (drop (call $ask (i32.const 0) (i32.const 4))) (loop $again (br $again))))
  (core instance $lowered (export "open" (func $open)))
  (core instance $main (instantiate $main (with "vault" (instance $lowered))))
  (func (export "ask") (param "room" u32) (param "times" u32) (result u32) (canon lift (core func $main "ask")))
  (func (export "turns") (param "times" u32) (result u32) (canon lift (core func $main "turns")))
  (func (export "refused") (result u32) (canon lift (core func $main "refused")))
  (func (export "break") (canon lift (core func $main "break")))
  (func (export "spin") (canon lift (core func $main "spin"))))"#;

const ROOMS: [&str; 3] = ["vault", "attic", "cellar"];

/// Every event as it came, and how many there were whenever the host had answered.
#[derive(Default)]
struct Told {
    events: Mutex<Vec<AuditEvent>>,
    when_answered: Mutex<Vec<usize>>,
}

impl AuditSink for Told {
    fn record(&self, event: AuditEvent) {
        self.events.lock().unwrap().push(event);
    }
}

fn asker(sink: &Arc<impl AuditSink + 'static>, answered: impl Fn() + Clone + Send + Sync + 'static) -> (World, Plugin) {
    let sink = Arc::clone(sink) as Arc<dyn AuditSink>;
    let world = World::with(|host| {
        host.audit(sink).interface(
            "acme:secret/vault",
            Box::new(move |vault| {
                let answered = answered.clone();
                vault.func_wrap("open", move |mut store, (room,): (u32,)| {
                    let allowed = store.data_mut().gate().ask(Kind::DbRead, ROOMS[room as usize], "open").is_ok();
                    answered();
                    Ok((u32::from(allowed),))
                })
            }),
        )
    });
    let mut probe = Probe::of(ASKER.as_bytes()).right(Kind::DbRead, "attic").right(Kind::DbRead, "vault");
    probe.imports.push("acme:secret/vault@1.0.0".into());
    probe.interfaces.push("acme:secret/vault".into());
    let plugin = world.load(&probe);
    (world, plugin)
}

fn logged() -> (Arc<AuditLog>, World, Plugin) {
    let log = Arc::new(AuditLog::default());
    let (world, plugin) = asker(&log, || {});
    (log, world, plugin)
}

fn lines(log: &AuditLog) -> Vec<String> {
    log.take().iter().map(ToString::to_string).collect()
}

#[test]
fn nothing_is_allowed_before_it_was_told_of() {
    let told = Arc::new(Told::default());
    let seen = Arc::clone(&told);
    let answered = move || seen.when_answered.lock().unwrap().push(seen.events.lock().unwrap().len());
    let (_world, mut plugin) = asker(&told, answered);
    let mut ask = plugin.typed::<(u32, u32), (u32,)>("ask").unwrap();
    assert_eq!(plugin.call(&mut ask, (0, 1_000)).unwrap(), (1_000,));
    assert!(told.when_answered.lock().unwrap().iter().all(|events| *events > 0));
    let events = std::mem::take(&mut *told.events.lock().unwrap());
    assert_eq!(events[0].times, 1);
    assert_eq!(events.iter().map(|event| event.times).sum::<u64>(), 1_000);
    assert!(events.len() < 100, "{} events", events.len());
    for event in &events {
        assert_eq!((event.plugin.as_str(), &*event.target, event.operation), (ID, "vault", "open"));
        assert_eq!((event.subject, &event.verdict), (Subject::Right(Kind::DbRead), &Verdict::Allowed));
        assert_eq!(event.execution, events[0].execution);
    }
}

#[test]
fn the_log_counts_what_goes_on_by_itself_and_in_turn() {
    let (log, _world, mut plugin) = logged();
    let mut ask = plugin.typed::<(u32, u32), (u32,)>("ask").unwrap();
    for call in 2..4 {
        plugin.call(&mut ask, (0, 500)).unwrap();
        assert_eq!(lines(&log), [format!("probe#{call} open: db.read `vault` allowed, 500 times")]);
    }
    plugin.call(&mut ask, (1, 1)).unwrap();
    assert_eq!(lines(&log), ["probe#4 open: db.read `attic` allowed"]);
    let mut turns = plugin.typed::<(u32,), (u32,)>("turns").unwrap();
    plugin.call(&mut turns, (1,)).unwrap();
    let both = ["probe#5 open: db.read `vault` allowed", "probe#5 open: db.read `attic` allowed"];
    assert_eq!(lines(&log), both);
    plugin.call(&mut turns, (500,)).unwrap();
    let events = log.take();
    let rooms: Vec<&str> = events.iter().map(|event| &*event.target).collect();
    assert!(rooms.len() < 100 && rooms.starts_with(&["vault", "attic", "vault", "attic"]), "{rooms:?}");
    for room in ["vault", "attic"] {
        let of_room = events.iter().filter(|event| &*event.target == room);
        assert_eq!(of_room.map(|event| event.times).sum::<u64>(), 500, "{room}");
    }
}

#[test]
fn each_refusal_is_told_of_where_it_happened() {
    let (log, _world, mut plugin) = logged();
    let mut refused = plugin.typed::<(), (u32,)>("refused").unwrap();
    assert_eq!(plugin.call(&mut refused, ()).unwrap(), (2,));
    let lines = lines(&log);
    let why =
        "the manifest does not ask for it; it would take a request there, and `allow \"probe\" { db.read \"cellar\" }`";
    let no = format!("probe#2 open: db.read `cellar` denied: {why}");
    let yes = |times| format!("probe#2 open: db.read `vault` allowed, {times} times");
    assert_eq!(lines, [yes(3), no.clone(), no, yes(2)]);
}

#[test]
fn a_call_that_breaks_or_is_stopped_leaves_nothing_untold() {
    let (log, _world, mut plugin) = logged();
    assert!(matches!(plugin.call_export("break", &[]), Err(CallError::Trap(_))));
    assert_eq!(lines(&log), ["probe#2 open: db.read `vault` allowed, 4 times"]);
    let context = Context { limits: [(Quota::Cpu, 10)].into(), ..Context::default() };
    assert!(plugin.execute(&context, "spin", &[]).ended.is_err());
    let lines = lines(&log);
    assert_eq!(lines[0], "probe#4 open: db.read `vault` allowed, 4 times");
    assert_eq!(lines.len(), 2, "{lines:?}");
}
