//! What the last compilation decided, as far as questions need it. Comes in: a plan, or what would have been one. Goes out: who
//! there is, and which lines have to do with which. What a plugin may do in full is decided again when somebody asks, from the
//! texts as they were: a plan of ten thousand plugins is larger than all else that the server keeps. Deliberately absent: sets.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use ambit_compiler::focus::{self, Ground};
use ambit_compiler::source::{FileId, Sources};
use ambit_schema::capability::Kind;
use ambit_schema::name::{LocalName, PluginId};
use ambit_schema::plan::{Effect, GrantLine, NameSort, Place, PluginEntry, PublisherLine, RuleLine, Who};
use semver::Version;

mod read;

/// How many texts are remembered in full: those that somebody looks at are few.
const REMEMBERED: usize = 8;

/// What was decided.
#[derive(Debug)]
pub(crate) struct Decided {
    /// The host's name and version.
    pub(crate) host: (PluginId, Version),
    /// What the host offers.
    pub(crate) rules: Vec<RuleLine>,
    /// Who publishes what.
    pub(crate) publishers: Vec<PublisherLine>,
    /// The plugins, in load order.
    pub(crate) plugins: Vec<Member>,
    /// How many stages they load in.
    pub(crate) stages: u32,
    /// Commands, tools and the like, by sort and name.
    pub(crate) names: Vec<NameLine>,
    /// Who stands on a hook point, in the order in which they run, with the priority.
    pub(crate) hooks: BTreeMap<Box<str>, Vec<(u32, i64)>>,
    /// Who is linked to an interface of the host.
    pub(crate) linked: BTreeMap<Box<str>, Vec<u32>>,
    /// What plugins import that is not WASI's.
    pub(crate) imports: BTreeSet<Box<str>>,
    /// What each line of the grants does, by where it stands.
    lines: Vec<(u32, Effect, Kind)>,
    /// Every right, by plugin in load order, then kind.
    rights: Vec<RightLine>,
    /// The lines that gave the rights.
    why: Vec<u32>,
    /// Who waits for a yes to which line.
    waits: Vec<(u32, u32)>,
    /// The lines that take something.
    taken: Vec<Taken>,
    /// Every place that is named above, sorted.
    places: Vec<Place>,
    /// The plugins by their ids.
    by_id: Vec<u32>,
    remembered: Mutex<VecDeque<(FileId, Arc<focus::Decided>)>>,
}

/// A plugin.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) id: PluginId,
    pub(crate) version: Version,
    /// Where its manifest says who it is.
    pub(crate) place: Place,
    /// In which stage it loads, from 0.
    pub(crate) stage: u32,
    /// SHA-256 of what it runs.
    sha256: Option<Box<str>>,
}

/// A name that a plugin answers to.
#[derive(Debug)]
pub(crate) struct NameLine {
    pub(crate) sort: NameSort,
    /// The whole name.
    pub(crate) name: Box<str>,
    /// The name inside the plugin.
    pub(crate) local: LocalName,
    /// The plugin's place among all.
    pub(crate) plugin: u32,
    pub(crate) alias: Option<Box<str>>,
    pub(crate) summary: Option<Box<str>>,
}

/// A right, and where its lines are in `why`.
#[derive(Debug)]
struct RightLine {
    plugin: u32,
    kind: Kind,
    /// Its first line there, and the ends of claims, grants, rules and what accepts it.
    start: u32,
    ends: [u32; 4],
}

/// A deny that takes something of what a plugin asks for.
#[derive(Debug, Clone, Copy)]
struct Taken {
    deny: u32,
    claim: u32,
    plugin: u32,
    /// Whether the line is about this plugin, whoever vouches for it.
    covers: bool,
}

/// A right with the lines that gave it.
pub(crate) struct Right<'d> {
    pub(crate) plugin: &'d Member,
    pub(crate) kind: Kind,
    decided: &'d Decided,
    line: &'d RightLine,
}

impl Right<'_> {
    fn part(&self, part: usize) -> &[u32] {
        let start = if part == 0 { self.line.start } else { self.line.ends[part - 1] };
        self.decided.why.get(start as usize..self.line.ends[part] as usize).unwrap_or_default()
    }

    /// Every line: requests, grants, offers, and what accepts it.
    pub(crate) fn lines(&self) -> &[u32] {
        self.decided.why.get(self.line.start as usize..self.line.ends[3] as usize).unwrap_or_default()
    }

    /// The lines of the grants that allow or accept it.
    pub(crate) fn given(&self) -> impl Iterator<Item = &u32> {
        self.part(1).iter().chain(self.part(3))
    }

    /// The lines of the profile that offer it.
    pub(crate) fn offered(&self) -> &[u32] {
        self.part(2)
    }
}

impl Decided {
    /// The plugin with this id.
    pub(crate) fn member(&self, id: &str) -> Option<&Member> {
        self.find(id).map(|at| self.at(at))
    }

    /// The place among all of the plugin with this id.
    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        let at = self.by_id.binary_search_by(|at| self.at(*at).id.as_str().cmp(id)).ok()?;
        self.by_id.get(at).copied()
    }

    /// The plugin at a place among all.
    pub(crate) fn at(&self, at: u32) -> &Member {
        &self.plugins[at as usize]
    }

    /// The numbers of places that some line has. Others have to do with nothing.
    pub(crate) fn known<'p>(&self, places: impl IntoIterator<Item = &'p Place>) -> BTreeSet<u32> {
        places.into_iter().filter_map(|place| self.number(place)).collect()
    }

    fn number(&self, place: &Place) -> Option<u32> {
        self.places.binary_search(place).ok().and_then(|at| u32::try_from(at).ok())
    }

    /// The place with a number.
    pub(crate) fn place(&self, number: u32) -> &Place {
        &self.places[number as usize]
    }

    /// What the lines of the grants at some places do, in the order of the grants.
    pub(crate) fn lines_at(&self, places: &BTreeSet<u32>) -> impl Iterator<Item = (Effect, Kind)> {
        self.lines.iter().filter(|(place, ..)| places.contains(place)).map(|(_, effect, kind)| (*effect, *kind))
    }

    /// Every right, by plugin in load order, then kind.
    pub(crate) fn rights(&self) -> impl Iterator<Item = Right<'_>> {
        self.rights.iter().map(|line| Right { plugin: self.at(line.plugin), kind: line.kind, decided: self, line })
    }

    /// Who waits for a yes to any of some lines, in load order.
    pub(crate) fn waiting(&self, lines: &BTreeSet<u32>) -> Vec<&Member> {
        let mut waiting: Vec<u32> =
            self.waits.iter().filter(|(_, line)| lines.contains(line)).map(|(at, _)| *at).collect();
        waiting.dedup();
        waiting.into_iter().map(|at| self.at(at)).collect()
    }

    /// From whom any of some denies takes something, in load order.
    pub(crate) fn denied(&self, denies: &BTreeSet<u32>) -> Vec<&Member> {
        let mut from: Vec<u32> =
            self.taken.iter().filter(|it| it.covers && denies.contains(&it.deny)).map(|it| it.plugin).collect();
        from.dedup();
        from.into_iter().map(|at| self.at(at)).collect()
    }

    /// The denies that take something of the requests there, and the requests that the denies there take something of.
    pub(crate) fn against(&self, here: &BTreeSet<u32>) -> impl Iterator<Item = [u32; 2]> {
        let met = self.taken.iter().filter(|it| here.contains(&it.deny) != here.contains(&it.claim));
        met.map(|it| [it.claim, it.deny])
    }

    /// What was decided about the plugins of a text of these, which are as they were.
    pub(crate) fn of(&self, ground: &Ground, sources: &Sources, file: FileId) -> Arc<focus::Decided> {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = remembered.iter().find(|(of, _)| *of == file) {
            return Arc::clone(known);
        }
        let digest = |id: &str| self.member(id)?.sha256.as_deref().map(str::to_owned);
        let decided = Arc::new(ground.decided(sources, file, digest));
        remembered.truncate(REMEMBERED - 1);
        remembered.push_front((file, Arc::clone(&decided)));
        decided
    }
}

/// A plugin with everything that was decided about it and the other plugins of its text.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'d> {
    member: &'d Member,
    text: Arc<focus::Decided>,
    at: usize,
}

impl<'d> Entry<'d> {
    /// A plugin of a text.
    pub(super) fn of(member: &'d Member, text: Arc<focus::Decided>) -> Option<Self> {
        let at = text.plugins.iter().position(|plugin| plugin.place == member.place)?;
        Some(Entry { member, text, at })
    }

    /// The lines of the grants that name plugins of its text.
    pub(crate) fn grants(&self) -> &[GrantLine] {
        &self.text.grants
    }

    /// Whether a line that names its plugins by who vouches for them is about this one.
    pub(crate) fn is_covered(&self, line: &GrantLine) -> bool {
        covers(line, self, self.member.sha256.as_deref())
    }
}

/// Whether a line is about a plugin, as far as that goes by who vouches for it.
fn covers(line: &GrantLine, entry: &PluginEntry, sha256: Option<&str>) -> bool {
    match &line.who {
        Who::Anyone => true,
        Who::Publisher(name) => entry.publisher.as_ref().is_some_and(|by| by.name == *name),
        Who::Trust(name) => entry.trust.as_ref().is_some_and(|trust| trust.name == *name),
        Who::Digest(digest) => sha256.is_none_or(|sha256| sha256 == digest),
    }
}

impl std::ops::Deref for Entry<'_> {
    type Target = PluginEntry;

    fn deref(&self) -> &PluginEntry {
        &self.text.plugins[self.at]
    }
}
