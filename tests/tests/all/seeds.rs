//! The five hosts. Each workspace has no errors; its plan and its findings stand beside it.

use ambit_compiler::diag::Severity;
use ambit_schema::wire;
use ambit_tests::case::{Case, cases};
use ambit_tests::show;

use crate::snapshot;

const HOSTS: [&str; 5] = ["devshell", "generic", "pachyterm", "pliers", "promptline"];

#[test]
fn every_host_has_a_plan() {
    let found: Vec<String> = cases("seeds").iter().map(|path| Case::load(path).name()).collect();
    assert_eq!(found, HOSTS.map(|host| format!("seeds/{host}")));
    let mut failures = vec![];
    for case in cases("seeds").iter().map(|path| Case::load(path)) {
        let findings = show::findings(&case.workspace.sources, &case.compiled.diagnostics);
        failures.extend(snapshot::check(&case.folder, "findings", &findings));
        let errors = case.compiled.diagnostics.iter().filter(|found| found.code.severity() == Severity::Error);
        failures.extend(errors.map(|found| show::finding(&case.workspace.sources, found)));
        match (&case.compiled.plan, &case.compiled.unsealed) {
            (Some(plan), None) => {
                let text = String::from_utf8(wire::encode(plan)).unwrap();
                failures.extend(snapshot::check(&case.folder, "plan", &text));
            }
            (_, why) => failures.push(format!("{}: no plan: {why:?}", case.name())),
        }
    }
    snapshot::all(&failures);
}

/// The plan that the README's example runs under.
#[test]
fn the_example_has_a_plan() {
    let case = Case::load(&ambit_tests::house::at("examples/text-tool"));
    let plan = case.compiled.plan.as_ref().map(wire::encode).map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(plan.is_some(), "{}", show::findings(&case.workspace.sources, &case.compiled.diagnostics));
    snapshot::all(&snapshot::check(&case.folder, "plan", &plan.unwrap_or_default()).into_iter().collect::<Vec<_>>());
}

/// The decisions that the designs themselves speak of, each with one that is granted beside it.
#[test]
fn decisions_that_the_designs_speak_of() {
    let rows = [
        ("promptline", "database-plugin", "fs.read", "/home/user/.config/database/db.conf", true),
        ("promptline", "database-plugin", "fs.read", "/etc/passwd", false),
        ("promptline", "database-plugin", "fs.write", "/home/user/.config/database/db.conf", false),
        ("promptline", "database-plugin", "net.connect", "postgres://localhost:5432", true),
        ("promptline", "database-plugin", "net.connect", "postgres://localhost:5433", false),
        ("promptline", "database-plugin", "env.read", "DATABASE_URL", true),
        ("promptline", "database-plugin", "env.read", "HOME", false),
        ("promptline", "my-awesome-plugin", "env.read", "DATABASE_URL", false),
        ("pachyterm", "git-status", "terminal.read", "cwd", true),
        ("pachyterm", "git-status", "terminal.read", "grid", false),
        ("pachyterm", "git-status", "fs.read", "/home/user/src/private/key", false),
        ("pachyterm", "model-help", "model.use", "host.small", true),
        ("pachyterm", "model-help", "model.use", "host.large", false),
        ("devshell", "word-panel", "message.send", "text-processor", true),
        ("devshell", "word-panel", "message.send", "task-runner", false),
        ("generic", "text-processor", "fs.write", "/srv/pup/data/reports/today.txt", true),
        ("generic", "text-processor", "fs.write", "/srv/pup/data/texts/today.txt", false),
        ("generic", "web-scraper", "net.connect", "https://www.example.org:8443", true),
        ("generic", "web-scraper", "net.connect", "http://www.example.org:8443", false),
        ("generic", "build-step", "env.read", "CI_BRANCH", true),
        ("generic", "build-step", "env.read", "CI_TOKEN", false),
        ("pliers", "example-plugin", "db.read", "forms", true),
        ("pliers", "example-plugin", "db.read", "audit", true),
        ("pliers", "example-plugin", "db.read", "users.profile", false),
        ("pliers", "example-plugin", "db.read", "secrets", false),
        ("pliers", "example-plugin", "http.serve", "POST /plugins/example/webhook", true),
        ("pliers", "example-plugin", "http.serve", "GET /plugins/example/webhook", false),
    ];
    for (host, plugin, kind, target, allowed) in rows {
        let case = Case::load(&ambit_tests::house::at("fixtures/seeds").join(host));
        let plan = case.compiled.plan.as_ref().unwrap();
        let entry = plan.plugin(plugin).unwrap();
        let kind = ambit_schema::capability::Kind::find(kind).unwrap();
        let answer = ambit_compiler::explain::why(plan, entry, kind, target).unwrap();
        assert_eq!(answer.allowed, allowed, "{host}: {plugin} {kind} {target}: {answer:#?}");
    }
}

/// Higher priorities run earlier, names decide between equals.
#[test]
fn hooks_run_by_priority() {
    let case = Case::load(&ambit_tests::house::at("fixtures/seeds/pliers"));
    let plan = case.compiled.plan.as_ref().unwrap();
    let on = |point: &str| -> Vec<(&str, i64)> {
        let hooks = plan.content().hooks.iter().filter(|hook| hook.point.as_str() == point);
        hooks.map(|hook| (hook.plugin.as_str(), hook.priority)).collect()
    };
    assert_eq!(on("form.validate"), [("address-check", 500), ("example-plugin", 100)]);
    assert_eq!(on("submission.process"), [("example-plugin", 50)]);
    let order: Vec<&str> = plan.content().plugins.iter().map(|plugin| plugin.id.as_str()).collect();
    assert_eq!(order, ["audit-trail", "example-plugin", "address-check"]);
}

/// The copy that a seed brings is the guest that the fixtures keep.
#[test]
fn the_greeter_is_the_one_of_the_guests() {
    let read = |path: &str| std::fs::read(ambit_tests::house::at(path)).unwrap();
    let same = read("fixtures/seeds/devshell/plugins/greeter/greeter.wasm") == read("fixtures/guests/greeter.wasm");
    assert!(same, "copy fixtures/guests/greeter.wasm over the one of devshell");
}
