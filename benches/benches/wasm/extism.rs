//! What Extism takes for the same work, by a program that is built apart: `benches/extism`. Comes in: its output. Goes out: a line
//! beside ours. Where it was not built, that is said.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Nanoseconds or bytes, by the name of what was measured.
pub(crate) struct Peer(BTreeMap<String, f64>);

/// Runs the program, if it is there.
pub(crate) fn measured() -> Peer {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("extism/target/release/ambit-bench-extism");
    let program = std::env::var_os("AMBIT_EXTISM_BENCH").map_or(program, Into::into);
    let output = Command::new(&program).output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let lines = output.unwrap_or_default();
    let read = |line: &str| Some((line.split_once(' ')?.0.to_owned(), line.split_once(' ')?.1.parse().ok()?));
    let measured: BTreeMap<String, f64> = lines.lines().filter_map(read).collect();
    if measured.is_empty() {
        println!(
            "\nExtism is not measured: {} is not there; docs/performance.md says how to build it",
            program.display()
        );
    }
    Peer(measured)
}

impl Peer {
    /// Prints how much slower it is than `ours`, in nanoseconds.
    pub(crate) fn beside(&self, name: &str, ours: f64) {
        if let Some(theirs) = self.0.get(name) {
            println!("  {:<44} {:>9.2} µs  {:>8.1} × under its plan", "Extism", theirs / 1e3, theirs / ours);
        }
    }

    /// Prints how much more memory it takes than `ours`, in bytes.
    pub(crate) fn memory_beside(&self, name: &str, ours: f64) {
        if let Some(theirs) = self.0.get(name) {
            println!("  memory for each of Extism's: {:.1} KiB, {:.1} times as much", theirs / 1024.0, theirs / ours);
        }
    }
}
