//! The WASI p1 programs of the WASI test suite: all pass under full grants, and each loses exactly what is taken from it. They
//! are not part of this repository: `AMBIT_WASI_TESTSUITE` names a copy of its branch with compiled programs,
//! <https://github.com/WebAssembly/wasi-testsuite>, and without it nothing is tested and that is said.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use ambit_runtime::{AuditEvent, Exit, Subject, Verdict};
use ambit_schema::capability::Kind;
use ambit_schema::plan::Mount;
use serde_json::Value;

use crate::support::{Probe, World};

/// One program, and what its description says.
struct Program {
    path: PathBuf,
    /// What it is called with and given, and has to do.
    about: Value,
}

/// Everything that a program can be given.
const RIGHTS: [(Kind, &str); 7] = [
    (Kind::FsRead, "./given/"),
    (Kind::FsWrite, "./given/"),
    (Kind::FsMkdir, "./given/"),
    (Kind::ClockRead, "wall"),
    (Kind::ClockRead, "monotonic"),
    (Kind::RandomRead, "secure"),
    (Kind::EnvRead, "**"),
];

/// Each program is compiled once.
static KEPT: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

/// What a program did in one run.
struct Run {
    passed: bool,
    /// What came of it, for whoever asks why it did not pass.
    told: String,
    events: Vec<AuditEvent>,
}

fn programs() -> Option<Vec<Program>> {
    let Some(folder) = std::env::var_os("AMBIT_WASI_TESTSUITE").map(PathBuf::from) else {
        eprintln!("SKIPPED: the WASI test suite; name its folder in AMBIT_WASI_TESTSUITE");
        return None;
    };
    let mut found = vec![];
    for language in ["assemblyscript", "c", "rust"] {
        let folder = folder.join("tests").join(language).join("testsuite/wasm32-wasip1");
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let paths = entries.map(|entry| entry.unwrap().path());
        found.extend(paths.filter(|path| path.extension().is_some_and(|end| end == "wasm")).map(|path| {
            let about = fs::read_to_string(path.with_extension("json"));
            let about = about.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
            Program { path, about }
        }));
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Some(found)
}

impl Program {
    fn name(&self) -> String {
        self.path.file_stem().unwrap().to_string_lossy().into_owned()
    }

    /// Runs with these rights, in a fresh copy of its folder.
    fn run(&self, rights: &[(Kind, &'static str)]) -> Run {
        let environment = self.about["env"].as_object().into_iter().flatten();
        let environment = environment.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
        let world = World::with(|host| host.environment(environment).cache(KEPT.path()));
        let mut probe = Probe::of_binary(fs::read(&self.path).unwrap());
        let has_root = self.about["root"].as_str();
        let held = rights.iter().filter(|(kind, _)| has_root.is_some() || !is_of_files(*kind));
        probe.rights.extend(held);
        fs::create_dir(world.path("given")).unwrap();
        if let Some(root) = has_root {
            copy(&self.path.with_file_name(root), &world.path("given"));
            let has = |kind| rights.iter().any(|(held, _)| *held == kind);
            if Mount::KINDS.into_iter().any(has) {
                probe = probe.seen("./given", "/");
            }
        }
        let args = self.about["args"].as_array().into_iter().flatten().map(|arg| arg.as_str().unwrap());
        let argv: Vec<&str> = std::iter::once("program.wasm").chain(args).collect();
        let mut plugin = world.load(&probe);
        let outcome = plugin.run(&argv);
        let said =
            outcome.as_ref().map_or_else(|_| plugin.take_unfinished().1.to_string(), |done| done.stderr.to_string());
        let told = format!("{}: {outcome:?} {said}", self.name());
        let status = self.about["exit_code"].as_u64().unwrap_or(0);
        let passed = outcome.is_ok_and(|outcome| {
            let said = self.about["stdout"].as_str().is_none_or(|text| outcome.stdout.bytes() == text.as_bytes());
            let ended = match outcome.exit {
                Exit::Success => 0,
                Exit::Failure { status, .. } => u64::from(status),
            };
            said && ended == status
        });
        Run { passed, told, events: world.log.take() }
    }
}

fn is_of_files(kind: Kind) -> bool {
    matches!(kind, Kind::FsRead | Kind::FsWrite | Kind::FsMkdir)
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&to).unwrap();
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The kinds of right that were asked for and given.
fn used(events: &[AuditEvent]) -> BTreeSet<Kind> {
    let given = events.iter().filter(|event| event.verdict == Verdict::Allowed);
    given.filter_map(kind).collect()
}

/// What was refused, or stood in for: the kind, the operation, and on what.
fn refused(events: &[AuditEvent]) -> BTreeSet<(Kind, &'static str, String)> {
    let came = |event: &&AuditEvent| matches!(event.verdict, Verdict::Denied(_) | Verdict::StoodIn(_));
    let told = |event: &AuditEvent| Some((kind(event)?, event.operation, event.target.to_string()));
    events.iter().filter(came).filter_map(told).collect()
}

fn kind(event: &AuditEvent) -> Option<Kind> {
    match event.subject {
        Subject::Right(kind) => Some(kind),
        Subject::Interface | Subject::Quota(_) => None,
    }
}

#[test]
fn programs_of_the_test_suite_pass_under_full_grants() {
    let Some(programs) = programs() else { return };
    assert_eq!(programs.len(), 72);
    let runs = programs.iter().map(|program| program.run(&RIGHTS));
    let failed: Vec<String> = runs.filter(|run| !run.passed).map(|run| run.told).collect();
    assert_eq!(failed, Vec::<String>::new());
}

/// Without a right, what took it is refused or stands still, and nothing else is; what never took it does as before.
#[test]
fn programs_of_the_test_suite_lose_what_is_taken() {
    let Some(programs) = programs() else { return };
    let mut wrong = vec![];
    for program in &programs {
        let whole = program.run(&RIGHTS);
        let (used, before) = (used(&whole.events), refused(&whole.events));
        for taken in RIGHTS.map(|(kind, _)| kind) {
            let rest: Vec<_> = RIGHTS.into_iter().filter(|(held, _)| *held != taken).collect();
            let without = program.run(&rest);
            let lost = refused(&without.events).difference(&before).map(|(kind, ..)| *kind).collect::<BTreeSet<_>>();
            let fits = match (used.contains(&taken), taken) {
                // A variable that is not granted is not there: nobody asks for it.
                (true, Kind::EnvRead) => lost.is_empty() && !without.passed,
                (true, _) => lost == [taken].into(),
                (false, _) => lost.is_empty() && without.passed,
            };
            if !fits {
                wrong.push(format!("{} without {taken}: lost {lost:?}, passed {}", program.name(), without.passed));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
