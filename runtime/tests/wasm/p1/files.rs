//! Files and folders of programs for WASI p1: places in files, ends, descriptors, listings.

use std::fs;

use ambit_schema::limits::Quota;

use super::{BADF, DQUOT, FILE, INVAL, NOTDIR, OK, OPENS, SPIPE, letters, printed, program, says};
use crate::support::{Probe, World};

/// A list of one buffer of two bytes at 48.
const TWO: &str = r#"(data (i32.const 48) "\00\03\00\00\02\00\00\00")"#;

#[test]
fn files_are_read_and_written_where_a_program_says() {
    let world = World::new();
    world.file("out/f", "abc");
    let wrong = [
        ("fd_seek 5 -1 0 64", INVAL),
        ("fd_seek 5 -4 2 64", INVAL),
        ("fd_seek 5 0 3 64", INVAL),
        ("fd_seek 1 0 0 64", SPIPE),
        ("fd_tell 0 64", SPIPE),
        ("fd_seek 3 0 0 64", BADF),
        ("fd_pwrite 1 40 1 0 64", SPIPE),
        ("fd_read 1 40 1 64", BADF),
        ("fd_write 0 40 1 64", BADF),
        ("fd_write 9 40 0 64", BADF),
        ("fd_fdstat_set_flags 5 16", INVAL),
        ("path_open 3 2 100 1 0 2 0 0 64", INVAL),
        ("path_open 3 0 100 1 16 2 0 0 64", INVAL),
        ("path_open 3 0 100 1 0 2 0 32 64", INVAL),
        ("fd_filestat_set_times 5 0 0 3", INVAL),
        ("clock_time_get 4 0 64", INVAL),
        ("path_unlink_file 5 100 1", NOTDIR),
        ("path_open 5 0 100 1 0 2 0 0 64", NOTDIR),
        ("path_open 1 0 100 1 0 2 0 0 64", BADF),
        ("fd_readdir 5 256 64 0 64", NOTDIR),
    ];
    let calls: Vec<&str> = std::iter::once(OPENS).chain(wrong.map(|(call, _)| call)).collect();
    let expected = [&[OK][..], &wrong.map(|(_, error)| error)].concat();
    assert_eq!(printed(&world, &program(FILE, &says(&calls)).mount("out", "rw")), letters(&expected));
    assert_eq!(world.read("out/f"), "abc");
    // Reading and writing go on from one place.
    let calls = [OPENS, "fd_read 5 48 1 64", "fd_write 5 40 1 64", "fd_seek 5 1 0 72", "fd_read 5 48 1 64"];
    let probe = program(&format!("{FILE} {TWO}"), &says(&calls)).mount("out", "rw");
    assert_eq!(printed(&world, &probe), letters(&[OK; 5]));
    assert_eq!(world.read("out/f"), "ab0123456789");
    world.file("out/f", "abc");
    // Beyond the end: reading finds nothing, and writing leaves a hole.
    let calls = [OPENS, "fd_seek 5 5 2 64", "fd_read 5 40 1 64", "fd_write 5 40 1 64", "fd_tell 5 72"];
    assert_eq!(printed(&world, &program(FILE, &says(&calls)).mount("out", "rw")), letters(&[OK; 5]));
    assert_eq!(world.read("out/f"), "abc\0\0\0\0\x000123456789");
    // At the end of all numbers.
    let far = [OPENS, "fd_seek 5 0x7fffffffffffffff 0 64", "fd_seek 5 0x7fffffffffffffff 1 64", "fd_seek 5 2 1 64"];
    assert_eq!(printed(&world, &program(FILE, &says(&far)).mount("out", "rw")), letters(&[OK, OK, OK, INVAL]));
    let far = [OPENS, "fd_seek 5 0x7fffffffffffffff 0 64", "fd_seek 5 0x7fffffffffffffff 1 64", "fd_write 5 40 1 64"];
    let said = printed(&world, &program(FILE, &says(&far)).mount("out", "rw"));
    assert!(said.starts_with("000") && !said.ends_with('0'), "{said}");
    let far = [OPENS, "fd_pwrite 5 40 1 -1 64", "fd_pread 5 40 1 -1 64"];
    let said = printed(&world, &program(FILE, &says(&far)).mount("out", "rw"));
    assert!(said.starts_with('0') && !said[1..].contains('0'), "{said}");
    assert_eq!(world.read("out/f").len(), 18);
}

#[test]
fn what_is_appended_goes_to_the_end() {
    let world = World::new();
    world.file("out/f", "abc");
    let calls = ["path_open 3 0 100 1 0 0x400042 0 1 64", "fd_write 5 40 1 64", "fd_pwrite 5 40 1 0 64"];
    assert_eq!(printed(&world, &program(FILE, &says(&calls)).mount("out", "rw")), letters(&[OK; 3]));
    assert_eq!(world.read("out/f"), "abc01234567890123456789");
    // The flag can be taken away, and reading goes on where writing ended.
    let calls = ["path_open 3 0 100 1 0 0x400042 0 1 64", "fd_write 5 40 1 64", "fd_fdstat_set_flags 5 0"];
    let calls = [&calls[..], &["fd_write 5 40 1 64", "fd_seek 5 0 0 72", "fd_write 5 40 1 64"]].concat();
    assert_eq!(printed(&world, &program(FILE, &says(&calls)).mount("out", "rw")), letters(&[OK; 6]));
    assert_eq!(world.read("out/f"), "0123456789".to_owned() + "789" + &"0123456789".repeat(3));
}

/// How many descriptors there are the quota of handles says, and a number that is free is given again.
#[test]
fn descriptors_are_bounded_by_the_handles() {
    let world = World::new();
    world.file("out/f", "abc");
    let again = ["fd_close 5", OPENS, OPENS];
    let calls = [&[OPENS; 4][..], &again].concat();
    let number = "(call $say (i32.load (i32.const 64)))";
    let calls: String = calls.iter().map(|call| says(&[call]) + number).collect();
    let probe = program(FILE, &calls).mount("out", "rw").quota(Quota::Handles, 3);
    let mut plugin = world.load(&probe);
    let outcome = plugin.run(&[]).unwrap();
    // After each, what number was given last.
    assert_eq!(outcome.stdout.to_string(), "050607C70705C5");
    assert_eq!(outcome.exceeded.iter().map(|hit| hit.quota).collect::<Vec<_>>(), [Quota::Handles]);
    assert_eq!(letters(&[DQUOT]), "C");
}

/// Lists its first folder in parts of so many bytes, takes what is whole of the first entry of each, and prints it; then does
/// something with its name, of four letters.
fn lists(size: u32, then: &str) -> Probe {
    let body = format!(
        r"(loop $next
      (drop (call $fd_readdir (i32.const 3) (i32.const 1024) (i32.const {size}) (local.get 2) (i32.const 64)))
      (if (i32.ge_u (i32.load (i32.const 64)) (i32.const 24)) (then
        (local.set 0 (i32.load (i32.const 1040)))
        (if (i32.ge_u (i32.load (i32.const 64)) (i32.add (local.get 0) (i32.const 24))) (then
          (call $print (i32.const 1048) (local.get 0))
          (local.set 2 (i64.load (i32.const 1024)))
          (if (i32.eq (local.get 0) (i32.const 4)) (then {then}))
          (br $next))))))"
    );
    program("", &body)
}

#[test]
fn folders_are_listed_whole_in_parts_of_any_size() {
    let world = World::new();
    let names: Vec<String> = (0..50).map(|n| format!("n{n:03}")).collect();
    let sorted = |text: &str| {
        let mut names: Vec<&str> =
            text.strip_prefix("...").unwrap().as_bytes().chunks(4).map(|name| str::from_utf8(name).unwrap()).collect();
        names.sort_unstable();
        names.concat()
    };
    for size in [28, 29, 53, 100, 4096] {
        names.iter().for_each(|name| drop(world.file(&format!("out/{name}"), "")));
        let told = printed(&world, &lists(size, "").mount("out", "r"));
        assert_eq!(sorted(&told), names.concat(), "{size}");
    }
    // A part that is too small for one entry is given, and is told to be full.
    assert_eq!(printed(&world, &lists(24, "").mount("out", "r")), "");
    // What is removed while it is listed makes the listing skip nothing.
    let remove = "(drop (call $path_unlink_file (i32.const 3) (i32.const 1048) (i32.const 4)))";
    let told = printed(&world, &lists(28, remove).mount("out", "rw"));
    assert_eq!((sorted(&told), fs::read_dir(world.path("out")).unwrap().count()), (names.concat(), 0));
}
