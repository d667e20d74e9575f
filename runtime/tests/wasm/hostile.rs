//! Guests that are out to harm, and that no quota of time or output alone would hold: memory of many instances, copies that
//! the host makes, lists without end, pointers that lead nowhere, text that is none. Each with a control that is let through.

use ambit_runtime::{CallError, Host, Plugin};
use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;
use wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as ADAPTER;
use wasmparser::{ExternalKind, Parser, Payload, TypeRef, ValType};

use crate::quotas::{beside_a_neighbour, quota_of};
use crate::support::{Probe, World};

fn answer(plugin: &mut Plugin, export: &str, args: &[&str]) -> Result<u64, CallError> {
    plugin.call_export(export, args).map(|outcome| outcome.answer.unwrap().parse().unwrap())
}

#[test]
fn time_ends_what_never_gets_to_its_first_call() {
    let world = World::new();
    for (guest, quota) in
        [("spin-in-initialize", Quota::Cpu), ("spin-in-initialize", Quota::Wall), ("sleep-in-initialize", Quota::Wall)]
    {
        let mut plugin = world.load(&Probe::guest(&format!("hostile/{guest}.wat")).quota(quota, 60));
        let ended = beside_a_neighbour(&world, || plugin.command("answer", &[]));
        assert_eq!(quota_of(ended), (quota, 60, Some("quotas.kdl:1:1".into())), "{guest}");
    }
    let mut starts = world.load(&Probe::guest("add-reactor.wat").quota(Quota::Cpu, 60));
    assert_eq!(starts.command("add", &["40", "2"]).unwrap().answer.as_deref(), Some("42"));
}

#[test]
fn memory_is_counted_over_all_instances() {
    let world = World::new();
    let pages = |mebibytes: u64| mebibytes << 4;
    let mut plugin = world.load(&Probe::guest("hostile/many-memories.wat").quota(Quota::Memory, 4 << 20));
    let outcome = beside_a_neighbour(&world, || plugin.call_export("grow", &["256"])).unwrap();
    assert_eq!(outcome.answer, Some(pages(4).to_string()), "to the last byte, and not one more");
    assert_eq!(outcome.exceeded.iter().map(|hit| hit.quota).collect::<Vec<_>>(), [Quota::Memory]);
    assert_eq!(outcome.usage.peak_memory, 4 << 20);
    let mut fed = world.load(&Probe::guest("hostile/many-memories.wat").quota(Quota::Memory, 64 << 20));
    assert_eq!(answer(&mut fed, "grow", &["256"]), Ok(256));
}

/// Counts the bytes that it was given.
fn with_vault() -> World {
    World::with(|host| {
        host.interface(
            "acme:secret/vault",
            Box::new(|vault| {
                vault.func_wrap("open-all", |_, (keys,): (Vec<String>,)| {
                    Ok((u32::try_from(keys.iter().map(String::len).sum::<usize>())?,))
                })
            }),
        )
    })
}

#[test]
fn what_the_host_copies_is_bounded_by_the_plugins_own_memory() {
    let world = with_vault();
    let mut probe = Probe::guest("hostile/amplifier.wat").quota(Quota::Memory, 1 << 20);
    probe.imports.push("acme:secret/vault@1.0.0".into());
    probe.interfaces.push("acme:secret/vault".into());
    let mut plugin = world.load(&probe);
    assert_eq!(answer(&mut plugin, "run", &["10"]), Ok(10 << 16));
    let ended = beside_a_neighbour(&world, || plugin.call_export("run", &["10000"]));
    assert_eq!(quota_of(ended), (Quota::Memory, 1 << 20, Some("quotas.kdl:1:1".into())));
    assert_eq!(world.exceeded(), [Quota::Memory]);
    assert_eq!(answer(&mut plugin, "run", &["10"]), Ok(10 << 16), "a fresh instance");
}

#[test]
fn waiting_for_a_great_many_things_is_bounded_by_the_handles() {
    let world = World::new();
    let mut plugin = world.load(&Probe::guest("hostile/poll-flood.wat").quota(Quota::Handles, 50));
    assert_eq!(answer(&mut plugin, "run", &["100"]), Ok(100));
    let ended = beside_a_neighbour(&world, || plugin.call_export("run", &["100000"]));
    assert_eq!(quota_of(ended), (Quota::Handles, 50, Some("quotas.kdl:1:1".into())));
    assert_eq!(world.exceeded(), [Quota::Handles]);
}

/// A function of WASI p1 as the adapter has it: its name, and the types of what it takes and gives.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) params: Vec<ValType>,
    results: Vec<ValType>,
}

impl Function {
    /// Its import, under its own name.
    pub(crate) fn import(&self) -> String {
        let Function { name, params, results } = self;
        let words = |types: &[ValType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let (params, results) = (words(params), words(results));
        format!("(import \"wasi_snapshot_preview1\" \"{name}\" (func ${name} (param {params}) (result {results})))\n")
    }
}

pub(crate) fn functions_of_p1() -> Vec<Function> {
    let (mut types, mut functions, mut found) = (vec![], vec![], vec![]);
    for payload in Parser::new(0).parse_all(ADAPTER) {
        match payload.unwrap() {
            Payload::TypeSection(section) => {
                types.extend(section.into_iter_err_on_gc_types().map(Result::unwrap));
            }
            Payload::ImportSection(section) => {
                functions.extend(section.into_imports().filter_map(|import| match import.unwrap().ty {
                    TypeRef::Func(ty) => Some(ty),
                    _ => None,
                }));
            }
            Payload::FunctionSection(section) => functions.extend(section.into_iter().map(Result::unwrap)),
            Payload::ExportSection(section) => {
                for export in section.into_iter().map(Result::unwrap) {
                    let is_p1 = export.kind == ExternalKind::Func
                        && !["cabi_", "_", "reset_"].iter().any(|start| export.name.starts_with(start));
                    if is_p1 {
                        let ty = &types[functions[export.index as usize] as usize];
                        let (params, results) = (ty.params().to_vec(), ty.results().to_vec());
                        found.push(Function { name: export.name.to_owned(), params, results });
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// A module that exports each function as `f0`, `f1` and so on, which calls it with one and the same number for everything.
fn wild(functions: &[Function]) -> Probe {
    let (mut imports, mut exports) = (String::new(), String::new());
    for (n, function) in functions.iter().enumerate() {
        let Function { name, params, results } = function;
        imports += &function.import();
        let argument = |ty: &ValType| match ty {
            ValType::I64 => "(i64.extend_i32_s (local.get 0))",
            _ => "(local.get 0)",
        };
        let called = format!("(call ${name} {})", params.iter().map(argument).collect::<String>());
        let gives = if results.is_empty() { format!("{called} (i32.const 0)") } else { called };
        exports += &format!("(func (export \"f{n}\") (param i32) (result i32) {gives})\n");
    }
    Probe::of(format!("(module {imports} (memory (export \"memory\") 1) {exports})").as_bytes())
}

/// As pointers, lengths, descriptors, counts and flags at once: whatever comes of it, the host lives.
#[test]
fn numbers_that_lead_nowhere_harm_nobody() {
    let (world, functions) = (World::new(), functions_of_p1());
    world.file("in/a.txt", "text");
    assert!(functions.len() > 40, "{}", functions.len());
    let probe = wild(&functions).mount("in", "rwm").right(Kind::RandomRead, "secure").right(Kind::ClockRead, "wall");
    let mut plugin = world.load(&probe.quota(Quota::Wall, 500));
    let (mut answered, mut trapped) = (0, 0);
    beside_a_neighbour(&world, || {
        for (n, number) in (0..functions.len()).flat_map(|n| [0, 3, 65_530, 65_536, i32::MAX, -1].map(|x| (n, x))) {
            match plugin.call_export(&format!("f{n}"), &[&number.to_string()]) {
                Ok(_) | Err(CallError::Exited(_) | CallError::Quota { .. }) => answered += 1,
                Err(CallError::Trap(_)) => trapped += 1,
                Err(other) => panic!("{} with {number}: {other}", functions[n].name),
            }
        }
    });
    assert!(answered > 40 && trapped > 40, "{answered} answered, {trapped} trapped");
    assert_eq!(world.read("in/a.txt"), "text");
}

/// Asks what a path of the first folder is, and answers with the number of the error; 0 is none.
fn stat_of(path: &str) -> Probe {
    let length = path.split('\\').count().max(2) - 1;
    Probe::of(
        format!(
            r#"(module
  (import "wasi_snapshot_preview1" "path_filestat_get" (func $stat (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 256) "{path}")
  (func (export "stat") (result i32)
    (call $stat (i32.const 3) (i32.const 0) (i32.const 256) (i32.const {length}) (i32.const 512))))"#
        )
        .as_bytes(),
    )
}

#[test]
fn text_that_is_none_reaches_no_door() {
    let world = World::new();
    world.file("in/ab", "text");
    let stat = |path: &str| {
        let mut plugin = world.load(&stat_of(path).mount("in", "r"));
        plugin.command("stat", &[]).map(|outcome| outcome.answer.unwrap())
    };
    assert_eq!(stat(r"\61\62"), Ok("0".into()));
    let _ = world.log.take();
    for path in [r"\ff\fe", r"\61\80", r"\ed\a0\80"] {
        let said = stat(path);
        assert!(said.clone().is_err() || said.as_deref().is_ok_and(|code| code != "0"), "{path}: {said:?}");
        assert!(world.log.take().iter().all(|event| event.operation != "stat"), "{path}");
    }
}

/// What a host without any cache does with the same artifact twice is the same.
#[test]
fn results_do_not_depend_on_what_was_compiled_before() {
    let keep = tempfile::tempdir().unwrap();
    let said = |cache: bool| {
        let world = World::with(|host| if cache { host.cache(keep.path()) } else { host });
        let mut plugin = world.load(&Probe::guest("hostile/many-memories.wat").quota(Quota::Memory, 2 << 20));
        plugin.call_export("grow", &["99"]).map(|outcome| (outcome.answer, outcome.exceeded)).unwrap()
    };
    let first = said(false);
    assert_eq!([said(true), said(true), said(true)], [first.clone(), first.clone(), first]);
    assert!(Host::builder("/nowhere").cache("/dev/null/cache").build().is_err());
}
