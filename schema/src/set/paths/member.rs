//! One path. Comes in: text. Goes out: a root and clean segments, which compare as they are. Case, Unicode forms and
//! links are kept as written: two paths are the same when their segments are.

use std::fmt;
use std::str::FromStr;

use super::super::error::{self, PatternError, PatternErrorKind};
use super::super::glob::Universe;

/// Where a path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// `/`, the root of the file system.
    Absolute,
    /// `./`, the base folder of the plan.
    Base,
}

impl Root {
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Absolute => "/",
            Self::Base => "./",
        }
    }
}

/// A path in clean form: no empty, `.` or `..` segment, no invisible character, at most 4096 characters after the
/// root. Holding one does not prove that anything is there, or that no segment is a link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    root: Root,
    /// The segments with `/` between; empty for the root itself.
    segments: String,
}

impl Path {
    /// Reads `/a/b` or `./a/b`. Empty and `.` segments collapse; a trailing `/` says nothing. No character is
    /// special.
    ///
    /// # Errors
    /// The text has no root, a `..` segment or an invisible character, or is too long.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if let Some((root, segments)) = clean(text) {
            return Ok(Self { root, segments: segments.to_owned() });
        }
        let (root, segments) = split(text)?;
        let segments = segments.into_iter().map(|(_, segment)| segment).collect::<Vec<_>>().join("/");
        let limit = Universe::Paths.max_chars();
        if segments.chars().nth(limit).is_some() {
            return Err(PatternErrorKind::TooLong { limit }.at(text.len()));
        }
        Ok(Self { root, segments })
    }

    pub(super) fn from_parts(root: Root, segments: String) -> Self {
        Self { root, segments }
    }

    /// The clean text: `/`, `/a/b`, `.`, `./a/b`.
    pub fn text(&self) -> String {
        text(self.root, &self.segments)
    }

    /// Where the path starts.
    pub fn root(&self) -> Root {
        self.root
    }

    /// The segments after the root.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.segments.split('/').filter(|segment| !segment.is_empty())
    }

    pub(super) fn segments_text(&self) -> &str {
        &self.segments
    }

    /// The folder that the path is in; nothing for a root.
    pub fn parent(&self) -> Option<Self> {
        let parent = self.segments.rsplit_once('/').map_or("", |(parent, _)| parent);
        (!self.segments.is_empty()).then(|| Self::from_parts(self.root, parent.to_owned()))
    }

    /// Whether the path is `folder` or beneath it. `/data/app-secret` is not in `/data/app`.
    pub fn is_in(&self, folder: &Self) -> bool {
        let rest = self.segments.strip_prefix(&folder.segments);
        let whole = |rest: &str| folder.segments.is_empty() || rest.is_empty() || rest.starts_with('/');
        self.root == folder.root && rest.is_some_and(whole)
    }
}

/// The clean text of a path.
pub(super) fn text(root: Root, segments: &str) -> String {
    match (root, segments) {
        (Root::Base, "") => ".".to_owned(),
        (root, segments) => [root.prefix(), segments].concat(),
    }
}

/// The root and the segments of a text that is clean as it is, and printable ASCII. Nothing for one that needs a closer look.
fn clean(text: &str) -> Option<(Root, &str)> {
    let (root, segments) = match text.strip_prefix("./") {
        Some(segments) => (Root::Base, segments),
        None => (Root::Absolute, text.strip_prefix('/')?),
    };
    let is_plain = text.len() <= Universe::Paths.max_chars() && text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let mut parts = segments.as_bytes().split(|byte| *byte == b'/');
    (is_plain && parts.all(|part| !matches!(part, b"" | b"." | b".."))).then_some((root, segments))
}

/// A segment and the byte at which it starts.
type Placed<'a> = (usize, &'a str);

/// The root of a path or pattern, and its segments; empty and `.` ones are gone.
pub(super) fn split(text: &str) -> Result<(Root, Vec<Placed<'_>>), PatternError> {
    error::check_text(text, 2 * Universe::Paths.max_chars() + 2)?;
    let (root, first) = split_root(text)?;
    let mut segments = Vec::new();
    let mut at = first;
    for segment in text[first..].split('/') {
        match segment {
            "" | "." => {}
            ".." => return Err(PatternErrorKind::ParentSegment.at(at)),
            _ => segments.push((at, segment)),
        }
        at += segment.len() + 1;
    }
    Ok((root, segments))
}

/// The root and the byte after it.
fn split_root(text: &str) -> Result<(Root, usize), PatternError> {
    match text {
        "." => Ok((Root::Base, 1)),
        ".." => Err(PatternErrorKind::ParentSegment.at(0)),
        _ if text.starts_with('/') => Ok((Root::Absolute, 1)),
        _ if text.starts_with("./") => Ok((Root::Base, 2)),
        _ if text.starts_with("../") => Err(PatternErrorKind::ParentSegment.at(0)),
        _ => Err(PatternErrorKind::NoRoot.at(0)),
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.root, self.segments.as_str()) {
            (Root::Base, "") => f.write_str("."),
            (root, segments) => write!(f, "{}{segments}", root.prefix()),
        }
    }
}

impl FromStr for Path {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Self::parse(text)
    }
}
