//! Who asks. Comes in: the first request of a client. Goes out: what it can do, as far as that decides what it is told, and the
//! folders that it is about.

use std::path::{Path, PathBuf};

use lsp_types::{
    ClientCapabilities, InitializeParams, ResourceOperationKind, RootPath, Uri, WorkspaceClientCapabilities,
    WorkspaceFolder, WorkspaceFolders,
};

use super::position::Encoding;

/// What a client said of itself.
#[derive(Debug, Clone)]
pub(super) struct Client {
    /// What columns count.
    pub(super) encoding: Encoding,
    /// The folders that it has open, none within another.
    pub(super) roots: Vec<PathBuf>,
    /// It asks for diagnostics, and asks again when it is told to: then it is not sent any.
    pub(super) pulls: bool,
    /// What it asks again for, once it is told that something is new: the requests that tell it so.
    pub(super) refreshes: Vec<&'static str>,
    /// It shows how far something is.
    pub(super) shows_progress: bool,
    /// It takes edits for one state of a text, and none for another.
    pub(super) versions_edits: bool,
    /// It takes edits that make files.
    pub(super) makes_files: bool,
    /// It tells of files that others change, once it is asked to.
    pub(super) watches: bool,
}

impl Client {
    pub(super) fn new(said: &InitializeParams) -> Self {
        let ClientCapabilities { workspace, text_document, window, general, .. } = &said.capabilities;
        let workspace = workspace.as_ref();
        let offered = general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let refreshes = refreshes(workspace);
        let asks = text_document.as_ref().is_some_and(|it| it.diagnostic.is_some());
        let edits = workspace.and_then(|it| it.workspace_edit.as_ref()?.document_changes);
        let makes = workspace.and_then(|it| it.workspace_edit.as_ref()?.resource_operations.as_ref());
        let makes_files = makes.is_some_and(|makes| makes.contains(&ResourceOperationKind::Create));
        let watched = workspace.and_then(|it| it.did_change_watched_files.as_ref()?.dynamic_registration);
        Client {
            encoding: Encoding::agreed(offered),
            roots: outermost(roots(said)),
            pulls: asks && refreshes.contains(&DIAGNOSTICS),
            refreshes,
            shows_progress: window.as_ref().and_then(|window| window.work_done_progress).unwrap_or_default(),
            makes_files: makes_files && edits == Some(true),
            versions_edits: edits.unwrap_or_default(),
            watches: watched.unwrap_or_default(),
        }
    }

    /// Takes folders in, and gives others up.
    pub(super) fn reroot(&mut self, added: &[WorkspaceFolder], removed: &[WorkspaceFolder]) {
        let gone: Vec<PathBuf> = removed.iter().filter_map(|folder| path(&folder.uri)).collect();
        self.roots.retain(|root| !gone.contains(root));
        self.roots.extend(added.iter().filter_map(|folder| path(&folder.uri)));
        self.roots = outermost(std::mem::take(&mut self.roots));
    }

    /// The folder that a file belongs to.
    pub(super) fn root(&self, file: &Path) -> Option<&Path> {
        self.roots.iter().find(|root| file.starts_with(root)).map(PathBuf::as_path)
    }
}

const DIAGNOSTICS: &str = "workspace/diagnostic/refresh";

fn refreshes(able: Option<&WorkspaceClientCapabilities>) -> Vec<&'static str> {
    let Some(able) = able else { return vec![] };
    let all = [
        (DIAGNOSTICS, able.diagnostics.as_ref().and_then(|it| it.refresh_support)),
        ("workspace/inlayHint/refresh", able.inlay_hint.as_ref().and_then(|it| it.refresh_support)),
        ("workspace/codeLens/refresh", able.code_lens.as_ref().and_then(|it| it.refresh_support)),
    ];
    all.into_iter().filter(|(_, able)| *able == Some(true)).map(|(method, _)| method).collect()
}

/// The file that a client means. `None`: it means something else, such as a text that is not saved anywhere.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    (uri.scheme() == "file").then(|| uri.to_file_path().ok()).flatten()
}

#[expect(deprecated, reason = "clients that know no workspace folders have one root")]
fn roots(said: &InitializeParams) -> Vec<PathBuf> {
    match (&said.workspace_folders_initialize_params.workspace_folders, &said.root_uri, &said.root_path) {
        (Some(WorkspaceFolders::WorkspaceFolderList(folders)), _, _) => {
            folders.iter().filter_map(|folder| path(&folder.uri)).collect()
        }
        (_, Some(uri), _) => path(uri).into_iter().collect(),
        (_, None, Some(RootPath::String(text))) => {
            Some(PathBuf::from(text)).filter(|path| path.is_absolute()).into_iter().collect()
        }
        (_, None, _) => vec![],
    }
}

/// A folder within another is checked with that one.
fn outermost(mut roots: Vec<PathBuf>) -> Vec<PathBuf> {
    roots.sort();
    roots.dedup_by(|inner, outer| inner.starts_with(outer));
    roots
}
