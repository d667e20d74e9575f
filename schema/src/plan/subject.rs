//! Whom a line is about, and who a plugin is. Comes in: statements about publishers, and a plugin's id and digest. Goes out:
//! its publisher and trust tier, and whether a line covers it. A manifest has no part in this: it may claim nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Effect, NameIndex, Place, PluginEntry};
use crate::name::LocalName;
use crate::set::names::Name;
use crate::set::{Names, Set};

/// Whom a line is about, beside the ids that it names.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Every plugin of those ids.
    #[default]
    Anyone,
    /// Plugins of this publisher.
    Publisher(LocalName),
    /// Plugins of publishers of this trust tier.
    Trust(LocalName),
    /// The plugin whose artifact has this SHA-256, in lower-case hexadecimal.
    Digest(String),
}

/// Why a text names nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhoError(pub String);

/// A name that someone other than the plugin gives it, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// The publisher or the trust tier.
    pub name: LocalName,
    /// The line that says so.
    pub place: Place,
}

/// A statement about a publisher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublisherLine {
    /// The layer that says it; `host` for the profile.
    pub layer: String,
    /// The publisher.
    pub name: LocalName,
    /// The plugins it has, by id.
    pub plugins: Set<Names>,
    /// And by the SHA-256 of their artifacts.
    pub digests: BTreeSet<String>,
    /// How far it is trusted, and the line that says so.
    pub trust: Option<Vouched>,
    /// Where.
    pub place: Place,
    /// The user's own text.
    pub text: String,
}

/// Who a plugin is, as far as anybody vouches for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Its publisher.
    pub publisher: Option<Vouched>,
    /// Its publisher's trust tier.
    pub trust: Option<Vouched>,
    /// The SHA-256 of its artifact. `None`: it cannot be known.
    pub digest: Option<String>,
}

/// What all statements together say.
#[derive(Debug, Default)]
pub struct Publishers {
    lines: Vec<PublisherLine>,
    ids: NameIndex,
    digests: BTreeMap<String, Vec<usize>>,
    /// The publishers and trust tiers that a plugin of unknown digest may turn out to have.
    perhaps: (BTreeSet<LocalName>, BTreeSet<LocalName>),
}

/// How texts that name a digest start.
const SHA256: &str = "sha256:";

impl Who {
    /// Reads `publisher:NAME`, `trust:NAME` or `digest:sha256:HEX`. `None`: the text is about ids.
    ///
    /// # Errors
    /// What stands before the colon is none of the three, or what stands after it is no name or digest.
    pub fn parse(text: &str) -> Option<Result<Who, WhoError>> {
        let (sort, rest) = text.split_once(':')?;
        let name = |make: fn(LocalName) -> Who| LocalName::parse(rest).map(make).map_err(|e| WhoError(e.to_string()));
        Some(match sort {
            "publisher" => name(Who::Publisher),
            "trust" => name(Who::Trust),
            "digest" => digest(rest).map(Who::Digest),
            _ => Err(WhoError(format!("`{}` is none of `publisher`, `trust` and `digest`", sort.escape_debug()))),
        })
    }
}

/// Reads `sha256:` and 64 hexadecimal digits; they come out in lower case.
///
/// # Errors
/// The text is something else.
pub fn digest(text: &str) -> Result<String, WhoError> {
    let digits = text.strip_prefix(SHA256).filter(|digits| digits.len() == 64);
    let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    digits.map(str::to_ascii_lowercase).ok_or_else(|| WhoError("it is not `sha256:` and 64 hexadecimal digits".into()))
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Anyone => write!(f, "*"),
            Who::Publisher(name) => write!(f, "publisher:{name}"),
            Who::Trust(name) => write!(f, "trust:{name}"),
            Who::Digest(digits) => write!(f, "digest:{SHA256}{digits}"),
        }
    }
}

impl Effect {
    /// Whether a line of this effect can give anything. What can must be about a plugin for certain; what takes or limits
    /// counts for every plugin that it may be about.
    #[must_use]
    pub fn gives(self) -> bool {
        !matches!(self, Effect::Deny | Effect::Decline)
    }
}

impl Identity {
    /// The identity that a plan keeps of a plugin.
    #[must_use]
    pub fn of(entry: &PluginEntry) -> Self {
        Identity {
            publisher: entry.publisher.clone(),
            trust: entry.trust.clone(),
            digest: entry.artifact.as_ref().and_then(|artifact| artifact.sha256.clone()),
        }
    }
}

impl Publishers {
    /// Statements, in any order.
    #[must_use]
    pub fn new(lines: Vec<PublisherLine>) -> Self {
        let mut all = Publishers { ids: NameIndex::new(lines.iter().map(|line| &line.plugins)), ..Self::default() };
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.digests.is_empty()) {
            line.digests.iter().for_each(|digest| all.digests.entry(digest.clone()).or_default().push(at));
            all.perhaps.0.insert(line.name.clone());
            all.perhaps.1.extend(line.trust.as_ref().map(|trust| trust.name.clone()));
        }
        Publishers { lines, ..all }
    }

    /// The statements.
    #[must_use]
    pub fn lines(&self) -> &[PublisherLine] {
        &self.lines
    }

    /// The places of the statements that are about a plugin, in order.
    #[must_use]
    pub fn about(&self, id: &Name, digest: Option<&str>) -> BTreeSet<usize> {
        if self.lines.is_empty() {
            return BTreeSet::new();
        }
        let by_id = self.ids.having(id).into_iter();
        by_id.chain(digest.and_then(|digest| self.digests.get(digest)).into_iter().flatten().copied()).collect()
    }

    /// Who a plugin is by the first statement about it.
    #[must_use]
    pub fn identity(&self, id: &Name, digest: Option<&str>) -> Identity {
        let line = self.about(id, digest).first().map(|at| &self.lines[*at]);
        Identity {
            publisher: line.map(|line| Vouched { name: line.name.clone(), place: line.place.clone() }),
            trust: line.and_then(|line| line.trust.clone()),
            digest: digest.map(str::to_owned),
        }
    }

    /// Whether a line for `who` covers a plugin. A plugin whose digest cannot be known may be anyone's: a line that gives is
    /// not about it, and one that takes or limits is.
    #[must_use]
    pub fn covers(&self, who: &Who, plugin: &Identity, gives: bool) -> bool {
        let unknown = plugin.digest.is_none() && !gives;
        let perhaps = |names: &BTreeSet<LocalName>, name| unknown && plugin.publisher.is_none() && names.contains(name);
        match who {
            Who::Anyone => true,
            Who::Publisher(name) => {
                plugin.publisher.as_ref().is_some_and(|it| it.name == *name) || perhaps(&self.perhaps.0, name)
            }
            Who::Trust(name) => {
                plugin.trust.as_ref().is_some_and(|it| it.name == *name) || perhaps(&self.perhaps.1, name)
            }
            Who::Digest(digits) => unknown || plugin.digest.as_ref() == Some(digits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Who;

    #[test]
    fn one_form_names_publishers_tiers_and_digests() {
        let digits = "ab".repeat(32);
        for text in ["publisher:acme", "trust:verified", &format!("digest:sha256:{digits}")] {
            assert_eq!(Who::parse(text).unwrap().unwrap().to_string(), *text);
        }
        assert_eq!(Who::parse(&format!("digest:sha256:{}", "AB".repeat(32))), Some(Ok(Who::Digest(digits.clone()))));
        let hexed = format!("digest:{digits}");
        for bad in ["publsher:acme", "publisher:", "trust:a b", "digest:sha256:12", &hexed, "publisher:a.*", ":"] {
            assert!(matches!(Who::parse(bad), Some(Err(_))), "{bad}");
        }
        assert_eq!(Who::parse("org.example.*"), None);
    }
}
