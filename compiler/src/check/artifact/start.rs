//! `cannot-start`, `slow-to-compile`, `endless-loop` and `runs-at-load`: what becomes of an artifact before anyone calls it.

use ambit_schema::limits::{
    MAX_INSTANCES, MAX_MEMORIES, MAX_MODULE_MEMORIES, MAX_MODULE_TABLES, MAX_TABLE_ELEMENTS, MAX_TABLES,
};

use super::{About, listed};
use crate::binary::{Start, Wasm};
use crate::diag::{Code, Sink};

/// Beyond these, compiling one function takes seconds: bytes of its body, and locals.
const LARGE_BODY: usize = 1 << 20;
const MANY_LOCALS: u32 = 10_000;
/// Beyond this, compiling takes long because of how many there are. The largest interpreters have a quarter of it.
const MANY_FUNCTIONS: usize = 200_000;

pub(super) fn check(about: &About<'_>, wasm: &Wasm, sink: &mut Sink) {
    let start = &wasm.start;
    for why in never(start) {
        let message = format!("`{}` can never start: {why}", about.file());
        sink.add(about.found(Code::CannotStart, message).help("build the plugin again, or with other options"));
    }
    for why in slow(start) {
        let message = format!("`{}` takes long to compile: {why}", about.file());
        let found = about.found(Code::SlowToCompile, message);
        let found = found.note("a plugin is compiled before its quotas hold, on the time of whoever loads it");
        sink.add(found.help("split what was generated, or build with optimisation"));
    }
    if !start.endless.is_empty() {
        let names = listed(start.endless.iter().map(String::as_str));
        let message = format!("`{}` never comes back once it is called: {names}", about.file());
        let found = about.found(Code::EndlessLoop, message);
        let found = found.note("it has a loop that is always reached, with no way out of it; only the quotas end it");
        sink.add(found.help("give the loop a way out, or do not export the function"));
    }
    if start.runs {
        let message = format!(
            "`{}` runs code as soon as it is made, before it is called or given its configuration",
            about.file()
        );
        let found = about.found(Code::RunsAtLoad, message);
        sink.add(found.help("move what the start section does into `_initialize`, or into what is called first"));
    }
}

/// Why the wasm tier has no room for it, or why making it fails.
fn never(start: &Start) -> Vec<String> {
    let mut why: Vec<String> = start.outside.iter().cloned().collect();
    let mut most = |found: u64, limit: u64, what: &str| {
        if found > limit {
            why.push(format!("it has {found} {what}, and no plugin may have more than {limit}"));
        }
    };
    most(start.instances as u64, u64::from(MAX_INSTANCES), "core instances");
    most(start.memories as u64, u64::from(MAX_MEMORIES), "memories");
    most(start.most_memories as u64, u64::from(MAX_MODULE_MEMORIES), "memories in one module");
    most(start.tables as u64, u64::from(MAX_TABLES), "tables");
    most(start.most_tables as u64, u64::from(MAX_MODULE_TABLES), "tables in one module");
    most(start.largest_table, MAX_TABLE_ELEMENTS as u64, "elements in one table");
    if start.lacks_memory {
        why.push(
            "it is for WASI p1, which works on an exported memory called `memory`, and it exports none".to_owned(),
        );
    }
    why
}

fn slow(start: &Start) -> Vec<String> {
    let mut why = vec![];
    if start.largest_body > LARGE_BODY {
        why.push(format!("one of its functions has {} kB of code", start.largest_body / 1000));
    }
    if start.most_locals > MANY_LOCALS {
        why.push(format!("one of its functions has {} variables", start.most_locals));
    }
    if start.functions > MANY_FUNCTIONS {
        why.push(format!("it has {} functions", start.functions));
    }
    why
}
