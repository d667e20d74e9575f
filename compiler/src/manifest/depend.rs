//! Which versions of what a plugin needs: `engines`, and dependencies of every scope. Ranges are npm's, which every
//! design uses: `^1.2.0`, `>=18`, `1.x`, `>=1.0.0 <2.0.0`, `1 || 2`; a bare `1.2.3` is exactly that version.

use std::fmt;
use std::sync::Arc;

use ambit_schema::name::PluginId;
use pubgrub::VersionSet;
use semver::Version;

use super::{Claim, Dependency, Engine, Scope, Versions};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{
    Field, Spanned, block_once, boolean, fields, key, make_room, name, read_fields, text, word, wrong_type,
};
use crate::syntax::{Node, Shape};

/// A range of versions, and how it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange(Arc<Read>);

/// Large, and wherever a range is named: so it stands in one place.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    written: Box<str>,
    versions: Versions,
}

impl VersionRange {
    /// Reads a range. `None` for anything npm's own loose reader would have to guess at.
    #[must_use]
    pub fn parse(written: &str) -> Option<Self> {
        let versions = Versions::plain(written).or_else(|| Self::in_full(written))?;
        Some(VersionRange(Arc::new(Read { written: written.into(), versions })))
    }

    fn in_full(written: &str) -> Option<Versions> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || ".+-^~<>=|* ".contains(c);
        let words = written.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let mut leading = written.split([' ', '|']).filter(|token| !token.is_empty() && *token != "-");
        let starts = |token: &str| {
            let rest = token.trim_start_matches(['^', '~', '<', '>', '=']);
            rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '*' | 'x' | 'X'))
        };
        let sane = written.len() <= 256
            && written.chars().all(allowed)
            && (words.count() > 0 || written.contains('*'))
            && leading.all(starts);
        sane.then(|| Versions::parse(written)).flatten()
    }

    /// Whether a version fits.
    #[must_use]
    pub fn contains(&self, version: &Version) -> bool {
        self.0.versions.contains(version)
    }

    /// The versions that fit.
    #[must_use]
    pub fn versions(&self) -> &Versions {
        &self.0.versions
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.written)
    }
}

/// Ranges that were read, to be shared: of many plugins most write the same few. Each has a place that follows from how it is written,
/// and makes way for the next that has the same.
#[derive(Default)]
pub(crate) struct Ranges([Option<VersionRange>; 16]);

impl Ranges {
    fn read(&mut self, written: &str) -> Option<VersionRange> {
        let sum = written.bytes().fold(written.len(), |sum, byte| sum * 3 % 1024 + usize::from(byte));
        let place = &mut self.0[sum % 16];
        if let Some(known) = place.as_ref().filter(|known| *known.0.written == *written) {
            return Some(known.clone());
        }
        let read = VersionRange::parse(written)?;
        Some(place.insert(read).clone())
    }
}

/// `engines { host ">=1.0" }`.
pub(crate) fn engines(ranges: &mut Ranges, node: Node<'_>, sink: &mut Sink) -> Vec<Engine> {
    let mut found = Vec::with_capacity(node.below().count());
    for field in block_once(node, "a block of names and version ranges", sink) {
        let Some(written) = word(field, sink) else { continue };
        let name = || Spanned::new(field.key().unwrap_or_default().to_owned(), field.key_span());
        found.extend(range(ranges, written, sink).map(|range| Engine { name: name().into(), range }));
    }
    found
}

/// What holds for the dependencies of one field, where they do not say otherwise themselves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usual {
    scope: Scope,
    optional: bool,
}

/// A map from id to range, or to a block with `version`; or a list of blocks with `name` and `version`.
pub(crate) fn dependencies(
    usual: Usual,
    (ranges, into): (&mut Ranges, &mut Vec<Dependency>),
    node: Node<'_>,
    sink: &mut Sink,
) {
    if node.shape() == Shape::List {
        into.extend(node.items().filter_map(|item| listed(usual, item, sink)));
        return;
    }
    make_room(into, node.below().count());
    for field in block_once(node, "a block of names and version ranges", sink) {
        into.extend(keyed(usual, ranges, field, sink));
    }
}

/// What is said of one dependency.
#[derive(Default)]
pub(crate) struct Listed {
    name: Option<Spanned<String>>,
    range: Option<Claim<VersionRange>>,
    optional: Option<bool>,
    scope: Option<Scope>,
}

/// THE TABLE of its fields.
pub(crate) const LISTED: &[Field<Listed>] = fields! {
    "name" Once "required; an id"
        |to, node, sink| to.name = text(node, sink);
    "version" Once "required; a range such as `^1.2.0`"
        |to, node, sink| to.range = word(node, sink).and_then(|r| range(&mut Ranges::default(), r, sink));
    "optional" Once "whether the plugin works without it"
        |to, node, sink| to.optional = boolean(node, sink).map(|flag| flag.value);
    "scope" Once "`runtime`, `peer` or `dev`; without it the one of the field it stands in"
        |to, node, sink| to.scope = scope(node, sink);
};

impl Usual {
    /// `dependencies`.
    pub(crate) const RUNTIME: Usual = Usual { scope: Scope::Runtime, optional: false };
    /// `peerDependencies`.
    pub(crate) const PEER: Usual = Usual { scope: Scope::Peer, optional: false };
    /// `devDependencies`.
    pub(crate) const DEV: Usual = Usual { scope: Scope::Dev, optional: false };
    /// `optionalDependencies`.
    pub(crate) const OPTIONAL: Usual = Usual { scope: Scope::Runtime, optional: true };
}

impl Listed {
    fn finish(self, written: &Spanned<impl AsRef<str>>, usual: Usual, sink: &mut Sink) -> Option<Dependency> {
        let id = name(written, "a plugin's id", PluginId::parse, sink)?;
        let optional = self.optional.unwrap_or(usual.optional);
        Some(Dependency { id: id.into(), range: self.range?, optional, scope: self.scope.unwrap_or(usual.scope) })
    }
}

fn listed(usual: Usual, item: Node<'_>, sink: &mut Sink) -> Option<Dependency> {
    let mut read = Listed::default();
    let before = sink.len();
    read_fields(item, "a dependency", LISTED, &mut read, sink);
    if (read.name.is_none() || read.range.is_none()) && sink.len() == before {
        wrong_type(item, "a block with `name` and `version`", sink);
    }
    let name = read.name.take()?;
    read.finish(&name, usual, sink)
}

/// `"a" "^1.0"`, where `optional` and `scope` may stand beside the range; or `"a" version="^1.0"`.
fn keyed(usual: Usual, ranges: &mut Ranges, field: Node<'_>, sink: &mut Sink) -> Option<Dependency> {
    if let Some((written, span)) = field.lone_string() {
        let range = range(ranges, Spanned::new(written, span), sink);
        return Listed { range, ..Listed::default() }.finish(&key(field), usual, sink);
    }
    let mut read = Listed::default();
    let before = sink.len();
    read_fields(field, "a dependency", &LISTED[1..], &mut read, sink);
    match (field.string(), &read.range) {
        (Some((written, span)), None) => read.range = range(ranges, Spanned::new(written, span), sink),
        (None, Some(_)) if field.items().next().is_none() => {}
        _ if sink.len() > before => return None,
        _ => wrong_type(field, "a version range, as in `\"^1.2.0\"`", sink),
    }
    read.finish(&key(field), usual, sink)
}

fn scope(node: Node<'_>, sink: &mut Sink) -> Option<Scope> {
    let written = text(node, sink)?;
    let found = Scope::ALL.into_iter().find(|scope| scope.key() == written.value);
    if found.is_none() {
        wrong_type(node, "`runtime`, `peer` or `dev`", sink);
    }
    found
}

fn range(ranges: &mut Ranges, written: Spanned<&str>, sink: &mut Sink) -> Option<Claim<VersionRange>> {
    let parsed = ranges.read(written.value);
    if parsed.is_none() {
        let message = format!("`{}` is not a version range", written.value.escape_debug());
        let found = Diagnostic::new(Code::BadVersion, written.span, message);
        sink.add(found.help("write it as in `^1.2.0`, `>=1.0.0 <2.0.0`, `1.x` or `*`"));
    }
    parsed.map(|range| Spanned::new(range, written.span).into())
}

#[cfg(test)]
mod tests {
    use super::{Ranges, VersionRange};

    #[test]
    fn a_range_that_was_read_before_is_the_one_that_would_be_read() {
        let mut ranges = Ranges::default();
        let all: Vec<String> =
            (0..40).flat_map(|at| ["^", ">=", "~", "", "!"].map(|sign| format!("{sign}{at}.0"))).collect();
        for written in all.iter().chain(&all).chain(all.iter().rev()) {
            assert_eq!(ranges.read(written), VersionRange::parse(written), "{written}");
            assert_eq!(ranges.read(written), VersionRange::parse(written), "{written}");
        }
    }
}
