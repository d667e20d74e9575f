//! Texts become sets. Comes in: manifests, grants and a profile with their patterns as written. Goes out: a [`Model`], in
//! which each claim, grant and rule is a set with its place. Deliberately absent: any comparison of the three; see `decide`.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use ambit_schema::capability::{CapSet, DomainKind, Enforcement, Kind, Tier, enforcement};
use ambit_schema::cores::Cores;
use ambit_schema::name::PointName;
use ambit_schema::plan::{ClaimLine, GrantLine, Identity, NeverLine, OWN_LAYER, Place, Publishers, RuleLine};
use ambit_schema::set::Sorted;
use ambit_schema::set::names::Name;

use crate::diag::{Code, Diagnostic, Sink};
use crate::grant::{FlowLine, Grants};
use crate::lower::Spanned;
use crate::manifest::{Manifest, Manifests};
use crate::profile::{Folders, Profile};
use crate::source::{Sources, Span};

mod answer;
mod claim;
mod expand;
mod flow;
mod identity;
mod line;
mod places;
mod spot;

pub use answer::answers;
pub use expand::expand;
pub use flow::flows;
pub use identity::identify;
pub(crate) use identity::subjects;
pub use line::lines;
pub(crate) use places::Places;
pub use spot::{place, spot};

/// Everything, as sets.
pub struct Model<'m> {
    /// The texts.
    pub sources: &'m Sources,
    /// What the host offers, by kind, then place.
    pub rules: Vec<Located<RuleLine>>,
    /// The layers, for their quotas and aliases.
    pub layers: &'m [Grants],
    /// What the user decided, by layer, then place.
    pub grants: Vec<Located<GrantLine>>,
    /// What plugins are meant to reach through others.
    pub flows: Vec<Flow<'m>>,
    /// What nobody may end up with, the profile's first, then by layer.
    pub nevers: Vec<BoundNever>,
    /// Who publishes what, the profile's first, then by layer.
    pub publishers: Publishers,
    /// Where each of those names its publisher.
    pub publisher_spans: Vec<Span>,
    /// Whether any line is about a digest.
    pub wants_digests: bool,
    /// The plugins, by id.
    pub plugins: Vec<Plugin>,
    /// How many threads may work on it.
    pub cores: Cores,
}

/// What plugins are meant to reach through one plugin: at most this.
#[derive(Debug)]
pub struct Flow<'m> {
    /// The line.
    pub line: &'m FlowLine,
    /// The places of those who reach, among the plugins.
    pub from: Arc<BTreeSet<usize>>,
    /// The places of those through whom.
    pub through: Arc<BTreeSet<usize>>,
    /// What.
    pub set: CapSet,
}

impl Model<'_> {
    /// The plugin with this id.
    #[must_use]
    pub fn plugin(&self, id: &str) -> Option<&Plugin> {
        let at = self.plugins.binary_search_by(|plugin| plugin.id().cmp(id)).ok()?;
        self.plugins.get(at)
    }

    /// The layer that the user writes: `user` where there is one, else the highest of those that there are. Of several files of
    /// it the last.
    #[must_use]
    pub fn own_layer(&self) -> Option<&Grants> {
        self.layers.iter().rfind(|layer| layer.layer == OWN_LAYER).or(self.layers.last())
    }

    /// Lets go of what only rules read, once they have: a plan is made beside the model, and both together are the most memory
    /// that a compilation takes.
    pub(crate) fn forget_texts(&mut self) {
        self.cores.stretches_mut(&mut self.plugins, |plugins| {
            for Manifest { about, engines, .. } in plugins.iter_mut().map(|plugin| &mut *plugin.manifest) {
                (*about, *engines) = (None, vec![]);
            }
        });
    }

    /// The same of what plugins have together: names, hooks and whom they need, once those are resolved.
    pub(crate) fn forget_declared(&mut self) {
        self.cores.stretches_mut(&mut self.plugins, |plugins| {
            for Manifest { names, hooks, dependencies, .. } in plugins.iter_mut().map(|plugin| &mut *plugin.manifest) {
                (*names, *hooks, *dependencies) = (vec![], vec![], vec![]);
            }
        });
    }

    /// The lines of the grants that are about a plugin and a kind.
    pub fn lines<'p>(&'p self, plugin: &'p Plugin, kind: Kind) -> impl Iterator<Item = &'p Located<GrantLine>> + Clone {
        let start = plugin.lines.partition_point(|at| self.grants[*at].line.kind < kind);
        let rest = plugin.lines[start..].iter().map(|at| &self.grants[*at]);
        rest.take_while(move |grant| grant.line.kind == kind)
    }
}

/// A line of the plan and the text it came from.
#[derive(Debug, Clone)]
pub struct Located<T> {
    /// The line.
    pub line: T,
    /// The text.
    pub span: Span,
    /// The block around it.
    pub block: Span,
}

/// An assertion, and where each of its parts stands.
#[derive(Debug, Clone)]
pub struct BoundNever {
    /// As the plan keeps it.
    pub line: NeverLine,
    /// The first target of each part.
    pub spans: Vec<Span>,
}

/// A manifest and its requests as sets.
#[derive(Debug)]
pub struct Plugin {
    /// The manifest.
    pub manifest: Box<Manifest>,
    /// Its id as a member of name sets, of which it is asked several times.
    name: Option<Name>,
    /// Who it is, as far as anybody vouches for it.
    pub identity: Identity,
    /// Its requests, by kind, then place.
    pub claims: Vec<BoundClaim>,
    /// The lines of the model's grants that are about it, by kind, then in their order.
    pub lines: Vec<usize>,
    /// The layers' quotas that are about it: the layer, and the line in it.
    pub limits: Vec<(usize, usize)>,
    /// What was decided of each kind that it asks for, by kind.
    pub decisions: Vec<Decision>,
}

/// What was offered and given of one kind that a plugin asks for. `decide` makes them.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What kind.
    pub kind: Kind,
    /// What the host offers, for all the same; where that is too much for one set, what it offers near what is claimed.
    pub offered: Arc<CapSet>,
    /// What the grants allow and people said yes to, near what is claimed, denies left aside.
    pub allowed: CapSet,
    /// What the plugin may do.
    pub granted: CapSet,
    /// What it would get of a tier that could hold it exactly, where a user accepts that this one gives more.
    pub exact: Option<Box<CapSet>>,
    /// What it asks for and is offered, and no line allows or denies, and nobody declined. `None`: nothing, or nobody is asked.
    pub open: Option<Box<CapSet>>,
    /// The lines that gave it. `None`: nothing is given. Plugins with the same decision share it.
    pub(crate) given: Option<Arc<Given>>,
}

/// The lines of the grants and the rules that gave a right; see [`Why`](ambit_schema::plan::Why).
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) grants: Sorted<Place>,
    pub(crate) rules: Sorted<Place>,
    pub(crate) accepts: Sorted<Place>,
}

impl Decision {
    /// What all lines together give, whatever the tier can hold.
    #[must_use]
    pub fn exact(&self) -> &CapSet {
        self.exact.as_deref().unwrap_or(&self.granted)
    }

    /// Whether it is more than can be decided: then the plugin has nothing of the kind, and there is no plan.
    #[must_use]
    pub fn is_too_complex(&self) -> bool {
        self.granted.is_too_complex()
            || self.exact().is_too_complex()
            || self.open.as_ref().is_some_and(|open| open.is_too_complex())
    }
}

/// A request as a set.
#[derive(Debug, Clone)]
pub struct BoundClaim {
    /// As the plan keeps it.
    pub line: ClaimLine,
    /// The text.
    pub span: Span,
    /// What it is about, as the manifest says it. `None`: the manifest does not say.
    pub target: Option<String>,
    /// The path under which the plugin wants to see a folder.
    pub mount: Option<String>,
    /// Where the author gives a reason, be it an empty one.
    pub reason: Option<Span>,
}

impl BoundClaim {
    /// Whether it asks for whatever the grants give.
    #[must_use]
    pub fn is_coarse(&self) -> bool {
        self.target.is_none()
    }
}

/// What is of a kind, of what is left of a list in the order of kinds, for whoever asks for one kind after another in that order.
pub(crate) fn next_of_kind<'l, T>(rest: &mut &'l [T], kind: Kind, of: impl Fn(&T) -> Kind) -> &'l [T] {
    let from = &rest[rest.iter().take_while(|one| of(one) < kind).count()..];
    let (found, after) = from.split_at(from.iter().take_while(|one| of(one) == kind).count());
    *rest = after;
    found
}

impl Plugin {
    /// Its id as text.
    #[must_use]
    pub fn id(&self) -> &str {
        self.manifest.id.said().as_str()
    }

    /// Where its manifest says who it is.
    #[must_use]
    pub fn span(&self) -> Span {
        self.manifest.id.span()
    }

    /// Where it runs. A plugin that names nothing that runs is planned for the default tier.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.manifest.artifact.as_ref().map_or(Tier::Wasm, |artifact| artifact.tier)
    }

    /// What was decided of a kind. `None`: it does not ask for any.
    #[must_use]
    pub fn decision(&self, kind: Kind) -> Option<&Decision> {
        self.decisions.iter().find(|decision| decision.kind == kind)
    }

    /// Whether it may do anything of a kind.
    #[must_use]
    pub fn has(&self, kind: Kind) -> bool {
        self.decision(kind).is_some_and(|decision| !decision.granted.is_empty())
    }

    /// How its tier holds a kind.
    #[must_use]
    pub fn holds(&self, kind: Kind) -> Enforcement {
        enforcement(kind, self.tier())
    }

    /// Its id as a member of name sets.
    #[must_use]
    pub fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }
}

/// Makes the model, without lines: whom those are about is known once plugins are identified. Patterns that cannot be read
/// are reported and left out.
pub fn bind<'m>(
    sources: &'m Sources,
    folders: &Folders,
    profile: Option<&Profile>,
    layers: &'m [Grants],
    mut manifests: Manifests,
    cores: Cores,
    sink: &mut Sink,
) -> Model<'m> {
    manifests.sort_by(|a, b| {
        let by_version = || a.version.said().cmp(b.version.said()).then(a.id.span().cmp(&b.id.span()));
        a.id.said().cmp(b.id.said()).then_with(by_version)
    });
    let rules = profile.map_or_else(Vec::new, |profile| Binder::new(sources, folders, &mut *sink).rules(profile));
    let points = by_right(profile, &rules);
    let mut plugins: Vec<Plugin> = manifests.into_iter().map(unbound).collect();
    let claims = |plugins: &mut [Plugin]| {
        let mut sink = Sink::default();
        let mut binder = Binder::new(sources, folders, &mut sink);
        for plugin in plugins {
            plugin.claims = binder.claims(&mut plugin.manifest, &points);
        }
        sink
    };
    cores.stretches_mut(&mut plugins, claims).into_iter().for_each(|found| sink.append(found));
    let (publishers, publisher_spans) = identity::statements(sources, profile, layers, sink);
    let (grants, nevers, flows, wants_digests) = (vec![], vec![], vec![], false);
    Model { sources, rules, layers, grants, flows, nevers, publishers, publisher_spans, wants_digests, plugins, cores }
}

fn unbound(manifest: Box<Manifest>) -> Plugin {
    let identity = Identity::default();
    let name = Some(Name::of(manifest.id.said()));
    Plugin { manifest, name, identity, claims: vec![], lines: vec![], limits: vec![], decisions: vec![] }
}

/// The hook points of the host, where standing on them takes a right.
fn by_right<'p>(profile: Option<&'p Profile>, rules: &[Located<RuleLine>]) -> BTreeSet<&'p PointName> {
    let profile = profile.filter(|_| rules.iter().any(|rule| rule.line.kind == Kind::HookAttach));
    profile.into_iter().flat_map(|profile| &profile.hooks).map(|point| &point.value).collect()
}

struct Binder<'b> {
    sources: &'b Sources,
    folders: &'b Folders,
    sink: &'b mut Sink,
    /// The first few sets, with what they were read from: many plugins ask for the same.
    known: Vec<(Kind, String, CapSet)>,
}

/// How many sets are remembered.
const MOST_KNOWN: usize = 8;

impl<'b> Binder<'b> {
    fn new(sources: &'b Sources, folders: &'b Folders, sink: &'b mut Sink) -> Self {
        Binder { sources, folders, sink, known: Vec::with_capacity(MOST_KNOWN) }
    }

    /// A profile offers `${plugin.id}` to every plugin.
    fn rules(&mut self, profile: &Profile) -> Vec<Located<RuleLine>> {
        let mut rules = vec![];
        for offer in &profile.offers {
            let Some(set) = self.set(offer.kind, &offer.target, "*") else { continue };
            let (place, text) = self.place(offer.target.span);
            let line = RuleLine { kind: offer.kind, set, place, text };
            rules.push(Located { line, span: offer.target.span, block: offer.target.span });
        }
        rules.sort_by_key(|rule| (rule.line.kind, rule.span));
        rules
    }

    fn set(&mut self, kind: Kind, target: &Spanned<String>, plugin: &str) -> Option<CapSet> {
        let expanded = expand(self.folders, target, plugin, self.sink)?;
        // With a folder in its place, a text is mostly another in each plugin.
        let is_as_written = matches!(expanded, Cow::Borrowed(_));
        let is_it = |(other, text, _): &&(Kind, String, CapSet)| *other == kind && *text == target.value;
        if let Some((.., set)) = self.known.iter().filter(|_| is_as_written).find(is_it) {
            return Some(set.clone());
        }
        if kind.domain() == DomainKind::Commands && marks(&expanded) != marks(&target.value) {
            self.sink.add(parted(target));
            return None;
        }
        if kind == Kind::InterfaceUse && expanded.contains('@') {
            self.sink.add(versioned(target));
            return None;
        }
        if kind.domain() == DomainKind::Names && expanded.trim() != expanded {
            self.sink.add(padded(target));
            return None;
        }
        match CapSet::parse(kind, &expanded) {
            Ok(set) => {
                if self.known.len() < MOST_KNOWN && is_as_written {
                    self.known.push((kind, target.value.clone(), set.clone()));
                }
                Some(set)
            }
            Err(error) => {
                let message =
                    format!("`{}` cannot be a target of `{kind}`: {}", target.value.escape_debug(), error.message);
                let found = Diagnostic::new(Code::BadPattern, target.span, message);
                self.sink.add(found.help(error.help));
                None
            }
        }
    }

    fn place(&self, span: Span) -> (Place, String) {
        place(self.sources, span)
    }
}

/// How many characters of a command part its words or hold them together.
fn marks(text: &str) -> usize {
    text.matches([' ', '"', '\\']).count()
}

/// A folder whose name would be more than a part of the word that it stands in.
fn parted(target: &Spanned<String>) -> Diagnostic {
    let message = format!("a folder that `{}` names has blanks, quotes or backslashes", target.value.escape_debug());
    let found = Diagnostic::new(Code::BadPattern, target.span, message);
    found.help("write the whole path of the program, in quotes").note("in a command they would begin another word")
}

/// A right to an interface with a version would cover nothing: what is asked about has none.
fn versioned(target: &Spanned<String>) -> Diagnostic {
    let message = format!("`{}` names a version of an interface", target.value.escape_debug());
    let found = Diagnostic::new(Code::BadPattern, target.span, message);
    let name = ambit_schema::interface::unversioned(&target.value);
    found.help(format!("write `{}`", name.escape_debug())).note("an interface is used or not, in whatever version")
}

/// A name that nobody could tell from the one without.
fn padded(target: &Spanned<String>) -> Diagnostic {
    let message = format!("`{}` is no name: it begins or ends with blanks", target.value.escape_debug());
    Diagnostic::new(Code::BadPattern, target.span, message).help("leave the blanks out")
}
