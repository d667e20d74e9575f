//! Kinds that a host profile declares, beside those of the table. Comes in: a key, a domain and a phrase. Goes out: an
//! [`OwnKind`], kept once for the whole process so that a [`Kind`] stays a plain value; and [`Kinds`], all kinds that a text
//! may name. Deliberately absent: who declares them; see the compiler's `profile` and `wire`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::{DomainKind, Kind};
use crate::name::MAX_NAME;

/// How many kinds of its own one host may declare.
pub const MAX_OWN_KINDS: usize = 64;

/// How long the phrase of a kind may be, in characters.
pub const MAX_PHRASE: usize = 80;

/// How many different own kinds one process keeps. Bounds what hostile plans can make it remember.
const MAX_KEPT: usize = 1 << 16;

static KEPT: Mutex<BTreeSet<&'static OwnKind>> = Mutex::new(BTreeSet::new());

/// A kind that a host profile declares. Two are the same when they say the same; the only constructor is [`OwnKind::new`].
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnKind {
    key: Box<str>,
    domain: DomainKind,
    phrase: Box<str>,
}

/// Why something is no kind of a host's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnKindError {
    /// The key is not words in lower case between dots, or too long.
    Key,
    /// A built-in kind has this key.
    BuiltIn,
    /// The first word is that of built-in kinds.
    Family(String),
    /// The phrase is empty, too long, or has characters that would change the sentence around it.
    Phrase,
    /// The process has met too many different ones.
    Full,
}

impl OwnKind {
    /// The kind of this content: always the same one for the same content.
    ///
    /// # Errors
    /// See [`OwnKindError`].
    pub fn new(key: &str, domain: DomainKind, phrase: &str) -> Result<&'static OwnKind, OwnKindError> {
        check_key(key)?;
        check_phrase(phrase)?;
        let made = OwnKind { key: key.into(), domain, phrase: phrase.into() };
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get(&made) {
            return Ok(known);
        }
        if kept.len() >= MAX_KEPT {
            return Err(OwnKindError::Full);
        }
        let made: &'static OwnKind = Box::leak(Box::new(made));
        kept.insert(made);
        Ok(made)
    }

    /// Its key in manifests, profiles and grants.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What its sets are made of.
    #[must_use]
    pub fn domain(&self) -> DomainKind {
        self.domain
    }

    /// What it lets a plugin do, as in "push to the branch".
    #[must_use]
    pub fn phrase(&self) -> &str {
        &self.phrase
    }
}

/// Every kind that texts about one host may name: the built-in ones, and those that its profile declares.
#[derive(Debug, Clone, Default)]
pub struct Kinds {
    own: Arc<BTreeMap<&'static str, Kind>>,
}

impl Kinds {
    /// The built-in kinds and these.
    #[must_use]
    pub fn new(own: impl IntoIterator<Item = &'static OwnKind>) -> Self {
        Kinds { own: Arc::new(own.into_iter().map(|own| (own.key(), Kind::Own(own))).collect()) }
    }

    /// The kind with this key.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<Kind> {
        Kind::find(key).or_else(|| self.own.get(key).copied())
    }

    /// All keys: the host's by name, then the built-in ones in the order of the table.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.own.keys().copied().chain(Kind::ALL.iter().map(|kind| kind.key()))
    }
}

fn check_key(key: &str) -> Result<(), OwnKindError> {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
    };
    let Some((family, _)) = key.split_once('.') else { return Err(OwnKindError::Key) };
    if key.len() > MAX_NAME || !key.split('.').all(word) {
        return Err(OwnKindError::Key);
    }
    if Kind::find(key).is_some() {
        return Err(OwnKindError::BuiltIn);
    }
    let taken = Kind::ALL.iter().filter_map(|kind| kind.key().split_once('.')).any(|(taken, _)| taken == family);
    if taken { Err(OwnKindError::Family(family.to_owned())) } else { Ok(()) }
}

/// The phrase stands inside of sentences whose other words are ours.
fn check_phrase(phrase: &str) -> Result<(), OwnKindError> {
    let plain = |c: char| c == ' ' || c.is_alphanumeric() || "-_,/'".contains(c);
    let good = !phrase.is_empty()
        && phrase.trim() == phrase
        && phrase.chars().count() <= MAX_PHRASE
        && phrase.chars().all(plain);
    if good { Ok(()) } else { Err(OwnKindError::Phrase) }
}

impl fmt::Display for OwnKindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OwnKindError::Key => write!(f, "it is not two or more words in lower case with dots between them"),
            OwnKindError::BuiltIn => write!(f, "every host has a kind of this name"),
            OwnKindError::Family(family) => write!(f, "`{family}.` is a family of kinds that every host has"),
            OwnKindError::Phrase => {
                write!(f, "its phrase is not 1 to {MAX_PHRASE} letters, digits and spaces with `-_,/'` between them")
            }
            OwnKindError::Full => write!(f, "this process has met {MAX_KEPT} other kinds"),
        }
    }
}

impl std::error::Error for OwnKindError {}

#[cfg(test)]
mod tests {
    use super::{Kinds, OwnKind, OwnKindError};
    use crate::capability::{DomainKind, Kind};

    #[test]
    fn one_content_is_one_kind_wherever_it_is_made() {
        let make = |phrase| Kind::Own(OwnKind::new("own-test.push", DomainKind::Names, phrase).unwrap());
        let (first, again, other) = (make("push to"), make("push to"), make("pull from"));
        assert_eq!(first, again);
        assert_ne!(first, other);
        assert!(other < first, "ordered by content: {other:?} {first:?}");
        assert!(*Kind::ALL.last().unwrap() < other, "after every built-in kind");
        assert_eq!((first.key(), first.phrase()), ("own-test.push", "push to"));
    }

    #[test]
    fn a_key_is_words_between_dots_and_takes_nothing_that_is_built_in() {
        let new = |key: &str| OwnKind::new(key, DomainKind::Names, "do").map(OwnKind::key);
        for good in ["git.push", "a.b", "git.push-force.x_y", "host2.b2"] {
            assert_eq!(new(good), Ok(good));
        }
        let long = format!("a.{}", "b".repeat(127));
        for bad in ["", "git", "git.", ".push", "git..push", "Git.push", "git.push!", "2a.b", "a.b-", "a.ß", &long] {
            assert_eq!(new(bad), Err(OwnKindError::Key), "{bad}");
        }
        for kind in Kind::ALL {
            assert_eq!(new(kind.key()), Err(OwnKindError::BuiltIn));
            let family = kind.key().split_once('.').unwrap().0;
            assert_eq!(new(&format!("{family}.xyz")), Err(OwnKindError::Family(family.to_owned())));
        }
    }

    #[test]
    fn a_phrase_cannot_end_the_sentence_that_it_stands_in() {
        let long = "a".repeat(81);
        for bad in ["", " push", "push ", "push `x`", "push\nto", "push. All is well", "a\u{202e}b", &long] {
            assert_eq!(OwnKind::new("own-test.a", DomainKind::Names, bad), Err(OwnKindError::Phrase), "{bad:?}");
        }
    }

    #[test]
    fn all_kinds_are_found_by_their_keys() {
        let own = OwnKind::new("own-test.find", DomainKind::Paths, "find in").unwrap();
        let kinds = Kinds::new([own]);
        assert_eq!(kinds.find("own-test.find"), Some(Kind::Own(own)));
        assert_eq!(kinds.find("fs.read"), Some(Kind::FsRead));
        assert_eq!(Kinds::default().find("own-test.find"), None);
        assert_eq!(kinds.keys().count(), Kind::ALL.len() + 1);
        assert!(kinds.keys().all(|key| kinds.find(key).is_some()));
    }
}
