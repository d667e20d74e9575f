//! Executions: what a context gives and narrows, and what a report says, held to what really happened.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use ambit_runtime::{CallError, Change, Context, Exit, Report, execution_interface};
use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;

use crate::support::{Probe, World, neighbour_serves, said};

fn limits(limits: &[(Quota, u64)]) -> Context {
    Context { limits: limits.iter().copied().collect(), ..Context::default() }
}

fn changes(report: &Report) -> Vec<(&str, Change)> {
    report.changes.iter().map(|change| (change.path.as_str(), change.what)).collect()
}

#[test]
fn a_report_says_what_came_of_it() {
    let world = World::new();
    let mut plugin = world.load(&Probe::greeter());
    let context = Context {
        execution: Some("build-7".into()),
        user: Some("ada".into()),
        workspace: Some("/work".into()),
        ..Context::default()
    };
    let report = plugin.execute(&context, "greet", &["you"]);
    assert!(report.succeeded() && report.errors().is_empty());
    assert_eq!((report.execution.as_str(), report.plugin.as_str()), ("build-7", "probe"));
    assert_eq!((report.user.as_deref(), report.workspace.as_deref()), (Some("ada"), Some("/work")));
    assert_eq!(report.value.as_deref(), Some("hello, you"));
    let printed = plugin.execute(&Context::default(), "print", &["one\ntwo\n"]);
    assert_eq!((printed.stdout.bytes(), printed.execution.as_str()), (&b"one\ntwo\n"[..], "probe#3"));
    let failed = plugin.execute(&Context::default(), "fail", &[]);
    assert_eq!(failed.errors(), ["failed, as asked"]);
    assert!(!failed.succeeded() && matches!(failed.ended, Ok(Exit::Failure { .. })));
    let broken = plugin.execute(&Context::default(), "panic", &[]);
    assert!(matches!(broken.ended, Err(CallError::Trap(_))));
    assert!(broken.stderr.to_string().contains("panicked, as asked"), "{broken:?}");
    assert_eq!(plugin.execute(&Context::default(), "greet", &["you"]).value.as_deref(), Some("hello, you"));
}

/// Each quota, less than the plan's for one execution; more than the plan's changes nothing; the next is as before.
#[test]
fn limits_narrow_and_never_widen() {
    let world = World::new();
    let mut plugin = world.load(&Probe::greeter().quota(Quota::Wall, 10_000));
    for (quota, less, command, args) in [
        (Quota::Cpu, 40, "spin", &[][..]),
        (Quota::Wall, 60, "sleep", &["5000"][..]),
        (Quota::Output, 1 << 19, "answer", &["1"][..]),
    ] {
        neighbour_serves(&mut plugin);
        let report = plugin.execute(&limits(&[(quota, less)]), command, args);
        let Err(CallError::Quota { hit, .. }) = &report.ended else { panic!("{report:?}") };
        assert_eq!((hit.quota, hit.limit, hit.narrowed), (quota, less, true));
        assert!(hit.to_string().ends_with("(of this execution)"), "{hit}");
    }
    let grown = plugin.execute(&limits(&[(Quota::Memory, 4 << 20)]), "grow", &["16"]);
    assert!(grown.errors()[0].starts_with("refused after"), "{grown:?}");
    assert_eq!(grown.exceeded.iter().map(|hit| (hit.quota, hit.narrowed)).collect::<Vec<_>>(), [(Quota::Memory, true)]);
    assert!(grown.usage.peak_memory <= 4 << 20, "{grown:?}");
    assert_eq!(said(&mut plugin, "grow", &["16"]), Ok("took 16 MiB".into()), "the plan's own holds again");
    let printed = plugin.execute(&limits(&[(Quota::Output, 10)]), "print", &["more than ten bytes"]);
    assert_eq!(printed.stdout.bytes().len(), 10);
    let lines = plugin.execute(&limits(&[(Quota::OutputLines, 2)]), "chatter", &["3", "short"]);
    assert_eq!(
        lines.exceeded.iter().map(|hit| (hit.quota, hit.narrowed)).collect::<Vec<_>>(),
        [(Quota::OutputLines, true)]
    );
    // What the first left in the buffer of the guest comes along.
    assert!(plugin.execute(&Context::default(), "print", &["more than ten bytes"]).stdout.bytes().len() >= 19);
    let timeout = Context { timeout: Some(Duration::from_millis(50)), ..Context::default() };
    let slept = plugin.execute(&timeout, "sleep", &["5000"]);
    assert!(matches!(&slept.ended, Err(CallError::Quota { hit, .. }) if hit.limit == 50), "{slept:?}");
    let mut short = world.load(&Probe::greeter().quota(Quota::Wall, 60));
    let slept = short.execute(&limits(&[(Quota::Wall, 60_000)]), "sleep", &["5000"]);
    let Err(CallError::Quota { hit, .. }) = &slept.ended else { panic!("{slept:?}") };
    assert_eq!((hit.limit, hit.narrowed, hit.place.is_some()), (60, false, true));
}

#[test]
fn handles_narrow_too() {
    let world = World::new();
    world.file("in/a.txt", "text");
    let mut plugin = world.load(&Probe::greeter().mount("in", "r"));
    let open =
        |plugin: &mut ambit_runtime::Plugin, context: &Context| plugin.execute(context, "open", &["/in/a.txt", "9"]);
    let refused = open(&mut plugin, &limits(&[(Quota::Handles, 5)]));
    assert!(refused.errors()[0].starts_with("refused after 5"), "{refused:?}");
    assert!(open(&mut plugin, &Context::default()).succeeded());
}

#[test]
fn variables_of_an_execution_take_the_same_right() {
    let world = World::with(|host| host.environment([("LANG".to_owned(), "en".to_owned())]));
    let mut plugin = world.load(&Probe::greeter().right(Kind::EnvRead, "LANG").right(Kind::EnvRead, "JOB"));
    let variables = [("LANG", "de"), ("JOB", "7"), ("TOKEN", "secret")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let context = Context { environment: variables.into(), ..Context::default() };
    let read = |context: &Context, name: &str| {
        // The standard library of a guest reads its variables once, so each name is asked of a fresh one.
        let mut plugin = world.load(&Probe::greeter().right(Kind::EnvRead, "LANG").right(Kind::EnvRead, "JOB"));
        plugin.execute(context, "env", &[name]).value
    };
    assert_eq!(read(&context, "LANG").as_deref(), Some("de"));
    assert_eq!(read(&context, "JOB").as_deref(), Some("7"));
    assert_eq!(read(&context, "TOKEN"), None);
    assert_eq!(read(&Context::default(), "LANG").as_deref(), Some("en"));
    assert_eq!(said(&mut plugin, "env", &["JOB"]).ok(), None, "it was of that execution alone");
}

#[test]
fn files_that_are_made_and_changed_are_told() {
    let world = World::new();
    world.file("out/old.txt", "old");
    world.file("out/gone.txt", "gone");
    world.file("out/moved.txt", "moved");
    let mut plugin = world.load(&Probe::greeter().mount("out", "rwm").right(Kind::FsTemp, "private"));
    let mut run = |command: &str, args: &[&str]| {
        let report = plugin.execute(&Context::default(), command, args);
        assert!(report.succeeded(), "{report:?}");
        report
    };
    let written = run("write", &["/out/new.txt", "seven b"]);
    assert_eq!(changes(&written), [("./out/new.txt", Change::Created)]);
    assert_eq!((written.usage.file_written, written.usage.file_read), (7, 0));
    let read = run("read", &["/out/new.txt"]);
    assert_eq!((changes(&read), read.usage.file_written, read.usage.file_read), (vec![], 0, 7));
    assert_eq!(changes(&run("append", &["/out/old.txt", "er"])), [("./out/old.txt", Change::Changed)]);
    assert_eq!(changes(&run("truncate", &["/out/old.txt"])), [("./out/old.txt", Change::Changed)]);
    assert_eq!(changes(&run("remove", &["/out/gone.txt"])), [("./out/gone.txt", Change::Removed)]);
    let renamed = run("rename", &["/out/moved.txt", "/out/b.txt"]);
    assert_eq!(changes(&renamed), [("./out/b.txt", Change::Created), ("./out/moved.txt", Change::Removed)]);
    assert_eq!(changes(&run("mkdir", &["/out/folder"])), [("./out/folder", Change::Created)]);
    assert_eq!(changes(&run("write", &["/tmp/private", "x"])), [], "it goes with the plugin");
    assert_eq!(changes(&run("greet", &["you"])), []);
    let refused = plugin.execute(&Context::default(), "write", &["/etc/new.txt", "x"]);
    assert_eq!((refused.succeeded(), changes(&refused)), (false, vec![]));
}

#[test]
fn what_it_took_is_measured() {
    let world = World::new();
    let mut plugin = world.load(&Probe::greeter().quota(Quota::Cpu, 80));
    neighbour_serves(&mut plugin);
    let slept = plugin.execute(&Context::default(), "sleep", &["60"]);
    assert!(slept.usage.wall >= Duration::from_millis(60) && slept.usage.cpu < Duration::from_millis(50), "{slept:?}");
    let spun = plugin.execute(&Context::default(), "spin", &[]);
    assert!(spun.usage.cpu >= Duration::from_millis(70) && spun.usage.wall >= spun.usage.cpu / 2, "{spun:?}");
    let grown = plugin.execute(&Context::default(), "grow", &["8"]);
    assert!((8 << 20..16 << 20).contains(&grown.usage.peak_memory), "{grown:?}");
    let called = |plugin: &mut ambit_runtime::Plugin, times: &str| {
        plugin.execute(&Context::default(), "chatter", &[times, "x"]).usage.host_calls
    };
    let (few, many) = (called(&mut plugin, "10"), called(&mut plugin, "110"));
    assert!(many >= few + 100 && few >= 10, "{few} and {many}");
}

#[test]
fn bytes_over_connections_are_counted() {
    let (world, listener) = (World::new(), TcpListener::bind("127.0.0.1:0").unwrap());
    let port = listener.local_addr().unwrap().port().to_string();
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"welcome").unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let read = stream.read(&mut request).unwrap();
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\nyes";
        stream.write_all(answer).unwrap();
        (read as u64, answer.len() as u64)
    });
    let right = |scheme: &str| &*format!("{scheme}://127.0.0.1:{port}").leak();
    let mut dialer = world.load(&Probe::guest("dialer.wasm").right(Kind::NetConnect, right("tcp")));
    let dialled = dialer.execute(&Context::default(), "connect", &["127.0.0.1", &port]);
    assert_eq!((dialled.usage.net_received, dialled.usage.net_sent), (7, 0), "{dialled:?}");
    let mut probe = Probe::guest("fetcher.wasm").right(Kind::NetConnect, right("http"));
    probe.imports = vec!["wasi:http/outgoing-handler@0.2.12".into(), "wasi:http/types@0.2.12".into()];
    let fetched = world.load(&probe).execute(&Context::default(), "get", &[right("http")]);
    assert_eq!(fetched.value.as_deref(), Some("200 yes"));
    assert_eq!((fetched.usage.net_sent, fetched.usage.net_received), serving.join().unwrap());
}

/// Asks who it is for, and answers with the length of what it is told.
const ASKER: &str = r#"(component
  (import "ambit:host/execution@0.1.0" (instance $execution
    (export "id" (func (result string)))
    (export "user" (func (result (option string))))))
  (core module $memory
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $mem))
  (alias core export $memory "realloc" (core func $realloc))
  (core func $id (canon lower (func $execution "id") (memory $mem) (realloc $realloc)))
  (core func $user (canon lower (func $execution "user") (memory $mem) (realloc $realloc)))
  (core module $main
    (import "memory" "memory" (memory 1))
    (import "host" "id" (func $id (param i32)))
    (import "host" "user" (func $user (param i32)))
    (func (export "id") (result i32) (call $id (i32.const 0)) (i32.load (i32.const 4)))
    (func (export "user") (result i32)
      (call $user (i32.const 0))
      (if (result i32) (i32.load8_u (i32.const 0)) (then (i32.load (i32.const 8))) (else (i32.const 0)))))
  (core instance $host (export "id" (func $id)) (export "user" (func $user)))
  (core instance $main (instantiate $main (with "memory" (instance $memory)) (with "host" (instance $host))))
  (func (export "id") (result u32) (canon lift (core func $main "id")))
  (func (export "user") (result u32) (canon lift (core func $main "user"))))"#;

#[test]
fn a_plugin_is_told_of_its_execution_where_the_plan_lists_that() {
    let world = World::with(|host| host.interface("ambit:host/execution", execution_interface()));
    let mut probe = Probe::of(ASKER.as_bytes());
    probe.imports.push("ambit:host/execution@0.1.0".into());
    let unlisted = world.load(&probe).execute(&Context::default(), "id", &[]);
    assert!(matches!(unlisted.ended, Err(CallError::Denied(_))), "{unlisted:?}");
    probe.interfaces.push("ambit:host/execution@0.1.0".into());
    let mut plugin = world.load(&probe);
    let context = Context { execution: Some("build-7".into()), user: Some("ada".into()), ..Context::default() };
    let answer = |report: Report| report.value.unwrap();
    assert_eq!(answer(plugin.execute(&context, "id", &[])), "7");
    assert_eq!(answer(plugin.execute(&context, "user", &[])), "3");
    assert_eq!(answer(plugin.execute(&Context::default(), "user", &[])), "0");
    assert_eq!(answer(plugin.execute(&Context::default(), "id", &[])), "probe#5".len().to_string());
}

#[test]
fn a_report_is_stable_json() {
    let world = World::new();
    world.file("out/a.txt", "");
    let mut plugin = world.load(&Probe::greeter().mount("out", "rw"));
    let context = Context { user: Some("ada".into()), environment: BTreeMap::new(), ..Context::default() };
    let mut json = plugin.execute(&context, "greet", &["you"]).to_json();
    let usage = json["resource_usage"].take();
    assert!(usage["cpu_ms"].is_f64() && usage["peak_memory_bytes"].as_u64().unwrap() > 0, "{usage}");
    let duration = json["duration_ms"].take();
    assert!(duration.as_f64().unwrap() > 0.0);
    let expected = r#"{"execution_id":"probe#2","plugin":"probe","command":"greet","user_id":"ada","workspace":null,"success":true,"ended":"success","quota":null,"value":"hello, you","output":[],"errors":[],"resource_usage":null,"duration_ms":null,"file_changes":[],"more_file_changes":false}"#;
    let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
    assert_eq!(json, expected);
    let stopped = plugin.execute(&limits(&[(Quota::Cpu, 20)]), "spin", &[]).to_json();
    assert_eq!((&stopped["ended"], &stopped["success"]), (&"quota".into(), &false.into()));
    assert_eq!(
        stopped["quota"],
        serde_json::json!({"name": "cpu", "limit": 20, "set_at": null, "of_this_execution": true})
    );
    assert_eq!(stopped["errors"][0], "the quota `cpu` of 20 ms (of this execution) is used up");
}
