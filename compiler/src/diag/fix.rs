//! The edits that resolve a finding, for machines. Comes in: what a rule wants changed. Goes out: a [`Fix`], a list of edits
//! in any number of texts. A rule that knows no syntax says what it means as a [`Change`]; the room `fix` makes edits of it.
//! Deliberately absent: applying them.

use ambit_schema::capability::Kind;

use crate::source::{FileId, Span};

/// What resolves a finding: all of its edits together, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as in "write `version`"; a sentence without a full stop.
    pub title: String,
    /// Whether it may be made without asking anyone.
    pub safety: Safety,
    /// The edits, none over another.
    pub edits: Vec<Edit>,
    /// What has yet to become edits, in the syntax of its text.
    pub(crate) changes: Vec<Change>,
}

/// Whether a fix may be made without asking anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// It says what the text means, or must have meant; or gives up what a plugin works without, as its manifest says, and did not
    /// use in recordings that somebody named.
    Safe,
    /// It changes what is asked for or given.
    Unsafe,
}

impl Safety {
    /// The word in messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        }
    }
}

/// One edit: the span becomes the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// What replaces it.
    pub text: String,
}

/// What a rule wants changed, without a word about syntax.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    /// A text in the place of another, quoted as that one is.
    Word(Span, String),
    /// The item whose key or value stands there goes, with what would be empty without it.
    Remove(Span),
    /// A text gets one more line of a capability.
    Add(Add),
    /// The member whose key or value stands there becomes these lines of capabilities.
    Instead(Span, Vec<(Kind, Vec<String>)>),
    /// A target becomes others.
    Narrow(Narrow),
}

/// A target that becomes one or more others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Narrow {
    /// Where it stands.
    pub(crate) target: Span,
    /// Where the path stands under which the folder is seen, if it is to change.
    pub(crate) mount: Option<Span>,
    /// What stands there afterwards, each with the path under which it is seen.
    pub(crate) pieces: Vec<(String, Option<String>)>,
}

/// A line of a capability that a text lacks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Add {
    /// The text.
    pub(crate) file: FileId,
    /// Where in it.
    pub(crate) block: Block,
    /// What kind.
    pub(crate) kind: Kind,
    /// Of what.
    pub(crate) target: String,
}

/// A block of capabilities.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Block {
    /// `capabilities` of a host profile.
    Capabilities,
    /// `allow` of this plugin.
    Allow(String),
    /// `accept` of this plugin.
    Accept(String),
}

impl Block {
    /// The block of this word and this plugin.
    pub(crate) fn of(word: &str, plugin: &str) -> Option<Block> {
        match word {
            "allow" => Some(Block::Allow(plugin.to_owned())),
            "accept" => Some(Block::Accept(plugin.to_owned())),
            _ => None,
        }
    }

    /// Its word.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Block::Capabilities => "capabilities",
            Block::Allow(_) => "allow",
            Block::Accept(_) => "accept",
        }
    }

    /// The plugin that it is about.
    pub(crate) fn plugin(&self) -> Option<&str> {
        match self {
            Block::Capabilities => None,
            Block::Allow(plugin) | Block::Accept(plugin) => Some(plugin),
        }
    }
}

impl Fix {
    /// A fix that keeps what the texts mean; edits follow.
    #[must_use]
    pub fn safe(title: impl Into<String>) -> Self {
        Fix { title: title.into(), safety: Safety::Safe, edits: vec![], changes: vec![] }
    }

    /// A fix that changes what is asked for or given; edits follow.
    #[must_use]
    pub fn risky(title: impl Into<String>) -> Self {
        Fix { safety: Safety::Unsafe, ..Fix::safe(title) }
    }

    /// A fix of one edit.
    #[must_use]
    pub fn one(safety: Safety, span: Span, text: impl Into<String>) -> Self {
        let text = text.into();
        let title = match (text.trim().is_empty(), span.start == span.end) {
            (true, false) => "remove it".to_owned(),
            (true, true) => "write a space".to_owned(),
            _ => format!("write `{text}`"),
        };
        Fix { safety, ..Fix::safe(title) }.edit(span, text)
    }

    /// One more edit: the span becomes the text.
    #[must_use]
    pub fn edit(mut self, span: Span, text: impl Into<String>) -> Self {
        self.edits.push(Edit { span, text: text.into() });
        self
    }

    /// One more word: the key or text at the span becomes `word`, quoted as it is now.
    #[must_use]
    pub fn word(self, span: Span, word: impl Into<String>) -> Self {
        self.change(Change::Word(span, word.into()))
    }

    /// One less item: the one whose key or value stands at the span.
    #[must_use]
    pub fn remove(self, span: Span) -> Self {
        self.change(Change::Remove(span))
    }

    /// One more line in the `allow` of a plugin.
    #[must_use]
    pub fn allow(self, file: FileId, plugin: &str, kind: Kind, target: &str) -> Self {
        let block = Block::Allow(plugin.to_owned());
        self.change(Change::Add(Add { file, block, kind, target: target.to_owned() }))
    }

    /// One more line in the `accept` of a plugin.
    #[must_use]
    pub fn accept(self, file: FileId, plugin: &str, kind: Kind, target: &str) -> Self {
        let block = Block::Accept(plugin.to_owned());
        self.change(Change::Add(Add { file, block, kind, target: target.to_owned() }))
    }

    /// One more line in what a host profile offers.
    #[must_use]
    pub fn offer(self, file: FileId, kind: Kind, target: &str) -> Self {
        self.change(Change::Add(Add { file, block: Block::Capabilities, kind, target: target.to_owned() }))
    }

    /// Lines of capabilities in the place of the member whose key or value stands at the span.
    #[must_use]
    pub fn instead(self, span: Span, lines: Vec<(Kind, Vec<String>)>) -> Self {
        self.change(Change::Instead(span, lines))
    }

    /// A target becomes others.
    #[must_use]
    pub(crate) fn narrow(self, narrow: Narrow) -> Self {
        self.change(Change::Narrow(narrow))
    }

    fn change(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }
}
