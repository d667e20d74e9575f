//! Folders of which a plugin holds a part: a pattern of files, or one file. What is granted works, what is beside it does not, and
//! no link, other spelling or other name leads from the one to the other.

use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};

use ambit_runtime::{Plugin, Reason, Verdict};
use ambit_schema::capability::Kind;

use crate::support::{Probe, World, said};

fn refused(result: Result<String, String>) -> bool {
    result.is_err_and(|why| why.contains("ermi"))
}

/// The reasons of the refusals so far, and forgets all events.
fn reasons(world: &World) -> Vec<Reason> {
    let reason = |verdict: &Verdict| match verdict {
        Verdict::Denied(reason) => Some(reason.clone()),
        _ => None,
    };
    world.log.take().iter().filter_map(|event| reason(&event.verdict)).collect()
}

/// A world with sources beside a key, and a plugin that may read the sources.
fn sources() -> (World, Plugin) {
    let world = World::new();
    for (name, text) in
        [("src/a.rs", "a"), ("src/deep/b.rs", "b"), ("src/key", "secret"), ("src/deep/key.txt", "secret")]
    {
        world.file(name, text);
    }
    let plugin = world.load(&Probe::greeter().right(Kind::FsRead, "./src/**/*.rs").seen("./src", "/src"));
    (world, plugin)
}

#[test]
fn a_pattern_gives_what_it_matches_and_nothing_beside_it() {
    let (world, mut plugin) = sources();
    for (path, text) in [("/src/a.rs", "a"), ("/src/deep/b.rs", "b"), ("/src/./deep/../deep//b.rs", "b")] {
        assert_eq!(said(&mut plugin, "read", &[path]), Ok(text.into()), "{path}");
    }
    assert_eq!(world.denials(), Vec::<String>::new());
    for path in ["/src/key", "/src/deep/key.txt", "/src/none", "/src/a.rs.bak", "/src/deep/../key"] {
        assert!(refused(said(&mut plugin, "read", &[path])), "{path}");
        assert_eq!(world.denials().len(), 1, "{path}");
    }
    for (command, args) in [("write", &["/src/a.rs", "x"][..]), ("remove", &["/src/a.rs"]), ("mkdir", &["/src/c.rs"])] {
        assert!(refused(said(&mut plugin, command, args)), "{command}");
    }
    assert_eq!(world.denials().len(), 3);
    assert!(said(&mut plugin, "read", &["/src/none.rs"]).is_err_and(|why| why.contains("No such file")));
}

#[test]
fn a_folder_on_the_way_tells_what_is_granted_and_what_leads_there() {
    let (world, mut plugin) = sources();
    std::fs::create_dir(world.path("src/empty")).unwrap();
    assert_eq!(said(&mut plugin, "list", &["/src"]), Ok("a.rs\ndeep\nempty".into()));
    assert_eq!(said(&mut plugin, "list", &["/src/deep/"]), Ok("b.rs".into()));
    assert_eq!(world.denials(), Vec::<String>::new());
    world.file("data/config.json", "{}");
    world.file("data/secret.json", "secret");
    world.file("data/deep/secret.json", "secret");
    let mut plugin = world.load(&Probe::greeter().right(Kind::FsRead, "./data/config.json").seen("./data", "/data"));
    assert_eq!(said(&mut plugin, "read", &["/data/config.json"]), Ok("{}".into()));
    assert_eq!(said(&mut plugin, "list", &["/data"]), Ok("config.json".into()));
    assert_eq!(world.denials(), Vec::<String>::new());
    assert!(refused(said(&mut plugin, "list", &["/data/deep"])));
    assert!(refused(said(&mut plugin, "read", &["/data/secret.json"])));
    assert_eq!(world.denials(), ["open ./data/deep", "open ./data/secret.json"]);
    // Without a right to read anything there, nothing is told at all.
    let mut plugin = world.load(&Probe::greeter().right(Kind::FsWrite, "./data/*.log").seen("./data", "/data"));
    assert!(refused(said(&mut plugin, "list", &["/data"])));
    assert_eq!(said(&mut plugin, "write", &["/data/a.log", "x"]), Ok(String::new()));
}

/// Asks what `deep` in its first folder is, and prints a letter for the error and `B` where a time is told, else `A`.
const ASKS_FOR_TIMES: &str = r#"(module
  (import "wasi_snapshot_preview1" "path_filestat_get" (func $stat (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\02\00\00\00")
  (data (i32.const 100) "deep")
  (func (export "_start")
    (i32.store8 (i32.const 16) (i32.add (i32.const 65)
      (call $stat (i32.const 3) (i32.const 0) (i32.const 100) (i32.const 4) (i32.const 200))))
    (i32.store8 (i32.const 17) (i32.add (i32.const 65) (i64.ne (i64.load (i32.const 248)) (i64.const 0))))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;

#[test]
fn a_folder_on_the_way_says_that_it_is_one_and_nothing_else() {
    let (world, _) = sources();
    let told = |probe: Probe| world.load(&probe).run(&[]).unwrap().stdout.to_string();
    let asks = || Probe::of(ASKS_FOR_TIMES.as_bytes());
    assert_eq!(told(asks().mount("src", "r")), "AB");
    assert_eq!(told(asks().right(Kind::FsRead, "./src/**/*.rs").seen("./src", "/src")), "AA");
    assert_eq!(world.denials(), Vec::<String>::new());
    assert_ne!(told(asks().right(Kind::FsRead, "./src/a.rs").seen("./src", "/src")), "AA");
}

#[test]
fn no_link_leads_from_what_is_granted_to_what_is_not() {
    let (world, mut plugin) = sources();
    symlink("a.rs", world.path("src/inside.rs")).unwrap();
    symlink("key", world.path("src/led.rs")).unwrap();
    symlink("led.rs", world.path("src/chained.rs")).unwrap();
    symlink("deep", world.path("src/way")).unwrap();
    symlink("../other", world.path("src/out")).unwrap();
    world.file("other/b.rs", "other");
    for path in ["/src/inside.rs", "/src/led.rs", "/src/chained.rs", "/src/way/b.rs", "/src/out/b.rs"] {
        let _ = reasons(&world);
        assert!(refused(said(&mut plugin, "read", &[path])), "{path}");
        assert_eq!(reasons(&world), [Reason::OverLink], "{path}");
        assert!(said(&mut plugin, "read", &[&format!("{path}/")]).is_err(), "{path}/");
        assert!(said(&mut plugin, "list", &[path]).is_err(), "{path}");
    }
    assert_eq!(said(&mut plugin, "list", &["/src"]), Ok("a.rs\nchained.rs\ndeep\ninside.rs\nled.rs".into()));
    let mut whole = world.load(&Probe::greeter().mount("src", "r"));
    assert_eq!(said(&mut whole, "read", &["/src/inside.rs"]), Ok("a".into()), "in a whole folder links lead inside");
}

#[test]
fn writing_is_held_to_the_pattern_too() {
    let world = World::new();
    world.file("out/key.txt", "text");
    world.file("out/sub/x", "");
    symlink("key.txt", world.path("out/led.log")).unwrap();
    let probe = || Probe::greeter().right(Kind::FsRead, "./out/*.log").right(Kind::FsWrite, "./out/*.log");
    let mut plugin = world.load(&probe().right(Kind::FsMkdir, "./out/d*").seen("./out", "/out"));
    for (command, args) in [
        ("write", &["/out/a.log", "one"][..]),
        ("append", &["/out/a.log", ", two"]),
        ("rename", &["/out/a.log", "/out/b.log"]),
        ("link", &["/out/b.log", "/out/c.log"]),
        ("truncate", &["/out/c.log"]),
        ("touch", &["/out/c.log"]),
        ("remove", &["/out/c.log"]),
        ("mkdir", &["/out/d1"]),
        ("mkdir", &["/out/d2/"]),
    ] {
        assert_eq!(said(&mut plugin, command, args), Ok(String::new()), "{command} {args:?}");
    }
    assert_eq!(world.denials(), Vec::<String>::new());
    assert!(world.path("out/b.log").exists() && world.path("out/d2").is_dir());
    for (command, args) in [
        ("write", &["/out/key.txt", "mine"][..]),
        ("write", &["/out/sub/a.log", "mine"]),
        ("append", &["/out/led.log", "mine"]),
        ("write", &["/out/led.log", "mine"]),
        ("truncate", &["/out/led.log"]),
        ("rename", &["/out/b.log", "/out/b.txt"]),
        ("rename", &["/out/key.txt", "/out/d.log"]),
        ("link", &["/out/key.txt", "/out/d.log"]),
        ("link", &["/out/b.log", "/out/sub/b.log"]),
        ("remove", &["/out/key.txt"]),
        ("mkdir", &["/out/e1"]),
        ("rename", &["/out/d1", "/out/d3"]),
    ] {
        assert!(refused(said(&mut plugin, command, args)), "{command} {args:?}");
        assert_eq!(world.denials().len(), 1, "{command} {args:?}");
    }
    assert_eq!(world.read("out/key.txt"), "text");
}

#[test]
fn a_new_name_does_not_give_new_rights() {
    let world = World::new();
    world.file("w/key", "secret");
    world.file("w/sub/key", "secret");
    world.file("w/a.txt", "text");
    let probe = Probe::greeter().mount("w", "wm").right(Kind::FsRead, "./w/**/*.txt");
    let mut plugin = world.load(&probe);
    assert_eq!(said(&mut plugin, "rename", &["/w/a.txt", "/w/b.txt"]), Ok(String::new()));
    assert_eq!(said(&mut plugin, "rename", &["/w/b.txt", "/w/plain"]), Ok(String::new()));
    assert_eq!(world.denials(), Vec::<String>::new());
    for (command, from, to) in [("rename", "/w/key", "/w/key.txt"), ("link", "/w/key", "/w/key.txt")] {
        assert!(refused(said(&mut plugin, command, &[from, to])), "{command}");
        assert_eq!(world.denials(), [format!("{command} ./w/key")]);
    }
    assert!(refused(said(&mut plugin, "rename", &["/w/sub", "/w/other"])));
    assert_eq!(reasons(&world), [Reason::HoldsOthers]);
    let mut whole = world.load(&Probe::greeter().mount("w", "rwm"));
    assert_eq!(said(&mut whole, "rename", &["/w/sub", "/w/other"]), Ok(String::new()));
}

#[test]
fn links_are_not_made_where_a_part_is_granted() {
    let world = World::new();
    world.file("out/a.log", "text");
    let link = |probe: Probe| world.load(&probe).run(&[]).unwrap().stdout.to_string() == "A";
    let linker = || crate::files::linker("a.log", "b.log");
    assert!(!link(linker().right(Kind::FsWrite, "./out/*.log").seen("./out", "/out")));
    assert_eq!(reasons(&world), [Reason::OverLink]);
    assert!(link(linker().mount("out", "rw")));
}

#[test]
fn a_file_of_two_spellings_is_not_opened() {
    let (world, mut plugin) = sources();
    // As a folder that does not tell cases apart would have it.
    std::fs::hard_link(world.path("src/a.rs"), world.path("src/A.RS")).unwrap();
    assert!(refused(said(&mut plugin, "read", &["/src/a.rs"])));
    assert_eq!(reasons(&world), [Reason::OtherSpelling]);
    assert_eq!(said(&mut plugin, "read", &["/src/deep/b.rs"]), Ok("b".into()));
}

#[test]
fn a_folder_that_is_swapped_for_a_link_leads_nowhere() {
    let (world, mut plugin) = sources();
    world.file("src/real/x.rs", "public");
    world.file("secret/x.rs", "secret");
    symlink("../secret", world.path("src/link")).unwrap();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                for (from, to) in [("real", "aside"), ("link", "real"), ("real", "link"), ("aside", "real")] {
                    std::fs::rename(world.path("src").join(from), world.path("src").join(to)).unwrap();
                }
            }
        });
        let (mut opened, mut swapped) = (0, 0);
        for _ in 0..2_000 {
            match said(&mut plugin, "read", &["/src/real/x.rs"]) {
                Ok(text) => {
                    assert_eq!(text, "public");
                    opened += 1;
                }
                Err(_) => swapped += 1,
            }
        }
        over.store(true, Ordering::Relaxed);
        assert!(opened > 0 && swapped > 0, "{opened} times opened, {swapped} times not");
    });
}
