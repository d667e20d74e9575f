//! The doors beside the key-value store: keys that are changed in one step, and many keys at once.

use std::thread;

use ambit_runtime::{CallError, FileStore, HostBuilder, MemoryStore, Plugin, Store, StoreChange, StoreError};
use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;
use ambit_schema::name::PluginId;

use crate::support::{ID, Probe, World, said};

const DENIED: &str = "Variant(\"access-denied\", None)";

/// Imports of the guest, of one of the two drafts.
fn counter() -> Probe {
    let mut probe = Probe::guest("counter.wat");
    probe.imports = ["store", "atomics", "batch"].map(|name| format!("wasi:keyvalue/{name}@0.2.0-draft2")).into();
    probe
}

fn all(probe: Probe) -> Probe {
    probe.right(Kind::StorageRead, "**").right(Kind::StorageWrite, "**")
}

fn in_memory() -> World {
    World::with(|host| host.storage(MemoryStore::default()))
}

fn in_files(folder: &tempfile::TempDir) -> impl FnOnce(HostBuilder) -> HostBuilder {
    let store = FileStore::open(folder.path().join("kept")).unwrap();
    |host| host.storage(store)
}

fn ok(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

fn other(why: &str) -> Result<String, String> {
    Err(format!("Variant(\"other\", Some(String({why:?})))"))
}

fn denied() -> Result<String, String> {
    Err(DENIED.to_owned())
}

#[test]
fn numbers_are_added_to() {
    let folder = tempfile::tempdir().unwrap();
    for world in [in_memory(), World::with(in_files(&folder))] {
        let mut plugin = world.load(&all(counter()));
        for (delta, sum) in [("5", "5"), ("0", "5"), ("-7", "-2"), ("9223372036854775807", "9223372036854775805")] {
            assert_eq!(said(&mut plugin, "increment", &["n", delta]), ok(sum));
        }
        assert_eq!(said(&mut plugin, "increment", &["n", "3"]), other("the number would be too large or too small"));
        assert_eq!(said(&mut plugin, "current", &["n"]), ok("Option(Some(String(\"9223372036854775805\")))"));
        assert_eq!(said(&mut plugin, "set", &["n", "text", "m", ""]), ok(""));
        for key in ["n", "m"] {
            assert_eq!(said(&mut plugin, "increment", &[key, "1"]), other("the value is not a number"));
        }
        assert_eq!(said(&mut plugin, "current", &["n"]), ok("Option(Some(String(\"text\")))"), "nothing was changed");
    }
}

/// The first draft has numbers without a sign, and nothing to swap.
#[test]
fn numbers_of_the_first_draft_have_no_sign() {
    let source = String::from_utf8(std::fs::read("../fixtures/guests/counter.wat").unwrap()).unwrap();
    let between = |from: &str, to: &str, with: &str, text: String| {
        let (start, end) = (text.find(from).unwrap(), text.find(to).unwrap());
        [&text[..start], with, &text[end..]].concat()
    };
    let source = source.replace("draft2", "draft").replace("s64", "u64");
    // Without the handle for swapping, and with functions that nothing calls instead.
    let source = between("    (export \"cas\"", "    (export \"increment\"", "", source);
    let source =
        between("    (export \"swap\" (func (param \"cas\"", "  (import \"wasi:keyvalue/batch", "))\n", source);
    let source = between("  (core func $new ", "  (core func $get-many", NO_SWAP, source);
    let mut probe = all(Probe::of(source.as_bytes()));
    probe.imports = ["store", "atomics", "batch"].map(|name| format!("wasi:keyvalue/{name}@0.2.0-draft")).into();
    let world = in_memory();
    let mut plugin = world.load(&probe);
    assert_eq!(said(&mut plugin, "increment", &["n", "18446744073709551615"]), ok("18446744073709551615"));
    assert_eq!(said(&mut plugin, "increment", &["n", "1"]), other("the number would be too large or too small"));
    assert_eq!(said(&mut plugin, "set", &["n", "-1", "m", "1"]), ok(""));
    assert_eq!(said(&mut plugin, "increment", &["n", "1"]), other("the value is not a number"));
    assert_eq!(said(&mut plugin, "increment", &["m", "1"]), ok("2"));
}

const NO_SWAP: &str = r#"  (core module $none
    (func (export "new") (param i32 i32 i32 i32) unreachable)
    (func (export "current") (param i32 i32) unreachable)
    (func (export "swap") (param i32 i32 i32 i32) unreachable))
  (core instance $none (instantiate $none))
  (alias core export $none "new" (core func $new))
  (alias core export $none "current" (core func $current))
  (alias core export $none "swap" (core func $swap))
"#;

#[test]
fn a_key_is_swapped_that_nobody_changed() {
    let folder = tempfile::tempdir().unwrap();
    for world in [in_memory(), World::with(in_files(&folder))] {
        let mut plugin = world.load(&all(counter()));
        assert_eq!(said(&mut plugin, "swap", &["k", "", "first"]), ok("0"), "it was not there, and is not");
        assert_eq!(said(&mut plugin, "swap", &["k", "", "second"]), ok("0"));
        assert_eq!(
            said(&mut plugin, "swap", &["k", "another", "third"]),
            ok("1"),
            "the second handle knows the other value"
        );
        assert_eq!(said(&mut plugin, "current", &["k"]), ok("Option(Some(String(\"third\")))"));
        assert_eq!(said(&mut plugin, "current", &["none"]), ok("Option(None)"));
        assert_eq!(said(&mut plugin, "swap", &["k", "third", "fourth"]), ok("0"), "it has the value that was seen");
    }
}

#[test]
fn changing_in_one_step_takes_both_rights() {
    let world = in_memory();
    let (reads, writes) = (Kind::StorageRead, Kind::StorageWrite);
    let mut both = world.load(&counter().right(reads, "n").right(writes, "n"));
    assert_eq!(
        (said(&mut both, "increment", &["n", "1"]), said(&mut both, "swap", &["n", "", "5"])),
        (ok("1"), ok("0"))
    );
    let _ = world.log.take();
    for (probe, asked) in [
        (counter().right(reads, "n"), ["increment n", "swap n"]),
        (counter().right(writes, "n"), ["increment n", "compare n"]),
        (counter().right(reads, "m").right(writes, "m"), ["increment n", "compare n"]),
    ] {
        let mut plugin = world.load(&probe);
        assert_eq!(said(&mut plugin, "increment", &["n", "1"]), denied());
        assert_eq!(said(&mut plugin, "swap", &["n", "", "7"]), ok("2"));
        assert_eq!(world.denials(), asked);
    }
    assert_eq!(said(&mut both, "increment", &["n", "1"]), ok("6"), "nothing was changed");
}

#[test]
fn many_add_at_once_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let adds = |plugin: &mut Plugin| {
        for _ in 0..50 {
            let added = said(plugin, "increment", &["n", "1"]);
            assert!(added.is_ok(), "{added:?}");
            let mut old = said(plugin, "swap", &["s", "", "x"]);
            while old == Ok("2".to_owned()) {
                old = said(plugin, "swap", &["s", "", "x"]);
            }
        }
    };
    for worlds in [
        // Two hosts over one folder are as two processes.
        [World::with(in_files(&folder)), World::with(in_files(&folder))].as_slice(),
        [in_memory()].as_slice(),
    ] {
        let worlds: Vec<&World> = worlds.iter().cycle().take(4).collect();
        thread::scope(|scope| {
            for world in &worlds {
                scope.spawn(|| adds(&mut world.load(&all(counter()))));
            }
        });
        assert_eq!(said(&mut worlds[0].load(&all(counter())), "increment", &["n", "0"]), ok("200"));
    }
}

#[test]
fn storage_is_counted_whatever_way_a_key_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    for world in [in_memory(), World::with(in_files(&folder))] {
        let mut plugin = world.load(&all(counter()).quota(Quota::Storage, 9));
        assert_eq!(said(&mut plugin, "set", &["a", "1234", "b", "9"]), ok(""));
        assert_eq!(said(&mut plugin, "increment", &["b", "1"]), ok("10"));
        assert_eq!(said(&mut plugin, "increment", &["b", "89"]), ok("99"));
        assert_eq!(world.exceeded(), []);
        let full = "the quota `storage` of 9 B (set at quotas.kdl:1:1) is used up";
        assert_eq!(said(&mut plugin, "increment", &["b", "1000"]), other(full));
        assert_eq!(said(&mut plugin, "increment", &["c", "10"]), other(full));
        assert_eq!(said(&mut plugin, "swap", &["a", "", "1234567"]), ok("2"));
        assert_eq!(said(&mut plugin, "set", &["a", "12345", "b", "1234"]), other(full));
        assert_eq!(world.exceeded(), [Quota::Storage; 4]);
        // A batch does as much as fits.
        let found = "List([Option(Some(Tuple([String(\"a\"), String(\"12345\")]))), Option(Some(Tuple([String(\"b\"), String(\"99\")])))])";
        assert_eq!(said(&mut plugin, "get", &["a", "b"]), ok(found));
    }
}

#[test]
fn each_key_of_a_batch_is_asked_about_before_any_is_touched() {
    let world = in_memory();
    let mut plugin = world.load(&counter().right(Kind::StorageRead, "a.*").right(Kind::StorageWrite, "a.*"));
    assert_eq!(said(&mut plugin, "set", &["a.x", "1", "a.y", "2"]), ok(""));
    let one = |key: &str, value: &str| format!("Option(Some(Tuple([String({key:?}), String({value:?})])))");
    let both = format!("List([{}, {}])", one("a.x", "1"), one("a.y", "2"));
    assert_eq!(said(&mut plugin, "get", &["a.x", "a.y"]), Ok(both.clone()));
    assert_eq!(said(&mut plugin, "get", &["a.z", "a.y"]), Ok(format!("List([Option(None), {}])", one("a.y", "2"))));
    assert_eq!(world.denials(), [""; 0]);
    assert_eq!(said(&mut plugin, "set", &["a.x", "3", "b", "4"]), denied());
    assert_eq!(said(&mut plugin, "delete", &["a.x", "b"]), denied());
    assert_eq!(said(&mut plugin, "get", &["a.x", "b"]), denied());
    assert_eq!(world.denials(), ["set b", "delete b", "get b"]);
    assert_eq!(said(&mut plugin, "get", &["a.x", "a.y"]), Ok(both), "nothing was changed");
    assert_eq!(said(&mut plugin, "delete", &["a.x", "a.z"]), ok(""));
    assert_eq!(said(&mut plugin, "get", &["a.x", "a.x"]), ok("List([Option(None), Option(None)])"));
}

#[test]
fn batches_are_bounded_in_memory_and_time() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with(in_files(&folder));
    let store = FileStore::open(folder.path().join("kept")).unwrap();
    let (id, large) = (PluginId::parse(ID).unwrap(), vec![b'x'; 3 << 20]);
    store.set(&id, "large", &large, 4 << 20).unwrap();
    let mut plugin = world.load(&all(counter()).quota(Quota::Memory, 5 << 20));
    assert_eq!(said(&mut plugin, "get", &["large", "large"]), other("the values are more than the plugin has memory"));
    assert!(said(&mut plugin, "get", &["large", "none"]).is_ok_and(|found| found.len() > 3 << 20));
    // Each of these is written to a disk.
    assert_eq!(said(&mut plugin, "set-often", &["k", "30"]), ok(""));
    let mut plugin = world.load(&all(counter()).quota(Quota::Wall, 20));
    let ended = plugin.command("set-often", &["k", "3500"]).unwrap_err();
    assert!(matches!(&ended, CallError::Quota { hit, .. } if hit.quota == Quota::Wall), "{ended}");
}

/// A store of a host's author that cannot change anything in one step says so.
#[test]
fn a_store_that_cannot_says_so() {
    struct Plain;
    impl Store for Plain {
        fn get(&self, _: &PluginId, _: &str) -> Result<Option<Vec<u8>>, StoreError> {
            Ok(None)
        }
        fn set(&self, _: &PluginId, _: &str, _: &[u8], _: u64) -> Result<(), StoreError> {
            Ok(())
        }
        fn update(&self, _: &PluginId, _: &str, _: u64, _: &mut StoreChange<'_>) -> Result<(), StoreError> {
            Err(StoreError::Failed("nothing is changed here in one step".into()))
        }
        fn delete(&self, _: &PluginId, _: &str) -> Result<(), StoreError> {
            Ok(())
        }
        fn keys(&self, _: &PluginId) -> Result<Vec<String>, StoreError> {
            Ok(vec![])
        }
    }
    let world = World::with(|host| host.storage(Plain));
    let mut plugin = world.load(&all(counter()));
    assert_eq!(said(&mut plugin, "set", &["a", "1", "b", "2"]), ok(""));
    assert_eq!(said(&mut plugin, "increment", &["n", "1"]), other("nothing is changed here in one step"));
    assert_eq!(said(&mut plugin, "swap", &["n", "", "1"]), ok("2"));
}
