//! What a module for WASI p1 is made of. Comes in: a function of `wasi_snapshot_preview1`. Goes out: the interfaces of WASI 0.2 that
//! stand behind it: those that the component imports which the adapter makes of it. What is run as it is, is held to the same. A test
//! of the runtime asks the adapter itself.

/// What every function may need to say that something is wrong.
const TROUBLE: &[&str] = &["wasi:cli/stderr", "wasi:io/error", "wasi:io/streams"];
/// What the table of open files is made of: standard streams and files are in one.
const OPEN: &[&str] = &["wasi:cli/stdin", "wasi:cli/stdout", "wasi:filesystem/preopens", "wasi:filesystem/types"];
const CLOCKS: &[&str] = &["wasi:clocks/monotonic-clock", "wasi:clocks/wall-clock"];
const WALL: &[&str] = &["wasi:clocks/wall-clock"];
const TERMINAL: &[&str] = &[
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
];

/// The interfaces behind an import of WASI p1, such as `wasi_snapshot_preview1.path_open`. Nothing for any other import.
#[must_use]
pub fn behind(import: &str) -> Vec<&'static str> {
    let function = import.strip_prefix("wasi_snapshot_preview1.");
    let parts = function.map_or([&[][..]; 4], |function| [TROUBLE, files(function), times(function), others(function)]);
    parts.concat()
}

fn files(function: &str) -> &'static [&'static str] {
    let has = function.starts_with("fd_")
        || function.starts_with("path_")
        || function.ends_with("_badfd")
        || ["poll_oneoff", "sock_shutdown"].contains(&function);
    if has { OPEN } else { &[] }
}

fn times(function: &str) -> &'static [&'static str] {
    match function {
        "clock_res_get" | "clock_time_get" | "poll_oneoff" => CLOCKS,
        "fd_filestat_get" | "fd_filestat_set_times" | "fd_seek" | "fd_write" => WALL,
        "path_filestat_get" | "path_filestat_set_times" => WALL,
        _ => &[],
    }
}

fn others(function: &str) -> &'static [&'static str] {
    match function {
        "args_get" | "args_sizes_get" | "environ_get" | "environ_sizes_get" => &["wasi:cli/environment"],
        "fd_fdstat_get" | "fd_filestat_get" => TERMINAL,
        "poll_oneoff" => &["wasi:io/poll"],
        "proc_exit" => &["wasi:cli/exit"],
        "random_get" => &["wasi:random/random"],
        _ => &[],
    }
}
