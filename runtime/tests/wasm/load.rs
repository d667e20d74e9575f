//! What is loaded and what is refused, before any code of a plugin runs.

use ambit_runtime::{CallError, Exit, LoadError, PluginState};
use ambit_schema::capability::{Kind, Tier};

use crate::support::{ID, Probe, World, said};

#[test]
fn runs_a_program() {
    let world = World::new();
    let outcome = world.load(&Probe::guest("hello-p1.wat")).run(&[]).unwrap();
    assert_eq!((outcome.exit, outcome.stdout.bytes()), (Exit::Success, &b"hello from p1\n"[..]));
    assert!(outcome.usage.peak_memory >= 64 << 10, "{:?}", outcome.usage);
}

#[test]
fn runs_the_example() {
    let world = World::new();
    world.file("in/a.txt", "one two\nthree\n");
    let probe = Probe::guest("/examples/text-tool/plugins/text-tool/text-tool.wasm").mount("in", "r");
    let mut plugin = world.load(&probe);
    let counted = plugin.command("count", &[]).unwrap();
    assert_eq!(counted.exit, Exit::Success, "{}", counted.stderr);
    assert!(counted.stdout.to_string().contains("a.txt"), "{}", counted.stdout);
    let escaped = plugin.command("escape", &[]).unwrap();
    assert_eq!(escaped.exit, Exit::Success, "{}", escaped.stdout);
    let denied = world.denials();
    assert!(denied.contains(&"open /etc/passwd".to_owned()), "{denied:?}");
    assert!(denied.contains(&"open ./in/escaped.txt".to_owned()), "{denied:?}");
    assert!(denied.contains(&"open /tmp/escaped.txt".to_owned()), "{denied:?}");
}

#[test]
fn tells_the_status_of_a_program_that_fails() {
    let outcome = World::new().load(&Probe::guest("exit-code.wat")).run(&[]).unwrap();
    assert_eq!(outcome.exit, Exit::Failure { status: 42, reason: None });
}

#[test]
fn runs_only_the_bytes_that_were_planned() {
    let world = World::new();
    let mut probe = Probe::greeter();
    assert!(world.try_load(&probe).is_ok());
    probe.bytes.push(0);
    assert!(matches!(world.try_load(&probe), Err(LoadError::Tampered { .. })));
    probe.sha256 = None;
    assert_eq!(world.try_load(&probe).err(), Some(LoadError::NotPinned));
}

#[test]
fn finds_the_file_beside_the_manifest() {
    let world = World::new();
    let probe = Probe::greeter();
    assert!(matches!(world.host.load_file(&probe.plan(), ID), Err(LoadError::Read { .. })));
    std::fs::write(world.path("probe.wasm"), &probe.bytes).unwrap();
    assert!(world.host.load_file(&probe.plan(), ID).is_ok());
}

/// The linter refuses these because of the engine, and is right; its near misses load.
#[test]
fn accepts_what_the_linter_accepts() {
    let world = World::new();
    let refusal = |case: &str| world.try_load(&Probe::guest(&format!("/fixtures/check/{case}/demo.wat"))).err();
    for case in ["threads", "memory64", "exceptions", "references-to-the-host"] {
        assert!(refusal(&format!("unsupported-proposal/{case}")).is_some(), "{case}");
    }
    for case in ["large-table", "two-memories", "no-memory-for-wasi", "many-instances"] {
        assert!(refusal(&format!("cannot-start/{case}")).is_some(), "{case}");
    }
    for case in ["unsupported-proposal/clean-third-edition", "cannot-start/clean-at-the-edge"] {
        assert_eq!(refusal(case), None, "{case}");
    }
}

#[test]
fn refuses_tiers_that_have_no_runtime() {
    let mut probe = Probe::greeter();
    probe.tier = Tier::Process;
    let refused = World::new().try_load(&probe).err().unwrap();
    assert_eq!(refused, LoadError::Tier(Tier::Process));
    assert!(refused.to_string().contains("`process`"), "{refused}");
}

#[test]
fn refuses_imports_that_the_plan_does_not_know_of() {
    let probe = Probe::guest("hostile/unknown-import.wat");
    assert_eq!(World::new().try_load(&probe).err(), Some(LoadError::Import("acme:secret/vault@1.0.0".into())));
}

#[test]
fn stands_in_for_imports_that_are_not_granted() {
    let world = World::new();
    let mut probe = Probe::guest("hostile/unknown-import.wat");
    probe.imports.push("acme:secret/vault@1.0.0".into());
    let Err(CallError::Denied(denied)) = world.load(&probe).run(&[]) else { panic!("a stub answered") };
    assert_eq!(denied.target, "acme:secret/vault@1.0.0.open");
    assert_eq!(world.denials(), ["call acme:secret/vault@1.0.0.open"]);
}

#[test]
fn links_interfaces_of_the_host_that_the_plan_lists() {
    let world = World::with(|host| {
        host.interface(
            "acme:secret/vault",
            Box::new(|vault| {
                vault.func_wrap("open", |mut store, (key,): (String,)| {
                    let asked = store.data_mut().gate().ask(Kind::DbRead, "vault", "open");
                    Ok((asked.map(|()| format!("opened {key}")).unwrap_or_else(|denied| denied.to_string()),))
                })
            }),
        )
    });
    let mut probe = Probe::guest("hostile/unknown-import.wat").right(Kind::DbRead, "vault");
    probe.imports.push("acme:secret/vault@1.0.0".into());
    assert!(matches!(world.load(&probe).run(&[]), Err(CallError::Denied(_))), "it is not listed");
    probe.interfaces.push("acme:secret/vault".into());
    assert!(world.load(&probe).run(&[]).is_ok());
    probe.rights.clear();
    world.load(&probe).run(&[]).unwrap();
    assert_eq!(world.denials().last().map(String::as_str), Some("open vault"));
}

/// The plan is made by hand here; the compiler would have refused the import.
#[test]
fn links_nothing_that_the_plan_withholds() {
    let probe = || Probe::guest("hostile/imports-sockets.wat");
    let withheld = |probe: &Probe| match World::new().try_load(probe) {
        Err(LoadError::Withheld { import, place }) => Some((import, place)),
        Err(other) => panic!("{other}"),
        Ok(mut plugin) => plugin.run(&[]).map(|_| None).unwrap(),
    };
    let kept = |place: &str| Some(("wasi:sockets/tcp-create-socket@0.2.0".to_owned(), place.to_owned()));
    assert_eq!(withheld(&probe()), None);
    assert_eq!(withheld(&Probe { denied: vec!["wasi:sockets/*"], ..probe() }), kept("grants.kdl:101:1"));
    assert_eq!(withheld(&Probe { denied: vec!["wasi:http/*", "wasi:filesystem/*"], ..probe() }), None);
    assert_eq!(withheld(&Probe { by_right: vec!["wasi:sockets/*"], ..probe() }), kept("host.kdl:101:1"));
    let given = Probe { by_right: vec!["wasi:sockets/*"], ..probe() }.right(Kind::InterfaceUse, "wasi:sockets/*");
    assert_eq!(withheld(&given), None);
    let other = Probe { by_right: vec!["wasi:sockets/*"], ..probe() }.right(Kind::InterfaceUse, "wasi:sockets/udp");
    assert_eq!(withheld(&other), kept("host.kdl:101:1"));
}

/// A module for WASI p1 imports no interface by itself; the component that is made of it does.
#[test]
fn links_nothing_that_is_withheld_to_what_a_module_is_made_of() {
    let module = r#"(module
        (import "wasi_snapshot_preview1" "path_unlink_file" (func (param i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "_start")))"#;
    let probe = || Probe::of(module.as_bytes());
    let denied = Probe { denied: vec!["wasi:filesystem/types"], ..probe() };
    assert!(World::new().try_load(&probe()).is_ok());
    assert!(matches!(World::new().try_load(&denied), Err(LoadError::Withheld { .. })));
    let other = Probe { denied: vec!["wasi:sockets/*"], ..probe() };
    assert!(World::new().try_load(&other).is_ok());
}

/// The guest was made for version 1.0.0. The engine would link it to any 1.x by itself; here the plan has to say so.
#[test]
fn links_an_older_version_where_the_plan_names_the_newer_one() {
    const OLD: &str = "acme:secret/vault@1.0.0";
    let has = |version: &'static str, function: &'static str| {
        World::with(|host| {
            let link = move |vault: &mut wasmtime::component::LinkerInstance<'_, PluginState>| {
                vault.func_wrap(function, |_, (key,): (String,)| Ok((format!("opened {key}"),)))?;
                vault.func_wrap("close", |_, (_,): (String,)| Ok(()))
            };
            host.interface(version, Box::new(link))
        })
    };
    let probe = |lists: &str, compat| {
        let mut probe = Probe::guest("hostile/unknown-import.wat");
        probe.imports.push(OLD.into());
        probe.interfaces.push(lists.into());
        Probe { compat, ..probe }
    };
    let world = has("acme:secret/vault@1.3.0", "open");
    let named = probe("acme:secret/vault@1.3.0", vec![(OLD, "acme:secret/vault@1.3.0")]);
    assert!(world.load(&named).run(&[]).is_ok());
    let unnamed = probe("acme:secret/vault@1.3.0", vec![]);
    assert!(matches!(world.load(&unnamed).run(&[]), Err(CallError::Denied(_))), "not without the plan's word");
    let next = has("acme:secret/vault@2.0.0", "open");
    let other = probe("acme:secret/vault@2.0.0", vec![]);
    assert!(matches!(next.load(&other).run(&[]), Err(CallError::Denied(_))), "another line");
    let less = has("acme:secret/vault@1.3.0", "unlock");
    assert!(
        matches!(less.try_load(&named), Err(LoadError::Link(_))),
        "a newer version that lacks what the older one had"
    );
}

#[test]
fn refuses_what_is_no_wasm() {
    let mut probe = Probe::greeter();
    for bytes in [&b""[..], b"\0asm", b"\0asm\x0d\0\x01\0", b"\x7fELF", b"\0asm\x01\0\0\0\x01"] {
        probe = Probe { bytes: bytes.to_vec(), sha256: None, ..probe };
        probe.sha256 = Some(sha256(bytes));
        assert!(world_refuses(&probe), "{bytes:?}");
    }
}

fn world_refuses(probe: &Probe) -> bool {
    let world = World::new();
    match world.try_load(probe) {
        // An empty component is one, and exports nothing.
        Ok(mut plugin) => matches!(plugin.command("x", &[]), Err(CallError::Export(_))),
        Err(error) => matches!(error, LoadError::Malformed(_) | LoadError::Compile(_)),
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn keeps_compiled_code_and_trusts_only_its_own() {
    let keep = tempfile::tempdir().unwrap();
    let probe = Probe::greeter();
    let greet = || {
        let world = World::with(|host| host.cache(keep.path()));
        said(&mut world.load(&probe), "greet", &["you"]).unwrap()
    };
    let entry = || {
        let entries = std::fs::read_dir(keep.path()).unwrap().map(|entry| entry.unwrap().path());
        entries.into_iter().find(|path| path.extension().is_some_and(|end| end == "code")).unwrap()
    };
    assert_eq!(greet(), "hello, you");
    let first = std::fs::read(entry()).unwrap();
    assert_eq!(greet(), "hello, you");
    let damaged: Vec<u8> =
        first.iter().enumerate().map(|(n, byte)| if n == 5_000 { byte ^ 1 } else { *byte }).collect();
    std::fs::write(entry(), &damaged).unwrap();
    assert_eq!(greet(), "hello, you");
    assert_ne!(std::fs::read(entry()).unwrap(), damaged, "the damaged entry is replaced");
    std::fs::write(keep.path().join("key"), [7; 64]).unwrap();
    std::fs::write(entry(), b"short").unwrap();
    assert_eq!(greet(), "hello, you");
}

#[test]
fn says_when_the_host_is_full() {
    let world = World::with(|host| host.instances(2));
    let mut plugins: Vec<_> = (0..3).map(|_| world.load(&Probe::greeter())).collect();
    let said: Vec<_> = plugins.iter_mut().map(|plugin| plugin.command("greet", &["you"]).map(|_| ())).collect();
    assert_eq!(said, [Ok(()), Ok(()), Err(CallError::Full)]);
    plugins.remove(0);
    assert!(plugins[1].command("greet", &["you"]).is_ok(), "room was made");
}
