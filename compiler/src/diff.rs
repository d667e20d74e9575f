//! What a change of policy changes. Comes in: two plans of one host. Goes out: a [`Diff`]: for each plugin what it can newly
//! do, what it no longer can, with a thing that proves it, and everything else that differs. Sets are compared as sets: plans
//! that mean the same have no difference, however they are written. Deliberately absent: reading, and how it is shown.

use ambit_schema::capability::Risk;
use ambit_schema::name::PluginId;
use ambit_schema::plan::{Plan, PluginEntry};

mod change;
mod config;
mod facts;
mod hooks;
mod host;
mod lines;
mod names;
mod order;
mod pair;
mod quotas;
mod rights;
mod side;
mod through;

pub use change::{Change, Delta, Line, Lines, Owner, Phrase, Piece, Topic, Turn};
pub use pair::Fate;

use lines::Known;
use pair::Pairs;
use side::Side;

/// What differs between two plans.
#[derive(Debug)]
pub struct Diff<'p> {
    /// What was.
    pub old: &'p Plan,
    /// What is.
    pub new: &'p Plan,
    /// What differs of the host and of what it offers. It gives nobody anything by itself.
    pub host: Vec<Change<'p>>,
    /// The plugins that differ, those that can do more first, then by id.
    pub plugins: Vec<PluginDiff<'p>>,
    /// How many plugins do not differ.
    pub unchanged: usize,
    /// Whether the plugins are too many to follow every way from one to another.
    pub is_cut: bool,
}

/// What differs of one plugin.
#[derive(Debug)]
pub struct PluginDiff<'p> {
    /// Where it is: in both plans, or in one of them.
    pub fate: Fate<'p>,
    /// Wider first, then narrower, then the rest; within these by topic.
    pub changes: Vec<Change<'p>>,
    /// The other plugins of the new plan that can move it, where it can do more; in load order.
    pub reached_by: Vec<&'p PluginId>,
}

/// What a change comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing more, and nothing less.
    None,
    /// Less.
    Narrower,
    /// More.
    Wider,
    /// More of some things and less of others.
    Both,
}

/// Two plans that cannot be compared: they are of two hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherHost {
    /// The host of the old plan.
    pub old: PluginId,
    /// The host of the new one.
    pub new: PluginId,
}

impl std::fmt::Display for OtherHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "they are plans of two hosts, `{}` and `{}`: what one offers says nothing of the other",
            self.old, self.new
        )
    }
}

impl std::error::Error for OtherHost {}

/// Compares two plans.
///
/// # Errors
/// They are of two hosts.
pub fn diff<'p>(old: &'p Plan, new: &'p Plan) -> Result<Diff<'p>, OtherHost> {
    let (was, is) = (&old.content().host.name, &new.content().host.name);
    if was != is {
        return Err(OtherHost { old: was.clone(), new: is.clone() });
    }
    let pairs = Pairs::new(old.content(), new.content());
    let sides = Sides { old: Known::new(old), new: Known::new(new) };
    let mut found: Vec<PluginDiff<'p>> = pairs.fates.iter().map(|fate| one(&sides, *fate)).collect();
    let tables =
        [names::changes(old.content(), new.content(), &pairs), hooks::changes(old.content(), new.content(), &pairs)];
    let orders = order::changes(old.content(), new.content(), &pairs);
    for (at, change) in tables.into_iter().flatten().chain(orders) {
        found[at].changes.push(change);
    }
    let is_cut = through::add(old, new, &pairs, &mut found);
    let before = found.len();
    found.retain(|one| !one.changes.is_empty() || !matches!(one.fate, Fate::Kept { .. }));
    found
        .iter_mut()
        .for_each(|one| one.changes.sort_by(|a, b| (a.turn, a.topic, b.risk).cmp(&(b.turn, b.topic, a.risk))));
    found.sort_by(|a, b| (b.is_wider(), a.id()).cmp(&(a.is_wider(), b.id())));
    let unchanged = before - found.len();
    Ok(Diff { old, new, host: host::changes(old.content(), new.content()), plugins: found, unchanged, is_cut })
}

/// The two plans, with their lines.
struct Sides<'p> {
    old: Known<'p>,
    new: Known<'p>,
}

/// Everything of a plugin that its own entries say.
fn one<'p>(sides: &Sides<'p>, fate: Fate<'p>) -> PluginDiff<'p> {
    let (old, new) = (fate.was(), fate.is());
    let mut changes = vec![];
    if old != new {
        let old = Side { known: &sides.old, plugin: old, now: false };
        let new = Side { known: &sides.new, plugin: new, now: true };
        rights::changes(&old, &new, &mut changes);
        if let (Some(old), Some(new)) = (fate.was(), fate.is()) {
            quotas::changes(old, new, &mut changes);
            facts::changes(old, new, &mut changes);
        }
    }
    PluginDiff { fate, changes, reached_by: vec![] }
}

impl<'p> PluginDiff<'p> {
    /// Its id: the one that it has now, or had.
    #[must_use]
    pub fn id(&self) -> &'p PluginId {
        &self.entry().id
    }

    /// Its entry in the new plan, or in the old where it is gone.
    #[must_use]
    pub fn entry(&self) -> &'p PluginEntry {
        self.fate.entry()
    }

    /// What it comes to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::of(&self.changes)
    }

    /// How grave what it can do more is. `None`: it can do nothing more.
    #[must_use]
    pub fn risk(&self) -> Option<Risk> {
        risk(&self.changes)
    }

    fn is_wider(&self) -> bool {
        self.risk().is_some()
    }
}

impl Diff<'_> {
    /// What all of it comes to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let all = self.plugins.iter().map(PluginDiff::verdict);
        all.fold(Verdict::None, Verdict::and)
    }

    /// How grave the gravest thing is that some plugin can do more. `None`: none can do more.
    #[must_use]
    pub fn risk(&self) -> Option<Risk> {
        self.plugins.iter().filter_map(PluginDiff::risk).max()
    }

    /// Whether nothing differs at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.plugins.is_empty() && self.host.is_empty()
    }
}

fn risk(changes: &[Change<'_>]) -> Option<Risk> {
    changes.iter().filter(|change| change.turn == Turn::Wider).map(|change| change.risk).max()
}

impl Verdict {
    fn of(changes: &[Change<'_>]) -> Self {
        let turn = |change: &Change<'_>| match change.turn {
            Turn::Wider => Verdict::Wider,
            Turn::Narrower => Verdict::Narrower,
            Turn::Other => Verdict::None,
        };
        changes.iter().map(turn).fold(Verdict::None, Verdict::and)
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Verdict::None, one) | (one, Verdict::None) => one,
            (a, b) if a == b => a,
            _ => Verdict::Both,
        }
    }

    /// Whether something is wider.
    #[must_use]
    pub fn is_wider(self) -> bool {
        matches!(self, Verdict::Wider | Verdict::Both)
    }

    /// Its word.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Verdict::None => "none",
            Verdict::Narrower => "narrower",
            Verdict::Wider => "wider",
            Verdict::Both => "both",
        }
    }

    /// What it says of a change.
    #[must_use]
    pub fn phrase(self) -> &'static str {
        match self {
            Verdict::None => "no new access",
            Verdict::Narrower => "narrower",
            Verdict::Wider => "wider",
            Verdict::Both => "wider and narrower",
        }
    }
}
