//! Lines of a plan are found in their texts again. Comes in: a plan, which keeps places. Goes out: the requests and the lines of
//! the grants of one plugin with their spans, read as the compiler reads them.

use std::collections::BTreeMap;

use ambit_schema::capability::{Kind, Kinds};
use ambit_schema::plan::{ClaimLine, Effect, GrantLine, PluginEntry};
use ambit_schema::set::names::Name;

use super::Policy;
use crate::bind::spot;
use crate::diag::Sink;
use crate::grant::{self, Grants};
use crate::manifest::{self, Request};
use crate::source::{FileId, Span};
use crate::syntax;

/// What one stretch of a manifest asks for.
pub(super) struct Asked<'p> {
    pub(super) span: Span,
    pub(super) target: Option<String>,
    /// The path under which a folder is seen, and where it stands.
    pub(super) mount: Option<(Span, String)>,
    pub(super) optional: bool,
    /// More than one where a word stands for several.
    pub(super) claims: Vec<&'p ClaimLine>,
}

/// A line of the grants that allows a plugin something.
pub(super) struct Given<'p> {
    pub(super) span: Span,
    pub(super) target: String,
    pub(super) line: &'p GrantLine,
    /// Whether it is for this plugin and no other.
    pub(super) is_own: bool,
}

fn kinds(policy: Policy<'_>) -> Kinds {
    Kinds::new(policy.plan.content().kinds.iter().map(|entry| entry.own))
}

/// The text of a plugin's manifest.
pub(super) fn manifest_of(policy: Policy<'_>, plugin: &PluginEntry) -> Option<FileId> {
    policy.manifests.iter().copied().find(|file| policy.sources.get(*file).path() == &*plugin.place.path)
}

/// What a plugin's manifest asks for, in the order of the text. Claims that it makes by declaring something are not among it.
pub(super) fn asked<'p>(policy: Policy<'p>, plugin: &'p PluginEntry) -> Vec<Asked<'p>> {
    let Some(file) = manifest_of(policy, plugin) else { return vec![] };
    let tree = syntax::parse(policy.sources, file, &mut Sink::default());
    let manifests = manifest::lower(&tree, &kinds(policy), &mut Sink::default());
    let is_it = |manifest: &manifest::Manifest| spot(policy.sources, manifest.id.span()) == plugin.place;
    let Some(manifest) = manifests.into_iter().find(is_it) else { return vec![] };
    let mut spans: BTreeMap<Span, Vec<&Request>> = BTreeMap::new();
    manifest.requests.iter().for_each(|request| spans.entry(request.span).or_default().push(request));
    let asked = spans.into_iter().filter_map(|(span, requests)| {
        let first = requests.first()?;
        let at = spot(policy.sources, span);
        let is_of = |claim: &&ClaimLine| claim.place == at && requests.iter().any(|one| one.kind == claim.kind);
        Some(Asked {
            span,
            target: first.target.as_ref().map(|target| target.said().clone()),
            mount: first.mount.as_ref().map(|mount| (mount.span(), mount.said().clone())),
            optional: requests.iter().all(|request| request.optional),
            claims: plugin.claims.iter().filter(is_of).collect(),
        })
    });
    asked.filter(|asked| !asked.claims.is_empty()).collect()
}

/// The layers, read again.
pub(super) fn layers(policy: Policy<'_>) -> Vec<Grants> {
    let known = kinds(policy);
    let lower = |file: &FileId| {
        let tree = syntax::parse(policy.sources, *file, &mut Sink::default());
        grant::lower(&tree, &known, policy.sources.get(*file).path(), &mut Sink::default())
    };
    policy.grants.iter().map(lower).collect()
}

/// The lines that allow a plugin something, by place.
pub(super) fn given<'p>(policy: Policy<'p>, plugin: &PluginEntry) -> Vec<Given<'p>> {
    let Ok(name) = Name::parse(plugin.id.as_str()) else { return vec![] };
    let mut known: BTreeMap<_, Vec<&GrantLine>> = BTreeMap::new();
    for line in policy.plan.content().grants.iter().filter(|line| line.effect == Effect::Allow) {
        known.entry((&line.place, line.kind)).or_default().push(line);
    }
    let mut given = vec![];
    for layer in layers(policy) {
        for line in layer.lines.iter().filter(|line| line.effect == Effect::Allow) {
            let at = spot(policy.sources, line.target.span);
            let lines = known.get(&(&at, line.kind)).map_or(&[][..], Vec::as_slice);
            let Some(mine) = lines.iter().copied().find(|line| line.plugins.contains(&name)) else { continue };
            let is_own = lines.len() == 1 && line.subject.ids.as_member().as_ref() == Some(&name);
            given.push(Given { span: line.target.span, target: line.target.value.clone(), line: mine, is_own });
        }
    }
    given.sort_by_key(|given| given.span);
    given
}

/// Whether a line that accepts gives the plugin more of a kind than was asked for.
pub(super) fn is_accepted(plugin: &PluginEntry, kind: Kind) -> bool {
    plugin.granted(kind).is_some_and(|granted| !granted.why.accepts.is_empty())
}
