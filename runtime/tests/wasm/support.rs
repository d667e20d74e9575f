//! A folder, a host, and plans made by hand, in as few words as a test can say them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ambit_runtime::{
    AuditEvent, AuditLog, CallError, Exit, Host, HostBuilder, LoadError, Outcome, Plugin, Subject, Verdict,
};
use ambit_schema::capability::{CapSet, Kind, Tier};
use ambit_schema::limits::Quota;
use ambit_schema::name::{LocalName, PluginId};
use ambit_schema::plan::{
    Artifact, ClaimLine, Compat, Conditions, Draft, Effect, Extent, GrantLine, Granted, Growth, HostEntry, Mount,
    NameEntry, NameSort, Otherwise, Parameter, ParameterType, Place, Plan, PluginEntry, QuotaEntry, Recovery, RuleLine,
    Slot, Who, Why, withheld,
};
use ambit_schema::set::{Set, Sorted};
use sha2::{Digest, Sha256};

/// The id of the plugin under test.
pub(crate) const ID: &str = "probe";

/// A host over a folder of its own.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) log: Arc<AuditLog>,
    pub(crate) host: Host,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|host| host)
    }

    pub(crate) fn with(settings: impl FnOnce(HostBuilder) -> HostBuilder) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = Arc::new(AuditLog::default());
        let builder = Host::builder(folder.path()).audit(Arc::<AuditLog>::clone(&log)).instances(20);
        World { host: settings(builder).build().unwrap(), folder, log }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes a file, and the folders it is in.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn try_load(&self, probe: &Probe) -> Result<Plugin, LoadError> {
        self.host.load(&probe.plan(), ID, &probe.bytes)
    }

    pub(crate) fn load(&self, probe: &Probe) -> Plugin {
        self.try_load(probe).unwrap()
    }

    /// The refusals so far, as `operation target`, and forgets all events.
    pub(crate) fn denials(&self) -> Vec<String> {
        let denied = |event: &AuditEvent| matches!(event.verdict, Verdict::Denied(_));
        self.log.take().iter().filter(|event| denied(event)).map(|e| format!("{} {}", e.operation, e.target)).collect()
    }

    /// The quotas that ran out so far, and forgets all events.
    pub(crate) fn exceeded(&self) -> Vec<Quota> {
        let quota = |event: &AuditEvent| match event.subject {
            Subject::Quota(quota) => Some(quota),
            Subject::Right(_) | Subject::Interface => None,
        };
        self.log.take().iter().filter_map(quota).collect()
    }
}

/// A plugin to be, and what it may do.
pub(crate) struct Probe {
    pub(crate) bytes: Vec<u8>,
    pub(crate) rights: Vec<(Kind, &'static str)>,
    pub(crate) mounts: Vec<Mount>,
    pub(crate) quotas: Vec<(Quota, u64)>,
    pub(crate) interfaces: Vec<String>,
    /// Imports of older versions that are linked to newer ones.
    pub(crate) compat: Vec<(&'static str, &'static str)>,
    /// Interfaces that the host gives by right.
    pub(crate) by_right: Vec<&'static str>,
    /// Interfaces that a line of the grants denies.
    pub(crate) denied: Vec<&'static str>,
    pub(crate) imports: Vec<String>,
    pub(crate) config: Option<String>,
    pub(crate) tier: Tier,
    pub(crate) sha256: Option<String>,
    pub(crate) recovery: Option<Recovery>,
    pub(crate) names: Vec<NameEntry>,
}

impl Probe {
    /// A file of `fixtures/guests`, or of the repository when it begins with `/`.
    pub(crate) fn guest(name: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let path = match name.strip_prefix('/') {
            Some(name) => root.join(name),
            None => root.join("fixtures/guests").join(name),
        };
        Self::of(&std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }

    /// A guest that is written as text, or in binary.
    pub(crate) fn of(source: &[u8]) -> Self {
        Self::of_binary(wat::parse_bytes(source).unwrap().into_owned())
    }

    /// A guest as it is, whatever it is.
    pub(crate) fn of_binary(bytes: Vec<u8>) -> Self {
        let sha256 = Some(Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect());
        Probe {
            bytes,
            rights: Vec::new(),
            mounts: Vec::new(),
            quotas: Vec::new(),
            interfaces: Vec::new(),
            compat: Vec::new(),
            by_right: Vec::new(),
            denied: Vec::new(),
            imports: Vec::new(),
            config: None,
            tier: Tier::Wasm,
            sha256,
            recovery: None,
            names: Vec::new(),
        }
    }

    /// Why it is not loaded.
    pub(crate) fn refusal(&self, world: &World) -> Option<LoadError> {
        world.try_load(self).err()
    }

    pub(crate) fn greeter() -> Self {
        Self::guest("greeter.wasm")
    }

    pub(crate) fn right(mut self, kind: Kind, pattern: &'static str) -> Self {
        self.rights.push((kind, pattern));
        self
    }

    /// A folder `./name`, seen as `/name`, with the rights `r`, `w` and `m`.
    pub(crate) fn mount(mut self, name: &str, rights: &str) -> Self {
        let folder = format!("./{name}");
        for (letter, kind) in [('r', Kind::FsRead), ('w', Kind::FsWrite), ('m', Kind::FsMkdir)] {
            if rights.contains(letter) {
                self.rights.push((kind, format!("{folder}/").leak()));
            }
        }
        self.seen(&folder, &format!("/{name}"))
    }

    /// A folder as it is seen, with as much of its rights as they cover.
    pub(crate) fn seen(mut self, folder: &str, guest: &str) -> Self {
        let (guest, folder, none) = (guest.to_owned(), folder.to_owned(), Extent::Nothing);
        self.mounts.push(Mount { guest, folder, read: none, write: none, mkdir: none });
        self
    }

    pub(crate) fn quota(mut self, quota: Quota, value: u64) -> Self {
        self.quotas.push((quota, value));
        self
    }

    /// At most `restarts` in a minute, after a rest of `pause` milliseconds.
    pub(crate) fn recovery(mut self, restarts: u32, pause: u64) -> Self {
        let (window, growth, fallback, place) = (60_000, Growth::Linear, None, at("recovery.kdl", 1));
        self.recovery = Some(Recovery { restarts, window, pause, growth, fallback, place });
        self
    }

    /// A command that is called with this.
    pub(crate) fn command(mut self, name: &str, parameters: &[(&str, ParameterType, Otherwise)]) -> Self {
        let local = |text: &str| LocalName::parse(text).unwrap();
        let parameter = |(name, of, otherwise): &(&str, ParameterType, Otherwise)| Parameter {
            name: local(name),
            of: *of,
            otherwise: otherwise.clone(),
            summary: None,
        };
        self.names.push(NameEntry {
            sort: NameSort::Command,
            name: format!("{ID}:{name}"),
            plugin: id(ID),
            local: local(name),
            alias: None,
            summary: None,
            parameters: parameters.iter().map(parameter).collect(),
            conditions: Conditions::default(),
            attached: BTreeMap::new(),
            place: at("plugin.kdl", 1),
        });
        self
    }

    /// A tool with the schema of its argument.
    pub(crate) fn tool(self, name: &str, schema: &str) -> Self {
        let mut probe = self.command(name, &[]);
        if let Some(entry) = probe.names.last_mut() {
            entry.sort = NameSort::Tool;
            entry.attached = BTreeMap::from([(Slot::Input, schema.to_owned())]);
        }
        probe
    }

    pub(crate) fn plan(&self) -> Plan {
        let lines = self.lines();
        let draft = Draft {
            host: HostEntry { name: id("tests"), version: semver::Version::new(1, 0, 0), place: at("host.kdl", 1) },
            sources: Vec::new(),
            kinds: Vec::new(),
            rules: self.rules(&lines),
            grants: self.grants(&lines),
            nevers: Vec::new(),
            publishers: Vec::new(),
            plugins: vec![self.entry(ID, &lines)],
            stages: vec![vec![id(ID)]],
            names: self.names.clone(),
            hooks: Vec::new(),
            budgets: Vec::new(),
        };
        draft.seal().unwrap()
    }

    fn lines(&self) -> Vec<Line> {
        let mut rights = self.rights.clone();
        rights.sort();
        let line = |(n, (kind, text))| Line { number: n + 1, kind, text, set: CapSet::parse(kind, text).unwrap() };
        rights.into_iter().enumerate().map(line).collect()
    }

    fn rules(&self, lines: &[Line]) -> Vec<RuleLine> {
        let by_right = interface_lines(&self.by_right).map(|line| line.rule());
        lines.iter().map(Line::rule).chain(by_right).collect()
    }

    fn grants(&self, lines: &[Line]) -> Vec<GrantLine> {
        let denied = interface_lines(&self.denied).map(|line| GrantLine { effect: Effect::Deny, ..line.grant() });
        lines.iter().map(Line::grant).chain(denied).collect()
    }

    fn entry(&self, named: &str, lines: &[Line]) -> PluginEntry {
        let granted = granted(lines);
        let mut mounts: Vec<Mount> = self.mounts.iter().map(|mount| covered(mount, &self.mounts, &granted)).collect();
        mounts.sort();
        let right = granted.iter().find(|right| right.kind == Kind::InterfaceUse);
        PluginEntry {
            id: id(named),
            version: semver::Version::new(1, 0, 0),
            tier: self.tier,
            place: at("plugin.kdl", 1),
            publisher: None,
            trust: None,
            artifact: Some(Artifact {
                path: "probe.wasm".into(),
                sha256: self.sha256.clone(),
                imports: self.imports.clone(),
            }),
            depends: Vec::new(),
            claims: lines.iter().map(Line::claim).collect(),
            pending: Vec::new(),
            mounts,
            interfaces: self.interfaces.clone(),
            compat: self.compat.iter().map(compat).collect(),
            withheld: withheld(self.tier, &self.rules(lines), &self.grants(lines), right.map(|right| &right.set)),
            quotas: Quota::of(self.tier).filter_map(|quota| self.quota_entry(quota)).collect(),
            granted,
            config: self.config.clone(),
            hot_reload: false,
            recovery: self.recovery.clone(),
        }
    }

    fn quota_entry(&self, quota: Quota) -> Option<QuotaEntry> {
        match self.quotas.iter().position(|(set, _)| *set == quota) {
            Some(n) => Some(QuotaEntry { quota, value: self.quotas[n].1, place: Some(at("quotas.kdl", n + 1)) }),
            None => Some(QuotaEntry { quota, value: quota.default_value()?, place: None }),
        }
    }
}

/// A plan of several plugins, in load order. Every right stands on a line of its own, and each plugin has its own of them.
pub(crate) fn together(probes: &[(&str, &Probe)]) -> Plan {
    let (first, more) = probes.split_first().unwrap();
    let rights = more.iter().fold(first.1.rights.clone(), |rights, (_, probe)| [rights, probe.rights.clone()].concat());
    let mut all = Probe { rights, ..Probe::of_binary(vec![]) };
    all.rights.sort();
    all.rights.dedup();
    let entry = |(id, probe): &(&str, &Probe)| {
        let own = all.lines().into_iter().filter(|line| probe.rights.contains(&(line.kind, line.text)));
        probe.entry(id, &own.collect::<Vec<_>>())
    };
    let mut draft = all.plan().content().clone();
    draft.plugins = probes.iter().map(entry).collect();
    draft.stages = vec![probes.iter().map(|(named, _)| id(named)).collect()];
    draft.seal().unwrap()
}

/// One right, as it stands in the manifest, the grants and the profile, on the same line of each.
struct Line {
    number: usize,
    kind: Kind,
    text: &'static str,
    set: CapSet,
}

impl Line {
    fn rule(&self) -> RuleLine {
        let (set, place) = (self.set.clone(), at("host.kdl", self.number));
        RuleLine { kind: self.kind, set, place, text: self.text.to_owned() }
    }

    fn grant(&self) -> GrantLine {
        GrantLine {
            layer: "user".into(),
            effect: Effect::Allow,
            plugins: Set::everything(),
            who: Who::Anyone,
            kind: self.kind,
            set: self.set.clone(),
            reason: None,
            place: at("grants.kdl", self.number),
            text: self.text.to_owned(),
        }
    }

    fn claim(&self) -> ClaimLine {
        ClaimLine {
            kind: self.kind,
            set: self.set.clone(),
            optional: false,
            reason: None,
            place: at("plugin.kdl", self.number),
            text: self.text.to_owned(),
        }
    }
}

/// Lines about interfaces, behind all others.
fn interface_lines(patterns: &[&'static str]) -> impl Iterator<Item = Line> {
    let kind = Kind::InterfaceUse;
    let line = move |text| Line { number: 0, kind, text, set: CapSet::parse(kind, text).unwrap() };
    let numbered = |(at, line): (usize, Line)| Line { number: 101 + at, ..line };
    patterns.iter().copied().map(line).enumerate().map(numbered)
}

fn compat((import, interface): &(&str, &str)) -> Compat {
    Compat { import: (*import).to_owned(), interface: (*interface).to_owned(), place: at("host.kdl", 1) }
}

/// One right for each kind, with every line that gave a part of it.
fn granted(lines: &[Line]) -> Vec<Granted> {
    let kinds = lines.chunk_by(|a, b| a.kind == b.kind);
    kinds
        .map(|lines| {
            let places = |path| lines.iter().map(|line| at(path, line.number)).collect();
            Granted {
                kind: lines[0].kind,
                set: lines.iter().fold(CapSet::empty(lines[0].kind), |all, line| all.union(&line.set)),
                why: Why {
                    claims: places("plugin.kdl"),
                    grants: places("grants.kdl"),
                    rules: places("host.kdl"),
                    accepts: Sorted::new(),
                },
            }
        })
        .collect()
}

/// A mount, with how much of it each right covers beside the folders in it that are mounts.
fn covered(mount: &Mount, all: &[Mount], granted: &[Granted]) -> Mount {
    let whole = |mount: &Mount| Mount::whole(&mount.folder.parse().unwrap());
    let inner: Vec<CapSet> = all.iter().filter(|other| mount.guest_of(&other.folder).is_some()).map(whole).collect();
    let [read, write, mkdir] = Mount::KINDS.map(|kind| {
        let right = granted.iter().find(|right| right.kind == kind).map(|right| &right.set);
        Extent::of(right, &whole(mount), || CapSet::union_all(kind, &inner))
    });
    Mount { read, write, mkdir, ..mount.clone() }
}

fn at(path: &str, line: usize) -> Place {
    Place { path: path.into(), line: u32::try_from(line).unwrap(), column: 1 }
}

fn id(text: &str) -> PluginId {
    PluginId::parse(text).unwrap()
}

/// What a command of a plugin that stays loaded said: its answer, or its own reason for failing.
pub(crate) fn said(plugin: &mut Plugin, command: &str, args: &[&str]) -> Result<String, String> {
    told(plugin.command(command, args))
}

pub(crate) fn told(result: Result<Outcome, CallError>) -> Result<String, String> {
    let outcome = result.unwrap();
    match outcome.exit {
        Exit::Success => Ok(outcome.answer.unwrap_or_default()),
        Exit::Failure { reason, .. } => Err(reason.unwrap_or_default()),
    }
}

/// That a fresh neighbour in the same host serves.
pub(crate) fn neighbour_serves(neighbour: &mut Plugin) {
    assert_eq!(said(neighbour, "greet", &["you"]), Ok("hello, you".into()));
}
