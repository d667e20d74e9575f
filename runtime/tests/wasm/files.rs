//! The door to files: what a mount gives, what it does not, and every way out of it that is known.

use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};

use ambit_runtime::{AuditEvent, Reason, Verdict};
use ambit_schema::capability::Kind;

use crate::support::{Probe, World, said};

const REFUSED: &str = "Permission denied (os error 2)";

fn refused(result: Result<String, String>) -> bool {
    result.is_err_and(|why| why == REFUSED || why.contains("not permitted") || why.contains("ermission"))
}

#[test]
fn reading_takes_the_right_to_read() {
    let world = World::new();
    world.file("in/a.txt", "text");
    world.file("out/b.txt", "text");
    let mut plugin = world.load(&Probe::greeter().mount("in", "r").mount("out", "w"));
    assert_eq!(said(&mut plugin, "read", &["/in/a.txt"]), Ok("text".into()));
    assert_eq!(said(&mut plugin, "list", &["/in"]), Ok("a.txt".into()));
    assert_eq!(world.denials(), Vec::<String>::new());
    assert!(refused(said(&mut plugin, "read", &["/out/b.txt"])));
    assert!(refused(said(&mut plugin, "list", &["/out"])));
    assert_eq!(world.denials(), ["open ./out/b.txt", "open ./out"]);
}

#[test]
fn each_attempt_is_told_once() {
    let world = World::new();
    world.file("in/a.txt", "text");
    let mut plugin = world.load(&Probe::greeter().mount("in", "r"));
    assert_eq!(said(&mut plugin, "greet", &["you"]), Ok("hello, you".into()));
    let _ = world.log.take();
    assert_eq!(said(&mut plugin, "read", &["/in/a.txt"]), Ok("text".into()));
    assert!(refused(said(&mut plugin, "read", &["/etc/a.txt"])));
    let told: Vec<String> = world.log.take().iter().map(ToString::to_string).collect();
    let refusal = "denied: the manifest does not ask for it; it would take a request there, and \
                   `allow \"probe\" { fs.read \"/etc/a.txt\" }`";
    let expected = [
        "probe#3 open: fs.read `./in/a.txt` allowed".to_owned(),
        format!("probe#4 open: fs.read `/etc/a.txt` {refusal}"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn changing_takes_the_right_to_write() {
    let world = World::new();
    world.file("in/a.txt", "text");
    world.file("out/b.txt", "text");
    let mut plugin = world.load(&Probe::greeter().mount("in", "r").mount("out", "rw"));
    for (command, args) in [
        ("write", &["/out/new.txt", "new"][..]),
        ("append", &["/out/new.txt", "er"]),
        ("rename", &["/out/new.txt", "/out/newer.txt"]),
        ("link", &["/out/newer.txt", "/out/linked.txt"]),
        ("touch", &["/out/newer.txt"]),
        ("truncate", &["/out/b.txt"]),
        ("remove", &["/out/linked.txt"]),
    ] {
        assert_eq!(said(&mut plugin, command, args), Ok(String::new()), "{command}");
    }
    assert_eq!((world.read("out/newer.txt"), world.read("out/b.txt")), ("newer".into(), String::new()));
    assert_eq!(world.denials(), Vec::<String>::new());
    for (command, args) in [
        ("write", &["/in/new.txt", "new"][..]),
        ("write", &["/in/a.txt", "gone"]),
        ("append", &["/in/a.txt", "more"]),
        ("rename", &["/in/a.txt", "/in/b.txt"]),
        ("touch", &["/in/a.txt"]),
        ("truncate", &["/in/a.txt"]),
        ("remove", &["/in/a.txt"]),
    ] {
        let result = said(&mut plugin, command, args);
        assert!(refused(result.clone()), "{command}: {result:?}");
        assert_eq!(world.denials().len(), 1, "{command}");
    }
    assert_eq!(world.read("in/a.txt"), "text");
}

#[test]
fn a_second_name_does_not_make_a_file_writable() {
    let world = World::new();
    world.file("in/a.txt", "text");
    world.file("out/b.txt", "text");
    let mut plugin = world.load(&Probe::greeter().mount("in", "r").mount("out", "rw"));
    for command in ["link", "rename"] {
        assert!(refused(said(&mut plugin, command, &["/in/a.txt", "/out/a.txt"])), "{command}");
        assert!(refused(said(&mut plugin, command, &["/out/b.txt", "/in/b.txt"])), "{command}");
    }
    assert_eq!(world.denials().len(), 4);
    assert!(!world.path("out/a.txt").exists() && world.path("out/b.txt").exists());
}

#[test]
fn another_name_does_not_make_anything_readable() {
    let world = World::new();
    world.file("drop/a.txt", "secret");
    world.file("drop/sub/b.txt", "secret");
    world.file("out/c.txt", "text");
    let mut plugin = world.load(&Probe::greeter().mount("drop", "wm").mount("out", "rwm"));
    for (command, from, to) in [
        ("rename", "/drop/a.txt", "/out/a.txt"),
        ("link", "/drop/a.txt", "/out/a.txt"),
        ("rename", "/drop/sub", "/out/sub"),
    ] {
        assert!(refused(said(&mut plugin, command, &[from, to])), "{command} {from}");
        assert_eq!(world.denials(), [format!("{command} .{from}")]);
    }
    assert_eq!(said(&mut plugin, "link", &["/out/c.txt", "/drop/c.txt"]), Ok(String::new()));
    assert_eq!(said(&mut plugin, "rename", &["/out/c.txt", "/drop/d.txt"]), Ok(String::new()));
    assert_eq!(said(&mut plugin, "rename", &["/drop/a.txt", "/drop/b.txt"]), Ok(String::new()));
    assert_eq!(world.denials(), Vec::<String>::new());
    // The temporary folder is one for reading, too.
    let mut plugin = world.load(&Probe::greeter().mount("drop", "wm").right(Kind::FsTemp, "private"));
    assert!(refused(said(&mut plugin, "rename", &["/drop/b.txt", "/tmp/b.txt"])));
    assert_eq!(world.denials(), ["rename ./drop/b.txt"]);
}

#[test]
fn folders_take_a_right_of_their_own() {
    let world = World::new();
    world.file("made/x", "");
    world.file("out/x", "");
    let mut plugin = world.load(&Probe::greeter().mount("made", "rwm").mount("out", "rw"));
    assert_eq!(said(&mut plugin, "mkdir", &["/made/new"]), Ok(String::new()));
    assert_eq!(said(&mut plugin, "rename", &["/made/new", "/made/newer"]), Ok(String::new()));
    assert!(world.path("made/newer").is_dir());
    assert!(refused(said(&mut plugin, "mkdir", &["/out/new"])));
    std::fs::create_dir(world.path("out/there")).unwrap();
    assert!(refused(said(&mut plugin, "rename", &["/out/there", "/out/elsewhere"])));
    assert_eq!(world.denials(), ["create folder ./out/new", "rename ./out/there"]);
}

#[test]
fn a_folder_inside_another_has_its_own_rights_by_whatever_way() {
    let world = World::new();
    world.file("all/a.txt", "text");
    world.file("all/out/b.txt", "text");
    symlink("../a.txt", world.path("all/out/up")).unwrap();
    symlink("out", world.path("all/to")).unwrap();
    let mut plugin = world.load(&Probe::greeter().mount("all", "r").mount("all/out", "rw"));
    for path in ["/all/a.txt", "/all/out/b.txt", "/all/./out/b.txt", "/all/to/b.txt"] {
        assert_eq!(said(&mut plugin, "read", &[path]), Ok("text".into()), "{path}");
    }
    assert_eq!(said(&mut plugin, "list", &["/all/./out"]), said(&mut plugin, "list", &["/all/out"]));
    for path in ["/all/out/new.txt", "/all/./out/newer.txt", "/all/out/./b.txt"] {
        assert_eq!(said(&mut plugin, "write", &[path, "new"]), Ok(String::new()), "{path}");
    }
    assert_eq!(said(&mut plugin, "rename", &["/all/./out/new.txt", "/all/out/moved.txt"]), Ok(String::new()));
    assert_eq!(world.denials(), Vec::<String>::new());
    for path in ["/all/a.txt", "/all/new.txt", "/all/out/up", "/all/./out/up", "/all/to/new.txt", "/all/out/../a.txt"] {
        assert!(refused(said(&mut plugin, "write", &[path, "mine"])), "{path}");
        assert_eq!(world.denials().len(), 1, "{path}");
    }
    for (from, to) in [("/all/out/b.txt", "/all/c.txt"), ("/all/a.txt", "/all/./out/c.txt")] {
        assert!(refused(said(&mut plugin, "rename", &[from, to])), "{from}");
        assert_eq!(world.denials().len(), 1, "{from}");
    }
    assert_eq!((world.read("all/a.txt"), world.read("all/out/moved.txt")), ("text".into(), "new".into()));
}

#[test]
fn a_folder_inside_another_is_held_by_its_place() {
    let world = World::new();
    world.file("all/secret.txt", "secret");
    world.file("all/sub/in/b.txt", "text");
    symlink("../../secret.txt", world.path("all/sub/in/up")).unwrap();
    let mut plugin = world.load(&Probe::greeter().mount("all", "wm").mount("all/sub/in", "rwm"));
    assert_eq!(said(&mut plugin, "read", &["/all/./sub/in/b.txt"]), Ok("text".into()));
    assert_eq!(world.denials(), Vec::<String>::new());
    for path in ["/all/sub/in/up", "/all/./sub/in/up", "/all/secret.txt"] {
        assert!(refused(said(&mut plugin, "read", &[path])), "{path}");
        assert_eq!(world.denials().len(), 1, "{path}");
    }
    assert!(refused(said(&mut plugin, "rename", &["/all/sub", "/all/other"])));
    assert_eq!(world.denials(), ["rename sub"]);
    assert!(said(&mut plugin, "rename", &["/all/./sub/in", "/all/other"]).is_err());
    assert!(world.path("all/sub/in/b.txt").exists());
}

#[test]
fn links_do_not_lead_out() {
    let world = World::new();
    let secret = world.file("secret/key", "secret");
    world.file("in/a.txt", "text");
    symlink("a.txt", world.path("in/inside")).unwrap();
    symlink(&secret, world.path("in/absolute")).unwrap();
    symlink("../secret/key", world.path("in/relative")).unwrap();
    symlink("relative", world.path("in/chained")).unwrap();
    symlink("../secret", world.path("in/folder")).unwrap();
    symlink("../secret/new", world.path("in/dangling")).unwrap();
    let mut plugin = world.load(&Probe::greeter().mount("in", "rw"));
    assert_eq!(said(&mut plugin, "read", &["/in/inside"]), Ok("text".into()));
    for path in ["/in/absolute", "/in/relative", "/in/chained", "/in/folder/key", "/in/absolute/"] {
        let result = said(&mut plugin, "read", &[path]);
        assert!(result.is_err(), "{path}: {result:?}");
        let events = world.log.take();
        let left = |event: &AuditEvent| event.verdict == Verdict::Denied(Reason::LeavesFolder);
        assert!(path.ends_with('/') || events.iter().any(left), "{path}: {events:?}");
    }
    for path in ["/in/dangling", "/in/folder/new", "/in/absolute", "/in/dangling/"] {
        assert!(said(&mut plugin, "write", &[path, "mine"]).is_err(), "{path}");
    }
    assert!(!world.path("secret/new").exists());
    assert_eq!(world.read("secret/key"), "secret");
}

#[test]
fn dots_do_not_lead_out() {
    let world = World::new();
    world.file("in/sub/a.txt", "text");
    world.file("in-secret/key", "secret");
    world.file("key", "secret");
    let mut plugin = world.load(&Probe::greeter().mount("in", "r"));
    assert_eq!(said(&mut plugin, "read", &["/in/sub/../sub/./a.txt"]), Ok("text".into()));
    assert_eq!(world.denials(), Vec::<String>::new());
    for path in ["/in/../key", "/in/sub/../../key", "/in/../in/../key", "/in-secret/key", "/in/../in-secret/key"] {
        assert!(refused(said(&mut plugin, "read", &[path])), "{path}");
        assert_eq!(world.denials().len(), 1, "{path}");
    }
}

#[test]
fn what_lies_in_no_mount_is_refused_with_the_line_that_would_allow_it() {
    let world = World::new();
    let mut plugin = world.load(&Probe::greeter());
    assert_eq!(said(&mut plugin, "read", &["/etc/passwd"]), Err(REFUSED.into()));
    let events = world.log.take();
    let Some(Verdict::Denied(Reason::NotGranted(help))) = events.first().map(|event| &event.verdict) else {
        panic!("{events:?}")
    };
    assert_eq!(help.grant, "allow \"probe\" { fs.read \"/etc/passwd\" }");
    assert!(!help.requested);
    for path in ["relative.txt", "./relative.txt", "../../etc/shadow", "/", "/tmp/x", "/proc/self/environ"] {
        assert!(said(&mut plugin, "read", &[path]).is_err(), "{path}");
        assert!(!world.denials().is_empty(), "{path}");
    }
    assert!(refused(said(&mut plugin, "write", &["/new.txt", "x"])));
    assert_eq!(world.denials(), ["open /new.txt"]);
}

#[test]
fn trailing_slashes_change_nothing() {
    let world = World::new();
    world.file("in/a.txt", "text");
    world.file("in/folder/b.txt", "text");
    let mut plugin = world.load(&Probe::greeter().mount("in", "r"));
    assert_eq!(said(&mut plugin, "list", &["/in/"]), Ok("a.txt\nfolder".into()));
    assert_eq!(said(&mut plugin, "list", &["/in/folder/"]), Ok("b.txt".into()));
    assert!(said(&mut plugin, "read", &["/in/a.txt/"]).is_err());
    assert!(refused(said(&mut plugin, "write", &["/in/new.txt/", "x"])));
    assert!(refused(said(&mut plugin, "mkdir", &["/in/new/"])));
    assert!(refused(said(&mut plugin, "rename", &["/in/folder/", "/in/other/"])));
    assert!(world.path("in/folder").exists());
}

#[test]
fn pipes_are_not_opened() {
    let world = World::new();
    world.file("in/a.txt", "text");
    let made = std::process::Command::new("mkfifo").arg(world.path("in/pipe")).status().unwrap();
    assert!(made.success());
    let mut plugin = world.load(&Probe::greeter().mount("in", "rw"));
    assert!(refused(said(&mut plugin, "read", &["/in/pipe"])));
    assert!(refused(said(&mut plugin, "append", &["/in/pipe", "x"])));
    assert_eq!(world.denials(), ["open ./in/pipe", "open ./in/pipe"]);
}

#[test]
fn a_folder_that_is_moved_away_takes_the_plugin_with_it() {
    let world = World::new();
    world.file("in/a.txt", "planned");
    world.file("secret/a.txt", "secret");
    let mut plugin = world.load(&Probe::greeter().mount("in", "r"));
    std::fs::rename(world.path("in"), world.path("away")).unwrap();
    symlink("secret", world.path("in")).unwrap();
    assert_eq!(said(&mut plugin, "read", &["/in/a.txt"]), Ok("planned".into()));
}

#[test]
fn the_temporary_folder_is_private_and_goes_with_the_plugin() {
    let world = World::new();
    let probe = Probe::greeter().right(Kind::FsTemp, "private");
    let (mut one, mut other) = (world.load(&probe), world.load(&probe));
    assert_eq!(said(&mut one, "write", &["/tmp/a", "mine"]), Ok(String::new()));
    assert_eq!(said(&mut one, "read", &["/tmp/a"]), Ok("mine".into()));
    assert!(said(&mut other, "read", &["/tmp/a"]).is_err());
    assert_eq!(world.denials(), Vec::<String>::new());
    assert!(refused(said(&mut world.load(&Probe::greeter()), "write", &["/tmp/a", "mine"])));
}

/// Makes the link `name` to `target` in its first folder, and prints `A` for success, else the letter of the error.
pub(crate) fn linker(target: &str, name: &str) -> Probe {
    Probe::of(
        format!(
            r#"(module
  (import "wasi_snapshot_preview1" "path_symlink" (func $link (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\01\00\00\00")
  (data (i32.const 100) "{target}")
  (data (i32.const 200) "{name}")
  (func (export "_start")
    (i32.store8 (i32.const 16) (i32.add (i32.const 65)
      (call $link (i32.const 100) (i32.const {}) (i32.const 3) (i32.const 200) (i32.const {}))))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#,
            target.len(),
            name.len()
        )
        .as_bytes(),
    )
}

#[test]
fn links_that_lead_out_are_not_made() {
    let world = World::new();
    world.file("out/sub/a.txt", "text");
    let link = |rights: &str, target: &str, name: &str| {
        let outcome = world.load(&linker(target, name).mount("out", rights)).run(&[]).unwrap();
        outcome.stdout.to_string() == "A"
    };
    assert!(link("rw", "sub/a.txt", "inside"));
    assert!(link("rw", "../out-of-sub", "sub/up"));
    assert_eq!(world.denials(), Vec::<String>::new());
    for target in ["/etc/passwd", "../secret", "sub/../../secret", "sub/./.././../x"] {
        assert!(!link("rw", target, "led"), "{target}");
        assert_eq!(world.denials().len(), 1, "{target}");
    }
    assert!(!link("r", "sub/a.txt", "other"));
    assert!(!world.path("out/led").is_symlink());
}

#[test]
fn a_folder_that_is_swapped_for_a_link_leads_nowhere() {
    let world = World::new();
    world.file("in/real/key", "public");
    world.file("secret/key", "secret");
    symlink("../secret", world.path("in/link")).unwrap();
    let mut plugin = world.load(&Probe::greeter().mount("in", "r"));
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                for (from, to) in [("real", "aside"), ("link", "real"), ("real", "link"), ("aside", "real")] {
                    std::fs::rename(world.path("in").join(from), world.path("in").join(to)).unwrap();
                }
            }
        });
        let mut seen = 0;
        for _ in 0..2_000 {
            match said(&mut plugin, "read", &["/in/real/key"]) {
                Ok(text) => assert_eq!(text, "public"),
                Err(_) => seen += 1,
            }
        }
        over.store(true, Ordering::Relaxed);
        assert!(seen > 0, "the swap was never seen");
    });
}
