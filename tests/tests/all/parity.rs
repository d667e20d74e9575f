//! What runs is what was decided: operations at random, by a real guest under a compiled plan, against `PluginEntry::allows`.
//! Every file holds its own path, so that an answer tells which file was read.

use std::path::Path;
use std::sync::Arc;

use ambit_runtime::{AuditLog, Exit, Host, Plugin, Reason, Subject, Verdict};
use ambit_schema::capability::{Kind, Member};
use ambit_schema::plan::{Mount, PluginEntry};
use ambit_tests::case::Case;
use ambit_tests::{generate, house};
use tempfile::TempDir;

/// How many operations are tried under each plan.
const OPERATIONS: usize = 300;

/// Folders of the machine: those that are granted, and beside each some whose names only begin the same.
const FOLDERS: [&str; 14] = [
    "in",
    "in2",
    "in/deep",
    "out",
    "out-side",
    "out/deep",
    "drop",
    "made",
    "renamed",
    "renamed/below",
    "absolute/one",
    "parts",
    "parts/deep",
    "holed",
];

/// What is asked for, offered and granted. The absolute folder has no other name inside. Two folders lie in others, and have
/// more rights. Of one folder a part is granted; from another, a deny takes a file.
const RIGHTS: [(&str, &str, &str); 13] = [
    ("fs.read", "./in/", "/in"),
    ("fs.read", "./out/", "/out"),
    ("fs.write", "./out/", "/out"),
    ("fs.mkdir", "./out/", "/out"),
    ("fs.write", "./drop/", "/drop"),
    ("fs.read", "./made/", "/made"),
    ("fs.mkdir", "./made/", "/made"),
    ("fs.read", "./renamed/", "/seen/as"),
    ("fs.write", "./in/deep/", "/in/deep"),
    ("fs.mkdir", "./renamed/below/", "/seen/as/below"),
    ("fs.read", "./parts/**/a.txt", "/parts"),
    ("fs.write", "./parts/**/?.txt", "/parts"),
    ("fs.mkdir", "./parts/n*", "/parts"),
];

const VARIABLES: [&str; 8] = ["LANG", "LANGUAGE", "LC_ALL", "LC_", "LC", "HOME", "lang", "PATH"];

/// A few paths from a guest's point of view that lead to a folder, or to none.
const STARTS: [&str; 14] = [
    "/in",
    "/in/deep",
    "/in2",
    "/out",
    "/out-side",
    "/drop",
    "/made",
    "/seen/as",
    "/seen/as/below",
    "/parts",
    "/holed",
    "/renamed",
    "/seen",
    "/etc",
];

const PARTS: [&str; 9] = ["a.txt", "b.txt", "deep", "new", ".", "..", "", "..", "in"];

/// What goes nowhere.
const WAYS: [&str; 4] = ["deep/..", ".", "", "deep/..//."];

const FILES: [&str; 3] = ["a.txt", "b.txt", "c.txt"];

/// One thing that a plugin tries.
#[derive(Debug)]
enum Operation {
    Read(String),
    Write(String),
    Mkdir(String),
    List(String),
    Variable(&'static str),
    Clock,
}

/// The machine that it is tried on.
struct World {
    folder: TempDir,
    log: Arc<AuditLog>,
    entry: PluginEntry,
    plugin: Plugin,
}

#[test]
fn what_runs_is_what_was_decided() {
    for (seed, clock) in [(1, true), (2, false), (3, true)] {
        let mut world = World::new(clock);
        let mut chance = Chance(0x9E37_79B9_7F4A_7C15 ^ seed);
        let (mut allowed, mut answered) = (0, 0);
        for turn in 0..OPERATIONS {
            let operation = operation(&mut chance, world.folder.path());
            let (decided, succeeded) = world.try_one(&operation, &format!("seed {seed}, turn {turn}"));
            allowed += usize::from(decided);
            answered += usize::from(succeeded);
        }
        assert!(allowed * 3 >= OPERATIONS && allowed * 3 <= OPERATIONS * 2, "{allowed} of {OPERATIONS} are allowed");
        assert!(answered * 8 >= OPERATIONS, "{answered} of {OPERATIONS} do what was asked");
    }
}

impl World {
    fn new(clock: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        for name in FOLDERS {
            for file in ["a.txt", "b.txt"] {
                let path = format!("{name}/{file}");
                generate::write(&at(&path), own_text(folder.path(), &format!("./{path}")).as_bytes());
            }
        }
        let absolute = format!("{}/", at("absolute/one").display());
        let mut rights: Vec<(String, String, String)> = RIGHTS
            .iter()
            .map(|(kind, path, seen)| (kind.to_string(), path.to_string(), format!(" as=\"{seen}\"")))
            .collect();
        rights.push(("fs.read".into(), absolute, String::new()));
        rights.push(("fs.read".into(), "./holed/".into(), " as=\"/holed\" optional=#true".into()));
        rights.extend(["LANG", "LC_*"].map(|name| ("env.read".into(), name.into(), String::new())));
        if clock {
            rights.push(("clock.read".into(), "wall".into(), String::new()));
        }
        let lines = |seen: bool| -> String {
            rights
                .iter()
                .map(|(kind, what, name)| format!("    {kind} \"{what}\"{}\n", if seen { name } else { "" }))
                .collect()
        };
        let names = ["read", "write", "mkdir", "list", "env", "clock"];
        let commands: String = names.iter().map(|name| format!("    {name} \"One operation\"\n")).collect();
        let (plain, seen) = (lines(false), lines(true));
        for (path, text) in [
            ("host.kdl", format!("host \"demo\"\nversion \"1.0.0\"\ntiers \"wasm\"\ncapabilities {{\n{plain}}}\n")),
            (
                "grants.kdl",
                format!(
                    "layer \"user\"\nallow \"probe\" {{\n{plain}}}\ndeny \"probe\" {{\n    fs.read \"./holed/b.txt\"\n}}\n"
                ),
            ),
            (
                "plugins/probe/plugin.kdl",
                format!(
                    "id \"probe\"\nversion \"0.1.0\"\nwasm \"greeter.wasm\"\ncommands {{\n{commands}}}\ncapabilities {{\n{seen}}}\n"
                ),
            ),
        ] {
            generate::write(&at(path), text.as_bytes());
        }
        std::fs::copy(house::at("fixtures/guests/greeter.wasm"), at("plugins/probe/greeter.wasm")).unwrap();
        let case = Case::load(folder.path());
        let plan = case.compiled.plan.as_ref().unwrap_or_else(|| panic!("{:#?}", case.compiled.diagnostics));
        let log = Arc::new(AuditLog::default());
        let variables = VARIABLES.map(|name| (name.to_owned(), format!("of {name}")));
        let host = Host::builder(folder.path()).audit(Arc::<AuditLog>::clone(&log)).instances(2).environment(variables);
        let plugin = host.build().unwrap().load_file(plan, "probe").unwrap();
        World { log, entry: plan.plugin("probe").unwrap().clone(), plugin, folder }
    }

    /// Whether an operation is allowed, and whether it did what it was asked to.
    fn try_one(&mut self, operation: &Operation, turn: &str) -> (bool, bool) {
        let decided = self.decided(operation);
        let wanted = decided.as_deref().map(|target| own_text(self.folder.path(), target)).unwrap_or_default();
        drop(self.log.take());
        let answer = match operation {
            Operation::Read(path) => self.said("read", &[path]),
            Operation::Write(path) => self.said("write", &[path, &wanted]),
            Operation::Mkdir(path) => self.said("mkdir", &[path]),
            Operation::List(path) => self.said("list", &[path]),
            Operation::Variable(name) => self.said("env", &[name]),
            Operation::Clock => self.said("clock", &[]),
        };
        let told = format!("{turn}: {operation:?}, decided {decided:?}, answered {answer:?}, {:#?}", self.log.events());
        let succeeded = match operation {
            // A clock without the right is one that stands still.
            Operation::Clock => answer.as_ref().is_ok_and(|seconds| seconds != "0"),
            _ => answer.is_ok(),
        };
        if let (Operation::List(path), Ok(names)) = (operation, &answer) {
            assert_eq!(*names, self.listed(path), "another listing: {told}");
        } else {
            assert!(decided.is_some() || !succeeded, "done and not allowed: {told}");
        }
        if let Operation::Variable(_) | Operation::Clock = operation {
            assert_eq!(decided.is_some(), succeeded, "{told}");
        } else {
            assert_eq!(self.passed(), decided.is_some(), "{told}");
        }
        if let (Operation::Read(_), Ok(text)) = (operation, &answer) {
            assert_eq!(*text, wanted, "another file was read: {told}");
        }
        if let (Operation::Write(_), Ok(_), Some(target)) = (operation, &answer, &decided) {
            assert_eq!(house::read(&self.folder.path().join(target)), wanted, "another file was written: {told}");
        }
        (decided.is_some(), succeeded)
    }

    /// What of a folder is told: the names that are granted, and those of folders on the way to something that is.
    fn listed(&self, path: &str) -> String {
        let folder = on_the_machine(&self.entry.mounts, path).unwrap();
        let mut names: Vec<String> = vec![];
        for entry in std::fs::read_dir(self.folder.path().join(&folder)).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            let place: ambit_schema::set::paths::Path = format!("{folder}/{name}").parse().unwrap();
            let leads = entry.path().is_dir() && self.entry.allows_below(Kind::FsRead, &place);
            if leads || self.entry.allows(Kind::FsRead, &Member::Path(place)) {
                names.push(name);
            }
        }
        names.sort();
        names.join("\n")
    }

    /// Whether the doors let the last operation on a path through: they were asked, and none said no.
    fn passed(&self) -> bool {
        let events = self.log.events();
        let is_path = |kind| matches!(kind, Kind::FsRead | Kind::FsWrite | Kind::FsMkdir);
        let on_paths: Vec<_> =
            events.iter().filter(|event| matches!(event.subject, Subject::Right(kind) if is_path(kind))).collect();
        assert!(!on_paths.is_empty(), "every operation on a path is asked for");
        on_paths.iter().all(|event| event.verdict == Verdict::Allowed)
    }

    fn said(&mut self, command: &str, words: &[&str]) -> Result<String, String> {
        let outcome = self.plugin.command(command, words).unwrap();
        match outcome.exit {
            Exit::Success => Ok(outcome.answer.unwrap_or_default()),
            Exit::Failure { reason, .. } => Err(reason.unwrap_or_default()),
        }
    }

    /// What the plan says of an operation: the thing that it is about, if it is allowed.
    fn decided(&self, operation: &Operation) -> Option<String> {
        let (kind, target) = match operation {
            Operation::Read(path) | Operation::List(path) => (Kind::FsRead, on_the_machine(&self.entry.mounts, path)?),
            Operation::Write(path) => (Kind::FsWrite, on_the_machine(&self.entry.mounts, path)?),
            Operation::Mkdir(path) => (Kind::FsMkdir, on_the_machine(&self.entry.mounts, path)?),
            Operation::Variable(name) => (Kind::EnvRead, (*name).to_owned()),
            Operation::Clock => (Kind::ClockRead, "wall".to_owned()),
        };
        self.entry.allows(kind, &Member::parse(kind, &target).unwrap()).then_some(target)
    }
}

/// What a guest's path is on the machine: in the mount whose name it begins with, as long as no `..` leads out of it.
fn on_the_machine(mounts: &[Mount], path: &str) -> Option<String> {
    let below = |mount: &Mount| {
        let rest = path.strip_prefix(&mount.guest)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| (mount.folder.clone(), rest.to_owned()))
    };
    let (folder, rest) = mounts.iter().filter_map(below).min_by_key(|(_, rest)| rest.len())?;
    let mut parts = vec![];
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some([vec![folder.as_str()], parts].concat().join("/"))
}

/// What the file at a path holds, however the path is written.
fn own_text(base: &Path, target: &str) -> String {
    base.join(target.strip_prefix("./").unwrap_or(target)).display().to_string()
}

fn operation(chance: &mut Chance, base: &Path) -> Operation {
    match chance.below(12) {
        0..=3 => Operation::Read(path(chance, base)),
        4..=6 => Operation::Write(path(chance, base)),
        7..=8 => Operation::Mkdir(path(chance, base)),
        9 => Operation::List(path(chance, base)),
        10 => Operation::Variable(VARIABLES[chance.below(VARIABLES.len())]),
        _ => Operation::Clock,
    }
}

fn path(chance: &mut Chance, base: &Path) -> String {
    let mut path = match chance.below(8) {
        0 => format!("{}/absolute/{}", base.display(), ["one", "one2", "", ".."][chance.below(4)]),
        1 | 2 => "/out".to_owned(),
        _ => STARTS[chance.below(STARTS.len())].to_owned(),
    };
    // Half of them end at a file, by whatever way.
    let (parts, ends) =
        if chance.below(2) == 0 { (&PARTS[..], None) } else { (&WAYS[..], Some(FILES[chance.below(3)])) };
    for part in (0..chance.below(5)).map(|_| parts[chance.below(parts.len())]).chain(ends) {
        path.push('/');
        path.push_str(part);
    }
    if chance.below(8) == 0 {
        path.push('/');
    }
    path
}

/// Numbers that look random and are the same at every run: xorshift.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// The two ways out by `..` are told as such.
#[test]
fn a_path_that_leads_out_is_told_as_one() {
    let mut world = World::new(false);
    for path in ["/in/../out/a.txt", "/out/../in2/a.txt", "/in/deep/../../out"] {
        assert!(world.said("read", &[path]).is_err(), "{path}");
        let events = world.log.take();
        let left = |verdict: &Verdict| matches!(verdict, Verdict::Denied(Reason::LeavesFolder));
        assert!(events.iter().any(|event| left(&event.verdict)), "{path}: {events:?}");
    }
}
