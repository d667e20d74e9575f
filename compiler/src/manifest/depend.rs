//! Which versions of what a plugin needs: `engines`, `dependencies`, `peerDependencies`. Ranges are npm's, which every
//! design uses: `^1.2.0`, `>=18`, `1.x`, `>=1.0.0 <2.0.0`, `1 || 2`; a bare `1.2.3` is exactly that version.

use std::fmt;

use ambit_schema::name::PluginId;
use semver::Version;

use super::{Claim, Dependency, Engine};
use crate::diag::{Code, Diagnostic, Sink};
use crate::lower::{Field, Spanned, block_once, boolean, fields, name, read_fields, text, unknown_field, wrong_type};
use crate::syntax::{Node, Shape};

/// A set of versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange {
    written: String,
    range: nodejs_semver::Range,
}

impl VersionRange {
    /// Reads a range. `None` for anything npm's own loose reader would have to guess at.
    #[must_use]
    pub fn parse(written: &str) -> Option<Self> {
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
        let range = sane.then(|| nodejs_semver::Range::parse(written).ok()).flatten()?;
        Some(VersionRange { written: written.to_owned(), range })
    }

    /// Whether a version fits.
    #[must_use]
    pub fn contains(&self, version: &Version) -> bool {
        nodejs_semver::Version::parse(version.to_string()).is_ok_and(|version| self.range.satisfies(&version))
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// `engines { host ">=1.0" }`.
pub(super) fn engines(node: Node<'_>, sink: &mut Sink) -> Vec<Engine> {
    let engine = |(name, range)| Engine { name: Claim::from(name), range };
    keyed_ranges(node, &[], sink).into_iter().map(engine).collect()
}

/// A map from id to range, or a list of blocks with `name` and `version`.
pub(super) fn dependencies(into: &mut Vec<Dependency>, node: Node<'_>, sink: &mut Sink) {
    if node.shape() == Shape::List {
        into.extend(node.items().filter_map(|item| listed(item, sink)));
        return;
    }
    for (written, range) in keyed_ranges(node, &["optional"], sink) {
        let optional = node.field(&written.value).and_then(|field| field.field("optional"));
        let optional = optional.and_then(|field| boolean(field, sink)).is_some_and(|optional| optional.value);
        let id = name(&written, "a plugin's id", PluginId::parse, sink);
        into.extend(id.map(|id| Dependency { id: id.into(), range, optional }));
    }
}

#[derive(Default)]
pub(crate) struct Listed {
    name: Option<Spanned<String>>,
    range: Option<Claim<VersionRange>>,
    optional: bool,
}

/// THE TABLE of its fields.
pub(crate) const LISTED: &[Field<Listed>] = fields! {
    "name" Once "required; an id"
        |to, node, sink| to.name = text(node, sink);
    "version" Once "required; a range such as `^1.2.0`"
        |to, node, sink| to.range = text(node, sink).and_then(|r| range(r, sink));
    "optional" Once "whether the plugin works without it"
        |to, node, sink| to.optional = boolean(node, sink).is_some_and(|flag| flag.value);
};

fn listed(item: Node<'_>, sink: &mut Sink) -> Option<Dependency> {
    let mut read = Listed::default();
    let before = sink.len();
    read_fields(item, "a dependency", LISTED, &mut read, sink);
    let (Some(written), Some(range)) = (read.name, read.range) else {
        if sink.len() == before {
            wrong_type(item, "a block with `name` and `version`", sink);
        }
        return None;
    };
    let id = name(&written, "a plugin's id", PluginId::parse, sink)?;
    Some(Dependency { id: id.into(), range, optional: read.optional })
}

/// `beside` are the fields that may stand beside a range.
fn keyed_ranges(node: Node<'_>, beside: &[&str], sink: &mut Sink) -> Vec<(Spanned<String>, Claim<VersionRange>)> {
    let mut found = vec![];
    for field in block_once(node, "a block of names and version ranges", sink) {
        let Some((written, span)) = field.string() else {
            wrong_type(field, "a version range, as in `\"^1.2.0\"`", sink);
            continue;
        };
        for other in field.fields().filter(|other| !other.key().is_some_and(|key| beside.contains(&key))) {
            unknown_field(other, "a version range", beside.iter().copied(), sink);
        }
        let key = Spanned::new(field.key().unwrap_or_default().to_owned(), field.key_span());
        found.extend(range(Spanned::new(written.to_owned(), span), sink).map(|range| (key, range)));
    }
    found
}

fn range(written: Spanned<String>, sink: &mut Sink) -> Option<Claim<VersionRange>> {
    let parsed = VersionRange::parse(&written.value);
    if parsed.is_none() {
        let message = format!("`{}` is not a version range", written.value.escape_debug());
        let found = Diagnostic::new(Code::BadVersion, written.span, message);
        sink.add(found.help("write it as in `^1.2.0`, `>=1.0.0 <2.0.0`, `1.x` or `*`"));
    }
    parsed.map(|range| Spanned::new(range, written.span).into())
}
