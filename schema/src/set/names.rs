//! Names with dots: interfaces and commands (`form.validate`), variables (`DATABASE_URL`), plugin ids
//! (`@scope/name`), tables, events, topics. Comes in: text. Goes out: the [`Names`] domain.
//!
//! In a pattern `*` covers any characters of one segment, `?` one character, and `**`, as a segment of its own, any
//! number of whole segments, also none: `a.**` covers `a` and `a.b`. `*` alone covers names of one segment; only
//! `**` is everything. Case matters. `\*`, `\?` and `\\` stand for the characters themselves.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::domain::{Domain, Finding, Fuel, Meet, Relation};
use super::error::{self, PatternError, PatternErrorKind};
use super::glob::{self, Glob, Leaf, Segment, Universe};
use super::query::Query;
use crate::name::PluginId;

/// The domain of dotted names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Names {}

/// A name of one or more non-empty segments with dots between, of at most 1024 characters, none of them invisible.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(Arc<str>);

/// A pattern over names, in canonical form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamePattern(Glob);

impl Name {
    /// Reads a name. Nothing in it is special but the dot.
    ///
    /// # Errors
    /// The text is empty or too long, or has an empty segment or an invisible character.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        error::check_text(text, Universe::Names.max_chars())?;
        check_segments(text)?;
        Ok(Self(text.into()))
    }

    /// An id as a name: every id is one. They share the text.
    pub fn of(id: &PluginId) -> Self {
        Self(Arc::clone(id.shared()))
    }

    /// The name as it was written.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl NamePattern {
    /// The canonical text, which is also what `Display` shows.
    pub fn text(&self) -> &str {
        self.0.text()
    }

    /// The one name that the pattern covers, when it has no wildcard.
    pub fn as_name(&self) -> Option<Name> {
        self.as_text().map(|text| Name(text.into()))
    }

    /// The same as text.
    fn as_text(&self) -> Option<&str> {
        (self.0.shape() == glob::Shape::Literal).then(|| self.0.head())
    }
}

impl super::Set<Names> {
    /// The one name that the set is made of, when it is one literal pattern.
    pub fn as_member(&self) -> Option<Name> {
        self.only()?.as_name()
    }

    /// The same as text.
    pub fn as_text(&self) -> Option<&str> {
        self.only()?.as_text()
    }
}

fn check_segments(text: &str) -> Result<(), PatternError> {
    if has_segments(text) {
        return Ok(());
    }
    match segments(text).find(|(_, segment)| segment.is_empty()) {
        Some((at, _)) => Err(PatternErrorKind::EmptySegment.at(at)),
        None => Ok(()),
    }
}

/// Whether no segment is empty.
fn has_segments(text: &str) -> bool {
    text.as_bytes().split(|byte| *byte == b'.').all(|segment| !segment.is_empty())
}

/// The segments with the byte at which each starts.
fn segments(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split('.').scan(0, |at, segment| {
        let start = *at;
        *at += segment.len() + 1;
        Some((start, segment))
    })
}

/// Where the plain segments end, in a text that is nothing but them, or them and a last `**`.
fn plain_head(text: &str) -> Option<usize> {
    let head = text.strip_suffix(".**").unwrap_or(text);
    let is_plain = text.len() <= Universe::Names.max_chars() && glob::is_plain(head);
    (is_plain && has_segments(head)).then_some(head.len())
}

impl FromStr for NamePattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if let Some(head) = plain_head(text) {
            return Ok(Self(Glob::plain(text.into(), head, '.')));
        }
        error::check_text(text, 2 * Universe::Names.max_chars())?;
        check_segments(text)?;
        let parsed: Result<Vec<Segment>, _> =
            segments(text).map(|(at, segment)| glob::parse_segment(segment, at)).collect();
        let parsed = parsed?;
        glob::check_size(&parsed, Universe::Names, text)?;
        let any = [Segment::star(), Segment::Rest];
        let glob = Glob::new(parsed, '.');
        // No name is empty, so one or more segments are any number of them.
        Ok(Self(if glob.segments() == any { Glob::everything('.') } else { glob }))
    }
}

impl FromStr for Name {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Self::parse(text)
    }
}

impl Domain for Names {
    type Pattern = NamePattern;
    type Member = Name;

    fn everything() -> NamePattern {
        NamePattern(Glob::everything('.'))
    }

    fn exact(member: &Name) -> NamePattern {
        NamePattern(Glob::exact(&member.0, '.'))
    }

    fn parse_member(text: &str) -> Result<Name, PatternError> {
        Name::parse(text)
    }

    fn matches(pattern: &NamePattern, member: &Name) -> bool {
        pattern.0.matches(&member.0)
    }

    fn find(query: &Query<'_, NamePattern>, fuel: &mut Fuel) -> Finding<Name> {
        let leaves: Vec<Leaf<'_>> = query.patterns().iter().map(|pattern| Leaf::Glob(&pattern.0)).collect();
        glob::search(&leaves, Universe::Names, &|truths| query.verdict(truths), fuel).map(|text| Name(text.into()))
    }

    fn compare(a: &NamePattern, b: &NamePattern) -> Relation {
        a.0.compare(&b.0)
    }

    fn lies_in(a: &NamePattern, b: &NamePattern) -> Option<bool> {
        a.0.lies_in(&b.0, Universe::Names)
    }

    fn is_single(pattern: &NamePattern) -> bool {
        pattern.as_text().is_some()
    }

    fn sample(pattern: &NamePattern) -> Option<Name> {
        pattern.0.sample(Universe::Names).map(|text| Name(text.into()))
    }

    fn meet(a: &NamePattern, b: &NamePattern) -> Meet<NamePattern> {
        a.0.meet(&b.0, Universe::Names).map(NamePattern)
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
