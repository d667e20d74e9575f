//! One thing that differs. Deliberately absent: finding it, and how it is shown; what it says comes in pieces, so that whoever
//! shows it can tell the words of this compiler from those of a user.

use std::fmt;

use ambit_schema::capability::{CapSet, Kind, Risk};
use ambit_schema::limits::Quota;
use ambit_schema::plan::{NameSort, Place};

/// Something that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<'p> {
    /// What it is about.
    pub topic: Topic,
    /// In which direction.
    pub turn: Turn,
    /// How grave it is to have it.
    pub risk: Risk,
    /// What differs, after the plugin's name.
    pub says: Phrase,
    /// Of a right: exactly what is more or less.
    pub delta: Option<Delta>,
    /// The lines that say so.
    pub lines: Lines<'p>,
}

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// A right.
    Right(Kind),
    /// A right that another plugin has, and can be moved to use.
    Through(Kind),
    /// Where it runs.
    Tier,
    /// A limit.
    Quota(Quota),
    /// A name that it answers to, its short name, or what the host does before it answers.
    Name(NameSort),
    /// A hook.
    Hook,
    /// What it is linked to.
    Interface,
    /// What waits for consent.
    Pending(Kind),
    /// What it asks for and does not get.
    Blocked(Kind),
    /// Its version.
    Version,
    /// Who publishes it, and how far that one is trusted.
    Publisher,
    /// The file that runs.
    File,
    /// The plugins that it needs.
    Dependency,
    /// When it loads.
    Order,
    /// How it sees folders.
    Mount,
    /// Its configuration.
    Config,
    /// Of the host: its version.
    Host,
    /// Of the host: how much can be granted at all.
    Offer(Kind),
    /// Of the host and the grants: what must never be.
    Never,
    /// Of the host: what plugins may have together.
    Budget,
}

/// In which direction a change goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// The plugin can do something that it could not.
    Wider,
    /// It can no longer do something.
    Narrower,
    /// Neither.
    Other,
}

/// What a right has more or less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    /// What kind.
    pub kind: Kind,
    /// Exactly what: no more and no less.
    pub set: CapSet,
    /// One thing in it, as people write it. `None`: the set is too large to be decided, and counts as if there were one.
    pub witness: Option<String>,
}

/// The lines behind a change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines<'p> {
    /// Of the old plan.
    pub old: Vec<Line<'p>>,
    /// Of the new plan.
    pub new: Vec<Line<'p>>,
    /// Whose word was missing, in the plan that does not allow it.
    pub missing: Vec<Owner>,
}

/// A line of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'p> {
    /// Whose text it is, where that says something.
    pub owner: Option<Owner>,
    /// Where.
    pub place: &'p Place,
    /// The user's own text; empty where a plan does not keep it.
    pub text: &'p str,
}

/// Whose word something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The plugin's author.
    Manifest,
    /// The host's author.
    Profile,
    /// The user, who allows.
    Grants,
    /// The user, who denies.
    Deny,
}

/// A text in pieces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phrase(pub Vec<Piece>);

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Words of this compiler.
    Plain(String),
    /// A text of a user, or a word of a plan.
    Code(String),
}

impl Phrase {
    /// Begins with words.
    #[must_use]
    pub fn new(words: impl Into<String>) -> Self {
        Phrase(vec![Piece::Plain(words.into())])
    }

    /// Adds words.
    #[must_use]
    pub fn say(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Plain(words.into()));
        self
    }

    /// Adds a text of a user.
    #[must_use]
    pub fn code(mut self, text: impl fmt::Display) -> Self {
        self.0.push(Piece::Code(text.to_string()));
        self
    }

    /// Adds several texts of users with commas.
    #[must_use]
    pub fn codes<T: fmt::Display>(mut self, texts: impl IntoIterator<Item = T>) -> Self {
        for (at, text) in texts.into_iter().enumerate() {
            self = if at == 0 { self } else { self.say(", ") };
            self = self.code(text);
        }
        self
    }
}

/// With texts of users between backticks, and nothing escaped.
impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Plain(words) => f.write_str(words),
            Piece::Code(text) => write!(f, "`{text}`"),
        })
    }
}

impl<'p> Change<'p> {
    /// Something that gives and takes nothing.
    pub(super) fn other(topic: Topic, says: Phrase) -> Self {
        Change { topic, turn: Turn::Other, risk: Risk::Low, says, delta: None, lines: Lines::default() }
    }

    /// The same in a direction.
    pub(super) fn turned(mut self, turn: Turn, risk: Risk) -> Self {
        (self.turn, self.risk) = (turn, risk);
        self
    }

    /// With a line of the old plan, and one of the new.
    pub(super) fn at(mut self, old: Option<&'p Place>, new: Option<&'p Place>) -> Self {
        let line = |place| Line { owner: None, place, text: "" };
        self.lines.old.extend(old.map(line));
        self.lines.new.extend(new.map(line));
        self
    }
}

impl Topic {
    /// Its word, the same for every kind and quota.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Topic::Right(_) => "right",
            Topic::Through(_) => "through",
            Topic::Tier => "tier",
            Topic::Quota(_) => "quota",
            Topic::Name(_) => "name",
            Topic::Hook => "hook",
            Topic::Interface => "interface",
            Topic::Pending(_) => "pending",
            Topic::Blocked(_) => "blocked",
            Topic::Version => "version",
            Topic::Publisher => "publisher",
            Topic::File => "file",
            Topic::Dependency => "dependency",
            Topic::Order => "order",
            Topic::Mount => "mount",
            Topic::Config => "config",
            Topic::Host => "host",
            Topic::Offer(_) => "offer",
            Topic::Never => "never",
            Topic::Budget => "budget",
        }
    }

    /// Which kind, quota or sort of name, where it is about one.
    #[must_use]
    pub fn of(self) -> Option<&'static str> {
        match self {
            Topic::Right(kind)
            | Topic::Through(kind)
            | Topic::Pending(kind)
            | Topic::Blocked(kind)
            | Topic::Offer(kind) => Some(kind.key()),
            Topic::Quota(quota) => Some(quota.key()),
            Topic::Name(sort) => Some(sort.word()),
            _ => None,
        }
    }
}

impl Turn {
    /// Its word.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Turn::Wider => "wider",
            Turn::Narrower => "narrower",
            Turn::Other => "other",
        }
    }
}

impl Owner {
    /// Its word.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Owner::Manifest => "manifest",
            Owner::Profile => "profile",
            Owner::Grants => "grants",
            Owner::Deny => "deny",
        }
    }

    /// What it means that this one's word was missing; of a deny, that there was one.
    #[must_use]
    pub fn missing(self) -> &'static str {
        match self {
            Owner::Manifest => "no manifest asks for it",
            Owner::Profile => "the host profile does not offer it",
            Owner::Grants => "no grant allows it",
            Owner::Deny => "a grant denies it",
        }
    }
}
