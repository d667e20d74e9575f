//! The doors to the key-value store and to a plugin's own configuration.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use ambit_runtime::{CallError, Context, FileStore, Plugin, Store, StoreChange, StoreError};
use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;
use ambit_schema::name::PluginId;

use crate::support::{ID, Probe, World, said};

const STORE: &str = "wasi:keyvalue/store@0.2.0-draft";
const DENIED: &str = "Variant(\"access-denied\", None)";

fn keeper() -> Probe {
    let mut probe = Probe::guest("keeper.wat");
    probe.imports.push(STORE.into());
    probe
}

fn world() -> (World, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (World::with(|host| host.storage(FileStore::open(folder.path().join("kept")).unwrap())), folder)
}

fn some(text: &str) -> Result<String, String> {
    Ok(format!("Option(Some(String({text:?})))"))
}

fn none() -> Result<String, String> {
    Ok("Option(None)".into())
}

fn denied() -> Result<String, String> {
    Err(DENIED.into())
}

fn done() -> Result<String, String> {
    Ok(String::new())
}

fn all(probe: Probe) -> Probe {
    probe.right(Kind::StorageRead, "**").right(Kind::StorageWrite, "**")
}

#[test]
fn keys_are_read_and_written_where_they_are_granted() {
    let (world, _folder) = world();
    let probe = keeper().right(Kind::StorageRead, "note.*").right(Kind::StorageWrite, "note.a");
    let mut plugin = world.load(&probe);
    assert_eq!(said(&mut plugin, "set", &["note.a", "text"]), done());
    assert_eq!(said(&mut plugin, "get", &["note.a"]), some("text"));
    assert_eq!(said(&mut plugin, "get", &["note.b"]), none());
    assert_eq!(said(&mut plugin, "exists", &["note.a"]), Ok("true".into()));
    assert_eq!(world.denials(), [""; 0]);
    for key in ["other", "note.a.b", "note", "", "..", "Note.a", "note.a\u{0}", "../../../etc/passwd"] {
        assert_eq!(said(&mut plugin, "get", &[key]), denied(), "{key:?}");
        assert_eq!(said(&mut plugin, "exists", &[key]), denied(), "{key:?}");
        assert_eq!(said(&mut plugin, "set", &[key, "text"]), denied(), "{key:?}");
        assert_eq!(said(&mut plugin, "delete", &[key]), denied(), "{key:?}");
        let operations: Vec<String> = ["get", "exists", "set", "delete"].map(|done| format!("{done} {key}")).into();
        assert_eq!(world.denials(), operations);
    }
    assert_eq!(said(&mut plugin, "set", &["note.b", "text"]), denied(), "it may be read and not written");
    let event = world.log.take().pop().unwrap().to_string();
    assert!(event.contains(r#"`allow "probe" { storage.write "note.b" }`"#), "{event}");
    assert_eq!(said(&mut plugin, "delete", &["note.a"]), done());
    assert_eq!(said(&mut plugin, "delete", &["note.a"]), done(), "what is not there is removed already");
    assert_eq!(said(&mut plugin, "get", &["note.a"]), none());
}

#[test]
fn keys_are_listed_that_may_be_read() {
    let (world, _folder) = world();
    let mut writer = world.load(&all(keeper()));
    for key in ["a.x", "b.x", "a.y", "c"] {
        assert_eq!(said(&mut writer, "set", &[key, "1"]), done());
    }
    let listed = |plugin: &mut Plugin, from: &str| said(plugin, "list", &[from]);
    let whole = listed(&mut writer, "0").unwrap();
    assert!(whole.contains(r#"List([String("a.x"), String("a.y"), String("b.x"), String("c")])"#), "{whole}");
    assert!(listed(&mut writer, "18446744073709551615").unwrap().contains("List([])"));
    let mut reader = world.load(&keeper().right(Kind::StorageRead, "a.*"));
    let _ = world.log.take();
    let some = listed(&mut reader, "0").unwrap();
    assert!(some.contains(r#"List([String("a.x"), String("a.y")])"#), "{some}");
    let events: Vec<String> = world.log.take().iter().map(ToString::to_string).collect();
    assert_eq!(events, ["probe#2 list: storage.read `a.x` allowed", "probe#2 list: storage.read `a.y` allowed"]);
    let mut blind = world.load(&keeper().right(Kind::StorageWrite, "**"));
    assert_eq!(listed(&mut blind, "0"), denied());
    assert_eq!(world.denials(), ["list *"]);
}

#[test]
fn long_lists_come_in_pages() {
    let (world, folder) = world();
    let store = FileStore::open(folder.path().join("kept")).unwrap();
    let id = PluginId::parse(ID).unwrap();
    for n in 0..300 {
        store.set(&id, &format!("k{n:03}"), b"", 10_000).unwrap();
    }
    let mut plugin = world.load(&all(keeper()));
    let first = said(&mut plugin, "list", &["0"]).unwrap();
    assert_eq!(first.matches("String(").count(), 256);
    assert!(first.contains("Some(U64(256))"), "{first}");
    let last = said(&mut plugin, "list", &["256"]).unwrap();
    assert_eq!((last.matches("String(").count(), last.contains("Option(None)")), (44, true));
}

#[test]
fn storage_is_counted_to_the_byte_and_told() {
    let (world, _folder) = world();
    let mut plugin = world.load(&all(keeper()).quota(Quota::Storage, 100));
    assert_eq!(said(&mut plugin, "set", &["a", &"x".repeat(99)]), done());
    assert_eq!(said(&mut plugin, "set", &["a", &"y".repeat(99)]), done(), "the old value makes room");
    for (key, value) in [("a", "y".repeat(100)), ("b", String::new()), ("a", "z".repeat(1 << 20))] {
        let outcome = plugin.command("set", &[key, &value]).unwrap();
        assert_eq!(outcome.exceeded.iter().map(|hit| hit.quota).collect::<Vec<_>>(), [Quota::Storage]);
        let reason = format!("{:?}", outcome.exit);
        assert!(reason.contains("the quota `storage` of 100 B (set at quotas.kdl:1:1) is used up"), "{reason}");
        assert_eq!(world.exceeded(), [Quota::Storage]);
    }
    assert_eq!(said(&mut plugin, "get", &["a"]), some(&"y".repeat(99)), "nothing was changed");
    assert_eq!(said(&mut plugin, "delete", &["a"]), done());
    assert_eq!(said(&mut plugin, "set", &["b", "x"]), done(), "room was made");
    let narrow = Context { limits: [(Quota::Storage, 2)].into(), ..Context::default() };
    let refused = plugin.execute(&narrow, "set", &["b", "xy"]);
    assert!(refused.errors()[0].contains("of 2 B (of this execution)"), "{refused:?}");
    let mut other = world.load(&all(keeper()).quota(Quota::Storage, 100));
    assert_eq!(
        said(&mut other, "set", &["c", &"x".repeat(98)]),
        Err(hit_by_two()),
        "two of one plugin share its quota"
    );
}

fn hit_by_two() -> String {
    "Variant(\"other\", Some(String(\"the quota `storage` of 100 B (set at quotas.kdl:1:1) is used up\")))".into()
}

#[test]
fn endless_keys_and_values_are_bounded() {
    let (world, _folder) = world();
    let mut plugin = world.load(&all(keeper()).quota(Quota::Memory, 8 << 20));
    let longest = "k".repeat(1 << 10);
    assert_eq!(said(&mut plugin, "set", &[&longest, "x"]), done());
    let _ = world.log.take();
    let longer = "k".repeat(1 << 20);
    assert_eq!(said(&mut plugin, "set", &[&longer, "x"]), denied());
    let events = world.log.take();
    assert!(events[0].target.len() <= 64 && events[0].to_string().contains("at most 1 KiB"), "{}", events[0]);
    assert_eq!(said(&mut plugin, "get", &["\u{202e}x"]), denied(), "no grant can name that");
    assert!(!world.log.take()[0].to_string().contains('\u{202e}'), "an event cannot command a terminal");
    // More than the host would copy for it.
    let ended = plugin.command("set", &["a", &"x".repeat(9 << 20)]).unwrap_err();
    assert!(matches!(&ended, CallError::Quota { hit, .. } if hit.quota == Quota::Memory), "{ended}");
    assert_eq!(said(&mut plugin, "get", &["a"]), none());
}

#[test]
fn plugins_have_their_own_keys() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::open(folder.path().join("kept")).unwrap();
    let ids = ["a", "@a/b", "a.b", "A"].map(|id| PluginId::parse(id).unwrap());
    for (n, id) in ids.iter().enumerate() {
        store.set(id, "key", &[n.try_into().unwrap()], 100).unwrap();
    }
    for (n, id) in ids.iter().enumerate() {
        assert_eq!(store.get(id, "key"), Ok(Some(vec![n.try_into().unwrap()])), "{id}");
        assert_eq!(store.keys(id), Ok(vec!["key".to_owned()]));
    }
}

#[test]
fn buckets_are_handles_and_there_is_one_store() {
    let (world, _folder) = world();
    let mut plugin = world.load(&all(keeper()).quota(Quota::Handles, 10));
    assert_eq!(said(&mut plugin, "open", &["default"]), Ok("0".into()));
    assert_eq!(said(&mut plugin, "open", &["other"]), Ok("1".into()), "there is no such store");
    let ended = (0..1_000).find_map(|_| plugin.command("open", &[""]).err()).unwrap();
    assert!(matches!(&ended, CallError::Quota { hit, .. } if hit.quota == Quota::Handles), "{ended}");
}

#[test]
fn no_store_is_linked_without_a_right_or_a_store() {
    let (world, _folder) = world();
    let unlinked = |world: &World, probe: &Probe, why: &str| {
        let Err(CallError::Denied(denied)) = world.load(probe).command("get", &["a"]) else { panic!("it was linked") };
        assert!(denied.to_string().contains(why), "{denied}");
        assert_eq!(world.denials(), [format!("call {STORE}.open")]);
    };
    unlinked(&world, &keeper(), "no grant gives the plugin a right");
    unlinked(&World::new(), &all(keeper()), "the host program has nothing behind this interface");
    assert_eq!(said(&mut world.load(&all(keeper())), "get", &["a"]), none(), "the same artifact with another plan");
}

/// A store of a host's author: the door asks, whatever is behind it.
#[test]
fn stores_of_host_authors_are_asked_after_the_gate() {
    struct One;
    impl Store for One {
        fn get(&self, plugin: &PluginId, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
            Ok(Some(format!("{plugin}/{key}").into_bytes()))
        }
        fn set(&self, _: &PluginId, _: &str, _: &[u8], most: u64) -> Result<(), StoreError> {
            Err(StoreError::Failed(format!("at most {most}")))
        }
        fn update(&self, _: &PluginId, _: &str, _: u64, _: &mut StoreChange<'_>) -> Result<(), StoreError> {
            Ok(())
        }
        fn delete(&self, _: &PluginId, _: &str) -> Result<(), StoreError> {
            Err(StoreError::Full)
        }
        fn keys(&self, _: &PluginId) -> Result<Vec<String>, StoreError> {
            Ok(vec!["a".into(), "b".into()])
        }
    }
    let world = World::with(|host| host.storage(One));
    let probe = keeper().right(Kind::StorageRead, "a").right(Kind::StorageWrite, "a").quota(Quota::Storage, 50);
    let mut plugin = world.load(&probe);
    assert_eq!(said(&mut plugin, "get", &["a"]), some("probe/a"));
    assert_eq!(said(&mut plugin, "get", &["b"]), denied());
    assert!(said(&mut plugin, "set", &["a", "b"]).unwrap_err().contains("at most 50"));
    assert!(said(&mut plugin, "list", &["0"]).unwrap().contains(r#"List([String("a")])"#));
}

#[test]
fn files_are_this_users_alone_and_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (open, id) = (|path: &Path| FileStore::open(path), PluginId::parse(ID).unwrap());
    let place = folder.path().join("kept");
    let store = open(&place).unwrap();
    store.set(&id, "secret", b"value", 100).unwrap();
    let files: Vec<_> = std::fs::read_dir(place.join(ID)).unwrap().map(|entry| entry.unwrap().path()).collect();
    for path in files.iter().chain([&place, &place.join(ID)]) {
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
        assert!(!path.to_string_lossy().contains("secret"), "{}", path.display());
    }
    // Killed in the middle of a change: what was being written is left, and no count.
    std::fs::write(place.join(ID).join(".tmpabc"), b"half").unwrap();
    std::fs::remove_file(place.join(ID).join("count")).unwrap();
    assert_eq!(store.set(&id, "b", &[0; 89], 100), Err(StoreError::Full), "it is counted again");
    assert_eq!(store.set(&id, "b", &[0; 88], 100), Ok(()));
    // A count that is wrong is made anew by the next process.
    std::fs::write(place.join(ID).join("count"), [0; 16]).unwrap();
    assert_eq!(open(&place).unwrap().set(&id, "c", b"", 100), Err(StoreError::Full));
    // What is no file of ours is not believed.
    let entry = files.iter().find(|path| path.extension().is_some_and(|end| end == "key")).unwrap();
    std::fs::write(entry, b"\xff\xff\xff\xff").unwrap();
    assert!(matches!(store.get(&id, "secret"), Err(StoreError::Failed(_))));
    std::fs::remove_file(entry).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", entry).unwrap();
    assert!(matches!(store.get(&id, "secret"), Err(StoreError::Failed(_))));
    std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert!(open(&place).is_err());
}

#[test]
fn a_great_many_keys_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (store, id) = (FileStore::open(folder.path().join("kept")).unwrap(), PluginId::parse(ID).unwrap());
    store.set(&id, "k", b"", 1 << 20).unwrap();
    // As if there were that many.
    let count = [1_u64.to_le_bytes(), FileStore::MAX_KEYS.to_le_bytes()].concat();
    std::fs::write(folder.path().join("kept").join(ID).join("count"), count).unwrap();
    assert!(matches!(store.set(&id, "one", b"", 1 << 20), Err(StoreError::Failed(why)) if why.contains("10000 keys")));
    assert_eq!(store.set(&id, "k", b"v", 1 << 20), Ok(()), "those that are there can change");
}

#[test]
fn a_plugin_reads_its_own_configuration_and_nothing_else() {
    let mut probe = Probe::guest("configured.wat");
    probe.imports.push("wasi:config/store@0.2.0-rc.1".into());
    probe.config = Some(r#"{"colour":"red","depth":3,"list":["a"],"\u0000":null}"#.into());
    let world = World::with(|host| host.environment([("HOME".to_owned(), "/root".to_owned())]));
    let mut plugin = world.load(&probe);
    for (key, value) in [("colour", "red"), ("depth", "3"), ("list", "[\"a\"]"), ("\u{0}", "null")] {
        assert_eq!(said(&mut plugin, "get", &[key]), some(value));
    }
    for key in ["HOME", "", "colour ", "Colour", "list.0", &"k".repeat(100_000)] {
        assert_eq!(said(&mut plugin, "get", &[key]), none(), "{key:.20}");
    }
    let every = said(&mut plugin, "all", &[]).unwrap();
    assert_eq!(every.matches("Tuple(").count(), 4, "{every}");
    let unsaid = Probe { config: None, ..probe };
    assert_eq!(said(&mut world.load(&unsaid), "all", &[]), Ok("List([])".into()));
}
