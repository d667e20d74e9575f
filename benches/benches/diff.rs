//! What comparing two plans takes: of 1,000 plugins, where nothing differs, where every line moved, where some or all can do
//! more, and where everyone can newly move everyone. Processor time of the thread, so that a busy machine does not count.
//!
//! `cargo bench -p ambit-benches --no-default-features --bench diff`

use std::hint::black_box;
use std::time::Instant;
use std::{fs, io};

use ambit_benches::generate::Workspace;
use ambit_compiler::diff::diff;
use ambit_schema::cores::Cores;
use ambit_schema::plan::Plan;

const PLUGINS: usize = 1_000;
const ROUNDS: usize = 31;

fn main() -> io::Result<()> {
    println!("two plans of {PLUGINS} plugins (median of {ROUNDS} rounds, processor time)");
    let same = || Workspace::mixed(PLUGINS);
    for (name, old, new) in [
        ("nothing differs", same(), same()),
        ("every line of the grants and the host moved", same(), moved()),
        ("each ninth plugin can do more", same(), wider(9)),
        ("all plugins can do more", same(), wider(1)),
        ("everyone can newly move everyone", apart(), same()),
    ] {
        let (old, new) = (plan(&old)?, plan(&new)?);
        let mut samples: Vec<f64> = (0..ROUNDS).map(|_| once(&old, &new)).collect();
        samples.sort_by(f64::total_cmp);
        let found = diff(&old, &new).map_err(io::Error::other)?;
        let changes: usize = found.plugins.iter().map(|one| one.changes.len()).sum();
        let (median, best) = (samples[ROUNDS / 2], samples[0]);
        println!("  {name:<44} {median:>8.2} ms, best {best:>8.2} ms, {changes} changes");
    }
    Ok(())
}

fn plan(workspace: &Workspace) -> io::Result<Plan> {
    let done = workspace.compiled(Cores::ONE);
    done.plan.ok_or_else(|| io::Error::other(format!("no plan: {:#?}", done.diagnostics.first())))
}

/// Milliseconds.
fn once(old: &Plan, new: &Plan) -> f64 {
    let (wall, start) = (Instant::now(), on_processor());
    drop(black_box(diff(black_box(old), black_box(new))));
    match (start, on_processor()) {
        (Some(start), Some(end)) => (end - start) / 1e6,
        _ => wall.elapsed().as_secs_f64() * 1e3,
    }
}

/// How long this thread has been on a processor, in nanoseconds, where the system tells.
fn on_processor() -> Option<f64> {
    fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
}

fn moved() -> Workspace {
    let mut workspace = Workspace::mixed(PLUGINS);
    workspace.host.1.insert_str(0, "// A line more.\n");
    workspace.grants.iter_mut().for_each(|(_, text)| text.insert_str(0, "// A line more.\n"));
    workspace
}

/// Each so manyth plugin reads one variable more, in whatever syntax it is written.
fn wider(each: usize) -> Workspace {
    let mut workspace = Workspace::mixed(PLUGINS);
    for (_, text) in workspace.manifests.iter_mut().step_by(each) {
        *text = text.replace("\"LANG\" \"LC_ALL\"", "\"LANG\" \"LC_ALL\" \"LC_TIME\"");
        *text = text.replace("[LANG, LC_ALL]", "[LANG, LC_ALL, LC_TIME]");
        *text = text.replace("[\"LANG\", \"LC_ALL\"]", "[\"LANG\", \"LC_ALL\", \"LC_TIME\"]");
    }
    workspace
}

/// The same plugins, of which none receives what others publish.
fn apart() -> Workspace {
    let mut workspace = Workspace::mixed(PLUGINS);
    for (_, text) in &mut workspace.manifests {
        *text = text.replace("\"note.**\"", "\"note.none\"");
    }
    workspace
}
