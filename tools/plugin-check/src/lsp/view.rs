//! What a feature looks at. Comes in: the texts of one workspace as they are now, unsaved ones included, and what was last made
//! of them. Goes out: answers to "which text, which role, which place". A view does not change while anyone looks at it.
//! Deliberately absent: reading files, and telling the client anything.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ambit_compiler::diag::{Diagnostic, Sink};
use ambit_compiler::focus::Ground;
use ambit_compiler::source::{FileId, Source, Sources, Span};
use ambit_compiler::syntax::{self, Syntax, Tree};
use ambit_schema::plan::Plan;
use lsp_types::{Location, OptionalVersionedTextDocumentIdentifier, Position, Range, TextDocumentIdentifier, Uri};

use super::declared::{self, Declared};
use super::head::{Committed, Head};
use super::moved::moved;
use super::position::{Encoding, Lines};
use super::whole::Whole;
use crate::leave::LeftOut;
use crate::levels::Levels;
use crate::load::Workspace;

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// The host profile.
    Profile,
    /// One layer of the grants.
    Grants,
    /// A manifest, of one plugin or of a list of them.
    Manifest,
    /// What is known of versions.
    Index,
}

/// A text that the client has open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Open {
    /// What the client calls it.
    pub(crate) uri: Uri,
    /// Which state of it this is.
    pub(crate) version: i32,
}

/// One workspace, as it is now.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// The texts, and which of them is what.
    pub(super) workspace: Workspace,
    /// What the configuration says of rules.
    pub(super) settings: Arc<Settings>,
    /// What columns count.
    pub(super) encoding: Encoding,
    /// Its texts by their files.
    pub(super) paths: Arc<BTreeMap<PathBuf, FileId>>,
    /// What each text is.
    pub(super) roles: Arc<BTreeMap<FileId, Role>>,
    /// The texts that the client has open.
    pub(super) open: BTreeMap<FileId, Open>,
    /// Of texts that cannot be read as they are now, how they were when they could.
    pub(super) good: BTreeMap<FileId, Arc<Source>>,
    /// What each manifest declares.
    pub(super) declared: Arc<BTreeMap<FileId, Arc<[Declared]>>>,
    /// What is found in each text now.
    pub(super) found: Arc<BTreeMap<FileId, Arc<[Diagnostic]>>>,
    /// What came of all texts together when they were last compiled.
    pub(super) whole: Option<Arc<Whole>>,
    /// What is committed.
    pub(super) head: Arc<Head>,
    /// Trees of open texts, made once.
    pub(super) trees: Arc<Mutex<Trees>>,
}

/// What a configuration says that matters here.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// How grave rules are.
    pub(super) levels: Levels,
    /// What nothing is told of.
    pub(super) left_out: LeftOut,
}

/// Trees with the texts that they are of.
pub(super) type Trees = BTreeMap<FileId, (Arc<Source>, Arc<Tree>)>;

impl View {
    /// A workspace that nothing is known of yet but its texts.
    pub(super) fn new(workspace: Workspace, encoding: Encoding) -> Self {
        let mut view = View {
            workspace,
            settings: Arc::default(),
            encoding,
            paths: Arc::default(),
            roles: Arc::default(),
            open: BTreeMap::new(),
            good: BTreeMap::new(),
            declared: Arc::default(),
            found: Arc::default(),
            whole: None,
            head: Arc::default(),
            trees: Arc::default(),
        };
        view.sort_texts();
        view
    }

    /// Finds out again which text is what, and where.
    pub(super) fn sort_texts(&mut self) {
        self.roles = Arc::new(self.read_roles());
        self.paths = Arc::new(self.roles.keys().map(|file| (self.path(*file), *file)).collect());
    }

    fn read_roles(&self) -> BTreeMap<FileId, Role> {
        let of = |files: &[FileId], role| files.iter().map(|file| (*file, role)).collect::<Vec<_>>();
        let Workspace { profile, grants, manifests, index, .. } = &self.workspace;
        let profile: Vec<FileId> = profile.iter().copied().collect();
        let all = [of(&profile, Role::Profile), of(grants, Role::Grants), of(manifests, Role::Manifest)];
        all.into_iter().flatten().chain(of(index, Role::Index)).collect()
    }

    /// All texts, as they are now.
    pub(crate) fn sources(&self) -> &Sources {
        &self.workspace.sources
    }

    /// A text, as it is now.
    pub(crate) fn text(&self, file: FileId) -> &str {
        self.source(file).text()
    }

    /// The same with its path.
    pub(crate) fn source(&self, file: FileId) -> &Source {
        self.sources().get(file)
    }

    /// The syntax of a text.
    pub(crate) fn syntax(&self, file: FileId) -> Option<Syntax> {
        Syntax::of(self.source(file).path())
    }

    /// Every text with what it is.
    pub(crate) fn files(&self) -> impl Iterator<Item = (FileId, Role)> {
        self.roles.iter().map(|(file, role)| (*file, *role))
    }

    /// What a text is.
    pub(crate) fn role(&self, file: FileId) -> Option<Role> {
        self.roles.get(&file).copied()
    }

    /// The host profile.
    pub(crate) fn profile(&self) -> Option<FileId> {
        self.workspace.profile
    }

    /// The texts of the grants.
    pub(crate) fn grants(&self) -> &[FileId] {
        &self.workspace.grants
    }

    /// The folder that paths start from.
    pub(crate) fn base(&self) -> &Path {
        &self.workspace.base
    }

    /// The workspace as the command line has it, with the texts as they are now.
    pub(crate) fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// The tree of a text, as it is now. What cannot be read has left no item in it.
    pub(crate) fn tree(&self, file: FileId) -> Arc<Tree> {
        let source = self.sources().shared(file);
        if !self.open.contains_key(&file) {
            return Arc::new(syntax::parse(self.sources(), file, &mut Sink::default()));
        }
        let mut trees = self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, tree)) = trees.get(&file)
            && Arc::ptr_eq(of, source)
        {
            return Arc::clone(tree);
        }
        let tree = Arc::new(syntax::parse(self.sources(), file, &mut Sink::default()));
        trees.insert(file, (Arc::clone(source), Arc::clone(&tree)));
        tree
    }

    /// All texts, each as it was when it could last be read: what they mean for each other.
    pub(crate) fn good_sources(&self) -> Sources {
        let mut sources = self.sources().clone();
        self.good.iter().for_each(|(file, source)| sources.restore(*file, Arc::clone(source)));
        sources
    }

    /// What plugins meet in their host, as it was when it could last be read.
    pub(super) fn ground(&self) -> Ground {
        let mut workspace = self.workspace.clone();
        workspace.sources = self.good_sources();
        workspace.ground()
    }

    /// Whether a text cannot be read as it is now, and is known as it was before.
    pub(crate) fn is_broken(&self, file: FileId) -> bool {
        self.good.contains_key(&file)
    }

    /// What the manifests of a text declare: as it was when it could last be read. Places of it are for [`View::now`].
    pub(crate) fn declared(&self, file: FileId) -> &[Declared] {
        self.declared.get(&file).map_or(&[], |declared| declared)
    }

    /// Every plugin, by text, then place.
    pub(crate) fn plugins(&self) -> impl Iterator<Item = (FileId, &Declared)> {
        self.declared.iter().flat_map(|(file, declared)| declared.iter().map(|one| (*file, one)))
    }

    /// Where something stands now that stood at a place of the text as it was when it could last be read. `None`: it is gone.
    pub(crate) fn now(&self, span: Span) -> Option<Span> {
        match self.good.get(&span.file) {
            Some(good) => moved(good.text(), self.text(span.file), span),
            None => Some(span),
        }
    }

    /// What is found in a text now.
    pub(crate) fn found(&self, file: FileId) -> &[Diagnostic] {
        self.found.get(&file).map_or(&[], |found| found)
    }

    /// What came of all texts together when they were last compiled; they may have changed since. Its findings are in
    /// [`View::found`].
    pub(crate) fn whole(&self) -> Option<&Whole> {
        self.whole.as_deref()
    }

    /// Whether a text is what it was when everything was last compiled.
    pub(crate) fn is_as_compiled(&self, file: FileId) -> bool {
        let was = self.whole().and_then(|whole| whole.source(file));
        was.is_some_and(|was| was.bytes() == self.source(file).bytes())
    }

    /// The last plan, where there was one, and not of too many plugins.
    pub(crate) fn plan(&self) -> Option<&Plan> {
        self.whole()?.plan()
    }

    /// The plan of what is committed; it may take as long as compiling.
    pub(crate) fn committed(&self) -> Committed {
        self.head.plan(self.base())
    }

    /// The file of a text.
    pub(crate) fn path(&self, file: FileId) -> PathBuf {
        self.workspace.base.join(self.source(file).path())
    }

    /// The text of a file.
    pub(crate) fn file(&self, path: &Path) -> Option<FileId> {
        self.paths.get(path).copied()
    }

    /// What the client calls a text.
    pub(crate) fn uri(&self, file: FileId) -> Option<Uri> {
        match self.open.get(&file) {
            Some(open) => Some(open.uri.clone()),
            None => Uri::from_file_path(self.path(file)).ok(),
        }
    }

    /// The same with the state of the text that edits are for.
    pub(crate) fn versioned(&self, file: FileId) -> Option<OptionalVersionedTextDocumentIdentifier> {
        let version = self.open.get(&file).map(|open| open.version);
        let text_document_identifier = TextDocumentIdentifier { uri: self.uri(file)? };
        Some(OptionalVersionedTextDocumentIdentifier { version, text_document_identifier })
    }

    /// The lines of a text, for several places of it.
    pub(crate) fn lines(&self, file: FileId) -> Lines<'_> {
        Lines::of(self.source(file), self.encoding)
    }

    /// A stretch of a text as it is now.
    pub(crate) fn range(&self, span: Span) -> Range {
        self.lines(span.file).range(span.start, span.end)
    }

    /// The same with what the client calls the text.
    pub(crate) fn location(&self, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri(span.file)?, range: self.range(span) })
    }

    /// The byte at a place of a text. `None`: the text has no such line.
    pub(crate) fn offset(&self, file: FileId, place: Position) -> Option<u32> {
        self.lines(file).offset(place)
    }

    /// Reads again what a text declares.
    pub(super) fn declare(&mut self, file: FileId) {
        if self.role(file) == Some(Role::Manifest) {
            let declared = declared::read(self.sources(), file).into();
            Arc::make_mut(&mut self.declared).insert(file, declared);
        }
    }
}
