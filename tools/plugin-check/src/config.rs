//! The configuration of the linter: `.plugin-check.kdl`, in the folder that is checked or above it. Comes in: where checking begins. Goes
//! out: a [`Config`], or what is wrong with the file, with its lines. It says what is told and how; what forbids a plan it cannot
//! leave out, and commands that make plans do not read it. A file that lies in a plugin's folder is not read: its author does not
//! decide what is told of it.

use std::path::{Path, PathBuf};

use ambit_compiler::diag::{Diagnostic, Severity, Sink};
use ambit_compiler::lower::{Spanned, read_fields};
use ambit_compiler::syntax::{self, Bounds, MAX_BYTES, Syntax};

use crate::levels::{Level, Which};
use crate::load::{LoadError, Workspace, again};
use crate::render;

mod find;
mod table;

pub use find::{Found, PassedOver, find};

/// What the file is called.
pub const NAME: &str = ".plugin-check.kdl";

/// How findings can be written.
pub const FORMATS: [&str; 7] = ["human", "short", "json", "sarif", "github", "gitlab", "junit"];

/// What a configuration says.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file.
    pub path: PathBuf,
    /// How findings are written: one of [`FORMATS`].
    pub format: Option<String>,
    /// The file of what is known.
    pub baseline: Option<PathBuf>,
    /// How grave rules are.
    pub levels: Vec<(Which, Level)>,
    /// Files and folders of which nothing is told that is no error of a host.
    pub left_out: Vec<PathBuf>,
}

/// Reads a configuration.
///
/// # Errors
/// It cannot be read, or something is wrong with it; the text is for people, coloured, and safe to show.
pub fn read(path: &Path) -> Result<Config, String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = again(path).map_err(|error: LoadError| error.to_string())?;
    let mut workspace = Workspace::new(folder);
    let file = workspace.sources.add(name.as_str(), bytes);
    let mut sink = Sink::default();
    let bounds = Bounds { bytes: MAX_BYTES, ..Bounds::TEXT };
    let tree = syntax::parse_within(&workspace.sources, file, (Syntax::Kdl, bounds), &mut sink);
    let mut said = table::Said::default();
    read_fields(tree.root(), "a configuration", table::FIELDS, &mut said, &mut sink);
    let found: Vec<Diagnostic> = sink.finish().into_iter().map(grave).collect();
    if found.iter().any(|found| found.severity == Severity::Error) {
        let shown = render::visible(&path.display().to_string());
        let told: String = found.iter().map(|found| render::human::one(&workspace, found)).collect();
        return Err(format!("the configuration `{shown}` cannot be used\n\n{}", told.trim_end()));
    }
    let here = folder == Path::new(".");
    let beside =
        |written: Spanned<String>| if here { PathBuf::from(written.value) } else { folder.join(written.value) };
    Ok(Config {
        path: path.to_owned(),
        format: said.format,
        baseline: said.baseline.map(beside),
        levels: said.levels,
        left_out: said.left_out.into_iter().map(beside).collect(),
    })
}

/// A rule that there is not, or that cannot be left out, is a warning in a comment. Here nobody would know what holds.
fn grave(mut found: Diagnostic) -> Diagnostic {
    if found.code.is_of_comments() {
        found.severity = Severity::Error;
    }
    found
}
