//! Laws of proposals, on workspaces that look random and are the same at every run: what was allowed and used stays allowed,
//! nothing becomes more, a level is never left, and proposing twice is proposing once.
#![expect(clippy::unwrap_used, reason = "a workspace that does not compile fails its test")]

use std::collections::{BTreeMap, BTreeSet};

use ambit_compiler::binary::NoArtifacts;
use ambit_compiler::fix::apply;
use ambit_compiler::observe::{Fate, Level, Policy, Suggestion, lost, suggest};
use ambit_compiler::source::{FileId, Sources};
use ambit_compiler::{Compilation, Inputs, compile};
use ambit_schema::capability::{CapSet, Kind, Member};
use ambit_schema::plan::{Plan, PluginEntry};
use ambit_schema::recording::{Ended, Header, Notes, Observed, Outcome, Recording, Refusal, Target};
use ambit_schema::set::Set;
use ambit_schema::set::paths::{Path, PathPattern};
use ambit_schema::wire;

const HOST: &str = "host \"demo\"
version \"1.0.0\"
tiers \"wasm\"
folders { home \"/home/u\"; }
capabilities {
    fs.read \"./\" \"~/\"
    fs.write \"./\" \"~/\"
    fs.mkdir \"./\"
    env.read \"**\"
    net.connect \"tcp://**.example.com:443\" \"https://**.example.com\"
    clock.read \"wall\"
}
";

const TARGETS: &[(&str, &[&str])] = &[
    ("fs.read", &["./a/", "./a/b/", "./c/", "~/", "~/docs/"]),
    ("fs.write", &["./a/", "./a/b/", "~/docs/"]),
    ("fs.mkdir", &["./a/", "./c/"]),
    ("env.read", &["HOME", "L*", "A.**", "PATH"]),
    ("net.connect", &["tcp://*.example.com:443", "tcp://db.example.com:443", "https://**.example.com"]),
    ("clock.read", &["wall"]),
];

const USED: &[(&str, &[&str])] = &[
    (
        "fs.read",
        &["./a", "./a/x", "./a/b", "./a/b/y", "./a/b/c/z", "./c/1/x", "./c/2/x", "/home/u/x", "/home/u/docs/d"],
    ),
    ("fs.write", &["./a/x", "./a/b/y", "./a/new/z", "/home/u/docs/e/f"]),
    ("fs.mkdir", &["./a/new", "./a/new/deep", "./c/m"]),
    ("env.read", &["HOME", "LANG", "LC_ALL", "A.B.C", "PATH", "NONE"]),
    (
        "net.connect",
        &["tcp://db.example.com:443", "tcp://q.example.com:443", "https://a.b.example.com", "tcp://x.org:1"],
    ),
    ("clock.read", &["wall"]),
];

struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn some<'a>(&mut self, from: &[&'a str]) -> Vec<&'a str> {
        from.iter().copied().filter(|_| self.below(2) == 0).collect()
    }
}

struct World {
    sources: Sources,
    profile: FileId,
    grants: FileId,
    manifest: FileId,
}

impl World {
    fn new(chance: &mut Chance) -> Self {
        let (mut asks, mut gives) = (String::new(), String::new());
        for (kind, targets) in TARGETS {
            let asked = chance.some(targets);
            let quoted = |texts: &[&str]| texts.iter().map(|text| format!(" \"{text}\"")).collect::<String>();
            let optional = if chance.below(3) == 0 { " optional=#true" } else { "" };
            if chance.below(2) == 0 {
                asked.iter().for_each(|one| asks.push_str(&format!("    {kind} \"{one}\"{optional}\n")));
            } else if !asked.is_empty() {
                asks.push_str(&format!("    {kind}{}{optional}\n", quoted(&asked)));
            }
            let given = if optional.is_empty() || chance.below(2) == 0 { asked } else { chance.some(targets) };
            if !given.is_empty() {
                gives.push_str(&format!("    {kind}{}\n", quoted(&given)));
            }
        }
        let manifest = format!("id \"p\"\nversion \"1.0.0\"\ntitle \"P\"\ncapabilities {{\n{asks}}}\n");
        let mut sources = Sources::default();
        let profile = sources.add("host.kdl", HOST.as_bytes());
        let grants = sources.add("grants.kdl", format!("layer \"user\"\nallow \"p\" {{\n{gives}}}\n").into_bytes());
        let manifest = sources.add("plugins/p/plugin.kdl", manifest.into_bytes());
        World { sources, profile, grants, manifest }
    }

    fn compile(&self) -> Compilation {
        compile(&Inputs {
            profile: Some(self.profile),
            grants: vec![self.grants],
            manifests: vec![self.manifest],
            ..Inputs::new(self.sources.clone(), &NoArtifacts)
        })
    }

    fn suggest(&self, done: &Compilation, observed: &[Observed], level: Level) -> Suggestion {
        let policy = Policy {
            plan: done.plan.as_ref().unwrap(),
            sources: &self.sources,
            manifests: &[self.manifest],
            grants: &[self.grants],
            folders: &done.folders,
        };
        suggest(policy, observed, level, false)
    }

    fn edited(&self, suggestion: &Suggestion) -> World {
        let mut sources = self.sources.clone();
        for (file, edits) in suggestion.edits.as_ref().unwrap() {
            sources.replace(*file, apply(self.sources.get(*file).text(), edits).into_bytes());
        }
        World { sources, ..*self }
    }
}

/// A run in which the plugin tries some things; doors answer as the plan does.
fn run(plan: &Plan, chance: &mut Chance) -> Observed {
    let plugin = plan.plugin("p").unwrap();
    let mut notes = Notes::default();
    for (key, targets) in USED {
        let kind = Kind::find(key).unwrap();
        for target in chance.some(targets) {
            let member = Member::parse(kind, target).unwrap();
            let allowed = plugin.allows(kind, &member);
            if kind == Kind::ClockRead {
                notes.note(kind, target, "read", if allowed { Outcome::Allowed } else { Outcome::StoodIn });
                continue;
            }
            let operation = if chance.below(4) == 0 { "list" } else { "open" };
            let outcome = if allowed { Outcome::Allowed } else { Outcome::Denied(Refusal::NotGranted) };
            notes.note(kind, target, operation, outcome);
        }
    }
    let hash = wire::hash(plan);
    let recording = Recording { header: Header::new(plan, &hash, plugin), notes, ended: Ended::Success };
    wire::decode_recording(&wire::encode_recording(&recording)).unwrap().check(plan, &hash).unwrap()
}

fn used(observed: &[Observed]) -> BTreeMap<Kind, BTreeSet<Member>> {
    let mut used: BTreeMap<Kind, BTreeSet<Member>> = BTreeMap::new();
    for operation in observed.iter().flat_map(|one| &one.operations) {
        if let (Outcome::Allowed, Target::Member(member)) = (operation.outcome, &operation.target) {
            used.entry(operation.kind).or_default().insert(member.clone());
        }
    }
    used
}

fn all_in(folder: &Path) -> CapSet {
    CapSet::Paths(Set::one(PathPattern::subtree(folder)))
}

/// What the level makes of one thing, worked out again the slow way.
fn bound(plugin: &PluginEntry, observed: &[Observed], member: &Member, level: Level) -> CapSet {
    let (Level::Folder, Member::Path(path)) = (level, member) else { return CapSet::only(member) };
    let mut operations = observed.iter().flat_map(|one| &one.operations).filter(|one| one.outcome == Outcome::Allowed);
    let path_of = |target: &Target| match target {
        Target::Member(Member::Path(path)) => Some(path.clone()),
        _ => None,
    };
    let made: Vec<Path> = operations
        .clone()
        .filter(|one| one.kind == Kind::FsMkdir)
        .filter_map(|one| path_of(&one.target))
        .filter(|made| path.is_in(made))
        .collect();
    if let Some(outermost) = made.iter().min_by_key(|made| made.segments().count()) {
        return all_in(&outermost.parent().unwrap());
    }
    let is_folder = plugin.mounts.iter().any(|mount| mount.folder == path.text())
        || operations.any(|one| {
            path_of(&one.target).is_some_and(|other| other.is_in(path) && (other != *path || one.operation == "list"))
        });
    all_in(&if is_folder { path.clone() } else { path.parent().unwrap() })
}

/// What the requests cover that are left as they are.
fn left(suggestion: &Suggestion, kind: Kind, folders: &ambit_compiler::profile::Folders) -> CapSet {
    let items = suggestion.plugins.iter().flat_map(|one| &one.requests);
    let left = items.filter(|item| matches!(item.fate, Fate::Left(_)) && item.kinds.contains(&kind));
    let sets: Vec<CapSet> = left
        .map(|item| CapSet::parse(kind, &folders.expand(item.target.as_ref().unwrap(), "p").unwrap()).unwrap())
        .collect();
    CapSet::union_all(kind, &sets)
}

#[test]
fn proposals_keep_what_was_used_and_no_more_than_their_level() {
    let mut chance = Chance(0x5eed);
    let (mut proposed, mut narrower, mut exact) = (0, 0, 0);
    for world in 0..160 {
        let world_of = World::new(&mut chance);
        let done = world_of.compile();
        let Some(plan) = &done.plan else { continue };
        let observed = [run(plan, &mut chance), run(plan, &mut chance)];
        let observed = &observed[..1 + chance.below(2)];
        for level in Level::ALL.iter().copied() {
            let found = world_of.suggest(&done, observed, level);
            let after_world = world_of.edited(&found);
            let after = after_world.compile();
            let shown = || {
                let texts: Vec<&str> = [world_of.manifest, world_of.grants]
                    .iter()
                    .flat_map(|file| [&**world_of.sources.get(*file).text(), &**after_world.sources.get(*file).text()])
                    .collect();
                format!("{world} at {}:\n{}\n{:?}", level.key(), texts.join("\n"), observed)
            };
            let new = after.plan.as_ref().unwrap_or_else(|| panic!("{}\n{:?}", shown(), after.diagnostics));
            assert!(lost(new, observed, 1).is_empty(), "what was used is lost: {}", shown());
            let (old_entry, entry) = (plan.plugin("p").unwrap(), new.plugin("p").unwrap());
            for granted in &entry.granted {
                let kind = granted.kind;
                let before = &old_entry.granted(kind).unwrap().set;
                assert!(granted.set.is_subset(before), "it became more: {}", shown());
                narrower += usize::from(!before.is_subset(&granted.set));
                if level == Level::Request {
                    continue;
                }
                let members = used(observed).remove(&kind).unwrap_or_default();
                let bounds: Vec<CapSet> =
                    members.iter().map(|member| bound(old_entry, observed, member, level)).collect();
                let left = left(&found, kind, &done.folders);
                let most = CapSet::union_all(kind, bounds.iter().chain([&left]));
                assert!(granted.set.is_subset(&most), "{kind} {} leaves the level: {}", granted.set, shown());
                if level == Level::Exact && left.is_empty() {
                    let only: Vec<CapSet> = members.iter().map(CapSet::only).collect();
                    assert!(CapSet::union_all(kind, &only).is_subset(&granted.set), "{}", shown());
                    exact += 1;
                }
            }
            let again = after_world.suggest(&after, observed, level);
            assert!(again.edits.unwrap().is_empty(), "proposing twice: {}", shown());
            proposed += 1;
        }
    }
    assert!(proposed > 200 && narrower > 150 && exact > 30, "{proposed} {narrower} {exact}");
}
