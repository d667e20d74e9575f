//! From text to sealed plan: how many plugins a second, and whether ten times the plugins take ten times as long.

use ambit_benches::generate::Workspace;
use ambit_benches::{Effort, Task, compare};
use ambit_compiler::diag::Severity;
use ambit_schema::cores::Cores;

fn main() {
    for plugins in [1, 100, 1_000] {
        let workspace = Workspace::mixed(plugins);
        let bytes = workspace.bytes();
        let first = workspace.compiled(Cores::ONE);
        let errors: Vec<_> =
            first.diagnostics.iter().filter(|found| found.code.severity() == Severity::Error).collect();
        assert!(first.plan.is_some(), "the generated workspace compiles: {errors:?}");
        let effort = Effort { rounds: if plugins < 1_000 { 21 } else { 5 }, ..Effort::default() };
        let name = format!("compile {plugins} plugins to a sealed plan");
        let mut tasks = vec![Task::new(&name, || workspace.compiled(Cores::ONE))];
        if let Some(plan) = &first.plan {
            let encoded = ambit_schema::wire::encode(plan);
            tasks.push(Task::new("  encode the plan", || ambit_schema::wire::encode(plan)));
            tasks.push(Task::new("  decode and prove it again", move || ambit_schema::wire::decode(&encoded)));
        }
        compare(&format!("{plugins} plugins, {bytes} bytes of text"), bytes, effort, tasks);
    }
}
