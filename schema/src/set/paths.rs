//! File paths, absolute or in the base folder of a plan. Comes in: text. Goes out: the [`Paths`] domain. Absent on
//! purpose: the file system; links are the business of the doors, which open beneath pinned folders.
//!
//! `/a/b` covers that path; `/a/b/` and `/a/b/**` cover the folder and all beneath it. `*` and `?` stay within a
//! segment, `**` is a segment of its own and covers any number of segments, also none. Names with a leading dot are
//! names like others, `[` and `{` are literal, `\*`, `\?` and `\\` stand for the characters themselves. `./…` is
//! relative to the base folder and never meets an absolute path; `**` alone is every path of both kinds.

mod member;
mod trees;

pub use member::{Path, Root};

use std::fmt;
use std::str::FromStr;

use super::domain::{Domain, Finding, Fuel, Meet, Relation};
use super::error::PatternError;
use super::glob::{self, Glob, Leaf, Segment, Shape, Universe};
use super::query::Query;

/// The domain of file paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paths {}

/// A pattern over paths, in canonical form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathPattern {
    /// Nothing for the one pattern that covers every path.
    root: Option<Root>,
    glob: Glob,
}

impl PathPattern {
    /// The folder and all beneath it, as a pattern.
    pub fn subtree(folder: &Path) -> Self {
        Self { root: Some(folder.root()), glob: Glob::beneath(folder.segments_text(), '/') }
    }

    /// The root that the covered paths have; nothing for `**`, which covers both roots.
    pub fn root(&self) -> Option<Root> {
        self.root
    }

    /// The folder, when the pattern is exactly one folder and all beneath it.
    pub fn as_subtree(&self) -> Option<Path> {
        (self.glob.shape() == Shape::Subtree).then(|| self.head()).flatten()
    }

    /// The same in parts: the root, and the segments of the folder.
    fn folder(&self) -> Option<(Root, &str)> {
        self.root.filter(|_| self.glob.shape() == Shape::Subtree).map(|root| (root, self.glob.head()))
    }

    /// The clean text of the folder, when the pattern is exactly one folder and all beneath it.
    pub fn folder_text(&self) -> Option<String> {
        self.folder().map(|(root, segments)| member::text(root, segments))
    }

    /// Whether the pattern is exactly the folder with this clean text, which is no root, and all beneath it.
    pub fn is_folder(&self, text: &str) -> bool {
        let is_it =
            |(root, segments): (Root, &str)| !segments.is_empty() && text.strip_prefix(root.prefix()) == Some(segments);
        self.folder().is_some_and(is_it)
    }

    /// Whether the pattern is whole folders: one, or for `**` both roots.
    fn is_subtrees(&self) -> bool {
        self.root.is_none() || self.glob.shape() == Shape::Subtree
    }

    /// The path, when the pattern covers exactly one.
    pub fn as_path(&self) -> Option<Path> {
        self.is_literal().then(|| self.head()).flatten()
    }

    /// Whether the pattern has no wildcard and so covers exactly one path.
    pub fn is_literal(&self) -> bool {
        self.glob.shape() == Shape::Literal
    }

    /// The deepest folder that all covered paths are in: the parent of a literal path, else everything before the
    /// first segment with a wildcard. Nothing for `**`, which covers both roots.
    pub fn literal_prefix(&self) -> Option<Path> {
        let head = self.head()?;
        Some(if self.is_literal() { head.parent().unwrap_or(head) } else { head })
    }

    fn head(&self) -> Option<Path> {
        self.root.map(|root| Path::from_parts(root, self.glob.head().to_owned()))
    }

    fn leaf(&self, root: Root) -> Leaf<'_> {
        match self.root {
            None => Leaf::Always,
            Some(own) if own == root => Leaf::Glob(&self.glob),
            Some(_) => Leaf::Never,
        }
    }
}

/// The glob of a text that is a root and plain segments, with or without a `/` or `**` at its end. Nothing for a text that
/// needs a closer look.
fn plain(text: &str) -> Option<(Root, Glob)> {
    let (root, rest) = match text.strip_prefix("./") {
        Some(rest) => (Root::Base, rest),
        None => (Root::Absolute, text.strip_prefix('/')?),
    };
    let (head, is_open) = match rest.strip_suffix("/**").or_else(|| rest.strip_suffix('/')) {
        Some(head) => (head, true),
        None => (rest, false),
    };
    let mut segments = head.as_bytes().split(|byte| *byte == b'/');
    let is_clean = segments.all(|segment| !matches!(segment, b"" | b"." | b".."));
    if !is_clean || text.len() > Universe::Paths.max_chars() || !glob::is_plain(head) {
        return None;
    }
    Some((root, if is_open { Glob::plain_beneath(head, '/') } else { Glob::plain(head.into(), head.len(), '/') }))
}

impl FromStr for PathPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if text == "**" {
            return Ok(Paths::everything());
        }
        if let Some((root, glob)) = plain(text) {
            return Ok(Self { root: Some(root), glob });
        }
        let (root, segments) = member::split(text)?;
        let parsed: Result<Vec<_>, _> = segments.into_iter().map(|(at, text)| glob::parse_segment(text, at)).collect();
        let mut segments = parsed?;
        if text.ends_with('/') {
            segments.push(Segment::Rest);
        }
        glob::check_size(&segments, Universe::Paths, text)?;
        Ok(Self { root: Some(root), glob: Glob::new(segments, '/') })
    }
}

/// The canonical text: `/a/b`, `./a/b`, `/a/**`. The root folder alone is `/.`, the base folder alone is `.`.
impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.root, self.glob.text()) {
            (None, text) => f.write_str(text),
            (Some(Root::Absolute), "") => f.write_str("/."),
            (Some(Root::Base), "") => f.write_str("."),
            (Some(root), text) => write!(f, "{}{text}", root.prefix()),
        }
    }
}

impl Domain for Paths {
    type Pattern = PathPattern;
    type Member = Path;

    fn everything() -> PathPattern {
        PathPattern { root: None, glob: Glob::everything('/') }
    }

    fn exact(member: &Path) -> PathPattern {
        PathPattern { root: Some(member.root()), glob: Glob::exact(member.segments_text(), '/') }
    }

    fn parse_member(text: &str) -> Result<Path, PatternError> {
        Path::parse(text)
    }

    fn matches(pattern: &PathPattern, member: &Path) -> bool {
        match pattern.root {
            None => true,
            Some(root) => root == member.root() && pattern.glob.matches(member.segments_text()),
        }
    }

    fn find(query: &Query<'_, PathPattern>, fuel: &mut Fuel) -> Finding<Path> {
        let found = [Root::Absolute, Root::Base].map(|root| find_in(root, query, fuel));
        first(found)
    }

    fn compare(a: &PathPattern, b: &PathPattern) -> Relation {
        match (a.root, b.root) {
            (None, None) => Relation::Equal,
            (None, _) => Relation::Covers,
            (_, None) => Relation::Within,
            (x, y) if x == y => a.glob.compare(&b.glob),
            _ => Relation::Disjoint,
        }
    }

    fn lies_in(a: &PathPattern, b: &PathPattern) -> Option<bool> {
        if a.root == b.root { a.glob.lies_in(&b.glob, Universe::Paths) } else { None }
    }

    fn is_single(pattern: &PathPattern) -> bool {
        pattern.root.is_some() && pattern.is_literal()
    }

    fn sample(pattern: &PathPattern) -> Option<Path> {
        let text = pattern.glob.sample(Universe::Paths)?;
        Some(Path::from_parts(pattern.root.unwrap_or(Root::Absolute), text))
    }

    /// Both have the same root, or `compare` would have told.
    fn meet(a: &PathPattern, b: &PathPattern) -> Meet<PathPattern> {
        a.glob.meet(&b.glob, Universe::Paths).map(|glob| PathPattern { root: a.root, glob })
    }
}

fn find_in(root: Root, query: &Query<'_, PathPattern>, fuel: &mut Fuel) -> Finding<Path> {
    let leaves: Vec<Leaf<'_>> = query.patterns().iter().map(|pattern| pattern.leaf(root)).collect();
    let found = glob::search(&leaves, Universe::Paths, &|truths| query.verdict(truths), fuel);
    found.map(|text| Path::from_parts(root, text))
}

/// The shorter of two paths that were found, else what is least sure.
fn first([absolute, base]: [Finding<Path>; 2]) -> Finding<Path> {
    match (absolute, base) {
        (Finding::Found(a), Finding::Found(b)) => {
            Finding::Found(if b.segments_text().len() < a.segments_text().len() { b } else { a })
        }
        (found @ Finding::Found(_), _) | (Finding::Empty, found) => found,
        (Finding::Undecided, found @ Finding::Found(_)) => found,
        (Finding::Undecided, _) => Finding::Undecided,
    }
}
