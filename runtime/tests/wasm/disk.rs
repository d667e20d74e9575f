//! The quota `disk`: what all files of a plugin take together, by whatever way they grow.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use ambit_runtime::Plugin;
use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;

use crate::support::{Probe, World, neighbour_serves, said};

/// What each name counts.
const NAME: u64 = 4096;

const FULL: &str = "No space left on device";

fn greeter(disk: u64) -> Probe {
    Probe::greeter().mount("out", "rwm").right(Kind::FsTemp, "private").quota(Quota::Disk, disk)
}

fn full(plugin: &mut Plugin, command: &str, args: &[&str]) -> bool {
    said(plugin, command, args).is_err_and(|why| why.contains(FULL))
}

fn does(plugin: &mut Plugin, command: &str, args: &[&str]) {
    assert_eq!(said(plugin, command, args), Ok(String::new()), "{command} {args:?}");
}

/// Names below a folder, and bytes of files, each once.
fn taken(folder: &Path) -> u64 {
    let (mut names, mut files, mut folders) = (0, BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            names += 1;
            let about = entry.metadata().unwrap();
            if about.is_dir() {
                folders.push(entry.path());
            } else {
                files.insert(about.ino(), about.len());
            }
        }
    }
    names * NAME + files.values().sum::<u64>()
}

#[test]
fn what_files_take_together_is_refused_and_told() {
    let world = World::new();
    world.file("out/before.txt", &"x".repeat(1000));
    let mut plugin = world.load(&greeter(3 * NAME + 300));
    does(&mut plugin, "write", &["/out/a.txt", &"a".repeat(200)]);
    does(&mut plugin, "write", &["/tmp/b.txt", &"b".repeat(90)]);
    does(&mut plugin, "append", &["/out/before.txt", "0123456789"]);
    does(&mut plugin, "mkdir", &["/out/folder"]);
    assert_eq!(world.exceeded(), []);
    let outcome = plugin.command("append", &["/out/a.txt", "y"]).unwrap();
    let told: Vec<String> = outcome.exceeded.iter().map(ToString::to_string).collect();
    assert_eq!(told, [format!("`disk` of {} B (set at quotas.kdl:1:1)", 3 * NAME + 300)]);
    assert_eq!(world.exceeded(), [Quota::Disk]);
    for (command, args) in [
        ("write", &["/out/d.txt", ""][..]),
        ("append", &["/out/before.txt", "y"]),
        ("append", &["/tmp/b.txt", "y"]),
        ("mkdir", &["/out/d"]),
        ("link", &["/out/a.txt", "/out/d.txt"]),
    ] {
        assert!(full(&mut plugin, command, args), "{command}");
        assert_eq!(world.exceeded(), [Quota::Disk], "{command}");
    }
    assert_eq!((world.read("out/a.txt").len(), fs::read_dir(world.path("out")).unwrap().count()), (200, 3));
    neighbour_serves(&mut world.load(&greeter(0)));
}

#[test]
fn what_is_written_again_or_removed_is_given_back() {
    let world = World::new();
    world.file("out/before.txt", &"x".repeat(1000));
    let mut plugin = world.load(&greeter(2 * NAME + 100));
    for _ in 0..5 {
        does(&mut plugin, "write", &["/out/a.txt", &"a".repeat(100)]);
        does(&mut plugin, "link", &["/out/a.txt", "/out/b.txt"]);
        does(&mut plugin, "write", &["/out/before.txt", &"y".repeat(1000)]);
        assert!(full(&mut plugin, "append", &["/out/a.txt", "a"]));
        does(&mut plugin, "remove", &["/out/b.txt"]);
        does(&mut plugin, "truncate", &["/out/a.txt"]);
        // As editors save.
        does(&mut plugin, "write", &["/out/new.txt", &"n".repeat(100)]);
        assert!(full(&mut plugin, "append", &["/out/a.txt", "a"]));
        does(&mut plugin, "rename", &["/out/new.txt", "/out/a.txt"]);
        does(&mut plugin, "remove", &["/out/a.txt"]);
    }
    // It was not the plugin that wrote this: there is no more for it than the quota.
    does(&mut plugin, "write", &["/out/before.txt", ""]);
    assert!(full(&mut plugin, "write", &["/out/before.txt", &"y".repeat(2 * NAME as usize + 101)]));
    does(&mut plugin, "write", &["/out/before.txt", &"y".repeat(2 * NAME as usize + 100)]);
}

#[test]
fn a_second_name_is_a_name_and_keeps_what_is_in_the_file() {
    let world = World::new();
    world.file("out/x", "");
    let mut plugin = world.load(&greeter(2 * NAME + 100));
    does(&mut plugin, "write", &["/out/a.txt", &"a".repeat(100)]);
    does(&mut plugin, "link", &["/out/a.txt", "/out/b.txt"]);
    assert!(full(&mut plugin, "link", &["/out/a.txt", "/out/c.txt"]));
    assert!(full(&mut plugin, "append", &["/out/b.txt", "b"]));
    does(&mut plugin, "remove", &["/out/a.txt"]);
    does(&mut plugin, "write", &["/out/c.txt", ""]);
    assert!(full(&mut plugin, "append", &["/out/c.txt", "c"]));
    does(&mut plugin, "remove", &["/out/b.txt"]);
    does(&mut plugin, "append", &["/out/c.txt", &"c".repeat(100)]);
}

/// Whatever a plugin does, what is there is what is counted: nothing is refused that fits, and nothing is there that does not.
#[test]
fn what_is_counted_is_what_is_there() {
    let world = World::new();
    world.file("out/keep", "");
    fs::remove_file(world.path("out/keep")).unwrap();
    let (limit, folder) = (8 * NAME + 2000, world.path("out"));
    let mut plugin = world.load(&greeter(limit));
    let mut seed = 7_u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let (mut refused, mut done) = (0, 0);
    for step in 0..600 {
        let name = |n: u64| format!("/out/{n}");
        let (one, other, text) = (name(random(12)), name(random(12)), "x".repeat(random(900) as usize));
        let place = |guest: &str| world.path(guest.trim_start_matches('/'));
        let length = |guest: &str| fs::metadata(place(guest)).map_or(0, |about| about.len());
        let (before, is_new) = (taken(&folder), |guest: &str| u64::from(!place(guest).exists()) * NAME);
        let (command, args, more) = match random(6) {
            0 => ("write", vec![&one, &text], is_new(&one) + (text.len() as u64).saturating_sub(length(&one))),
            1 => ("append", vec![&one, &text], is_new(&one) + text.len() as u64),
            2 => ("truncate", vec![&one], 0),
            3 => ("remove", vec![&one], 0),
            4 => ("rename", vec![&one, &other], 0),
            // Room for a name is looked for before it is known whether it can be given.
            _ => ("link", vec![&one, &other], NAME),
        };
        let args: Vec<&str> = args.into_iter().map(String::as_str).collect();
        let is_full = full(&mut plugin, command, &args);
        assert_eq!(is_full, before + more > limit, "{step}: {command} {args:?}, {before} and {more}");
        assert!(taken(&folder) <= limit, "{step}: {command} {args:?}");
        if is_full { refused += 1 } else { done += 1 }
    }
    assert!(refused > 30 && done > 300, "{refused} refused, {done} done");
}

/// Runs a program for WASI p1 in `./out`, which prints a letter for the error of each step: `A` for none, `4` for a full disk.
fn steps(steps: &str) -> Probe {
    let source = format!(
        r#"(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_unlink_file" (func $path_unlink (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_symlink" (func $path_symlink (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_pwrite" (func $pwrite (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_filestat_set_size" (func $set_size (param i32 i64) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\01\00\00\00")
  (data (i32.const 40) "\c8\00\00\00\0a\00\00\00")
  (data (i32.const 100) "fgh")
  (data (i32.const 200) "0123456789")
  (func $tell (param i32)
    (i32.store8 (i32.const 16) (i32.add (i32.const 65) (local.get 0)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  ;; Opens `f`, `g` or `h`, and keeps the descriptor in a slot.
  (func $open (param $name i32) (param $slot i32)
    (call $tell (call $path_open (i32.const 3) (i32.const 0) (i32.add (i32.const 100) (local.get $name)) (i32.const 1)
      (i32.const 1) (i64.const 0x400042) (i64.const 0) (i32.const 0) (i32.add (i32.const 60) (local.get $slot)))))
  (func $fd (param $slot i32) (result i32) (i32.load (i32.add (i32.const 60) (local.get $slot))))
  ;; Writes ten bytes.
  (func $write (param $slot i32) (param $at i64)
    (call $tell (call $pwrite (call $fd (local.get $slot)) (i32.const 40) (i32.const 1) (local.get $at) (i32.const 32))))
  (func $size (param $slot i32) (param $size i64)
    (call $tell (call $set_size (call $fd (local.get $slot)) (local.get $size))))
  (func $unlink (param $name i32)
    (call $tell (call $path_unlink (i32.const 3) (i32.add (i32.const 100) (local.get $name)) (i32.const 1))))
  (func $symlink (param $name i32)
    (call $tell (call $path_symlink (i32.const 100) (i32.const 1) (i32.const 3)
      (i32.add (i32.const 100) (local.get $name)) (i32.const 1))))
  (func $close (param $slot i32) (call $tell (call $fd_close (call $fd (local.get $slot)))))
  (func (export "_start") {steps}))"#
    );
    Probe::of(source.as_bytes()).mount("out", "rw")
}

fn call(name: &str, args: &[&str]) -> String {
    let args: Vec<String> = args.iter().map(|arg| format!("({arg})")).collect();
    format!("(call ${name} {})\n", args.join(" "))
}

fn open(name: u32, slot: u32) -> String {
    call("open", &[&format!("i32.const {name}"), &format!("i32.const {}", slot * 4)])
}

fn write(slot: u32, at: u64) -> String {
    call("write", &[&format!("i32.const {}", slot * 4), &format!("i64.const {at}")])
}

fn size(slot: u32, size: u64) -> String {
    call("size", &[&format!("i32.const {}", slot * 4), &format!("i64.const {size}")])
}

fn unlink(name: u32) -> String {
    call("unlink", &[&format!("i32.const {name}")])
}

fn close(slot: u32) -> String {
    call("close", &[&format!("i32.const {}", slot * 4)])
}

/// What the steps said, in a fresh folder.
fn tells(disk: u64, of: &[String]) -> String {
    let world = World::new();
    fs::create_dir(world.path("out")).unwrap();
    world.load(&steps(&of.concat()).quota(Quota::Disk, disk)).run(&[]).unwrap().stdout.to_string()
}

/// The letter of a full disk.
const N: char = (b'A' + 51) as char;

#[test]
fn a_hole_counts_and_so_does_each_descriptor_of_a_file() {
    let n = NAME;
    let f = open(0, 0);
    for (of, expected) in [
        (vec![f.clone(), write(0, 90), write(0, 91)], format!("AA{N}")),
        (vec![f.clone(), write(0, 1 << 30)], format!("A{N}")),
        (vec![f.clone(), size(0, 100), write(0, 90), size(0, 101)], format!("AAA{N}")),
        // Shortened, it may grow again; each byte is counted once.
        (vec![f.clone(), size(0, 100), size(0, 0), size(0, 100), write(0, 91)], format!("AAAA{N}")),
        (vec![f.clone(), open(0, 1), write(0, 0), write(1, 5), write(1, 90), write(0, 100)], format!("AAAAA{N}")),
        (vec![f, call("symlink", &["i32.const 1"])], format!("A{N}")),
    ] {
        assert_eq!(tells(n + 100, &of), expected, "{of:?}");
    }
}

#[test]
fn what_is_removed_and_still_open_takes_what_it_took() {
    let (f, g) = (open(0, 0), open(1, 1));
    let held = [f.clone(), size(0, 100), unlink(0), g.clone(), write(1, 0), size(0, 101)];
    assert_eq!(tells(NAME + 100, &held), format!("AAAA{N}{N}"), "what has no name any more is there while it is open");
    let closed = [f.clone(), size(0, 100), unlink(0), close(0), g.clone(), write(1, 90)];
    assert_eq!(tells(NAME + 100, &closed), "AAAAAA");
    let shortened = [f.clone(), size(0, 100), unlink(0), size(0, 50), g.clone(), write(1, 40), write(1, 41)];
    assert_eq!(tells(NAME + 100, &shortened), format!("AAAAAA{N}"));
    let grown = [f, unlink(0), size(0, 100), g, write(1, 0), close(0), write(1, 90), write(1, 91)];
    assert_eq!(tells(NAME + 100, &grown), format!("AAAA{N}AA{N}"), "what grew without a name is given back with it");
}

#[test]
fn the_count_is_of_the_plugin_and_not_of_an_instance() {
    let world = World::new();
    fs::create_dir(world.path("out")).unwrap();
    let program = steps(&[open(0, 0), size(0, 100), unlink(0), open(1, 1), size(1, 60)].concat());
    let mut plugin = world.load(&program.quota(Quota::Disk, 2 * NAME + 160));
    for _ in 0..3 {
        // What an instance held open goes with it.
        assert_eq!(plugin.run(&[]).unwrap().stdout.to_string(), "AAAAA");
    }
    let mut plugin = world.load(&steps(&[open(0, 0), size(0, 100)].concat()).quota(Quota::Disk, NAME + 100));
    assert_eq!(plugin.run(&[]).unwrap().stdout.to_string(), "AA");
    // Whoever else removes it gives nothing back to the plugin.
    fs::remove_file(world.path("out/f")).unwrap();
    assert!(plugin.run(&[]).unwrap().stdout.to_string().starts_with(N));
    assert_eq!(world.exceeded(), [Quota::Disk]);
}

/// What is moved inside the host comes no other way: by `disk`, and by `file-size`.
#[test]
fn what_is_moved_inside_the_host_counts() {
    let world = World::new();
    world.file("out/from", &"x".repeat(300));
    let mover = || Probe::guest("mover.wat").mount("out", "rw");
    let failed = u64::MAX.to_string();
    let splice = |plugin: &mut Plugin, to: &str| said(plugin, "splice", &["from", to, "300"]).unwrap();
    let zeros = |plugin: &mut Plugin, bytes: &str| said(plugin, "zeros", &["zeros", bytes]).unwrap();
    let mut free = world.load(&mover());
    assert_eq!((splice(&mut free, "whole"), zeros(&mut free, "300")), ("300".into(), "300".into()));
    assert_eq!((world.read("out/whole").len(), world.exceeded()), (300, vec![]));
    fs::remove_file(world.path("out/zeros")).unwrap();
    for (probe, quota) in [
        (mover().quota(Quota::Disk, 2 * NAME + 250), Quota::Disk),
        (mover().quota(Quota::FileSize, 250), Quota::FileSize),
    ] {
        let mut plugin = world.load(&probe);
        assert_eq!(zeros(&mut plugin, "0"), "0", "both names are given");
        assert_eq!(splice(&mut plugin, "part"), "250", "as much as there is room for");
        assert_eq!(splice(&mut plugin, "part"), failed);
        assert_eq!((world.read("out/part").len(), world.exceeded()), (250, vec![quota]));
        fs::remove_file(world.path("out/part")).unwrap();
        assert_eq!(zeros(&mut plugin, "251"), failed);
        assert_eq!(world.exceeded(), [quota]);
        fs::remove_file(world.path("out/zeros")).unwrap();
    }
}
