//! What can be said of one text without the others of its kind, while somebody writes it. Comes in: a [`Ground`], which is made
//! once of the host profile, the grants and the index; then a text. Goes out: those findings in it that a whole compilation
//! makes too, of the rules that [`Code::reach`](crate::diag::Code::reach) says are decided by so much; or what was decided about its
//! plugins. Deliberately absent: plans, and files that plugins run.

use ambit_schema::capability::Kinds;
use ambit_schema::cores::Cores;
use ambit_schema::plan::{GrantLine, NameIndex, PluginEntry};

use crate::bind;
use crate::check;
use crate::decide;
use crate::diag::{Diagnostic, Reach, Sink};
use crate::fix;
use crate::grant::{self, Grants};
use crate::index::{self, Index};
use crate::manifest::{self, Manifest, Manifests};
use crate::profile::{self, Folders, Profile};
use crate::resolve;
use crate::source::{FileId, Sources};
use crate::syntax::{self, Tree};

/// What a plugin meets in its host, whichever plugin it is.
#[derive(Debug)]
pub struct Ground {
    kinds: Kinds,
    profile: Option<Profile>,
    folders: Folders,
    index: Index,
    layers: Vec<Layer>,
}

/// A layer, and which lines of it are about which plugins.
#[derive(Debug)]
struct Layer {
    /// Without lines and quotas: see `lines` and `quotas`.
    bare: Grants,
    whole: Grants,
    lines: NameIndex,
    quotas: NameIndex,
}

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A host profile.
    Profile,
    /// Grants.
    Grants,
    /// A manifest that is part of what is planned.
    Manifest,
    /// A manifest that is not, because another version is taken.
    Unchosen,
    /// An index.
    Index,
}

/// What is found in one text.
#[derive(Debug)]
pub struct Focused {
    /// How much was looked at: what rules of a wider reach find is not here.
    pub reach: Reach,
    /// The findings, sorted.
    pub found: Vec<Diagnostic>,
}

/// What was decided about the plugins of one text.
#[derive(Debug, Default)]
pub struct Decided {
    /// Its plugins, by id: each as a plan has it, but for its artifact, its configuration and whom it needs.
    pub plugins: Vec<PluginEntry>,
    /// The lines of the grants that name these plugins, as a plan has them.
    pub grants: Vec<GrantLine>,
}

impl Ground {
    /// What was read of profile, grants and index. Findings in these are no part of it.
    pub(crate) fn new(kinds: Kinds, profile: Option<Profile>, layers: Vec<Grants>, index: Index) -> Self {
        let folders = profile.as_ref().map_or_else(Folders::assumed, |profile| profile.folders.clone());
        Ground { kinds, profile, folders, index, layers: layers.into_iter().map(Layer::new).collect() }
    }

    /// What is found in a text. Spans of the ground are of the same texts, or what points there is wrong.
    #[must_use]
    pub fn focus(&self, sources: &Sources, file: FileId, sort: Sort) -> Focused {
        let mut sink = Sink::default();
        let tree = syntax::parse(sources, file, &mut sink);
        let manifests = self.lowered(&tree, sources.get(file).path(), sort, &mut sink);
        check::text(sources, file, &mut sink);
        let is_whole = sort == Sort::Manifest && self.judge(sources, manifests, &mut sink);
        let reach = if is_whole { Reach::Ground } else { Reach::Text };
        let mut found = sink.finish();
        found.retain(|found| found.primary.span.file == file && found.code.reach() <= reach);
        fix::settle(sources, &mut found);
        Focused { reach, found }
    }

    /// What a plan says of the plugins of a text: small enough to be made when somebody asks, so that no plan has to be kept.
    /// `digest` tells the SHA-256 of what a plugin runs, by its id. Without a profile nothing is decided.
    #[must_use]
    pub fn decided(&self, sources: &Sources, file: FileId, digest: impl Fn(&str) -> Option<String>) -> Decided {
        let Some(profile) = &self.profile else { return Decided::default() };
        let sink = &mut Sink::default();
        let manifests = self.asked(&syntax::parse(sources, file, sink), sink);
        let layers: Vec<Grants> = self.layers.iter().map(|layer| layer.about(&manifests)).collect();
        let mut model = bind::bind(sources, &self.folders, Some(profile), &layers, manifests, Cores::ONE, sink);
        let digests: Vec<_> = model.plugins.iter().map(|plugin| digest(plugin.id())).collect();
        bind::identify(&mut model, Some(profile), &digests, sink);
        bind::lines(&mut model, &self.folders, Some(profile), sink);
        decide::decide(&mut model);
        let plugins = resolve::alone(profile, &mut model);
        Decided { plugins, grants: model.grants.into_iter().map(|grant| grant.line).collect() }
    }

    fn lowered(&self, tree: &Tree, path: &str, sort: Sort, sink: &mut Sink) -> Manifests {
        match sort {
            Sort::Manifest | Sort::Unchosen => return self.asked(tree, sink),
            Sort::Profile => {
                let own = profile::kinds(tree, sink);
                drop(profile::lower(tree, own, sink));
            }
            Sort::Grants => drop(grant::lower(tree, &self.kinds, path, sink)),
            Sort::Index => drop(index::lower(tree, sink)),
        }
        vec![]
    }

    fn asked(&self, tree: &Tree, sink: &mut Sink) -> Manifests {
        let mut read = Manifests::new();
        manifest::Reader::new(&self.kinds).read(tree, &mut read, sink);
        read
    }

    /// Asks the rules. Not where a line is about a digest: then the file that the plugin runs decides, too.
    fn judge(&self, sources: &Sources, manifests: Manifests, sink: &mut Sink) -> bool {
        let layers: Vec<Grants> = self.layers.iter().map(|layer| layer.about(&manifests)).collect();
        let profile = self.profile.as_ref();
        let mut model = bind::bind(sources, &self.folders, profile, &layers, manifests, Cores::ONE, sink);
        let digests = vec![None; model.plugins.len()];
        bind::identify(&mut model, profile, &digests, sink);
        if model.wants_digests {
            return false;
        }
        bind::lines(&mut model, &self.folders, profile, sink);
        decide::decide(&mut model);
        check::one(profile.map(|profile| (profile, &self.index)), &model, sink);
        true
    }
}

impl Layer {
    fn new(whole: Grants) -> Self {
        let lines = NameIndex::new(whole.lines.iter().map(|line| &line.subject.ids));
        let quotas = NameIndex::new(whole.quotas.iter().map(|line| &line.subject.ids));
        let bare = Grants {
            file: whole.file,
            layer: whole.layer.clone(),
            lines: vec![],
            quotas: vec![],
            statements: whole.statements.clone(),
            aliases: vec![],
            flows: vec![],
            pins: vec![],
        };
        Layer { bare, whole, lines, quotas }
    }

    /// The layer, as far as it is about these plugins.
    fn about(&self, manifests: &[Box<Manifest>]) -> Grants {
        let names = || manifests.iter().filter_map(|manifest| manifest.id.said().as_str().parse().ok());
        let having = |index: &NameIndex| {
            let mut places: Vec<usize> = names().flat_map(|name| index.having(&name)).collect();
            places.sort_unstable();
            places.dedup();
            places
        };
        let lines = having(&self.lines).into_iter().map(|at| self.whole.lines[at].clone()).collect();
        let quotas = having(&self.quotas).into_iter().map(|at| self.whole.quotas[at].clone()).collect();
        Grants { lines, quotas, ..self.bare.clone() }
    }
}
