//! What a plugin is, beside its rights: version, tier, publisher, file, what it is linked to, what it needs, how it sees
//! folders, its configuration.

use std::collections::BTreeSet;

use ambit_schema::capability::{Risk, Tier};
use ambit_schema::plan::{Mount, PluginEntry, Vouched};

use super::change::{Change, Phrase, Topic, Turn};
use super::config;

pub(super) fn changes<'p>(old: &'p PluginEntry, new: &'p PluginEntry, into: &mut Vec<Change<'p>>) {
    into.extend(tier(old, new));
    into.extend(version(old, new));
    publisher(old, new, into);
    file(old, new, into);
    interfaces(old, new, into);
    compatible(old, new, into);
    dependencies(old, new, into);
    mounts(old, new, into);
    configuration(old, new, into);
}

/// The less of the machine a plugin shares with its host, the narrower: an own sandbox for every call, a container, a process of
/// its own, the process of the host.
fn reach(tier: Tier) -> u8 {
    match tier {
        Tier::Wasm => 0,
        Tier::Container => 1,
        Tier::Process => 2,
        Tier::Native => 3,
    }
}

fn tier<'p>(old: &'p PluginEntry, new: &'p PluginEntry) -> Option<Change<'p>> {
    let (turn, how) = match reach(new.tier).cmp(&reach(old.tier)) {
        std::cmp::Ordering::Equal => return None,
        std::cmp::Ordering::Greater => (Turn::Wider, "less"),
        std::cmp::Ordering::Less => (Turn::Narrower, "more"),
    };
    let says = Phrase::new("runs in the tier ").code(new.tier).say(", was ").code(old.tier);
    let says = says.say(format!(": {how} stands between it and the machine"));
    Some(Change::other(Topic::Tier, says).turned(turn, Risk::High))
}

fn version<'p>(old: &'p PluginEntry, new: &'p PluginEntry) -> Option<Change<'p>> {
    let says = |says: &str| Phrase::new(says).code(&new.version).say(", was ").code(&old.version);
    let says = match new.version.cmp_precedence(&old.version) {
        std::cmp::Ordering::Greater => says("has version "),
        std::cmp::Ordering::Less => says("goes back to version "),
        std::cmp::Ordering::Equal if new.version == old.version => return None,
        std::cmp::Ordering::Equal => says("has another build of its version, "),
    };
    Some(Change::other(Topic::Version, says))
}

fn publisher<'p>(old: &'p PluginEntry, new: &'p PluginEntry, into: &mut Vec<Change<'p>>) {
    for (what, old, new) in [("publisher", &old.publisher, &new.publisher), ("trust", &old.trust, &new.trust)] {
        let (was, is) = (name(old.as_ref()), name(new.as_ref()));
        if was == is {
            continue;
        }
        let says = Phrase::new(format!("has the {what} ")).code(is).say(", was ").code(was);
        let place = |it: &'p Option<Vouched>| it.as_ref().map(|it| &it.place);
        into.push(Change::other(Topic::Publisher, says).at(place(old), place(new)));
    }
}

fn name(vouched: Option<&Vouched>) -> &str {
    vouched.map_or("nobody's", |it| it.name.as_str())
}

fn file<'p>(old: &'p PluginEntry, new: &'p PluginEntry, into: &mut Vec<Change<'p>>) {
    let path = |plugin: &'p PluginEntry| plugin.artifact.as_ref().map_or("no file", |file| file.path.as_str());
    let digest = |plugin: &'p PluginEntry| plugin.artifact.as_ref().and_then(|file| file.sha256.as_deref());
    let mut add = |says: Phrase| into.push(Change::other(Topic::File, says));
    if digest(old) != digest(new) {
        let short = |digest: Option<&str>| digest.map_or("none".to_owned(), |hex| hex.chars().take(12).collect());
        let same = if old.version == new.version { " under the same version" } else { "" };
        let says = Phrase::new(format!("runs another file{same}: sha256 ")).code(short(digest(new)));
        add(says.say(", was ").code(short(digest(old))));
    }
    if path(old) != path(new) {
        add(Phrase::new("runs ").code(path(new)).say(", was ").code(path(old)));
    }
    let imports = |plugin: &'p PluginEntry| list(plugin.artifact.iter().flat_map(|file| &file.imports));
    let (more, less) = apart(imports(old), imports(new));
    if !more.is_empty() {
        add(Phrase::new("now imports ").codes(more));
    }
    if !less.is_empty() {
        add(Phrase::new("no longer imports ").codes(less));
    }
}

fn list<'p>(texts: impl IntoIterator<Item = &'p String>) -> BTreeSet<&'p str> {
    texts.into_iter().map(String::as_str).collect()
}

/// What is only in the second, and what is only in the first.
fn apart<'p>(old: BTreeSet<&'p str>, new: BTreeSet<&'p str>) -> (Vec<&'p str>, Vec<&'p str>) {
    (new.difference(&old).copied().collect(), old.difference(&new).copied().collect())
}

/// What is linked is what a right gives; a host may name another interface for a right that stays.
fn interfaces<'p>(old: &'p PluginEntry, new: &'p PluginEntry, into: &mut Vec<Change<'p>>) {
    let (more, less) = apart(list(&old.interfaces), list(&new.interfaces));
    if !more.is_empty() {
        into.push(
            Change::other(Topic::Interface, Phrase::new("is now linked to ").codes(more))
                .turned(Turn::Wider, Risk::Low),
        );
    }
    if !less.is_empty() {
        into.push(
            Change::other(Topic::Interface, Phrase::new("is no longer linked to ").codes(less))
                .turned(Turn::Narrower, Risk::Low),
        );
    }
}

/// What an import of an older version is linked to, on either side. That there is another interface to be linked to is told by
/// itself; which version answers gives and takes nothing.
fn compatible<'p>(old: &'p PluginEntry, new: &'p PluginEntry, into: &mut Vec<Change<'p>>) {
    let linked = |plugin: &'p PluginEntry, import: &str| {
        let imports = plugin.artifact.iter().flat_map(|file| &file.imports);
        imports.into_iter().find(|own| *own == import).and_then(|own| plugin.linked(own))
    };
    let place = |plugin: &'p PluginEntry, import: &str| {
        plugin.compat.iter().find(|compat| compat.import == import).map(|compat| &compat.place)
    };
    let older = list(old.compat.iter().chain(&new.compat).map(|compat| &compat.import));
    for import in older {
        let says = match (linked(old, import), linked(new, import)) {
            (Some(was), Some(is)) if was != is => Phrase::new("is linked to ").code(is).say(", was ").code(was),
            (None, Some(is)) => Phrase::new("is linked to ").code(is),
            (Some(was), None) => Phrase::new("is no longer linked to ").code(was),
            _ => continue,
        };
        let says = says.say(", for the ").code(import).say(" that it imports");
        into.push(Change::other(Topic::Interface, says).at(place(old, import), place(new, import)));
    }
}

fn dependencies<'p>(old: &'p PluginEntry, new: &'p PluginEntry, into: &mut Vec<Change<'p>>) {
    let ids = |plugin: &'p PluginEntry| plugin.depends.iter().map(|id| id.as_str()).collect();
    let (more, less) = apart(ids(old), ids(new));
    if !more.is_empty() {
        into.push(Change::other(Topic::Dependency, Phrase::new("now needs ").codes(more)));
    }
    if !less.is_empty() {
        into.push(Change::other(Topic::Dependency, Phrase::new("no longer needs ").codes(less)));
    }
}

/// What a folder that it saw before is called inside. What may be done in it, and that it sees another, is told by the rights.
fn mounts<'p>(old: &'p PluginEntry, new: &'p PluginEntry, into: &mut Vec<Change<'p>>) {
    let called = |plugin: &'p PluginEntry| -> BTreeSet<(&'p str, &'p str)> {
        plugin.mounts.iter().map(|Mount { guest, folder, .. }| (guest.as_str(), folder.as_str())).collect()
    };
    let (was, is) = (called(old), called(new));
    for (guest, folder) in is.difference(&was) {
        if let Some((before, _)) = was.iter().find(|(_, other)| other == folder) {
            let says = Phrase::new("sees ").code(folder).say(" as ").code(guest).say(", was ").code(before);
            into.push(Change::other(Topic::Mount, says));
        }
    }
}

fn configuration<'p>(old: &'p PluginEntry, new: &'p PluginEntry, into: &mut Vec<Change<'p>>) {
    let mut add = |says: Phrase| into.push(Change::other(Topic::Config, says));
    if old.config != new.config {
        config::differences(old.config.as_deref(), new.config.as_deref()).into_iter().for_each(&mut add);
    }
    if old.recovery != new.recovery {
        add(Phrase::new("is started again otherwise when it fails"));
    }
    match (old.hot_reload, new.hot_reload) {
        (false, true) => add(Phrase::new("now takes a new configuration while it runs")),
        (true, false) => add(Phrase::new("no longer takes a new configuration while it runs")),
        _ => {}
    }
}
