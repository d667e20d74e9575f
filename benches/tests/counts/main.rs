//! How many instructions calls take, which holds where a clock does not: on a machine that has other work. Comes in: `counts.txt`,
//! what they took when somebody last looked, in a debug build and in a release build. Goes out: success, or each call that takes
//! more or less by a twentieth. Valgrind counts, in a process of its own. `AMBIT_UPDATE=1` writes the numbers down.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

mod work;

type Done<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// The argument that makes this program do what is counted.
const WORK: &str = "--work";
/// What may lie between a count and what is written down.
const TOLERANCE: f64 = 0.05;
/// Where this build stands in a line of the table, behind the name.
const COLUMN: usize = if cfg!(debug_assertions) { 0 } else { 1 };
/// The machines for which numbers are written down, and which valgrind knows.
const COUNTS_HERE: bool = cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"));

fn main() -> Done {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == WORK) {
        return work::work();
    }
    // As other tests: words that are no options choose by name.
    let mut names = words.iter().filter(|word| !word.starts_with("--")).peekable();
    if words.iter().any(|word| word == "--list") || names.peek().is_some() && !names.any(|name| "counts".contains(name))
    {
        return Ok(());
    }
    let found = Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success());
    if found && COUNTS_HERE {
        return judge(&counted()?);
    }
    println!(
        "SKIPPED: no instructions are counted here, for lack of {}",
        if found { "numbers for this machine" } else { "valgrind" }
    );
    let required = COUNTS_HERE && std::env::var_os("AMBIT_REQUIRE_PARTS").is_some();
    if required { Err("there is no valgrind".into()) } else { Ok(()) }
}

/// Runs the work under valgrind: the median of each call, in the order of the work.
fn counted() -> Done<Vec<(&'static str, f64)>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("counted");
    let output = Command::new("valgrind")
        // Of two patterns that are the same it knows only one.
        .args(["--tool=callgrind", "--toggle-collect=*one_counted*", "--dump-after=*one_counted_call*"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(std::env::current_exe()?)
        .arg(WORK)
        .output()?;
    if !output.status.success() {
        return Err(format!("what is counted fails: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    // Each call leaves a file of its own, numbered from 1.
    let mut dump = 1..;
    let mut calls = vec![];
    for name in work::NAMES {
        let mut rounds = vec![];
        for number in dump.by_ref().take(work::ROUNDS) {
            rounds.push(total(&file.with_extension(number.to_string()))?);
        }
        rounds.sort_unstable();
        calls.push((*name, rounds[rounds.len() / 2] as f64));
    }
    Ok(calls)
}

/// The sum that stands in a file of callgrind's.
fn total(file: &Path) -> Done<u64> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let sum = text.lines().find_map(|line| line.strip_prefix("summary: ").or_else(|| line.strip_prefix("totals: ")));
    Ok(sum.ok_or("callgrind wrote no sum")?.trim().parse()?)
}

/// Holds counts to what is written down.
fn judge(calls: &[(&'static str, f64)]) -> Done {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/counts/counts.txt");
    let before = std::fs::read_to_string(&file)?;
    let mut wrong = vec![];
    println!("instructions for a call, and how many of wasmtime's alone that is:");
    for (name, count) in calls {
        let alone =
            name.strip_suffix("-alone").is_none().then(|| of(calls, &format!("{}-alone", peer(name)))).flatten();
        let ratio = alone.map(|alone| count / alone);
        let shown = ratio.map(|ratio| format!("{ratio:.2} ×")).unwrap_or_default();
        println!("  {name:<18} {count:>8}  {shown}");
        let written = column(&before, name, COLUMN);
        if written.is_none_or(|written| (count - written).abs() > written * TOLERANCE) {
            let written = written.map_or("no number".into(), |written| written.to_string());
            wrong.push(format!("{name}: {count} instructions, and {written} in {}", file.display()));
        }
        if let Some((ratio, most)) = ratio.zip(work::most(name)).filter(|(ratio, most)| ratio > most && COLUMN == 1) {
            wrong
                .push(format!("{name}: {ratio:.2} times what wasmtime takes alone, and it may take {most} times that"));
        }
    }
    if std::env::var_os("AMBIT_UPDATE").is_some() {
        return Ok(std::fs::write(&file, written(&before, calls))?);
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let also = "where those of wasmtime alone changed too, the compiler or the engine is another one";
    Err(format!("{}\nAMBIT_UPDATE=1 writes new numbers; {also}", wrong.join("\n")).into())
}

fn of(calls: &[(&str, f64)], name: &str) -> Option<f64> {
    calls.iter().find(|(other, _)| *other == name).map(|(_, count)| *count)
}

/// The name under which wasmtime does the same.
fn peer(name: &str) -> &str {
    name.strip_suffix("-turns").unwrap_or(name)
}

/// A number of the table.
fn column(text: &str, name: &str, column: usize) -> Option<f64> {
    let line = text.lines().find(|line| line.split_whitespace().next() == Some(name))?;
    line.split_whitespace().nth(1 + column)?.parse().ok()
}

/// The table with these numbers in it, and those of the other build as they were.
fn written(before: &str, calls: &[(&str, f64)]) -> String {
    let mut text =
        String::from("# Instructions for one call, as valgrind counts them: name, debug build, release build.\n");
    text += "# Those that end in `-alone` are wasmtime's by itself. `host-` is a call in which a plugin asks its host ten times.\n";
    for (name, count) in calls {
        let other = column(before, name, 1 - COLUMN).unwrap_or(0.0);
        let (debug, release) = if COLUMN == 0 { (*count, other) } else { (other, *count) };
        let _ = writeln!(text, "{name:<20} {debug:>8} {release:>8}");
    }
    text
}
