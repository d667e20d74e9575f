//! Numbers that lead nowhere, and lists without end, to every function of WASI p1 as programs call it.

use ambit_runtime::CallError;
use ambit_schema::capability::Kind;
use ambit_schema::limits::Quota;
use wasmparser::ValType;

use super::program;
use crate::hostile::functions_of_p1;
use crate::quotas::beside_a_neighbour;
use crate::support::{Probe, World};

/// Numbers that a memory of one page does not have, as pointers, or hardly.
const NUMBERS: [i64; 8] = [0, 3, 4, 65_533, 65_535, 65_536, i32::MAX as i64, -1];

/// What each function is called with, by letters for what leads to something: `P` to room for a number, `B` to room for bytes, `L` to a
/// list of one buffer, `T`, `F` and `K` to a
/// path, of nothing, a file and a link, `S` to what is waited for.
const CALLS: [&str; 34] = [
    "args_get B B",
    "args_sizes_get P P",
    "environ_get B B",
    "environ_sizes_get P P",
    "clock_res_get 1 P",
    "clock_time_get 0 0 P",
    "fd_fdstat_get 5 P",
    "fd_fdstat_get 3 P",
    "fd_fdstat_get 1 P",
    "fd_filestat_get 5 P",
    "fd_filestat_get 1 P",
    "fd_pread 5 L 1 0 P",
    "fd_prestat_get 3 P",
    "fd_prestat_dir_name 3 B 4",
    "fd_pwrite 5 L 1 0 P",
    "fd_read 5 L 1 P",
    "fd_read 0 L 1 P",
    "fd_readdir 3 B 64 0 P",
    "fd_seek 5 0 0 P",
    "fd_tell 5 P",
    "fd_write 5 L 1 P",
    "fd_write 1 L 1 P",
    "path_create_directory 3 T 4",
    "path_filestat_get 3 0 F 1 P",
    "path_filestat_set_times 3 0 T 4 0 0 0",
    "path_link 3 0 F 1 3 T 4",
    "path_open 3 0 F 1 0 2 0 0 P",
    "path_readlink 3 K 1 B 64 P",
    "path_remove_directory 3 T 4",
    "path_rename 3 T 4 3 T 4",
    "path_symlink T 4 3 T 4",
    "path_unlink_file 3 T 4",
    "poll_oneoff S B 1 P",
    "random_get B 64",
];

/// Where what a letter leads to is.
fn place(letter: &str) -> &str {
    match letter {
        "P" => "72",
        "B" => "1024",
        "L" => "40",
        "T" => "110",
        "F" => "100",
        "K" => "105",
        "S" => "512",
        number => number,
    }
}

const DATA: &str = r#"
  (data (i32.const 40) "\00\08\00\00\0a\00\00\00")
  (data (i32.const 100) "f") (data (i32.const 105) "l") (data (i32.const 110) "made")
  (data (i32.const 528) "\01")"#;

/// Opens `f`, then does the one of these things that the number of its arguments says, with the number at the place that the length of
/// the first says.
fn one_of(things: &[String]) -> Probe {
    let open = "(drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 0)
      (i64.const 0x400042) (i64.const 0) (i32.const 0) (i32.const 64)))";
    let numbers = NUMBERS.map(|number| {
        let bytes = u32::try_from(number & 0xffff_ffff).unwrap().to_le_bytes();
        bytes.map(|byte| format!("\\{byte:02x}")).concat()
    });
    let data = format!("{DATA} (data (i32.const 30000) \"{}\")", numbers.concat());
    let pick = "(drop (call $args_sizes_get (i32.const 64) (i32.const 68)))
      (local.set 0 (i32.load (i32.const 64)))
      (local.set 1 (i32.load (i32.add (i32.const 30000)
        (i32.shl (i32.sub (i32.load (i32.const 68)) (local.get 0)) (i32.const 2)))))";
    let thing = |(n, thing): (usize, &String)| format!("(if (i32.eq (local.get 0) (i32.const {n})) (then {thing}))");
    let things: String = (1..).zip(things).map(thing).collect();
    program(&data, &format!("{open} {pick} {things}"))
}

/// Does everything with every number, and counts what was answered and what ended.
fn all(world: &World, things: &[String], check: impl Fn(usize, i64, &Result<(), CallError>)) -> (u32, u32) {
    world.file("in/f", "text");
    std::os::unix::fs::symlink("f", world.path("in/l")).unwrap();
    let probe = one_of(things).mount("in", "rwm").right(Kind::RandomRead, "secure").right(Kind::ClockRead, "wall");
    let mut plugin = world.load(&probe.right(Kind::EnvRead, "**").quota(Quota::Wall, 2_000));
    let (mut answered, mut trapped) = (0, 0);
    for (thing, (length, number)) in (1..=things.len()).flat_map(|n| NUMBERS.iter().enumerate().map(move |at| (n, at)))
    {
        let length = "x".repeat(length);
        let argv: Vec<&str> = std::iter::once(length.as_str()).chain(std::iter::repeat_n("", thing - 1)).collect();
        let ended = plugin.run(&argv).map(drop);
        match &ended {
            Ok(()) | Err(CallError::Quota { .. }) => answered += 1,
            Err(CallError::Trap(_)) => trapped += 1,
            Err(other) => panic!("{} with {number}: {other}", things[thing - 1]),
        }
        check(thing - 1, *number, &ended);
    }
    (answered, trapped)
}

/// As pointers, lengths, descriptors, counts and flags at once.
#[test]
fn numbers_that_lead_nowhere_harm_nobody() {
    let (world, functions) = (World::new(), functions_of_p1());
    let functions = functions.iter().filter(|function| !function.name.starts_with("adapter_"));
    let call = |function: &crate::hostile::Function| {
        let argument = |ty: &ValType| match ty {
            ValType::I64 => "(i64.extend_i32_s (local.get 1))",
            _ => "(local.get 1)",
        };
        let called = format!("(call ${} {})", function.name, function.params.iter().map(argument).collect::<String>());
        if function.name == "proc_exit" { called } else { format!("(drop {called})") }
    };
    let things: Vec<String> = functions.map(call).collect();
    assert_eq!(things.len(), 46);
    let (answered, trapped) = beside_a_neighbour(&world, || all(&world, &things, |_, _, _| {}));
    assert!(answered > 200 && trapped > 20, "{answered} answered, {trapped} trapped");
    assert_eq!(world.read("in/f"), "text");
}

/// Numbers by chance, mostly such as lead somewhere, in a memory that is filled by chance: the calls of one program see what the
/// others before them did.
#[test]
fn programs_by_chance_harm_nobody() {
    const CHANCE: &str = "(global $state (mut i32) (i32.const 0))
      (func $next (result i32)
        (global.set $state (i32.add (i32.mul (global.get $state) (i32.const 1664525)) (i32.const 1013904223)))
        (i32.shr_u (global.get $state) (i32.const 8)))
      (func $number (result i32) (local i32)
        (local.set 0 (i32.and (call $next) (i32.const 255)))
        (if (i32.lt_u (local.get 0) (i32.const 140)) (then (return (i32.and (call $next) (i32.const 7)))))
        (if (i32.lt_u (local.get 0) (i32.const 254)) (then (return (i32.and (call $next) (i32.const 0x7ff8)))))
        (i32.mul (call $next) (i32.const 257)))";
    let functions = functions_of_p1().into_iter().filter(|function| {
        // Those end the program.
        !function.name.starts_with("adapter_") && function.name != "proc_exit"
    });
    let call = |(n, function): (usize, crate::hostile::Function)| {
        let argument = |ty: &ValType| match ty {
            ValType::I64 => "(i64.extend_i32_s (call $number))",
            _ => "(call $number)",
        };
        let arguments: String = function.params.iter().map(argument).collect();
        format!("(if (i32.eq (local.get 1) (i32.const {n})) (then (drop (call ${} {arguments}))))", function.name)
    };
    let calls: String = functions.enumerate().map(call).collect();
    let body = format!(
        "(drop (call $args_sizes_get (i32.const 64) (i32.const 68)))
        (global.set $state (i32.mul (i32.load (i32.const 68)) (i32.const 0x9e3779b9)))
        (local.set 0 (i32.const 40))
        (loop $again
          (i32.store (i32.and (call $next) (i32.const 0x7ff8)) (call $number))
          (local.set 1 (i32.rem_u (call $next) (i32.const 45)))
          {calls}
          (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))"
    );
    let world = World::new();
    world.file("in/f", "text");
    world.file("beside", "text");
    let (mut ended, mut stopped) = (0, 0);
    beside_a_neighbour(&world, || {
        let probe = program(&format!("{DATA} {CHANCE}"), &body).mount("in", "rwm").right(Kind::RandomRead, "secure");
        let mut plugin = world.load(&probe.quota(Quota::Wall, 100));
        for seed in 0..500 {
            match plugin.run(&[&"x".repeat(seed)]) {
                Ok(_) => ended += 1,
                Err(CallError::Quota { .. } | CallError::Trap(_)) => stopped += 1,
                Err(other) => panic!("{seed}: {other}"),
            }
        }
    });
    assert!(ended > 100 && stopped > 100, "{ended} came to their end, {stopped} were stopped");
    assert_eq!(world.read("beside"), "text");
}

/// Everything else is as it should be, so that the pointer is what is wrong.
#[test]
fn each_pointer_that_leads_out_ends_the_call() {
    let (world, mut things, mut named) =
        (World::with(|host| host.environment([("A".into(), "b".into())])), vec![], vec![]);
    for call in CALLS {
        let words: Vec<&str> = call.split(' ').collect();
        let types = functions_of_p1().into_iter().find(|function| function.name == words[0]).unwrap().params;
        for wild in (1..words.len()).filter(|at| words[*at].chars().all(char::is_alphabetic)) {
            let argument = |(at, ty): (usize, &ValType)| match at + 1 == wild {
                true => "(local.get 1)".to_owned(),
                false => format!("({ty}.const {})", place(words[at + 1])),
            };
            let arguments: String = types.iter().enumerate().map(argument).collect();
            things.push(format!("(drop (call ${} {arguments}))", words[0]));
            named.push((call, wild));
        }
    }
    let (answered, trapped) = all(&world, &things, |thing, number, ended| {
        let (call, at) = named[thing];
        if !(0..65_536).contains(&number) {
            let Err(CallError::Trap(why)) = ended else { panic!("{call}, argument {at}, {number}: {ended:?}") };
            assert!(why.ends_with("that leads out of its memory"), "{call}: {why}");
        }
    });
    assert!(answered > 150 && trapped > 150, "{answered} answered, {trapped} trapped");
}

#[test]
fn lists_and_lengths_without_end_are_bounded() {
    let world = World::new();
    world.file("in/f", "text");
    let open = "path_open 3 0 100 1 0 0x400042 0 0 64";
    let run = |data: &str, calls: &[&str]| {
        let probe =
            program(&format!("{DATA} {data}"), &super::says(calls)).mount("in", "rw").quota(Quota::Output, 10_000);
        let mut plugin = world.load(&probe.quota(Quota::Handles, 10));
        plugin.run(&[]).map(|outcome| outcome.stdout.to_string())
    };
    for call in [
        "fd_read 5 64 0x80000000 72",
        "fd_read 5 64 0x1fffffff 72",
        "fd_write 1 64 0xffffffff 72",
        "fd_pread 5 64 8193 0 72",
        "random_get 0 0xffffffff",
        "random_get 1 65536",
        "fd_readdir 3 256 0xffffffff 0 72",
        "path_unlink_file 3 100 0xffffffff",
        "path_symlink 100 0xffffffff 3 100 1",
        "fd_prestat_dir_name 3 65535 4",
    ] {
        let ended = run("", &[open, call]);
        assert!(matches!(&ended, Err(CallError::Trap(why)) if why.ends_with("its memory")), "{call}: {ended:?}");
    }
    // As many things to wait for as nobody with so few handles can mean.
    for count in ["0xffffffff", "1000"] {
        let ended = run("", &[&format!("poll_oneoff 512 2048 {count} 72")]);
        assert!(matches!(&ended, Err(CallError::Quota { hit, .. }) if hit.quota == Quota::Handles), "{ended:?}");
    }
    // What is in the memory, and still more than there can be: buffers of a list, the bytes of a path.
    let bounded = ["fd_read 5 20000 1025 72", "path_unlink_file 3 20000 20000", "poll_oneoff 512 2048 0 72"];
    let fits = ["fd_read 5 20000 1024 72", "random_get 20000 30000", "random_get 0 65536"];
    assert_eq!(run("", &[&[open][..], &bounded].concat()), Ok(super::letters(&[0, 28, 37, 28])));
    assert_eq!(run("", &[&[open][..], &fits[..2]].concat()), Ok(super::letters(&[0, 0, 0])));
    assert!(run("", &[open, fits[2]]).is_ok());
    // A thousand times all the memory, of which the quota lets some through, and one buffer that leads out.
    let all = r"\00\00\00\00\00\00\01\00".repeat(1024);
    let data = format!(r#"(data (i32.const 20000) "{all}")"#);
    let probe = program(&data, &super::says(&["fd_write 1 20000 1024 72"])).quota(Quota::Output, 10_000);
    let outcome = world.load(&probe).run(&[]).unwrap();
    assert_eq!(outcome.stdout.bytes().len(), 10_000);
    assert_eq!(outcome.exceeded.iter().map(|hit| hit.quota).collect::<Vec<_>>(), [Quota::Output]);
    let out = r#"(data (i32.const 20000) "\00\00\00\00\01\00\00\00\ff\ff\00\00\02\00\00\00")"#;
    assert!(matches!(run(out, &["fd_write 1 20000 2 72"]), Err(CallError::Trap(_))));
    assert!(run(out, &["fd_write 1 20000 1 72"]).is_ok());
}
