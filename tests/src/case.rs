//! A case: a folder with a workspace in it. Goes out: its compilation and the texts it is about.

use std::path::{Path, PathBuf};

use ambit_compiler::diag::Code;
use ambit_compiler::source::{FileId, Sources};
use ambit_compiler::{Compilation, Inputs, compile};
use plugin_check::load::{self, Folder, Overrides, Workspace};
use plugin_check::locked;
use tempfile::TempDir;

use crate::recorded::{OBSERVED, observed};
use crate::{generate, house};

/// A manifest in none of the syntaxes.
const UNKNOWN: &str = "plugin.toml";

/// A workspace of the fixtures, compiled.
pub struct Case {
    /// The folder, as it is kept.
    pub folder: PathBuf,
    /// Its texts, and which of them is what.
    pub workspace: Workspace,
    /// What came of it.
    pub compiled: Compilation,
    /// Where it was expanded to.
    _expanded: Option<TempDir>,
}

impl Case {
    /// Loads and compiles a case.
    ///
    /// # Panics
    /// There is not exactly one workspace in the folder.
    #[must_use]
    pub fn load(folder: &Path) -> Case {
        let expanded = generate::expand(folder);
        let mut workspace = workspace(expanded.as_ref().map_or(folder, TempDir::path));
        observe(&mut workspace, expanded.as_ref().map_or(folder, TempDir::path));
        let compiled = compiled(&mut workspace, is_locked(folder));
        Case { folder: folder.to_owned(), workspace, compiled, _expanded: expanded }
    }

    /// The case's path below `fixtures`.
    #[must_use]
    pub fn name(&self) -> String {
        house::shown(&self.folder).replacen("fixtures/", "", 1)
    }
}

/// Holds a workspace against what its folder says that plugins did, if it says so.
///
/// # Panics
/// It says so, and there is no plan that could be true of.
pub fn observe(workspace: &mut Workspace, folder: &Path) {
    if folder.join(OBSERVED).is_file() {
        let plan = workspace.compile().plan;
        workspace.observed = observed(folder, &plan.unwrap_or_else(|| panic!("{}: no plan", folder.display())));
    }
}

/// Compiles a workspace, with its lock or without.
///
/// # Panics
/// The lock is there and cannot be read.
#[must_use]
pub fn compiled(workspace: &mut Workspace, is_locked: bool) -> Compilation {
    if !is_locked {
        return workspace.compile();
    }
    locked::checked_whole(workspace).unwrap_or_else(|error| panic!("{error}"))
}

/// Whether a case lies in the folder of a rule about locks.
fn is_locked(folder: &Path) -> bool {
    let rule = folder.parent().and_then(Path::file_name).unwrap_or_default();
    Code::find(&rule.to_string_lossy()).is_some_and(Code::is_of_lock)
}

/// The one workspace in a folder. A manifest of no syntax that is known is opened by its name, as a user would.
///
/// # Panics
/// There is none, or there are several.
#[must_use]
pub fn workspace(folder: &Path) -> Workspace {
    let named = folder.join(UNKNOWN);
    let path = if named.is_file() { &named } else { folder };
    let loaded = load::load(path, &Overrides::default()).unwrap_or_else(|error| panic!("{error}"));
    let [workspace] =
        <[Workspace; 1]>::try_from(loaded).unwrap_or_else(|_| panic!("{}: one workspace", folder.display()));
    workspace
}

/// Compiles the texts of a workspace in another order: `order` lists their places, each once.
#[must_use]
pub fn compile_in_order(workspace: &Workspace, order: &[usize]) -> (Sources, Compilation) {
    let texts: Vec<(FileId, &str, &[u8])> =
        workspace.sources.iter().map(|(id, source)| (id, source.path(), source.bytes())).collect();
    let mut sources = Sources::default();
    let added: Vec<(FileId, FileId)> =
        order.iter().map(|at| (texts[*at].0, sources.add(texts[*at].1, texts[*at].2))).collect();
    let new = |old: FileId| added.iter().find(|(from, _)| *from == old).map(|(_, to)| *to);
    let folder = Folder { base: workspace.base.clone() };
    let inputs = Inputs {
        profile: workspace.profile.and_then(new),
        grants: added.iter().filter(|(from, _)| workspace.grants.contains(from)).map(|(_, to)| *to).collect(),
        manifests: added.iter().filter(|(from, _)| workspace.manifests.contains(from)).map(|(_, to)| *to).collect(),
        index: workspace.index.iter().filter_map(|id| new(*id)).collect(),
        ..Inputs::new(sources.clone(), &folder)
    };
    let compiled = compile(&inputs);
    (sources, compiled)
}

/// The case folders of a room, `fixtures/ROOM/…`: those with a text or a recipe in them or in `plugins`.
#[must_use]
pub fn cases(room: &str) -> Vec<PathBuf> {
    let mut open = house::folders(&house::at("fixtures").join(room));
    let mut found = vec![];
    while let Some(folder) = open.pop() {
        if is_case(&folder) { found.push(folder) } else { open.extend(house::folders(&folder)) }
    }
    found.sort();
    found
}

fn is_case(folder: &Path) -> bool {
    let names = ["host.kdl", UNKNOWN, generate::RECIPE, "expected.txt"];
    names.iter().chain(&load::MANIFEST_NAMES).any(|name| folder.join(name).exists()) || folder.join("plugins").is_dir()
}
