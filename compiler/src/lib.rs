//! Compiles plugin manifests, a host profile and user grants into one sealed plan. Modules stand in the order in which data
//! passes them. Deliberately absent: files, clocks, environment, network; everything comes in as an argument.

pub mod source;
pub mod diag;
pub mod syntax;
pub mod fix;
pub mod lower;
pub mod manifest;
pub mod grant;
pub mod profile;
pub mod index;
pub mod consent;
pub mod select;
pub mod binary;
pub mod bind;
pub mod decide;
pub mod ask;
pub mod artifact;
pub mod flow;
pub mod check;
pub mod resolve;
pub mod focus;
pub mod explain;
pub mod observe;
pub mod diff;
pub mod lock;
pub mod reference;

use std::collections::{BTreeMap, BTreeSet};

use ambit_schema::capability::Kinds;
use ambit_schema::cores::Cores;
use ambit_schema::plan::{Draft, Plan, SealError, layer_order};

use crate::ask::Question;
use crate::binary::Artifacts;
use crate::consent::{Answer, Answers};
use crate::diag::{Code, Diagnostic, Sink, Suppressed};
use crate::focus::Ground;
use crate::grant::Grants;
use crate::index::Index;
use crate::manifest::{Environment, Manifest, Manifests};
use crate::profile::{Folders, Profile};
use crate::source::{FileId, Sources, Span};

/// Everything that a compilation is about.
pub struct Inputs<'i> {
    /// All texts.
    pub sources: Sources,
    /// The host profile. Without one, manifests and grants are linted alone and there is no plan.
    pub profile: Option<FileId>,
    /// The grants, in any order: each stands in the layer that it says, or that its file's name says, or in `user`.
    pub grants: Vec<FileId>,
    /// The manifests, in any order.
    pub manifests: Vec<FileId>,
    /// What is known of versions that could be installed, in any order.
    pub index: Vec<FileId>,
    /// What people answered when they were asked, in any order. Whoever passes a text vouches for it.
    pub consents: Vec<FileId>,
    /// For what the application runs: which configuration plugins get. `None`: the default one.
    pub environment: Option<Environment>,
    /// The files that manifests name.
    pub artifacts: &'i dyn Artifacts,
}

impl<'i> Inputs<'i> {
    /// Texts, and the files that manifests name. Which text is what is said by the other fields, as far as there are any.
    #[must_use]
    pub fn new(sources: Sources, artifacts: &'i dyn Artifacts) -> Self {
        Inputs {
            sources,
            profile: None,
            grants: vec![],
            manifests: vec![],
            index: vec![],
            consents: vec![],
            environment: None,
            artifacts,
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Compilation {
    /// The plan, when nothing forbids it.
    pub plan: Option<Plan>,
    /// What a plan would say, where something forbids it and there is an order to load in. For people: nothing runs by it.
    pub draft: Option<Draft>,
    /// What somebody would have to be asked, by plugin and kind; also where there is no plan.
    pub questions: Vec<Question>,
    /// For each text of answers, in the order in which they came in, what updates keep of it: see [`ask::kept`].
    pub kept: Vec<Vec<Answer>>,
    /// Every finding, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// What comments took out of them, where whoever compiled has read comments; the compiler itself reads none.
    pub suppressed: Vec<Suppressed>,
    /// How many plugins the manifests tell of; a manifest that cannot be read counts as one.
    pub plugins: usize,
    /// What templates stood for, so that a question about the plan may be asked in the words of a manifest.
    pub folders: Folders,
    /// How many findings were left out, past [`diag::MAX_PER_FILE`] of one text.
    pub dropped: usize,
    /// The manifests that are not part of it, because other versions are taken: their texts.
    pub unchosen: BTreeSet<FileId>,
    /// A plan that failed its own proof. This is a defect of this compiler; there is no plan then.
    pub unsealed: Option<SealError>,
}

/// Compiles. Never fails: what is wrong is in the diagnostics.
#[must_use]
pub fn compile(inputs: &Inputs<'_>) -> Compilation {
    compile_on(inputs, Cores::ONE)
}

/// Compiles on several cores. What comes of it does not depend on how many.
#[must_use]
pub fn compile_on(inputs: &Inputs<'_>, cores: Cores) -> Compilation {
    cores.within(|| compiled(inputs, cores))
}

fn compiled(inputs: &Inputs<'_>, cores: Cores) -> Compilation {
    let mut sink = Sink::default();
    let (kinds, profile) = offered(inputs, &mut sink);
    let mut of_grants = Sink::default();
    let read = || manifests(inputs, &kinds, cores, &mut sink);
    let (manifests, grants) = cores.both(read, || layers(inputs, &kinds, cores, &mut of_grants));
    sink.append(of_grants);
    let plugins = counted(inputs, &manifests);

    let answers = answered(inputs, &mut sink);
    let index = known(inputs, &mut sink);
    let read: Vec<FileId> = manifests.iter().map(|manifest| manifest.file).collect();
    let manifests = select::select(profile.as_ref(), &index, &grants, manifests, cores, &mut sink);

    let unchosen = missing(read, &manifests);

    let folders = profile.as_ref().map_or_else(Folders::assumed, |profile| profile.folders.clone());
    let mut model = bind::bind(&inputs.sources, &folders, profile.as_ref(), &grants, manifests, cores, &mut sink);
    let looked = artifact::look(profile.as_ref(), &model, inputs.artifacts, &mut sink);
    let digests: Vec<_> = looked.iter().map(|looked| looked.as_ref()?.sha256.clone()).collect();
    bind::identify(&mut model, profile.as_ref(), &digests, &mut sink);
    bind::lines(&mut model, &folders, profile.as_ref(), &mut sink);
    bind::flows(&mut model, &folders, &mut sink);
    bind::answers(&mut model, &kinds, &answers, &mut sink);
    decide::decide(&mut model);
    let questions = ask::questions(&model, &answers);
    let kept = answers.iter().map(|text| ask::kept(&model, text)).collect();
    check::all(profile.as_ref().map(|profile| (profile, &index)), &model, &mut sink);
    check::artifacts(profile.as_ref(), &model, &looked, &mut sink);
    let draft = match &profile {
        Some(profile) => resolved(inputs, profile, &mut model, &looked, &mut sink),
        None => unprofiled(inputs, &mut sink),
    };
    let forbidden = sink.has_errors();
    let (made, diagnostics) =
        cores.both(|| draft.map(|draft| made(draft, forbidden, cores)), || told(inputs, &mut sink));
    dropped((model.plugins, grants), plugins, cores);
    let (plan, draft, unsealed) = match made {
        Some(Made::Plan(plan)) => (Some(plan), None, None),
        Some(Made::Draft(draft)) => (None, Some(draft), None),
        Some(Made::Unsealed(error)) => (None, None, Some(error)),
        None => (None, None, None),
    };
    let unproved = unsealed.as_ref().and_then(|error| check::unproved(&inputs.sources, error));
    let (unsealed, diagnostics) = match unproved {
        Some(found) => (None, with(found, diagnostics)),
        None => (unsealed, diagnostics),
    };
    let (suppressed, dropped) = (vec![], sink.dropped());
    Compilation { plan, draft, questions, kept, diagnostics, suppressed, plugins, folders, dropped, unchosen, unsealed }
}

/// What plugins meet in the host of these inputs, for looking at one text alone; manifests and answers are left aside.
#[must_use]
pub fn ground(inputs: &Inputs<'_>) -> Ground {
    let sink = &mut Sink::default();
    let (kinds, profile) = offered(inputs, sink);
    let (layers, index) = (layers(inputs, &kinds, Cores::ONE, sink), known(inputs, sink));
    Ground::new(kinds, profile, layers, index)
}

/// The texts that had more manifests than are left of them.
fn missing(read: Vec<FileId>, left: &[Box<Manifest>]) -> BTreeSet<FileId> {
    if read.len() == left.len() {
        return BTreeSet::new();
    }
    let count = |files: &mut dyn Iterator<Item = FileId>| {
        files.fold(BTreeMap::<FileId, usize>::new(), |mut counts, file| {
            *counts.entry(file).or_default() += 1;
            counts
        })
    };
    let left = count(&mut left.iter().map(|manifest| manifest.file));
    let is_short = |(file, before): &(FileId, usize)| left.get(file).is_none_or(|left| left < before);
    count(&mut read.into_iter()).into_iter().filter(is_short).map(|(file, _)| file).collect()
}

/// What is left of the model is large, so cleaning it up is work: where there is another core, nobody waits for it.
fn dropped(model: (Vec<bind::Plugin>, Vec<Grants>), plugins: usize, cores: Cores) {
    if cores != Cores::ONE && plugins > MANY {
        // Without a thread to be had, it goes with the job that was not started.
        drop(std::thread::Builder::new().spawn(move || drop(model)));
    }
}

/// How many plugins are worth a thread to clean up after.
const MANY: usize = 256;

fn manifests(inputs: &Inputs<'_>, kinds: &Kinds, cores: Cores, sink: &mut Sink) -> Manifests {
    let some = |files: &[FileId]| {
        let (mut sink, mut reader) = (Sink::default(), manifest::Reader::new(kinds));
        let mut read = Vec::with_capacity(files.len());
        for file in files {
            reader.read(&syntax::parse(&inputs.sources, *file, &mut sink), &mut read, &mut sink);
        }
        (read, sink)
    };
    sink.gather(cores.stretches(&inputs.manifests, some))
}

fn counted(inputs: &Inputs<'_>, manifests: &[Box<Manifest>]) -> usize {
    if inputs.manifests.iter().eq(manifests.iter().map(|manifest| &manifest.file)) {
        return manifests.len();
    }
    let read: BTreeSet<FileId> = manifests.iter().map(|manifest| manifest.file).collect();
    manifests.len() + inputs.manifests.iter().filter(|file| !read.contains(file)).count()
}

/// The host profile, and every kind that the other texts may name, also where the profile is otherwise of no use.
fn offered(inputs: &Inputs<'_>, sink: &mut Sink) -> (Kinds, Option<Profile>) {
    let Some(file) = inputs.profile else { return (Kinds::default(), None) };
    let tree = syntax::parse(&inputs.sources, file, sink);
    let own = profile::kinds(&tree, sink);
    (Kinds::new(own.iter().map(|kind| kind.value)), profile::lower(&tree, own, sink))
}

/// What is known of versions.
fn known(inputs: &Inputs<'_>, sink: &mut Sink) -> Index {
    let mut releases = vec![];
    for file in &inputs.index {
        releases.extend(index::lower(&syntax::parse(&inputs.sources, *file, sink), sink));
    }
    Index::new(releases, sink)
}

/// What people answered, a text each.
fn answered(inputs: &Inputs<'_>, sink: &mut Sink) -> Vec<Answers> {
    let lower = |file: &FileId| consent::lower(&syntax::parse(&inputs.sources, *file, sink), sink);
    inputs.consents.iter().map(lower).collect()
}

/// The grants by layer, from the lowest, then by path.
fn layers(inputs: &Inputs<'_>, kinds: &Kinds, cores: Cores, sink: &mut Sink) -> Vec<Grants> {
    let path = |file: FileId| inputs.sources.get(file).path();
    let one = |file: &FileId| {
        let mut sink = Sink::default();
        let tree = syntax::parse(&inputs.sources, *file, &mut sink);
        (vec![grant::lower(&tree, kinds, path(*file), &mut sink)], sink)
    };
    let mut layers = sink.gather(cores.run(inputs.grants.iter().collect(), one));
    layers.sort_by(|a, b| (layer_order(&a.layer), path(a.file)).cmp(&(layer_order(&b.layer), path(b.file))));
    layers
}

/// What became of a host with its plugins.
enum Made {
    Plan(Plan),
    /// There were errors.
    Draft(Draft),
    Unsealed(SealError),
}

fn made(draft: Draft, forbidden: bool, cores: Cores) -> Made {
    match forbidden {
        true => Made::Draft(draft),
        false => draft.seal_on(cores).map_or_else(Made::Unsealed, Made::Plan),
    }
}

/// Every finding, sorted, with its edits.
fn told(inputs: &Inputs<'_>, sink: &mut Sink) -> Vec<Diagnostic> {
    let mut found = sink.finish();
    fix::settle(&inputs.sources, &mut found);
    found
}

/// The findings with one more, in its place.
fn with(found: Diagnostic, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let place = (found.primary.span, found.code);
    let at = diagnostics.partition_point(|other| (other.primary.span, other.code) < place);
    diagnostics.insert(at, found);
    diagnostics
}

fn resolved(
    inputs: &Inputs<'_>,
    profile: &Profile,
    model: &mut bind::Model<'_>,
    looked: &[Option<artifact::Looked>],
    sink: &mut Sink,
) -> Option<Draft> {
    model.forget_texts();
    resolve::resolve(profile, model, looked, (inputs.environment, inputs.artifacts), sink)
}

fn unprofiled(inputs: &Inputs<'_>, sink: &mut Sink) -> Option<Draft> {
    if let (None, Some(first)) = (inputs.profile, inputs.manifests.first()) {
        let found =
            Diagnostic::new(Code::NoProfile, Span::new(*first, 0, 0), "there is no host profile: no plan was made");
        sink.add(found.help("write a `host.kdl` in the folder above the plugins, or name one with `--host`"));
    }
    None
}
