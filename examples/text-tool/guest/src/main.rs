//! The example plugin: a command line program like any other, compiled for WASI. Nothing in it knows about Ambit.
//! It opens files by path and prints; which paths lead somewhere is decided by the plan it runs under.
//!
//! The folders it expects are `/in`, to read, and `/out`, to write; both can be given as arguments instead.

mod escape;
mod table;
mod tally;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use tally::Tally;

const USAGE: &str = "\
usage: text-tool <command> [arguments]

commands:
  count  [DIR]        lines, words and bytes of every text file in DIR
  report [DIR] [OUT]  the same as a Markdown file
  escape [DIR]        try to get out of the sandbox, and say what came of it

DIR is /in and OUT is /out/report.md unless you say otherwise.";

/// WASI p2 passes on success or failure and no number, so every failure is status 1.
fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args.as_slice() {
        ["count"] => count("/in"),
        ["count", dir] => count(dir),
        ["report"] => report("/in", "/out/report.md"),
        ["report", dir] => report(dir, "/out/report.md"),
        ["report", dir, out] => report(dir, out),
        ["escape"] => escape("/in"),
        ["escape", dir] => escape(dir),
        ["help" | "--help" | "-h"] => print(USAGE).map(|()| ExitCode::SUCCESS),
        _ => Err(USAGE.to_owned()),
    };
    outcome.unwrap_or_else(|reason| {
        eprintln!("{reason}");
        ExitCode::FAILURE
    })
}

fn count(dir: &str) -> Result<ExitCode, String> {
    let tally = Tally::of_folder(Path::new(dir)).map_err(|error| format!("cannot read `{dir}`: {error}"))?;
    print(&table::plain(&tally))?;
    Ok(ExitCode::SUCCESS)
}

fn report(dir: &str, out: &str) -> Result<ExitCode, String> {
    let tally = Tally::of_folder(Path::new(dir)).map_err(|error| format!("cannot read `{dir}`: {error}"))?;
    fs::write(out, table::markdown(dir, &tally)).map_err(|error| format!("cannot write `{out}`: {error}"))?;
    print(&format!("wrote {out}"))?;
    Ok(ExitCode::SUCCESS)
}

/// Fails when an attempt succeeds: the sandbox that runs this program should have refused every one.
fn escape(dir: &str) -> Result<ExitCode, String> {
    let attempts = escape::attempts(dir);
    let refused = attempts.iter().filter(|attempt| attempt.outcome.is_err()).count();
    for attempt in &attempts {
        print(&attempt.to_string())?;
    }
    print(&format!("{refused} of {} attempts refused", attempts.len()))?;
    Ok(if refused == attempts.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `println!` that reports a closed or full output instead of panicking.
fn print(text: &str) -> Result<(), String> {
    writeln!(io::stdout(), "{}", text.trim_end()).map_err(|error| format!("cannot print: {error}"))
}
